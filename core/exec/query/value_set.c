/* See value_set.h. */
#include "exec/query/value_set.h"

#define SHORT_MAX 15u
#define LONG UINT64_C(255) /* in place of the length: the other word is the number of an interned text */

bool value_set_takes(const sql_type *t) { return sql_lane(t) != LANE_NESTED && t->id != SQL_INTERVAL; }

void value_set_init(value_set *s, mem *m, const sql_type *t, bool grouped) {
  bool wide = sql_lane(t) == LANE_STR || sql_lane(t) == LANE_I128;
  *s = (value_set){.mem = m, .grouped = grouped, .n_words = 1u + wide + grouped};
  intern_init(&s->texts, m);
}

void value_set_free(value_set *s) {
  for (uint32_t p = 0; p < VALUE_PARTS; p++)
    mem_free(s->mem, s->parts[p].words, s->parts[p].cap * (size_t)s->n_words * 8);
  mem_free(s->mem, s->slots, s->slots_cap * sizeof *s->slots);
  mem_free(s->mem, s->met, s->met_cap);
  intern_free(&s->texts);
}

uint64_t value_set_held(const value_set *s) {
  uint64_t words = 0;
  for (uint32_t p = 0; p < VALUE_PARTS; p++) words += s->parts[p].cap * (uint64_t)s->n_words;
  return words * 8 + intern_held(&s->texts);
}

/* ---- telling apart ---- */

static inline bool same_words(const uint64_t *a, const uint64_t *b, uint32_t n_words) {
  for (uint32_t w = 0; w < n_words; w++)
    if (a[w] != b[w]) return false;
  return true;
}

/* The hash has its high bits from the part. */
static inline uint32_t keep_first(value_part *p, uint32_t *slots, uint32_t mask, uint32_t n_words) {
  uint32_t kept = 0, slot;
  for (uint32_t i = 0; i < p->n; i++) {
    const uint64_t *words = p->words + (size_t)i * n_words;
    uint32_t at = (uint32_t)words[0] & mask;
    while ((slot = slots[at]) != 0 && !same_words(p->words + (size_t)(slot - 1) * n_words, words, n_words))
      at = (at + 1) & mask;
    if (slot) continue;
    for (uint32_t w = 0; w < n_words; w++) p->words[(size_t)kept * n_words + w] = words[w];
    slots[at] = ++kept;
  }
  return kept;
}

static sonde_code tell_apart(value_set *s, value_part *p, sonde_error *err) {
  uint32_t cap = 64;
  while (cap / 2 < p->n) cap *= 2;
  SONDE_TRY(grow(s->mem, &s->slots, &s->slots_cap, cap, sizeof *s->slots, err));
  memset(s->slots, 0, cap * sizeof *s->slots);
  switch (s->n_words) { /* constants, so that the loops over words unroll */
  case 1: p->n = keep_first(p, s->slots, cap - 1, 1); break;
  case 2: p->n = keep_first(p, s->slots, cap - 1, 2); break;
  default: p->n = keep_first(p, s->slots, cap - 1, 3);
  }
  return SONDE_OK;
}

/* Where half of a part is different values it becomes larger, so that each is told apart a few times only. */
static sonde_code make_room(value_set *s, value_part *p, uint32_t more, sonde_error *err) {
  SONDE_TRY(tell_apart(s, p, err));
  uint64_t need = (uint64_t)p->n + more;
  if (need <= p->cap / 2) return SONDE_OK;
  return grow(s->mem, &p->words, &p->cap, need > p->cap ? need : p->cap + UINT64_C(1), s->n_words * (size_t)8,
              err);
}

/* ---- values as words ---- */

/* Values of a batch, word by word. */
typedef struct {
  uint32_t n;
  uint32_t lanes[BATCH_ROWS], groups[BATCH_ROWS];
  uint64_t words[VALUE_WORDS_MAX][BATCH_ROWS];
} values;

/* Without groups a value of a dictionary is needed once. */
static sonde_code use_dictionary(value_set *s, const col *x, sonde_error *err) {
  if (s->dict_id && s->dict_id == x->dict_id) return SONDE_OK;
  SONDE_TRY(grow(s->mem, &s->met, &s->met_cap, x->dict_rows, 1, err));
  memset(s->met, 0, x->dict_rows);
  s->dict_id = x->dict_id;
  return SONDE_OK;
}

static void find_lanes(value_set *s, const col *x, const uint32_t *groups, uint32_t n, values *v) {
  const uint32_t *codes = x->form == COL_DICT ? x->data : NULL;
  uint8_t *met = codes && !groups ? s->met : NULL;
  uint32_t found = 0, mask = (uint32_t)col_mask(x);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t at = codes ? codes[i] : i & mask;
    if (!col_valid(x, i) || (met && met[at])) continue;
    if (met) met[at] = 1;
    v->groups[found] = groups ? groups[i] : 0;
    v->lanes[found++] = at;
  }
  v->n = found;
}

static uint64_t load(const char *p) {
  uint64_t w;
  memcpy(&w, p, 8);
  return w;
}

/* The two words of a short text: what their bytes share gives way to the length. */
static inline void put_short(sonde_str s, uint64_t *first, uint64_t *second) {
  if (s.len < 8) {
    *first = hash_short((const uint8_t *)s.ptr, s.len);
    *second = s.len;
  } else {
    *first = load(s.ptr);
    *second = (load(s.ptr + s.len - 8) & ~UINT64_C(255)) | s.len;
  }
}

