/* The order of inner joins: always the two parts whose join is estimated to be smallest, joined parts taken as one (greedy
 * operator ordering, Fegaras 1998). Without statistics of columns a key is assumed to have as many values as the smaller
 * of its tables has rows, which holds for foreign keys. */
#include <math.h>

#include "sql/rewrite.h"

/* Of more tables only the first ones are compared, pair by pair. */
enum { PARTS_CONSIDERED = 48 };

typedef struct {
  node *n;
  id_set ids;
  double rows;
  double base; /* rows before filters: how many values its keys may have */
} part;

typedef struct {
  binder *b;
  LIST_OF(part) parts;
  ex_list conditions;
  LIST_OF(node *) semi_joins; /* met on the way down: they filter whichever part they are about */
} region;

/* ---- estimates ---- */

static double selectivity(ex e) {
  double share = 1;
  switch (e->kind) {
  case EXPR_AND:
    for (uint32_t i = 0; i < e->n_args; i++) share *= selectivity(e->args[i]);
    return share;
  case EXPR_OR:
    for (uint32_t i = 0; i < e->n_args; i++) share *= 1 - selectivity(e->args[i]);
    return 1 - share;
  case EXPR_NOT: return 1 - selectivity(e->args[0]);
  case EXPR_IN: return fmin(0.5, 0.03 * (e->n_args - 1));
  case EXPR_IS_NULL: return 0.1;
  case EXPR_IS_NOT_NULL: return 0.9;
  default: break;
  }
  if (e->kind != EXPR_CALL) return 0.5;
  switch (e->function) {
  case FN_EQ: return 0.05;
  case FN_NE: return 0.95;
  case FN_BETWEEN: return 0.2;
  case FN_LT:
  case FN_LE:
  case FN_GT:
  case FN_GE: return 0.35;
  case FN_LIKE:
  case FN_ILIKE: return 0.1;
  default: return 0.4;
  }
}

static double join_rows(const node *n, double left, double right) {
  double product = left * right, keyed = product / fmax(1, fmin(left, right));
  switch (n->p.u.join.kind) {
  case JOIN_SEMI:
  case JOIN_ANTI: return left * 0.5;
  case JOIN_MARK:
  case JOIN_SINGLE: return left;
  case JOIN_POSITIONAL: return fmax(left, right);
  case JOIN_LEFT: return fmax(left, n->p.u.join.n_keys ? keyed : product);
  case JOIN_RIGHT: return fmax(right, n->p.u.join.n_keys ? keyed : product);
  case JOIN_FULL: return left + right;
  default: return n->p.u.join.n_keys ? keyed : n->p.u.join.residual ? product * 0.3 : product;
  }
}

static double limited(double rows, const node *n) {
  if (n->p.kind == PLAN_SORT) return fmin(rows, (double)n->p.u.sort.limit);
  ex limit = n->p.u.limit.limit;
  bool known = limit && limit->kind == EXPR_CONST && limit->type.id == SQL_BIGINT;
  return known ? fmin(rows, (double)limit->constant.v.i) : rows;
}

static double rows_of(node *n, double left, double right) {
  switch (n->p.kind) {
  case PLAN_ONE: return 1;
  case PLAN_NONE: return 0;
  case PLAN_SCAN:
    return fmax(1, (n->p.rows > 0 ? n->p.rows : 1000) *
                       (n->p.u.scan.filter ? selectivity(n->p.u.scan.filter) : 1));
  case PLAN_VALUES: return n->p.u.values.n_rows;
  case PLAN_FILTER: return fmax(1, left * selectivity(n->p.u.filter.condition));
  case PLAN_AGGREGATE: return n->p.u.aggregate.n_groups ? fmax(1, pow(left, 0.75)) : 1;
  case PLAN_DISTINCT: return fmax(1, left * 0.5);
  case PLAN_SORT:
  case PLAN_LIMIT: return limited(left, n);
  case PLAN_JOIN: return join_rows(n, left, right);
  case PLAN_SET: return n->p.u.set.kind == SET_UNION ? left + right : left;
  case PLAN_CTE: return right;
  case PLAN_RECURSIVE: return left * 10;
  case PLAN_UNNEST: return left * 4;
  case PLAN_CTE_REF:
  case PLAN_RANGE: return 1000;
  default: return left;
  }
}

/* Rows of the table itself are kept in scans: how many pass the filter is told by the nodes above. */
double estimate_rows(node *n) {
  double left = n->p.n_inputs > 0 ? estimate_rows(n->input[0]) : 0;
  double right = n->p.n_inputs > 1 ? estimate_rows(n->input[1]) : 0;
  double rows = rows_of(n, left, right);
  if (n->p.kind != PLAN_SCAN) n->p.rows = rows;
  return rows;
}

static double base_rows(const node *n) {
  while (n->p.n_inputs == 1 && n->p.kind != PLAN_AGGREGATE) n = n->input[0];
  return fmax(1, n->p.rows > 0 ? n->p.rows : 1000);
}

/* ---- taking apart ---- */

