/* Expressions of the syntax tree as typed ones: operators, conditions, conversions, nested values. */
#include <string.h>

#include "sql/bind.h"

static ex bind_kind(binder *, const ast_expr *);

/* ---- helpers ---- */

static const ast_expr *arg(const ast_expr *ast, uint32_t i) { return ast->args.items[i]; }

void bind_exprs(binder *b, const ast_exprs *list, ex_list *out) {
  for (uint32_t i = 0; i < list->count && !b->failed; i++) PUSH(b, out, bind_expr(b, list->items[i]));
}

sql_type bind_common_type(binder *b, size_t at, const char *what, ex_list *list) {
  sql_type type = sql_simple(SQL_NULL);
  for (uint32_t i = 0; i < list->count && !b->failed; i++) {
    type = i ? ex_unify(b, at, what, &type, &list->items[i]->type) : list->items[i]->type;
  }
  type = plain(type);
  for (uint32_t i = 0; i < list->count && !b->failed; i++) list->items[i] = ex_cast(b, list->items[i], type);
  return type;
}

static ex with_args(binder *b, int kind, sql_type type, size_t at, const ex_list *list) {
  expr *e = ex_new(b, kind, type, at, list->count);
  for (uint32_t i = 0; i < e->n_args; i++) e->args[i] = list->items[i];
  return e;
}

static ex call_list(binder *b, const char *name, size_t at, const ex_list *list) {
  return ex_function(b, str_of(name), FUNCTION_SCALAR, at, list, NULL);
}

ex bind_bool(binder *b, const ast_expr *ast) {
  ex e = bind_expr(b, ast);
  bool fits =
      e->type.id == SQL_BOOL || e->type.id == SQL_NULL || sql_is_numeric(&e->type) || e->type.id == SQL_TEXT;
  if (!fits) bind_fail(b, SONDE_TYPE, ast->at, "a condition has to be BOOLEAN here");
  return ex_cast(b, e, sql_simple(SQL_BOOL));
}

/* ---- collations ---- */

static ex collated(binder *b, ex e, sonde_str collation, size_t at) {
  if (name_is(collation, "nocase")) return ex_call(b, "lower", at, 1, &e);
  if (name_is(collation, "noaccent")) return ex_call(b, "strip_accents", at, 1, &e);
  bool bytes = name_is(collation, "binary") || name_is(collation, "c") || name_is(collation, "posix");
  if (!bytes) {
    bind_fail(b, SONDE_NAME, at, "there is no collation %.*s: NOCASE, NOACCENT and BINARY are known",
              (int)collation.len, collation.ptr);
  }
  return e;
}

/* Collations are functions that make equal what shall be equal. */
static ex collate(binder *b, ex e, const ast_expr *collations) {
  e = ex_cast(b, e, sql_simple(SQL_TEXT));
  for (uint32_t i = 0; i < collations->path.count; i++)
    e = collated(b, e, collations->path.items[i], collations->at);
  return e;
}

static ex bind_collate(binder *b, const ast_expr *ast) { return collate(b, bind_expr(b, arg(ast, 0)), ast); }

/* The collation of one operand is that of the comparison. */
void share_collation(binder *b, const ast_expr *ast, ex_list *args) {
  const ast_expr *collations = NULL;
  for (uint32_t i = 0; i < ast->args.count; i++) {
    if (arg(ast, i)->kind == AST_COLLATE) collations = arg(ast, i);
  }
  for (uint32_t i = 0; collations && i < args->count && !b->failed; i++) {
    if (arg(ast, i)->kind != AST_COLLATE) args->items[i] = collate(b, args->items[i], collations);
  }
}

/* ---- operators ---- */

static bool is_number(const ast_expr *ast) {
  return ast->kind == AST_INTEGER || ast->kind == AST_DECIMAL || ast->kind == AST_DOUBLE;
}

