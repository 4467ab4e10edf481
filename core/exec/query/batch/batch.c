/* See batch.h. */
#include "exec/query/batch/batch.h"

/* ---- single values ---- */

static cell lane_cell(lane l, const void *data, size_t i) {
  switch (l) {
  case LANE_BOOL: return (cell){.b = ((const uint8_t *)data)[i] != 0};
  case LANE_I64: return (cell){.i = ((const int64_t *)data)[i]};
  case LANE_F64: return (cell){.f = ((const double *)data)[i]};
  case LANE_I128: return (cell){.w = ((const i128 *)data)[i]};
  case LANE_STR: return (cell){.s = ((const sonde_str *)data)[i]};
  default: return (cell){.n = ((const nested *const *)data)[i]};
  }
}

cell col_cell(const col *c, uint32_t row) {
  if (c->form == COL_DICT) return lane_cell(c->lane, c->dict->data, ((const uint32_t *)c->data)[row]);
  return lane_cell(c->lane, c->data, row & col_mask(c));
}

value col_value(const col *c, uint32_t row) {
  if (!col_valid(c, row)) return (value){.null = true};
  return (value){.v = col_cell(c, row)};
}

void col_put(col *c, uint32_t i, cell v) {
  void *p = col_lanes(c);
  switch (c->lane) {
  case LANE_BOOL: ((uint8_t *)p)[i] = v.b; break;
  case LANE_I64: ((int64_t *)p)[i] = v.i; break;
  case LANE_F64: ((double *)p)[i] = v.f; break;
  case LANE_I128: ((i128 *)p)[i] = v.w; break;
  case LANE_STR: ((sonde_str *)p)[i] = v.s; break;
  default: ((const nested **)p)[i] = v.n;
  }
}

void col_put_null(col *c, uint32_t i) { col_validity(c)[i] = 0; }

/* ---- making ---- */

sonde_code col_new(col *c, const sql_type *t, uint32_t n, bool nullable, arena *a, sonde_error *err) {
  *c = (col){.lane = (uint8_t)sql_lane(t), .form = COL_FLAT, .type = t};
  c->data = arena_array(a, n, lane_size(c->lane), err);
  if (!c->data) return err->code;
  if (!nullable) return SONDE_OK;
  uint8_t *valid = arena_array(a, n, 1, err);
  if (!valid) return err->code;
  memset(valid, 1, n);
  c->valid = valid;
  return SONDE_OK;
}

sonde_code col_constant(col *c, const sql_type *t, const value *v, arena *a, sonde_error *err) {
  SONDE_TRY(col_new(c, t, 1, v->null, a, err));
  c->form = COL_CONST;
  if (v->null)
    col_put_null(c, 0);
  else
    col_put(c, 0, v->v);
  return SONDE_OK;
}

/* ---- other forms ---- */

static void fill(lane l, void *to, const void *from, uint32_t n) {
  size_t size = lane_size(l);
  for (uint32_t i = 0; i < n; i++) memcpy((char *)to + i * size, from, size);
}

void lanes_gather(lane l, const void *from, const uint32_t *rows, uint32_t n, void *to) {
#define GATHER(T)                                                                                            \
  for (uint32_t i = 0; i < n; i++) ((T *)to)[i] = ((T const *)from)[rows[i]]
  switch (l) {
  case LANE_BOOL: GATHER(uint8_t); break;
  case LANE_I64:
  case LANE_F64: GATHER(uint64_t); break;
  case LANE_I128: GATHER(i128); break;
  case LANE_STR: GATHER(sonde_str); break;
  default: GATHER(const nested *);
  }
#undef GATHER
}

static sonde_code flatten_dict(const col *c, uint32_t n, col *out, arena *a, sonde_error *err) {
  const uint32_t *codes = c->data;
  bool nullable = c->valid || c->dict->valid;
  SONDE_TRY(col_new(out, c->type, n, nullable, a, err));
  lanes_gather(c->lane, c->dict->data, codes, n, col_lanes(out));
  uint8_t *valid = col_validity(out);
  if (c->valid) memcpy(valid, c->valid, n);
  for (uint32_t i = 0; c->dict->valid && i < n; i++) valid[i] &= c->dict->valid[codes[i]];
  return SONDE_OK;
}

static sonde_code flatten_const(const col *c, uint32_t n, col *out, arena *a, sonde_error *err) {
  SONDE_TRY(col_new(out, c->type, n, c->valid != NULL, a, err));
  fill(c->lane, col_lanes(out), c->data, n);
  if (c->valid) memset(col_validity(out), c->valid[0], n);
  return SONDE_OK;
}

sonde_code col_plain(const col *c, uint32_t n, col *out, arena *a, sonde_error *err) {
  if (c->form == COL_DICT) return flatten_dict(c, n, out, a, err);
  *out = *c;
  return SONDE_OK;
}

