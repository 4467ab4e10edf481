/* Names: columns of tables, fields of structs, aliases, parameters of lambdas; and stars. */
#include <string.h>

#include "base/regex.h"
#include "sql/bind.h"

/* ---- scopes ---- */

void scope_add(binder *b, scope *s, sonde_str table, const node *n) {
  for (uint32_t i = 0; i < n->p.n_columns && !b->failed; i++) {
    scope_column c = {.table = table, .name = n->p.columns[i].name, .column = node_column(b, n, i, 0)};
    PUSH(b, &s->columns, c);
  }
}

void scope_add_all(binder *b, scope *s, const scope *more) {
  for (uint32_t i = 0; i < more->columns.count; i++) PUSH(b, &s->columns, more->columns.items[i]);
}

static bool fits(const scope_column *c, sonde_str table, sonde_str name) {
  if (table.len == 0) return !c->qualified && same_name(c->name, name);
  return !c->merged && same_name(c->table, table) && same_name(c->name, name);
}

const scope_column *find_column(binder *b, const scope *s, sonde_str table, sonde_str name, size_t at) {
  const scope_column *found = NULL;
  for (uint32_t i = 0; i < s->columns.count; i++) {
    const scope_column *c = &s->columns.items[i];
    if (!fits(c, table, name)) continue;
    if (found) {
      bind_fail(b, SONDE_NAME, at, "%.*s is ambiguous: write %.*s.%.*s or %.*s.%.*s", (int)name.len, name.ptr,
                (int)found->table.len, found->table.ptr, (int)name.len, name.ptr, (int)c->table.len,
                c->table.ptr, (int)name.len, name.ptr);
    }
    found = c;
  }
  return found;
}

const scope_column *column_of_id(const scope *s, uint32_t id) {
  for (uint32_t i = 0; i < s->columns.count; i++) {
    const scope_column *c = &s->columns.items[i];
    if (ex_is_column(c->column) && c->column->index == id) return c;
  }
  return NULL;
}

/* ---- paths ---- */

static ex at_place(binder *b, ex found, size_t at) {
  if (!ex_is_column(found)) return found;
  return ex_column(b, found->index, found->type, at);
}

/* The fields path[from…] of a struct. */
static ex bind_fields(binder *b, ex e, const ast_expr *ast, uint32_t from) {
  for (uint32_t i = from; i < ast->path.count && !b->failed; i++) {
    ex args[] = {e, ex_text(b, ast->path.items[i], ast->at)};
    e = ex_call(b, "struct_extract", ast->at, 2, args);
  }
  return e;
}

/* t.a, s.t.a and a in one scope, each with fields behind it; NULL: none of them. */
static ex find_in_scope(binder *b, const scope *s, const ast_expr *ast) {
  const ast_names *path = &ast->path;
  const sonde_str none = {"", 0};
  const scope_column *c = NULL;
  uint32_t used = 0;
  for (uint32_t tables = path->count > 2 ? 3 : path->count; tables > 0 && !c; tables--) {
    sonde_str table = tables > 1 ? path->items[tables - 2] : none;
    if (tables == 3 && !name_is(path->items[0], "main") && !name_is(path->items[0], "memory")) continue;
    c = find_column(b, s, table, path->items[tables - 1], ast->at);
    used = tables;
  }
  if (!c) return NULL;
  if (used < path->count && c->column->type.id != SQL_STRUCT) return NULL;
  return bind_fields(b, at_place(b, c->column, ast->at), ast, used);
}

static ex find_lambda_parameter(binder *b, const ast_expr *ast) {
  for (const lambda_scope *l = b->lambdas; l; l = l->outer) {
    for (uint32_t i = 0; i < l->names.count; i++) {
      if (!same_name(l->names.items[i], ast->path.items[0])) continue;
      expr *e = ex_new(b, EXPR_LAMBDA_ARG, plain(l->types[i]), ast->at, 0);
      e->index = l->slot + i;
      return bind_fields(b, e, ast, 1);
    }
  }
  return NULL;
}

/* ---- aliases ---- */

static void check_alias_use(binder *b, const select_state *s, const select_item *item, size_t at) {
  if (!s->aggregates && ex_has_kind(item->bound, BIND_AGGREGATE)) {
    bind_fail(b, SONDE_TYPE, at, "%.*s holds an aggregate, which cannot be used in %s", (int)item->name.len,
              item->name.ptr, s->clause);
  }
  if (!s->windows && ex_has_kind(item->bound, BIND_WINDOW)) {
    bind_fail(b, SONDE_TYPE, at, "%.*s holds a window function, which cannot be used in %s",
              (int)item->name.len, item->name.ptr, s->clause);
  }
}

