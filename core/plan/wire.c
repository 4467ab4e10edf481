/* See wire.h. A struct is described once: `wire` either writes the fields that it is shown or fills them. */
#include "plan/wire.h"

#include <string.h>

#define DEPTH_MAX 200u    /* of nodes, expressions, types and values within each other */
#define SLOTS_MAX 100000u /* of outer values, lambda parameters, common table expressions */

typedef struct {
  buf *out; /* NULL: reading */
  rd *in;
  arena *memory;
  sonde_error *err;
  sonde_code code;
  unsigned depth;
  query_plan *query;
  const plan **ctes; /* reading: what each id stands for */
} wire;

/* What columns an expression may refer to: those of one input, then of another. */
typedef struct {
  const plan *first, *second;
} scope;

static bool reading(const wire *w) { return w->in != NULL; }
static void spoil(wire *w) {
  if (reading(w)) w->in->bad = true;
}
static void expect(wire *w, bool sound) {
  if (!sound) spoil(w);
}
static bool broken(const wire *w) { return w->code != SONDE_OK || (reading(w) && w->in->bad); }

/* ---- numbers ---- */

static void wire_u8(wire *w, uint8_t *v) {
  if (reading(w))
    *v = rd_u8(w->in);
  else
    buf_u8(w->out, *v);
}

static void wire_u32(wire *w, uint32_t *v) {
  if (reading(w))
    *v = rd_u32(w->in);
  else
    buf_u32(w->out, *v);
}

static void wire_u64(wire *w, uint64_t *v) {
  if (reading(w))
    *v = rd_u64(w->in);
  else
    buf_u64(w->out, *v);
}

static void wire_bool(wire *w, bool *v) {
  if (reading(w))
    *v = rd_u8(w->in) != 0;
  else
    buf_u8(w->out, *v);
}

static void wire_double(wire *w, double *v) {
  uint64_t bits;
  memcpy(&bits, v, sizeof bits);
  wire_u64(w, &bits);
  if (reading(w)) memcpy(v, &bits, sizeof bits);
}

static void wire_str(wire *w, sonde_str *s) {
  if (reading(w))
    *s = rd_str(w->in);
  else
    buf_str(w->out, *s);
}

/* One of the values [0, below). */
static void wire_kind(wire *w, uint8_t *kind, unsigned below) {
  wire_u8(w, kind);
  expect(w, *kind < below);
}

static unsigned wire_choice(wire *w, unsigned v, unsigned below) {
  uint8_t byte = (uint8_t)v;
  wire_kind(w, &byte, below);
  return broken(w) ? 0 : byte;
}
#define WIRE_ENUM(w, field, below)                                                                           \
  do {                                                                                                       \
    unsigned chosen = wire_choice(w, field, below);                                                          \
    if (reading(w)) field = chosen;                                                                          \
  } while (0)

static void wire_function(wire *w, uint16_t *function, function_kind kind) {
  uint32_t id = *function;
  wire_u32(w, &id);
  bool known = id > FN_NONE && id < FN_COUNT_IDS;
  expect(w, known && function_get((function_id)id)->kind == kind);
  if (reading(w)) *function = (uint16_t)id;
}

/* An array of n elements that take at least one byte each; reading, room for it. Writing, nothing is written to it. */
static void *wire_items(wire *w, const void *items, uint32_t *n, size_t size) {
  if (!reading(w)) {
    buf_u32(w->out, *n);
    return (void *)(uintptr_t)items;
  }
  *n = rd_count(w->in, 1);
  void *room = broken(w) ? NULL : arena_zero(w->memory, (*n + 1u) * size, w->err);
  if (!room && !broken(w)) w->code = w->err->code;
  if (!room) *n = 0;
  return room;
}

static void *wire_struct(wire *w, const void *it, size_t size) {
  if (!reading(w)) return (void *)(uintptr_t)it;
  void *room = arena_zero(w->memory, size, w->err);
  if (!room) w->code = w->err->code;
  return room;
}

static bool enter(wire *w) {
  expect(w, w->depth < DEPTH_MAX);
  if (!reading(w) && w->depth >= DEPTH_MAX)
    w->code = status_set(w->err, SONDE_LIMIT, 0, "the query is nested too deeply to be run in parts");
  w->depth++;
  return !broken(w);
}
static void leave(wire *w) { w->depth--; }

