/* Ids become positions: the last step of binding. From the root down, each node is told which columns are wanted of it and
 * leaves out the others; it answers with the ids of what it gives, in order. */
#include <string.h>

#include "sql/bind.h"

typedef struct {
  plan *p;
  const uint32_t *ids; /* of p->columns */
} lowered;

static lowered lower_node(binder *, node *, const id_set *wanted);

/* ---- expressions ---- */

typedef struct {
  binder *b;
  const uint32_t *left, *right; /* ids of the input, or of both of a join */
  uint32_t n_left, n_right;
} positions;

static ex to_position(void *user, ex e) {
  const positions *in = user;
  if (e->kind >= BIND_AGGREGATE) {
    bind_fail(in->b, SONDE_UNSUPPORTED, e->at, "this expression has no place here");
    return e;
  }
  if (!ex_is_column(e)) return NULL;
  for (uint32_t i = 0; i < in->n_left; i++) {
    if (in->left[i] == e->index) return ex_column(in->b, i, e->type, e->at);
  }
  for (uint32_t i = 0; i < in->n_right; i++) {
    if (in->right[i] == e->index) return ex_column(in->b, in->n_left + i, e->type, e->at);
  }
  bind_fail(in->b, SONDE_UNSUPPORTED, e->at, "this reference to a column of an outer query is not handled");
  return e;
}

static ex place(void *user, ex e) {
  positions *in = user;
  return ex_map(in->b, e, to_position, in);
}

static positions over(binder *b, const lowered *in) {
  return (positions){.b = b, .left = in->ids, .n_left = in->p->n_columns};
}

static void place_all(binder *b, node *n, positions in) { node_map(b, n, place, &in); }

static ex note_used(void *user, ex e) {
  id_set_add_expr(user, e);
  return e;
}

/* What the node's own expressions read, beside what is wanted of it. */
static id_set wanted_below(binder *b, const node *n, const id_set *wanted) {
  id_set all = id_set_new(b);
  for (uint32_t i = 0; i < all.n && i < wanted->n; i++) all.words[i] = wanted->words[i];
  node copy = *n;
  node_map(b, &copy, note_used, &all);
  return all;
}

/* ---- making ---- */

static lowered make(binder *b, const node *n, uint32_t n_columns) {
  plan *p = bind_alloc(b, sizeof *p);
  plan_column *columns = bind_alloc(b, (n_columns + 1) * sizeof *columns);
  uint32_t *ids = bind_alloc(b, (n_columns + 1) * sizeof *ids);
  if (!p || !columns || !ids) return (lowered){&b->no_node.p, b->no_ids};
  *p = n->p;
  p->input[0] = p->input[1] = NULL;
  p->n_columns = n_columns;
  p->columns = columns;
  return (lowered){p, ids};
}

static void set_column(const lowered *l, uint32_t at, uint32_t id, plan_column column) {
  ((uint32_t *)(uintptr_t)l->ids)[at] = id;
  ((plan_column *)(uintptr_t)l->p->columns)[at] = column;
}

static void copy_columns(const lowered *to, uint32_t at, const lowered *from) {
  for (uint32_t i = 0; i < from->p->n_columns; i++) set_column(to, at + i, from->ids[i], from->p->columns[i]);
}

/* A node that gives what its input gives. */
static lowered make_over(binder *b, const node *n, const lowered *input, uint32_t more) {
  lowered out = make(b, n, input->p->n_columns + more);
  if (b->failed) return out;
  copy_columns(&out, 0, input);
  out.p->input[0] = input->p;
  return out;
}

static id_set id_list(binder *b, const uint32_t *ids, uint32_t n) {
  id_set s = id_set_new(b);
  for (uint32_t i = 0; i < n; i++) id_set_add(&s, ids[i]);
  return s;
}

/* Exactly these columns in this order. */
static lowered lower_exactly(binder *b, node *n, const uint32_t *ids, uint32_t count) {
  id_set wanted = id_list(b, ids, count);
  lowered in = lower_node(b, n, &wanted);
  bool same = in.p->n_columns == count;
  for (uint32_t i = 0; same && i < count; i++) same = in.ids[i] == ids[i];
  if (same || b->failed) return in;
  node holder = {.p = {.kind = PLAN_PROJECT, .n_inputs = 1, .rows = in.p->rows}};
  lowered out = make(b, &holder, count);
  ex *exprs = bind_alloc(b, (count + 1) * sizeof *exprs);
  positions map = over(b, &in);
  for (uint32_t i = 0; exprs && i < count && !b->failed; i++) {
    for (uint32_t j = 0; j < in.p->n_columns; j++) {
      if (in.ids[j] == ids[i]) set_column(&out, i, ids[i], in.p->columns[j]);
    }
    exprs[i] = place(&map, ex_column(b, ids[i], out.p->columns[i].type, 0));
  }
  if (b->failed) return in;
  out.p->u.project.exprs = exprs;
  out.p->input[0] = in.p;
  return out;
}

