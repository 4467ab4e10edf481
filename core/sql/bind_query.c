/* Queries around SELECT: WITH, set operations, VALUES, ORDER BY and LIMIT of what is no SELECT, samples. */
#include <string.h>

#include "sql/bind.h"
#include "sql/decorrelate.h"

static node *bind_body(binder *, const ast_query *, const scope *outer);

/* ---- common tables ---- */

cte *find_cte(const binder *b, sonde_str name) {
  for (cte *c = b->ctes; c; c = c->next) {
    if (same_name(c->name, name)) return c;
  }
  return NULL;
}

node *bind_cte_reference(binder *b, cte *c) {
  node *n = node_new(b, PLAN_CTE_REF, c->n_shape);
  if (b->failed) return n;
  for (uint32_t i = 0; i < c->n_shape; i++) node_set_column(b, n, i, c->shape[i].name, c->shape[i].type);
  n->p.u.cte.id = c->id;
  c->references++;
  c->only_reference = n;
  return n;
}

static plan_column *named_shape(binder *b, const ast_cte *ast, const node *root) {
  uint32_t n = root->p.n_columns;
  plan_column *shape = bind_alloc(b, (n + 1) * sizeof *shape);
  if (ast->columns.count > n) {
    bind_fail(b, SONDE_NAME, ast->at, "%u names are given to the %u columns of %.*s", ast->columns.count, n,
              (int)ast->name.len, ast->name.ptr);
  }
  for (uint32_t i = 0; shape && i < n && !b->failed; i++) {
    shape[i] = root->p.columns[i];
    if (i < ast->columns.count) shape[i].name = ast->columns.items[i];
  }
  return shape;
}

static void set_shape(binder *b, cte *c, const node *root) {
  c->shape = named_shape(b, c->ast, root);
  c->n_shape = b->failed ? 0 : root->p.n_columns;
}

static uint32_t *copy_ids(binder *b, const node *n) {
  uint32_t *ids = bind_alloc(b, (n->p.n_columns + 1) * sizeof *ids);
  if (ids) memcpy(ids, n->ids, n->p.n_columns * sizeof *ids);
  return ids;
}

/* The columns of a query cast to types. */
static node *project_to(binder *b, node *n, const plan_column *columns, size_t at) {
  ex_list list = {0};
  LIST_OF(sonde_str) names = {0};
  bool same = true;
  for (uint32_t i = 0; i < n->p.n_columns && !b->failed; i++) {
    same &= sql_type_equal(&n->p.columns[i].type, &columns[i].type);
    PUSH(b, &list, ex_cast(b, node_column(b, n, i, at), columns[i].type));
    PUSH(b, &names, columns[i].name);
  }
  return b->failed || same ? n : node_project(b, n, &list, names.items);
}

/* A recursive table is where it begins, then its step over the rows found last, until there are none. */
static node *bind_recursive(binder *b, cte *c, const scope *outer) {
  const ast_query *query = c->ast->query;
  if (c->ast->key.count) bind_fail(b, SONDE_UNSUPPORTED, c->ast->at, "USING KEY is not handled");
  node *start = bind_query(b, query->left, outer);
  set_shape(b, c, start);
  c->step = true;
  node *step = b->failed ? start : bind_query(b, query->right, outer);
  c->step = false;
  if (b->failed) return start;
  if (step->p.n_columns != start->p.n_columns) {
    bind_fail(b, SONDE_TYPE, query->at, "the step has %u columns, the start %u", step->p.n_columns,
              start->p.n_columns);
    return start;
  }
  node *n = node_new(b, PLAN_RECURSIVE, c->n_shape);
  if (b->failed) return n;
  for (uint32_t i = 0; i < c->n_shape; i++) node_set_column(b, n, i, c->shape[i].name, c->shape[i].type);
  n->p.n_inputs = 2;
  n->input[0] = project_to(b, start, c->shape, c->ast->at);
  n->input[1] = project_to(b, step, c->shape, c->ast->at);
  n->input_ids[0] = copy_ids(b, n->input[0]);
  n->input_ids[1] = copy_ids(b, n->input[1]);
  n->p.u.cte.id = c->id;
  n->p.u.cte.all = query->all;
  return n;
}

