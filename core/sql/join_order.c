/* The order of inner joins and of the semi-joins among them: the cheapest tree over all connected subsets (Moerkotte and
 * Neumann 2006, by plain enumeration of bits); of many tables always the two parts whose join is smallest (greedy operator
 * ordering, Fegaras 1998).
 *
 * Columns that conditions declare equal are a class. The rows of a subset are the product of its parts' rows and of what the
 * classes and other conditions within it let pass, so they do not depend on the order. */
#include <math.h>

#include "sql/estimate.h"
#include "sql/rewrite.h"

enum {
  PARTS_MAX = 40, /* of more, the first ones are joined as they are written */
  ELEMENTS_MAX = 64,
  ENUMERATED_MAX = 12 /* 3^12 splits are some milliseconds */
};

typedef struct {
  node *n;
  id_set ids;
  double rows;
  double base;  /* rows before filters */
  double width; /* of what is read of it, in numbers */
} part;

typedef struct {
  binder *b;
  LIST_OF(part) parts;
  ex_list conditions;
  LIST_OF(node *) semi_joins; /* met on the way down: they filter whichever part they are about */
} region;

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
    push_semi_right(b, n, &r->conditions);
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
  p->rows = estimate_rows(r->b, p->n);
  p->base = fmax(base_rows(p->n), p->rows);
  p->width = width_of(r->b, p->n);
}

/* ---- classes of equal columns ---- */

typedef struct {
  ex e;
  uint32_t part;
  double distinct; /* values it has in its part, before filters */
} member;

typedef struct {
  LIST_OF(member) members;
  uint64_t parts;
  double share; /* of the values that a condition leaves which was passed on to all members */
} key_class;

/* A condition over several parts that is no class; `rows_left` is the share that passes. */
typedef struct {
  ex e;
  uint64_t parts;
  double share;
} link;

/* Two parts with several classes in common: the product of their values is more than there are, by this factor. */
typedef struct {
  uint64_t first, second;
  double factor;
} pairing;

typedef struct {
  node *n;
  uint64_t needs; /* parts that its condition is about */
  double share;   /* of rows that pass */
  double rows;    /* of its right input */
} filtering;

typedef struct {
  region *r;
  binder *b;
  LIST_OF(key_class) classes;
  LIST_OF(link) links;
  LIST_OF(pairing) pairings;
  LIST_OF(filtering) semis; /* element numbers follow those of the parts */
  uint64_t near[ELEMENTS_MAX];
} ordering;

static uint64_t bit(uint32_t i) { return (uint64_t)1 << i; }

static uint64_t parts_of(const region *r, ex e) {
  uint64_t mask = 0;
  for (uint32_t i = 0; i < r->parts.count; i++) mask |= expr_touches(e, &r->parts.items[i].ids) ? bit(i) : 0;
  return mask;
}

static bool is_one(uint64_t mask) { return mask && (mask & (mask - 1)) == 0; }

/* Equality is transitive for values, not for lists with nulls in them. */
static bool declares_class(const region *r, ex e) {
  if (e->kind != EXPR_CALL || e->function != FN_EQ || sql_is_nested(&e->args[0]->type) || !ex_is_steady(e))
    return false;
  uint64_t x = parts_of(r, e->args[0]), y = parts_of(r, e->args[1]);
  return is_one(x) && is_one(y) && x != y;
}

static bool has_member(const key_class *c, ex e) {
  for (uint32_t i = 0; i < c->members.count; i++) {
    if (ex_equal(c->members.items[i].e, e)) return true;
  }
  return false;
}

static void add_member(ordering *q, key_class *c, ex e) {
  uint64_t mask = parts_of(q->r, e);
  member m = {.e = e, .part = (uint32_t)__builtin_ctzll(mask)};
  if (has_member(c, e)) return;
  PUSH(q->b, &c->members, m);
  c->parts |= mask;
}