/* ---- leaves ---- */

static lowered lower_scan(binder *b, node *n, const id_set *wanted) {
  id_set used = wanted_below(b, n, wanted);
  uint32_t count = 0;
  for (uint32_t i = 0; i < n->p.n_columns; i++) count += id_set_has(&used, n->ids[i]);
  lowered out = make(b, n, count);
  uint32_t *columns = bind_alloc(b, (count + 1) * sizeof *columns);
  if (!columns || b->failed) return out;
  for (uint32_t i = 0, at = 0; i < n->p.n_columns; i++) {
    if (!id_set_has(&used, n->ids[i])) continue;
    columns[at] = n->p.u.scan.columns[i];
    set_column(&out, at++, n->ids[i], n->p.columns[i]);
  }
  out.p->u.scan.columns = columns;
  positions map = over(b, &out);
  if (n->p.u.scan.filter) out.p->u.scan.filter = place(&map, n->p.u.scan.filter);
  return out;
}

static lowered lower_leaf(binder *b, node *n) {
  lowered out = make(b, n, n->p.n_columns);
  for (uint32_t i = 0; i < n->p.n_columns && !b->failed; i++) set_column(&out, i, n->ids[i], n->p.columns[i]);
  return out;
}

/* ---- nodes that compute columns ---- */

/* Nothing is computed, left out or moved. */
static bool is_identity(const ex_list *list, const plan *input) {
  if (list->count != input->n_columns) return false;
  for (uint32_t i = 0; i < list->count; i++) {
    if (!ex_is_column(list->items[i]) || list->items[i]->index != i) return false;
  }
  return true;
}

static lowered lower_project(binder *b, node *n, const id_set *wanted) {
  ex_list kept = {0};
  LIST_OF(uint32_t) which = {0};
  id_set below = id_set_new(b);
  for (uint32_t i = 0; i < n->p.n_columns; i++) {
    if (!id_set_has(wanted, n->ids[i])) continue;
    PUSH(b, &kept, n->p.u.project.exprs[i]);
    PUSH(b, &which, i);
    id_set_add_expr(&below, n->p.u.project.exprs[i]);
  }
  lowered in = lower_node(b, n->input[0], &below);
  lowered out = make(b, n, kept.count);
  positions map = over(b, &in);
  for (uint32_t i = 0; i < kept.count && !b->failed; i++) {
    set_column(&out, i, n->ids[which.items[i]], n->p.columns[which.items[i]]);
    kept.items[i] = place(&map, kept.items[i]);
  }
  if (b->failed) return out;
  if (is_identity(&kept, in.p)) return (lowered){in.p, out.ids};
  out.p->u.project.exprs = kept.items;
  out.p->input[0] = in.p;
  return out;
}

/* Calls that nobody reads are left out; groups are kept: they decide how many rows there are. */
static lowered lower_aggregate(binder *b, node *n, const id_set *wanted) {
  uint32_t n_groups = n->p.u.aggregate.n_groups, n_calls = n->p.u.aggregate.n_calls, kept = 0;
  aggregate_call *calls = bind_alloc(b, (n_calls + 1) * sizeof *calls);
  uint32_t *which = bind_alloc(b, (n_calls + 1) * sizeof *which);
  if (!calls || !which) return (lowered){&b->no_node.p, b->no_ids};
  for (uint32_t i = 0; i < n_calls; i++) {
    if (!id_set_has(wanted, n->ids[n_groups + i])) continue;
    which[kept] = n_groups + i;
    calls[kept++] = n->p.u.aggregate.calls[i];
  }
  node narrow = *n;
  narrow.p.u.aggregate.calls = calls;
  narrow.p.u.aggregate.n_calls = kept;
  id_set none = id_set_new(b), below = wanted_below(b, &narrow, &none);
  lowered in = lower_node(b, n->input[0], &below);
  place_all(b, &narrow, over(b, &in));
  lowered out = make(b, &narrow, n_groups + kept + n->p.u.aggregate.n_groupings);
  if (b->failed) return out;
  out.p->input[0] = in.p;
  for (uint32_t i = 0; i < n_groups; i++) set_column(&out, i, n->ids[i], n->p.columns[i]);
  for (uint32_t i = 0; i < kept; i++)
    set_column(&out, n_groups + i, n->ids[which[i]], n->p.columns[which[i]]);
  for (uint32_t i = 0; i < n->p.u.aggregate.n_groupings; i++) {
    uint32_t was = n_groups + n_calls + i;
    set_column(&out, n_groups + kept + i, n->ids[was], n->p.columns[was]);
  }
  return out;
}