/* An alias of aliases doubles with each step. */
enum { ALIAS_NODES_MAX = 20000 };

/* A sub-query is bound again where it is used again: each place gets its own. */
static ex use_item(binder *b, select_state *s, uint32_t i, size_t at) {
  select_item *item = &s->items.items[i];
  if (item->bound && (!item->ast || !ex_has_kind(item->bound, BIND_SUBQUERY))) {
    check_alias_use(b, s, item, at);
    if (ex_is_larger(item->bound, ALIAS_NODES_MAX)) {
      bind_fail(b, SONDE_LIMIT, at, "%.*s stands for too large an expression: compute it in a sub-query",
                (int)item->name.len, item->name.ptr);
    }
    return item->bound;
  }
  uint32_t visible = s->visible;
  bool items_first = s->items_first;
  const scope_column *each = b->each;
  s->visible = i;
  s->items_first = false;
  b->each = item->each;
  ex e = bind_expr(b, item->ast);
  s->visible = visible;
  s->items_first = items_first;
  b->each = each;
  return e;
}

static ex find_alias(binder *b, const ast_expr *ast, bool aliased) {
  select_state *s = b->select;
  if (!s || b->scope != &s->from) return NULL;
  for (uint32_t i = 0; i < s->visible && i < s->items.count; i++) {
    if (!s->items.items[i].named || (aliased && !s->items.items[i].aliased)) continue;
    if (!same_name(s->items.items[i].name, ast->path.items[0])) continue;
    return bind_fields(b, use_item(b, s, i, ast->at), ast, 1);
  }
  return NULL;
}

/* ---- what else a name can be ---- */

/* current_date and its like are functions that may be written without brackets. */
static ex find_bare_function(binder *b, const ast_expr *ast) {
  static const char *const names[] = {"current_date",     "current_time", "current_timestamp",
                                      "localtimestamp",   "localtime",    "current_localtimestamp",
                                      "current_localtime"};
  for (size_t i = 0; ast->path.count == 1 && i < sizeof names / sizeof *names; i++) {
    if (name_is(ast->path.items[0], names[i])) return ex_call(b, names[i], ast->at, 0, NULL);
  }
  return NULL;
}

/* A table's name alone is its row as a struct. */
static ex find_whole_row(binder *b, const scope *s, const ast_expr *ast) {
  ex_list fields = {0};
  LIST_OF(sonde_str) names = {0};
  for (uint32_t i = 0; ast->path.count == 1 && i < s->columns.count; i++) {
    const scope_column *c = &s->columns.items[i];
    if (c->merged || !same_name(c->table, ast->path.items[0])) continue;
    PUSH(b, &fields, c->column);
    PUSH(b, &names, c->name);
  }
  if (fields.count == 0 || b->failed) return NULL;
  return ex_function(b, str_of("row"), FUNCTION_SCALAR, ast->at, &fields, names.items);
}

static bool has_table(const scope *s, sonde_str table) {
  for (; s; s = s->outer) {
    for (uint32_t i = 0; i < s->columns.count; i++) {
      if (same_name(s->columns.items[i].table, table)) return true;
    }
  }
  return false;
}

static void fail_unknown(binder *b, const ast_expr *ast) {
  sonde_str name = ast->path.items[ast->path.count - 1], table = ast->path.items[0];
  nearest_name nearest = {.wanted = name};
  bool qualified = ast->path.count > 1 && has_table(b->scope, table);
  for (const scope *s = b->scope; s; s = s->outer) {
    for (uint32_t i = 0; i < s->columns.count; i++) {
      const scope_column *c = &s->columns.items[i];
      if (!qualified || same_name(c->table, table)) nearest_try(&nearest, c->name);
    }
  }
  for (uint32_t i = 0; b->select && i < b->select->items.count; i++) {
    const select_item *item = &b->select->items.items[i];
    if (item->named && !same_name(item->name, name)) nearest_try(&nearest, item->name);
  }
  char hint[96];
  if (ast->path.count > 1 && !qualified) {
    bind_fail(b, SONDE_NAME, ast->at, "there is no table %.*s in this query", (int)table.len, table.ptr);
  } else {
    bind_fail(b, SONDE_NAME, ast->at, "there is no column %.*s%s", (int)name.len, name.ptr,
              nearest_text(&nearest, hint));
  }
}

