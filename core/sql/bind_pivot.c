/* PIVOT as an aggregate with a filter for each value, written as a SELECT and bound like one; UNPIVOT as lists that are
 * unnested side by side. */
#include <string.h>

#include "sql/bind.h"

typedef struct {
  binder *b;
  const ast_table *t;
  scope source;
  node *n;
  ast_select select;
} pivoting;

static void push_ast(binder *b, ast_exprs *list, ast_expr *e) { PUSH(b, list, e); }

static ast_expr *new_ast(binder *b, ast_kind kind, size_t at) {
  ast_expr *e = bind_alloc(b, sizeof *e);
  if (!e) return NULL;
  e->kind = kind;
  e->at = e->end = (uint32_t)at;
  return e;
}

/* ---- which values ---- */

typedef LIST_OF(const ast_expr *) value_list; /* AST_STRING, other constants, or AST_ROW of them */

/* The texts that were asked for before, as constants. */
static void given_values(pivoting *p, const sql_pivot *pivot, value_list *out) {
  for (uint32_t r = 0; r < pivot->rows && !p->b->failed; r++) {
    ast_expr *row = new_ast(p->b, AST_ROW, p->t->at);
    for (uint32_t c = 0; c < pivot->width && row; c++) {
      ast_expr *text = new_ast(p->b, AST_STRING, p->t->at);
      if (!text) return;
      text->name = pivot->texts[r * pivot->width + c];
      push_ast(p->b, &row->args, text);
    }
    if (row) PUSH(p->b, out, pivot->width == 1 ? row->args.items[0] : row);
  }
}

static node *as_texts(binder *b, node *n) {
  ex_list list = {0};
  for (uint32_t i = 0; i < n->p.n_columns; i++)
    PUSH(b, &list, ex_cast(b, node_column(b, n, i, 0), sql_simple(SQL_TEXT)));
  return b->failed ? n : node_project(b, n, &list, NULL);
}

/* SELECT DISTINCT the columns of the axis, sorted. */
static node *distinct_values(pivoting *p, const ast_pivot_axis *axis) {
  ast_select *select = bind_alloc(p->b, sizeof *select);
  ast_query *query = bind_alloc(p->b, sizeof *query);
  if (!select || !query) return p->n;
  ast_expr *all = new_ast(p->b, AST_STAR, p->t->at);
  *select = (ast_select){.at = p->t->at, .distinct = true, .items = axis->columns, .from = p->t->left};
  for (uint32_t i = 0; i < axis->columns.count && all; i++) {
    ast_expr *present = new_ast(p->b, AST_IS, p->t->at);
    if (!present) return p->n;
    present->name = str_of("null");
    present->negated = true;
    push_ast(p->b, &present->args, axis->columns.items[i]);
    select->where = present;
  }
  *query = (ast_query){.kind = QUERY_SELECT, .at = p->t->at, .select = select, .order_all = true};
  if (all) push_ast(p->b, &query->order, all);
  return bind_select(p->b, query, p->source.outer);
}

static void ask(pivoting *p, const ast_pivot_axis *axis) {
  binder *b = p->b;
  node *n = axis->query ? bind_query(b, axis->query, NULL) : distinct_values(p, axis);
  n = as_texts(b, n);
  n = close_ctes(b, n, NULL);
  if (b->failed) return;
  b->pivot_values = n;
  b->failed = SONDE_UNSUPPORTED;
}

static void values_of(pivoting *p, const ast_pivot_axis *axis, value_list *out) {
  binder *b = p->b;
  for (uint32_t i = 0; i < axis->values.count; i++) PUSH(b, out, axis->values.items[i]);
  if (axis->values.count) return;
  uint32_t number = b->pivots++;
  if (b->parameters && number < b->parameters->n_pivots) {
    given_values(p, &b->parameters->pivots[number], out);
  } else {
    ask(p, axis);
  }
}

/* ---- names of columns ---- */

static sonde_str joined(binder *b, sonde_str x, sonde_str y) {
  if (x.len == 0) return y;
  char *out = bind_alloc(b, x.len + 1 + y.len);
  if (!out) return x;
  memcpy(out, x.ptr, x.len);
  out[x.len] = '_';
  if (y.len) memcpy(out + x.len + 1, y.ptr, y.len);
  return (sonde_str){out, x.len + 1 + y.len};
}

