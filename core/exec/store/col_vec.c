/* See col_vec.h. */
#include "exec/store/col_vec.h"

#include "exec/query/batch/vec_read.h"

typedef struct {
  const col *from;
  uint32_t n;
  arena *keep, *scratch;
  vec *out;
  sonde_error *err;
} storing;

column_type stored_type(const sql_type *t) {
  switch (t->id) {
  case SQL_NULL: return (column_type){.id = TYPE_TEXT};
  case SQL_LIST: return (column_type){.id = TYPE_LIST};
  case SQL_STRUCT: return (column_type){.id = TYPE_STRUCT};
  case SQL_MAP: return (column_type){.id = TYPE_MAP};
  default: return column_type_of(t);
  }
}

narrow_type narrow_type_of(const sql_type *t) {
  static const uint8_t bits[SQL_TYPE_IDS] = {
      [SQL_TINYINT] = 8,    [SQL_SMALLINT] = 16, [SQL_INTEGER] = 32, [SQL_UTINYINT] = 8,
      [SQL_USMALLINT] = 16, [SQL_UINTEGER] = 32, [SQL_UBIGINT] = 64};
  narrow_type out = {.bits = bits[t->id], .is_unsigned = !sql_is_signed(t)};
  if (t->id == SQL_DECIMAL) out.digits = t->precision;
  if (t->id == SQL_TIMESTAMP && t->unit < 6) out.unit = t->unit ? NARROW_MILLIS : NARROW_SECONDS;
  return out;
}

static bool valid_at(const col *c, uint32_t row) { return !c->valid || c->valid[row]; }

/* The lowest bits of eight bytes as eight bits: the product brings each to its place in the upper byte. */
static uint64_t eight_bits(const uint8_t *valid) {
  uint64_t bytes;
  memcpy(&bytes, valid, 8);
  return (bytes & 0x0101010101010101u) * 0x0102040810204080u >> 56;
}

static uint64_t word_of_bytes(const uint8_t *valid, uint32_t n) {
  uint64_t word = 0;
  uint32_t i = 0;
  for (; i + 8 <= n; i += 8) word |= eight_bits(valid + i) << i;
  for (; i < n; i++) word |= (uint64_t)(valid[i] & 1) << i;
  return word;
}

static uint32_t count_nulls(const uint8_t *valid, uint32_t n) {
  uint32_t there = 0;
  for (uint32_t i = 0; i < n; i++) there += valid[i];
  return n - there;
}

sonde_code vec_put_validity(vec *out, const uint8_t *valid, uint32_t n, arena *keep, sonde_error *err) {
  out->validity = NULL;
  out->nulls = valid ? count_nulls(valid, n) : 0;
  if (out->nulls == 0 || out->nulls == n) return SONDE_OK;
  uint64_t *bits = arena_array(keep, ((size_t)n + 63) / 64, sizeof *bits, err);
  if (!bits) return err->code;
  for (uint32_t i = 0; i < n; i += 64) bits[i / 64] = word_of_bytes(valid + i, n - i < 64 ? n - i : 64);
  out->validity = bits;
  return SONDE_OK;
}

/* ---- single values ---- */

static sonde_code store_bools(const storing *s) {
  const uint8_t *from = s->from->data;
  uint64_t *bits = arena_array(s->keep, ((size_t)s->n + 63) / 64, sizeof *bits, s->err);
  if (!bits) return s->err->code;
  for (uint32_t i = 0; i < s->n; i += 64)
    bits[i / 64] = word_of_bytes(from + i, s->n - i < 64 ? s->n - i : 64);
  s->out->form = VEC_BITS;
  s->out->data = bits;
  return SONDE_OK;
}

static sonde_code store_as_is(const storing *s, vec_form form, size_t each) {
  s->out->form = (uint8_t)form;
  s->out->data = arena_copy(s->keep, s->from->data, s->n * each, s->err);
  return s->out->data ? SONDE_OK : s->err->code;
}

/* Decimals of up to 18 digits lie in lanes of 64 bits. */
static sonde_code store_decimals(const storing *s) {
  const int64_t *from = s->from->data;
  i128 *to = arena_array(s->keep, s->n, sizeof *to, s->err);
  if (!to) return s->err->code;
  for (uint32_t i = 0; i < s->n; i++) to[i] = valid_at(s->from, i) ? from[i] : 0;
  s->out->form = VEC_I128;
  s->out->data = to;
  return SONDE_OK;
}

static sonde_code store_whole(const storing *s) {
  return s->from->type->id == SQL_DECIMAL
             ? store_decimals(s)
             : vec_pack_i64(s->out, s->out->type, s->from->data, s->out->validity, s->n, s->keep, s->err);
}