/* ---- types ---- */

static void wire_type(wire *, sql_type *);

static void wire_children(wire *w, sql_type *t) {
  bool named = t->names != NULL;
  sql_type *children = wire_items(w, t->children, &t->n_children, sizeof *children);
  wire_bool(w, &named);
  sonde_str *names = named ? wire_struct(w, t->names, (t->n_children + 1u) * sizeof *names) : NULL;
  for (uint32_t i = 0; i < t->n_children && !broken(w); i++) {
    wire_type(w, &children[i]);
    if (names) wire_str(w, &names[i]);
  }
  if (reading(w)) t->children = children, t->names = names;
}

static bool type_is_sound(const sql_type *t) {
  uint32_t n = t->n_children;
  if (t->id >= SQL_TYPE_IDS || t->unit > 9 || t->literal >= SQL_TYPE_IDS) return false;
  if (t->id == SQL_DECIMAL)
    return n == 0 && t->precision >= 1 && t->precision <= 38 && t->scale <= t->precision;
  if (t->id == SQL_STRUCT) return true;
  if (t->id == SQL_LIST || t->id == SQL_LAMBDA) return n == 1;
  return t->id == SQL_MAP ? n == 2 : n == 0;
}

static void wire_type(wire *w, sql_type *t) {
  if (!enter(w)) return;
  wire_u8(w, &t->id);
  wire_u8(w, &t->precision);
  wire_u8(w, &t->scale);
  wire_u8(w, &t->unit);
  wire_u8(w, &t->literal);
  wire_children(w, t);
  expect(w, type_is_sound(t));
  leave(w);
}

/* ---- values ---- */

static const sql_type *item_type(const sql_type *t, uint32_t i) {
  if (t->id == SQL_LIST) return &t->children[0];
  if (t->id == SQL_MAP) return &t->children[i & 1];
  return i < t->n_children ? &t->children[i] : NULL;
}

static void wire_cell(wire *, const sql_type *, cell *);

static void wire_nested(wire *w, const sql_type *t, cell *v) {
  nested *x = wire_struct(w, v->n, sizeof *x);
  if (!x) return;
  uint8_t *valid = wire_items(w, x->valid, &x->n, 1);
  cell *cells = valid || !reading(w) ? wire_struct(w, x->cells, (x->n + 1u) * sizeof *cells) : NULL;
  expect(w, t->id != SQL_STRUCT || x->n == t->n_children);
  for (uint32_t i = 0; i < x->n && !broken(w); i++) {
    uint8_t there = nested_valid(x, i);
    wire_u8(w, &there);
    if (reading(w)) valid[i] = there != 0;
    if (there) wire_cell(w, item_type(t, i), &cells[i]);
  }
  if (reading(w)) x->cells = cells, x->valid = valid, v->n = x;
}

static void wire_i128(wire *w, i128 *v) {
  uint64_t low = (uint64_t)(u128)*v, high = (uint64_t)((u128)*v >> 64);
  wire_u64(w, &low);
  wire_u64(w, &high);
  if (reading(w)) *v = (i128)((u128)high << 64 | low);
}

static void wire_cell(wire *w, const sql_type *t, cell *v) {
  cell to = *v; /* constants are not written to */
  if (!enter(w)) return;
  switch (sql_lane(t)) {
  case LANE_BOOL: wire_bool(w, &to.b); break;
  case LANE_I64: {
    uint64_t bits = (uint64_t)to.i;
    wire_u64(w, &bits);
    to.i = (int64_t)bits;
    break;
  }
  case LANE_F64: wire_double(w, &to.f); break;
  case LANE_I128: wire_i128(w, &to.w); break;
  case LANE_STR: wire_str(w, &to.s); break;
  default: wire_nested(w, t, &to);
  }
  if (reading(w)) *v = to;
  leave(w);
}

void cell_put(buf *out, const sql_type *t, cell v) {
  wire w = {.out = out};
  wire_cell(&w, t, &v);
}

bool cell_get(rd *in, const sql_type *t, arena *memory, cell *out, sonde_error *err) {
  wire w = {.in = in, .memory = memory, .err = err};
  wire_cell(&w, t, out);
  return !broken(&w);
}

/* ---- expressions ---- */

