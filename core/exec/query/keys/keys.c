/* Columns to words; see keys.h. */
#include "exec/query/keys/keys.h"

#define PIECE_BYTES ((size_t)4080) /* a block of the arena */

/* ---- interning ---- */

static uint32_t home(uint64_t hash, uint32_t cap) { return (uint32_t)(hash >> 32) & (cap - 1); }

static sonde_code intern_grow(intern *t, sonde_error *err) {
  uint32_t cap = t->slots_cap ? t->slots_cap * 2 : 1024;
  uint64_t *slots = mem_alloc(t->mem, (size_t)cap * sizeof *slots, err);
  if (!slots) return err->code;
  memset(slots, 0, (size_t)cap * sizeof *slots);
  for (uint32_t i = 0; i < t->slots_cap; i++) {
    if (!t->slots[i]) continue;
    uint32_t at = home(t->slots[i], cap);
    while (slots[at]) at = (at + 1) & (cap - 1);
    slots[at] = t->slots[i];
  }
  mem_free(t->mem, t->slots, (size_t)t->slots_cap * sizeof *slots);
  t->slots = slots;
  t->slots_cap = cap;
  return SONDE_OK;
}

static uint64_t load(const char *p, size_t n) {
  uint64_t w = 0;
  memcpy(&w, p, n);
  return w;
}

/* Up to seven bytes in their order; those that are loaded twice meet their like. */
static uint64_t few_bytes(const char *p, size_t n) {
  if (n >= 4) return load(p, 4) | load(p + n - 4, 4) << (8 * (n - 4));
  if (n == 0) return 0;
  return load(p, 1) | load(p + n / 2, 1) << (8 * (n / 2)) | load(p + n - 1, 1) << (8 * (n - 1));
}

static inline intern_text text_as_words(sonde_str s) {
  uint64_t length = (uint64_t)s.len << 56;
  if (s.len > INTERN_SHORT_MAX) return (intern_text){(uintptr_t)s.ptr, s.len | INTERN_LONG};
  if (s.len < 8) return (intern_text){few_bytes(s.ptr, s.len), length};
  return (intern_text){load(s.ptr, 8), load(s.ptr + s.len - 8, 8) >> 8 >> (8 * (15 - s.len)) | length};
}

static inline bool same_text(const intern_text *a, const intern_text *b) {
  if (a->second != b->second) return false;
  if (a->first == b->first) return true;
  sonde_str text = intern_bytes(b);
  return intern_is_long(a) && memcmp(intern_bytes(a).ptr, text.ptr, text.len) == 0;
}

/* Side by side they take less memory to touch. */
static char *keep_bytes(intern *t, sonde_str s, sonde_error *err) {
  if (!t->room || s.len > t->room_left) {
    size_t piece = s.len > PIECE_BYTES ? s.len : PIECE_BYTES;
    if (!(t->room = arena_alloc(&t->memory, piece, err))) return NULL;
    t->room_left = piece;
  }
  char *copy = t->room;
  memcpy(copy, s.ptr, s.len);
  t->room += s.len;
  t->room_left -= s.len;
  return copy;
}

static sonde_code intern_add(intern *t, intern_text x, uint64_t hash, uint32_t at, sonde_error *err) {
  SONDE_TRY(grow(t->mem, &t->texts, &t->cap, t->n + 1u, sizeof *t->texts, err));
  if (intern_is_long(&x)) {
    const char *copy = keep_bytes(t, intern_bytes(&x), err);
    if (!copy) return err->code;
    x.first = (uintptr_t)copy;
  }
  t->texts[t->n++] = x;
  t->slots[at] = hash >> 32 << 32 | t->n;
  return SONDE_OK;
}

