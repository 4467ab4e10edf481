/* See decorrelate.h. Predicates over outer columns move upwards, through nodes that let them: what they compare becomes an
 * output of each node on the way, of an aggregate a group, of a window a part of its partitions (unnesting by Kim and
 * Dayal, without the domain of Neumann's general form; what it does not reach is left to PLAN_APPLY). */
#include "sql/decorrelate.h"

#include <string.h>

typedef struct {
  binder *b;
  const id_set *outer;
  ex_list predicates;
  id_set zeros;
  bool failed;
} puller;

static node *pull(puller *, node *, bool top);

bool id_set_empty(const id_set *s) {
  for (uint32_t i = 0; i < s->n; i++) {
    if (s->words[i]) return false;
  }
  return true;
}

id_set outer_ids(binder *b, const node *left, const node *right) {
  id_set need = node_free_ids(b, right), have = id_set_new(b);
  for (uint32_t i = 0; i < left->p.n_columns; i++) id_set_add(&have, left->ids[i]);
  for (uint32_t i = 0; i < need.n; i++) need.words[i] &= i < have.n ? have.words[i] : 0;
  return need;
}

static bool is_correlated(puller *p, const node *n) {
  id_set need = node_free_ids(p->b, n);
  for (uint32_t i = 0; i < need.n && i < p->outer->n; i++) {
    if (need.words[i] & p->outer->words[i]) return true;
  }
  return false;
}

static ex note_touch(void *user, ex e) {
  puller *p = user;
  if (expr_touches(e, p->outer)) p->failed = true;
  return e;
}

/* The node's own expressions must not refer to outer columns. */
static void refuse_outer(puller *p, const node *n) {
  node copy = *n;
  node_map(p->b, &copy, note_touch, p);
}

/* ---- predicates that were pulled ---- */

/* outer = inner: the inner side, or NULL. */
static ex inner_side(const puller *p, ex e) {
  if (e->kind != EXPR_CALL || (e->function != FN_EQ && e->function != FN_NOT_DISTINCT_FROM)) return NULL;
  bool left = expr_touches(e->args[0], p->outer), right = expr_touches(e->args[1], p->outer);
  if (left == right) return NULL;
  ex outer = e->args[left ? 0 : 1];
  return expr_within(outer, p->outer) ? e->args[left ? 1 : 0] : NULL;
}

static bool all_equalities(const puller *p, uint32_t from) {
  for (uint32_t i = from; i < p->predicates.count; i++) {
    if (!inner_side(p, p->predicates.items[i])) return false;
  }
  return true;
}

typedef struct {
  binder *b;
  ex from;
  ex to;
} replacement;

static ex replace_one(void *user, ex e) {
  replacement *r = user;
  return e == r->from ? r->to : NULL;
}

static void replace_inner(puller *p, uint32_t i, ex inner, ex by) {
  replacement r = {p->b, inner, by};
  p->predicates.items[i] = ex_map(p->b, p->predicates.items[i], replace_one, &r);
}

typedef struct {
  puller *p;
  ex_list *missing;
  const node *n;
} missing_columns;

static bool note_missing(void *user, ex e) {
  missing_columns *m = user;
  if (!ex_is_column(e) || id_set_has(m->p->outer, e->index) || node_has_id(m->n, e->index)) return true;
  for (uint32_t i = 0; i < m->missing->count; i++) {
    if (m->missing->items[i]->index == e->index) return true;
  }
  PUSH(m->p->b, m->missing, e);
  return true;
}

/* ---- nodes ---- */

static node *copy_over(puller *p, const node *n, node *input) {
  node *out = node_over(p->b, (plan_kind)n->p.kind, input);
  if (!p->b->failed) out->p.u = n->p.u;
  return out;
}

static node *pull_filter(puller *p, node *n) {
  node *input = pull(p, n->input[0], false);
  ex_list parts = {0};
  ex stays = NULL;
  ex_split(p->b, n->p.u.filter.condition, &parts);
  for (uint32_t i = 0; i < parts.count; i++) {
    if (expr_touches(parts.items[i], p->outer)) {
      PUSH(p->b, &p->predicates, parts.items[i]);
    } else {
      stays = ex_and(p->b, stays, parts.items[i]);
    }
  }
  return node_filter(p->b, input, stays);
}