static ex bind_unary(binder *b, const ast_expr *ast) {
  if (name_is(ast->name, "-") && is_number(arg(ast, 0))) return bind_number(b, arg(ast, 0), true, ast->at);
  ex e = bind_expr(b, arg(ast, 0));
  if (name_is(ast->name, "@")) return ex_call(b, "abs", ast->at, 1, &e);
  if (name_is(ast->name, "!")) return ex_call(b, "factorial", ast->at, 1, &e);
  ex_list one = {0};
  PUSH(b, &one, e);
  return ex_function(b, ast->name, FUNCTION_SCALAR, ast->at, &one, NULL);
}

/* Operators that are functions by another name; ! before it: the opposite. */
static const struct {
  const char *sign, *function, *option;
} renamed[] = {{"~", "regexp_full_match", NULL},
               {"!~", "!regexp_full_match", NULL},
               {"~*", "regexp_full_match", "i"},
               {"!~*", "!regexp_full_match", "i"},
               {"similar to", "regexp_full_match", NULL},
               {"->", "json_extract", NULL},
               {"->>", "json_extract_string", NULL},
               {"==", "=", NULL},
               {"!=", "<>", NULL}};

static ex bind_renamed(binder *b, const ast_expr *ast, size_t which, ex left, ex right) {
  const char *function = renamed[which].function;
  bool negated = function[0] == '!';
  ex args[] = {left, right, NULL};
  if (renamed[which].option) args[2] = ex_text(b, str_of(renamed[which].option), ast->at);
  ex e = ex_call(b, function + negated, ast->at, args[2] ? 3 : 2, args);
  return negated ? ex_not(b, e) : e;
}

static ex bind_operator(binder *b, const ast_expr *ast) {
  if (ast->args.count == 1) return bind_unary(b, ast);
  ex_list args = {0};
  bind_exprs(b, &ast->args, &args);
  share_collation(b, ast, &args);
  if (b->failed) return &b->no_expr;
  for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
    if (name_is(ast->name, renamed[i].sign)) return bind_renamed(b, ast, i, args.items[0], args.items[1]);
  }
  if (name_is(ast->name, "<@")) {
    ex swapped[] = {args.items[1], args.items[0]};
    return ex_call(b, "list_has_all", ast->at, 2, swapped);
  }
  return ex_function(b, ast->name, FUNCTION_SCALAR, ast->at, &args, NULL);
}

/* ---- conditions ---- */

static ex bind_connective(binder *b, const ast_expr *ast, int kind) {
  ex_list args = {0};
  for (uint32_t i = 0; i < ast->args.count; i++) PUSH(b, &args, bind_bool(b, arg(ast, i)));
  return with_args(b, kind, sql_simple(SQL_BOOL), ast->at, &args);
}

/* NOT (a LIKE b) is an operator of its own, since the executor has one. */
static ex bind_not(binder *b, const ast_expr *ast) {
  static const struct {
    function_id id;
    const char *opposite;
  } pairs[] = {{FN_LIKE, "!~~"}, {FN_ILIKE, "!~~*"}, {FN_EQ, "<>"}, {FN_NE, "="}};
  ex e = bind_bool(b, arg(ast, 0));
  if (e->kind == EXPR_IS_NULL || e->kind == EXPR_IS_NOT_NULL)
    return ex_is_null(b, e->args[0], e->kind == EXPR_IS_NULL);
  for (size_t i = 0; e->kind == EXPR_CALL && i < sizeof pairs / sizeof *pairs; i++) {
    if (e->function == pairs[i].id) return ex_call(b, pairs[i].opposite, ast->at, 2, e->args);
  }
  return ex_not(b, e);
}

static ex distinct_from(binder *b, size_t at, ex left, ex right, bool negated) {
  ex args[] = {left, right};
  return ex_call(b, negated ? "is not distinct from" : "is distinct from", at, 2, args);
}

static ex bind_is(binder *b, const ast_expr *ast) {
  ex e = bind_expr(b, arg(ast, 0));
  if (name_is(ast->name, "null")) return ex_is_null(b, e, ast->negated);
  e = ex_cast(b, e, sql_simple(SQL_BOOL));
  if (name_is(ast->name, "unknown")) return ex_is_null(b, e, ast->negated);
  return distinct_from(b, ast->at, e, ex_bool(b, name_is(ast->name, "true"), ast->at), !ast->negated);
}