uint32_t intern_find(intern *t, sonde_str s, uint64_t hash, bool add, sonde_error *err) {
  if ((uint64_t)t->n * 8 >= (uint64_t)t->slots_cap * 5 && (add || !t->slots_cap) &&
      intern_grow(t, err) != SONDE_OK)
    return 0;
  const intern_text x = text_as_words(s);
  uint32_t at = home(hash, t->slots_cap);
  for (uint64_t slot; (slot = t->slots[at]) != 0; at = (at + 1) & (t->slots_cap - 1))
    if (slot >> 32 == hash >> 32 && same_text(&t->texts[(uint32_t)slot - 1], &x)) return (uint32_t)slot;
  return add && intern_add(t, x, hash, at, err) == SONDE_OK ? t->n : 0;
}

void intern_init(intern *t, mem *m) {
  *t = (intern){.mem = m};
  arena_init(&t->memory, m);
}

void intern_clear(intern *t) {
  if (t->n) memset(t->slots, 0, (size_t)t->slots_cap * sizeof *t->slots);
  arena_reset(&t->memory);
  t->room = NULL;
  t->n = 0;
}

void intern_free(intern *t) {
  mem_free(t->mem, t->texts, t->cap * sizeof *t->texts);
  mem_free(t->mem, t->slots, (size_t)t->slots_cap * sizeof *t->slots);
  arena_free(&t->memory);
}

uint64_t intern_held(const intern *t) {
  return arena_held(&t->memory) + t->cap * sizeof *t->texts + t->slots_cap * sizeof *t->slots;
}

sonde_str *intern_list(const intern *t, arena *a, sonde_error *err) {
  sonde_str *texts = arena_array(a, t->n, sizeof *texts, err);
  for (uint32_t i = 0; texts && i < t->n; i++) texts[i] = intern_get(t, i);
  return texts;
}

/* ---- the keyer ---- */

static bool is_interned(const sql_type *t) {
  lane l = sql_lane(t);
  return l == LANE_STR || l == LANE_NESTED || t->id == SQL_INTERVAL;
}

static sonde_code new_intern(keyer *k, key_col *c, sonde_error *err) {
  c->texts = arena_alloc(&k->memory, sizeof *c->texts, err);
  if (!c->texts) return err->code;
  intern_init(c->texts, k->mem);
  return SONDE_OK;
}

static sonde_code open_col(keyer *k, key_col *c, sonde_error *err) {
  lane l = sql_lane(c->type);
  c->bits = k->fixed ? 32 : 1;
  c->base = 1;
  if (is_interned(c->type)) return new_intern(k, c, err);
  c->whole = k->fixed || l == LANE_F64 || l == LANE_I128;
  c->nullable = k->fixed;
  return SONDE_OK;
}

sonde_code keyer_init(keyer *k, mem *m, const sql_type *const *types, const bool *strict, uint32_t n,
                      sonde_error *err) {
  memset(k, 0, offsetof(keyer, hash));
  k->mem = m;
  k->fixed = strict != NULL;
  arena_init(&k->memory, m);
  arena_init(&k->scratch, m);
  buf_init(&k->bytes, m, (size_t)256 << 20);
  SONDE_CHECK(n <= KEYER_COLS_MAX, err, SONDE_LIMIT, 0, "more than %d columns to compare rows by",
              KEYER_COLS_MAX);
  k->cols = arena_zero(&k->memory, n * sizeof *k->cols, err);
  k->field = arena_array(&k->memory, BATCH_ROWS, sizeof *k->field, err);
  if (!k->cols || !k->field) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    k->cols[i] = (key_col){.type = types[i], .strict = strict && strict[i]};
    k->n_cols++;
    SONDE_TRY(open_col(k, &k->cols[i], err));
  }
  return keyer_lay_out(k, err);
}

void keyer_free(keyer *k) {
  if (!k->mem) return;
  for (uint32_t i = 0; i < k->n_cols; i++) {
    key_col *c = &k->cols[i];
    if (c->texts) intern_free(c->texts);
    mem_free(k->mem, c->cells, c->cells_cap * sizeof *c->cells);
    mem_free(k->mem, c->dict_numbers, c->dict_cap * sizeof *c->dict_numbers);
  }
  buf_free(&k->bytes);
  arena_free(&k->memory);
  arena_free(&k->scratch);
  k->mem = NULL;
}