static sonde_str value_name(binder *b, const ast_expr *value_ast) {
  if (value_ast->alias.len > 0) return value_ast->alias;
  if (value_ast->kind == AST_COLUMN && value_ast->path.count)
    return value_ast->path.items[value_ast->path.count - 1];
  if (value_ast->kind != AST_ROW)
    return value_ast->kind == AST_NULL ? str_of("NULL")
           : value_ast->name.len       ? value_ast->name
                                       : ast_text(b, value_ast);
  sonde_str name = {"", 0};
  for (uint32_t i = 0; i < value_ast->args.count; i++)
    name = joined(b, name, value_name(b, value_ast->args.items[i]));
  return name;
}

/* ---- one column for each combination ---- */

static ast_expr *as_constant(binder *b, const ast_expr *value_ast) {
  ast_expr *e = new_ast(b, AST_STRING, value_ast->at);
  if (!e) return NULL;
  *e = *value_ast;
  e->alias = (sonde_str){"", 0};
  if (value_ast->kind != AST_COLUMN) return e;
  e->kind = AST_STRING;
  e->name = value_ast->path.count ? value_ast->path.items[value_ast->path.count - 1] : str_of("");
  e->path = (ast_names){0};
  return e;
}

/* column IS NOT DISTINCT FROM value */
static ast_expr *is_value(binder *b, ast_expr *column, const ast_expr *value_ast) {
  ast_expr *e = new_ast(b, AST_IS_DISTINCT, value_ast->at);
  if (!e) return NULL;
  e->negated = true;
  push_ast(b, &e->args, column);
  push_ast(b, &e->args, as_constant(b, value_ast));
  return e;
}

static void add_conditions(binder *b, const ast_pivot_axis *axis, const ast_expr *value_ast, ast_expr *all) {
  bool row = value_ast->kind == AST_ROW;
  uint32_t n = row ? value_ast->args.count : 1;
  if (n != axis->columns.count) {
    bind_fail(b, SONDE_SYNTAX, value_ast->at, "%u values are given for %u columns", n, axis->columns.count);
    return;
  }
  for (uint32_t i = 0; i < n && !b->failed; i++) {
    push_ast(b, &all->args, is_value(b, axis->columns.items[i], row ? value_ast->args.items[i] : value_ast));
  }
}

static void add_aggregate(pivoting *p, const ast_expr *aggregate, sonde_str name, ast_expr *condition) {
  binder *b = p->b;
  ast_expr *e = new_ast(b, AST_CALL, aggregate->at);
  ast_call *call = bind_alloc(b, sizeof *call);
  if (!e || !call) return;
  if (aggregate->kind != AST_CALL || !aggregate->call) {
    bind_fail(b, SONDE_UNSUPPORTED, aggregate->at, "PIVOT takes aggregates here, such as sum(x)");
    return;
  }
  *e = *aggregate;
  *call = *aggregate->call;
  if (call->filter) push_ast(b, &condition->args, call->filter);
  call->filter = condition;
  e->call = call;
  bool several = p->t->pivot->aggregates.count > 1;
  sonde_str suffix = aggregate->alias.len > 0 ? aggregate->alias
                     : several                ? ast_text(b, aggregate)
                                              : str_of("");
  e->alias = suffix.len ? joined(b, name, suffix) : name;
  push_ast(b, &p->select.items, e);
}

static ast_expr *count_rows(binder *b, size_t at) {
  ast_expr *e = new_ast(b, AST_CALL, at);
  ast_call *call = bind_alloc(b, sizeof *call);
  if (!e || !call) return NULL;
  call->star = true;
  e->name = str_of("count");
  e->call = call;
  return e;
}

/* The axes from `axis` on, under conditions on those before. */
static void add_combinations(pivoting *p, const ast_pivot_axis *axis, sonde_str name,
                             const ast_expr *conditions) {
  binder *b = p->b;
  if (!axis) {
    const ast_exprs *list = &p->t->pivot->aggregates;
    for (uint32_t i = 0; i < (list->count ? list->count : 1) && !b->failed; i++) {
      ast_expr *own = new_ast(b, AST_AND, p->t->at);
      for (uint32_t c = 0; own && c < conditions->args.count; c++)
        push_ast(b, &own->args, conditions->args.items[c]);
      if (own) add_aggregate(p, list->count ? list->items[i] : count_rows(b, p->t->at), name, own);
    }
    return;
  }
  value_list values = {0};
  values_of(p, axis, &values);
  for (uint32_t i = 0; i < values.count && !b->failed; i++) {
    ast_expr *all = new_ast(b, AST_AND, p->t->at);
    for (uint32_t c = 0; all && c < conditions->args.count; c++)
      push_ast(b, &all->args, conditions->args.items[c]);
    if (!all) return;
    add_conditions(b, axis, values.items[i], all);
    add_combinations(p, axis->next, joined(b, name, value_name(b, values.items[i])), all);
  }
  if (p->select.items.count > SQL_PIVOT_COLUMNS_MAX) {
    bind_fail(b, SONDE_LIMIT, p->t->at, "PIVOT would make more than %d columns", SQL_PIVOT_COLUMNS_MAX);
  }
}

