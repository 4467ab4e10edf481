/* Taking joins apart: parts, the conditions over each, and classes of columns that conditions declare equal. A condition on one
 * of a class holds for all. */
#include "sql/join_graph.h"

#include <math.h>

/* ---- taking apart ---- */

static bool is_inner(const node *n) {
  return n->p.kind == PLAN_JOIN && n->p.u.join.kind == JOIN_INNER && n->p.u.join.asof == 0;
}

static bool is_semi(const node *n) {
  return n->p.kind == PLAN_JOIN && (n->p.u.join.kind == JOIN_SEMI || n->p.u.join.kind == JOIN_ANTI) &&
         n->p.u.join.asof == 0;
}

static void collect(join_graph *q, node *n) {
  binder *b = q->b;
  if (!bind_enter(b, 0)) {
    bind_leave(b);
    return;
  }
  if (is_inner(n)) {
    ex condition = join_condition(b, n);
    if (condition) split_predicate(b, condition, &q->conditions);
    collect(q, n->input[0]);
    collect(q, n->input[1]);
  } else if (n->p.kind == PLAN_FILTER) {
    split_predicate(b, n->p.u.filter.condition, &q->conditions);
    collect(q, n->input[0]);
  } else if (is_semi(n)) {
    push_semi_right(b, n, &q->conditions);
    filtering f = {.n = n};
    PUSH(b, &q->semis, f);
    collect(q, n->input[0]);
  } else {
    part p = {.n = n, .ids = id_set_new(b)};
    for (uint32_t i = 0; i < n->p.n_columns; i++) id_set_add(&p.ids, n->ids[i]);
    PUSH(b, &q->parts, p);
  }
  bind_leave(b);
}

/* Outer joins that the conditions make inner ones join the region. */
static void absorb_outer_joins(join_graph *q) {
  binder *b = q->b;
  for (uint32_t i = 0; i < q->parts.count && !b->failed; i++) {
    node *n = q->parts.items[i].n;
    if (n->p.kind != PLAN_JOIN || n->p.u.join.kind != JOIN_LEFT || n->p.u.join.asof) continue;
    id_set right = id_set_new(b);
    for (uint32_t c = 0; c < n->input[1]->p.n_columns; c++) id_set_add(&right, n->input[1]->ids[c]);
    bool inner = false;
    for (uint32_t c = 0; c < q->conditions.count && !inner; c++)
      inner = rejects_nulls(q->conditions.items[c], &right);
    if (!inner) continue;
    n->p.u.join.kind = JOIN_INNER;
    q->parts.items[i] = q->parts.items[--q->parts.count];
    collect(q, n);
    i = UINT32_MAX;
  }
}

/* ---- what an OR demands of one part ---- */