/* Joins the classes that hold either side, or begins one. */
static void declare_equal(ordering *q, ex x, ex y) {
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

static void find_classes(ordering *q) {
  ex_list rest = {0};
  for (uint32_t i = 0; i < q->r->conditions.count; i++) {
    ex e = q->r->conditions.items[i];
    if (declares_class(q->r, e)) {
      declare_equal(q, e->args[0], e->args[1]);
    } else {
      PUSH(q->b, &rest, e);
    }
  }
  q->r->conditions = rest;
}

/* Two columns of one part, equal by way of another part. */
static void equate_within_parts(ordering *q, const key_class *c) {
  for (uint32_t i = 0; i < c->members.count; i++) {
    for (uint32_t j = 0; j < i; j++) {
      const member *x = &c->members.items[j], *y = &c->members.items[i];
      if (x->part != y->part) continue;
      ex args[] = {x->e, y->e};
      PUSH(q->b, &q->r->conditions, ex_call(q->b, "=", y->e->at, 2, args));
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

static bool is_condition(const region *r, ex e) {
  for (uint32_t i = 0; i < r->conditions.count; i++) {
    if (ex_equal(r->conditions.items[i], e)) return true;
  }
  return false;
}

/* a = b and b < 5: a < 5 too. */
static void pass_on(ordering *q, key_class *c, ex e, ex column) {
  bool passed = false;
  for (uint32_t i = 0; i < c->members.count; i++) {
    ex other = c->members.items[i].e;
    if (!ex_is_column(other) || other->index == column->index) continue;
    column_change change = {column->index, other};
    ex changed = ex_map(q->b, e, change_column, &change);
    passed = true;
    if (!is_condition(q->r, changed)) PUSH(q->b, &q->r->conditions, changed);
  }
  const part *p = &q->r->parts.items[__builtin_ctzll(parts_of(q->r, column))];
  if (passed) c->share *= passing_share(q->b, p->n, e);
}

static void pass_on_conditions(ordering *q) {
  uint32_t count = q->r->conditions.count;
  for (uint32_t i = 0; i < count && !q->b->failed; i++) {
    ex e = q->r->conditions.items[i];
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
static void count_values(ordering *q, key_class *c) {
  double least = INFINITY;
  for (uint32_t i = 0; i < c->members.count; i++) {
    member *m = &c->members.items[i];
    const part *p = &q->r->parts.items[m->part];
    double known = stats_of(q->b, p->n, m->e).distinct;
    m->distinct = known > 0 ? fmin(known, p->base) : 0;
    least = fmin(least, known > 0 ? m->distinct : p->base);
  }
  for (uint32_t i = 0; i < c->members.count; i++) {
    member *m = &c->members.items[i];
    if (m->distinct == 0) m->distinct = least;
  }
}

static double values_in_part(const key_class *c, uint32_t p) {
  for (uint32_t i = 0; i < c->members.count; i++) {
    if (c->members.items[i].part == p) return c->members.items[i].distinct;
  }
  return 0;
}

/* Pairs of as many different keys as both parts have rows for. */
static void note_pairing(ordering *q, uint32_t x, uint32_t y) {
  double product = 1, most = 1;
  for (uint32_t i = 0; i < q->classes.count; i++) {
    double values = fmax(values_in_part(&q->classes.items[i], x), values_in_part(&q->classes.items[i], y));
    if ((q->classes.items[i].parts & bit(x)) == 0 || (q->classes.items[i].parts & bit(y)) == 0) continue;
    product *= fmax(1, values);
    most = fmax(most, values);
  }
  double limit = fmax(most, fmin(q->r->parts.items[x].base, q->r->parts.items[y].base));
  pairing p = {bit(x), bit(y), product / limit};
  if (p.factor > 1) PUSH(q->b, &q->pairings, p);
}

static bool is_equality(ex e) {
  return e->kind == EXPR_CALL && (e->function == FN_EQ || e->function == FN_NOT_DISTINCT_FROM);
}

static void add_neighbours(ordering *q, uint64_t parts) {
  for (uint32_t i = 0; i < q->r->parts.count; i++) {
    if (parts & bit(i)) q->near[i] |= parts & ~bit(i);
  }
}

/* What an OR demands of single parts was counted there already. */
static double link_share(const ordering *q, ex e) {
  if (is_equality(e)) return 0.05;
  return e->kind == EXPR_OR ? 0.5 : passing_share(q->b, q->r->parts.items[0].n, e);
}

/* Conditions over no part, constants, were taken by the first one. */
static void add_links(ordering *q) {
  region *r = q->r;
  for (uint32_t i = 0; i < r->conditions.count; i++) {
    ex e = r->conditions.items[i];
    link l = {e, parts_of(r, e), link_share(q, e)};
    PUSH(q->b, &q->links, l);
    if (is_equality(e)) add_neighbours(q, l.parts);
  }
}

static void add_semi_joins(ordering *q) {
  region *r = q->r;
  for (uint32_t i = 0; i < r->semi_joins.count && !q->b->failed; i++) {
    node *semi = r->semi_joins.items[i];
    ex condition = join_condition(q->b, semi);
    filtering f = {.n = semi, .needs = condition ? parts_of(r, condition) : 0};
    if (!f.needs) f.needs = 1;
    f.rows = estimate_rows(q->b, semi->input[1]);
    double matched = matched_share(q->b, r->parts.items[__builtin_ctzll(f.needs)].n, semi);
    f.share = fmax(0.01, semi->p.u.join.kind == JOIN_ANTI ? 1 - matched : matched);
    PUSH(q->b, &q->semis, f);
  }
}

/* Of the columns of a class that are joined, each but the one with fewest values divides. */
static double class_share(const key_class *c, uint64_t subset) {
  double product = 1, least = INFINITY;
  uint64_t seen = 0;
  for (uint32_t i = 0; i < c->members.count; i++) {
    const member *m = &c->members.items[i];
    if ((subset & bit(m->part)) == 0 || (seen & bit(m->part))) continue;
    double values = fmax(1, m->distinct * c->share);
    seen |= bit(m->part);
    product /= values;
    least = fmin(least, values);
  }
  return seen ? product * least : 1;
}

static double pairing_factor(const ordering *q, uint64_t subset) {
  double factor = 1;
  uint64_t done = 0;
  for (uint32_t i = 0; i < q->pairings.count; i++) {
    const pairing *p = &q->pairings.items[i];
    if ((subset & p->first) == 0 || (subset & p->second) == 0 || (done & p->second)) continue;
    done |= p->second;
    factor *= p->factor;
  }
  return factor;
}

static double subset_rows(const ordering *q, uint64_t subset) {
  uint32_t n = q->r->parts.count;
  double rows = pairing_factor(q, subset);
  for (uint32_t i = 0; i < n; i++) rows *= subset & bit(i) ? q->r->parts.items[i].rows : 1;
  for (uint32_t i = 0; i < q->semis.count; i++) rows *= subset & bit(n + i) ? q->semis.items[i].share : 1;
  for (uint32_t i = 0; i < q->classes.count; i++) rows *= class_share(&q->classes.items[i], subset);
  for (uint32_t i = 0; i < q->links.count; i++) {
    const link *l = &q->links.items[i];
    if ((l->parts & ~subset) == 0) rows *= l->share;
  }
  return fmax(1, rows);
}

/* ---- costs ---- */

/* A tree over some of the elements. A semi-join alone stands for its right input. */
typedef struct {
  double rows, cost, width;
  uint64_t left, near; /* left: the elements of its left input */
} tree;

/* In units of a row that looks for its partners by one key: measured. */
static const double build_cost = 3, build_width_cost = 0.5; /* a row that is put into a hash table */
static const double keys_cost = 2.5;                        /* a row that looks by several keys */
static const double width_cost = 0.1;                       /* each number of a row that comes out */
/* Without a key each pair is made, and what was estimated to be one row may be many: only where nothing else is left. */
static const double cross_cost = 1000;

static bool is_semi_join(const ordering *q, uint64_t subset) {
  return subset >> q->r->parts.count != 0 && is_one(subset);
}

static const filtering *semi_of(const ordering *q, uint64_t subset) {
  return &q->semis.items[(uint32_t)__builtin_ctzll(subset) - q->r->parts.count];
}

static tree leaf(const ordering *q, uint32_t i) {
  uint32_t n = q->r->parts.count;
  if (i >= n) return (tree){.rows = q->semis.items[i - n].rows};
  const part *p = &q->r->parts.items[i];
  return (tree){.rows = p->rows, .width = p->width, .near = q->near[i]};
}

static double probe_cost(const ordering *q, uint64_t x, uint64_t y) {
  uint32_t keys = 0;
  for (uint32_t i = 0; i < q->classes.count; i++)
    keys += (q->classes.items[i].parts & x) && (q->classes.items[i].parts & y);
  return keys > 1 ? keys_cost : 1;
}

static double hash_cost(const tree *probe, const tree *build, double each) {
  return build->rows * (build_cost + build_width_cost * build->width) + probe->rows * each;
}

/* A hash table is built of the right side, of a semi-join of the smaller one. Infinite: they cannot be joined like that. */
static double join_cost(const ordering *q, uint64_t x, const tree *left, uint64_t y, const tree *right,
                        double rows) {
  double out = rows * (1 + width_cost * (left->width + right->width));
  if (is_semi_join(q, x)) return INFINITY;
  if (is_semi_join(q, y)) {
    if (semi_of(q, y)->needs & ~x) return INFINITY;
    return fmin(hash_cost(left, right, 1), hash_cost(right, left, 1)) + out;
  }
  if (left->near & y) return hash_cost(left, right, probe_cost(q, x, y)) + out;
  return cross_cost * left->rows * right->rows + right->rows + out;
}

/* ---- putting together ---- */

typedef struct {
  node *n;
  uint64_t elements;
  tree tree;
} joined;

static ex member_within(const key_class *c, uint64_t subset) {
  ex found = NULL;
  for (uint32_t i = 0; i < c->members.count; i++) {
    const member *m = &c->members.items[i];
    if ((subset & bit(m->part)) && (!found || (!ex_is_column(found) && ex_is_column(m->e)))) found = m->e;
  }
  return found;
}

static ex condition_between(ordering *q, uint64_t x, uint64_t y) {
  ex_list all = {0};
  for (uint32_t i = 0; i < q->classes.count; i++) {
    ex args[] = {member_within(&q->classes.items[i], x), member_within(&q->classes.items[i], y)};
    if (args[0] && args[1]) PUSH(q->b, &all, ex_call(q->b, "=", args[0]->at, 2, args));
  }
  for (uint32_t i = 0; i < q->links.count; i++) {
    uint64_t parts = q->links.items[i].parts;
    bool here = (parts & ~(x | y)) == 0 && (parts & x) && (parts & y);
    if (here) PUSH(q->b, &all, q->links.items[i].e);
  }
  return ex_all(q->b, &all);
}

static node *join_semi(ordering *q, const filtering *f, node *left) {
  node *join = node_join(q->b, f->n->p.u.join.kind, left, f->n->input[1]);
  if (!q->b->failed) join->p.u.join = f->n->p.u.join;
  return join;
}

static tree grown(const ordering *q, const tree *left, const tree *right, uint64_t subset) {
  return (tree){.rows = subset_rows(q, subset),
                .cost = INFINITY,
                .width = left->width + right->width,
                .near = left->near | right->near};
}

static joined join_two(ordering *q, const joined *x, const joined *y) {
  joined out = {.elements = x->elements | y->elements};
  out.tree = grown(q, &x->tree, &y->tree, out.elements);
  if (is_semi_join(q, y->elements)) {
    out.n = join_semi(q, semi_of(q, y->elements), x->n);
  } else {
    out.n = node_join(q->b, JOIN_INNER, x->n, y->n);
    node_join_on(q->b, out.n, condition_between(q, x->elements, y->elements));
  }
  return out;
}

static joined element(const ordering *q, uint32_t i) {
  uint32_t n = q->r->parts.count;
  return (joined){i < n ? q->r->parts.items[i].n : NULL, bit(i), leaf(q, i)};
}

/* ---- all trees ---- */

static void choose_split(const ordering *q, tree *trees, uint64_t subset) {
  uint64_t first = subset & (~subset + 1);
  tree *best = &trees[subset];
  *best = grown(q, &trees[first], &trees[subset ^ first], subset);
  best->left = first;
  for (uint64_t left = (subset - 1) & subset; left; left = (left - 1) & subset) {
    uint64_t right = subset ^ left;
    double cost = trees[left].cost + trees[right].cost;
    if (cost < best->cost) cost += join_cost(q, left, &trees[left], right, &trees[right], best->rows);
    if (cost >= best->cost) continue;
    best->cost = cost;
    best->left = left;
  }
}

static joined assemble(ordering *q, const tree *trees, uint64_t subset) {
  if (is_one(subset)) return element(q, (uint32_t)__builtin_ctzll(subset));
  joined left = assemble(q, trees, trees[subset].left);
  joined right = assemble(q, trees, subset ^ trees[subset].left);
  return join_two(q, &left, &right);
}

static node *cheapest_tree(ordering *q, uint32_t count) {
  tree *trees = bind_alloc(q->b, ((size_t)1 << count) * sizeof *trees);
  if (!trees) return q->r->parts.items[0].n;
  for (uint64_t subset = 1; subset >> count == 0; subset++) {
    if (is_one(subset))
      trees[subset] = leaf(q, (uint32_t)__builtin_ctzll(subset));
    else
      choose_split(q, trees, subset);
  }
  return assemble(q, trees, bit(count) - 1).n;
}

/* ---- greedily ---- */

static node *cheapest_pairs(ordering *q, uint32_t count) {
  joined all[ELEMENTS_MAX];
  for (uint32_t i = 0; i < count; i++) all[i] = element(q, i);
  for (; count > 1 && !q->b->failed; count--) {
    uint32_t left = 0, right = 1;
    double least = INFINITY;
    for (uint32_t i = 0; i < count; i++) {
      for (uint32_t j = 0; j < count; j++) {
        uint64_t x = all[i].elements, y = all[j].elements;
        if (i == j) continue;
        double cost = join_cost(q, x, &all[i].tree, y, &all[j].tree, subset_rows(q, x | y));
        if (cost >= least) continue;
        least = cost;
        left = i;
        right = j;
      }
    }
    all[left] = join_two(q, &all[left], &all[right]);
    all[right] = all[count - 1];
  }
  return all[0].n;
}

/* ---- all of it ---- */

/* Beyond what fits the bits of a word: the first ones, as they are written. */
static void join_surplus(region *r) {
  binder *b = r->b;
  while (r->parts.count > PARTS_MAX && !b->failed) {
    part *x = &r->parts.items[0], *y = &r->parts.items[1], out = {.ids = id_set_new(b)};
    out.n = node_join(b, JOIN_INNER, x->n, y->n);
    for (uint32_t i = 0; i < out.n->p.n_columns; i++) id_set_add(&out.ids, out.n->ids[i]);
    *x = out;
    *y = r->parts.items[--r->parts.count];
  }
}

static void prepare(ordering *q) {
  region *r = q->r;
  find_classes(q);
  for (uint32_t i = 0; i < q->classes.count; i++) equate_within_parts(q, &q->classes.items[i]);
  pass_on_conditions(q);
  for (uint32_t i = 0; i < r->parts.count && !q->b->failed; i++) push_own(r, &r->parts.items[i]);
  for (uint32_t i = 0; i < q->classes.count; i++) {
    count_values(q, &q->classes.items[i]);
    add_neighbours(q, q->classes.items[i].parts);
  }
  for (uint32_t i = 0; i < r->parts.count; i++) {
    for (uint32_t j = i + 1; j < r->parts.count; j++) note_pairing(q, i, j);
  }
  add_links(q);
  add_semi_joins(q);
}

node *order_joins(binder *b, node *n, ex_list *predicates) {
  region r = {.b = b};
  for (uint32_t i = 0; i < predicates->count; i++) split_predicate(b, predicates->items[i], &r.conditions);
  collect(&r, n);
  absorb_outer_joins(&r);
  add_demands(&r);
  join_surplus(&r);
  ordering q = {.r = &r, .b = b};
  if (b->failed) return n;
  prepare(&q);
  uint32_t most = ELEMENTS_MAX - r.parts.count, semis = q.semis.count < most ? q.semis.count : most;
  uint32_t count = r.parts.count + semis;
  if (b->failed) return n;
  n = count <= ENUMERATED_MAX ? cheapest_tree(&q, count) : cheapest_pairs(&q, count);
  for (uint32_t i = semis; i < q.semis.count; i++) n = join_semi(&q, &q.semis.items[i], n);
  return n;
}
