/* How key columns share words: laying out, moving words from one layout to another, and back to columns; see keys.h. */
#include "exec/query/keys/keys.h"

/* ---- laying out ---- */

/* The first word with room for so many bits, behind those in use. */
static void place(key_layout *l, uint8_t *used, unsigned bits, uint8_t *word, uint8_t *shift) {
  uint32_t w = 0;
  while (w < l->n_words && used[w] + bits > 64) w++;
  if (w == l->n_words) l->n_words++;
  *word = (uint8_t)w;
  *shift = used[w];
  used[w] = (uint8_t)(used[w] + bits);
}

static bool takes_two(const key_col *c) { return sql_lane(c->type) == LANE_I128 && !c->texts; }

static void place_whole(key_layout *l, uint8_t *used, const key_col *c, key_field *f) {
  f->word = (uint8_t)l->n_words;
  for (uint32_t i = takes_two(c) ? 2 : 1; i; i--) used[l->n_words++] = 64;
}

static void place_values(keyer *k, uint8_t *used) {
  key_layout *l = &k->layout;
  for (uint32_t i = 0; i < k->n_cols; i++) {
    const key_col *c = &k->cols[i];
    key_field *f = &l->fields[i];
    *f = (key_field){.bits = c->whole ? 0 : c->bits, .nullable = c->whole && c->nullable, .base = c->base};
    if (c->whole)
      place_whole(l, used, c, f);
    else
      place(l, used, c->bits, &f->word, &f->shift);
  }
}

static void place_nulls(keyer *k, uint8_t *used) {
  uint32_t before = k->layout.n_words;
  if (k->fixed) memset(used, 64, before);
  for (uint32_t i = 0; i < k->n_cols; i++) {
    key_field *f = &k->layout.fields[i];
    if (f->nullable) place(&k->layout, used, 1, &f->null_word, &f->null_shift);
  }
  k->null_word = k->fixed && k->layout.n_words > before;
}

sonde_code keyer_lay_out(keyer *k, sonde_error *err) {
  uint8_t used[KEYER_WORDS_MAX] = {0};
  key_layout *l = &k->layout;
  l->n_words = 0;
  l->version++;
  place_values(k, used);
  place_nulls(k, used);
  if (l->n_words == 0) l->n_words = 1;
  l->top = l->n_words > 1 ? 64 : used[0];
  k->n_words = l->n_words;
  for (uint32_t w = 0; w < l->n_words; w++)
    if (!k->words[w] && !(k->words[w] = arena_array(&k->memory, BATCH_ROWS, 8, err))) return err->code;
  return SONDE_OK;
}

/* ---- from one layout to another ---- */

static uint64_t mask_of(const key_field *f) { return ((uint64_t)1 << f->bits) - 1; }
static uint64_t field_of(const key_field *f, const uint64_t *words) {
  return words[f->word] >> f->shift & mask_of(f);
}

static bool is_null(const key_field *f, const uint64_t *words) {
  if (f->bits) return field_of(f, words) == 0;
  return f->nullable && words[f->null_word] >> f->null_shift & 1;
}

static uint64_t value_of(const key_field *f, const uint64_t *words) {
  return f->bits ? field_of(f, words) - 1 + f->base : words[f->word];
}

static void put_word(const key_field *f, bool null, uint64_t word, uint64_t *words) {
  if (f->bits)
    words[f->word] |= (null ? 0 : word - f->base + 1) << f->shift;
  else
    words[f->word] = null ? 0 : word;
  if (f->nullable) words[f->null_word] |= (uint64_t)null << f->null_shift;
}

void words_follow(const keyer *k, const key_layout *from, const uint64_t *words, uint64_t *out) {
  const key_layout *to = &k->layout;
  memset(out, 0, to->n_words * sizeof *out);
  for (uint32_t i = 0; i < k->n_cols; i++) {
    const key_field *f = &from->fields[i], *t = &to->fields[i];
    put_word(t, is_null(f, words), value_of(f, words), out);
    if (takes_two(&k->cols[i])) out[t->word + 1] = words[f->word + 1];
  }
}

