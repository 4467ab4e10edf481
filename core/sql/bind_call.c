/* Calls: scalar functions, lambdas, forms that are no functions to the executor; which kind a name is. */
#include <string.h>

#include "sql/bind.h"

enum { UNNEST_ALL = 1000 };

static const ast_expr *arg(const ast_expr *ast, uint32_t i) { return ast->args.items[i]; }

/* ---- lambdas ---- */

static sql_type item_of(const sql_type *list) {
  return list->id == SQL_LIST ? list->children[0] : sql_simple(SQL_NULL);
}

static ex bind_lambda(binder *b, const ast_expr *ast, const sql_type *types, uint32_t n, bool condition) {
  if (ast->path.count > n) {
    bind_fail(b, SONDE_TYPE, ast->at, "the lambda has %u parameters; here it gets at most %u",
              ast->path.count, n);
    return &b->no_expr;
  }
  lambda_scope own = {ast->path, types, b->lambda_slots, b->lambdas};
  b->lambda_slots += ast->path.count;
  b->lambdas = &own;
  ex body = condition ? bind_bool(b, ast->base) : bind_expr(b, ast->base);
  b->lambdas = own.outer;
  sql_type *result = bind_alloc(b, sizeof *result);
  if (!result) return &b->no_expr;
  *result = plain(body->type);
  if (body->type.literal) body = ex_cast(b, body, *result);
  expr *e =
      ex_new(b, EXPR_LAMBDA, (sql_type){.id = SQL_LAMBDA, .n_children = 1, .children = result}, ast->at, 1);
  e->index = own.slot;
  e->n_slots = ast->path.count;
  if (e->n_args) e->args[0] = body;
  return e;
}

/* What a lambda's parameters are depends on the other arguments: the items of the list, and their position. */
static ex bind_lambda_argument(binder *b, const ast_expr *call, const ast_expr *lambda,
                               const ex_list *before) {
  sql_type item = before->count ? item_of(&before->items[0]->type) : sql_simple(SQL_NULL);
  bool reduces = name_is(call->name, "list_reduce") || name_is(call->name, "reduce") ||
                 name_is(call->name, "array_reduce");
  bool filters = name_is(call->name, "list_filter") || name_is(call->name, "filter") ||
                 name_is(call->name, "array_filter");
  sql_type *types = bind_alloc(b, 3 * sizeof *types);
  if (!types) return &b->no_expr;
  types[0] = item;
  types[1] = reduces ? item : sql_simple(SQL_BIGINT);
  types[2] = sql_simple(SQL_BIGINT);
  if (!reduces) return bind_lambda(b, lambda, types, 2, filters);
  if (call->args.count > 2) types[0] = plain(bind_expr(b, arg(call, 2))->type);
  expr *e = (expr *)(uintptr_t)bind_lambda(b, lambda, types, 3, false);
  if (b->failed) return e;
  e->args[0] = ex_cast(b, e->args[0], types[0]);
  return e;
}

/* [f(x) FOR x IN list IF g(x)] */
ex bind_comprehension(binder *b, const ast_expr *ast) {
  ex args[] = {bind_expr(b, arg(ast, 1)), NULL};
  sql_type *types = bind_alloc(b, 2 * sizeof *types);
  if (!types) return &b->no_expr;
  types[0] = item_of(&args[0]->type);
  types[1] = sql_simple(SQL_BIGINT);
  ast_expr lambda = {.kind = AST_LAMBDA, .at = ast->at, .path = ast->path};
  if (ast->args.count > 2) {
    lambda.base = ast->args.items[2];
    args[1] = bind_lambda(b, &lambda, types, 2, true);
    args[0] = ex_call(b, "list_filter", ast->at, 2, args);
  }
  lambda.base = ast->args.items[0];
  args[1] = bind_lambda(b, &lambda, types, 2, false);
  return ex_call(b, "list_transform", ast->at, 2, args);
}

/* ---- scalar functions ---- */

/* f(j -> '$.a') where f takes no lambda: the arrow reaches into JSON. */
static ex bind_json_arrow(binder *b, const ast_expr *ast) {
  ast_expr column = {.kind = AST_COLUMN, .at = ast->at, .end = ast->end, .path = ast->path};
  ex args[] = {bind_expr(b, &column), bind_expr(b, ast->base)};
  return ex_call(b, "json_extract", ast->at, 2, args);
}

