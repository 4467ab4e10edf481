/* FROM: tables of the catalog, views, common tables, table functions, sub-queries, joins. */
#include <string.h>

#include "sql/file_call.h"
#include "sql/rewrite.h"

/* ---- tables ---- */

static sonde_str last_of(const ast_names *path) {
  return path->count ? path->items[path->count - 1] : str_of("");
}

static node *scan(binder *b, const sql_table *table, uint32_t number) {
  node *n = node_new(b, PLAN_SCAN, table->n_columns);
  uint32_t *columns = bind_alloc(b, (table->n_columns + 1) * sizeof *columns);
  if (!columns || b->failed) return n;
  for (uint32_t i = 0; i < table->n_columns; i++) {
    node_set_column(b, n, i, table->columns[i].name, table->columns[i].type);
    columns[i] = i;
  }
  n->p.rows = table->rows;
  n->p.u.scan.table = number;
  n->p.u.scan.columns = columns;
  return n;
}

/* A failure inside of a view is shown where the view is named: the caller knows no other text. */
static void blame_view(binder *b, const sql_table *view, size_t at) {
  sonde_error inner = *b->err;
  status_set(b->err, inner.code, at, "in the view %.*s: %s", (int)view->name.len, view->name.ptr,
             inner.message);
}

/* A view sees neither the tables nor the names of the query that names it. */
static node *bind_view(binder *b, const sql_table *view, size_t at) {
  ast_statement s;
  sonde_str sql = b->sql;
  cte *ctes = b->ctes;
  const scope *names = b->scope;
  select_state *select = b->select;
  node *n = &b->no_node;
  sonde_error err = {0};
  if (sql_parse(view->view, b->memory, &s, &err) != SONDE_OK || !s.query) {
    bind_fail(b, err.code ? err.code : SONDE_SYNTAX, at, "the view %.*s: %.150s", (int)view->name.len,
              view->name.ptr, err.message);
    return n;
  }
  b->sql = view->view;
  b->ctes = NULL;
  b->scope = NULL;
  b->select = NULL;
  bool sound = !b->failed;
  if (bind_enter(b, at)) n = bind_query(b, s.query, NULL);
  bind_leave(b);
  if (sound && b->failed) blame_view(b, view, at);
  b->sql = sql;
  b->ctes = ctes;
  b->scope = names;
  b->select = select;
  plan_column *columns = (plan_column *)(uintptr_t)n->p.columns;
  for (uint32_t i = 0; i < view->n_columns && i < n->p.n_columns && !b->failed; i++)
    columns[i].name = view->columns[i].name;
  return n;
}

static void fail_no_table(binder *b, sonde_str name, size_t at) {
  nearest_name nearest = {.wanted = name};
  char hint[96];
  for (uint32_t i = 0; b->catalog && i < b->catalog->n_tables; i++)
    nearest_try(&nearest, b->catalog->tables[i].name);
  for (cte *c = b->ctes; c; c = c->next) nearest_try(&nearest, c->name);
  bind_fail(b, SONDE_NAME, at, "there is no table %.*s%s", (int)name.len, name.ptr,
            nearest_text(&nearest, hint));
}

uint32_t find_table(const sql_catalog *catalog, sonde_str name) {
  uint32_t found = UINT32_MAX;
  for (uint32_t i = 0; catalog && i < catalog->n_tables; i++) {
    sonde_str own = catalog->tables[i].name;
    if (!same_name(own, name)) continue;
    if (memcmp(own.ptr, name.ptr, name.len) == 0) return i;
    if (found == UINT32_MAX) found = i;
  }
  return found;
}

node *bind_table(binder *b, uint32_t number, size_t at) {
  const sql_table *table = &b->catalog->tables[number];
  return table->view.len > 0 ? bind_view(b, table, at) : scan(b, table, number);
}

static node *bind_catalog_table(binder *b, sonde_str name, size_t at) {
  uint32_t number = find_table(b->catalog, name);
  if (number == UINT32_MAX) {
    fail_no_table(b, name, at);
    return &b->no_node;
  }
  return bind_table(b, number, at);
}

static node *bind_named_table(binder *b, const ast_table *t) {
  if (t->text) return bind_file(b, t);
  sonde_str name = last_of(&t->path);
  cte *c = t->path.count == 1 ? find_cte(b, name) : NULL;
  if (t->path.count == 2 && name_is(t->path.items[0], "recurring") && find_cte(b, name)) {
    bind_fail(b, SONDE_UNSUPPORTED, t->at, "recurring.%.*s, all rows found so far, is not handled",
              (int)name.len, name.ptr);
  }
  return c ? bind_cte_reference(b, c) : bind_catalog_table(b, name, t->at);
}

