/* The order of inner joins and of the semi-joins among them: the cheapest tree over all connected subsets (Moerkotte and
 * Neumann 2006, by plain enumeration of bits); of many tables always the two parts whose join costs least (greedy
 * operator join_graph, Fegaras 1998).
 *
 * The rows of a subset are the product of its parts' rows and of what the classes and other conditions within it let pass, so
 * they do not depend on the order. */
#include <math.h>

#include "sql/join_graph.h"

enum { ENUMERATED_MAX = 12 /* 3^12 splits are some milliseconds */ };

/* ---- estimates of subsets ---- */

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

static double pairing_factor(const join_graph *q, uint64_t subset) {
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

static double subset_rows(const join_graph *q, uint64_t subset) {
  uint32_t n = q->parts.count;
  double rows = pairing_factor(q, subset);
  for (uint32_t i = 0; i < n; i++) rows *= subset & bit(i) ? q->parts.items[i].rows : 1;
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
static const double repeated_cost = 1;                      /* … where others have the same key */
static const double keys_cost = 2.5;                        /* a row that looks by several keys */
static const double width_cost = 0.1;                       /* each number of a row that comes out */
/* Without a key each pair is made, and what was estimated to be one row may be many: only where nothing else is left. */
static const double cross_cost = 1000;

static bool is_semi_join(const join_graph *q, uint64_t subset) {
  return subset >> q->parts.count != 0 && is_one(subset);
}

static const filtering *semi_of(const join_graph *q, uint64_t subset) {
  return &q->semis.items[(uint32_t)__builtin_ctzll(subset) - q->parts.count];
}

static tree leaf(const join_graph *q, uint32_t i) {
  uint32_t n = q->parts.count;
  if (i >= n) return (tree){.rows = q->semis.items[i - n].rows};
  const part *p = &q->parts.items[i];
  return (tree){.rows = p->rows, .width = p->width, .near = q->near[i]};
}

static double probe_cost(const join_graph *q, uint64_t x, uint64_t y) {
  uint32_t keys = 0;
  for (uint32_t i = 0; i < q->classes.count; i++)
    keys += (q->classes.items[i].parts & x) && (q->classes.items[i].parts & y);
  return keys > 1 ? keys_cost : 1;
}

/* Of a table of its own; what was joined before is not known to repeat its keys. */
static bool repeats_keys(const join_graph *q, uint64_t x, uint64_t y) {
  if (!is_one(y)) return false;
  uint32_t p = (uint32_t)__builtin_ctzll(y);
  double values = 1;
  for (uint32_t i = 0; i < q->classes.count; i++)
    if (q->classes.items[i].parts & x) values *= fmax(1, values_in_part(&q->classes.items[i], p));
  return values < q->parts.items[p].base * 0.8;
}

static double hash_cost(const tree *probe, const tree *build, double each) {
  return build->rows * (build_cost + build_width_cost * build->width) + probe->rows * each;
}

/* A hash table is built of the right side, of a semi-join of the smaller one. Infinite: they cannot be joined like that. */
static double join_cost(const join_graph *q, uint64_t x, const tree *left, uint64_t y, const tree *right,
                        double rows) {
  double out = rows * (1 + width_cost * (left->width + right->width));
  if (is_semi_join(q, x)) return INFINITY;
  if (is_semi_join(q, y)) {
    if (semi_of(q, y)->needs & ~x) return INFINITY;
    return fmin(hash_cost(left, right, 1), hash_cost(right, left, 1)) + out;
  }
  if (repeats_keys(q, x, y)) out += right->rows * repeated_cost;
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

static ex condition_between(join_graph *q, uint64_t x, uint64_t y) {
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

static node *join_semi(join_graph *q, const filtering *f, node *left) {
  node *join = node_join(q->b, f->n->p.u.join.kind, left, f->n->input[1]);
  if (!q->b->failed) join->p.u.join = f->n->p.u.join;
  return join;
}

static tree grown(const join_graph *q, const tree *left, const tree *right, uint64_t subset) {
  return (tree){.rows = subset_rows(q, subset),
                .cost = INFINITY,
                .width = left->width + right->width,
                .near = left->near | right->near};
}

static joined join_two(join_graph *q, const joined *x, const joined *y) {
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

static joined element(const join_graph *q, uint32_t i) {
  uint32_t n = q->parts.count;
  return (joined){i < n ? q->parts.items[i].n : NULL, bit(i), leaf(q, i)};
}

/* ---- all trees ---- */

static void choose_split(const join_graph *q, tree *trees, uint64_t subset) {
  uint64_t first = subset & (~subset + 1);
  tree *best = &trees[subset];
  *best = grown(q, &trees[first], &trees[subset ^ first], subset);
  best->left = first;
  for (uint64_t left = first; left != subset; left = (left - subset) & subset) {
    uint64_t right = subset ^ left;
    double cost = trees[left].cost + trees[right].cost;
    if (cost < best->cost) cost += join_cost(q, left, &trees[left], right, &trees[right], best->rows);
    if (cost >= best->cost) continue;
    best->cost = cost;
    best->left = left;
  }
}

static joined assemble(join_graph *q, const tree *trees, uint64_t subset) {
  if (is_one(subset)) return element(q, (uint32_t)__builtin_ctzll(subset));
  joined left = assemble(q, trees, trees[subset].left);
  joined right = assemble(q, trees, subset ^ trees[subset].left);
  return join_two(q, &left, &right);
}

static node *cheapest_tree(join_graph *q, uint32_t count) {
  tree *trees = bind_alloc(q->b, ((size_t)1 << count) * sizeof *trees);
  if (!trees) return q->parts.items[0].n;
  for (uint64_t subset = 1; subset >> count == 0; subset++) {
    if (is_one(subset))
      trees[subset] = leaf(q, (uint32_t)__builtin_ctzll(subset));
    else
      choose_split(q, trees, subset);
  }
  return assemble(q, trees, bit(count) - 1).n;
}

/* ---- greedily ---- */

static node *cheapest_pairs(join_graph *q, uint32_t count) {
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

node *order_joins(binder *b, node *n, ex_list *predicates) {
  join_graph q = {.b = b};
  join_graph_make(&q, n, predicates);
  if (b->failed) return n;
  restrict_aggregates(&q);
  uint32_t most = ELEMENTS_MAX - q.parts.count, semis = q.semis.count < most ? q.semis.count : most;
  uint32_t count = q.parts.count + semis;
  n = count <= ENUMERATED_MAX ? cheapest_tree(&q, count) : cheapest_pairs(&q, count);
  for (uint32_t i = semis; i < q.semis.count; i++) n = join_semi(&q, &q.semis.items[i], n);
  return n;
}
