/* Aggregates, grouping() and window functions: placeholders until their SELECT is cut into nodes. */
#include "sql/bind.h"

/* ---- aggregates ---- */

/* grouping(a, b): what its groups are is known only when all of GROUP BY is bound. */
ex bind_grouping(binder *b, const ast_expr *ast) {
  if (!b->select || !b->select->aggregates) {
    bind_fail(b, SONDE_TYPE, ast->at, "grouping() cannot be used here");
    return &b->no_expr;
  }
  bound_grouping g = {.ast = ast, .select = b->select};
  bind_exprs(b, &ast->args, &g.args);
  expr *e = ex_new(b, BIND_GROUPING, sql_simple(SQL_BIGINT), ast->at, 0);
  e->index = b->groupings.count;
  PUSH(b, &b->groupings, g);
  return e;
}

sort_key sort_by(ex e, const ast_expr *ast) {
  return (sort_key){
      .by = e, .descending = ast->direction == ORDER_DESC, .nulls_first = ast->nulls == NULLS_FIRST};
}

static sort_key *bind_order(binder *b, const ast_exprs *list) {
  sort_key *keys = bind_alloc(b, (list->count + 1) * sizeof *keys);
  for (uint32_t i = 0; keys && i < list->count; i++) {
    ex e = bind_expr(b, list->items[i]);
    keys[i] = sort_by(ex_cast(b, e, plain(e->type)), list->items[i]);
  }
  return keys;
}

/* Of the functions that may have WITHIN GROUP, those whose value it is that is ordered. */
static bool takes_ordered(const ast_expr *ast) {
  static const function_id ids[] = {
      FN_MODE, FN_QUANTILE_CONT, FN_QUANTILE_DISC, FN_APPROX_QUANTILE, FN_MEDIAN, FN_MAD};
  function_id id = function_find(ast->name);
  for (size_t i = 0; ast->call->within_group && i < sizeof ids / sizeof *ids; i++) {
    if (ids[i] == id) return true;
  }
  return false;
}

static bool fraction_of(ex e, double *out) {
  while (e->kind == EXPR_CAST) e = e->args[0];
  if (e->kind != EXPR_CONST || e->constant.null || !sql_is_numeric(&e->type)) return false;
  lane l = sql_lane(&e->type);
  *out = l == LANE_I64 ? (double)e->constant.v.i : l == LANE_F64 ? e->constant.v.f : (double)e->constant.v.w;
  for (uint8_t s = 0; e->type.id == SQL_DECIMAL && s < e->type.scale; s++) *out /= 10;
  return true;
}

static void check_fraction(binder *b, ex e, double least) {
  double fraction;
  bool null = e->kind == EXPR_CONST && e->constant.null;
  bool wrong = fraction_of(e, &fraction) && !(fraction >= least && fraction <= 1);
  if (null || wrong) bind_fail(b, SONDE_VALUE, e->at, "a quantile is a number from 0 to 1");
}

/* Of one fraction or of each in a list. */
static void check_fractions(binder *b, ex e, double least) {
  while (e->kind == EXPR_CAST) e = e->args[0];
  bool list = e->kind == EXPR_CALL && e->function == FN_LIST_VALUE;
  bool below = false, above = false;
  for (uint32_t i = 0; i < (list ? e->n_args : 1); i++) {
    double fraction = 0;
    check_fraction(b, list ? e->args[i] : e, least);
    fraction_of(list ? e->args[i] : e, &fraction);
    below |= fraction < 0;
    above |= fraction > 0;
  }
  if (below && above) bind_fail(b, SONDE_VALUE, e->at, "fractions are all above or all below 0");
}

/* Below 0 a fraction counts from the greatest value; 0 itself becomes 1. */
static ex from_the_end(binder *b, ex fraction) {
  if (fraction->kind == EXPR_CALL && fraction->function == FN_LIST_VALUE) {
    ex_list list = {0};
    for (uint32_t i = 0; i < fraction->n_args; i++) PUSH(b, &list, from_the_end(b, fraction->args[i]));
    return ex_function(b, str_of("list_value"), FUNCTION_SCALAR, fraction->at, &list, NULL);
  }
  double known;
  if (fraction_of(fraction, &known) && known == 0) {
    return ex_cast(b, ex_integer(b, 1, fraction->at), sql_simple(SQL_DOUBLE));
  }
  return ex_call(b, "-", fraction->at, 1, &fraction);
}

/* percentile(0.9) WITHIN GROUP (ORDER BY x): what is ordered is the first argument. */
static void bind_within_group(binder *b, const ast_expr *ast, ex_list *args) {
  const ast_call *call = ast->call;
  if (!takes_ordered(ast)) return;
  if (call->order.count > 1)
    bind_fail(b, SONDE_SYNTAX, ast->at, "WITHIN GROUP orders by one expression here");
  ex_list all = {0};
  PUSH(b, &all, bind_expr(b, call->order.items[0]));
  for (uint32_t i = 0; i < args->count; i++) {
    bool descending = call->order.items[0]->direction == ORDER_DESC;
    check_fractions(b, args->items[i], 0);
    PUSH(b, &all, descending ? from_the_end(b, args->items[i]) : args->items[i]);
  }
  *args = all;
}