uint64_t keyer_held(const keyer *k) {
  uint64_t bytes = arena_held(&k->memory);
  for (uint32_t i = 0; i < k->n_cols; i++) {
    const intern *t = k->cols[i].texts;
    bytes += k->cols[i].cells_cap * sizeof(cell);
    if (t) bytes += intern_held(t);
  }
  return bytes;
}

/* ---- what is interned ---- */

static void put_value(buf *, const sql_type *, cell);

static void put_nested(buf *b, const sql_type *t, const nested *x) {
  buf_u32(b, x->n);
  for (uint32_t i = 0; i < x->n; i++) {
    bool there = nested_valid(x, i);
    buf_u8(b, there);
    const sql_type *item = t->id == SQL_LIST  ? &t->children[0]
                           : t->id == SQL_MAP ? &t->children[i & 1]
                                              : &t->children[i];
    if (there) put_value(b, item, x->cells[i]);
  }
}

static i128 interval_length(i128 w) {
  interval v = interval_of(w);
  return ((i128)v.months * 30 + v.days) * 86400000000 + v.micros;
}

static void put_value(buf *b, const sql_type *t, cell v) {
  i128 w = v.w;
  switch (sql_lane(t)) {
  case LANE_BOOL: buf_u8(b, v.b); break;
  case LANE_I64: buf_u64(b, (uint64_t)v.i); break;
  case LANE_F64: buf_u64(b, double_order(v.f)); break;
  case LANE_I128:
    if (t->id == SQL_INTERVAL) w = interval_length(v.w);
    buf_put(b, &w, sizeof w);
    break;
  case LANE_STR: buf_str(b, v.s); break;
  default: put_nested(b, t, v.n);
  }
}

/* 0: not there, or *err is set. */
static uint32_t number_value(keyer *k, key_col *c, cell v, bool add, sonde_error *err) {
  if (sql_lane(c->type) == LANE_STR)
    return intern_find(c->texts, v.s, hash_bytes(v.s.ptr, v.s.len), add, err);
  buf_clear(&k->bytes);
  put_value(&k->bytes, c->type, v);
  if (buf_status(&k->bytes, err) != SONDE_OK) return 0;
  sonde_str bytes = {(const char *)k->bytes.data, k->bytes.len};
  uint32_t number = intern_find(c->texts, bytes, hash_bytes(bytes.ptr, bytes.len), add, err);
  if (!number || number <= c->cells_n) return number;
  if (grow(k->mem, &c->cells, &c->cells_cap, number, sizeof *c->cells, err) != SONDE_OK) return 0;
  if (cell_copy(c->type, v, &k->memory, &c->cells[number - 1], err) != SONDE_OK) return 0;
  return c->cells_n = number;
}

static sonde_code use_numbers(keyer *k, key_col *c, const col *from, sonde_error *err) {
  if (from->dict_id && c->dict_id == from->dict_id) return SONDE_OK;
  SONDE_TRY(grow(k->mem, &c->dict_numbers, &c->dict_cap, from->dict_rows, sizeof *c->dict_numbers, err));
  memset(c->dict_numbers, 0, from->dict_rows * sizeof *c->dict_numbers);
  c->dict_id = from->dict_id;
  return SONDE_OK;
}

static void skip_row(keyer *k, uint32_t row) {
  k->skip[row] = 1;
  k->any_skip = true;
}

/* What is looked up for one text after the other lies far apart: everything is on its way before the first is compared. */
PREFETCHING prefetch_texts(const intern *t, const sonde_str *texts, const uint32_t *rows,
                           const uint64_t *hash, uint32_t n) {
  if (!t->n) return;
  for (uint32_t i = 0; i < n; i++) prefetch_at(&t->slots[home(hash[i], t->slots_cap)]);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t slot = t->slots[home(hash[i], t->slots_cap)];
    if (slot && slot >> 32 == hash[i] >> 32) prefetch_at(&t->texts[(uint32_t)slot - 1]);
  }
  for (uint32_t i = 0; i < n; i++) {
    if (texts[rows[i]].len <= INTERN_SHORT_MAX) continue;
    uint64_t slot = t->slots[home(hash[i], t->slots_cap)];
    if (slot && slot >> 32 == hash[i] >> 32) prefetch_at(intern_get(t, (uint32_t)slot - 1).ptr);
  }
}