static bool can_recurse(const ast_query *query) {
  return query->kind == QUERY_UNION && !query->ctes && query->order.count == 0 && !query->limit &&
         !query->offset;
}

static cte *bind_cte(binder *b, const ast_cte *ast, bool recursive, const scope *outer) {
  cte *c = bind_alloc(b, sizeof *c);
  if (!c) return NULL;
  *c = (cte){.name = ast->name, .ast = ast, .id = b->cte_ids++, .next = b->ctes};
  if (recursive && can_recurse(ast->query)) {
    b->ctes = c;
    c->root = bind_recursive(b, c, outer);
    bool recurs = c->references > 0;
    b->ctes = c->next;
    c->references = 0;
    c->id = b->cte_ids++;
    if (!b->failed && !recurs) c->root = bind_query(b, ast->query, outer);
  } else {
    c->root = bind_query(b, ast->query, outer);
  }
  set_shape(b, c, c->root);
  return c;
}

/* The only reference becomes the query itself. */
static void inline_cte(binder *b, cte *c) {
  node *reference = c->only_reference;
  ex_list list = {0};
  for (uint32_t i = 0; i < c->root->p.n_columns; i++) PUSH(b, &list, node_column(b, c->root, i, c->ast->at));
  node *project = node_project(b, c->root, &list, NULL);
  if (b->failed) return;
  uint32_t *ids = reference->ids;
  const plan_column *columns = reference->p.columns;
  *reference = *project;
  reference->ids = ids;
  reference->p.columns = columns;
}

static node *materialise(binder *b, cte *c, node *n) {
  node *out = node_over(b, PLAN_CTE, n);
  if (b->failed) return out;
  out->p.n_inputs = 2;
  out->input[0] = c->root;
  out->input[1] = n;
  out->input_ids[0] = copy_ids(b, c->root);
  out->p.u.cte.id = c->id;
  return out;
}

static node *close_cte(binder *b, cte *c, node *n) {
  if (c->references == 0) return n;
  if (c->references > 1 || c->ast->materialized == MATERIALIZED_YES) return materialise(b, c, n);
  inline_cte(b, c);
  return n;
}

node *close_ctes(binder *b, node *n, const cte *until) {
  for (cte *c = b->ctes; c != until && !b->failed; c = c->next) n = close_cte(b, c, n);
  return n;
}

/* ---- set operations ---- */

static void check_widths(binder *b, const ast_query *ast, const node *left, const node *right) {
  if (left->p.n_columns == right->p.n_columns) return;
  bind_fail(b, SONDE_TYPE, ast->right->at,
            "queries that are combined have equally many columns; here are %u and %u", left->p.n_columns,
            right->p.n_columns);
}

static node *make_set(binder *b, const ast_query *ast, node *left, node *right, const plan_column *columns) {
  node *n = node_new(b, PLAN_SET, left->p.n_columns);
  if (b->failed) return n;
  for (uint32_t i = 0; i < n->p.n_columns; i++) node_set_column(b, n, i, columns[i].name, columns[i].type);
  n->p.n_inputs = 2;
  n->input[0] = left;
  n->input[1] = right;
  n->input_ids[0] = copy_ids(b, left);
  n->input_ids[1] = copy_ids(b, right);
  n->p.u.set.kind = ast->kind == QUERY_UNION       ? SET_UNION
                    : ast->kind == QUERY_INTERSECT ? SET_INTERSECT
                                                   : SET_EXCEPT;
  n->p.u.set.all = ast->all;
  return n;
}