/* ---- table functions ---- */

static node *unnest_over(binder *b, node *input, const ex_list *lists, const char *name, bool ordinality) {
  node *n = node_over_more(b, PLAN_UNNEST, input, lists->count + ordinality);
  if (b->failed) return n;
  n->p.u.unnest.n = lists->count;
  n->p.u.unnest.lists = lists->items;
  n->p.u.unnest.ordinality = ordinality;
  for (uint32_t i = 0; i < lists->count; i++) {
    const sql_type *type = &lists->items[i]->type;
    node_set_column(b, n, input->p.n_columns + i, str_of(name),
                    type->id == SQL_LIST ? type->children[0] : sql_simple(SQL_NULL));
  }
  if (ordinality)
    node_set_column(b, n, input->p.n_columns + lists->count, str_of("ordinality"), sql_simple(SQL_BIGINT));
  return n;
}

static node *unnest_one(binder *b, ex_list *lists, const char *name, bool ordinality) {
  node *input = node_one(b);
  for (uint32_t i = 0; i < lists->count && !b->failed; i++) {
    lists->items[i] = attach_subqueries(b, &input, lists->items[i]);
  }
  return b->failed ? input : unnest_over(b, input, lists, name, ordinality);
}

static node *bind_table_unnest(binder *b, const ast_table *t) {
  ex_list lists = {0};
  bind_exprs(b, &t->call->args, &lists);
  for (uint32_t i = 0; i < lists.count; i++) {
    if (lists.items[i]->type.id == SQL_LIST || lists.items[i]->type.id == SQL_NULL) continue;
    bind_fail(b, SONDE_TYPE, t->at, "unnest takes lists");
  }
  return unnest_one(b, &lists, "unnest", t->ordinality);
}

static bool has_columns(ex e) { return ex_has_kind(e, EXPR_COLUMN) || ex_has_kind(e, BIND_SUBQUERY); }

/* range(…) of constants counts without a list; of columns it is the list, unnested. */
static node *bind_table_range(binder *b, const ast_table *t, const char *name) {
  ex_list args = {0}, lists = {0};
  bind_exprs(b, &t->call->args, &args);
  if (b->failed) return &b->no_node;
  ex list = ex_function(b, str_of(name), FUNCTION_SCALAR, t->at, &args, NULL);
  bool constant = list->kind == EXPR_CALL && !has_columns(list) && list->n_args > 0 && !t->ordinality;
  if (!constant || b->failed) {
    PUSH(b, &lists, list);
    return unnest_one(b, &lists, name, t->ordinality);
  }
  node *n = node_new(b, PLAN_RANGE, 1);
  sql_type type = list->type.children[0];
  bool counts = type.id == SQL_BIGINT;
  node_set_column(b, n, 0, str_of(name), type);
  n->p.u.range.start = list->n_args > 1 ? list->args[0] : ex_integer(b, 0, t->at);
  n->p.u.range.stop = list->args[list->n_args > 1 ? 1 : 0];
  n->p.u.range.step = list->n_args > 2 ? list->args[2] : counts ? ex_integer(b, 1, t->at) : NULL;
  n->p.u.range.inclusive = name_is(str_of(name), "generate_series");
  return n;
}

/* The structs of a list as rows: their fields are columns. */
static node *bind_table_json(binder *b, const ast_table *t) {
  ex_list args = {0}, lists = {0}, columns = {0};
  LIST_OF(sonde_str) names = {0};
  bind_exprs(b, &t->call->args, &args);
  if (b->failed) return &b->no_node;
  PUSH(b, &lists, ex_function(b, t->call->name, FUNCTION_SCALAR, t->at, &args, NULL));
  node *n = unnest_one(b, &lists, "json", t->ordinality);
  if (b->failed) return n;
  ex row = node_column(b, n, 0, t->at);
  for (uint32_t i = 0; i < row->type.n_children; i++) {
    sonde_str name = row->type.names[i];
    PUSH(b, &columns, ex_call(b, "struct_extract", t->at, 2, (ex[]){row, ex_text(b, name, t->at)}));
    PUSH(b, &names, name);
  }
  if (t->ordinality) PUSH(b, &columns, node_column(b, n, 1, t->at));
  if (t->ordinality) PUSH(b, &names, n->p.columns[1].name);
  return node_project(b, n, &columns, names.items);
}

