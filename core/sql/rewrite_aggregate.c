/* Aggregates that do less for the same answer: groups that follow from others are computed above, sums of one column that differ
 * by constants are one sum. */
#include <string.h>

#include "sql/rewrite.h"

/* From so many sums of one column on, it pays to compute sum, count, least and greatest of it instead. */
enum { SUMS_MIN = 5 };

typedef struct {
  binder *b;
  const node *old;
  ex_list groups;
  LIST_OF(aggregate_call) calls;
  LIST_OF(uint32_t) ids; /* of groups, then of calls */
  ex *outputs;           /* what each column of the old node is over the new one */
  bool changed;
} reduction;

static ex old_column(const reduction *r, uint32_t i) {
  return ex_column(r->b, r->old->ids[i], r->old->p.columns[i].type, 0);
}

/* ---- groups ---- */

/* Whether equal values cannot be told apart: not -0 and 0, nor one month and 30 days. */
static bool is_exact(const sql_type *t) {
  return sql_is_integer(t) || sql_is_temporal(t) || t->id == SQL_DECIMAL || t->id == SQL_BOOL ||
         t->id == SQL_TEXT || t->id == SQL_BLOB || t->id == SQL_TIME || t->id == SQL_UUID;
}

/* Kept columns among the groups become columns of the aggregate; anything else is noted. */
typedef struct {
  reduction *r;
  bool other;
} over_groups;

static ex to_kept_group(void *user, ex e) {
  over_groups *g = user;
  const node *n = g->r->old;
  if (!ex_is_column(e)) return NULL;
  for (uint32_t i = 0; i < n->p.u.aggregate.n_groups; i++) {
    ex group = n->p.u.aggregate.groups[i];
    if (ex_is_column(group) && group->index == e->index && is_exact(&group->type)) return old_column(g->r, i);
  }
  g->other = true;
  return e;
}

/* The group from others, NULL when it has to stay. */
static ex derived_group(reduction *r, uint32_t i) {
  const node *n = r->old;
  ex group = n->p.u.aggregate.groups[i];
  over_groups g = {r, false};
  if (ex_is_column(group)) {
    for (uint32_t j = 0; j < i; j++)
      if (ex_equal(n->p.u.aggregate.groups[j], group)) return old_column(r, j);
    return NULL;
  }
  if (!ex_is_steady(group)) return NULL;
  ex derived = ex_map(r->b, group, to_kept_group, &g);
  return g.other ? NULL : derived;
}

/* Without any group there is a row of no rows: one is always kept. */
static void reduce_groups(reduction *r) {
  const node *n = r->old;
  uint32_t count = n->p.u.aggregate.n_groups;
  for (uint32_t i = 0; i < count && !r->b->failed; i++) {
    bool last = i + 1 == count && r->groups.count == 0;
    ex derived = last ? NULL : derived_group(r, i);
    r->outputs[i] = derived ? derived : old_column(r, i);
    r->changed |= derived != NULL;
    if (derived) continue;
    PUSH(r->b, &r->groups, n->p.u.aggregate.groups[i]);
    PUSH(r->b, &r->ids, n->ids[i]);
  }
}

/* ---- sums ---- */

/* sum(base + constant) or sum(base - constant), of whole numbers. */
typedef struct {
  ex base, constant;
  bool plus;
} shifted;

static bool is_number(ex e) {
  return e->kind == EXPR_CONST && !e->constant.null && sql_lane(&e->type) == LANE_I64;
}

static bool shifted_sum(const aggregate_call *c, shifted *out) {
  if (c->function != FN_SUM || c->distinct || c->n_keys || c->n_args != 1) return false;
  ex e = c->args[0];
  if (e->kind != EXPR_CALL || e->n_args != 2 || !sql_is_integer(&e->type)) return false;
  if (!sql_is_integer(&e->args[0]->type) || !sql_is_integer(&e->args[1]->type) || !ex_is_steady(e))
    return false;
  out->plus = e->function == FN_ADD;
  if (!out->plus && e->function != FN_SUBTRACT) return false;
  bool swapped = out->plus && is_number(e->args[0]);
  out->base = e->args[swapped ? 1 : 0];
  out->constant = e->args[swapped ? 0 : 1];
  return is_number(out->constant) && !is_number(out->base);
}

static bool same_filter(ex x, ex y) { return x && y ? ex_equal(x, y) : x == y; }

static uint32_t count_alike(const node *n, const aggregate_call *c, const shifted *of) {
  uint32_t alike = 0;
  for (uint32_t i = 0; i < n->p.u.aggregate.n_calls && alike < SUMS_MIN; i++) {
    const aggregate_call *other = &n->p.u.aggregate.calls[i];
    shifted s;
    alike += shifted_sum(other, &s) && ex_equal(s.base, of->base) && same_filter(c->filter, other->filter);
  }
  return alike;
}