/* The names of both sides are names of the result. */
static void join_labels(binder *b, node *out, const node *left, const node *right) {
  scope *labels = bind_alloc(b, sizeof *labels);
  const node *sides[] = {left, right};
  for (uint32_t side = 0; labels && side < 2; side++) {
    const scope *own = sides[side]->labels;
    for (uint32_t i = 0; own && i < own->columns.count; i++) {
      scope_column label = own->columns.items[i];
      for (uint32_t c = 0; c < sides[side]->p.n_columns; c++) {
        if (sides[side]->ids[c] == label.column->index) label.column = node_column(b, out, c, 0);
      }
      PUSH(b, &labels->columns, label);
    }
  }
  out->labels = labels;
}

static node *set_by_position(binder *b, const ast_query *ast, node *left, node *right) {
  check_widths(b, ast, left, right);
  plan_column *columns = bind_alloc(b, (left->p.n_columns + 1) * sizeof *columns);
  if (!columns || b->failed) return left;
  for (uint32_t i = 0; i < left->p.n_columns; i++) {
    columns[i].name = left->p.columns[i].name;
    columns[i].type = plain(ex_unify(b, ast->right->at, "columns at the same place", &left->p.columns[i].type,
                                     &right->p.columns[i].type));
  }
  node *out = make_set(b, ast, project_to(b, left, columns, ast->at), project_to(b, right, columns, ast->at),
                       columns);
  if (!b->failed) join_labels(b, out, left, right);
  return out;
}

static uint32_t position_of(const node *n, sonde_str name) {
  for (uint32_t i = 0; i < n->p.n_columns; i++) {
    if (same_name(n->p.columns[i].name, name)) return i;
  }
  return UINT32_MAX;
}

/* Columns of both queries under their names; null where a query has none of a name. */
static node *pad_to(binder *b, node *n, const plan_column *columns, uint32_t count, size_t at) {
  ex_list list = {0};
  LIST_OF(sonde_str) names = {0};
  for (uint32_t i = 0; i < count && !b->failed; i++) {
    uint32_t own = position_of(n, columns[i].name);
    ex e = own == UINT32_MAX ? ex_null(b, at) : node_column(b, n, own, at);
    PUSH(b, &list, ex_cast(b, e, columns[i].type));
    PUSH(b, &names, columns[i].name);
  }
  return node_project(b, n, &list, names.items);
}

static node *set_by_name(binder *b, const ast_query *ast, node *left, node *right) {
  LIST_OF(plan_column) columns = {0};
  for (uint32_t i = 0; i < left->p.n_columns; i++) {
    plan_column c = left->p.columns[i];
    uint32_t other = position_of(right, c.name);
    if (other != UINT32_MAX) {
      c.type = plain(
          ex_unify(b, ast->right->at, "columns of the same name", &c.type, &right->p.columns[other].type));
    }
    PUSH(b, &columns, c);
  }
  for (uint32_t i = 0; i < right->p.n_columns; i++) {
    if (position_of(left, right->p.columns[i].name) == UINT32_MAX) PUSH(b, &columns, right->p.columns[i]);
  }
  if (b->failed) return left;
  left = pad_to(b, left, columns.items, columns.count, ast->at);
  right = pad_to(b, right, columns.items, columns.count, ast->at);
  return make_set(b, ast, left, right, columns.items);
}

static node *bind_set(binder *b, const ast_query *ast, const scope *outer) {
  node *left = bind_query(b, ast->left, outer), *right = bind_query(b, ast->right, outer);
  if (b->failed) return left;
  return ast->by_name ? set_by_name(b, ast, left, right) : set_by_position(b, ast, left, right);
}

/* ---- VALUES ---- */

static const char *const value_names[] = {"col0",  "col1",  "col2",  "col3", "col4",  "col5",
                                          "col6",  "col7",  "col8",  "col9", "col10", "col11",
                                          "col12", "col13", "col14", "col15"};