static bool takes_lambda(sonde_str name) {
  function_id id = function_find(name);
  return id != FN_NONE && strstr(function_get(id)->parameters, "lambda");
}

static void bind_unpacked(binder *b, const ast_expr *columns, ex_list *out) {
  select_state chosen = {0};
  if (b->select) chosen.from = b->select->from;
  ast_expr each = *columns;
  ast_expr *items[] = {&each};
  each.all = false;
  bind_items(b, &(ast_exprs){items, 1, 1}, &chosen);
  for (uint32_t i = 0; i < chosen.items.count && !b->failed; i++)
    PUSH(b, out, chosen.items.items[i].each->column);
}

void bind_arguments(binder *b, const ast_expr *call, ex_list *out) {
  bool lambdas = takes_lambda(call->name);
  for (uint32_t i = 0; i < call->args.count && !b->failed; i++) {
    const ast_expr *a = arg(call, i);
    if (a->kind == AST_COLUMNS && a->all) {
      bind_unpacked(b, a, out);
    } else if (a->kind == AST_LAMBDA) {
      PUSH(b, out, lambdas ? bind_lambda_argument(b, call, a, out) : bind_json_arrow(b, a));
    } else {
      PUSH(b, out, bind_expr(b, a));
    }
  }
}

static sonde_str *argument_names(binder *b, const ast_expr *call, uint32_t n) {
  sonde_str *names = bind_alloc(b, (n + 1) * sizeof *names);
  for (uint32_t i = 0; names && i < n && i < call->args.count; i++) names[i] = arg(call, i)->alias;
  return names;
}

static ex bind_coalesce(binder *b, const ast_expr *ast) {
  ex_list args = {0};
  bind_arguments(b, ast, &args);
  if (args.count == 0) bind_fail(b, SONDE_TYPE, ast->at, "coalesce needs an argument");
  sql_type type = bind_common_type(b, ast->at, "the arguments of coalesce", &args);
  expr *e = ex_new(b, EXPR_COALESCE, type, ast->at, args.count);
  for (uint32_t i = 0; i < e->n_args; i++) e->args[i] = args.items[i];
  return e;
}

static ex bind_if(binder *b, const ast_expr *ast) {
  if (ast->args.count != 3) {
    bind_fail(b, SONDE_TYPE, ast->at, "if needs a condition and two values");
    return &b->no_expr;
  }
  ast_expr choice = *ast;
  choice.kind = AST_CASE;
  return bind_expr(b, &choice);
}

static ex bind_typeof(binder *b, const ast_expr *ast) {
  ex e = bind_expr(b, arg(ast, 0));
  buf text;
  buf_init(&text, b->memory->mem, 1 << 16);
  sql_type_print(&e->type, &text);
  char *copy = bind_alloc(b, text.len + 1);
  if (copy && text.len) memcpy(copy, text.data, text.len);
  sonde_str name = {copy ? copy : "", copy ? text.len : 0};
  buf_free(&text);
  return ex_cast(b, ex_text(b, name, ast->at), sql_simple(SQL_TEXT));
}

/* How many levels unnest(…, recursive := true) and unnest(…, max_depth := n) take apart. */
static uint32_t unnest_depth(binder *b, const ast_expr *ast) {
  uint32_t depth = 1;
  for (uint32_t i = 1; i < ast->args.count && !b->failed; i++) {
    const ast_expr *option = arg(ast, i);
    ex e = bind_expr(b, option);
    bool constant = e->kind == EXPR_CONST && !e->constant.null;
    bool recursive = constant && name_is(option->alias, "recursive") && e->type.id == SQL_BOOL;
    bool levels = constant && name_is(option->alias, "max_depth") && sql_lane(&e->type) == LANE_I64 &&
                  e->constant.v.i > 0 && e->constant.v.i <= UNNEST_ALL;
    if (recursive)
      depth = e->constant.v.b ? UNNEST_ALL : 1;
    else if (levels)
      depth = (uint32_t)e->constant.v.i;
    else
      bind_fail(b, SONDE_TYPE, option->at, "unnest takes recursive := true or max_depth := 2");
  }
  return depth;
}

static ex unnest_list(binder *b, ex list) {
  expr *e = ex_new(b, BIND_UNNEST, item_of(&list->type), list->at, 0);
  e->index = b->unnests.count;
  bound_unnest u = {.of = list, .select = b->select};
  PUSH(b, &b->unnests, u);
  return e;
}

