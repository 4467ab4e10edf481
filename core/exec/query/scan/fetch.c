/* See fetch.h. */
#include "exec/query/scan/fetch.h"

#include "exec/query/batch/vec_read.h"

#define ROWS_MAX 8192u

bool fetches_late(const plan *p) {
  if (p->kind != PLAN_SORT || p->input[0]->kind != PLAN_SCAN) return false;
  uint64_t offset = p->u.sort.offset == UINT64_MAX ? 0 : p->u.sort.offset;
  return p->u.sort.limit <= ROWS_MAX && offset <= ROWS_MAX && p->input[0]->n_columns > p->u.sort.n + 1;
}

sonde_code fetch_open(row_fetch *f, op *o, const plan *scan) {
  const sql_type **types = column_types(o, scan);
  f->scan = scan;
  return types ? rowset_init(&f->rows, o->run->mem, types, scan->n_columns, o->run->err) : o->run->err->code;
}

void fetch_close(row_fetch *f) { rowset_free(&f->rows); }

/* A dictionary would be taken over as a whole: its one text is read alone. */
static sonde_code read_one(const vec *v, uint32_t row, const sql_type *t, col *out, arena *a,
                           sonde_error *err) {
  bool text = sql_lane(t) == LANE_STR && (v->form == VEC_DICT || v->form == VEC_TEXT);
  if (!text) return vec_read(v, row, 1, t, NULL, out, a, err);
  value one = {.null = !vec_valid(v, row)};
  if (!one.null) one.v.s = vec_str(v, row);
  return col_constant(out, t, &one, a, err);
}

static sonde_code fetch_one(row_fetch *f, op *o, const vec *const *vecs, uint32_t row) {
  uint32_t n = f->scan->n_columns;
  batch b = {.n = 1, .n_cols = n};
  arena_reset(&o->scratch);
  b.cols = arena_array(&o->scratch, n, sizeof(col), o->run->err);
  if (!b.cols) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++)
    SONDE_TRY(read_one(vecs[i], row, &f->scan->columns[i].type, &b.cols[i], &o->scratch, o->run->err));
  return rowset_append(&f->rows, &b, o->run->err);
}

static step fetch_block(row_fetch *f, op *o, const int64_t *places, uint32_t n, const vec **vecs) {
  const query_tables *t = o->run->tables;
  uint32_t block = (uint32_t)(places[f->at] >> 32), n_columns = f->scan->n_columns;
  struct part *held = NULL;
  step s = t->columns(t->self, f->scan->u.scan.table, block, f->scan->u.scan.columns, n_columns, vecs, &held,
                      o->run->err);
  if (s != STEP_ROWS) return s;
  for (; s == STEP_ROWS && f->at < n && (uint32_t)(places[f->at] >> 32) == block; f->at++)
    s = rows_or_fail(fetch_one(f, o, vecs, (uint32_t)places[f->at]));
  t->release(t->self, vecs, n_columns, held);
  return s;
}

step fetch_rows(row_fetch *f, op *o, const int64_t *places, uint32_t n) {
  const vec **vecs = arena_array(&o->memory, f->scan->n_columns, sizeof *vecs, o->run->err);
  if (!vecs) return STEP_FAIL;
  while (f->at < n) {
    step s = fetch_block(f, o, places, n, vecs);
    if (s != STEP_ROWS) return s;
  }
  return STEP_ROWS;
}