static const plan_column *column_of(const scope *s, uint32_t i) {
  if (s->first && i < s->first->n_columns) return &s->first->columns[i];
  uint32_t first = s->first ? s->first->n_columns : 0;
  return s->second && i - first < s->second->n_columns ? &s->second->columns[i - first] : NULL;
}

static bool refers_soundly(const wire *w, const scope *s, const expr *e) {
  const plan_column *column = e->kind == EXPR_COLUMN ? column_of(s, e->index) : NULL;
  switch (e->kind) {
  case EXPR_COLUMN: return column && sql_type_equal(&column->type, &e->type);
  case EXPR_OUTER: return e->index < w->query->n_outer_slots;
  case EXPR_LAMBDA_ARG: return e->index < w->query->n_lambda_slots;
  case EXPR_LAMBDA:
    return e->index <= w->query->n_lambda_slots && e->n_slots <= w->query->n_lambda_slots - e->index;
  default: return true;
  }
}

static bool all_of_type(const expr *e, uint32_t first, uint32_t step, const sql_type *t) {
  for (uint32_t i = first; i < e->n_args; i += step)
    if (!sql_type_equal(&e->args[i]->type, t)) return false;
  return true;
}

static bool has_sound_arguments(const expr *e) {
  static const sql_type truth = {.id = SQL_BOOL};
  uint32_t n = e->n_args;
  switch (e->kind) {
  case EXPR_CONST:
  case EXPR_COLUMN:
  case EXPR_OUTER:
  case EXPR_LAMBDA_ARG: return n == 0;
  case EXPR_LAMBDA:
  case EXPR_CAST:
  case EXPR_TRY_CAST:
  case EXPR_IS_NULL:
  case EXPR_IS_NOT_NULL: return n == 1;
  case EXPR_TRY: return n == 1 && all_of_type(e, 0, 1, &e->type);
  case EXPR_NOT: return n == 1 && all_of_type(e, 0, 1, &truth);
  case EXPR_AND:
  case EXPR_OR: return n > 0 && all_of_type(e, 0, 1, &truth);
  case EXPR_COALESCE: return n > 0 && all_of_type(e, 0, 1, &e->type);
  case EXPR_IN: return n > 1 && all_of_type(e, 1, 1, &e->args[0]->type);
  case EXPR_CASE: {
    expr conditions = *e;
    conditions.n_args--;
    return n % 2 == 1 && all_of_type(&conditions, 0, 2, &truth) && all_of_type(e, 1, 2, &e->type) &&
           sql_type_equal(&e->args[n - 1]->type, &e->type);
  }
  default: return true;
  }
}

static void wire_expr(wire *, const scope *, const expr **);

static void wire_exprs(wire *w, const scope *s, const expr ***list, uint32_t *n) {
  const expr **items = wire_items(w, (const void *)*list, n, sizeof *items);
  for (uint32_t i = 0; i < *n && !broken(w); i++) wire_expr(w, s, &items[i]);
  if (reading(w)) *list = items;
}

static void wire_constant(wire *w, expr *e) {
  wire_bool(w, &e->constant.null);
  if (!e->constant.null) wire_cell(w, &e->type, &e->constant.v);
}

static void wire_expr(wire *w, const scope *s, const expr **at) {
  if (!enter(w)) return;
  expr *e = wire_struct(w, *at, sizeof *e);
  if (!e) return;
  wire_kind(w, &e->kind, EXPR_TRY + 1);
  wire_u32(w, &e->index);
  wire_u32(w, &e->n_slots);
  wire_u32(w, &e->at);
  wire_type(w, &e->type);
  if (e->kind == EXPR_CALL) wire_function(w, &e->function, FUNCTION_SCALAR);
  if (e->kind == EXPR_CONST && !broken(w)) wire_constant(w, e);
  wire_exprs(w, s, &e->args, &e->n_args);
  if (reading(w) && !broken(w)) expect(w, refers_soundly(w, s, e) && has_sound_arguments(e));
  if (reading(w)) *at = e;
  leave(w);
}

/* One that may be left out. */
static void wire_part(wire *w, const scope *s, const expr **at) {
  bool there = *at != NULL;
  wire_bool(w, &there);
  if (there) wire_expr(w, s, at);
}

