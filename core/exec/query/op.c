/* What all operators share; see op.h. */
#include "exec/query/scan/fetch.h"
#include "exec/query/window/window_top.h"

static step next_one(op *o, batch *b) {
  bool *done = o->self;
  if (*done) return STEP_END;
  *done = true;
  *b = (batch){.n = 1, .cols = o->cols};
  return STEP_ROWS;
}
static step next_none(op *o, batch *b) {
  (void)o;
  (void)b;
  return STEP_END;
}
static const op_class one_class = {.next = next_one}, none_class = {.next = next_none};

static sonde_code op_one(op *o) {
  o->class = &one_class;
  return op_self(o, sizeof(bool)) ? SONDE_OK : o->run->err->code;
}
static sonde_code op_none(op *o) {
  o->class = &none_class;
  return SONDE_OK;
}

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

/* ---- which columns of its input a node looks at ---- */

/* Of columns [first, first + n). */
static void mark_from(const expr *e, uint32_t first, bool *needed, uint32_t n) {
  if (e->kind == EXPR_COLUMN && e->index >= first && e->index - first < n) needed[e->index - first] = true;
  for (uint32_t i = 0; i < e->n_args; i++) mark_from(e->args[i], first, needed, n);
}

static void mark(const expr *e, bool *needed, uint32_t n) { mark_from(e, 0, needed, n); }

static void mark_call(const aggregate_call *c, bool *needed, uint32_t n) {
  for (uint32_t i = 0; i < c->n_args; i++) mark(c->args[i], needed, n);
  for (uint32_t i = 0; i < c->n_keys; i++) mark(c->keys[i].by, needed, n);
  if (c->filter) mark(c->filter, needed, n);
}

static void mark_keys(const sort_key *keys, uint32_t n, bool *needed, uint32_t n_columns) {
  for (uint32_t i = 0; i < n; i++) mark(keys[i].by, needed, n_columns);
}

static void mark_window(const window_call *c, bool *needed, uint32_t n) {
  mark_call(&c->call, needed, n);
  for (uint32_t i = 0; i < c->n_partition; i++) mark(c->partition[i], needed, n);
  mark_keys(c->order, c->n_order, needed, n);
  if (c->from_offset) mark(c->from_offset, needed, n);
  if (c->to_offset) mark(c->to_offset, needed, n);
}

static void mark_join(const plan *p, const bool *own, unsigned side, bool *needed) {
  const plan *in = p->input[side];
  uint32_t n_left = p->input[0]->n_columns, first = side ? n_left : 0, n = in->n_columns;
  const join_key *keys = p->u.join.keys;
  join_kind k = p->u.join.kind;
  bool comes_out = side == 0 || (k != JOIN_SEMI && k != JOIN_ANTI && k != JOIN_MARK);
  for (uint32_t i = 0; i < n; i++) needed[i] = comes_out && (!own || own[first + i]);
  for (uint32_t i = 0; i < p->u.join.n_keys; i++) mark(side ? keys[i].right : keys[i].left, needed, n);
  if (p->u.join.asof) mark(side ? p->u.join.asof_right : p->u.join.asof_left, needed, n);
  if (p->u.join.residual) mark_from(p->u.join.residual, first, needed, n);
}

static bool knows_needs(const plan *p, const bool *own) {
  switch (p->kind) {
  case PLAN_PROJECT:
  case PLAN_AGGREGATE:
  case PLAN_JOIN: return true;
  case PLAN_WINDOW:
  case PLAN_FILTER: return own != NULL;
  default: return fetches_late(p);
  }
}

/* NULL: all are needed (or memory is out). `own`: columns of the node itself that are needed. */
static const bool *needs(const plan *p, const bool *own, unsigned input, arena *a, sonde_error *err) {
  if (!knows_needs(p, own)) return NULL;
  uint32_t n = p->input[input]->n_columns;
  bool *needed = arena_zero(a, n + 1u, err);
  if (!needed) return NULL;
  switch (p->kind) {
  case PLAN_PROJECT:
    for (uint32_t i = 0; i < p->n_columns; i++) mark(p->u.project.exprs[i], needed, n);
    break;
  case PLAN_AGGREGATE:
    for (uint32_t i = 0; i < p->u.aggregate.n_groups; i++) mark(p->u.aggregate.groups[i], needed, n);
    for (uint32_t i = 0; i < p->u.aggregate.n_calls; i++) mark_call(&p->u.aggregate.calls[i], needed, n);
    break;
  case PLAN_FILTER:
    memcpy(needed, own, n);
    mark(p->u.filter.condition, needed, n);
    break;
  case PLAN_WINDOW:
    memcpy(needed, own, n);
    for (uint32_t i = 0; i < p->u.window.n; i++) mark_window(&p->u.window.calls[i], needed, n);
    break;
  case PLAN_JOIN: mark_join(p, own, input, needed); break;
  default: mark_keys(p->u.sort.keys, p->u.sort.n, needed, n);
  }
  return needed;
}

const bool *op_needed(const plan *p, arena *a, sonde_error *err) { return needs(p, NULL, 0, a, err); }

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
    o->in[i] = open_with(o->run, p->input[i], needs(p, o->needed, i, &o->memory, o->run->err), top);
    if (!o->in[i]) return o->run->err->code;
  }
  return makers[p->kind](o);
}

op *op_new(run *r, const plan *p) {
  op *o = mem_alloc(r->mem, sizeof *o, r->err);
  if (!o) return NULL;
  *o = (op){.run = r, .plan = p, .rows = &r->uncounted};
  arena_init(&o->memory, r->mem);
  arena_init(&o->scratch, r->mem);
  return o;
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