static lowered lower_window(binder *b, node *n, const id_set *wanted) {
  uint32_t count = n->p.u.window.n, first = n->p.n_columns - count, kept = 0;
  window_call *calls = bind_alloc(b, (count + 1) * sizeof *calls);
  uint32_t *which = bind_alloc(b, (count + 1) * sizeof *which);
  if (!calls || !which) return (lowered){&b->no_node.p, b->no_ids};
  for (uint32_t i = 0; i < count; i++) {
    if (!id_set_has(wanted, n->ids[first + i])) continue;
    which[kept] = first + i;
    calls[kept++] = n->p.u.window.calls[i];
  }
  if (kept == 0) return lower_node(b, n->input[0], wanted);
  node narrow = *n;
  narrow.p.u.window.calls = calls;
  narrow.p.u.window.n = kept;
  id_set below = wanted_below(b, &narrow, wanted);
  lowered in = lower_node(b, n->input[0], &below);
  place_all(b, &narrow, over(b, &in));
  lowered out = make_over(b, &narrow, &in, kept);
  for (uint32_t i = 0; i < kept && !b->failed; i++) {
    set_column(&out, in.p->n_columns + i, n->ids[which[i]], n->p.columns[which[i]]);
  }
  return out;
}

static lowered lower_unnest(binder *b, node *n, const id_set *wanted) {
  uint32_t own = n->p.u.unnest.n + n->p.u.unnest.ordinality, first = n->p.n_columns - own;
  id_set below = wanted_below(b, n, wanted);
  lowered in = lower_node(b, n->input[0], &below);
  node copy = *n;
  place_all(b, &copy, over(b, &in));
  lowered out = make_over(b, &copy, &in, own);
  for (uint32_t i = 0; i < own && !b->failed; i++) {
    set_column(&out, in.p->n_columns + i, n->ids[first + i], n->p.columns[first + i]);
  }
  return out;
}

/* ---- nodes that pass columns on ---- */

static lowered lower_over(binder *b, node *n, const id_set *wanted) {
  id_set below = wanted_below(b, n, wanted);
  lowered in = lower_node(b, n->input[0], &below);
  node copy = *n;
  place_all(b, &copy, over(b, &in));
  return make_over(b, &copy, &in, 0);
}

/* Whole rows are compared: all columns count. */
static lowered lower_distinct(binder *b, node *n, const id_set *wanted) {
  if (n->p.u.distinct.n) return lower_over(b, n, wanted);
  id_set all = id_list(b, n->ids, n->p.n_columns);
  lowered in = lower_node(b, n->input[0], &all);
  return make_over(b, n, &in, 0);
}

/* ---- joins ---- */

static lowered join_output(binder *b, const node *n, join_kind kind, const lowered *left,
                           const lowered *right) {
  bool only_left = kind == JOIN_SEMI || kind == JOIN_ANTI || kind == JOIN_MARK;
  lowered out = make_over(b, n, left, kind == JOIN_MARK ? 1 : only_left ? 0 : right->p->n_columns);
  if (b->failed) return out;
  out.p->input[1] = right->p;
  uint32_t mark = n->p.n_columns - 1;
  if (kind == JOIN_MARK) set_column(&out, left->p->n_columns, n->ids[mark], n->p.columns[mark]);
  if (!only_left) copy_columns(&out, left->p->n_columns, right);
  return out;
}

