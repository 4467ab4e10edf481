/* See vec_read.h. */
#include "exec/query/batch/vec_read.h"

#include "column/page.h"

column_type column_type_of(const sql_type *t) {
  uint8_t nanos = t->unit == 9 ? SCALE_NANOS : 0;
  switch (t->id) {
  case SQL_BOOL: return (column_type){.id = TYPE_BOOL};
  case SQL_DOUBLE: return (column_type){.id = TYPE_DOUBLE};
  case SQL_FLOAT: return (column_type){.id = TYPE_FLOAT};
  case SQL_DECIMAL: return (column_type){.id = TYPE_DECIMAL, .scale = t->scale};
  case SQL_HUGEINT:
  case SQL_UHUGEINT:
  case SQL_UBIGINT: return (column_type){.id = TYPE_DECIMAL};
  case SQL_DATE: return (column_type){.id = TYPE_DATE};
  case SQL_TIME: return (column_type){.id = TYPE_TIME, .scale = nanos};
  case SQL_TIMESTAMP: return (column_type){.id = TYPE_TIMESTAMP, .scale = nanos};
  case SQL_TIMESTAMPTZ: return (column_type){.id = TYPE_TIMESTAMPTZ, .scale = nanos};
  case SQL_TEXT: return (column_type){.id = TYPE_TEXT};
  case SQL_BLOB: return (column_type){.id = TYPE_BLOB};
  case SQL_UUID: return (column_type){.id = TYPE_UUID};
  case SQL_INTERVAL: return (column_type){.id = TYPE_INTERVAL};
  default: return (column_type){.id = TYPE_INT64};
  }
}

/* ---- dictionaries ---- */

sonde_code dictionary_open(run *r, const vec *v, const sql_type *t, arena *a, dictionary *d) {
  *d = (dictionary){0};
  if (v->form != VEC_DICT || sql_lane(t) != LANE_STR) return SONDE_OK;
  SONDE_TRY(col_new(&d->values, t, v->n_values, false, a, r->err));
  sonde_str *values = col_lanes(&d->values);
  for (uint32_t i = 0; i < v->n_values; i++) values[i] = vec_value(v, i);
  d->rows = v->n_values;
  d->id = ++r->next_dict_id;
  return SONDE_OK;
}

static void read_codes(const vec *v, uint32_t first, uint32_t n, uint32_t *out) {
  if (v->width == 1)
    for (uint32_t i = 0; i < n; i++) out[i] = ((const uint8_t *)v->data)[first + i];
  else if (v->width == 2)
    for (uint32_t i = 0; i < n; i++) out[i] = ((const uint16_t *)v->data)[first + i];
  else
    for (uint32_t i = 0; i < n; i++) out[i] = ((const uint32_t *)v->data)[first + i];
}

/* ---- validity ---- */

/* 64 bits as 64 bytes of 0 or 1: eight at a time, each byte keeps its own bit and is brought to 1. */
static void spread_bits(uint64_t bits, uint8_t *out) {
  const uint64_t ones = 0x0101010101010101u, own = 0x8040201008040201u, high = 0x7F7F7F7F7F7F7F7Fu;
  if (bits == UINT64_MAX) {
    memset(out, 1, 64);
    return;
  }
  for (unsigned b = 0; b < 8; b++) {
    uint64_t w = (bits >> (8 * b) & 255) * ones & own;
    w = (w + high) >> 7 & ones;
    memcpy(out + 8 * b, &w, 8);
  }
}

static sonde_code read_validity(const vec *v, uint32_t first, uint32_t n, col *out, arena *a,
                                sonde_error *err) {
  if (!v->validity) return SONDE_OK;
  uint8_t *valid = arena_array(a, n, 1, err);
  if (!valid) return err->code;
  uint32_t i = 0;
  for (; first % 64 == 0 && i + 64 <= n; i += 64) spread_bits(v->validity[(first + i) >> 6], valid + i);
  for (; i < n; i++) valid[i] = v->validity[(first + i) >> 6] >> ((first + i) & 63) & 1;
  out->valid = valid;
  return SONDE_OK;
}

static sonde_code all_null(const sql_type *t, col *out, arena *a, sonde_error *err) {
  value none = {.null = true};
  return col_constant(out, t, &none, a, err);
}

/* ---- nested values ---- */

static sonde_code nested_cell(const vec *v, uint32_t row, const sql_type *t, arena *a, cell *out,
                              sonde_error *err);