/* Arguments that decide how an aggregate works. */
static void check_constants(binder *b, const ast_expr *ast, const aggregate_call *call) {
  bool quantile = call->function == FN_QUANTILE_CONT || call->function == FN_QUANTILE_DISC ||
                  call->function == FN_APPROX_QUANTILE;
  if (b->failed) return;
  if (quantile && call->n_args < 2) bind_fail(b, SONDE_TYPE, ast->at, "a quantile needs its fraction");
  if (quantile && call->n_args == 2 && !ast->call->within_group) check_fractions(b, call->args[1], -1);
  if (call->function == FN_STRING_AGG && call->n_args == 2 && ex_has_kind(call->args[1], EXPR_COLUMN)) {
    bind_fail(b, SONDE_TYPE, ast->at, "the separator has to be a constant");
  }
}

/* Of equal arguments one row is taken: what else it is sorted by would be left to chance. */
static void check_distinct_order(binder *b, const ast_expr *ast, const aggregate_call *call) {
  for (uint32_t k = 0; call->distinct && k < call->n_keys && !b->failed; k++) {
    bool argument = false;
    for (uint32_t i = 0; i < call->n_args; i++) argument |= ex_equal(call->args[i], call->keys[k].by);
    if (!argument)
      bind_fail(b, SONDE_TYPE, ast->at, "a DISTINCT aggregate can be ordered only by its arguments");
  }
}

/* Whole numbers order nothing: they are no ordinals here. */
static uint32_t drop_numbers(sort_key *keys, uint32_t n) {
  uint32_t kept = 0;
  for (uint32_t k = 0; k < n; k++)
    if (keys[k].by->kind != EXPR_CONST || !sql_is_integer(&keys[k].by->type)) keys[kept++] = keys[k];
  return kept;
}

/* The parts of a call that aggregates and window functions have in common. */
static bool bind_aggregate_call(binder *b, const ast_expr *ast, function_kind kind, aggregate_call *out) {
  const ast_call *call = ast->call;
  ex_list args = {0};
  bind_arguments(b, ast, &args);
  bind_within_group(b, ast, &args);
  if (b->failed) return false;
  bool star = args.count == 0 && name_is(ast->name, "count");
  ex bound = ex_function(b, star ? str_of("count_star") : ast->name, kind, ast->at, &args, NULL);
  *out = (aggregate_call){.function = bound->function,
                          .distinct = call->distinct,
                          .ignore_nulls = call->ignore_nulls,
                          .n_args = bound->n_args,
                          .args = bound->args,
                          .at = ast->at,
                          .type = bound->type};
  bool sorted = call->order.count && (!takes_ordered(ast) || out->function == FN_MODE);
  check_constants(b, ast, out);
  if (call->filter) out->filter = bind_bool(b, call->filter);
  sort_key *keys = sorted ? bind_order(b, &call->order) : NULL;
  out->keys = keys;
  if (sorted && !b->failed) out->n_keys = drop_numbers(keys, call->order.count);
  check_distinct_order(b, ast, out);
  return !b->failed;
}

static bool same_list(const ex *x, const ex *y, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (!ex_equal(x[i], y[i])) return false;
  }
  return true;
}

static bool same_call(const aggregate_call *x, const aggregate_call *y) {
  if (x->function != y->function || x->distinct != y->distinct || x->n_args != y->n_args || x->n_keys ||
      y->n_keys) {
    return false;
  }
  if (!x->filter != !y->filter || (x->filter && !ex_equal(x->filter, y->filter))) return false;
  return same_list(x->args, y->args, x->n_args) && sql_type_equal(&x->type, &y->type);
}

static uint32_t add_aggregate(binder *b, const select_state *s, const aggregate_call *call) {
  for (uint32_t i = s->first_aggregate; i < b->aggregates.count; i++) {
    if (b->aggregates.items[i].select == s && same_call(&b->aggregates.items[i].call, call)) return i;
  }
  bound_aggregate a = {.call = *call, .select = s, .id = b->ids++};
  PUSH(b, &b->aggregates, a);
  return b->aggregates.count - 1;
}

typedef struct {
  const scope *from;
  bool own, foreign;
} column_use;

static bool note_use(void *user, ex e) {
  column_use *use = user;
  if (!ex_is_column(e)) return true;
  bool own = column_of_id(use->from, e->index) != NULL;
  use->own |= own;
  use->foreign |= !own;
  return true;
}

/* An aggregate over columns of an outer query alone belongs to that query. */
static select_state *owner_of(select_state *s, const aggregate_call *call) {
  for (select_state *o = s; o; o = o->outer) {
    column_use use = {.from = &o->from};
    for (uint32_t i = 0; i < call->n_args; i++) ex_walk(call->args[i], note_use, &use);
    if (!use.foreign) return use.own && o->aggregates ? o : s;
  }
  return s;
}