static ex unnest_fields(binder *b, ex e, uint32_t depth) {
  expr *fields = ex_new(b, BIND_FIELDS, e->type, e->at, 1);
  if (fields->n_args) fields->args[0] = e;
  fields->index = depth;
  return fields;
}

/* unnest(list) in the list of SELECT: rows of their own; unnest(struct): columns. */
static ex bind_unnest(binder *b, const ast_expr *ast) {
  if (!b->select || !b->select->unnests) {
    bind_fail(b, SONDE_UNSUPPORTED, ast->at, "unnest can be used in the list of SELECT and in FROM");
    return &b->no_expr;
  }
  uint32_t depth = unnest_depth(b, ast);
  ex e = bind_expr(b, arg(ast, 0));
  sql_type_id id = (sql_type_id)e->type.id;
  if (id != SQL_LIST && id != SQL_NULL && id != SQL_STRUCT) {
    bind_fail(b, SONDE_TYPE, ast->at, "unnest takes a list or a struct");
    return &b->no_expr;
  }
  if (id == SQL_NULL) return unnest_list(b, e);
  for (; depth > 0 && e->type.id == SQL_LIST && !b->failed; depth--) e = unnest_list(b, e);
  return depth > 0 && e->type.id == SQL_STRUCT ? unnest_fields(b, e, depth) : e;
}

/* contains(list, x), contains(map, x) */
static const char *contains_of(const sql_type *t) {
  return t->id == SQL_LIST ? "list_contains" : t->id == SQL_MAP ? "map_contains" : "contains";
}

/* list_sum(l) is list_aggregate(l, 'sum'), for every aggregate. */
static ex bind_list_aggregate(binder *b, const ast_expr *ast, const ex_list *args) {
  sonde_str name = ast->name, rest = {name.ptr + 5, name.len - 5};
  ex_list all = {0};
  PUSH(b, &all, args->items[0]);
  PUSH(b, &all, ex_text(b, rest, ast->at));
  for (uint32_t i = 1; i < args->count; i++) PUSH(b, &all, args->items[i]);
  return ex_function(b, str_of("list_aggregate"), FUNCTION_SCALAR, ast->at, &all, NULL);
}

static bool is_list_aggregate(sonde_str name) {
  if (name.len <= 5 || !same_name((sonde_str){name.ptr, 5}, str_of("list_")) || function_find(name))
    return false;
  function_id id = function_find((sonde_str){name.ptr + 5, name.len - 5});
  return id != FN_NONE && function_get(id)->kind == FUNCTION_AGGREGATE;
}

static ex bind_scalar(binder *b, const ast_expr *ast) {
  ex_list args = {0};
  bind_arguments(b, ast, &args);
  if (b->failed) return &b->no_expr;
  if (args.count && is_list_aggregate(ast->name)) return bind_list_aggregate(b, ast, &args);
  sonde_str name = ast->name;
  if (name_is(name, "like_escape") || name_is(name, "ilike_escape")) share_collation(b, ast, &args);
  if (args.count == 2 && name_is(name, "contains")) name = str_of(contains_of(&args.items[0]->type));
  if (name_is(name, "struct_pack")) name = str_of("row");
  return ex_function(b, name, FUNCTION_SCALAR, ast->at, &args, argument_names(b, ast, args.count));
}

/* The result is the first argument, whatever type it takes to compare it with the second. */
static ex bind_nullif(binder *b, const ast_expr *ast) {
  ex_list args = {0};
  bind_exprs(b, &ast->args, &args);
  if (b->failed) return &b->no_expr;
  ex first = args.items[0];
  sql_type type = plain(first->type), other = plain(args.items[1]->type);
  bool alike = sql_type_equal(&type, &other) || type.id == SQL_NULL;
  if (alike) return ex_function(b, ast->name, FUNCTION_SCALAR, ast->at, &args, NULL);
  ex equal = ex_call(b, "=", ast->at, 2, args.items);
  expr *e = ex_new(b, EXPR_CASE, type, ast->at, 3);
  if (b->failed) return &b->no_expr;
  e->args[0] = equal;
  e->args[1] = ex_cast(b, ex_null(b, ast->at), type);
  e->args[2] = ex_cast(b, first, type);
  return e;
}