static sonde_code single(const vec *v, uint32_t row, const sql_type *t, arena *a, cell *out,
                         sonde_error *err) {
  column_type want = column_type_of(t);
  switch (sql_lane(t)) {
  case LANE_BOOL: out->b = vec_i64(v, row) != 0; break;
  case LANE_I64:
    out->i = t->id == SQL_DECIMAL ? (int64_t)i128_of(vec_i128_as(v, row, want)) : vec_i64_as(v, row, want);
    break;
  case LANE_F64: out->f = vec_f64(v, row); break;
  case LANE_I128: out->w = i128_of(vec_i128_as(v, row, want)); break;
  case LANE_STR: out->s = vec_str(v, row); break;
  default: return nested_cell(v, row, t, a, out, err);
  }
  return SONDE_OK;
}

static sonde_code put_child(nested *x, uint32_t at, const vec *v, uint32_t row, const sql_type *t, arena *a,
                            sonde_error *err) {
  if (vec_valid(v, row)) return single(v, row, t, a, &nested_cells(x)[at], err);
  nested_validity(x)[at] = 0;
  return SONDE_OK;
}

static sonde_code nested_cell(const vec *v, uint32_t row, const sql_type *t, arena *a, cell *out,
                              sonde_error *err) {
  bool is_struct = t->id == SQL_STRUCT;
  uint32_t begin = is_struct ? 0 : v->offsets[row],
           count = is_struct ? v->n_children : v->offsets[row + 1] - begin;
  uint32_t each = t->id == SQL_MAP ? 2 : 1;
  nested *x = nested_new(count * each, true, a, err);
  if (!x) return err->code;
  for (uint32_t i = 0; i < count * each; i++) {
    const vec *child = is_struct ? &v->children[i] : &v->children[i % each];
    const sql_type *type = is_struct ? &t->children[i] : &t->children[i % each];
    SONDE_TRY(put_child(x, i, child, is_struct ? row : begin + i / each, type, a, err));
  }
  out->n = x;
  return SONDE_OK;
}

/* ---- lanes ---- */

static bool same_kind(const vec *v, column_type want) {
  return v->type.id == want.id && v->type.scale == want.scale;
}

static void read_i64(const vec *v, uint32_t first, uint32_t n, const sql_type *t, int64_t *out) {
  column_type want = column_type_of(t);
  if (t->id == SQL_DECIMAL)
    for (uint32_t i = 0; i < n; i++)
      out[i] = vec_valid(v, first + i) ? (int64_t)i128_of(vec_i128_as(v, first + i, want)) : 0;
  else if (same_kind(v, want) && (v->form == VEC_PACKED || v->form == VEC_BITS))
    vec_i64s(v, first, n, out);
  else
    for (uint32_t i = 0; i < n; i++) out[i] = vec_valid(v, first + i) ? vec_i64_as(v, first + i, want) : 0;
}

static void read_bools(const vec *v, uint32_t first, uint32_t n, uint8_t *out) {
  int64_t wide_values[BATCH_ROWS];
  vec_i64s(v, first, n, wide_values);
  for (uint32_t i = 0; i < n; i++) out[i] = wide_values[i] != 0;
}

static void read_i128(const vec *v, uint32_t first, uint32_t n, const sql_type *t, i128 *out) {
  column_type want = column_type_of(t);
  for (uint32_t i = 0; i < n; i++)
    out[i] = vec_valid(v, first + i) ? i128_of(vec_i128_as(v, first + i, want)) : 0;
}

static void read_texts(const vec *v, uint32_t first, uint32_t n, sonde_str *out) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t begin = v->offsets[first + i];
    out[i] = (sonde_str){v->bytes + begin, v->offsets[first + i + 1] - begin};
  }
}

static sonde_code read_nested(const vec *v, uint32_t first, uint32_t n, const sql_type *t, const nested **out,
                              arena *a, sonde_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    cell x = {.n = NULL};
    if (vec_valid(v, first + i)) SONDE_TRY(nested_cell(v, first + i, t, a, &x, err));
    out[i] = x.n;
  }
  return SONDE_OK;
}

static sonde_code read_dict(const vec *v, uint32_t first, uint32_t n, const dictionary *d, col *out, arena *a,
                            sonde_error *err) {
  bool as_they_are = v->width == 4 && !v->validity;
  uint32_t *codes = as_they_are ? NULL : arena_array(a, n, sizeof *codes, err);
  if (!codes && !as_they_are) return err->code;
  if (codes) read_codes(v, first, n, codes);
  *out = (col){.lane = LANE_STR,
               .form = COL_DICT,
               .type = d->values.type,
               .data = codes ? codes : (const uint32_t *)v->data + first,
               .dict = &d->values,
               .dict_rows = d->rows,
               .dict_id = d->id};
  SONDE_TRY(read_validity(v, first, n, out, a, err));
  for (uint32_t i = 0; out->valid && i < n; i++)
    if (!out->valid[i]) codes[i] = 0;
  return SONDE_OK;
}

