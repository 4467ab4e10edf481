/* Predicates move to where rows come from; outer joins whose nulls are filtered away become inner ones; a sort below a limit
 * keeps only what is wanted. The answer stays the same. */
#include "sql/rewrite.h"

#include "sql/decorrelate.h"
#include "sql/estimate.h"

/* A predicate over computed columns grows on its way down. */
enum { PUSHED_NODES_MAX = 2000 };

static bool is_steady(void *user, ex e) {
  (void)user;
  return e->kind != EXPR_CALL || (e->function != FN_RANDOM && e->function != FN_UUID);
}

bool ex_is_steady(ex e) { return ex_walk(e, is_steady, NULL); }

static id_set output_ids(binder *b, const node *n) {
  id_set s = id_set_new(b);
  for (uint32_t i = 0; i < n->p.n_columns; i++) id_set_add(&s, n->ids[i]);
  return s;
}

/* ---- splitting ---- */

static bool is_part(binder *b, ex branch, ex wanted) {
  ex_list parts = {0};
  ex_split(b, branch, &parts);
  for (uint32_t i = 0; i < parts.count; i++) {
    if (ex_equal(parts.items[i], wanted)) return true;
  }
  return false;
}

static ex without_parts(binder *b, ex branch, const ex_list *taken) {
  ex_list parts = {0};
  ex rest = NULL;
  ex_split(b, branch, &parts);
  for (uint32_t i = 0; i < parts.count; i++) {
    bool gone = false;
    for (uint32_t j = 0; j < taken->count; j++) gone |= ex_equal(parts.items[i], taken->items[j]);
    if (!gone) rest = ex_and(b, rest, parts.items[i]);
  }
  return rest;
}

static void split_or(binder *b, ex e, ex_list *out) {
  ex_list first = {0}, common = {0};
  ex_split(b, e->args[0], &first);
  for (uint32_t i = 0; i < first.count; i++) {
    bool everywhere = true;
    for (uint32_t j = 1; j < e->n_args; j++) everywhere &= is_part(b, e->args[j], first.items[i]);
    if (everywhere) PUSH(b, &common, first.items[i]);
  }
  for (uint32_t i = 0; i < common.count; i++) PUSH(b, out, common.items[i]);
  if (common.count == 0) {
    PUSH(b, out, e);
    return;
  }
  expr *rest = ex_new(b, EXPR_OR, e->type, e->at, e->n_args);
  for (uint32_t i = 0; i < rest->n_args; i++) {
    rest->args[i] = without_parts(b, e->args[i], &common);
    if (!rest->args[i]) return;
  }
  PUSH(b, out, rest);
}

/* ---- dates beside timestamps ---- */

static bool is_date_as_timestamp(ex e) {
  return e->kind == EXPR_CAST && e->type.id == SQL_TIMESTAMP && e->type.unit == 6 &&
         e->args[0]->type.id == SQL_DATE && ex_has_kind(e, EXPR_COLUMN);
}

static ex last_moment_of_day(binder *b, size_t at) {
  expr *e = ex_new(b, EXPR_CONST, sql_simple(SQL_INTERVAL), at, 0);
  e->constant.v.w = interval_pack((interval){.micros = INT64_C(86399999999)});
  return e;
}

/* day::TIMESTAMP < point is day < (the first day from that point on): compared as a date, by which blocks can be left out. */
static ex compare_as_dates(binder *b, ex e) {
  static const struct {
    uint16_t function, mirrored;
    bool up; /* the point is rounded up to a day */
  } known[] = {{FN_LT, FN_GT, true}, {FN_LE, FN_GE, false}, {FN_GT, FN_LT, false}, {FN_GE, FN_LE, true}};
  if (e->kind != EXPR_CALL || e->n_args != 2) return e;
  bool swapped = is_date_as_timestamp(e->args[1]);
  ex day = e->args[swapped ? 1 : 0], point = e->args[swapped ? 0 : 1];
  if (!is_date_as_timestamp(day) || ex_has_kind(point, EXPR_COLUMN)) return e;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (e->function != (swapped ? known[i].mirrored : known[i].function)) continue;
    ex parts[] = {point, last_moment_of_day(b, point->at)};
    ex rounded = known[i].up ? ex_call(b, "+", point->at, 2, parts) : point;
    ex sides[] = {day->args[0], ex_cast(b, rounded, sql_simple(SQL_DATE))};
    return ex_call(b, function_get((function_id)known[i].function)->name, e->at, 2, sides);
  }
  return e;
}

