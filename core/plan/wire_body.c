/* What one kind of node has and others have not. */
#include "plan/wire_fields.h"

static void wire_scan(wire *w, plan *p) {
  scope own = {p, NULL};
  uint32_t n = p->n_columns;
  wire_u32(w, &p->u.scan.table);
  uint32_t *columns = wire_items(w, p->u.scan.columns, &n, sizeof *columns);
  expect(w, n == p->n_columns);
  for (uint32_t i = 0; i < n && !broken(w); i++) wire_u32(w, &columns[i]);
  if (reading(w)) p->u.scan.columns = columns;
  wire_condition(w, &own, &p->u.scan.filter);
}

static void wire_values(wire *w, plan *p) {
  const scope none = {NULL, NULL};
  uint32_t n = p->u.values.n_rows * p->n_columns;
  wire_u32(w, &p->u.values.n_rows);
  wire_exprs(w, &none, &p->u.values.cells, &n);
  expect(w, (uint64_t)p->u.values.n_rows * p->n_columns == n);
}

static void wire_project(wire *w, const scope *s, plan *p) {
  uint32_t n = p->n_columns;
  wire_exprs(w, s, &p->u.project.exprs, &n);
  expect(w, n == p->n_columns);
  for (uint32_t i = 0; reading(w) && i < n && !broken(w); i++)
    expect(w, sql_type_equal(&p->u.project.exprs[i]->type, &p->columns[i].type));
}

static void wire_sets(wire *w, plan *p) {
  bool there = p->u.aggregate.sets != NULL;
  wire_bool(w, &there);
  if (!there) return;
  uint64_t *sets = wire_items(w, p->u.aggregate.sets, &p->u.aggregate.n_sets, sizeof *sets);
  for (uint32_t i = 0; i < p->u.aggregate.n_sets && !broken(w); i++) wire_u64(w, &sets[i]);
  if (reading(w)) p->u.aggregate.sets = sets;
}

static void wire_groupings(wire *w, plan *p) {
  grouping_call *calls = wire_items(w, p->u.aggregate.groupings, &p->u.aggregate.n_groupings, sizeof *calls);
  for (uint32_t i = 0; i < p->u.aggregate.n_groupings && !broken(w); i++) {
    uint32_t *groups = wire_items(w, calls[i].groups, &calls[i].n, sizeof *groups);
    for (uint32_t k = 0; k < calls[i].n && !broken(w); k++) {
      wire_u32(w, &groups[k]);
      expect(w, groups[k] < p->u.aggregate.n_groups);
    }
    if (reading(w)) calls[i].groups = groups;
  }
  if (reading(w)) p->u.aggregate.groupings = calls;
}

static void check_aggregate(wire *w, const plan *p) {
  uint32_t groups = p->u.aggregate.n_groups, calls = p->u.aggregate.n_calls;
  expect(w, p->n_columns == (uint64_t)groups + calls + p->u.aggregate.n_groupings);
  for (uint32_t i = 0; i < groups && !broken(w); i++)
    expect(w, sql_type_equal(&p->u.aggregate.groups[i]->type, &p->columns[i].type));
  for (uint32_t i = 0; i < calls && !broken(w); i++)
    expect(w, sql_type_equal(&p->u.aggregate.calls[i].type, &p->columns[groups + i].type));
}

static void wire_aggregate(wire *w, const scope *s, plan *p) {
  wire_exprs(w, s, &p->u.aggregate.groups, &p->u.aggregate.n_groups);
  aggregate_call *calls = wire_items(w, p->u.aggregate.calls, &p->u.aggregate.n_calls, sizeof *calls);
  for (uint32_t i = 0; i < p->u.aggregate.n_calls && !broken(w); i++) wire_call(w, s, &calls[i]);
  if (reading(w)) p->u.aggregate.calls = calls;
  WIRE_ENUM(w, p->u.aggregate.role, AGGREGATE_STATES + 1);
  wire_bool(w, &p->u.aggregate.may_refuse);
  wire_sets(w, p);
  wire_groupings(w, p);
  if (reading(w) && !broken(w)) check_aggregate(w, p);
}

static void wire_key(wire *w, const scope *left, const scope *right, join_key *k) {
  wire_expr(w, left, &k->left);
  wire_expr(w, right, &k->right);
  wire_bool(w, &k->null_equal);
  expect(w, broken(w) || sql_type_equal(&k->left->type, &k->right->type));
}

static void wire_join(wire *w, plan *p) {
  const scope left = {p->input[0], NULL}, right = {p->input[1], NULL}, both = {p->input[0], p->input[1]};
  uint8_t asof = p->u.join.asof != 0;
  WIRE_ENUM(w, p->u.join.kind, JOIN_POSITIONAL + 1);
  join_key *keys = wire_items(w, p->u.join.keys, &p->u.join.n_keys, sizeof *keys);
  for (uint32_t i = 0; i < p->u.join.n_keys && !broken(w); i++) wire_key(w, &left, &right, &keys[i]);
  if (reading(w)) p->u.join.keys = keys;
  wire_condition(w, &both, &p->u.join.residual);
  wire_bool(w, &p->u.join.build_left);
  wire_u8(w, &asof);
  if (!asof) return;
  wire_function(w, &p->u.join.asof, FUNCTION_SCALAR);
  wire_expr(w, &left, &p->u.join.asof_left);
  wire_expr(w, &right, &p->u.join.asof_right);
  expect(w, broken(w) || sql_type_equal(&p->u.join.asof_left->type, &p->u.join.asof_right->type));
}

