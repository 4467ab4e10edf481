/* Types, and values of them. */
#include "plan/wire_fields.h"

/* ---- types ---- */

static void wire_children(wire *w, sql_type *t) {
  bool named = t->names != NULL;
  sql_type *children = wire_items(w, t->children, &t->n_children, sizeof *children);
  wire_bool(w, &named);
  sonde_str *names = named ? wire_struct(w, t->names, (t->n_children + 1u) * sizeof *names) : NULL;
  for (uint32_t i = 0; i < t->n_children && !broken(w); i++) {
    wire_type(w, &children[i]);
    if (names) wire_str(w, &names[i]);
  }
  if (reading(w)) t->children = children, t->names = names;
}

static bool type_is_sound(const sql_type *t) {
  uint32_t n = t->n_children;
  if (t->id >= SQL_TYPE_IDS || t->unit > 9 || t->literal >= SQL_TYPE_IDS) return false;
  if (t->id == SQL_DECIMAL)
    return n == 0 && t->precision >= 1 && t->precision <= 38 && t->scale <= t->precision;
  if (t->id == SQL_STRUCT) return true;
  if (t->id == SQL_LIST || t->id == SQL_LAMBDA) return n == 1;
  return t->id == SQL_MAP ? n == 2 : n == 0;
}

void wire_type(wire *w, sql_type *t) {
  if (!wire_enter(w)) return;
  wire_u8(w, &t->id);
  wire_u8(w, &t->precision);
  wire_u8(w, &t->scale);
  wire_u8(w, &t->unit);
  wire_u8(w, &t->literal);
  wire_children(w, t);
  expect(w, type_is_sound(t));
  wire_leave(w);
}

/* ---- values ---- */

static const sql_type *item_type(const sql_type *t, uint32_t i) {
  if (t->id == SQL_LIST) return &t->children[0];
  if (t->id == SQL_MAP) return &t->children[i & 1];
  return i < t->n_children ? &t->children[i] : NULL;
}

static void wire_nested(wire *w, const sql_type *t, cell *v) {
  nested *x = wire_struct(w, v->n, sizeof *x);
  if (!x) return;
  uint8_t *valid = wire_items(w, x->valid, &x->n, 1);
  cell *cells = valid || !reading(w) ? wire_struct(w, x->cells, (x->n + 1u) * sizeof *cells) : NULL;
  expect(w, t->id != SQL_STRUCT || x->n == t->n_children);
  for (uint32_t i = 0; i < x->n && !broken(w); i++) {
    uint8_t there = nested_valid(x, i);
    wire_u8(w, &there);
    if (reading(w)) valid[i] = there != 0;
    if (there) wire_cell(w, item_type(t, i), &cells[i]);
  }
  if (reading(w)) x->cells = cells, x->valid = valid, v->n = x;
}

static void wire_i128(wire *w, i128 *v) {
  uint64_t low = (uint64_t)(u128)*v, high = (uint64_t)((u128)*v >> 64);
  wire_u64(w, &low);
  wire_u64(w, &high);
  if (reading(w)) *v = (i128)((u128)high << 64 | low);
}

void wire_cell(wire *w, const sql_type *t, cell *v) {
  cell to = *v; /* constants are not written to */
  if (!wire_enter(w)) return;
  switch (sql_lane(t)) {
  case LANE_BOOL: wire_bool(w, &to.b); break;
  case LANE_I64: {
    uint64_t bits = (uint64_t)to.i;
    wire_u64(w, &bits);
    to.i = (int64_t)bits;
    break;
  }
  case LANE_F64: wire_double(w, &to.f); break;
  case LANE_I128: wire_i128(w, &to.w); break;
  case LANE_STR: wire_str(w, &to.s); break;
  default: wire_nested(w, t, &to);
  }
  if (reading(w)) *v = to;
  wire_leave(w);
}

void cell_put(buf *out, const sql_type *t, cell v) {
  wire w = {.out = out};
  wire_cell(&w, t, &v);
}

bool cell_get(rd *in, const sql_type *t, arena *memory, cell *out, sonde_error *err) {
  wire w = {.in = in, .memory = memory, .err = err};
  wire_cell(&w, t, out);
  return !broken(&w);
}