ex bind_aggregate(binder *b, const ast_expr *ast) {
  select_state *s = b->select;
  if (!s || !s->aggregates || b->lambdas) {
    bind_fail(b, SONDE_TYPE, ast->at, "the aggregate %.*s cannot be used in %s", (int)ast->name.len,
              ast->name.ptr,
              b->lambdas ? "a lambda"
              : s        ? s->clause
                         : "this place");
    return &b->no_expr;
  }
  const char *clause = s->clause;
  bool windows = s->windows, unnests = s->unnests;
  s->aggregates = s->windows = s->unnests = false;
  s->clause = "the arguments of an aggregate";
  aggregate_call call;
  bool ok = bind_aggregate_call(b, ast, FUNCTION_AGGREGATE, &call);
  s->aggregates = true;
  s->windows = windows;
  s->unnests = unnests;
  s->clause = clause;
  if (!ok) return &b->no_expr;
  select_state *owner = owner_of(s, &call);
  uint32_t index = add_aggregate(b, owner, &call);
  if (b->failed) return &b->no_expr;
  if (owner != s) return ex_column(b, b->aggregates.items[index].id, call.type, ast->at);
  expr *e = ex_new(b, BIND_AGGREGATE, call.type, ast->at, 0);
  e->index = index;
  return e;
}

/* ---- window functions ---- */

static const ast_window *find_window(binder *b, sonde_str name, size_t at) {
  for (const ast_window *w = b->select->ast->windows; w; w = w->next) {
    if (same_name(w->name, name)) return w;
  }
  bind_fail(b, SONDE_NAME, at, "there is no window %.*s", (int)name.len, name.ptr);
  return NULL;
}

static ex bind_offset(binder *b, const ast_window *w, const ast_expr *offset, const window_call *call) {
  if (!offset) return NULL;
  ex e = bind_expr(b, offset);
  if (w->unit != FRAME_RANGE) return ex_cast(b, e, sql_simple(SQL_BIGINT));
  if (call->n_order != 1) {
    bind_fail(b, SONDE_TYPE, w->at, "RANGE with an offset needs exactly one expression in ORDER BY");
    return e;
  }
  sql_type key = call->order[0].by->type;
  bool temporal = sql_is_temporal(&key) || key.id == SQL_TIME || key.id == SQL_INTERVAL;
  return ex_cast(b, e, temporal ? sql_simple(SQL_INTERVAL) : key);
}

static void bind_frame(binder *b, const ast_window *w, window_call *out) {
  out->unit = w->unit;
  out->from = w->from;
  out->to = w->to;
  out->exclude = w->exclude;
  out->from_offset = bind_offset(b, w, w->from_value, out);
  out->to_offset = bind_offset(b, w, w->to_value, out);
}

/* What a window adds to the one that it names. */
static void bind_window_spec(binder *b, const ast_window *w, window_call *out) {
  if (!w || !bind_enter(b, w->at)) {
    if (w) bind_leave(b);
    return;
  }
  if (w->base.len > 0) bind_window_spec(b, find_window(b, w->base, w->at), out);
  if (w->partition.count) {
    ex_list parts = {0};
    bind_exprs(b, &w->partition, &parts);
    out->partition = parts.items;
    out->n_partition = parts.count;
  }
  if (w->order.count) {
    out->order = bind_order(b, &w->order);
    out->n_order = w->order.count;
  }
  if (w->framed) bind_frame(b, w, out);
  bind_leave(b);
}

ex bind_window(binder *b, const ast_expr *ast) {
  select_state *s = b->select;
  if (!s || !s->windows) {
    bind_fail(b, SONDE_TYPE, ast->at, "the window function %.*s cannot be used in %s", (int)ast->name.len,
              ast->name.ptr, s ? s->clause : "this place");
    return &b->no_expr;
  }
  bound_window w = {.select = s,
                    .call = {.unit = FRAME_RANGE, .from = BOUND_UNBOUNDED_PRECEDING, .to = BOUND_CURRENT}};
  const char *clause = s->clause;
  bool unnests = s->unnests;
  s->windows = s->unnests = false;
  s->clause = "a window";
  bool ok = bind_aggregate_call(b, ast, FUNCTION_WINDOW, &w.call.call);
  if (ok) bind_window_spec(b, ast->call->over, &w.call);
  if (w.call.n_order == 0 && w.call.unit == FRAME_RANGE && w.call.to == BOUND_CURRENT)
    w.call.to = BOUND_UNBOUNDED_FOLLOWING;
  s->windows = true;
  s->unnests = unnests;
  s->clause = clause;
  if (b->failed) return &b->no_expr;
  expr *e = ex_new(b, BIND_WINDOW, w.call.call.type, ast->at, 0);
  e->index = b->windows.count;
  PUSH(b, &b->windows, w);
  return e;
}