static ex bind_is_distinct(binder *b, const ast_expr *ast) {
  ex left = bind_expr(b, arg(ast, 0)), right = bind_expr(b, arg(ast, 1));
  return distinct_from(b, ast->at, left, right, ast->negated);
}

static ex bind_between(binder *b, const ast_expr *ast) {
  ex_list args = {0};
  bind_exprs(b, &ast->args, &args);
  share_collation(b, ast, &args);
  ex e = call_list(b, "between", ast->at, &args);
  return ast->negated ? ex_not(b, e) : e;
}

static ex bind_in(binder *b, const ast_expr *ast) {
  ex_list args = {0};
  bind_exprs(b, &ast->args, &args);
  share_collation(b, ast, &args);
  bind_common_type(b, ast->at, "the values of IN", &args);
  ex e = with_args(b, EXPR_IN, sql_simple(SQL_BOOL), ast->at, &args);
  return ast->negated ? ex_not(b, e) : e;
}

/* ---- CASE ---- */

static ex case_condition(binder *b, const ast_expr *ast, ex base, uint32_t i) {
  if (!base) return bind_bool(b, arg(ast, i));
  ex args[] = {base, bind_expr(b, arg(ast, i))};
  return ex_call(b, "=", ast->at, 2, args);
}

static ex bind_case(binder *b, const ast_expr *ast) {
  ex base = ast->base ? bind_expr(b, ast->base) : NULL;
  ex_list conditions = {0}, results = {0}, args = {0};
  for (uint32_t i = 0; i + 1 < ast->args.count && !b->failed; i += 2) {
    PUSH(b, &conditions, case_condition(b, ast, base, i));
    PUSH(b, &results, bind_expr(b, arg(ast, i + 1)));
  }
  bool has_else = ast->args.count % 2 == 1;
  PUSH(b, &results, has_else ? bind_expr(b, arg(ast, ast->args.count - 1)) : ex_null(b, ast->at));
  sql_type type = bind_common_type(b, ast->at, "the results of CASE", &results);
  for (uint32_t i = 0; i < conditions.count && !b->failed; i++) {
    PUSH(b, &args, conditions.items[i]);
    PUSH(b, &args, results.items[i]);
  }
  if (!b->failed) PUSH(b, &args, results.items[results.count - 1]);
  return with_args(b, EXPR_CASE, type, ast->at, &args);
}

/* ---- conversions ---- */

static ex bind_cast(binder *b, const ast_expr *ast) {
  ex e = bind_expr(b, arg(ast, 0));
  sql_type type = bind_type(b, ast->type);
  return ast->forgiving ? ex_try_cast(b, e, type) : ex_cast(b, e, type);
}

/* ---- nested values ---- */

static ex texts_constant(binder *b, size_t at, const ex_list *items, sql_type type) {
  nested *n = bind_alloc(b, sizeof *n);
  cell *cells = bind_alloc(b, (items->count + 1) * sizeof *cells);
  if (!n || !cells) return &b->no_expr;
  for (uint32_t i = 0; i < items->count; i++) cells[i] = items->items[i]->constant.v;
  *n = (nested){.n = items->count, .cells = cells};
  expr *e = ex_new(b, EXPR_CONST, type, at, 0);
  e->constant.v.n = n;
  return e;
}

static bool are_texts(const ex_list *items) {
  for (uint32_t i = 0; i < items->count; i++) {
    ex e = items->items[i];
    if (e->kind != EXPR_CONST || e->type.id != SQL_TEXT || e->constant.null) return false;
  }
  return items->count > 0;
}

/* A list of constant texts is a constant itself: the names of fields that some functions take. */
static ex make_list(binder *b, size_t at, ex_list *items) {
  if (!are_texts(items)) return call_list(b, "list_value", at, items);
  sql_type text = sql_simple(SQL_TEXT), type = text;
  if (!sql_list_of(b->memory, &text, &type, b->err)) b->failed = b->err->code;
  return texts_constant(b, at, items, type);
}