static node *bind_table_call(binder *b, const ast_table *t) {
  const ast_expr *call = t->call;
  if (is_file(t)) return bind_file(b, t);
  if (name_is(call->name, "unnest")) return bind_table_unnest(b, t);
  if (name_is(call->name, "range")) return bind_table_range(b, t, "range");
  if (name_is(call->name, "generate_series")) return bind_table_range(b, t, "generate_series");
  if (name_is(call->name, "json_each") || name_is(call->name, "json_tree")) return bind_table_json(b, t);
  nearest_name nearest = {.wanted = call->name};
  static const char *const names[] = {"unnest",       "range",     "generate_series", "read_csv",
                                      "read_parquet", "json_each", "json_tree"};
  char hint[96];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) nearest_try(&nearest, str_of(names[i]));
  bind_fail(b, SONDE_NAME, t->at, "there is no table function %.*s%s", (int)call->name.len, call->name.ptr,
            nearest_text(&nearest, hint));
  return &b->no_node;
}

/* ---- names given to a table and its columns ---- */

static sonde_str default_alias(const ast_table *t) {
  if (t->alias.len > 0) return t->alias;
  if (t->text) return file_stem(t->path.items[0]);
  if (t->kind == TABLE_NAME) return last_of(&t->path);
  return t->kind == TABLE_CALL ? t->call->name : str_of("");
}

/* name, name_1, name_2 */
static sonde_str numbered(binder *b, sonde_str name, uint32_t number) {
  char *out = bind_alloc(b, name.len + 12);
  if (!out) return name;
  memcpy(out, name.ptr, name.len);
  size_t digits = 1;
  for (uint32_t left = number; left >= 10; left /= 10) digits++;
  out[name.len] = '_';
  for (size_t d = 0; d < digits; d++, number /= 10) out[name.len + digits - d] = (char)('0' + number % 10);
  return (sonde_str){out, name.len + 1 + digits};
}

/* Columns of one name in a sub-query get numbers, so that each can be named. */
static void name_apart(binder *b, scope *s, uint32_t from) {
  for (uint32_t i = from; i < s->columns.count && !b->failed; i++) {
    scope_column *c = &s->columns.items[i];
    sonde_str name = c->name;
    for (uint32_t j = from, n = 1; j < i; j++) {
      if (same_name(s->columns.items[j].name, c->name)) {
        c->name = numbered(b, name, n++);
        j = from - 1;
      }
    }
  }
}

static void add_names(binder *b, const ast_table *t, const node *n, scope *s) {
  uint32_t from = s->columns.count;
  scope_add(b, s, default_alias(t), n);
  uint32_t own = s->columns.count - from;
  if (t->columns.count > own) {
    bind_fail(b, SONDE_NAME, t->at, "%u names are given to a table of %u columns", t->columns.count, own);
  }
  for (uint32_t i = 0; i < t->columns.count && !b->failed; i++)
    s->columns.items[from + i].name = t->columns.items[i];
  if (t->kind == TABLE_QUERY && t->columns.count == 0) name_apart(b, s, from);
}

/* ---- joins ---- */

static join_kind kind_of(ast_join join) {
  switch (join) {
  case AST_JOIN_LEFT: return JOIN_LEFT;
  case AST_JOIN_RIGHT: return JOIN_RIGHT;
  case AST_JOIN_FULL: return JOIN_FULL;
  case AST_JOIN_SEMI: return JOIN_SEMI;
  case AST_JOIN_ANTI: return JOIN_ANTI;
  case AST_JOIN_POSITIONAL: return JOIN_POSITIONAL;
  default: return JOIN_INNER;
  }
}

static ast_names common_names(binder *b, const ast_table *t, const scope *left, const scope *right) {
  LIST_OF(sonde_str) names = {0};
  for (uint32_t i = 0; i < left->columns.count; i++) {
    const scope_column *l = &left->columns.items[i];
    for (uint32_t j = 0; j < right->columns.count && !l->qualified; j++) {
      const scope_column *r = &right->columns.items[j];
      if (r->qualified || !same_name(l->name, r->name)) continue;
      PUSH(b, &names, l->name);
      break;
    }
  }
  if (names.count == 0)
    bind_fail(b, SONDE_NAME, t->at, "the tables of this natural join have no column in common");
  return (ast_names){names.items, names.count, names.cap};
}