static lowered lower_join(binder *b, node *n, const id_set *wanted) {
  id_set below = wanted_below(b, n, wanted);
  lowered left = lower_node(b, n->input[0], &below), right = lower_node(b, n->input[1], &below);
  positions l = over(b, &left), r = over(b, &right);
  positions both = {b, left.ids, right.ids, left.p->n_columns, right.p->n_columns};
  lowered out = join_output(b, n, n->p.u.join.kind, &left, &right);
  join_key *keys = bind_alloc(b, (n->p.u.join.n_keys + 1) * sizeof *keys);
  if (!keys || b->failed) return out;
  for (uint32_t i = 0; i < n->p.u.join.n_keys; i++) {
    keys[i] = n->p.u.join.keys[i];
    keys[i].left = place(&l, keys[i].left);
    keys[i].right = place(&r, keys[i].right);
  }
  out.p->u.join.keys = keys;
  if (n->p.u.join.residual) out.p->u.join.residual = place(&both, n->p.u.join.residual);
  if (n->p.u.join.asof) {
    out.p->u.join.asof_left = place(&l, n->p.u.join.asof_left);
    out.p->u.join.asof_right = place(&r, n->p.u.join.asof_right);
  }
  return out;
}

static lowered lower_apply(binder *b, node *n, const id_set *wanted) {
  id_set below = wanted_below(b, n, wanted);
  lowered left = lower_node(b, n->input[0], &below), right = lower_node(b, n->input[1], &below);
  positions l = over(b, &left), r = over(b, &right);
  positions both = {b, left.ids, right.ids, left.p->n_columns, right.p->n_columns};
  lowered out = join_output(b, n, n->p.u.apply.kind, &left, &right);
  ex *values = bind_alloc(b, (n->p.u.apply.n_slots + 1) * sizeof *values);
  join_key *mark = bind_alloc(b, sizeof *mark);
  if (!values || !mark || b->failed) return out;
  for (uint32_t i = 0; i < n->p.u.apply.n_slots; i++) values[i] = place(&l, n->p.u.apply.values[i]);
  out.p->u.apply.values = values;
  if (n->p.u.apply.residual) out.p->u.apply.residual = place(&both, n->p.u.apply.residual);
  if (n->p.u.apply.mark) {
    *mark = *n->p.u.apply.mark;
    mark->left = place(&l, mark->left);
    mark->right = place(&r, mark->right);
    out.p->u.apply.mark = mark;
  }
  return out;
}

/* ---- nodes whose inputs count by position ---- */

static lowered lower_positional(binder *b, node *n) {
  lowered out = lower_leaf(b, n);
  for (uint32_t i = 0; i < 2 && !b->failed; i++) {
    out.p->input[i] = lower_exactly(b, n->input[i], n->input_ids[i], n->p.n_columns).p;
  }
  return out;
}

static lowered lower_cte(binder *b, node *n, const id_set *wanted) {
  lowered shared = lower_exactly(b, n->input[0], n->input_ids[0], n->input[0]->p.n_columns);
  lowered in = lower_node(b, n->input[1], wanted);
  lowered out = make_over(b, n, &in, 0);
  if (b->failed) return out;
  out.p->input[0] = shared.p;
  out.p->input[1] = in.p;
  return out;
}

static lowered lower_any(binder *b, node *n, const id_set *wanted) {
  switch (n->p.kind) {
  case PLAN_SCAN: return lower_scan(b, n, wanted);
  case PLAN_PROJECT: return lower_project(b, n, wanted);
  case PLAN_AGGREGATE: return lower_aggregate(b, n, wanted);
  case PLAN_WINDOW: return lower_window(b, n, wanted);
  case PLAN_UNNEST: return lower_unnest(b, n, wanted);
  case PLAN_FILTER:
  case PLAN_SORT:
  case PLAN_LIMIT:
  case PLAN_SAMPLE: return lower_over(b, n, wanted);
  case PLAN_DISTINCT: return lower_distinct(b, n, wanted);
  case PLAN_JOIN: return lower_join(b, n, wanted);
  case PLAN_APPLY: return lower_apply(b, n, wanted);
  case PLAN_SET:
  case PLAN_RECURSIVE: return lower_positional(b, n);
  case PLAN_CTE: return lower_cte(b, n, wanted);
  default: return lower_leaf(b, n);
  }
}

static lowered lower_node(binder *b, node *n, const id_set *wanted) {
  lowered out = {&b->no_node.p, b->no_ids};
  if (bind_enter(b, 0)) out = lower_any(b, n, wanted);
  bind_leave(b);
  return out;
}

const plan *lower(binder *b, node *n) {
  lowered root = lower_exactly(b, n, n->ids, n->p.n_columns);
  if (b->failed) return NULL;
  plan_column *columns = (plan_column *)(uintptr_t)root.p->columns;
  for (uint32_t i = 0; i < n->p.n_columns; i++) columns[i].name = n->p.columns[i].name;
  return root.p;
}
