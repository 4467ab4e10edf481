/* Relational nodes under construction, and sets of column ids. */
#include <string.h>

#include "sql/bind.h"

/* ---- making ---- */

node *node_new(binder *b, plan_kind kind, uint32_t n_columns) {
  node *n = bind_alloc(b, sizeof *n);
  uint32_t *ids = bind_alloc(b, (n_columns + 1) * sizeof *ids);
  plan_column *columns = bind_alloc(b, (n_columns + 1) * sizeof *columns);
  if (!n || !ids || !columns) return &b->no_node;
  n->p.kind = (uint8_t)kind;
  n->p.n_columns = n_columns;
  n->p.columns = columns;
  n->ids = ids;
  return n;
}

static plan_column *columns_of(node *n) { return (plan_column *)(uintptr_t)n->p.columns; }

static void copy_columns(node *to, uint32_t at, const node *from) {
  if (from->p.n_columns == 0) return;
  memcpy(to->ids + at, from->ids, from->p.n_columns * sizeof *to->ids);
  memcpy(columns_of(to) + at, from->p.columns, from->p.n_columns * sizeof *from->p.columns);
}

static void fresh_column(binder *b, node *n, uint32_t i, sonde_str name, sql_type type) {
  if (b->failed) return;
  n->ids[i] = b->ids++;
  columns_of(n)[i] = (plan_column){name, plain(type)};
}

node *node_over(binder *b, plan_kind kind, node *input) { return node_over_more(b, kind, input, 0); }

node *node_over_more(binder *b, plan_kind kind, node *input, uint32_t more) {
  node *n = node_new(b, kind, input->p.n_columns + more);
  if (b->failed) return n;
  n->p.n_inputs = 1;
  n->input[0] = input;
  copy_columns(n, 0, input);
  return n;
}

void node_set_column(binder *b, node *n, uint32_t i, sonde_str name, sql_type type) {
  fresh_column(b, n, i, name, type);
}

node *node_one(binder *b) { return node_new(b, PLAN_ONE, 0); }

node *node_filter(binder *b, node *input, ex condition) {
  if (!condition) return input;
  node *n = node_over(b, PLAN_FILTER, input);
  n->p.u.filter.condition = condition;
  return n;
}

/* A column of the input that is only passed on keeps its id, unless it is there already. */
static void project_column(binder *b, node *n, uint32_t i, ex e, sonde_str name) {
  fresh_column(b, n, i, name, e->type);
  if (b->failed || !ex_is_column(e) || !node_has_id(n->input[0], e->index)) return;
  for (uint32_t j = 0; j < i; j++) {
    if (n->ids[j] == e->index) return;
  }
  n->ids[i] = e->index;
}

node *node_project(binder *b, node *input, const ex_list *list, const sonde_str *names) {
  node *n = node_new(b, PLAN_PROJECT, list->count);
  ex *exprs = bind_alloc(b, (list->count + 1) * sizeof *exprs);
  if (!exprs || b->failed) return n;
  n->p.n_inputs = 1;
  n->input[0] = input;
  n->p.u.project.exprs = exprs;
  for (uint32_t i = 0; i < list->count; i++) {
    exprs[i] = list->items[i];
    project_column(b, n, i, list->items[i], names ? names[i] : str_of(""));
  }
  return n;
}

static bool only_left(join_kind kind) { return kind == JOIN_SEMI || kind == JOIN_ANTI || kind == JOIN_MARK; }

node *node_two(binder *b, plan_kind kind, join_kind join, node *left, node *right) {
  uint32_t more = join == JOIN_MARK ? 1 : only_left(join) ? 0 : right->p.n_columns;
  node *n = node_over_more(b, kind, left, more);
  if (b->failed) return n;
  n->p.n_inputs = 2;
  n->input[1] = right;
  if (!only_left(join)) copy_columns(n, left->p.n_columns, right);
  if (join == JOIN_MARK) fresh_column(b, n, left->p.n_columns, str_of("mark"), sql_simple(SQL_BOOL));
  return n;
}

node *node_join(binder *b, join_kind kind, node *left, node *right) {
  node *n = node_two(b, PLAN_JOIN, kind, left, right);
  n->p.u.join.kind = kind;
  return n;
}

node *node_limit(binder *b, node *input, ex limit, ex offset) {
  if (!limit && !offset) return input;
  if (input->p.kind == PLAN_PROJECT) {
    input->input[0] = node_limit(b, input->input[0], limit, offset);
    return input;
  }
  node *n = node_over(b, PLAN_LIMIT, input);
  n->p.u.limit.limit = limit;
  n->p.u.limit.offset = offset;
  return n;
}

ex node_column(binder *b, const node *n, uint32_t i, size_t at) {
  if (b->failed || i >= n->p.n_columns) return &b->no_expr;
  return ex_column(b, n->ids[i], n->p.columns[i].type, at);
}

bool node_has_id(const node *n, uint32_t id) {
  for (uint32_t i = 0; i < n->p.n_columns; i++) {
    if (n->ids[i] == id) return true;
  }
  return false;
}