/* ---- groups ---- */

static bool mentions(const ast_expr *e, sonde_str name) {
  if (e->kind == AST_COLUMN && e->path.count && same_name(e->path.items[e->path.count - 1], name))
    return true;
  for (uint32_t i = 0; i < e->args.count; i++) {
    if (mentions(e->args.items[i], name)) return true;
  }
  return false;
}

static bool is_used(const pivoting *p, sonde_str name) {
  const ast_pivot *pivot = p->t->pivot;
  for (uint32_t i = 0; i < pivot->aggregates.count; i++) {
    if (mentions(pivot->aggregates.items[i], name)) return true;
  }
  for (const ast_pivot_axis *axis = pivot->axes; axis; axis = axis->next) {
    for (uint32_t i = 0; i < axis->columns.count; i++) {
      if (mentions(axis->columns.items[i], name)) return true;
    }
  }
  return false;
}

/* Without GROUP BY, every column that is neither an axis nor aggregated. */
static void add_groups(pivoting *p) {
  binder *b = p->b;
  if (p->t->pivot->grouped) {
    for (uint32_t i = 0; i < p->t->pivot->groups.count; i++)
      push_ast(b, &p->select.groups, p->t->pivot->groups.items[i]);
  }
  for (uint32_t i = 0; !p->t->pivot->grouped && i < p->source.columns.count && !b->failed; i++) {
    const scope_column *c = &p->source.columns.items[i];
    if (c->qualified || is_used(p, c->name)) continue;
    ast_expr *column = new_ast(b, AST_COLUMN, p->t->at);
    LIST_OF(sonde_str) path = {0};
    if (c->table.len > 0) PUSH(b, &path, c->table);
    PUSH(b, &path, c->name);
    if (!column || b->failed) return;
    column->path = (ast_names){path.items, path.count, path.cap};
    push_ast(b, &p->select.groups, column);
  }
  for (uint32_t i = 0; i < p->select.groups.count; i++)
    push_ast(b, &p->select.items, p->select.groups.items[i]);
}

static node *bind_pivoted(pivoting *p) {
  binder *b = p->b;
  const ast_expr always = {.kind = AST_AND};
  ast_query query = {.kind = QUERY_SELECT, .at = p->t->at, .select = &p->select};
  p->select.at = p->t->at;
  p->select.from = p->t->left;
  p->select.grouped = true;
  b->given.table = p->t->left;
  b->given.n = p->n;
  b->given.names = &p->source;
  add_groups(p);
  add_combinations(p, p->t->pivot->axes, str_of(""), &always);
  node *n = b->failed ? p->n : bind_select(b, &query, p->source.outer);
  b->given.table = NULL;
  return n;
}

/* ---- UNPIVOT ---- */

static ex item_value(binder *b, select_item *item, const scope *names) {
  const scope *around = b->scope;
  const scope_column *each = b->each;
  b->scope = names;
  b->each = item->each;
  if (!item->bound) item->bound = bind_expr(b, item->ast);
  b->scope = around;
  b->each = each;
  return item->bound;
}

/* The columns of one item: several when it is a row. */
static void item_columns(pivoting *p, select_item *item, ex_list *out) {
  if (!item->ast || item->ast->kind != AST_ROW) {
    PUSH(p->b, out, item_value(p->b, item, &p->source));
    return;
  }
  for (uint32_t i = 0; i < item->ast->args.count && !p->b->failed; i++) {
    select_item one = {.ast = item->ast->args.items[i]};
    PUSH(p->b, out, item_value(p->b, &one, &p->source));
  }
}

static sonde_str item_name(binder *b, const select_item *item) {
  if (!item->ast || item->ast->kind != AST_ROW || item->ast->alias.len > 0) return item->name;
  sonde_str name = {"", 0};
  for (uint32_t i = 0; i < item->ast->args.count; i++)
    name = joined(b, name, value_name(b, item->ast->args.items[i]));
  return name;
}

static sonde_str value_label(const ast_pivot *pivot, uint32_t i) {
  return i < pivot->value.count ? pivot->value.items[i] : str_of("value");
}