static void wire_condition(wire *w, const scope *s, const expr **at) {
  wire_part(w, s, at);
  expect(w, broken(w) || !*at || (*at)->type.id == SQL_BOOL);
}

static void wire_sort_keys(wire *w, const scope *s, const sort_key **list, uint32_t *n) {
  sort_key *keys = wire_items(w, *list, n, sizeof *keys);
  for (uint32_t i = 0; i < *n && !broken(w); i++) {
    wire_expr(w, s, &keys[i].by);
    wire_bool(w, &keys[i].descending);
    wire_bool(w, &keys[i].nulls_first);
  }
  if (reading(w)) *list = keys;
}

static void wire_call(wire *w, const scope *s, aggregate_call *c) {
  bool window = !reading(w) && function_get((function_id)c->function)->kind == FUNCTION_WINDOW;
  wire_bool(w, &window);
  wire_function(w, &c->function, window ? FUNCTION_WINDOW : FUNCTION_AGGREGATE);
  wire_bool(w, &c->distinct);
  wire_bool(w, &c->ignore_nulls);
  wire_u32(w, &c->at);
  wire_type(w, &c->type);
  wire_exprs(w, s, &c->args, &c->n_args);
  wire_sort_keys(w, s, &c->keys, &c->n_keys);
  wire_condition(w, s, &c->filter);
}

/* ---- nodes ---- */

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