#define TEXTS_AT_ONCE 256u /* of which all that was prefetched still is in the first cache */

sonde_code intern_texts(intern *t, const sonde_str *texts, const uint32_t *rows, uint32_t n, bool add,
                        uint32_t *numbers, sonde_error *err) {
  uint64_t hash[TEXTS_AT_ONCE];
  for (uint32_t first = 0; first < n; first += TEXTS_AT_ONCE) {
    uint32_t some = n - first < TEXTS_AT_ONCE ? n - first : TEXTS_AT_ONCE;
    for (uint32_t i = 0; i < some; i++) {
      sonde_str s = texts[rows[first + i]];
      hash[i] = hash_bytes(s.ptr, s.len);
    }
    prefetch_texts(t, texts, rows + first, hash, some);
    for (uint32_t i = 0; i < some; i++) {
      numbers[first + i] = intern_find(t, texts[rows[first + i]], hash[i], add, err);
      if (!numbers[first + i] && err->code != SONDE_OK) return err->code;
    }
  }
  return SONDE_OK;
}

#define NOT_THERE UINT32_MAX
#define BEING_NUMBERED (UINT32_MAX - 1)

/* Numbers those texts of a dictionary that rows refer to and that have none yet; nulls may have one. */
static sonde_code number_codes(keyer *k, key_col *c, const col *from, uint32_t n, bool add,
                               sonde_error *err) {
  const uint32_t *codes = from->data;
  uint32_t *open = arena_array(&k->scratch, n, sizeof *open, err), n_open = 0;
  uint32_t *numbers = arena_array(&k->scratch, n, sizeof *numbers, err);
  if (!open || !numbers) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t *number = &c->dict_numbers[codes[i]];
    if (!col_valid(from, i) || (*number && !(add && *number == NOT_THERE))) continue;
    *number = BEING_NUMBERED;
    open[n_open++] = codes[i];
  }
  SONDE_TRY(intern_texts(c->texts, from->dict->data, open, n_open, add, numbers, err));
  for (uint32_t i = 0; i < n_open; i++) c->dict_numbers[open[i]] = numbers[i] ? numbers[i] : NOT_THERE;
  return SONDE_OK;
}

/* False: some text has no number yet, or none at all. */
static bool known_numbers(const key_col *c, const col *from, uint32_t n, uint64_t *out) {
  const uint32_t *codes = from->data, *numbers = c->dict_numbers;
  bool known = true;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t number = numbers[codes[i]];
    known &= number - 1 < NOT_THERE - 1;
    out[i] = number;
  }
  return known;
}

static sonde_code encode_dict(keyer *k, key_col *c, const col *from, uint32_t n, bool add, uint64_t *out,
                              sonde_error *err) {
  bool nulls = from->valid || from->dict->valid;
  SONDE_TRY(use_numbers(k, c, from, err));
  if (known_numbers(c, from, n, out) && !nulls) return SONDE_OK;
  SONDE_TRY(number_codes(k, c, from, n, add, err));
  known_numbers(c, from, n, out);
  for (uint32_t i = 0; i < n; i++) {
    if (nulls && !col_valid(from, i))
      out[i] = 0;
    else if (out[i] == NOT_THERE)
      skip_row(k, i);
  }
  return SONDE_OK;
}

