/* See needed.h. */
#include "exec/query/needed.h"

#include "exec/query/scan/fetch.h"

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

static void mark_node(const plan *p, const bool *own, unsigned input, bool *needed, uint32_t n) {
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
}

const bool *needed_columns(const plan *p, const bool *own, unsigned input, arena *a, sonde_error *err) {
  if (!knows_needs(p, own)) return NULL;
  uint32_t n = p->input[input]->n_columns;
  bool *needed = arena_zero(a, n + 1u, err);
  if (needed) mark_node(p, own, input, needed, n);
  return needed;
}

const bool *op_needed(const plan *p, arena *a, sonde_error *err) {
  return needed_columns(p, NULL, 0, a, err);
}