/* What predicates compare is passed on. */
static node *pull_project(puller *p, node *n) {
  node *input = pull(p, n->input[0], false);
  refuse_outer(p, n);
  if (p->failed || p->b->failed) return n;
  ex_list list = {0};
  for (uint32_t i = 0; i < n->p.n_columns; i++) PUSH(p->b, &list, n->p.u.project.exprs[i]);
  missing_columns m = {p, &list, n};
  ex_list missing = {0};
  m.missing = &missing;
  for (uint32_t i = 0; i < p->predicates.count; i++) ex_walk(p->predicates.items[i], note_missing, &m);
  for (uint32_t i = 0; i < missing.count; i++) PUSH(p->b, &list, missing.items[i]);
  node *out = node_project(p->b, input, &list, NULL);
  for (uint32_t i = 0; i < n->p.n_columns && !p->b->failed; i++) out->ids[i] = n->ids[i];
  return out;
}

static bool counts(uint16_t function) {
  return function == FN_COUNT || function == FN_COUNT_STAR || function == FN_APPROX_COUNT_DISTINCT ||
         function == FN_REGR_COUNT;
}

/* Equality with an outer column becomes a group. */
static node *regroup(puller *p, const node *n, node *input, uint32_t from) {
  uint32_t old = n->p.u.aggregate.n_groups, more = p->predicates.count - from;
  node *out = node_new(p->b, PLAN_AGGREGATE, n->p.n_columns + more);
  ex *groups = bind_alloc(p->b, (old + more) * sizeof *groups);
  if (!groups || p->b->failed) return out;
  out->p.n_inputs = 1;
  out->input[0] = input;
  out->p.u.aggregate = n->p.u.aggregate;
  out->p.u.aggregate.n_groups = old + more;
  out->p.u.aggregate.groups = groups;
  if (old) memcpy(groups, n->p.u.aggregate.groups, old * sizeof *groups);
  for (uint32_t i = 0; i < n->p.n_columns; i++) {
    uint32_t at = i < old ? i : i + more;
    node_set_column(p->b, out, at, n->p.columns[i].name, n->p.columns[i].type);
    out->ids[at] = n->ids[i];
  }
  for (uint32_t i = 0; i < more; i++) {
    ex inner = inner_side(p, p->predicates.items[from + i]);
    groups[old + i] = inner;
    node_set_column(p->b, out, old + i, str_of(""), inner->type);
    replace_inner(p, from + i, inner, node_column(p->b, out, old + i, inner->at));
  }
  return out;
}

static node *pull_aggregate(puller *p, node *n, bool top) {
  bool ungrouped = n->p.u.aggregate.n_groups == 0;
  uint32_t from = p->predicates.count;
  node *input = pull(p, n->input[0], false);
  refuse_outer(p, n);
  if (n->p.u.aggregate.n_sets || (ungrouped && !top) || !all_equalities(p, from)) p->failed = true;
  if (p->failed || p->b->failed) return n;
  for (uint32_t i = 0; ungrouped && i < n->p.u.aggregate.n_calls; i++) {
    if (counts(n->p.u.aggregate.calls[i].function)) id_set_add(&p->zeros, n->ids[i]);
  }
  return regroup(p, n, input, from);
}

static ex partition_of(const puller *p, uint32_t i) { return inner_side(p, p->predicates.items[i]); }

static node *pull_window(puller *p, node *n) {
  uint32_t from = p->predicates.count;
  node *input = pull(p, n->input[0], false);
  refuse_outer(p, n);
  if (!all_equalities(p, from)) p->failed = true;
  uint32_t more = p->predicates.count - from, count = n->p.u.window.n;
  window_call *calls = bind_alloc(p->b, (count + 1) * sizeof *calls);
  if (p->failed || !calls) return n;
  node *out = node_over_more(p->b, PLAN_WINDOW, input, count);
  for (uint32_t i = 0; i < count && !p->b->failed; i++) {
    calls[i] = n->p.u.window.calls[i];
    ex *parts = bind_alloc(p->b, (calls[i].n_partition + more) * sizeof *parts);
    if (!parts) return n;
    if (calls[i].n_partition) memcpy(parts, calls[i].partition, calls[i].n_partition * sizeof *parts);
    for (uint32_t j = 0; j < more; j++) parts[calls[i].n_partition + j] = partition_of(p, from + j);
    calls[i].partition = parts;
    calls[i].n_partition += more;
    uint32_t at = input->p.n_columns + i, was = n->p.n_columns - count + i;
    node_set_column(p->b, out, at, n->p.columns[was].name, n->p.columns[was].type);
    out->ids[at] = n->ids[was];
  }
  out->p.u.window.n = count;
  out->p.u.window.calls = calls;
  return out;
}