sonde_code vec_put_texts(vec *out, const sonde_str *from, const uint8_t *valid, uint32_t n, arena *keep,
                         sonde_error *err) {
  uint32_t *offsets = arena_array(keep, (size_t)n + 1, sizeof *offsets, err);
  uint64_t bytes = 0;
  if (!offsets) return err->code;
  offsets[0] = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!valid || valid[i]) bytes += from[i].len;
    SONDE_CHECK(bytes <= UINT32_MAX, err, SONDE_LIMIT, 0, "a block of a result has more than 4 GB of text");
    offsets[i + 1] = (uint32_t)bytes;
  }
  char *to = arena_alloc(keep, (size_t)bytes, err);
  if (!to) return err->code;
  for (uint32_t i = 0; i < n; i++)
    if (offsets[i + 1] > offsets[i]) memcpy(to + offsets[i], from[i].ptr, from[i].len);
  out->offsets = offsets;
  out->bytes = to;
  return SONDE_OK;
}

static sonde_code store_texts(const storing *s) {
  s->out->form = VEC_TEXT;
  return vec_put_texts(s->out, s->from->data, s->from->valid, s->n, s->keep, s->err);
}

/* ---- nested values ---- */

static const nested *nested_at(const storing *s, uint32_t row) {
  return valid_at(s->from, row) ? ((const nested *const *)s->from->data)[row] : NULL;
}

static void put_child(col *c, uint32_t at, const nested *x, uint32_t i) {
  if (x && nested_valid(x, i))
    col_put(c, at, x->cells[i]);
  else
    col_put_null(c, at);
}

static sonde_code child_of(const storing *s, const col *from, uint32_t n, vec *out) {
  return vec_of_col(from, n, s->keep, s->scratch, out, s->err);
}

static sonde_code store_fields(const storing *s, vec *children) {
  const sql_type *t = s->from->type;
  for (uint32_t f = 0; f < t->n_children; f++) {
    col field;
    SONDE_TRY(col_new(&field, &t->children[f], s->n, true, s->scratch, s->err));
    for (uint32_t i = 0; i < s->n; i++) put_child(&field, i, nested_at(s, i), f);
    SONDE_TRY(child_of(s, &field, s->n, &children[f]));
  }
  s->out->form = VEC_STRUCT;
  s->out->names = t->names;
  return SONDE_OK;
}

/* Where the items of each row end. A map's cells are its keys and values by turns. */
static sonde_code store_offsets(const storing *s, uint32_t each) {
  uint32_t *offsets = arena_array(s->keep, (size_t)s->n + 1, sizeof *offsets, s->err);
  uint64_t items = 0;
  if (!offsets) return s->err->code;
  offsets[0] = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    const nested *x = nested_at(s, i);
    items += x ? x->n / each : 0;
    SONDE_CHECK(items <= UINT32_MAX, s->err, SONDE_LIMIT, 0, "a block of a result has more than 2^32 items");
    offsets[i + 1] = (uint32_t)items;
  }
  s->out->offsets = offsets;
  return SONDE_OK;
}

static sonde_code store_items(const storing *s, vec *children) {
  const sql_type *t = s->from->type;
  uint32_t each = t->n_children;
  SONDE_TRY(store_offsets(s, each));
  for (uint32_t c = 0; c < each; c++) {
    col items;
    uint32_t n = s->out->offsets[s->n], at = 0;
    SONDE_TRY(col_new(&items, &t->children[c], n, true, s->scratch, s->err));
    for (uint32_t i = 0; i < s->n; i++) {
      const nested *x = nested_at(s, i);
      for (uint32_t k = c; x && k < x->n; k += each) put_child(&items, at++, x, k);
    }
    SONDE_TRY(child_of(s, &items, n, &children[c]));
  }
  s->out->form = t->id == SQL_MAP ? VEC_MAP : VEC_LIST;
  return SONDE_OK;
}

static sonde_code store_nested(const storing *s) {
  const sql_type *t = s->from->type;
  vec *children = arena_zero(s->keep, t->n_children * sizeof *children, s->err);
  if (!children) return s->err->code;
  SONDE_TRY(t->id == SQL_STRUCT ? store_fields(s, children) : store_items(s, children));
  s->out->n_children = t->n_children;
  s->out->children = children;
  return SONDE_OK;
}

sonde_code vec_of_col(const col *c, uint32_t n, arena *keep, arena *scratch, vec *out, sonde_error *err) {
  storing s = {c, n, keep, scratch, out, err};
  *out = (vec){.type = stored_type(c->type), .form = VEC_NULL, .rows = n};
  bool copied = c->lane == LANE_I64 && c->type->id != SQL_DECIMAL; /* by vec_pack_i64 */
  SONDE_TRY(vec_put_validity(out, c->valid, n, copied ? scratch : keep, err));
  if (out->nulls == n) return SONDE_OK;
  switch (c->lane) {
  case LANE_BOOL: return store_bools(&s);
  case LANE_I64: return store_whole(&s);
  case LANE_F64: return store_as_is(&s, VEC_F64, sizeof(double));
  case LANE_I128: return store_as_is(&s, VEC_I128, sizeof(i128));
  case LANE_STR: return store_texts(&s);
  default: return store_nested(&s);
  }
}