ex bind_name(binder *b, const ast_expr *ast) {
  if (ast->path.count == 0 || b->failed) return &b->no_expr;
  ex found = find_lambda_parameter(b, ast);
  if (!found && b->select && b->select->items_first && ast->path.count == 1) found = find_alias(b, ast, true);
  if (!found && b->scope) found = find_in_scope(b, b->scope, ast);
  bool qualified = ast->path.count > 1; /* it names a table sooner than an alias that is a struct */
  if (!found && !qualified) found = find_alias(b, ast, false);
  for (const scope *s = b->scope ? b->scope->outer : NULL; s && !found; s = s->outer)
    found = find_in_scope(b, s, ast);
  if (!found && qualified) found = find_alias(b, ast, false);
  if (!found) found = find_bare_function(b, ast);
  for (const scope *s = b->scope; s && !found; s = s->outer) found = find_whole_row(b, s, ast);
  if (!found) fail_unknown(b, ast);
  return found ? found : &b->no_expr;
}

/* ---- stars ---- */

static bool listed(const ast_exprs *list, const scope_column *c, const ast_expr **at) {
  for (uint32_t i = 0; i < list->count; i++) {
    const ast_expr *e = list->items[i];
    if (e->kind != AST_COLUMN || e->path.count == 0) continue;
    sonde_str name = e->path.items[e->path.count - 1];
    if (e->path.count > 1 && !same_name(e->path.items[e->path.count - 2], c->table)) continue;
    if (!same_name(name, c->name)) continue;
    *at = e;
    return true;
  }
  return false;
}

static const ast_expr *replacement(const ast_exprs *list, const scope_column *c) {
  for (uint32_t i = 0; i < list->count; i++) {
    if (same_name(list->items[i]->alias, c->name)) return list->items[i];
  }
  return NULL;
}

static bool in_star(const scope_column *c, const ast_expr *star) {
  if (star->path.count == 0) return !c->qualified;
  return !c->merged && same_name(c->table, star->path.items[star->path.count - 1]);
}

static void add_star_column(binder *b, const ast_expr *star, const scope_column *c, select_state *s) {
  const ast_expr *at = NULL;
  select_item item = {.name = c->name, .named = true, .bound = at_place(b, c->column, star->at)};
  if (star->star && listed(&star->star->exclude, c, &at)) return;
  if (star->star && replacement(&star->star->replace, c)) {
    item.ast = replacement(&star->star->replace, c);
    item.bound = NULL;
  }
  if (star->alias.len > 0) item.name = star->alias;
  if (star->star && listed(&star->star->rename, c, &at)) item.name = at->alias;
  item.aliased = !same_name(item.name, c->name) || item.ast;
  PUSH(b, &s->items, item);
}

/* EXCLUDE and the others must name columns that are there. */
static void check_star_names(binder *b, const ast_expr *star, const scope *from, const ast_exprs *list,
                             bool aliases) {
  for (uint32_t i = 0; i < list->count && !b->failed; i++) {
    const ast_expr *e = list->items[i];
    sonde_str name = aliases ? e->alias : e->path.items[e->path.count - 1];
    bool qualified = !aliases && e->path.count > 1;
    nearest_name nearest = {.wanted = name};
    bool found = false;
    for (uint32_t c = 0; c < from->columns.count; c++) {
      if (!qualified && !in_star(&from->columns.items[c], star)) continue;
      if (qualified && !same_name(from->columns.items[c].table, e->path.items[e->path.count - 2])) continue;
      found |= same_name(from->columns.items[c].name, name);
      nearest_try(&nearest, from->columns.items[c].name);
    }
    char hint[96];
    if (!found) {
      bind_fail(b, SONDE_NAME, e->at, "the star has no column %.*s%s", (int)name.len, name.ptr,
                nearest_text(&nearest, hint));
    }
  }
}

static sonde_str changed_name(const ast_expr *e, bool aliases) {
  return aliases ? e->alias : e->path.items[e->path.count - 1];
}

static bool same_change(const ast_expr *x, bool x_alias, const ast_expr *y, bool y_alias) {
  bool tables = !x_alias && !y_alias && x->path.count > 1 && y->path.count > 1;
  if (tables && !same_name(x->path.items[x->path.count - 2], y->path.items[y->path.count - 2])) return false;
  return same_name(changed_name(x, x_alias), changed_name(y, y_alias));
}