/* A field that only became wider at its top leaves the words as they are. */
bool same_words_in(const keyer *k, const key_layout *a, const key_layout *b) {
  if (a->n_words != b->n_words) return false;
  for (uint32_t i = 0; i < k->n_cols; i++) {
    const key_field *x = &a->fields[i], *y = &b->fields[i];
    bool alike = x->word == y->word && x->shift == y->shift && x->base == y->base && !x->bits == !y->bits;
    if (!alike || x->nullable != y->nullable) return false;
    if (x->nullable && (x->null_word != y->null_word || x->null_shift != y->null_shift)) return false;
  }
  return true;
}

/* ---- back to columns ---- */

static void decode_nulls(const key_field *f, const uint64_t *words, uint32_t stride, uint32_t n,
                         uint8_t *valid) {
  for (uint32_t r = 0; r < n; r++, words += stride) valid[r] = !is_null(f, words);
}

static void decode_values(const key_field *f, lane l, const uint64_t *words, uint32_t stride, uint32_t n,
                          void *out) {
  for (uint32_t r = 0; r < n; r++, words += stride) {
    uint64_t v = value_of(f, words);
    switch (l) {
    case LANE_BOOL: ((uint8_t *)out)[r] = v != 0; break;
    case LANE_F64: ((double *)out)[r] = double_of_order(v); break;
    case LANE_I64: ((int64_t *)out)[r] = (int64_t)v; break;
    default: ((i128 *)out)[r] = (i128)((u128)words[f->word + 1] << 64 | v);
    }
  }
}

static void decode_texts(const key_col *c, const key_field *f, const uint64_t *words, uint32_t stride,
                         uint32_t n, sonde_str *out) {
  for (uint32_t r = 0; r < n; r++, words += stride) {
    uint64_t number = field_of(f, words);
    out[r] = number ? intern_get(c->texts, (uint32_t)number - 1) : (sonde_str){"", 0};
  }
}

static void decode_cells(const key_col *c, const key_field *f, const uint64_t *words, uint32_t stride,
                         uint32_t n, col *out) {
  for (uint32_t r = 0; r < n; r++, words += stride) {
    uint64_t number = field_of(f, words);
    if (number) col_put(out, r, c->cells[number - 1]);
  }
}

static sonde_code decode_codes(const key_col *c, const key_field *f, const uint64_t *words, uint32_t stride,
                               uint32_t n, col *out, arena *a, sonde_error *err) {
  uint32_t *codes = arena_array(a, n, sizeof *codes, err);
  uint8_t *valid = arena_array(a, n, 1, err);
  if (!codes || !valid) return err->code;
  for (uint32_t r = 0; r < n; r++, words += stride) {
    uint32_t number = (uint32_t)field_of(f, words);
    valid[r] = number != 0;
    codes[r] = number ? number - 1 : 0;
  }
  *out = (col){.lane = LANE_STR, .form = COL_DICT, .type = c->type, .valid = valid, .data = codes};
  out->dict = &c->all;
  out->dict_rows = c->texts->n;
  out->dict_id = c->all_id;
  return SONDE_OK;
}

sonde_code keyer_decode(const keyer *k, uint32_t i, const uint64_t *words, uint32_t n, col *out, arena *a,
                        sonde_error *err) {
  const key_col *c = &k->cols[i];
  const key_field *f = &k->layout.fields[i];
  uint32_t stride = k->layout.n_words;
  if (c->all_id) return decode_codes(c, f, words, stride, n, out, a, err);
  SONDE_TRY(col_new(out, c->type, n, true, a, err));
  decode_nulls(f, words, stride, n, col_validity(out));
  if (c->texts && out->lane == LANE_STR)
    decode_texts(c, f, words, stride, n, col_lanes(out));
  else if (c->texts)
    decode_cells(c, f, words, stride, n, out);
  else
    decode_values(f, (lane)out->lane, words, stride, n, col_lanes(out));
  return SONDE_OK;
}

void keyer_seal(keyer *k, uint32_t rows, uint64_t *next_dict_id) {
  sonde_error no_room;
  for (uint32_t i = 0; i < k->n_cols; i++) {
    key_col *c = &k->cols[i];
    if (!c->texts || sql_lane(c->type) != LANE_STR || !c->texts->n || c->texts->n > rows / 4) continue;
    const sonde_str *texts = intern_list(c->texts, &k->memory, &no_room);
    if (!texts) continue;
    c->all = (col){.lane = LANE_STR, .form = COL_FLAT, .type = c->type, .data = texts};
    c->all_id = ++*next_dict_id;
  }
}