/* Of each branch the conditions over the part alone; NULL when a branch has none. */
static ex demanded(join_graph *q, ex either, const part *p) {
  binder *b = q->b;
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
static void add_demands(join_graph *q) {
  uint32_t count = q->conditions.count;
  for (uint32_t i = 0; i < count && !q->b->failed; i++) {
    ex e = q->conditions.items[i];
    for (uint32_t p = 0; e->kind == EXPR_OR && p < q->parts.count; p++) {
      ex own = expr_within(e, &q->parts.items[p].ids) ? NULL : demanded(q, e, &q->parts.items[p]);
      if (own) PUSH(q->b, &q->conditions, own);
    }
  }
}

/* A text is as much work as a few numbers. */
static double width_of(const binder *b, const node *n) {
  double width = 0;
  for (uint32_t i = 0; i < n->p.n_columns; i++) {
    lane l = sql_lane(&n->p.columns[i].type);
    if (id_set_has(&b->read, n->ids[i])) width += l == LANE_STR || l == LANE_NESTED ? 4 : 1;
  }
  return width;
}

/* Conditions over the part alone. */
static void push_own(join_graph *q, part *p) {
  ex_list own = {0}, rest = {0};
  for (uint32_t i = 0; i < q->conditions.count; i++) {
    ex e = q->conditions.items[i];
    if (expr_within(e, &p->ids)) {
      PUSH(q->b, &own, e);
    } else {
      PUSH(q->b, &rest, e);
    }
  }
  q->conditions = rest;
  p->n = push_predicates(q->b, p->n, &own);
  if (q->b->failed) return;
  p->rows = estimate_rows(q->b, p->n);
  p->base = fmax(base_rows(p->n), p->rows);
  p->width = width_of(q->b, p->n);
}

/* ---- classes of equal columns ---- */

static uint64_t parts_of(const join_graph *q, ex e) {
  uint64_t mask = 0;
  for (uint32_t i = 0; i < q->parts.count; i++) mask |= expr_touches(e, &q->parts.items[i].ids) ? bit(i) : 0;
  return mask;
}

/* Equality is transitive for values, not for lists with nulls in them. */
static bool declares_class(const join_graph *q, ex e) {
  if (e->kind != EXPR_CALL || e->function != FN_EQ || sql_is_nested(&e->args[0]->type) || !ex_is_steady(e))
    return false;
  uint64_t x = parts_of(q, e->args[0]), y = parts_of(q, e->args[1]);
  return is_one(x) && is_one(y) && x != y;
}

static bool has_member(const key_class *c, ex e) {
  for (uint32_t i = 0; i < c->members.count; i++) {
    if (ex_equal(c->members.items[i].e, e)) return true;
  }
  return false;
}

static void add_member(join_graph *q, key_class *c, ex e) {
  uint64_t mask = parts_of(q, e);
  member m = {.e = e, .part = (uint32_t)__builtin_ctzll(mask)};
  if (has_member(c, e)) return;
  PUSH(q->b, &c->members, m);
  c->parts |= mask;
}

/* Joins the classes that hold either side, or begins one. */
static void declare_equal(join_graph *q, ex x, ex y) {
  key_class joined = {.share = 1};
  for (uint32_t i = 0; i < q->classes.count; i++) {
    key_class *c = &q->classes.items[i];
    if (!has_member(c, x) && !has_member(c, y)) continue;
    for (uint32_t k = 0; k < c->members.count; k++) add_member(q, &joined, c->members.items[k].e);
    q->classes.items[i--] = q->classes.items[--q->classes.count];
  }
  add_member(q, &joined, x);
  add_member(q, &joined, y);
  PUSH(q->b, &q->classes, joined);
}

static void find_classes(join_graph *q) {
  ex_list rest = {0};
  for (uint32_t i = 0; i < q->conditions.count; i++) {
    ex e = q->conditions.items[i];
    if (declares_class(q, e)) {
      declare_equal(q, e->args[0], e->args[1]);
    } else {
      PUSH(q->b, &rest, e);
    }
  }
  q->conditions = rest;
}

/* Two columns of one part, equal by way of another part. */
static void equate_within_parts(join_graph *q, const key_class *c) {
  for (uint32_t i = 0; i < c->members.count; i++) {
    for (uint32_t j = 0; j < i; j++) {
      const member *x = &c->members.items[j], *y = &c->members.items[i];
      if (x->part != y->part) continue;
      ex args[] = {x->e, y->e};
      PUSH(q->b, &q->conditions, ex_call(q->b, "=", y->e->at, 2, args));
      break;
    }
  }
}

/* ---- conditions of one column, passed on to its equals ---- */

typedef struct {
  uint32_t id;
  ex by;
} column_change;

static ex change_column(void *user, ex e) {
  const column_change *c = user;
  return ex_is_column(e) && e->index == c->id ? c->by : NULL;
}

static bool no_other_column(void *user, ex e) { return !ex_is_column(e) || e->index == *(uint32_t *)user; }

/* column op constant, and the like. */
static bool compares_with_constants(ex e, ex column) {
  uint32_t id = column->index;
  bool compares = e->kind == EXPR_IN;
  if (e->kind == EXPR_CALL) {
    uint16_t f = e->function;
    compares = f == FN_EQ || f == FN_BETWEEN || f == FN_LT || f == FN_LE || f == FN_GT || f == FN_GE;
  }
  if (!compares || !ex_walk(e, no_other_column, &id)) return false;
  uint32_t times = 0;
  for (uint32_t i = 0; i < e->n_args; i++) times += ex_equal(e->args[i], column);
  return times == 1 && ex_is_steady(e);
}

static bool is_condition(const join_graph *q, ex e) {
  for (uint32_t i = 0; i < q->conditions.count; i++) {
    if (ex_equal(q->conditions.items[i], e)) return true;
  }
  return false;
}

/* a = b and b < 5: a < 5 too. */
static void pass_on(join_graph *q, key_class *c, ex e, ex column) {
  bool passed = false;
  for (uint32_t i = 0; i < c->members.count; i++) {
    ex other = c->members.items[i].e;
    if (!ex_is_column(other) || other->index == column->index) continue;
    column_change change = {column->index, other};
    ex changed = ex_map(q->b, e, change_column, &change);
    passed = true;
    if (!is_condition(q, changed)) PUSH(q->b, &q->conditions, changed);
  }
  const part *p = &q->parts.items[__builtin_ctzll(parts_of(q, column))];
  if (passed) c->share *= passing_share(q->b, p->n, e);
}

static void pass_on_conditions(join_graph *q) {
  uint32_t count = q->conditions.count;
  for (uint32_t i = 0; i < count && !q->b->failed; i++) {
    ex e = q->conditions.items[i];
    for (uint32_t k = 0; k < q->classes.count; k++) {
      key_class *c = &q->classes.items[k];
      for (uint32_t m = 0; m < c->members.count; m++) {
        ex column = c->members.items[m].e;
        if (ex_is_column(column) && compares_with_constants(e, column)) pass_on(q, c, e, column);
      }
    }
  }
}

/* ---- estimates of subsets ---- */

/* What is not known has no more values than its part has rows, nor than the others of its class. */
static void count_values(join_graph *q, key_class *c) {
  double least = INFINITY;
  for (uint32_t i = 0; i < c->members.count; i++) {
    member *m = &c->members.items[i];
    const part *p = &q->parts.items[m->part];
    double known = stats_of(q->b, p->n, m->e).distinct;
    m->distinct = known > 0 ? fmin(known, p->base) : 0;
    least = fmin(least, known > 0 ? m->distinct : p->base);
  }
  for (uint32_t i = 0; i < c->members.count; i++) {
    member *m = &c->members.items[i];
    if (m->distinct == 0) m->distinct = least;
  }
}

double values_in_part(const key_class *c, uint32_t p) {
  for (uint32_t i = 0; i < c->members.count; i++) {
    if (c->members.items[i].part == p) return c->members.items[i].distinct;
  }
  return 0;
}

/* Pairs of as many different keys as both parts have rows for. */
static void note_pairing(join_graph *q, uint32_t x, uint32_t y) {
  double product = 1, most = 1;
  for (uint32_t i = 0; i < q->classes.count; i++) {
    double values = fmax(values_in_part(&q->classes.items[i], x), values_in_part(&q->classes.items[i], y));
    if ((q->classes.items[i].parts & bit(x)) == 0 || (q->classes.items[i].parts & bit(y)) == 0) continue;
    product *= fmax(1, values);
    most = fmax(most, values);
  }
  double limit = fmax(most, fmin(q->parts.items[x].base, q->parts.items[y].base));
  pairing p = {bit(x), bit(y), product / limit};
  if (p.factor > 1) PUSH(q->b, &q->pairings, p);
}

static bool is_equality(ex e) {
  return e->kind == EXPR_CALL && (e->function == FN_EQ || e->function == FN_NOT_DISTINCT_FROM);
}

static void add_neighbours(join_graph *q, uint64_t parts) {
  for (uint32_t i = 0; i < q->parts.count; i++) {
    if (parts & bit(i)) q->near[i] |= parts & ~bit(i);
  }
}

/* What an OR demands of single parts was counted there already. */
static double link_share(const join_graph *q, ex e) {
  if (is_equality(e)) return 0.05;
  return e->kind == EXPR_OR ? 0.5 : passing_share(q->b, q->parts.items[0].n, e);
}

/* Conditions over no part, constants, were taken by the first one. */
static void add_links(join_graph *q) {
  for (uint32_t i = 0; i < q->conditions.count; i++) {
    ex e = q->conditions.items[i];
    link l = {e, parts_of(q, e), link_share(q, e)};
    PUSH(q->b, &q->links, l);
    if (is_equality(e)) add_neighbours(q, l.parts);
  }
}

static void estimate_semi_join(join_graph *q, filtering *f) {
  ex condition = join_condition(q->b, f->n);
  f->needs = condition ? parts_of(q, condition) : 0;
  if (!f->needs) f->needs = 1;
  f->rows = estimate_rows(q->b, f->n->input[1]);
  double matched = matched_share(q->b, q->parts.items[__builtin_ctzll(f->needs)].n, f->n);
  f->share = fmax(0.01, f->n->p.u.join.kind == JOIN_ANTI ? 1 - matched : matched);
}

/* ---- all of it ---- */

/* Beyond what fits the bits of a word: the first ones, as they are written. */
static void join_surplus(join_graph *q) {
  binder *b = q->b;
  while (q->parts.count > PARTS_MAX && !b->failed) {
    part *x = &q->parts.items[0], *y = &q->parts.items[1], out = {.ids = id_set_new(b)};
    out.n = node_join(b, JOIN_INNER, x->n, y->n);
    for (uint32_t i = 0; i < out.n->p.n_columns; i++) id_set_add(&out.ids, out.n->ids[i]);
    *x = out;
    *y = q->parts.items[--q->parts.count];
  }
}

static void compare_parts(join_graph *q) {
  for (uint32_t i = 0; i < q->classes.count; i++) {
    count_values(q, &q->classes.items[i]);
    add_neighbours(q, q->classes.items[i].parts);
  }
  for (uint32_t i = 0; i < q->parts.count; i++) {
    for (uint32_t j = i + 1; j < q->parts.count; j++) note_pairing(q, i, j);
  }
  add_links(q);
  for (uint32_t i = 0; i < q->semis.count && !q->b->failed; i++) estimate_semi_join(q, &q->semis.items[i]);
}

void join_graph_make(join_graph *q, node *n, ex_list *predicates) {
  for (uint32_t i = 0; i < predicates->count; i++)
    split_predicate(q->b, predicates->items[i], &q->conditions);
  collect(q, n);
  absorb_outer_joins(q);
  add_demands(q);
  join_surplus(q);
  find_classes(q);
  for (uint32_t i = 0; i < q->classes.count; i++) equate_within_parts(q, &q->classes.items[i]);
  pass_on_conditions(q);
  for (uint32_t i = 0; i < q->parts.count && !q->b->failed; i++) push_own(q, &q->parts.items[i]);
  if (!q->b->failed) compare_parts(q);
}