/* The result of an aggregate over the base; computed once. */
static ex shared_call(reduction *r, const char *name, const aggregate_call *like, ex base) {
  binder *b = r->b;
  ex_list args = {0};
  PUSH(b, &args, base);
  ex bound = ex_function(b, str_of(name), FUNCTION_AGGREGATE, like->at, &args, NULL);
  aggregate_call c = {.function = bound->function,
                      .n_args = bound->n_args,
                      .args = bound->args,
                      .filter = like->filter,
                      .at = like->at,
                      .type = plain(bound->type)};
  for (uint32_t i = 0; i < r->calls.count; i++) {
    const aggregate_call *known = &r->calls.items[i];
    bool same = known->function == c.function && !known->distinct && known->n_args == 1 && !known->n_keys &&
                !b->failed && ex_equal(known->args[0], c.args[0]) && same_filter(known->filter, c.filter);
    if (same) return ex_column(b, r->ids.items[r->groups.count + i], c.type, like->at);
  }
  PUSH(b, &r->calls, c);
  PUSH(b, &r->ids, b->ids++);
  return ex_column(b, b->ids - 1, c.type, like->at);
}

typedef struct {
  ex from, to;
} exchange;

static ex exchange_one(void *user, ex e) {
  const exchange *x = user;
  return ex_equal(e, x->from) ? x->to : NULL;
}

/* sum(x) ± constant * count(x). Before that the extreme x is shifted as each x was: it is null where there is none, and fails
 * where one of them did. */
static ex sum_from_parts(reduction *r, const aggregate_call *c, const shifted *s) {
  binder *b = r->b;
  bool upwards = s->plus == (s->constant->constant.v.i >= 0);
  exchange x = {s->base, shared_call(r, upwards ? "max" : "min", c, s->base)};
  ex extreme = ex_map(b, c->args[0], exchange_one, &x);
  sql_type wide = sql_simple(SQL_HUGEINT);
  ex factors[] = {ex_cast(b, s->constant, wide), ex_cast(b, shared_call(r, "count", c, s->base), wide)};
  ex terms[] = {shared_call(r, "sum", c, s->base), ex_call(b, "*", c->at, 2, factors)};
  expr *e = ex_new(b, EXPR_CASE, c->type, c->at, 3);
  if (b->failed) return e;
  e->args[0] = ex_is_null(b, extreme, false);
  e->args[1] = ex_cast(b, ex_null(b, c->at), c->type);
  e->args[2] = ex_cast(b, ex_call(b, s->plus ? "+" : "-", c->at, 2, terms), c->type);
  return e;
}

static bool is_one_of_many(const node *n, const aggregate_call *c, shifted *s) {
  return shifted_sum(c, s) && c->type.id == SQL_HUGEINT && count_alike(n, c, s) >= SUMS_MIN;
}

static void keep_call(reduction *r, uint32_t i) {
  uint32_t at = r->old->p.u.aggregate.n_groups + i;
  PUSH(r->b, &r->calls, r->old->p.u.aggregate.calls[i]);
  PUSH(r->b, &r->ids, r->old->ids[at]);
  r->outputs[at] = old_column(r, at);
}

/* Calls that stay come first: sums may share them. */
static void reduce_calls(reduction *r) {
  const node *n = r->old;
  uint32_t n_groups = n->p.u.aggregate.n_groups, n_calls = n->p.u.aggregate.n_calls;
  shifted s;
  for (uint32_t i = 0; i < n_calls; i++) {
    if (!is_one_of_many(n, &n->p.u.aggregate.calls[i], &s)) keep_call(r, i);
  }
  for (uint32_t i = 0; i < n_calls && !r->b->failed; i++) {
    const aggregate_call *c = &n->p.u.aggregate.calls[i];
    if (!is_one_of_many(n, c, &s)) continue;
    r->outputs[n_groups + i] = sum_from_parts(r, c, &s);
    r->changed = true;
  }
}

/* ---- the new nodes ---- */

static node *reduced_aggregate(const reduction *r) {
  binder *b = r->b;
  node *out = node_new(b, PLAN_AGGREGATE, r->ids.count);
  for (uint32_t i = 0; i < r->ids.count && !b->failed; i++) {
    uint32_t groups = r->groups.count;
    sql_type type = i < groups ? r->groups.items[i]->type : r->calls.items[i - groups].type;
    node_set_column(b, out, i, str_of(""), type);
    out->ids[i] = r->ids.items[i];
  }
  if (b->failed) return out;
  out->p.n_inputs = 1;
  out->input[0] = r->old->input[0];
  out->p.u.aggregate = r->old->p.u.aggregate;
  out->p.u.aggregate.n_groups = r->groups.count;
  out->p.u.aggregate.groups = r->groups.items;
  out->p.u.aggregate.n_calls = r->calls.count;
  out->p.u.aggregate.calls = r->calls.items;
  return out;
}

node *reduce_aggregate(binder *b, node *n) {
  if (n->p.u.aggregate.n_sets || n->p.u.aggregate.n_groupings || b->failed) return n;
  reduction r = {.b = b, .old = n, .outputs = bind_alloc(b, (n->p.n_columns + 1) * sizeof(ex))};
  if (!r.outputs) return n;
  reduce_groups(&r);
  reduce_calls(&r);
  if (!r.changed || b->failed) return n;
  node *out = node_new(b, PLAN_PROJECT, n->p.n_columns);
  if (b->failed) return n;
  memcpy(out->ids, n->ids, n->p.n_columns * sizeof *n->ids);
  out->p.columns = n->p.columns;
  out->p.n_inputs = 1;
  out->input[0] = reduced_aggregate(&r);
  out->p.u.project.exprs = r.outputs;
  return out;
}