static void wire_body(wire *w, plan *p) {
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

/* ---- what a node read has to be like ---- */

static unsigned inputs_of(uint8_t kind) {
  switch (kind) {
  case PLAN_ONE:
  case PLAN_NONE:
  case PLAN_SCAN:
  case PLAN_VALUES:
  case PLAN_CTE_REF:
  case PLAN_RANGE:
  case PLAN_SIDE:
  case PLAN_PART: return 0;
  case PLAN_JOIN:
  case PLAN_APPLY:
  case PLAN_SET:
  case PLAN_CTE:
  case PLAN_RECURSIVE: return 2;
  default: return 1;
  }
}

static bool same_columns(const plan *a, uint32_t first, const plan *b) {
  if (!b || first > a->n_columns || b->n_columns > a->n_columns - first) return false;
  for (uint32_t i = 0; i < b->n_columns; i++)
    if (!sql_type_equal(&a->columns[first + i].type, &b->columns[i].type)) return false;
  return true;
}

static bool joins_columns(const plan *p, join_kind kind) {
  uint32_t left = p->input[0]->n_columns, right = p->input[1]->n_columns;
  if (!same_columns(p, 0, p->input[0])) return false;
  if (kind == JOIN_SEMI || kind == JOIN_ANTI) return p->n_columns == left;
  if (kind == JOIN_MARK) return p->n_columns == left + 1 && p->columns[left].type.id == SQL_BOOL;
  return p->n_columns == left + right && same_columns(p, left, p->input[1]);
}

static bool unnests_columns(const plan *p) {
  uint32_t n = p->input[0]->n_columns;
  if (p->n_columns != n + p->u.unnest.n + p->u.unnest.ordinality || !same_columns(p, 0, p->input[0]))
    return false;
  for (uint32_t i = 0; i < p->u.unnest.n; i++) {
    const sql_type *list = &p->u.unnest.lists[i]->type;
    if (list->id == SQL_LIST && !sql_type_equal(&p->columns[n + i].type, &list->children[0])) return false;
  }
  return !p->u.unnest.ordinality || p->columns[p->n_columns - 1].type.id == SQL_BIGINT;
}

static bool has_sound_columns(const wire *w, const plan *p) {
  const plan *in = p->n_inputs ? p->input[0] : NULL;
  switch (p->kind) {
  case PLAN_FILTER:
  case PLAN_DISTINCT:
  case PLAN_SORT:
  case PLAN_LIMIT:
  case PLAN_SAMPLE: return p->n_columns == in->n_columns && same_columns(p, 0, in);
  case PLAN_JOIN: return joins_columns(p, p->u.join.kind);
  case PLAN_APPLY: return joins_columns(p, p->u.apply.kind);
  case PLAN_WINDOW: return p->n_columns == in->n_columns + p->u.window.n && same_columns(p, 0, in);
  case PLAN_UNNEST: return unnests_columns(p);
  case PLAN_SET:
  case PLAN_RECURSIVE:
    return same_columns(p, 0, in) && same_columns(p, 0, p->input[1]) && in->n_columns == p->n_columns &&
           p->input[1]->n_columns == p->n_columns;
  case PLAN_CTE: return p->n_columns == p->input[1]->n_columns && same_columns(p, 0, p->input[1]);
  case PLAN_CTE_REF: return same_columns(p, 0, w->ctes[p->u.cte.id]);
  case PLAN_RANGE: return p->n_columns == 1;
  case PLAN_PARTITION:
    return p->n_columns == in->n_columns + 1 && same_columns(p, 0, in) &&
           p->columns[in->n_columns].type.id == SQL_BIGINT;
  default: return true;
  }
}

/* ---- a node ---- */

static void wire_columns(wire *w, plan *p) {
  plan_column *columns = wire_items(w, p->columns, &p->n_columns, sizeof *columns);
  for (uint32_t i = 0; i < p->n_columns && !broken(w); i++) {
    wire_str(w, &columns[i].name);
    wire_type(w, &columns[i].type);
  }
  if (reading(w)) p->columns = columns;
}

/* Comes before the inputs, which may refer to it. */
static void wire_id(wire *w, plan *p) {
  switch (p->kind) {
  case PLAN_CTE:
  case PLAN_RECURSIVE:
  case PLAN_CTE_REF:
    wire_u32(w, &p->u.cte.id);
    wire_bool(w, &p->u.cte.all);
    expect(w, p->u.cte.id < w->query->n_ctes);
    break;
  case PLAN_SIDE: wire_u32(w, &p->u.side); break;
  default: break;
  }
}

static void wire_node(wire *, const plan **);

static void wire_inputs(wire *w, plan *p) {
  if (reading(w)) p->n_inputs = (uint8_t)inputs_of(p->kind);
  for (unsigned i = 0; i < p->n_inputs && !broken(w); i++) {
    wire_node(w, &p->input[i]);
    bool names = i == 0 && (p->kind == PLAN_CTE || p->kind == PLAN_RECURSIVE);
    if (reading(w) && names && !broken(w)) w->ctes[p->u.cte.id] = p->input[0];
  }
}

static void wire_node(wire *w, const plan **at) {
  if (!enter(w)) return;
  plan *p = wire_struct(w, *at, sizeof *p);
  if (!p) return;
  if (!reading(w) && p->kind > PLAN_PARTITION)
    w->code = status_set(w->err, SONDE_MISUSE, 0, "a part of a query has parts of its own");
  wire_kind(w, &p->kind, PLAN_PARTITION + 1);
  wire_columns(w, p);
  wire_double(w, &p->rows);
  wire_id(w, p);
  if (!broken(w)) wire_inputs(w, p);
  if (!broken(w)) wire_body(w, p);
  if (reading(w) && !broken(w)) expect(w, has_sound_columns(w, p));
  if (reading(w)) *at = p;
  leave(w);
}

static void wire_slots(wire *w, uint32_t *n) {
  wire_u32(w, n);
  expect(w, *n <= SLOTS_MAX);
}

static void wire_query(wire *w) {
  wire_slots(w, &w->query->n_outer_slots);
  wire_slots(w, &w->query->n_lambda_slots);
  wire_slots(w, &w->query->n_ctes);
  if (broken(w)) return;
  if (reading(w)) w->ctes = arena_zero(w->memory, (w->query->n_ctes + 1u) * sizeof(plan *), w->err);
  if (reading(w) && !w->ctes) w->code = w->err->code;
  wire_node(w, &w->query->root);
}

sonde_code plan_put(buf *out, const query_plan *q, sonde_error *err) {
  query_plan shown = *q;
  wire w = {.out = out, .err = err, .query = &shown};
  wire_query(&w);
  return w.code != SONDE_OK ? w.code : buf_status(out, err);
}

sonde_code plan_get(rd *in, arena *memory, query_plan *out, sonde_error *err) {
  wire w = {.in = in, .memory = memory, .err = err, .query = out};
  *out = (query_plan){0};
  wire_query(&w);
  if (w.code != SONDE_OK) return w.code;
  SONDE_CHECK(!in->bad, err, SONDE_CORRUPT, 0, "a fragment has a broken plan");
  return SONDE_OK;
}