static sonde_code encode_texts(keyer *k, key_col *c, const col *from, uint32_t n, bool add, uint64_t *out,
                               sonde_error *err) {
  uint32_t *rows = arena_array(&k->scratch, n, sizeof *rows, err), there = 0;
  uint32_t *numbers = arena_array(&k->scratch, n, sizeof *numbers, err);
  if (!rows || !numbers) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    rows[there] = i;
    there += !from->valid || from->valid[i];
  }
  SONDE_TRY(intern_texts(c->texts, from->data, rows, there, add, numbers, err));
  if (there < n) memset(out, 0, n * sizeof *out);
  for (uint32_t i = 0; i < there; i++) {
    out[rows[i]] = numbers[i];
    if (!numbers[i]) skip_row(k, rows[i]);
  }
  return SONDE_OK;
}

static sonde_code encode_interned(keyer *k, key_col *c, const col *from, uint32_t n, bool add, uint64_t *out,
                                  sonde_error *err) {
  if (from->form == COL_DICT && from->lane == LANE_STR) return encode_dict(k, c, from, n, add, out, err);
  if (from->form == COL_FLAT && from->lane == LANE_STR) return encode_texts(k, c, from, n, add, out, err);
  bool once = from->form == COL_CONST;
  for (uint32_t i = 0; i < n; i++) {
    out[i] = once && i ? out[0] : 0;
    if (!col_valid(from, i)) continue;
    if (!once || i == 0) out[i] = number_value(k, c, col_cell(from, i), add, err);
    if (out[i] == 0 && err->code != SONDE_OK) return err->code;
    if (out[i] == 0) skip_row(k, i);
  }
  return SONDE_OK;
}

/* ---- whole numbers in fields ---- */

static unsigned bits_for(uint64_t most) { return most ? 64 - (unsigned)__builtin_clzll(most) : 1; }

static int64_t lane_number(const col *c, size_t i) {
  return c->lane == LANE_BOOL ? ((const uint8_t *)c->data)[i] : ((const int64_t *)c->data)[i];
}

/* The least and the greatest number there; false: all are null. */
static bool range_of(const col *from, uint32_t n, int64_t *low, int64_t *high) {
  uint32_t distinct = from->form == COL_CONST ? 1 : n;
  *low = INT64_MAX;
  *high = INT64_MIN;
  for (uint32_t i = 0; i < distinct; i++) {
    if (from->valid && !from->valid[i]) continue;
    int64_t v = lane_number(from, i);
    if (v < *low) *low = v;
    if (v > *high) *high = v;
  }
  return *low <= *high;
}

/* The numbers that a field holds so far. */
static void known_range(const key_col *c, int64_t *low, int64_t *high) {
  *low = (int64_t)c->base;
  *high = (int64_t)(c->base + (((uint64_t)1 << c->bits) - 2));
  if (*high < *low) *high = INT64_MAX;
}

/* Where a field of so many bits begins: smaller numbers came, so that there will be more of them. */
static int64_t room_below(int64_t low, uint64_t span, unsigned bits) {
  uint64_t room = ((uint64_t)1 << bits) - 2 - span, below = (uint64_t)low - (uint64_t)INT64_MIN;
  if (low >= 0 && (uint64_t)low < room) return 0;
  return below < room ? INT64_MIN : low - (int64_t)room;
}

/* Upwards a field grows without moving what is there; in the beginning it reaches down to 0 if that costs no bit. False: there is
 * nothing but nulls. */
static bool widen(key_col *c, const col *from, uint32_t n) {
  int64_t low, high, least, most;
  if (!range_of(from, n, &low, &high)) return false;
  known_range(c, &least, &most);
  bool lower = c->met && low < least;
  if (c->met && !lower) low = least;
  if (c->met && most > high) high = most;
  uint64_t span = (uint64_t)high - (uint64_t)low;
  c->whole = span >= (uint64_t)1 << 62;
  c->bits = c->whole ? 64 : (uint8_t)bits_for(span + 1);
  if (lower && !c->whole) low = room_below(low, span, c->bits);
  if (!c->met && low > 0 && bits_for((uint64_t)high + 1) == c->bits) low = 0;
  c->base = (uint64_t)low;
  return c->met = true;
}

