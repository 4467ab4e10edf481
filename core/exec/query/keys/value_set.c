/* See value_set.h. */
#include "exec/query/keys/value_set.h"

#define SHORT_MAX 15u

/* A group takes the place of a second word. */
bool value_set_takes(const sql_type *t, bool grouped) {
  lane l = sql_lane(t);
  return l != LANE_NESTED && t->id != SQL_INTERVAL && !(grouped && (l == LANE_STR || l == LANE_I128));
}

void value_set_init(value_set *s, mem *m) {
  *s = (value_set){.mem = m};
  intern_init(&s->texts, m);
}

void value_set_free(value_set *s) {
  for (uint32_t p = 0; p < VALUE_PARTS; p++)
    mem_free(s->mem, s->parts[p].values, s->parts[p].cap * sizeof(set_value));
  mem_free(s->mem, s->slots, s->slots_cap * sizeof *s->slots);
  mem_free(s->mem, s->met, s->met_cap);
  intern_free(&s->texts);
}

uint64_t value_set_held(const value_set *s) {
  uint64_t bytes = intern_held(&s->texts);
  for (uint32_t p = 0; p < VALUE_PARTS; p++) bytes += s->parts[p].cap * sizeof(set_value);
  return bytes;
}

/* ---- telling apart ---- */

/* The high bits of the hash are those of the part. */
static uint32_t keep_first(const value_part *p, uint32_t *slots, uint32_t mask) {
  set_value *values = p->values;
  uint32_t kept = 0, slot;
  for (uint32_t i = 0; i < p->n; i++) {
    const set_value v = values[i];
    uint32_t at = (uint32_t)v.hash & mask;
    while ((slot = slots[at]) != 0 && (values[slot - 1].hash != v.hash || values[slot - 1].rest != v.rest))
      at = (at + 1) & mask;
    if (slot) continue;
    values[kept] = v;
    slots[at] = ++kept;
  }
  return kept;
}

static sonde_code tell_apart(value_set *s, value_part *p, sonde_error *err) {
  uint32_t cap = 64;
  while (cap / 2 < p->n) cap *= 2;
  SONDE_TRY(grow(s->mem, &s->slots, &s->slots_cap, cap, sizeof *s->slots, err));
  memset(s->slots, 0, cap * sizeof *s->slots);
  p->n = keep_first(p, s->slots, cap - 1);
  return SONDE_OK;
}

/* Where half of a part is different values it becomes larger, so that each is told apart a few times only. */
static sonde_code make_room(value_set *s, value_part *p, uint32_t more, sonde_error *err) {
  SONDE_TRY(tell_apart(s, p, err));
  uint64_t need = 2 * ((uint64_t)p->n + more);
  return grow(s->mem, &p->values, &p->cap, need, sizeof(set_value), err);
}

/* ---- values as words ---- */

/* Of a batch; `n` of the rows have a value that may be new. */
typedef struct {
  uint32_t n;
  uint64_t first[BATCH_ROWS], rest[BATCH_ROWS];
} batch_words;

/* A value of a dictionary is needed once. */
static sonde_code use_dictionary(value_set *s, const col *x, sonde_error *err) {
  if (s->dict_id && s->dict_id == x->dict_id) return SONDE_OK;
  SONDE_TRY(grow(s->mem, &s->met, &s->met_cap, x->dict_rows, 1, err));
  memset(s->met, 0, x->dict_rows);
  s->dict_id = x->dict_id;
  return SONDE_OK;
}

static uint64_t load(const char *p) {
  uint64_t w;
  memcpy(&w, p, 8);
  return w;
}

/* Two words of eight bytes share one, which gives way to the length. */
static inline void add_short(batch_words *w, sonde_str s) {
  if (s.len < 8) {
    w->first[w->n] = hash_short((const uint8_t *)s.ptr, s.len);
    w->rest[w->n++] = s.len;
  } else {
    w->first[w->n] = load(s.ptr);
    w->rest[w->n++] = (load(s.ptr + s.len - 8) & ~UINT64_C(255)) | s.len;
  }
}