/* Other columns of the source stay. */
static void add_rest(pivoting *p, const id_set *gone, scope *out) {
  for (uint32_t i = 0; i < p->source.columns.count && !p->b->failed; i++) {
    const scope_column *c = &p->source.columns.items[i];
    if (ex_is_column(c->column) && id_set_has(gone, c->column->index)) continue;
    PUSH(p->b, &out->columns, *c);
  }
}

static void add_unnested(pivoting *p, node *n, uint32_t i, sonde_str name, scope *out) {
  node_set_column(p->b, n, p->n->p.n_columns + i, name, n->p.u.unnest.lists[i]->type.children[0]);
  scope_column c = {.name = name, .column = node_column(p->b, n, p->n->p.n_columns + i, 0)};
  PUSH(p->b, &out->columns, c);
}

typedef struct {
  ex_list names;   /* one text for each item */
  ex_list columns; /* item after item, `width` of each */
  uint32_t width;
} unpivoted;

static void gather_items(pivoting *p, unpivoted *u) {
  binder *b = p->b;
  select_state chosen = {.from = p->source};
  bind_items(b, &p->t->pivot->axes->values, &chosen);
  for (uint32_t i = 0; i < chosen.items.count && !b->failed; i++) {
    uint32_t before = u->columns.count;
    item_columns(p, &chosen.items.items[i], &u->columns);
    if (i && u->columns.count - before != u->width) {
      bind_fail(b, SONDE_SYNTAX, p->t->at, "UNPIVOT takes equally many columns in each group");
    }
    u->width = u->columns.count - before;
    PUSH(b, &u->names, ex_text(b, item_name(b, &chosen.items.items[i]), p->t->at));
  }
}

/* A list of the names, then for each place in an item a list of what stands there. */
static ex *item_lists(pivoting *p, const unpivoted *u) {
  binder *b = p->b;
  ex *lists = bind_alloc(b, (u->width + 1) * sizeof *lists);
  if (!lists) return NULL;
  lists[0] = ex_function(b, str_of("list_value"), FUNCTION_SCALAR, p->t->at, &u->names, NULL);
  for (uint32_t c = 0; c < u->width; c++) {
    ex_list list = {0};
    for (uint32_t i = c; i < u->columns.count; i += u->width) PUSH(b, &list, u->columns.items[i]);
    lists[c + 1] = ex_function(b, str_of("list_value"), FUNCTION_SCALAR, p->t->at, &list, NULL);
  }
  return lists;
}

/* Rows whose values are all null are left out, unless they are asked for. */
static node *without_nulls(pivoting *p, node *n, uint32_t width) {
  binder *b = p->b;
  ex_list nulls = {0};
  for (uint32_t c = 0; c < width; c++) {
    PUSH(b, &nulls, ex_is_null(b, node_column(b, n, p->n->p.n_columns + c + 1, p->t->at), false));
  }
  bool all = p->t->pivot->include_nulls || b->failed;
  return all ? n : node_filter(b, n, ex_not(b, ex_all(b, &nulls)));
}

static node *bind_unpivoted(pivoting *p, scope *out) {
  binder *b = p->b;
  unpivoted u = {0};
  gather_items(p, &u);
  if (b->failed || u.names.count == 0) return p->n;
  ex *lists = item_lists(p, &u);
  node *n = node_over_more(b, PLAN_UNNEST, p->n, u.width + 1);
  if (b->failed) return n;
  n->p.u.unnest.n = u.width + 1;
  n->p.u.unnest.lists = lists;
  id_set gone = id_set_new(b);
  for (uint32_t i = 0; i < u.columns.count; i++) id_set_add_expr(&gone, u.columns.items[i]);
  add_rest(p, &gone, out);
  add_unnested(p, n, 0, p->t->pivot->name.len ? p->t->pivot->name : str_of("name"), out);
  for (uint32_t c = 0; c < u.width; c++) add_unnested(p, n, c + 1, value_label(p->t->pivot, c), out);
  return without_nulls(p, n, u.width);
}

node *bind_pivot(binder *b, const ast_table *t, scope *out) {
  pivoting *p = bind_alloc(b, sizeof *p);
  if (!p || !t->pivot) return &b->no_node;
  p->b = b;
  p->t = t;
  p->source.outer = out->outer;
  p->n = bind_from(b, t->left, &p->source);
  if (b->failed) return p->n;
  if (t->kind == TABLE_UNPIVOT) return bind_unpivoted(p, out);
  node *n = bind_pivoted(p);
  scope_add(b, out, t->alias, n);
  return n;
}
