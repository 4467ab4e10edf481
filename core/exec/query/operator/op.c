/* What all operators share; see op.h. */
#include "exec/query/operator/op.h"

op *op_new(run *r, const plan *p) {
  op *o = mem_alloc(r->mem, sizeof *o, r->err);
  if (!o) return NULL;
  *o = (op){.run = r, .plan = p, .rows = &r->uncounted};
  arena_init(&o->memory, r->mem);
  arena_init(&o->scratch, r->mem);
  return o;
}

void op_close_over(op *o) {
  if (o) o->in[0] = o->in[1] = NULL;
  op_close(o);
}

void op_close(op *o) {
  if (!o) return;
  if (o->self && o->class && o->class->close) o->class->close(o);
  op_close(o->in[0]);
  op_close(o->in[1]);
  arena_free(&o->memory);
  arena_free(&o->scratch);
  mem_free(o->run->mem, o, sizeof *o);
}

void *op_self(op *o, size_t size) { return o->self = arena_zero(&o->memory, size, o->run->err); }

sonde_code op_nodes(op *o, const expr *const *exprs, uint32_t n, node ***out) {
  *out = arena_array(&o->memory, n + 1u, sizeof **out, o->run->err);
  if (!*out) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) {
    (*out)[i] = node_make(o->run, exprs[i]);
    if (!(*out)[i]) return o->run->err->code;
  }
  return SONDE_OK;
}

const sql_type **column_types(op *o, const plan *p) {
  const sql_type **types = arena_array(&o->memory, p->n_columns + 1u, sizeof *types, o->run->err);
  for (uint32_t i = 0; types && i < p->n_columns; i++) types[i] = &p->columns[i].type;
  return types;
}

step op_emit(op *o, const rowset *s, uint32_t *at, batch *b) {
  if (*at >= s->n) return STEP_END;
  rowset_batch(s, *at, b, o->cols);
  *at += b->n;
  return STEP_ROWS;
}

sonde_code op_keep_rows(op *o, const batch *in, const uint32_t *rows, uint32_t n, batch *out) {
  *out = (batch){.n = n, .n_cols = in->n_cols, .cols = o->cols};
  for (uint32_t i = 0; i < in->n_cols; i++) {
    if (n == in->n)
      o->cols[i] = in->cols[i];
    else if (o->needed && !o->needed[i])
      o->cols[i] = (col){.form = COL_CONST, .type = in->cols[i].type};
    else
      SONDE_TRY(col_gather(&in->cols[i], rows, n, &o->cols[i], &o->scratch, o->run->err));
  }
  return SONDE_OK;
}

step op_collect(op *in, rowset *s, sonde_error *err) {
  batch b;
  for (;;) {
    step st = op_next(in, &b);
    if (st != STEP_ROWS) return st;
    if (rowset_append(s, &b, err) != SONDE_OK) return STEP_FAIL;
  }
}