/* Short ones come first; in groups the others follow by their numbers. */
static sonde_code put_texts(value_set *s, const sonde_str *texts, values *v, sonde_error *err) {
  uint32_t lanes[BATCH_ROWS], groups[BATCH_ROWS], numbers[BATCH_ROWS], n = 0, n_long = 0;
  for (uint32_t i = 0; i < v->n; i++) {
    sonde_str text = texts[v->lanes[i]];
    if (text.len > SHORT_MAX) {
      lanes[n_long] = v->lanes[i];
      groups[n_long++] = v->groups[i];
    } else {
      put_short(text, &v->words[0][n], &v->words[1][n]);
      v->groups[n++] = v->groups[i];
    }
  }
  SONDE_TRY(intern_texts(&s->texts, texts, lanes, n_long, true, numbers, err));
  for (uint32_t i = 0; s->grouped && i < n_long; i++, n++) {
    v->words[0][n] = numbers[i];
    v->words[1][n] = LONG;
    v->groups[n] = groups[i];
  }
  v->n = n;
  return SONDE_OK;
}

static sonde_code put_words(value_set *s, const col *x, values *v, sonde_error *err) {
  uint64_t *first = v->words[0], *second = v->words[1];
  switch (x->lane) {
  case LANE_BOOL:
    for (uint32_t i = 0; i < v->n; i++) first[i] = ((const uint8_t *)x->data)[v->lanes[i]];
    break;
  case LANE_I64:
    for (uint32_t i = 0; i < v->n; i++) first[i] = ((const uint64_t *)x->data)[v->lanes[i]];
    break;
  case LANE_F64:
    for (uint32_t i = 0; i < v->n; i++) first[i] = double_order(((const double *)x->data)[v->lanes[i]]);
    break;
  case LANE_I128:
    for (uint32_t i = 0; i < v->n; i++) {
      u128 w = (u128)((const i128 *)x->data)[v->lanes[i]];
      first[i] = (uint64_t)w;
      second[i] = (uint64_t)(w >> 64);
    }
    break;
  default: SONDE_TRY(put_texts(s, x->data, v, err));
  }
  for (uint32_t i = 0; s->grouped && i < v->n; i++) v->words[s->n_words - 1][i] = v->groups[i];
  return SONDE_OK;
}

/* ---- adding ---- */

static void mix(const value_set *s, values *v) {
  for (uint32_t i = 0; i < v->n; i++) v->words[0][i] = key_hash(0, v->words[0][i]);
  for (uint32_t w = 1; w < s->n_words; w++)
    for (uint32_t i = 0; i < v->n; i++) v->words[0][i] = key_hash(v->words[0][i], v->words[w][i]);
}

sonde_code value_set_add(value_set *s, const col *x, const uint32_t *groups, uint32_t n, arena *m,
                         sonde_error *err) {
  values *v = arena_alloc(m, sizeof *v, err);
  if (!v) return err->code;
  if (x->form == COL_DICT && !groups) SONDE_TRY(use_dictionary(s, x, err));
  find_lanes(s, x, groups, n, v);
  SONDE_TRY(put_words(s, x->form == COL_DICT ? x->dict : x, v, err));
  mix(s, v);
  for (uint32_t i = 0; i < v->n; i++) {
    value_part *p = &s->parts[v->words[0][i] / (UINT64_MAX / VALUE_PARTS + 1)];
    if (p->n == p->cap) SONDE_TRY(make_room(s, p, 1, err));
    uint64_t *words = p->words + (size_t)p->n++ * s->n_words;
    for (uint32_t w = 0; w < s->n_words; w++) words[w] = v->words[w][i];
  }
  return SONDE_OK;
}

sonde_code value_set_count(value_set *s, int64_t *counts, sonde_error *err) {
  if (!s->grouped) *counts += s->texts.n;
  for (value_part *p = s->parts; p < s->parts + VALUE_PARTS; p++) {
    SONDE_TRY(tell_apart(s, p, err));
    if (!s->grouped) *counts += p->n;
    for (uint32_t i = 0; s->grouped && i < p->n; i++) counts[p->words[(i + 1) * (size_t)s->n_words - 1]]++;
  }
  return SONDE_OK;
}

/* ---- as bytes ---- */

sonde_code value_set_put(value_set *s, buf *out, sonde_error *err) {
  buf_u32(out, s->texts.n);
  for (uint32_t i = 0; i < s->texts.n; i++) buf_str(out, s->texts.texts[i]);
  for (value_part *p = s->parts; p < s->parts + VALUE_PARTS; p++) {
    SONDE_TRY(tell_apart(s, p, err));
    buf_u32(out, p->n);
    buf_put(out, p->words, p->n * (size_t)s->n_words * 8);
  }
  return buf_status(out, err);
}

sonde_code value_set_get(value_set *s, rd *in, sonde_error *err) {
  err->code = SONDE_OK;
  for (uint32_t n = rd_count(in, 4); n && err->code == SONDE_OK; n--) {
    sonde_str text = rd_str(in);
    intern_find(&s->texts, text, hash_bytes(text.ptr, text.len), true, err);
  }
  for (value_part *p = s->parts; err->code == SONDE_OK && p < s->parts + VALUE_PARTS; p++) {
    uint32_t n = rd_count(in, s->n_words * (size_t)8);
    const uint8_t *words = rd_bytes(in, n * (size_t)s->n_words * 8);
    if (!n || !words) continue;
    if (n > p->cap - p->n) SONDE_TRY(make_room(s, p, n, err));
    memcpy(p->words + (size_t)p->n * s->n_words, words, n * (size_t)s->n_words * 8);
    p->n += n;
  }
  if (err->code != SONDE_OK) return err->code;
  SONDE_CHECK(!in->bad, err, SONDE_CORRUPT, 0, "values of a fragment are broken");
  return SONDE_OK;
}
