/* See key_filter.h. */
#include "exec/query/scan/key_filter.h"

#define TRIAL_ROWS 32768u

static const expr *column_behind(const op *o, uint32_t column) {
  const plan *p = o->plan;
  if (p->kind == PLAN_PROJECT) return p->u.project.exprs[column];
  bool group = p->kind == PLAN_AGGREGATE && column < p->u.aggregate.n_groups && !p->u.aggregate.sets;
  return group ? p->u.aggregate.groups[column] : NULL;
}

/* Which input a join's column passes through, so that rows missing there only take away rows that have its value. */
static op *joined_input(op *o, uint32_t *column) {
  join_kind k = o->plan->u.join.kind;
  uint32_t n_left = o->plan->input[0]->n_columns;
  if (k == JOIN_RIGHT || k == JOIN_FULL || k == JOIN_POSITIONAL) return NULL;
  if (*column < n_left) return o->in[0];
  if (k != JOIN_INNER || o->plan->u.join.asof) return NULL;
  *column -= n_left;
  return o->in[1];
}

static op *input_with(op *o, uint32_t *column) {
  const expr *e;
  switch (o->plan->kind) {
  case PLAN_FILTER: return o->in[0];
  case PLAN_PROJECT:
  case PLAN_AGGREGATE:
    e = column_behind(o, *column);
    if (!e || e->kind != EXPR_COLUMN) return NULL;
    *column = e->index;
    return o->in[0];
  case PLAN_JOIN: return joined_input(o, column);
  case PLAN_APPLY:
  case PLAN_UNNEST: return *column < o->plan->input[0]->n_columns ? o->in[0] : NULL;
  default: return NULL;
  }
}

void key_filter_offer(op *o, uint32_t column, const join_table *t) {
  while (o && o->plan->kind != PLAN_SCAN) o = input_with(o, &column);
  if (o) op_scan_filter(o, column, t);
}

uint32_t key_filter_apply(key_filter *f, const batch *b, uint32_t *rows, uint32_t n) {
  for (; f; f = f->next) {
    bool useless = f->seen >= TRIAL_ROWS && f->kept > f->seen / 8 * 7;
    const col *c = &b->cols[f->column];
    if (useless || c->form != COL_FLAT) continue;
    f->seen += n;
    n = join_table_filter(f->table, c, rows, n);
    f->kept += n;
    if (f->seen > UINT32_MAX / 2) f->seen /= 2, f->kept /= 2;
  }
  return n;
}