/* ---- conditions of joins ---- */

typedef struct {
  id_set left, right;
} sides;

void node_add_key(binder *b, node *join, join_key key) {
  uint32_t n = join->p.u.join.n_keys;
  join_key *keys = bind_alloc(b, (n + 1) * sizeof *keys);
  if (!keys) return;
  if (n) memcpy(keys, join->p.u.join.keys, n * sizeof *keys);
  keys[n] = key;
  join->p.u.join.keys = keys;
  join->p.u.join.n_keys = n + 1;
}

/* left = right, or right = left, each over one side only. */
static bool as_key(ex e, const sides *s, join_key *key) {
  if (e->kind != EXPR_CALL || (e->function != FN_EQ && e->function != FN_NOT_DISTINCT_FROM)) return false;
  key->null_equal = e->function == FN_NOT_DISTINCT_FROM;
  key->left = e->args[0];
  key->right = e->args[1];
  if (!expr_touches(key->left, &s->left)) {
    key->left = e->args[1];
    key->right = e->args[0];
  }
  return expr_touches(key->left, &s->left) && expr_touches(key->right, &s->right) &&
         !expr_touches(key->left, &s->right) && !expr_touches(key->right, &s->left);
}

void node_join_on(binder *b, node *join, ex condition) {
  if (!condition || b->failed) return;
  sides s = {id_set_new(b), id_set_new(b)};
  if (b->failed) return;
  for (uint32_t i = 0; i < join->input[0]->p.n_columns; i++) id_set_add(&s.left, join->input[0]->ids[i]);
  for (uint32_t i = 0; i < join->input[1]->p.n_columns; i++) id_set_add(&s.right, join->input[1]->ids[i]);
  ex_list parts = {0}, rest = {0};
  if (join->p.u.join.residual) PUSH(b, &rest, join->p.u.join.residual);
  ex_split(b, condition, &parts);
  for (uint32_t i = 0; i < parts.count; i++) {
    join_key key;
    if (as_key(parts.items[i], &s, &key)) {
      node_add_key(b, join, key);
    } else {
      PUSH(b, &rest, parts.items[i]);
    }
  }
  join->p.u.join.residual = ex_all(b, &rest);
}

/* ---- every expression of a node ---- */

typedef struct {
  binder *b;
  node_change change;
  void *user;
} mapper;

static void map_one(mapper *m, ex *e) {
  if (*e && !m->b->failed) *e = m->change(m->user, *e);
}

static void map_array(mapper *m, ex **array, uint32_t n) {
  if (n == 0) return;
  ex *copy = bind_alloc(m->b, n * sizeof *copy);
  if (!copy) return;
  memcpy(copy, *array, n * sizeof *copy);
  for (uint32_t i = 0; i < n; i++) map_one(m, &copy[i]);
  *array = copy;
}

static void map_keys(mapper *m, const sort_key **keys, uint32_t n) {
  if (n == 0) return;
  sort_key *copy = bind_alloc(m->b, n * sizeof *copy);
  if (!copy) return;
  memcpy(copy, *keys, n * sizeof *copy);
  for (uint32_t i = 0; i < n; i++) map_one(m, &copy[i].by);
  *keys = copy;
}

static void map_call(mapper *m, aggregate_call *call) {
  map_array(m, &call->args, call->n_args);
  map_one(m, &call->filter);
  map_keys(m, &call->keys, call->n_keys);
}

static void map_aggregate(mapper *m, node *n) {
  map_array(m, &n->p.u.aggregate.groups, n->p.u.aggregate.n_groups);
  uint32_t n_calls = n->p.u.aggregate.n_calls;
  if (n_calls == 0) return;
  aggregate_call *calls = bind_alloc(m->b, n_calls * sizeof *calls);
  if (!calls) return;
  memcpy(calls, n->p.u.aggregate.calls, n_calls * sizeof *calls);
  for (uint32_t i = 0; i < n_calls; i++) map_call(m, &calls[i]);
  n->p.u.aggregate.calls = calls;
}

static void map_window(mapper *m, node *n) {
  uint32_t count = n->p.u.window.n;
  window_call *calls = bind_alloc(m->b, (count + 1) * sizeof *calls);
  if (!calls) return;
  memcpy(calls, n->p.u.window.calls, count * sizeof *calls);
  for (uint32_t i = 0; i < count; i++) {
    window_call *w = &calls[i];
    map_call(m, &w->call);
    map_array(m, &w->partition, w->n_partition);
    map_keys(m, &w->order, w->n_order);
    map_one(m, &w->from_offset);
    map_one(m, &w->to_offset);
  }
  n->p.u.window.calls = calls;
}

static void map_join(mapper *m, node *n) {
  uint32_t count = n->p.u.join.n_keys;
  join_key *keys = bind_alloc(m->b, (count + 1) * sizeof *keys);
  if (!keys) return;
  if (count) memcpy(keys, n->p.u.join.keys, count * sizeof *keys);
  for (uint32_t i = 0; i < count; i++) {
    map_one(m, &keys[i].left);
    map_one(m, &keys[i].right);
  }
  n->p.u.join.keys = keys;
  map_one(m, &n->p.u.join.residual);
  map_one(m, &n->p.u.join.asof_left);
  map_one(m, &n->p.u.join.asof_right);
}