static bool is_inner(const node *n) {
  return n->p.kind == PLAN_JOIN && n->p.u.join.kind == JOIN_INNER && n->p.u.join.asof == 0;
}

static bool is_semi(const node *n) {
  return n->p.kind == PLAN_JOIN && (n->p.u.join.kind == JOIN_SEMI || n->p.u.join.kind == JOIN_ANTI) &&
         n->p.u.join.asof == 0;
}

static void collect(region *r, node *n) {
  binder *b = r->b;
  if (!bind_enter(b, 0)) {
    bind_leave(b);
    return;
  }
  if (is_inner(n)) {
    ex condition = join_condition(b, n);
    if (condition) split_predicate(b, condition, &r->conditions);
    collect(r, n->input[0]);
    collect(r, n->input[1]);
  } else if (n->p.kind == PLAN_FILTER) {
    split_predicate(b, n->p.u.filter.condition, &r->conditions);
    collect(r, n->input[0]);
  } else if (is_semi(n)) {
    PUSH(b, &r->semi_joins, n);
    collect(r, n->input[0]);
  } else {
    part p = {.n = n, .ids = id_set_new(b)};
    for (uint32_t i = 0; i < n->p.n_columns; i++) id_set_add(&p.ids, n->ids[i]);
    PUSH(b, &r->parts, p);
  }
  bind_leave(b);
}

/* Outer joins that the conditions make inner ones join the region. */
static void absorb_outer_joins(region *r) {
  binder *b = r->b;
  for (uint32_t i = 0; i < r->parts.count && !b->failed; i++) {
    node *n = r->parts.items[i].n;
    if (n->p.kind != PLAN_JOIN || n->p.u.join.kind != JOIN_LEFT || n->p.u.join.asof) continue;
    id_set right = id_set_new(b);
    for (uint32_t c = 0; c < n->input[1]->p.n_columns; c++) id_set_add(&right, n->input[1]->ids[c]);
    bool inner = false;
    for (uint32_t c = 0; c < r->conditions.count && !inner; c++)
      inner = rejects_nulls(r->conditions.items[c], &right);
    if (!inner) continue;
    n->p.u.join.kind = JOIN_INNER;
    r->parts.items[i] = r->parts.items[--r->parts.count];
    collect(r, n);
    i = UINT32_MAX;
  }
}

/* ---- what an OR demands of one part ---- */

/* Of each branch the conditions over the part alone; NULL when a branch has none. */
static ex demanded(region *r, ex either, const part *p) {
  binder *b = r->b;
  expr *out = ex_new(b, EXPR_OR, either->type, either->at, either->n_args);
  for (uint32_t i = 0; i < out->n_args; i++) {
    ex_list parts = {0};
    ex own = NULL;
    ex_split(b, either->args[i], &parts);
    for (uint32_t j = 0; j < parts.count; j++) {
      if (expr_touches(parts.items[j], &p->ids) && expr_within(parts.items[j], &p->ids))
        own = ex_and(b, own, parts.items[j]);
    }
    if (!own) return NULL;
    out->args[i] = own;
  }
  return out;
}

/* (a.x = 1 AND b.y = 2) OR (a.x = 3 AND b.y = 4) filters a and b each, besides their join. */
static void add_demands(region *r) {
  uint32_t count = r->conditions.count;
  for (uint32_t i = 0; i < count && !r->b->failed; i++) {
    ex e = r->conditions.items[i];
    for (uint32_t p = 0; e->kind == EXPR_OR && p < r->parts.count; p++) {
      ex own = expr_within(e, &r->parts.items[p].ids) ? NULL : demanded(r, e, &r->parts.items[p]);
      if (own) PUSH(r->b, &r->conditions, own);
    }
  }
}

/* ---- semi-joins ---- */

static node *push_semi(region *r, const node *semi, node *left) {
  node *join = node_join(r->b, semi->p.u.join.kind, left, semi->input[1]);
  if (r->b->failed) return left;
  join->p.u.join = semi->p.u.join;
  push_semi_right(r->b, join);
  return join;
}

static bool is_about(binder *b, const node *semi, const part *p) {
  id_set right = id_set_new(b), both = id_set_new(b);
  for (uint32_t i = 0; i < semi->input[1]->p.n_columns; i++) id_set_add(&right, semi->input[1]->ids[i]);
  for (uint32_t i = 0; i < both.n; i++) both.words[i] = right.words[i] | (i < p->ids.n ? p->ids.words[i] : 0);
  ex condition = join_condition(b, semi);
  return condition && expr_within(condition, &both);
}

/* A semi-join with few rows filters its part before that is joined; others wait until fewer rows are left. */
static void place_semi_joins(region *r, bool last) {
  binder *b = r->b;
  for (uint32_t i = 0; i < r->semi_joins.count && !b->failed; i++) {
    node *semi = r->semi_joins.items[i];
    double rows = estimate_rows(semi->input[1]);
    for (uint32_t p = 0; p < r->parts.count; p++) {
      part *x = &r->parts.items[p];
      bool early = semi->p.u.join.kind == JOIN_SEMI && rows < x->rows * 0.25;
      if (!last && (!early || !is_about(b, semi, x))) continue;
      x->n = push_semi(r, semi, x->n);
      x->rows = fmax(1, early ? fmin(rows, x->rows) : x->rows * 0.5);
      r->semi_joins.items[i--] = r->semi_joins.items[--r->semi_joins.count];
      break;
    }
  }
}