/* ---- constants ---- */

static bool decides(uint16_t function, int order, bool *truth) {
  switch (function) {
  case FN_EQ: *truth = order == 0; return true;
  case FN_NE: *truth = order != 0; return true;
  case FN_LT: *truth = order < 0; return true;
  case FN_LE: *truth = order <= 0; return true;
  case FN_GT: *truth = order > 0; return true;
  case FN_GE: *truth = order >= 0; return true;
  default: return false;
  }
}

/* WHERE 1 = 1 and WHERE 1 = 0, which programs write; other constants are the executor's to compute. */
static ex compare_constants(binder *b, ex e) {
  if (e->kind != EXPR_CALL || e->n_args != 2) return e;
  ex left = e->args[0], right = e->args[1];
  bool known = left->kind == EXPR_CONST && right->kind == EXPR_CONST && !left->constant.null &&
               !right->constant.null && sql_is_integer(&left->type) && sql_lane(&left->type) == LANE_I64;
  if (!known || !sql_type_equal(&left->type, &right->type)) return e;
  int64_t x = left->constant.v.i, y = right->constant.v.i;
  bool truth;
  return decides(e->function, (x > y) - (x < y), &truth) ? ex_bool(b, truth, e->at) : e;
}

static bool is_constant(ex e, bool truth) {
  if (e->kind != EXPR_CONST || e->type.id != SQL_BOOL) return false;
  return truth ? !e->constant.null && e->constant.v.b : e->constant.null || !e->constant.v.b;
}

static bool never_holds(const ex_list *predicates) {
  for (uint32_t i = 0; i < predicates->count; i++) {
    if (is_constant(predicates->items[i], false)) return true;
  }
  return false;
}

/* No row, but the columns. */
static node *nothing(binder *b, const node *n) {
  node *none = node_new(b, PLAN_NONE, 0);
  if (b->failed) return none;
  none->p.n_columns = n->p.n_columns;
  none->p.columns = n->p.columns;
  none->ids = n->ids;
  return none;
}

void split_predicate(binder *b, ex e, ex_list *out) {
  ex_list parts = {0};
  ex_split(b, e, &parts);
  for (uint32_t i = 0; i < parts.count && !b->failed; i++) {
    if (parts.items[i]->kind == EXPR_OR) {
      split_or(b, parts.items[i], out);
    } else {
      ex part = compare_constants(b, compare_as_dates(b, parts.items[i]));
      if (!is_constant(part, true)) PUSH(b, out, part);
    }
  }
}

/* ---- nulls ---- */

/* Functions that answer null to a null, of those that stand in conditions. */
static bool is_strict(uint16_t function) {
  switch (function) {
  case FN_EQ:
  case FN_NE:
  case FN_LT:
  case FN_LE:
  case FN_GT:
  case FN_GE:
  case FN_BETWEEN:
  case FN_ADD:
  case FN_SUBTRACT:
  case FN_MULTIPLY:
  case FN_DIVIDE:
  case FN_LIKE:
  case FN_NOT_LIKE:
  case FN_ILIKE:
  case FN_NOT_ILIKE: return true;
  default: return false;
  }
}

/* Below a NOT, a null bound of BETWEEN does not decide when the other one does. */
static uint32_t strict_args(ex e) { return e->function == FN_BETWEEN ? 1 : e->n_args; }

static bool is_null_with(ex e, const id_set *columns) {
  if (ex_is_column(e)) return id_set_has(columns, e->index);
  if (e->kind == EXPR_CAST || e->kind == EXPR_NOT || e->kind == EXPR_IN)
    return is_null_with(e->args[0], columns);
  if (e->kind != EXPR_CALL || !is_strict(e->function)) return false;
  for (uint32_t i = 0; i < strict_args(e); i++) {
    if (is_null_with(e->args[i], columns)) return true;
  }
  return false;
}

bool rejects_nulls(ex e, const id_set *columns) {
  return e->kind == EXPR_IS_NOT_NULL ? is_null_with(e->args[0], columns) : is_null_with(e, columns);
}

/* ---- predicates ---- */

static node *filter_all(binder *b, node *n, const ex_list *predicates) {
  return node_filter(b, n, ex_all(b, predicates));
}

/* Those over the columns alone go to `to`, the others stay. */
static void take_within(binder *b, ex_list *from, const id_set *columns, ex_list *to) {
  ex_list rest = {0};
  for (uint32_t i = 0; i < from->count; i++) {
    ex e = from->items[i];
    if (expr_within(e, columns)) {
      PUSH(b, to, e);
    } else {
      PUSH(b, &rest, e);
    }
  }
  *from = rest;
}