static sonde_str value_name(binder *b, uint32_t i) {
  if (i < sizeof value_names / sizeof *value_names) return str_of(value_names[i]);
  char *out = bind_alloc(b, 16);
  size_t n = 3, digits = 1;
  for (uint32_t left = i; left >= 10; left /= 10) digits++;
  if (!out) return str_of("");
  memcpy(out, "col", 3);
  for (uint32_t left = i, d = 0; d < digits; d++, left /= 10)
    out[n + digits - 1 - d] = (char)('0' + left % 10);
  return (sonde_str){out, n + digits};
}

static void bind_value_column(binder *b, const ast_query *ast, uint32_t column, uint32_t width, ex *cells,
                              node *n) {
  ex_list list = {0};
  for (uint32_t r = 0; r < ast->rows.count && !b->failed; r++) {
    PUSH(b, &list, bind_expr(b, ast->rows.items[r]->args.items[column]));
  }
  sql_type type = bind_common_type(b, ast->at, "values of one column", &list);
  node_set_column(b, n, column, value_name(b, column), type);
  for (uint32_t r = 0; r < list.count && !b->failed; r++) cells[r * width + column] = list.items[r];
}

/* Rows with sub-queries become queries of their own. */
static node *values_as_union(binder *b, const ast_query *ast, node *values) {
  static const ast_query all = {.kind = QUERY_UNION, .all = true};
  uint32_t width = values->p.n_columns;
  node *rows = NULL;
  for (uint32_t r = 0; r < ast->rows.count && !b->failed; r++) {
    ex_list list = {0};
    node *n = node_one(b);
    for (uint32_t c = 0; c < width; c++) {
      PUSH(b, &list, attach_subqueries(b, &n, values->p.u.values.cells[r * width + c]));
    }
    n = node_project(b, n, &list, NULL);
    rows = rows ? make_set(b, &all, rows, n, values->p.columns) : n;
  }
  return b->failed ? values : project_to(b, rows, values->p.columns, ast->at);
}

static node *bind_values(binder *b, const ast_query *ast, const scope *outer) {
  uint32_t width = ast->rows.count ? ast->rows.items[0]->args.count : 0;
  const scope *scope_around = b->scope;
  select_state *around = b->select;
  b->scope = outer;
  b->select = NULL;
  node *n = node_new(b, PLAN_VALUES, width);
  ex *cells = bind_alloc(b, ((size_t)ast->rows.count * width + 1) * sizeof *cells);
  for (uint32_t r = 0; r < ast->rows.count; r++) {
    if (ast->rows.items[r]->args.count == width) continue;
    bind_fail(b, SONDE_SYNTAX, ast->rows.items[r]->at, "the row has %u values; the first one has %u",
              ast->rows.items[r]->args.count, width);
  }
  bool subqueries = false;
  for (uint32_t c = 0; cells && c < width && !b->failed; c++) bind_value_column(b, ast, c, width, cells, n);
  for (uint32_t i = 0; !b->failed && i < ast->rows.count * width; i++)
    subqueries |= ex_has_kind(cells[i], BIND_SUBQUERY);
  b->scope = scope_around;
  b->select = around;
  if (b->failed) return n;
  n->p.u.values.n_rows = ast->rows.count;
  n->p.u.values.cells = cells;
  return subqueries ? values_as_union(b, ast, n) : n;
}

/* ---- ORDER BY over what comes out ---- */

static ex output_key(binder *b, const node *n, const ast_expr *ast) {
  if (ast->kind != AST_INTEGER) return bind_expr(b, ast);
  uint64_t position = 0;
  for (size_t i = 0; i < ast->name.len && position < 1000000; i++) {
    position = position * 10 + (uint64_t)(ast->name.ptr[i] - '0');
  }
  if (position >= 1 && position <= n->p.n_columns) return node_column(b, n, (uint32_t)position - 1, ast->at);
  bind_fail(b, SONDE_NAME, ast->at, "there is no column %.*s: the query has %u", (int)ast->name.len,
            ast->name.ptr, n->p.n_columns);
  return &b->no_expr;
}