/* Conditions over the part alone. */
static void push_own(region *r, part *p) {
  ex_list own = {0}, rest = {0};
  for (uint32_t i = 0; i < r->conditions.count; i++) {
    ex e = r->conditions.items[i];
    if (expr_within(e, &p->ids)) {
      PUSH(r->b, &own, e);
    } else {
      PUSH(r->b, &rest, e);
    }
  }
  r->conditions = rest;
  p->n = push_predicates(r->b, p->n, &own);
  if (r->b->failed) return;
  p->rows = estimate_rows(p->n);
  p->base = fmax(base_rows(p->n), p->rows);
}

/* ---- putting together ---- */

static id_set united(binder *b, const id_set *x, const id_set *y) {
  id_set s = id_set_new(b);
  for (uint32_t i = 0; i < s.n; i++) s.words[i] = (i < x->n ? x->words[i] : 0) | (i < y->n ? y->words[i] : 0);
  return s;
}

static bool links(ex e, const part *x, const part *y) {
  if (e->kind != EXPR_CALL || (e->function != FN_EQ && e->function != FN_NOT_DISTINCT_FROM)) return false;
  bool straight = expr_touches(e->args[0], &x->ids) && expr_within(e->args[0], &x->ids) &&
                  expr_touches(e->args[1], &y->ids) && expr_within(e->args[1], &y->ids);
  bool crossed = expr_touches(e->args[0], &y->ids) && expr_within(e->args[0], &y->ids) &&
                 expr_touches(e->args[1], &x->ids) && expr_within(e->args[1], &x->ids);
  return straight || crossed;
}

/* Infinite when nothing links them. */
static double linked_rows(const region *r, const part *x, const part *y) {
  double rows = INFINITY;
  for (uint32_t i = 0; i < r->conditions.count; i++) {
    if (!links(r->conditions.items[i], x, y)) continue;
    rows = isinf(rows) ? x->rows * y->rows / fmax(1, fmin(x->base, y->base)) : rows * 0.5;
  }
  return rows;
}

static void choose_pair(const region *r, uint32_t *left, uint32_t *right, double *rows) {
  double best = INFINITY, best_product = INFINITY;
  uint32_t considered = r->parts.count < PARTS_CONSIDERED ? r->parts.count : PARTS_CONSIDERED;
  *left = 0;
  *right = 1;
  for (uint32_t i = 0; i < considered; i++) {
    for (uint32_t j = i + 1; j < considered; j++) {
      const part *x = &r->parts.items[i], *y = &r->parts.items[j];
      double linked = linked_rows(r, x, y), product = x->rows * y->rows;
      bool better = linked < best || (isinf(best) && isinf(linked) && product < best_product);
      if (!better) continue;
      best = linked;
      best_product = product;
      *left = i;
      *right = j;
    }
  }
  *rows = isinf(best) ? best_product : best;
}

/* The smaller part stands right: there the executor builds its hash table. */
static part join_parts(region *r, const part *x, const part *y, double rows) {
  binder *b = r->b;
  const part *left = x->rows < y->rows ? y : x, *right = left == x ? y : x;
  part out = {.ids = united(b, &x->ids, &y->ids), .rows = fmax(1, rows), .base = fmax(x->base, y->base)};
  ex_list rest = {0}, own = {0};
  for (uint32_t i = 0; i < r->conditions.count; i++) {
    ex e = r->conditions.items[i];
    if (expr_within(e, &out.ids)) {
      PUSH(b, &own, e);
    } else {
      PUSH(b, &rest, e);
    }
  }
  r->conditions = rest;
  out.n = node_join(b, JOIN_INNER, left->n, right->n);
  node_join_on(b, out.n, ex_all(b, &own));
  return out;
}

node *order_joins(binder *b, node *n, ex_list *predicates) {
  region r = {.b = b};
  for (uint32_t i = 0; i < predicates->count; i++) split_predicate(b, predicates->items[i], &r.conditions);
  collect(&r, n);
  absorb_outer_joins(&r);
  add_demands(&r);
  for (uint32_t i = 0; i < r.parts.count && !b->failed; i++) push_own(&r, &r.parts.items[i]);
  place_semi_joins(&r, false);
  while (r.parts.count > 1 && !b->failed) {
    uint32_t left, right;
    double rows;
    choose_pair(&r, &left, &right, &rows);
    r.parts.items[left] = join_parts(&r, &r.parts.items[left], &r.parts.items[right], rows);
    r.parts.items[right] = r.parts.items[--r.parts.count];
  }
  place_semi_joins(&r, true);
  if (b->failed) return n;
  n = r.parts.items[0].n;
  for (uint32_t i = 0; i < r.conditions.count; i++) n = node_filter(b, n, r.conditions.items[i]);
  return n;
}