static const scope_column *using_column(binder *b, const ast_table *t, const scope *s, sonde_str name,
                                        const char *side) {
  const scope_column *c = find_column(b, s, str_of(""), name, t->at);
  if (!c) {
    bind_fail(b, SONDE_NAME, t->at, "USING: the %s table has no column %.*s", side, (int)name.len, name.ptr);
  }
  return c;
}

/* What the two columns of one name are together: where a side may be missing, the other's. */
static ex merged_column(binder *b, join_kind kind, ex left, ex right) {
  if (kind == JOIN_RIGHT) return right;
  if (kind != JOIN_FULL) return left;
  ex_list both = {0};
  PUSH(b, &both, left);
  PUSH(b, &both, right);
  sql_type type = bind_common_type(b, left->at, "the columns of USING", &both);
  expr *e = ex_new(b, EXPR_COALESCE, type, left->at, 2);
  for (uint32_t i = 0; i < e->n_args && !b->failed; i++) e->args[i] = both.items[i];
  return e;
}

static scope_column *named_column(scope *s, uint32_t from, uint32_t to, sonde_str name) {
  for (uint32_t i = from; i < to; i++) {
    scope_column *c = &s->columns.items[i];
    if (!c->qualified && same_name(c->name, name)) return c;
  }
  return NULL;
}

/* Where the left side may be missing, the name alone is another column than left.k. */
static void hide_left(binder *b, join_kind kind, scope_column *left, const scope_column *right, scope *out) {
  scope_column hidden = *left;
  left->column = merged_column(b, kind, left->column, right->column);
  left->merged = true;
  hidden.qualified = true;
  hidden.merged = false;
  PUSH(b, &out->columns, hidden);
}

/* left.k = right.k for each name; in the scope the name alone is what both are together, where the left one stood. */
static ex bind_using(binder *b, const ast_table *t, join_kind kind, const ast_names *names, scope *left,
                     const scope *right, scope *out) {
  ex condition = NULL;
  for (uint32_t i = 0; i < names->count && !b->failed; i++) {
    const scope_column *l = using_column(b, t, left, names->items[i], "left");
    const scope_column *r = using_column(b, t, right, names->items[i], "right");
    if (!l || !r || b->failed) return NULL;
    if (l->table.len > 0 && same_name(l->table, r->table)) {
      bind_fail(b, SONDE_NAME, t->at, "two tables are called %.*s here: give one of them an alias",
                (int)l->table.len, l->table.ptr);
    }
    ex sides[] = {l->column, r->column};
    bool asof = t->asof && i + 1 == names->count;
    condition = ex_and(b, condition, ex_call(b, asof ? ">=" : "=", t->at, 2, sides));
    scope_column *first = named_column(out, 0, left->columns.count, names->items[i]);
    scope_column *second = named_column(out, left->columns.count, out->columns.count, names->items[i]);
    if (second) second->qualified = true;
    if (first && !first->merged && (kind == JOIN_RIGHT || kind == JOIN_FULL))
      hide_left(b, kind, first, r, out);
  }
  return condition;
}

/* The one inequality of an ASOF join leaves the condition. */
static ex take_asof(binder *b, const ast_table *t, node *join, ex condition) {
  ex_list parts = {0};
  ex rest = NULL;
  if (condition) split_predicate(b, condition, &parts);
  id_set right = id_set_new(b);
  for (uint32_t i = 0; i < join->input[1]->p.n_columns; i++) id_set_add(&right, join->input[1]->ids[i]);
  for (uint32_t i = 0; i < parts.count; i++) {
    ex e = parts.items[i];
    bool ordered = e->kind == EXPR_CALL && (e->function == FN_GE || e->function == FN_GT ||
                                            e->function == FN_LE || e->function == FN_LT);
    if (!ordered || join->p.u.join.asof) {
      rest = ex_and(b, rest, e);
      continue;
    }
    bool swapped = expr_touches(e->args[0], &right);
    static const uint16_t mirrored[][2] = {{FN_GE, FN_LE}, {FN_LE, FN_GE}, {FN_GT, FN_LT}, {FN_LT, FN_GT}};
    join->p.u.join.asof = e->function;
    for (size_t m = 0; swapped && m < 4; m++) {
      if (mirrored[m][0] == e->function) join->p.u.join.asof = mirrored[m][1];
    }
    join->p.u.join.asof_left = e->args[swapped ? 1 : 0];
    join->p.u.join.asof_right = e->args[swapped ? 0 : 1];
  }
  if (!join->p.u.join.asof)
    bind_fail(b, SONDE_TYPE, t->at, "an ASOF join needs one comparison with >=, >, <= or <");
  return rest;
}