static node *push_nothing(binder *b, node *n) {
  ex_list none = {0};
  return push_predicates(b, n, &none);
}

static node *push_filter(binder *b, node *n, ex_list *predicates) {
  split_predicate(b, n->p.u.filter.condition, predicates);
  return push_predicates(b, n->input[0], predicates);
}

typedef struct {
  uint32_t id, times;
} occurrence;

static bool count_column(void *user, ex e) {
  occurrence *o = user;
  o->times += ex_is_column(e) && e->index == o->id;
  return true;
}

/* What is computed below would be computed more than once, or not when it was meant to. */
static bool is_shared(const node *outer, const node *inner, uint32_t i) {
  ex e = inner->p.u.project.exprs[i];
  if (ex_is_column(e) || e->kind == EXPR_CONST) return false;
  occurrence o = {.id = inner->ids[i]};
  for (uint32_t c = 0; c < outer->p.n_columns; c++) ex_walk(outer->p.u.project.exprs[c], count_column, &o);
  return o.times > 1 || !ex_is_steady(e);
}

/* A projection of a projection is one. */
static void merge_projects(binder *b, node *n) {
  while (n->input[0]->p.kind == PLAN_PROJECT && !b->failed) {
    const node *inner = n->input[0];
    for (uint32_t i = 0; i < inner->p.n_columns; i++) {
      if (is_shared(n, inner, i)) return;
    }
    ex *exprs = bind_alloc(b, (n->p.n_columns + 1) * sizeof *exprs);
    if (!exprs) return;
    for (uint32_t i = 0; i < n->p.n_columns; i++)
      exprs[i] = through_project(b, inner, n->p.u.project.exprs[i]);
    n->p.u.project.exprs = exprs;
    n->input[0] = inner->input[0];
  }
}

static node *push_project(binder *b, node *n, ex_list *predicates) {
  merge_projects(b, n);
  ex_list below = {0}, stay = {0};
  for (uint32_t i = 0; i < predicates->count; i++) {
    ex e = through_project(b, n, predicates->items[i]);
    if (ex_is_steady(e) && !ex_is_larger(e, PUSHED_NODES_MAX)) {
      split_predicate(b, e, &below);
    } else {
      PUSH(b, &stay, predicates->items[i]);
    }
  }
  n->input[0] = push_predicates(b, n->input[0], &below);
  if (!b->failed) merge_projects(b, n);
  return filter_all(b, n, &stay);
}

typedef struct {
  binder *b;
  const node *n;
} group_change;

static ex to_group(void *user, ex e) {
  const group_change *g = user;
  for (uint32_t i = 0; ex_is_column(e) && i < g->n->p.u.aggregate.n_groups; i++) {
    if (g->n->ids[i] == e->index) return g->n->p.u.aggregate.groups[i];
  }
  return NULL;
}

/* What is said of groups alone can be said of rows. */
static node *push_aggregate(binder *b, node *n, ex_list *predicates) {
  ex_list below = {0}, taken = {0};
  id_set groups = id_set_new(b);
  bool simple = n->p.u.aggregate.n_groups > 0 && n->p.u.aggregate.n_sets == 0;
  for (uint32_t i = 0; simple && i < n->p.u.aggregate.n_groups; i++) id_set_add(&groups, n->ids[i]);
  if (simple) take_within(b, predicates, &groups, &taken);
  group_change change = {b, n};
  for (uint32_t i = 0; i < taken.count; i++) PUSH(b, &below, ex_map(b, taken.items[i], to_group, &change));
  n->input[0] = push_predicates(b, n->input[0], &below);
  return filter_all(b, n, predicates);
}

static id_set partition_columns(binder *b, const node *n) {
  id_set common = id_set_new(b);
  for (uint32_t i = 0; i < n->p.u.window.n; i++) {
    const window_call *w = &n->p.u.window.calls[i];
    id_set own = id_set_new(b);
    for (uint32_t j = 0; j < w->n_partition; j++) {
      if (ex_is_column(w->partition[j])) id_set_add(&own, w->partition[j]->index);
    }
    for (uint32_t j = 0; j < own.n; j++) common.words[j] = i ? common.words[j] & own.words[j] : own.words[j];
  }
  return common;
}

static bool has_columns(ex e) { return ex_has_kind(e, EXPR_COLUMN); }

