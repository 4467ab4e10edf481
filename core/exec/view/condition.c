/* See condition.h. */
#include "exec/view/condition.h"

#include <string.h>

#define DEPTH_MAX 64

static void get_value(rd *r, typed_value *v) {
  v->i64 = (int64_t)rd_u64(r);
  uint64_t bits = rd_u64(r);
  memcpy(&v->f64, &bits, 8);
  v->i128.low = rd_u64(r);
  v->i128.high = (int64_t)rd_u64(r);
  v->whole = rd_u8(r) != 0;
  v->text = rd_str(r);
}

sonde_code condition_read(rd *r, uint8_t op, arena *memory, condition *c, sonde_error *err) {
  *c = (condition){.op = op};
  c->column = rd_u32(r);
  c->negated = rd_u8(r) != 0;
  if (is_text_op(op)) {
    c->match_case = rd_u8(r) != 0;
    c->text = rd_str(r);
  } else if (!is_null_op(op)) {
    c->null_too = op == OP_IN && rd_u8(r) != 0;
    c->n_values = op == OP_IN ? rd_count(r, 37) : op == OP_BETWEEN ? 2 : 1;
    c->values = arena_array(memory, c->n_values, sizeof *c->values, err);
    if (!c->values) return err->code;
    for (uint32_t i = 0; i < c->n_values; i++) get_value(r, &c->values[i]);
  }
  SONDE_CHECK(!r->bad, err, SONDE_CORRUPT, 0, "a predicate is cut short");
  return SONDE_OK;
}

typedef struct {
  rd *r;
  arena *memory;
  bool *used;
  uint32_t columns;
  sonde_error *err;
} walker;

static sonde_code walk(walker *w, int depth) {
  uint8_t op = rd_u8(w->r);
  if (op != OP_AND && op != OP_OR) {
    condition c;
    SONDE_TRY(condition_read(w->r, op, w->memory, &c, w->err));
    SONDE_CHECK(c.column < w->columns, w->err, SONDE_CORRUPT, 0, "a predicate is broken");
    w->used[c.column] = true;
    return SONDE_OK;
  }
  uint32_t n = rd_count(w->r, 5);
  SONDE_CHECK(!w->r->bad && depth < DEPTH_MAX, w->err, SONDE_LIMIT, 0, "a filter is nested too deeply");
  for (uint32_t i = 0; i < n; i++) SONDE_TRY(walk(w, depth + 1));
  return SONDE_OK;
}

sonde_code predicate_skip(rd *r, arena *memory, bool *used, uint32_t columns, sonde_error *err) {
  walker w = {r, memory, used, columns, err};
  return walk(&w, 0);
}