#define EACH_NUMBER(T, there)                                                                                \
  for (uint32_t i = 0; i < n; i++) {                                                                         \
    uint64_t x = (uint64_t)((const T *)from->data)[i & m] - c->base, present = (there);                      \
    out[i] = (x + 1) & present;                                                                              \
    seen |= (x & present) | out[i];                                                                          \
  }

/* Values counted from the field's base; the answer has bits beyond the field if one does not fit. */
static uint64_t count_from_base(const key_col *c, const col *from, uint32_t n, uint64_t *out) {
  size_t m = col_mask(from);
  const uint8_t *valid = from->valid;
  uint64_t seen = 0;
  if (from->lane == LANE_BOOL)
    EACH_NUMBER(uint8_t, valid ? -(uint64_t)valid[i & m] : UINT64_MAX)
  else if (valid)
    EACH_NUMBER(int64_t, -(uint64_t)valid[i & m])
  else if (from->form == COL_CONST)
    EACH_NUMBER(int64_t, UINT64_MAX)
  else
    for (uint32_t i = 0; i < n; i++) {
      uint64_t x = ((const uint64_t *)from->data)[i] - c->base;
      out[i] = x + 1;
      seen |= x | out[i];
    }
  return seen;
}

static void skip_beyond(keyer *k, const key_col *c, const col *from, uint32_t n, uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) {
    bool null = from->valid && !from->valid[i & col_mask(from)];
    if (null || (out[i] && out[i] >> c->bits == 0)) continue;
    out[i] = 0;
    skip_row(k, i);
  }
}

/* ---- what takes whole words ---- */

void col_words(const col *from, uint32_t n, uint64_t *out, uint64_t *high) {
  size_t m = col_mask(from);
  switch (from->lane) {
  case LANE_BOOL:
    for (uint32_t i = 0; i < n; i++) out[i] = ((const uint8_t *)from->data)[i & m];
    break;
  case LANE_I64:
    for (uint32_t i = 0; i < n; i++) out[i] = ((const uint64_t *)from->data)[i & m];
    break;
  case LANE_F64:
    for (uint32_t i = 0; i < n; i++) out[i] = double_order(((const double *)from->data)[i & m]);
    break;
  default:
    for (uint32_t i = 0; i < n; i++) {
      u128 w = (u128)((const i128 *)from->data)[i & m];
      out[i] = (uint64_t)w;
      high[i] = (uint64_t)(w >> 64);
    }
  }
}

static bool any_null(const col *from, uint32_t n) {
  if (!from->valid) return false;
  return memchr(from->valid, 0, from->form == COL_CONST ? 1 : n) != NULL;
}

static void clear_nulls(const col *from, uint32_t n, uint64_t *words) {
  size_t m = col_mask(from);
  for (uint32_t i = 0; i < n; i++) words[i] &= -(uint64_t)(from->valid[i & m] != 0);
}

static void skip_nulls(keyer *k, const col *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (!col_valid(from, i)) skip_row(k, i);
}

static bool can_be_null(const col *c) { return c->valid || (c->form == COL_DICT && c->dict->valid); }

/* ---- rows ---- */

/* Into its place in the words; whoever begins a word clears what was there. */
static void put_field(keyer *k, const key_field *f, uint32_t n) {
  uint64_t *words = k->words[f->word];
  if (f->shift == 0)
    memcpy(words, k->field, n * sizeof *words);
  else
    for (uint32_t i = 0; i < n; i++) words[i] |= k->field[i] << f->shift;
}

#define MANY_BITS 12u /* from here on it costs more to move all keys for each bit than to leave some unused */

static sonde_code encode_numbers(keyer *k, key_col *c, const col *from, uint32_t n, bool add, bool *grown,
                                 sonde_error *err) {
  SONDE_TRY(encode_interned(k, c, from, n, add, k->field, err));
  unsigned bits = bits_for(c->texts->n);
  if (bits <= c->bits) return SONDE_OK;
  c->bits = (uint8_t)(bits > MANY_BITS ? (bits + 1) & ~1u : bits);
  *grown = true;
  return SONDE_OK;
}