/* A column is excluded, replaced or renamed, and once. */
static void check_star_twice(binder *b, const ast_expr *star) {
  const ast_exprs *lists[] = {&star->star->exclude, &star->star->replace, &star->star->rename};
  for (uint32_t i = 0; i < 3 && !b->failed; i++) {
    for (uint32_t j = 0; j < lists[i]->count; j++) {
      sonde_str name = changed_name(lists[i]->items[j], i == 1);
      uint32_t times = 0;
      for (uint32_t k = 0; k < 3; k++) {
        for (uint32_t l = 0; l < lists[k]->count; l++)
          times += same_change(lists[i]->items[j], i == 1, lists[k]->items[l], k == 1);
      }
      if (times > 1) {
        bind_fail(b, SONDE_NAME, lists[i]->items[j]->at, "%.*s is named twice behind the star", (int)name.len,
                  name.ptr);
      }
    }
  }
}

/* s.* of a struct: its fields. */
static bool add_struct_fields(binder *b, const ast_expr *star, select_state *s) {
  if (star->path.count != 1) return false;
  const scope_column *c = find_column(b, &s->from, (sonde_str){"", 0}, star->path.items[0], star->at);
  if (!c || c->column->type.id != SQL_STRUCT || !c->column->type.names) return false;
  for (uint32_t i = 0; i < c->column->type.n_children && !b->failed; i++) {
    scope_column field = {.table = c->name, .name = c->column->type.names[i]};
    ex args[] = {c->column, ex_text(b, field.name, star->at)};
    field.column = ex_call(b, "struct_extract", star->at, 2, args);
    add_star_column(b, star, &field, s);
  }
  return true;
}

static void add_star(binder *b, const ast_expr *star, select_state *s) {
  const scope *from = &s->from;
  uint32_t before = s->items.count;
  if (!b->failed && star->path.count == 1 && !has_table(&s->from, star->path.items[0]) &&
      add_struct_fields(b, star, s))
    return;
  if (star->star) {
    check_star_twice(b, star);
    check_star_names(b, star, from, &star->star->exclude, false);
    check_star_names(b, star, from, &star->star->rename, false);
    check_star_names(b, star, from, &star->star->replace, true);
  }
  bool any = false;
  for (uint32_t i = 0; i < from->columns.count && !b->failed; i++) {
    if (!in_star(&from->columns.items[i], star)) continue;
    any = true;
    add_star_column(b, star, &from->columns.items[i], s);
  }
  if (any || b->failed) return;
  if (star->path.count) {
    sonde_str t = star->path.items[star->path.count - 1];
    bind_fail(b, SONDE_NAME, star->at, "there is no table %.*s in this query", (int)t.len, t.ptr);
  } else if (s->items.count == before) {
    bind_fail(b, SONDE_NAME, star->at, "a star needs a table: FROM is missing");
  }
}

/* ---- COLUMNS ---- */

typedef struct {
  const ast_expr *columns; /* the AST_COLUMNS */
  regex_search *pattern;
  ast_names wanted; /* COLUMNS([…]) */
} column_choice;

static void compile_pattern(binder *b, column_choice *choice, const ast_expr *pattern) {
  const regex *compiled;
  sonde_error err;
  if (regex_compile(pattern->name, 0, b->memory, &compiled, &err) != SONDE_OK) {
    bind_fail(b, SONDE_SYNTAX, pattern->at, "%s", err.message);
  } else if (regex_search_new(compiled, b->memory, &choice->pattern, b->err) != SONDE_OK) {
    b->failed = b->err->code;
  }
}

/* A text against a pattern of % and _: where it fails, the last % takes one more character. */
static bool like(sonde_str pattern, sonde_str text, bool any_case) {
  size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;
  while (t < text.len) {
    sonde_str have = {text.ptr + t, 1}, want = {pattern.ptr + p, 1};
    if (p < pattern.len && pattern.ptr[p] == '%') {
      star = p++;
      resume = t;
    } else if (p < pattern.len &&
               (*want.ptr == '_' || *want.ptr == *have.ptr || (any_case && same_name(want, have)))) {
      p++;
      t++;
    } else if (star != SIZE_MAX) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.len && pattern.ptr[p] == '%') p++;
  return p == pattern.len;
}