/* Lanes already: pointed at, not copied. */
static sonde_code read_doubles(const vec *v, uint32_t first, uint32_t n, const sql_type *t, col *out,
                               arena *a, sonde_error *err) {
  *out = (col){.lane = LANE_F64, .form = COL_FLAT, .type = t, .data = (const double *)v->data + first};
  return read_validity(v, first, n, out, a, err);
}

sonde_code vec_read(const vec *v, uint32_t first, uint32_t n, const sql_type *t, const dictionary *d,
                    col *out, arena *a, sonde_error *err) {
  if (v->form == VEC_NULL || (v->form == VEC_DICT && v->n_values == 0)) return all_null(t, out, a, err);
  if (v->form == VEC_DICT) return read_dict(v, first, n, d, out, a, err);
  if (v->form == VEC_F64 && sql_lane(t) == LANE_F64) return read_doubles(v, first, n, t, out, a, err);
  SONDE_TRY(col_new(out, t, n, false, a, err));
  switch (out->lane) {
  case LANE_BOOL: read_bools(v, first, n, col_lanes(out)); break;
  case LANE_I64: read_i64(v, first, n, t, col_lanes(out)); break;
  case LANE_F64: vec_f64s(v, first, n, col_lanes(out)); break;
  case LANE_I128: read_i128(v, first, n, t, col_lanes(out)); break;
  case LANE_STR: read_texts(v, first, n, col_lanes(out)); break;
  default: SONDE_TRY(read_nested(v, first, n, t, col_lanes(out), a, err));
  }
  return read_validity(v, first, n, out, a, err);
}

/* ---- some rows ---- */

#define GATHER(T, value)                                                                                     \
  for (uint32_t i = 0; i < n; i++) ((T *)to)[i] = (T)(value)
#define PACKED_AT(T) ((const T *)v->data)[first + rows[i]]

static void gather_packed(const vec *v, uint32_t first, const uint32_t *rows, uint32_t n, int64_t *to) {
  const uint64_t base = (uint64_t)v->base;
  switch (v->width) {
  case 0: GATHER(int64_t, base); break;
  case 1: GATHER(int64_t, base + PACKED_AT(uint8_t)); break;
  case 2: GATHER(int64_t, base + PACKED_AT(uint16_t)); break;
  case 4: GATHER(int64_t, base + PACKED_AT(uint32_t)); break;
  default: GATHER(int64_t, base + PACKED_AT(uint64_t));
  }
}

static void gather_texts(const vec *v, uint32_t first, const uint32_t *rows, uint32_t n, sonde_str *to) {
  for (uint32_t i = 0; i < n; i++) to[i] = vec_str(v, first + rows[i]);
}

static void gather_doubles(const vec *v, uint32_t first, const uint32_t *rows, uint32_t n, double *to) {
  GATHER(double, vec_f64(v, first + rows[i]));
}

static sonde_code gather_validity(const vec *v, uint32_t first, const uint32_t *rows, uint32_t n, col *out,
                                  arena *a, sonde_error *err) {
  if (!v->validity) return SONDE_OK;
  uint8_t *to = arena_array(a, n, 1, err);
  if (!to) return err->code;
  GATHER(uint8_t, vec_valid(v, first + rows[i]));
  out->valid = to;
  return SONDE_OK;
}

bool vec_is_packed(const vec *v, const sql_type *t) {
  return v->form == VEC_PACKED && t->id != SQL_DECIMAL && sql_lane(t) == LANE_I64 &&
         same_kind(v, column_type_of(t));
}

static bool is_double(const vec *v, const sql_type *t) {
  return sql_lane(t) == LANE_F64 && (v->form == VEC_F64 || v->form == VEC_SCALED);
}

sonde_code vec_read_rows(const vec *v, uint32_t first, const uint32_t *rows, uint32_t n, const sql_type *t,
                         col *out, arena *a, sonde_error *err) {
  SONDE_TRY(col_new(out, t, n, false, a, err));
  if (vec_is_packed(v, t))
    gather_packed(v, first, rows, n, col_lanes(out));
  else if (is_double(v, t))
    gather_doubles(v, first, rows, n, col_lanes(out));
  else
    gather_texts(v, first, rows, n, col_lanes(out));
  return gather_validity(v, first, rows, n, out, a, err);
}

bool vec_reads_rows(const vec *v, const sql_type *t) {
  return vec_is_packed(v, t) || is_double(v, t) || (v->form == VEC_TEXT && sql_lane(t) == LANE_STR);
}