/* Further names stand back behind the columns' own, and the first of them behind their tables. */
static void add_labels(binder *b, scope *names, const scope *labels) {
  for (uint32_t i = 0; labels && i < labels->columns.count; i++) {
    scope_column label = labels->columns.items[i];
    bool qualified_twice = false;
    for (uint32_t j = 0; j < names->columns.count; j++) {
      const scope_column *known = &names->columns.items[j];
      label.qualified |= same_name(known->name, label.name);
      qualified_twice |= same_name(known->name, label.name) && same_name(known->table, label.table);
    }
    if (!qualified_twice) PUSH(b, &names->columns, label);
  }
}

static node *sort_output(binder *b, const ast_query *ast, node *n, const scope *outer) {
  if (ast->order.count == 0 || b->failed) return n;
  scope names = {.outer = outer};
  scope_add(b, &names, str_of(""), n);
  add_labels(b, &names, n->labels);
  const scope *scope_around = b->scope;
  select_state *around = b->select;
  b->scope = &names;
  b->select = NULL;
  LIST_OF(sort_key) keys = {0};
  for (uint32_t i = 0; i < ast->order.count && !b->failed; i++) {
    uint32_t all = ast->order_all ? n->p.n_columns : 1;
    for (uint32_t c = 0; c < all && !b->failed; c++) {
      ex e = ast->order_all ? node_column(b, n, c, ast->at) : output_key(b, n, ast->order.items[i]);
      sort_key key = sort_by(ex_cast(b, e, plain(e->type)), ast->order.items[i]);
      if (ex_has_kind(e, BIND_SUBQUERY)) {
        bind_fail(b, SONDE_UNSUPPORTED, e->at, "a sub-query cannot be used in ORDER BY of combined queries");
      }
      PUSH(b, &keys, key);
    }
  }
  b->scope = scope_around;
  b->select = around;
  node *sorted = node_over(b, PLAN_SORT, n);
  sorted->p.u.sort.n = keys.count;
  sorted->p.u.sort.keys = keys.items;
  sorted->p.u.sort.limit = UINT64_MAX;
  return sorted;
}

/* ---- LIMIT ---- */

static ex bind_limit_value(binder *b, const ast_expr *ast, bool percent) {
  if (!ast) return NULL;
  const scope *scope_around = b->scope;
  select_state *around = b->select;
  b->scope = NULL;
  b->select = NULL;
  ex e = bind_expr(b, ast);
  b->scope = scope_around;
  b->select = around;
  return ex_cast(b, e, sql_simple(percent ? SQL_DOUBLE : SQL_BIGINT));
}

static bool is_null(ex e) { return e && e->kind == EXPR_CONST && e->constant.null; }

static void check_not_negative(binder *b, ex e) {
  if (!e || e->kind != EXPR_CONST || e->constant.null) return;
  bool negative = e->type.id == SQL_DOUBLE ? e->constant.v.f < 0 : e->constant.v.i < 0;
  if (negative) bind_fail(b, SONDE_VALUE, e->at, "LIMIT and OFFSET cannot be negative");
}

/* Columns of one row: what a limit and an offset come to. */
static node *bind_counts(binder *b, ex limit, ex offset) {
  node *one = node_one(b);
  ex_list counts = {0};
  PUSH(b, &counts,
       attach_subqueries(b, &one, limit ? limit : ex_cast(b, ex_null(b, 0), sql_simple(SQL_BIGINT))));
  PUSH(b, &counts,
       attach_subqueries(b, &one, offset ? offset : ex_cast(b, ex_integer(b, 0, 0), sql_simple(SQL_BIGINT))));
  return b->failed ? one : node_project(b, one, &counts, NULL);
}