/* The first rows for each outer row: those that row_number() counts up to the limit. */
static node *pull_limit(puller *p, node *n) {
  binder *b = p->b;
  ex limit = n->p.u.limit.limit;
  bool sorted = n->input[0]->p.kind == PLAN_SORT;
  bool known = limit && !n->p.u.limit.offset && limit->kind == EXPR_CONST && limit->type.id == SQL_BIGINT;
  uint32_t from = p->predicates.count;
  node *input = known ? pull(p, sorted ? n->input[0]->input[0] : n->input[0], false) : n;
  if (sorted) refuse_outer(p, n->input[0]);
  if (!known || !all_equalities(p, from)) p->failed = true;
  if (p->failed || b->failed) return n;
  window_call *w = bind_alloc(b, sizeof *w);
  ex *parts = bind_alloc(b, (p->predicates.count + 1) * sizeof *parts);
  if (!w || !parts) return n;
  for (uint32_t i = from; i < p->predicates.count; i++) parts[i - from] = partition_of(p, i);
  *w = (window_call){.call = {.function = FN_ROW_NUMBER, .type = sql_simple(SQL_BIGINT)},
                     .partition = parts,
                     .n_partition = p->predicates.count - from,
                     .unit = FRAME_ROWS,
                     .to = BOUND_CURRENT};
  if (sorted) w->order = n->input[0]->p.u.sort.keys;
  if (sorted) w->n_order = n->input[0]->p.u.sort.n;
  node *numbered = node_over_more(b, PLAN_WINDOW, input, 1);
  node_set_column(b, numbered, input->p.n_columns, str_of("row_number"), w->call.type);
  numbered->p.u.window.n = 1;
  numbered->p.u.window.calls = w;
  ex args[] = {node_column(b, numbered, input->p.n_columns, limit->at), limit};
  return node_filter(b, numbered, ex_call(b, "<=", limit->at, 2, args));
}

static void pull_join_keys(puller *p, node *out, const node *n) {
  binder *b = p->b;
  ex condition = NULL;
  for (uint32_t i = 0; i < n->p.u.join.n_keys; i++) {
    const join_key *k = &n->p.u.join.keys[i];
    ex args[] = {k->left, k->right};
    ex equal = ex_call(b, k->null_equal ? "is not distinct from" : "=", k->left->at, 2, args);
    condition = ex_and(b, condition, equal);
  }
  condition = ex_and(b, condition, n->p.u.join.residual);
  ex_list parts = {0};
  ex stays = NULL;
  if (condition) ex_split(b, condition, &parts);
  for (uint32_t i = 0; i < parts.count; i++) {
    if (expr_touches(parts.items[i], p->outer)) {
      PUSH(b, &p->predicates, parts.items[i]);
    } else {
      stays = ex_and(b, stays, parts.items[i]);
    }
  }
  node_join_on(b, out, stays);
}

static node *pull_join(puller *p, node *n) {
  join_kind kind = n->p.u.join.kind;
  bool inner = kind == JOIN_INNER && !n->p.u.join.asof;
  bool left_only =
      kind == JOIN_LEFT || kind == JOIN_SEMI || kind == JOIN_ANTI || kind == JOIN_MARK || kind == JOIN_SINGLE;
  if (!inner) refuse_outer(p, n);
  if (!inner && (!left_only || is_correlated(p, n->input[1]))) p->failed = true;
  if (p->failed) return n;
  node *left = pull(p, n->input[0], false);
  node *right = inner ? pull(p, n->input[1], false) : n->input[1];
  node *out = node_join(p->b, kind, left, right);
  if (p->failed || p->b->failed) return n;
  if (kind == JOIN_MARK) out->ids[out->p.n_columns - 1] = n->ids[n->p.n_columns - 1];
  if (inner) {
    pull_join_keys(p, out, n);
  } else {
    out->p.u.join = n->p.u.join;
  }
  return out;
}