/* json_extract(x, ['$.a', '$.b']) is the list of what is at each. */
static ex bind_json_paths(binder *b, const ast_expr *ast) {
  const ast_exprs *paths = &arg(ast, 1)->args;
  ex_list parts = {0};
  for (uint32_t i = 0; i < paths->count && !b->failed; i++) {
    ast_expr each = *ast;
    each.args.items = (ast_expr *[]){ast->args.items[0], paths->items[i]};
    PUSH(b, &parts, bind_call(b, &each));
  }
  return b->failed ? &b->no_expr
                   : ex_function(b, str_of("list_value"), FUNCTION_SCALAR, ast->at, &parts, NULL);
}

static bool takes_json_path(sonde_str name) {
  function_id id = function_find(name);
  return id == FN_JSON_EXTRACT || id == FN_JSON_EXTRACT_STRING || id == FN_JSON_VALUE;
}

/* Functions that are no functions to the executor. */
static ex bind_form(binder *b, const ast_expr *ast) {
  uint32_t n = ast->args.count;
  if (name_is(ast->name, "coalesce") ||
      (n == 2 && (name_is(ast->name, "ifnull") || name_is(ast->name, "nvl")))) {
    return bind_coalesce(b, ast);
  }
  if (n == 2 && name_is(ast->name, "nullif")) return bind_nullif(b, ast);
  if (name_is(ast->name, "if") || name_is(ast->name, "iff")) return bind_if(b, ast);
  if (n == 1 && name_is(ast->name, "try")) return ex_try(b, bind_expr(b, arg(ast, 0)));
  if (n == 2 && arg(ast, 1)->kind == AST_LIST && takes_json_path(ast->name)) return bind_json_paths(b, ast);
  if (n == 1 && name_is(ast->name, "typeof")) return bind_typeof(b, ast);
  if (n >= 1 && name_is(ast->name, "unnest")) return bind_unnest(b, ast);
  if (name_is(ast->name, "grouping") || name_is(ast->name, "grouping_id")) return bind_grouping(b, ast);
  return bind_type_call(b, ast);
}

/* ---- dispatch ---- */

static function_kind kind_of(sonde_str name) {
  function_id id = function_find(name);
  return id == FN_NONE ? FUNCTION_SCALAR : function_get(id)->kind;
}

/* main.upper(x): a schema and no value. */
static bool is_schema(binder *b, const ast_expr *ast) {
  const ast_expr *first = ast->call->method ? arg(ast, 0) : NULL;
  if (!first || first->kind != AST_COLUMN || first->path.count != 1) return false;
  bool known = name_is(first->path.items[0], "main") || name_is(first->path.items[0], "pg_catalog");
  return known && !(b->scope && find_column(b, b->scope, (sonde_str){"", 0}, first->path.items[0], ast->at));
}

static void check_scalar(binder *b, const ast_expr *ast) {
  const ast_call *call = ast->call;
  const char *what = call->distinct       ? "DISTINCT"
                     : call->order.count  ? "ORDER BY"
                     : call->filter       ? "FILTER"
                     : call->over         ? "OVER"
                     : call->ignore_nulls ? "IGNORE NULLS"
                     : call->star         ? "*"
                                          : NULL;
  if (what && function_find(ast->name)) {
    bind_fail(b, SONDE_TYPE, ast->at, "%s is for aggregates; %.*s is a scalar function", what,
              (int)ast->name.len, ast->name.ptr);
  }
}

ex bind_call(binder *b, const ast_expr *ast) {
  if (!ast->call || b->failed) return &b->no_expr;
  if (is_schema(b, ast)) {
    ast_expr bare = *ast;
    ast_call call = *ast->call;
    call.method = false;
    bare.call = &call;
    bare.args.items++;
    bare.args.count--;
    return bind_call(b, &bare);
  }
  function_kind kind = kind_of(ast->name);
  if (kind != FUNCTION_SCALAR && ast->call->over) return bind_window(b, ast);
  if (kind == FUNCTION_WINDOW) {
    bind_fail(b, SONDE_TYPE, ast->at, "%.*s needs OVER (…)", (int)ast->name.len, ast->name.ptr);
    return &b->no_expr;
  }
  if (kind == FUNCTION_AGGREGATE) return bind_aggregate(b, ast);
  check_scalar(b, ast);
  ex form = b->failed ? &b->no_expr : bind_form(b, ast);
  return form ? form : bind_scalar(b, ast);
}