static sonde_code texts_as_words(value_set *s, const col *x, uint32_t n, batch_words *w, sonde_error *err) {
  const uint32_t *codes = x->form == COL_DICT ? x->data : NULL;
  const sonde_str *texts = codes ? x->dict->data : x->data;
  uint32_t longer[BATCH_ROWS], numbers[BATCH_ROWS], n_longer = 0, mask = (uint32_t)col_mask(x);
  if (codes) SONDE_TRY(use_dictionary(s, x, err));
  for (uint32_t i = 0; i < n; i++) {
    uint32_t at = codes ? codes[i] : i & mask;
    if ((codes && s->met[at]) || !col_valid(x, i)) continue;
    if (codes) s->met[at] = 1;
    if (texts[at].len > SHORT_MAX)
      longer[n_longer++] = at;
    else
      add_short(w, texts[at]);
  }
  return intern_texts(&s->texts, texts, longer, n_longer, true, numbers, err);
}

static void numbers_as_words(const col *x, const uint32_t *groups, uint32_t n, batch_words *w) {
  if (x->lane != LANE_I128) memset(w->rest, 0, n * sizeof *w->rest);
  col_words(x, n, w->first, w->rest);
  for (uint32_t i = 0; i < n; i++) {
    w->first[w->n] = w->first[i];
    w->rest[w->n] = groups ? groups[i] : w->rest[i];
    w->n += col_valid(x, i);
  }
}

/* ---- adding ---- */

sonde_code value_set_add(value_set *s, const col *x, const uint32_t *groups, uint32_t n, arena *m,
                         sonde_error *err) {
  batch_words *w = arena_alloc(m, sizeof *w, err);
  if (!w) return err->code;
  w->n = 0;
  if (x->lane == LANE_STR)
    SONDE_TRY(texts_as_words(s, x, n, w, err));
  else
    numbers_as_words(x, groups, n, w);
  for (uint32_t i = 0; i < w->n; i++) {
    uint64_t hash = key_hash(hash_u64(w->first[i]), w->rest[i]);
    value_part *p = &s->parts[hash / (UINT64_MAX / VALUE_PARTS + 1)];
    if (p->n == p->cap) SONDE_TRY(make_room(s, p, 1, err));
    p->values[p->n++] = (set_value){hash, w->rest[i]};
  }
  return SONDE_OK;
}

sonde_code value_set_count(value_set *s, bool grouped, int64_t *counts, sonde_error *err) {
  if (!grouped) *counts += s->texts.n;
  for (value_part *p = s->parts; p < s->parts + VALUE_PARTS; p++) {
    SONDE_TRY(tell_apart(s, p, err));
    for (uint32_t i = 0; i < p->n; i++) counts[grouped ? p->values[i].rest : 0]++;
  }
  return SONDE_OK;
}

/* ---- as bytes ---- */

sonde_code value_set_put(value_set *s, buf *out, sonde_error *err) {
  buf_u32(out, s->texts.n);
  for (uint32_t i = 0; i < s->texts.n; i++) buf_str(out, intern_get(&s->texts, i));
  for (value_part *p = s->parts; p < s->parts + VALUE_PARTS; p++) {
    SONDE_TRY(tell_apart(s, p, err));
    buf_u32(out, p->n);
    buf_put(out, p->values, p->n * sizeof *p->values);
  }
  return SONDE_OK;
}

sonde_code value_set_get(value_set *s, rd *in, sonde_error *err) {
  for (uint32_t n = rd_count(in, 4); n; n--) {
    sonde_str text = rd_str(in);
    if (!intern_find(&s->texts, text, hash_bytes(text.ptr, text.len), true, err)) return err->code;
  }
  for (value_part *p = s->parts; p < s->parts + VALUE_PARTS; p++) {
    uint32_t n = rd_count(in, sizeof *p->values);
    const uint8_t *values = rd_bytes(in, n * sizeof *p->values);
    if (!n || !values) continue;
    if (n > p->cap - p->n) SONDE_TRY(make_room(s, p, n, err));
    memcpy(p->values + p->n, values, n * sizeof *p->values);
    p->n += n;
  }
  SONDE_CHECK(!in->bad, err, SONDE_CORRUPT, 0, "values of a fragment are broken");
  return SONDE_OK;
}