/* LIMIT (SELECT …): the query is applied to that row. */
static node *limit_by_queries(binder *b, node *n, ex limit, ex offset) {
  node *counts = bind_counts(b, limit, offset);
  if (b->failed) return n;
  node *limited = node_over(b, PLAN_LIMIT, n);
  limited->p.u.limit.limit = node_column(b, counts, 0, 0);
  limited->p.u.limit.offset = node_column(b, counts, 1, 0);
  id_set outer = id_set_new(b);
  id_set_add(&outer, counts->ids[0]);
  id_set_add(&outer, counts->ids[1]);
  node *applied = node_apply(b, JOIN_INNER, counts, limited, &outer);
  ex_list list = {0};
  LIST_OF(sonde_str) names = {0};
  for (uint32_t i = 0; i < n->p.n_columns; i++) {
    PUSH(b, &list, node_column(b, n, i, 0));
    PUSH(b, &names, n->p.columns[i].name);
  }
  node *out = b->failed ? n : node_project(b, applied, &list, names.items);
  for (uint32_t i = 0; i < n->p.n_columns && !b->failed; i++) out->ids[i] = n->ids[i];
  out->labels = n->labels;
  return out;
}

static bool asks(ex e) { return e && ex_has_kind(e, BIND_SUBQUERY); }

static node *limit_output(binder *b, const ast_query *ast, node *n) {
  ex limit = bind_limit_value(b, ast->limit, ast->percent), offset = bind_limit_value(b, ast->offset, false);
  if (asks(limit) || asks(offset)) return limit_by_queries(b, n, limit, offset);
  check_not_negative(b, limit);
  check_not_negative(b, offset);
  return node_limit(b, n, is_null(limit) ? NULL : limit, is_null(offset) ? NULL : offset);
}

/* ---- queries ---- */

static node *bind_body(binder *b, const ast_query *ast, const scope *outer) {
  switch (ast->kind) {
  case QUERY_SELECT: return bind_select(b, ast, outer);
  case QUERY_VALUES: return sort_output(b, ast, bind_values(b, ast, outer), outer);
  case QUERY_DESCRIBE: return sort_output(b, ast, bind_describe(b, ast, outer), outer);
  case QUERY_SUMMARIZE: return sort_output(b, ast, bind_summarize(b, ast, outer), outer);
  default: return sort_output(b, ast, bind_set(b, ast, outer), outer);
  }
}

static node *bind_with(binder *b, const ast_query *ast, const scope *outer) {
  cte *around = b->ctes;
  for (const ast_cte *c = ast->ctes; c && !b->failed; c = c->next) {
    for (const ast_cte *other = ast->ctes; other != c; other = other->next) {
      if (same_name(other->name, c->name)) {
        bind_fail(b, SONDE_NAME, c->at, "the common table %.*s is there twice", (int)c->name.len,
                  c->name.ptr);
      }
    }
    cte *bound = bind_cte(b, c, ast->recursive, outer);
    if (bound) b->ctes = bound;
  }
  node *n = limit_output(b, ast, bind_body(b, ast, outer));
  n = close_ctes(b, n, around);
  b->ctes = around;
  return n;
}

node *bind_query(binder *b, const ast_query *ast, const scope *outer) {
  const lambda_scope *lambdas = b->lambdas;
  node *n = &b->no_node;
  b->lambdas = NULL;
  if (bind_enter(b, ast->at)) n = bind_with(b, ast, outer);
  bind_leave(b);
  b->lambdas = lambdas;
  return b->failed ? &b->no_node : n;
}

node *bind_sample(binder *b, node *input, const ast_sample *sample) {
  if (!sample) return input;
  node *n = node_over(b, PLAN_SAMPLE, input);
  n->p.u.sample.percent = sample->percent;
  n->p.u.sample.blocks = name_is(sample->method, "system");
  n->p.u.sample.size = sample->size;
  n->p.u.sample.seeded = sample->seeded;
  n->p.u.sample.seed = (uint64_t)sample->seed;
  return n;
}