static void map_apply(mapper *m, node *n) {
  map_array(m, &n->p.u.apply.values, n->p.u.apply.n_slots);
  map_one(m, &n->p.u.apply.residual);
  if (!n->p.u.apply.mark) return;
  join_key *mark = bind_alloc(m->b, sizeof *mark);
  if (!mark) return;
  *mark = *n->p.u.apply.mark;
  map_one(m, &mark->left);
  map_one(m, &mark->right);
  n->p.u.apply.mark = mark;
}

void node_map(binder *b, node *n, node_change change, void *user) {
  mapper m = {b, change, user};
  if (b->failed) return;
  switch (n->p.kind) {
  case PLAN_SCAN: map_one(&m, &n->p.u.scan.filter); break;
  case PLAN_VALUES: map_array(&m, &n->p.u.values.cells, n->p.u.values.n_rows * n->p.n_columns); break;
  case PLAN_FILTER: map_one(&m, &n->p.u.filter.condition); break;
  case PLAN_PROJECT: map_array(&m, &n->p.u.project.exprs, n->p.n_columns); break;
  case PLAN_AGGREGATE: map_aggregate(&m, n); break;
  case PLAN_DISTINCT: map_array(&m, &n->p.u.distinct.on, n->p.u.distinct.n); break;
  case PLAN_SORT: map_keys(&m, &n->p.u.sort.keys, n->p.u.sort.n); break;
  case PLAN_LIMIT:
    map_one(&m, &n->p.u.limit.offset);
    map_one(&m, &n->p.u.limit.limit);
    break;
  case PLAN_JOIN: map_join(&m, n); break;
  case PLAN_APPLY: map_apply(&m, n); break;
  case PLAN_WINDOW: map_window(&m, n); break;
  case PLAN_UNNEST: map_array(&m, &n->p.u.unnest.lists, n->p.u.unnest.n); break;
  case PLAN_RANGE:
    map_one(&m, &n->p.u.range.start);
    map_one(&m, &n->p.u.range.stop);
    map_one(&m, &n->p.u.range.step);
    break;
  default: break;
  }
}

/* ---- sets of ids ---- */

/* Room for ids that are made later as well. */
id_set id_set_new(binder *b) {
  id_set s = {.n = b->ids / 64 + 4};
  s.words = bind_alloc(b, s.n * sizeof *s.words);
  if (!s.words) s.n = 0;
  return s;
}

void id_set_add(id_set *s, uint32_t id) {
  if (id / 64 < s->n) s->words[id / 64] |= (uint64_t)1 << id % 64;
}

bool id_set_has(const id_set *s, uint32_t id) {
  return id / 64 < s->n && (s->words[id / 64] >> id % 64 & 1) != 0;
}

static bool add_id(void *user, ex e) {
  if (ex_is_column(e)) id_set_add(user, e->index);
  return true;
}

void id_set_add_expr(id_set *s, ex e) {
  if (e) ex_walk(e, add_id, s);
}

static bool is_within(void *user, ex e) { return !ex_is_column(e) || id_set_has(user, e->index); }
static bool is_outside(void *user, ex e) { return !ex_is_column(e) || !id_set_has(user, e->index); }

bool expr_within(ex e, const id_set *s) { return ex_walk(e, is_within, (void *)(uintptr_t)s); }
bool expr_touches(ex e, const id_set *s) { return !ex_walk(e, is_outside, (void *)(uintptr_t)s); }

static void add_node_ids(const node *n, id_set *s) {
  for (uint32_t i = 0; i < n->p.n_columns; i++) id_set_add(s, n->ids[i]);
  for (uint32_t i = 0; i < n->p.n_inputs; i++) add_node_ids(n->input[i], s);
}

static id_set node_ids(binder *b, const node *n) {
  id_set s = id_set_new(b);
  add_node_ids(n, &s);
  return s;
}

static ex note_ids(void *user, ex e) {
  id_set_add_expr(user, e);
  return e;
}

static void add_used_ids(binder *b, node *n, id_set *used) {
  node copy = *n;
  node_map(b, &copy, note_ids, used);
  for (uint32_t i = 0; i < n->p.n_inputs; i++) add_used_ids(b, n->input[i], used);
}

id_set node_free_ids(binder *b, const node *n) {
  id_set made = node_ids(b, n), used = id_set_new(b);
  add_used_ids(b, (node *)(uintptr_t)n, &used);
  for (uint32_t i = 0; i < used.n && i < made.n; i++) used.words[i] &= ~made.words[i];
  return used;
}

id_set node_read_ids(binder *b, const node *n) {
  id_set read = id_set_new(b);
  for (uint32_t i = 0; i < n->p.n_columns; i++) id_set_add(&read, n->ids[i]);
  add_used_ids(b, (node *)(uintptr_t)n, &read);
  return read;
}
