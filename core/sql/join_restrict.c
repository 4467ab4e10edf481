/* Aggregates beside a selective part: of sum(x) by k, joined with few k, only rows of those k are summed. Their keys are read a
 * second time, by a semi-join below the aggregate. */
#include <string.h>

#include "sql/join_graph.h"

/* The share of groups from which on it pays to look for their keys. */
static const double few = 0.25;

/* ---- copies under new ids ---- */

typedef struct {
  binder *b;
  LIST_OF(uint32_t) from, to;
} renaming;

static uint32_t renamed(renaming *r, uint32_t id) {
  for (uint32_t i = 0; i < r->from.count; i++) {
    if (r->from.items[i] == id) return r->to.items[i];
  }
  PUSH(r->b, &r->from, id);
  PUSH(r->b, &r->to, r->b->ids++);
  return r->b->ids - 1;
}

static ex rename_column(void *user, ex e) {
  renaming *r = user;
  return ex_is_column(e) ? ex_column(r->b, renamed(r, e->index), e->type, e->at) : NULL;
}

static ex rename_all(void *user, ex e) { return ex_map(((renaming *)user)->b, e, rename_column, user); }

/* Tables, and what only chooses among their rows and columns: cheap to read twice. */
static bool is_simple(const node *n) {
  while (n->p.kind == PLAN_FILTER || n->p.kind == PLAN_PROJECT) n = n->input[0];
  return n->p.kind == PLAN_SCAN;
}

static node *copy_renamed(renaming *r, const node *n) {
  node *out = node_new(r->b, (plan_kind)n->p.kind, n->p.n_columns);
  if (r->b->failed) return out;
  uint32_t *ids = out->ids;
  *out = *n;
  out->ids = ids;
  for (uint32_t i = 0; i < n->p.n_columns; i++) ids[i] = renamed(r, n->ids[i]);
  node_map(r->b, out, rename_all, r);
  for (uint32_t i = 0; i < n->p.n_inputs; i++) out->input[i] = copy_renamed(r, n->input[i]);
  return out;
}

/* ---- the aggregate ---- */

/* The aggregate below projections and filters that has the expression as a group, which becomes its expression over the rows
 * that are aggregated. NULL: there is none. */
static node *aggregate_of_group(const binder *b, node *n, ex *e) {
  for (;; n = n->input[0]) {
    uint32_t i = 0;
    if (!ex_is_column(*e)) return NULL;
    while (i < n->p.n_columns && n->ids[i] != (*e)->index) i++;
    if (i == n->p.n_columns || b->failed) return NULL;
    if (n->p.kind == PLAN_AGGREGATE) {
      if (i >= n->p.u.aggregate.n_groups || n->p.u.aggregate.n_sets) return NULL;
      *e = n->p.u.aggregate.groups[i];
      return n;
    }
    if (n->p.kind == PLAN_PROJECT) *e = n->p.u.project.exprs[i];
    if (n->p.kind != PLAN_PROJECT && n->p.kind != PLAN_FILTER) return NULL;
  }
}

static void restrict_to(join_graph *q, const member *m, const node *keys, ex key) {
  ex group = m->e;
  node *aggregate = aggregate_of_group(q->b, q->parts.items[m->part].n, &group);
  renaming r = {.b = q->b};
  if (!aggregate || !ex_is_steady(key)) return;
  node *semi = node_join(q->b, JOIN_SEMI, aggregate->input[0], copy_renamed(&r, keys));
  join_key k = {.left = group, .right = rename_all(&r, key)};
  if (q->b->failed) return;
  node_add_key(q->b, semi, k);
  aggregate->input[0] = semi;
}

/* ---- what restricts it ---- */

/* The most selective other member of the class whose part can be read twice. */
static const member *fewest(const join_graph *q, const key_class *c, const member *than) {
  const member *best = NULL;
  double share = few;
  for (uint32_t i = 0; i < c->members.count; i++) {
    const member *m = &c->members.items[i];
    double own = q->parts.items[m->part].rows / than->distinct;
    if (m->part == than->part || own > share || !is_simple(q->parts.items[m->part].n)) continue;
    share = own;
    best = m;
  }
  return best;
}

/* A semi-join that asks for the same of another member. */
static const join_key *semi_key(const filtering *f, const key_class *c) {
  bool plain_semi =
      f->n->p.u.join.kind == JOIN_SEMI && f->n->p.u.join.n_keys == 1 && !f->n->p.u.join.residual;
  if (!plain_semi || f->share > few || !is_simple(f->n->input[1])) return NULL;
  const join_key *k = &f->n->p.u.join.keys[0];
  for (uint32_t i = 0; i < c->members.count && !k->null_equal; i++) {
    if (ex_equal(c->members.items[i].e, k->left)) return k;
  }
  return NULL;
}

static void restrict_member(join_graph *q, const key_class *c, const member *m) {
  const member *by = fewest(q, c, m);
  if (by) {
    restrict_to(q, m, q->parts.items[by->part].n, by->e);
    return;
  }
  for (uint32_t i = 0; i < q->semis.count; i++) {
    const join_key *k = semi_key(&q->semis.items[i], c);
    if (!k) continue;
    restrict_to(q, m, q->semis.items[i].n->input[1], k->right);
    return;
  }
}

void restrict_aggregates(join_graph *q) {
  for (uint32_t i = 0; i < q->classes.count && !q->b->failed; i++) {
    const key_class *c = &q->classes.items[i];
    for (uint32_t k = 0; k < c->members.count; k++) restrict_member(q, c, &c->members.items[k]);
  }
}