static node *join_asof(binder *b, const ast_table *t, join_kind kind, node *left, node *right, ex condition) {
  node *join = node_join(b, kind, left, right);
  if (b->failed) return join;
  node_join_on(b, join, take_asof(b, t, join, condition));
  return join;
}

/* The columns of a right join come from a left join with exchanged sides: names find them by id. */
static node *join_tables(binder *b, const ast_table *t, join_kind kind, node *left, node *right,
                         ex condition) {
  if (b->failed) return left;
  if (t->asof) return join_asof(b, t, kind, left, right, condition);
  if (condition && ex_has_kind(condition, BIND_SUBQUERY)) {
    if (kind == JOIN_INNER) {
      return filter_with_subqueries(b, join_dependent(b, kind, left, right, NULL), condition);
    }
    condition = attach_to_sides(b, &left, &right, condition);
  }
  if (kind == JOIN_RIGHT) {
    node *join = node_join(b, JOIN_LEFT, right, left);
    node_join_on(b, join, condition);
    return join;
  }
  return join_dependent(b, kind, left, right, condition);
}

static ex bind_on(binder *b, const ast_table *t, const scope *both) {
  const scope *around = b->scope;
  b->scope = both;
  ex condition = bind_bool(b, t->on);
  b->scope = around;
  return condition;
}

static node *bind_join(binder *b, const ast_table *t, scope *out) {
  scope left = {.outer = out->outer}, right = {.outer = &left};
  node *l = bind_from(b, t->left, &left), *r = bind_from(b, t->right, &right);
  join_kind kind = kind_of(t->join);
  bool narrow = kind == JOIN_SEMI || kind == JOIN_ANTI;
  ast_names names = t->natural && !b->failed ? common_names(b, t, &left, &right) : t->using_names;
  scope both = {.outer = out->outer}, shown = {.outer = out->outer};
  scope_add_all(b, &both, &left);
  scope_add_all(b, &both, &right);
  scope_add_all(b, &shown, &left);
  if (!narrow) scope_add_all(b, &shown, &right);
  ex condition = NULL;
  if (names.count) {
    condition = b->failed ? NULL : bind_using(b, t, kind, &names, &left, &right, &shown);
  } else if (t->on) {
    condition = bind_on(b, t, &both);
  }
  scope_add_all(b, out, &shown);
  return join_tables(b, t, kind, l, r, condition);
}

/* ---- FROM ---- */

static node *bind_one(binder *b, const ast_table *t, scope *out) {
  const scope *around = b->scope;
  node *n = &b->no_node;
  if (t->kind == TABLE_NAME) n = bind_named_table(b, t);
  b->scope = out->outer;
  if (t->kind == TABLE_CALL) n = bind_table_call(b, t);
  b->scope = around;
  if (t->kind == TABLE_QUERY) n = bind_query(b, t->query, out->outer);
  add_names(b, t, n, out);
  return n;
}

static void rename_all(binder *b, const ast_table *t, scope *s, uint32_t from) {
  for (uint32_t i = from; t->alias.len > 0 && i < s->columns.count && !b->failed; i++) {
    s->columns.items[i].table = t->alias;
    if (i - from < t->columns.count) s->columns.items[i].name = t->columns.items[i - from];
  }
}

node *bind_from(binder *b, const ast_table *t, scope *out) {
  node *n = &b->no_node;
  uint32_t from = out->columns.count;
  select_state *select = b->select;
  if (t == b->given.table) {
    scope_add_all(b, out, b->given.names);
    return b->given.n;
  }
  b->select = NULL;
  if (!bind_enter(b, t->at)) {
    bind_leave(b);
    return n;
  }
  switch (t->kind) {
  case TABLE_JOIN: n = bind_join(b, t, out); break;
  case TABLE_PIVOT:
  case TABLE_UNPIVOT: n = bind_pivot(b, t, out); break;
  default: n = bind_one(b, t, out); break;
  }
  if (t->kind == TABLE_JOIN || t->kind == TABLE_PIVOT || t->kind == TABLE_UNPIVOT)
    rename_all(b, t, out, from);
  if (t->kind == TABLE_PIVOT) name_apart(b, out, from);
  bind_leave(b);
  b->select = select;
  return b->failed ? n : bind_sample(b, n, t->sample);
}
