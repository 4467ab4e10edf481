/* Expressions, and lists of what is made of them. */
#include "plan/wire_fields.h"

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

void wire_exprs(wire *w, const scope *s, const expr ***list, uint32_t *n) {
  const expr **items = wire_items(w, (const void *)*list, n, sizeof *items);
  for (uint32_t i = 0; i < *n && !broken(w); i++) wire_expr(w, s, &items[i]);
  if (reading(w)) *list = items;
}

static void wire_constant(wire *w, expr *e) {
  wire_bool(w, &e->constant.null);
  if (!e->constant.null) wire_cell(w, &e->type, &e->constant.v);
}

void wire_expr(wire *w, const scope *s, const expr **at) {
  if (!wire_enter(w)) return;
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
  wire_leave(w);
}

void wire_part(wire *w, const scope *s, const expr **at) {
  bool there = *at != NULL;
  wire_bool(w, &there);
  if (there) wire_expr(w, s, at);
}

void wire_condition(wire *w, const scope *s, const expr **at) {
  wire_part(w, s, at);
  expect(w, broken(w) || !*at || (*at)->type.id == SQL_BOOL);
}

void wire_sort_keys(wire *w, const scope *s, const sort_key **list, uint32_t *n) {
  sort_key *keys = wire_items(w, *list, n, sizeof *keys);
  for (uint32_t i = 0; i < *n && !broken(w); i++) {
    wire_expr(w, s, &keys[i].by);
    wire_bool(w, &keys[i].descending);
    wire_bool(w, &keys[i].nulls_first);
  }
  if (reading(w)) *list = keys;
}

void wire_call(wire *w, const scope *s, aggregate_call *c) {
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