/* Whole partitions can be left out. */
static node *push_window(binder *b, node *n, ex_list *predicates) {
  ex_list below = {0}, stay = {0};
  id_set parts = partition_columns(b, n);
  for (uint32_t i = 0; i < predicates->count; i++) {
    ex e = predicates->items[i];
    if (has_columns(e) && expr_within(e, &parts)) {
      PUSH(b, &below, e);
    } else {
      PUSH(b, &stay, e);
    }
  }
  n->input[0] = push_predicates(b, n->input[0], &below);
  return filter_all(b, n, &stay);
}

static node *push_unnest(binder *b, node *n, ex_list *predicates) {
  ex_list below = {0};
  id_set input = output_ids(b, n->input[0]);
  if (!n->p.u.unnest.outer) take_within(b, predicates, &input, &below);
  n->input[0] = push_predicates(b, n->input[0], &below);
  return filter_all(b, n, predicates);
}

typedef struct {
  binder *b;
  const uint32_t *from, *to;
  uint32_t n;
} renaming;

static ex rename_column(void *user, ex e) {
  const renaming *r = user;
  for (uint32_t i = 0; ex_is_column(e) && i < r->n; i++) {
    if (r->from[i] == e->index) return ex_column(r->b, r->to[i], e->type, e->at);
  }
  return NULL;
}

static node *push_set(binder *b, node *n, ex_list *predicates) {
  for (uint32_t side = 0; side < 2; side++) {
    ex_list own = {0};
    renaming r = {b, n->ids, n->input_ids[side], n->p.n_columns};
    for (uint32_t i = 0; i < predicates->count; i++)
      PUSH(b, &own, ex_map(b, predicates->items[i], rename_column, &r));
    n->input[side] = push_predicates(b, n->input[side], &own);
  }
  return n;
}

/* ---- joins ---- */

ex join_condition(binder *b, const node *join) {
  ex condition = join->p.u.join.residual;
  for (uint32_t i = 0; i < join->p.u.join.n_keys; i++) {
    const join_key *key = &join->p.u.join.keys[i];
    ex args[] = {key->left, key->right};
    ex equal = ex_call(b, key->null_equal ? "is not distinct from" : "=", key->left->at, 2, args);
    condition = condition ? ex_and(b, equal, condition) : equal;
  }
  return condition;
}

/* Parts of the residual over one side alone filter that side, where a row without partner is no answer of its own. */
static void push_residual(binder *b, node *n, ex_list *left, ex_list *right) {
  if (!n->p.u.join.residual) return;
  ex_list parts = {0};
  split_predicate(b, n->p.u.join.residual, &parts);
  id_set l = output_ids(b, n->input[0]), r = output_ids(b, n->input[1]);
  take_within(b, &parts, &r, right);
  if (n->p.u.join.kind == JOIN_SEMI) take_within(b, &parts, &l, left);
  n->p.u.join.residual = ex_all(b, &parts);
}

static bool becomes_inner(binder *b, const node *n, const ex_list *predicates) {
  id_set right = output_ids(b, n->input[1]);
  for (uint32_t i = 0; i < predicates->count; i++) {
    if (rejects_nulls(predicates->items[i], &right)) return true;
  }
  return false;
}

static node *push_outer_join(binder *b, node *n, ex_list *predicates) {
  ex_list left = {0}, right = {0};
  id_set l = output_ids(b, n->input[0]);
  bool asof = n->p.u.join.asof != 0;
  join_kind kind = n->p.u.join.kind;
  bool passes =
      kind != JOIN_FULL && kind != JOIN_RIGHT && kind != JOIN_POSITIONAL && !(asof && kind == JOIN_SINGLE);
  if (passes) take_within(b, predicates, &l, &left);
  if (passes && !asof) push_residual(b, n, &left, &right);
  n->input[0] = push_predicates(b, n->input[0], &left);
  n->input[1] = push_predicates(b, n->input[1], &right);
  return filter_all(b, n, predicates);
}

void push_semi_right(binder *b, node *n, ex_list *left) {
  ex_list right = {0};
  push_residual(b, n, left, &right);
  n->input[1] = push_predicates(b, n->input[1], &right);
}

/* Inner joins below filters and semi-joins. */
static bool holds_inner_joins(const node *n) {
  for (;; n = n->input[0]) {
    bool join = n->p.kind == PLAN_JOIN && n->p.u.join.asof == 0;
    if (join && n->p.u.join.kind == JOIN_INNER) return true;
    bool semi = join && (n->p.u.join.kind == JOIN_SEMI || n->p.u.join.kind == JOIN_ANTI);
    if (!semi && n->p.kind != PLAN_FILTER) return false;
  }
}