static bool matches_operator(sonde_str op, sonde_str name, sonde_str pattern) {
  bool any_case = op.len > 0 && op.ptr[op.len - 1] == '*';
  return like(pattern, name, any_case);
}

/* COLUMNS(c -> c LIKE 'a%'): only tests of the name by a constant. */
static bool lambda_matches(binder *b, const ast_expr *lambda, sonde_str name) {
  const ast_expr *body = lambda->base;
  bool negated = body->kind == AST_NOT;
  if (negated) body = body->args.items[0];
  bool test = body->kind == AST_OPERATOR && body->args.count == 2 &&
              body->args.items[0]->kind == AST_COLUMN && body->args.items[1]->kind == AST_STRING;
  if (!test) {
    bind_fail(b, SONDE_UNSUPPORTED, body->at,
              "the lambda in COLUMNS has to be a test like name LIKE 'pattern'");
    return false;
  }
  bool same = body->name.ptr[0] == '=' ? same_name(name, body->args.items[1]->name)
                                       : matches_operator(body->name, name, body->args.items[1]->name);
  return same != negated;
}

static bool is_wanted(const ast_expr *list, sonde_str name) {
  for (uint32_t i = 0; i < list->args.count; i++) {
    if (same_name(list->args.items[i]->name, name)) return true;
  }
  return false;
}

static bool is_chosen(binder *b, const column_choice *choice, const scope_column *c) {
  const ast_expr *what = choice->columns->args.items[0], *at;
  if (choice->columns->name.len > 0 && what->kind == AST_STRING && choice->columns->name.ptr[0] == '~') {
    return matches_operator(choice->columns->name, c->name, what->name) != choice->columns->negated;
  }
  switch (what->kind) {
  case AST_STAR: return in_star(c, what) && !(what->star && listed(&what->star->exclude, c, &at));
  case AST_STRING: return !c->qualified && regex_contains(choice->pattern, c->name);
  case AST_LAMBDA: return !c->qualified && lambda_matches(b, what, c->name);
  case AST_LIST: return !c->qualified && is_wanted(what, c->name);
  default: break;
  }
  bind_fail(b, SONDE_UNSUPPORTED, what->at, "COLUMNS takes a pattern, a star, a list of names or a lambda");
  return false;
}

/* One item for each column that is chosen. */
static void add_columns(binder *b, const ast_expr *ast, const ast_expr *columns, select_state *s) {
  column_choice choice = {.columns = columns};
  const ast_expr *what = columns->args.items[0];
  bool pattern = what->kind == AST_STRING && !(columns->name.len > 0 && columns->name.ptr[0] == '~');
  if (pattern) compile_pattern(b, &choice, what);
  uint32_t before = s->items.count;
  for (uint32_t i = 0; i < s->from.columns.count && !b->failed; i++) {
    const scope_column *c = &s->from.columns.items[i];
    if (!is_chosen(b, &choice, c)) continue;
    select_item item = {.ast = ast, .each = c, .name = c->name, .named = true};
    const ast_expr *renamed;
    if (what->kind == AST_STAR && what->star && listed(&what->star->rename, c, &renamed))
      item.name = renamed->alias;
    if (ast->alias.len > 0) item.name = ast->alias;
    PUSH(b, &s->items, item);
  }
  if (s->items.count == before) bind_fail(b, SONDE_NAME, columns->at, "no column is chosen here");
}

/* ---- items ---- */

static void add_item(binder *b, const ast_expr *ast, select_state *s) {
  select_item item = {.ast = ast, .named = true};
  if (ast->alias.len > 0) {
    item.name = ast->alias;
    item.aliased = true;
  } else if (ast->kind == AST_COLUMN && ast->path.count) {
    item.name = ast->path.items[ast->path.count - 1];
  } else if (ast->kind == AST_FIELD) {
    item.name = ast->name;
  } else {
    item.name = ast_text(b, ast);
    item.named = false;
  }
  PUSH(b, &s->items, item);
}

void bind_items(binder *b, const ast_exprs *list, select_state *s) {
  for (uint32_t i = 0; i < list->count && !b->failed; i++) {
    const ast_expr *ast = list->items[i], *columns = ast_find(ast, AST_COLUMNS);
    if (ast->kind == AST_STAR) {
      add_star(b, ast, s);
    } else if (columns && !columns->all) {
      add_columns(b, ast, columns, s);
    } else {
      add_item(b, ast, s);
    }
  }
}