static void wire_mark(wire *w, plan *p, const scope *left, const scope *right) {
  bool there = p->u.apply.mark != NULL;
  wire_bool(w, &there);
  if (!there) return;
  join_key *k = wire_struct(w, p->u.apply.mark, sizeof *k);
  if (k) wire_key(w, left, right, k);
  if (reading(w)) p->u.apply.mark = k;
}

static void wire_apply(wire *w, plan *p) {
  const scope left = {p->input[0], NULL}, right = {p->input[1], NULL}, both = {p->input[0], p->input[1]};
  uint32_t n = p->u.apply.n_slots;
  WIRE_ENUM(w, p->u.apply.kind, JOIN_POSITIONAL);
  uint32_t *slots = wire_items(w, p->u.apply.slots, &p->u.apply.n_slots, sizeof *slots);
  for (uint32_t i = 0; i < p->u.apply.n_slots && !broken(w); i++) {
    wire_u32(w, &slots[i]);
    expect(w, slots[i] < w->query->n_outer_slots);
  }
  if (reading(w)) p->u.apply.slots = slots;
  wire_exprs(w, &left, &p->u.apply.values, &n);
  expect(w, n == p->u.apply.n_slots);
  wire_mark(w, p, &left, &right);
  wire_condition(w, &both, &p->u.apply.residual);
}

static void wire_window_call(wire *w, const scope *s, window_call *c) {
  wire_call(w, s, &c->call);
  wire_exprs(w, s, &c->partition, &c->n_partition);
  wire_sort_keys(w, s, &c->order, &c->n_order);
  WIRE_ENUM(w, c->unit, FRAME_GROUPS + 1);
  WIRE_ENUM(w, c->from, BOUND_UNBOUNDED_FOLLOWING + 1);
  WIRE_ENUM(w, c->to, BOUND_UNBOUNDED_FOLLOWING + 1);
  WIRE_ENUM(w, c->exclude, EXCLUDE_TIES + 1);
  wire_part(w, s, &c->from_offset);
  wire_part(w, s, &c->to_offset);
}

static void wire_window(wire *w, const scope *s, plan *p) {
  window_call *calls = wire_items(w, p->u.window.calls, &p->u.window.n, sizeof *calls);
  for (uint32_t i = 0; i < p->u.window.n && !broken(w); i++) wire_window_call(w, s, &calls[i]);
  if (reading(w)) p->u.window.calls = calls;
}

static void wire_unnest(wire *w, const scope *s, plan *p) {
  wire_exprs(w, s, &p->u.unnest.lists, &p->u.unnest.n);
  wire_bool(w, &p->u.unnest.outer);
  wire_bool(w, &p->u.unnest.ordinality);
  for (uint32_t i = 0; reading(w) && i < p->u.unnest.n && !broken(w); i++) {
    uint8_t id = p->u.unnest.lists[i]->type.id;
    expect(w, id == SQL_LIST || id == SQL_NULL);
  }
}

static void wire_range(wire *w, plan *p) {
  const scope none = {NULL, NULL};
  wire_part(w, &none, &p->u.range.start);
  wire_part(w, &none, &p->u.range.stop);
  wire_part(w, &none, &p->u.range.step);
  wire_bool(w, &p->u.range.inclusive);
}

static void wire_sample(wire *w, plan *p) {
  wire_bool(w, &p->u.sample.percent);
  wire_bool(w, &p->u.sample.blocks);
  wire_double(w, &p->u.sample.size);
  wire_bool(w, &p->u.sample.seeded);
  wire_u64(w, &p->u.sample.seed);
}

void wire_body(wire *w, plan *p) {
  const scope s = {p->n_inputs ? p->input[0] : NULL, NULL}, none = {NULL, NULL};
  switch (p->kind) {
  case PLAN_SCAN: wire_scan(w, p); break;
  case PLAN_VALUES: wire_values(w, p); break;
  case PLAN_FILTER:
    wire_expr(w, &s, &p->u.filter.condition);
    expect(w, broken(w) || p->u.filter.condition->type.id == SQL_BOOL);
    break;
  case PLAN_PROJECT: wire_project(w, &s, p); break;
  case PLAN_AGGREGATE: wire_aggregate(w, &s, p); break;
  case PLAN_DISTINCT: wire_exprs(w, &s, &p->u.distinct.on, &p->u.distinct.n); break;
  case PLAN_SORT:
    wire_sort_keys(w, &s, &p->u.sort.keys, &p->u.sort.n);
    wire_u64(w, &p->u.sort.offset);
    wire_u64(w, &p->u.sort.limit);
    break;
  case PLAN_LIMIT:
    wire_part(w, &none, &p->u.limit.offset);
    wire_part(w, &none, &p->u.limit.limit);
    break;
  case PLAN_JOIN: wire_join(w, p); break;
  case PLAN_APPLY: wire_apply(w, p); break;
  case PLAN_SET:
    WIRE_ENUM(w, p->u.set.kind, SET_EXCEPT + 1);
    wire_bool(w, &p->u.set.all);
    break;
  case PLAN_WINDOW: wire_window(w, &s, p); break;
  case PLAN_UNNEST: wire_unnest(w, &s, p); break;
  case PLAN_RANGE: wire_range(w, p); break;
  case PLAN_SAMPLE: wire_sample(w, p); break;
  case PLAN_PARTITION: wire_exprs(w, &s, &p->u.partition.keys, &p->u.partition.n); break;
  default: break;
  }
}