static node *push_join(binder *b, node *n, ex_list *predicates) {
  bool asof = n->p.u.join.asof != 0;
  if (n->p.u.join.kind == JOIN_LEFT && !asof && becomes_inner(b, n, predicates))
    n->p.u.join.kind = JOIN_INNER;
  if (holds_inner_joins(n)) return order_joins(b, n, predicates);
  return push_outer_join(b, n, predicates);
}

static node *push_apply(binder *b, node *n, ex_list *predicates) {
  ex_list left = {0};
  id_set l = output_ids(b, n->input[0]);
  take_within(b, predicates, &l, &left);
  n->input[0] = push_predicates(b, n->input[0], &left);
  n->input[1] = push_nothing(b, n->input[1]);
  return filter_all(b, n, predicates);
}

/* ---- sort and limit ---- */

static bool whole_number(ex e, uint64_t *out) {
  bool known = e->kind == EXPR_CONST && !e->constant.null && e->type.id == SQL_BIGINT && e->constant.v.i >= 0;
  if (known) *out = (uint64_t)e->constant.v.i;
  return known;
}

static node *rewrite_limit(binder *b, node *n) {
  uint64_t limit = UINT64_MAX, offset = 0;
  n->input[0] = push_nothing(b, n->input[0]);
  node *sort = n->input[0];
  bool fixed = (!n->p.u.limit.limit || whole_number(n->p.u.limit.limit, &limit)) &&
               (!n->p.u.limit.offset || whole_number(n->p.u.limit.offset, &offset));
  if (!fixed || sort->p.kind != PLAN_SORT || sort->p.u.sort.limit != UINT64_MAX || sort->p.u.sort.offset)
    return n;
  sort->p.u.sort.limit = limit;
  sort->p.u.sort.offset = offset;
  return sort;
}

/* ---- dispatch ---- */

static node *push_both_apart(binder *b, node *n, ex_list *predicates) {
  for (uint32_t i = 0; i < n->p.n_inputs; i++) n->input[i] = push_nothing(b, n->input[i]);
  return filter_all(b, n, predicates);
}

static node *push_scan(binder *b, node *n, ex_list *predicates) {
  ex_list all = {0};
  if (n->p.u.scan.filter) PUSH(b, &all, n->p.u.scan.filter);
  for (uint32_t i = 0; i < predicates->count; i++) PUSH(b, &all, predicates->items[i]);
  n->p.u.scan.filter = ex_all(b, &all);
  return n;
}

static node *push_any(binder *b, node *n, ex_list *predicates) {
  switch (n->p.kind) {
  case PLAN_SCAN: return push_scan(b, n, predicates);
  case PLAN_FILTER: return push_filter(b, n, predicates);
  case PLAN_PROJECT: return push_project(b, n, predicates);
  case PLAN_AGGREGATE: return push_aggregate(b, n, predicates);
  case PLAN_WINDOW: return push_window(b, n, predicates);
  case PLAN_UNNEST: return push_unnest(b, n, predicates);
  case PLAN_SET: return push_set(b, n, predicates);
  case PLAN_JOIN: return push_join(b, n, predicates);
  case PLAN_APPLY: return push_apply(b, n, predicates);
  case PLAN_LIMIT: return filter_all(b, rewrite_limit(b, n), predicates);
  case PLAN_SORT: n->input[0] = push_predicates(b, n->input[0], predicates); return n;
  case PLAN_DISTINCT:
    if (n->p.u.distinct.n) return push_both_apart(b, n, predicates);
    n->input[0] = push_predicates(b, n->input[0], predicates);
    return n;
  case PLAN_CTE:
    n->input[0] = push_nothing(b, n->input[0]);
    n->input[1] = push_predicates(b, n->input[1], predicates);
    return n;
  default: return push_both_apart(b, n, predicates);
  }
}

node *push_predicates(binder *b, node *n, ex_list *predicates) {
  if (never_holds(predicates)) return nothing(b, n);
  if (bind_enter(b, 0)) n = push_any(b, n, predicates);
  bind_leave(b);
  return n;
}

node *rewrite(binder *b, node *n) {
  b->read = node_read_ids(b, n);
  n = push_nothing(b, n);
  if (b->failed) return n;
  estimate_rows(b, n);
  choose_sides(b, n);
  return n;
}