static ex bind_list(binder *b, const ast_expr *ast) {
  ex_list items = {0};
  bind_exprs(b, &ast->args, &items);
  return make_list(b, ast->at, &items);
}

static ex bind_struct(binder *b, const ast_expr *ast) {
  ex_list items = {0};
  bind_exprs(b, &ast->args, &items);
  sonde_str *names = bind_alloc(b, (items.count + 1) * sizeof *names);
  for (uint32_t i = 0; names && i < items.count; i++) {
    names[i] = arg(ast, i)->alias;
    for (uint32_t j = 0; j < i; j++) {
      if (names[i].len && same_name(names[i], names[j])) {
        bind_fail(b, SONDE_NAME, arg(ast, i)->at, "the field %.*s is there twice", (int)names[i].len,
                  names[i].ptr);
      }
    }
  }
  return ex_function(b, str_of("row"), FUNCTION_SCALAR, ast->at, &items, names);
}

static ex bind_map(binder *b, const ast_expr *ast) {
  ex_list keys = {0}, values = {0};
  for (uint32_t i = 0; i + 1 < ast->args.count && !b->failed; i += 2) {
    PUSH(b, &keys, bind_expr(b, arg(ast, i)));
    PUSH(b, &values, bind_expr(b, arg(ast, i + 1)));
  }
  ex lists[] = {call_list(b, "list_value", ast->at, &keys), call_list(b, "list_value", ast->at, &values)};
  return ex_call(b, "map", ast->at, keys.count ? 2 : 0, lists);
}

static ex bind_subscript(binder *b, const ast_expr *ast) {
  ex args[] = {bind_expr(b, arg(ast, 0)), bind_expr(b, arg(ast, 1))};
  switch (args[0]->type.id) {
  case SQL_MAP: return ex_call(b, "map_extract_value", ast->at, 2, args);
  case SQL_STRUCT: return ex_call(b, "struct_extract", ast->at, 2, args);
  case SQL_TEXT: return ex_call(b, "array_extract", ast->at, 2, args);
  default: return ex_call(b, "list_extract", ast->at, 2, args);
  }
}

/* Whether a bound that was written is null: then the slice is, while one left out is open. */
static ex null_bound(binder *b, const ast_expr *ast, const ex_list *args) {
  ex any = NULL;
  for (uint32_t i = 1; i < args->count && !b->failed; i++) {
    ex e = args->items[i];
    if (arg(ast, i)->kind == AST_OMITTED || (e->kind == EXPR_CONST && !e->constant.null)) continue;
    ex is = ex_is_null(b, e, false);
    ex_list both = {0};
    if (any) PUSH(b, &both, any);
    PUSH(b, &both, is);
    any = any ? with_args(b, EXPR_OR, is->type, ast->at, &both) : is;
  }
  return any;
}

static ex bind_slice(binder *b, const ast_expr *ast) {
  ex_list args = {0};
  for (uint32_t i = 0; i < ast->args.count; i++) {
    bool omitted = arg(ast, i)->kind == AST_OMITTED;
    PUSH(b, &args,
         omitted ? ex_cast(b, ex_null(b, ast->at), sql_simple(SQL_BIGINT)) : bind_expr(b, arg(ast, i)));
  }
  ex slice = call_list(b, "array_slice", ast->at, &args);
  ex null = null_bound(b, ast, &args);
  if (!null) return slice;
  ex parts[] = {null, ex_cast(b, ex_null(b, ast->at), slice->type), slice};
  ex_list choice = {parts, 3, 3};
  return with_args(b, EXPR_CASE, slice->type, ast->at, &choice);
}

static ex bind_field(binder *b, const ast_expr *ast) {
  ex args[] = {bind_expr(b, arg(ast, 0)), ex_text(b, ast->name, ast->at)};
  return ex_call(b, "struct_extract", ast->at, 2, args);
}