sonde_code col_flatten(const col *c, uint32_t n, col *out, arena *a, sonde_error *err) {
  if (c->form == COL_CONST) return flatten_const(c, n, out, a, err);
  return col_plain(c, n, out, a, err);
}

sonde_code col_gather(const col *c, const uint32_t *rows, uint32_t n, col *out, arena *a, sonde_error *err) {
  *out = *c;
  if (c->form == COL_CONST) return SONDE_OK;
  size_t size = c->form == COL_DICT ? sizeof(uint32_t) : lane_size(c->lane);
  void *data = arena_array(a, n, size, err);
  uint8_t *valid = c->valid ? arena_array(a, n, 1, err) : NULL;
  if (!data || (c->valid && !valid)) return err->code;
  if (c->form == COL_DICT)
    for (uint32_t i = 0; i < n; i++) ((uint32_t *)data)[i] = ((const uint32_t *)c->data)[rows[i]];
  else
    lanes_gather(c->lane, c->data, rows, n, data);
  for (uint32_t i = 0; valid && i < n; i++) valid[i] = c->valid[rows[i]];
  out->data = data;
  out->valid = valid;
  return SONDE_OK;
}

col col_slice(const col *c, uint32_t first) {
  col out = *c;
  if (c->form == COL_CONST) return out;
  size_t size = c->form == COL_DICT ? sizeof(uint32_t) : lane_size(c->lane);
  out.data = (const char *)c->data + first * size;
  if (c->valid) out.valid = c->valid + first;
  return out;
}

/* ---- nested values ---- */

nested *nested_new(uint32_t n, bool nullable, arena *a, sonde_error *err) {
  nested *x = arena_alloc(a, sizeof *x, err);
  cell *cells = x ? arena_array(a, n, sizeof *cells, err) : NULL;
  if (!cells) return NULL;
  *x = (nested){.n = n, .cells = cells};
  if (!nullable) return x;
  uint8_t *valid = arena_array(a, n, 1, err);
  if (!valid) return NULL;
  memset(valid, 1, n);
  x->valid = valid;
  return x;
}

const sql_type *nested_item_type(const sql_type *t, uint32_t i) {
  return t->id == SQL_LIST ? &t->children[0] : t->id == SQL_MAP ? &t->children[i & 1] : &t->children[i];
}

static sonde_code nested_copy(const sql_type *t, const nested *from, arena *a, cell *out, sonde_error *err) {
  nested *x = nested_new(from->n, from->valid != NULL, a, err);
  if (!x) return err->code;
  if (from->valid) memcpy(nested_validity(x), from->valid, from->n);
  for (uint32_t i = 0; i < from->n; i++)
    if (nested_valid(from, i))
      SONDE_TRY(cell_copy(nested_item_type(t, i), from->cells[i], a, &nested_cells(x)[i], err));
  out->n = x;
  return SONDE_OK;
}

sonde_code cell_copy(const sql_type *t, cell v, arena *a, cell *out, sonde_error *err) {
  *out = v;
  switch (sql_lane(t)) {
  case LANE_STR: out->s.ptr = arena_copy(a, v.s.ptr, v.s.len, err); return out->s.ptr ? SONDE_OK : err->code;
  case LANE_NESTED: return nested_copy(t, v.n, a, out, err);
  default: return SONDE_OK;
  }
}

/* ---- order and hash ---- */

i128 interval_micros(i128 w) {
  interval v = interval_of(w);
  return ((i128)v.months * 30 + v.days) * 86400000000 + v.micros;
}

static int nested_compare(const sql_type *t, const nested *a, const nested *b) {
  uint32_t n = a->n < b->n ? a->n : b->n;
  for (uint32_t i = 0; i < n; i++) {
    bool x = nested_valid(a, i), y = nested_valid(b, i);
    if (x != y) return x ? -1 : 1;
    int c = x ? cell_compare(nested_item_type(t, i), a->cells[i], b->cells[i]) : 0;
    if (c) return c;
  }
  return (a->n > b->n) - (a->n < b->n);
}

#define THREE_WAY(a, b) (((a) > (b)) - ((a) < (b)))

int cell_compare(const sql_type *t, cell a, cell b) {
  switch (sql_lane(t)) {
  case LANE_BOOL: return THREE_WAY(a.b, b.b);
  case LANE_I64: return THREE_WAY(a.i, b.i);
  case LANE_F64: return THREE_WAY(double_order(a.f), double_order(b.f));
  case LANE_I128:
    if (t->id == SQL_INTERVAL) return THREE_WAY(interval_micros(a.w), interval_micros(b.w));
    return THREE_WAY(a.w, b.w);
  case LANE_STR: return str_compare(a.s, b.s);
  default: return nested_compare(t, a.n, b.n);
  }
}
