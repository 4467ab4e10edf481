/* Opens an operator for each node of a plan; see op.h. */
#include "exec/query/needed.h"
#include "exec/query/window/window_top.h"

static sonde_code (*const makers[])(op *) = {[PLAN_ONE] = op_one,
                                             [PLAN_NONE] = op_none,
                                             [PLAN_SCAN] = op_scan,
                                             [PLAN_VALUES] = op_values,
                                             [PLAN_FILTER] = op_filter,
                                             [PLAN_PROJECT] = op_project,
                                             [PLAN_AGGREGATE] = op_aggregate,
                                             [PLAN_DISTINCT] = op_distinct,
                                             [PLAN_SORT] = op_sort,
                                             [PLAN_LIMIT] = op_limit,
                                             [PLAN_JOIN] = op_join,
                                             [PLAN_APPLY] = op_apply,
                                             [PLAN_SET] = op_set,
                                             [PLAN_WINDOW] = op_window,
                                             [PLAN_CTE] = op_cte,
                                             [PLAN_RECURSIVE] = op_recursive,
                                             [PLAN_CTE_REF] = op_cte,
                                             [PLAN_UNNEST] = op_unnest,
                                             [PLAN_RANGE] = op_range,
                                             [PLAN_SAMPLE] = op_sample,
                                             [PLAN_SIDE] = op_side,
                                             [PLAN_PART] = op_part,
                                             [PLAN_EXCHANGE] = op_exchange,
                                             [PLAN_EITHER] = op_either};

/* The step of a recursion and the right side of an apply are opened anew each time; of two ways only one is gone. */
static bool opens_input(const plan *p, unsigned i) {
  if (p->kind == PLAN_EITHER) return false;
  return i == 0 || (p->kind != PLAN_RECURSIVE && p->kind != PLAN_APPLY);
}

static op *open_with(run *, const plan *, const bool *needed, uint32_t top);

static sonde_code fill_op(op *o, op *const *given) {
  const plan *p = o->plan;
  o->cols = arena_zero(&o->memory, (p->n_columns + 1u) * sizeof *o->cols, o->run->err);
  if (!o->cols) return o->run->err->code;
  for (unsigned i = 0; i < p->n_inputs; i++) {
    if (given && given[i]) o->in[i] = given[i];
    if (o->in[i] || !opens_input(p, i)) continue;
    uint32_t top = p->kind == PLAN_FILTER ? window_top_of(p) : 0;
    o->in[i] = open_with(o->run, p->input[i], needed_columns(p, o->needed, i, &o->memory, o->run->err), top);
    if (!o->in[i]) return o->run->err->code;
  }
  return makers[p->kind](o);
}

static uint64_t *counter_of(run *r, const plan *p) {
  for (uint32_t i = 0; i < r->n_counts; i++)
    if (r->counts[i].node == p) return &r->counts[i].rows;
  return &r->uncounted;
}

static op *open_with(run *r, const plan *p, const bool *needed, uint32_t top) {
  op *o = op_new(r, p);
  if (!o) return NULL;
  o->needed = needed;
  o->top = top;
  o->rows = counter_of(r, p);
  if (fill_op(o, NULL) == SONDE_OK) return o;
  op_close(o);
  return NULL;
}

op *op_open(run *r, const plan *p, const bool *needed) { return open_with(r, p, needed, 0); }

op *op_open_over(run *r, const plan *p, const bool *needed, op *const inputs[2]) {
  op *o = op_new(r, p);
  if (!o) return NULL;
  o->needed = needed;
  if (fill_op(o, inputs) == SONDE_OK) return o;
  op_close_over(o);
  return NULL;
}