static node *pull_distinct(puller *p, node *n) {
  uint32_t from = p->predicates.count;
  node *input = pull(p, n->input[0], false);
  refuse_outer(p, n);
  if (n->p.u.distinct.n || !all_equalities(p, from)) p->failed = true;
  return p->failed ? n : copy_over(p, n, input);
}

static node *pull_unnest(puller *p, node *n) {
  refuse_outer(p, n);
  node *input = p->failed ? n : pull(p, n->input[0], false);
  if (p->failed || p->b->failed) return n;
  uint32_t own = n->p.n_columns - n->input[0]->p.n_columns;
  node *out = node_over_more(p->b, PLAN_UNNEST, input, own);
  for (uint32_t i = 0; i < own && !p->b->failed; i++) {
    uint32_t was = n->input[0]->p.n_columns + i, at = input->p.n_columns + i;
    node_set_column(p->b, out, at, n->p.columns[was].name, n->p.columns[was].type);
    out->ids[at] = n->ids[was];
  }
  out->p.u.unnest = n->p.u.unnest;
  return out;
}

static node *pull(puller *p, node *n, bool top) {
  if (p->failed || p->b->failed || !is_correlated(p, n)) return n;
  switch (n->p.kind) {
  case PLAN_FILTER: return pull_filter(p, n);
  case PLAN_PROJECT: return pull_project(p, n);
  case PLAN_AGGREGATE: return pull_aggregate(p, n, top);
  case PLAN_WINDOW: return pull_window(p, n);
  case PLAN_LIMIT: return pull_limit(p, n);
  case PLAN_JOIN: return pull_join(p, n);
  case PLAN_DISTINCT: return pull_distinct(p, n);
  case PLAN_UNNEST: return pull_unnest(p, n);
  case PLAN_SORT: refuse_outer(p, n); return pull(p, n->input[0], top);
  default: p->failed = true; return n;
  }
}

pulled pull_predicates(binder *b, node *n, const id_set *outer) {
  puller p = {.b = b, .outer = outer, .zeros = id_set_new(b)};
  node *root = pull(&p, n, true);
  pulled out = {.root = p.failed ? NULL : root, .zeros = p.zeros};
  for (uint32_t i = 0; i < p.predicates.count; i++)
    out.condition = ex_and(b, out.condition, p.predicates.items[i]);
  return out;
}

/* ---- apply ---- */

typedef struct {
  binder *b;
  const uint32_t *ids;
  uint32_t n, first_slot;
} slot_change;

static ex to_slot(void *user, ex e) {
  slot_change *s = user;
  for (uint32_t i = 0; ex_is_column(e) && i < s->n; i++) {
    if (s->ids[i] != e->index) continue;
    expr *slot = ex_new(s->b, EXPR_OUTER, e->type, e->at, 0);
    slot->index = s->first_slot + i;
    return slot;
  }
  return NULL;
}

static ex all_to_slots(void *user, ex e) { return ex_map(((slot_change *)user)->b, e, to_slot, user); }

static void bind_slots(binder *b, node *n, slot_change *s) {
  node_map(b, n, all_to_slots, s);
  for (uint32_t i = 0; i < n->p.n_inputs; i++) bind_slots(b, n->input[i], s);
}

node *node_apply(binder *b, join_kind kind, node *left, node *right, const id_set *outer) {
  node *n = node_two(b, PLAN_APPLY, kind, left, right);
  uint32_t *ids = bind_alloc(b, (left->p.n_columns + 1) * sizeof *ids);
  uint32_t *slots = bind_alloc(b, (left->p.n_columns + 1) * sizeof *slots);
  ex *values = bind_alloc(b, (left->p.n_columns + 1) * sizeof *values);
  if (!ids || !slots || !values || b->failed) return n;
  slot_change s = {b, ids, 0, b->outer_slots};
  for (uint32_t i = 0; i < left->p.n_columns; i++) {
    if (!id_set_has(outer, left->ids[i])) continue;
    ids[s.n] = left->ids[i];
    slots[s.n] = b->outer_slots++;
    values[s.n++] = node_column(b, left, i, 0);
  }
  bind_slots(b, right, &s);
  n->p.u.apply.kind = kind;
  n->p.u.apply.n_slots = s.n;
  n->p.u.apply.slots = slots;
  n->p.u.apply.values = values;
  return n;
}