/* #2: the second column of FROM. */
static ex bind_position(binder *b, const ast_expr *ast) {
  u128 n = 0;
  for (size_t i = 0; i < ast->name.len && n < 1000000; i++) n = n * 10 + (unsigned)(ast->name.ptr[i] - '0');
  if (!b->scope || n == 0 || n > b->scope->columns.count) {
    bind_fail(b, SONDE_NAME, ast->at, "there is no column number %.*s", (int)ast->name.len, ast->name.ptr);
    return &b->no_expr;
  }
  return b->scope->columns.items[(uint32_t)n - 1].column;
}

static ex bind_each(binder *b, const ast_expr *ast) {
  if (b->each) return b->each->column;
  bind_fail(b, SONDE_SYNTAX, ast->at, "COLUMNS can be used only in the list of SELECT");
  return &b->no_expr;
}

static ex misplaced(binder *b, const ast_expr *ast, const char *what) {
  bind_fail(b, SONDE_SYNTAX, ast->at, "%s has no place here", what);
  return &b->no_expr;
}

/* ---- dispatch ---- */

static ex bind_kind(binder *b, const ast_expr *ast) {
  switch (ast->kind) {
  case AST_COLUMN: return bind_name(b, ast);
  case AST_POSITION: return bind_position(b, ast);
  case AST_STAR: return misplaced(b, ast, "a star");
  case AST_COLUMNS: return bind_each(b, ast);
  case AST_CALL: return bind_call(b, ast);
  case AST_OPERATOR: return bind_operator(b, ast);
  case AST_AND: return bind_connective(b, ast, EXPR_AND);
  case AST_OR: return bind_connective(b, ast, EXPR_OR);
  case AST_NOT: return bind_not(b, ast);
  case AST_IS: return bind_is(b, ast);
  case AST_IS_DISTINCT: return bind_is_distinct(b, ast);
  case AST_BETWEEN: return bind_between(b, ast);
  case AST_IN: return bind_in(b, ast);
  case AST_IN_QUERY:
  case AST_QUANTIFIED:
  case AST_EXISTS:
  case AST_SCALAR:
  case AST_ARRAY_QUERY: return bind_subquery_expr(b, ast);
  case AST_CASE: return bind_case(b, ast);
  case AST_CAST: return bind_cast(b, ast);
  case AST_COLLATE: return bind_collate(b, ast);
  case AST_SUBSCRIPT: return bind_subscript(b, ast);
  case AST_SLICE: return bind_slice(b, ast);
  case AST_FIELD: return bind_field(b, ast);
  case AST_LIST: return bind_list(b, ast);
  case AST_ROW:
  case AST_STRUCT: return bind_struct(b, ast);
  case AST_MAP: return bind_map(b, ast);
  case AST_COMPREHENSION: return bind_comprehension(b, ast);
  case AST_LAMBDA: return misplaced(b, ast, "a lambda");
  case AST_OMITTED: return misplaced(b, ast, "an open bound");
  case AST_GROUPING: return misplaced(b, ast, "a grouping set");
  default: return bind_literal(b, ast);
  }
}

ex bind_expr(binder *b, const ast_expr *ast) {
  ex e = &b->no_expr;
  if (bind_enter(b, ast->at)) e = bind_kind(b, ast);
  bind_leave(b);
  return e;
}

/* ---- looking at the tree ---- */

const ast_expr *ast_find(const ast_expr *ast, ast_kind kind) {
  if (ast->kind == kind) return ast;
  for (uint32_t i = 0; i < ast->args.count; i++) {
    const ast_expr *found = ast_find(ast->args.items[i], kind);
    if (found) return found;
  }
  return ast->base ? ast_find(ast->base, kind) : NULL;
}

sonde_str ast_text(const binder *b, const ast_expr *ast) {
  if (ast->end <= ast->at || ast->end > b->sql.len) return ast->name;
  return (sonde_str){b->sql.ptr + ast->at, ast->end - ast->at};
}