static void encode_range(keyer *k, key_col *c, const col *from, uint32_t n, bool add, bool *grown) {
  bool fits = count_from_base(c, from, n, k->field) >> c->bits == 0;
  c->nullable |= any_null(from, n);
  if (add)
    *grown |= (!fits || !c->met) && widen(c, from, n);
  else if (!fits)
    skip_beyond(k, c, from, n, k->field);
}

static sonde_code encode_field(keyer *k, uint32_t i, const col *from, uint32_t n, bool add, bool *grown,
                               sonde_error *err) {
  key_col *c = &k->cols[i];
  if (c->texts)
    SONDE_TRY(encode_numbers(k, c, from, n, add, grown, err));
  else
    encode_range(k, c, from, n, add, grown);
  if (!*grown) put_field(k, &k->layout.fields[i], n);
  return SONDE_OK;
}

static void encode_whole(keyer *k, uint32_t i, const col *from, uint32_t n, bool add, bool *grown) {
  key_col *c = &k->cols[i];
  const key_field *f = &k->layout.fields[i];
  uint64_t *words = k->words[f->word], *high = from->lane == LANE_I128 ? k->words[f->word + 1] : NULL;
  col_words(from, n, words, high);
  if (!any_null(from, n)) return;
  clear_nulls(from, n, words);
  if (high) clear_nulls(from, n, high);
  if (f->nullable) return;
  if (add)
    c->nullable = *grown = true;
  else
    skip_nulls(k, from, n);
}

/* After all values, because a field that begins a word clears it. */
static void put_nulls(keyer *k, uint32_t i, const col *from, uint32_t n) {
  const key_field *f = &k->layout.fields[i];
  if (!f->nullable) return;
  uint64_t *words = k->words[f->null_word];
  if (f->null_shift == 0) memset(words, 0, n * sizeof *words);
  for (uint32_t r = 0; can_be_null(from) && r < n; r++)
    words[r] |= (uint64_t)!col_valid(from, r) << f->null_shift;
}

static sonde_code encode_col(keyer *k, uint32_t i, const col *from, uint32_t n, bool add, bool *grown,
                             sonde_error *err) {
  col plain = *from;
  arena_reset(&k->scratch);
  if (!k->cols[i].texts) SONDE_TRY(col_plain(from, n, &plain, &k->scratch, err));
  if (k->cols[i].whole)
    encode_whole(k, i, &plain, n, add, grown);
  else
    SONDE_TRY(encode_field(k, i, &plain, n, add, grown, err));
  if (k->cols[i].strict && can_be_null(from)) skip_nulls(k, from, n);
  return SONDE_OK;
}

static sonde_code encode_rows(keyer *k, const col *cols, uint32_t n, bool add, bool *grown,
                              sonde_error *err) {
  memset(k->skip, 0, n);
  k->any_skip = *grown = false;
  if (k->n_cols == 0) memset(k->words[0], 0, n * sizeof(uint64_t));
  for (uint32_t i = 0; i < k->n_cols; i++) SONDE_TRY(encode_col(k, i, &cols[i], n, add, grown, err));
  for (uint32_t i = 0; i < k->n_cols; i++) put_nulls(k, i, &cols[i], n);
  return SONDE_OK;
}

void keyer_hash(keyer *k, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) k->hash[i] = key_hash(0, k->words[0][i]);
  for (uint32_t w = 1; w < k->n_words; w++)
    for (uint32_t i = 0; i < n; i++) k->hash[i] = key_hash(k->hash[i], k->words[w][i]);
}

sonde_code keyer_encode(keyer *k, const col *cols, uint32_t n, bool add, sonde_error *err) {
  bool grown;
  err->code = SONDE_OK;
  SONDE_TRY(encode_rows(k, cols, n, add, &grown, err));
  while (grown) { /* in fields that all values fit, at the latest when everything is whole */
    SONDE_TRY(keyer_lay_out(k, err));
    SONDE_TRY(encode_rows(k, cols, n, add, &grown, err));
  }
  if (k->fixed) keyer_hash(k, n);
  return SONDE_OK;
}
