/* DESCRIBE and SUMMARIZE: tables about the columns of a query. */
#include <string.h>

#include "sql/bind.h"

static sonde_str type_text(binder *b, const sql_type *type) {
  buf text;
  buf_init(&text, b->memory->mem, 1 << 16);
  sql_type_print(type, &text);
  char *copy = bind_alloc(b, text.len + 1);
  size_t n = copy ? text.len : 0;
  if (n) memcpy(copy, text.data, n);
  buf_free(&text);
  return (sonde_str){copy ? copy : "", n};
}

static ex text_constant(binder *b, sonde_str s) { return ex_cast(b, ex_text(b, s, 0), sql_simple(SQL_TEXT)); }
static ex no_text(binder *b) { return ex_cast(b, ex_null(b, 0), sql_simple(SQL_TEXT)); }

/* SHOW TABLES */
static node *bind_tables(binder *b) {
  uint32_t rows = b->catalog ? b->catalog->n_tables : 0;
  node *n = node_new(b, PLAN_VALUES, 1);
  ex *cells = bind_alloc(b, (rows + 1) * sizeof *cells);
  node_set_column(b, n, 0, str_of("name"), sql_simple(SQL_TEXT));
  if (!cells || b->failed) return n;
  for (uint32_t r = 0; r < rows; r++) cells[r] = text_constant(b, b->catalog->tables[r].name);
  n->p.u.values.n_rows = rows;
  n->p.u.values.cells = cells;
  return n;
}

node *bind_describe(binder *b, const ast_query *ast, const scope *outer) {
  if (!ast->left) return bind_tables(b);
  static const char *const names[] = {"column_name", "column_type", "null", "key", "default", "extra"};
  node *root = bind_query(b, ast->left, outer);
  uint32_t rows = root->p.n_columns;
  node *n = node_new(b, PLAN_VALUES, 6);
  ex *cells = bind_alloc(b, (rows * 6 + 1) * sizeof *cells);
  for (uint32_t c = 0; c < 6; c++) node_set_column(b, n, c, str_of(names[c]), sql_simple(SQL_TEXT));
  if (!cells || b->failed) return n;
  for (uint32_t r = 0; r < rows; r++) {
    ex *row = cells + (size_t)r * 6;
    row[0] = text_constant(b, root->p.columns[r].name);
    row[1] = text_constant(b, type_text(b, &root->p.columns[r].type));
    row[2] = text_constant(b, str_of("YES"));
    row[3] = row[4] = row[5] = no_text(b);
  }
  n->p.u.values.n_rows = rows;
  n->p.u.values.cells = cells;
  return n;
}

/* ---- SUMMARIZE ---- */

enum { S_MIN, S_MAX, S_UNIQUE, S_AVG, S_STD, S_Q25, S_Q50, S_Q75, S_COUNT, S_PRESENT, S_CALLS };

static const struct {
  const char *name;
  bool numeric; /* only of numbers; but for the deviation, also of dates and times */
  double fraction;
} measures[S_CALLS] = {{"min", false, 0},
                       {"max", false, 0},
                       {"approx_count_distinct", false, 0},
                       {"avg", true, 0},
                       {"stddev", true, 0},
                       {"approx_quantile", true, 0.25},
                       {"approx_quantile", true, 0.5},
                       {"approx_quantile", true, 0.75},
                       {"count_star", false, 0},
                       {"count", false, 0}};

static bool is_measured(uint32_t m, const sql_type *t) {
  bool timed = sql_is_temporal(t) || t->id == SQL_TIME;
  return !measures[m].numeric || sql_is_numeric(t) || (timed && m != S_STD);
}

static ex fraction_constant(binder *b, double fraction) {
  expr *e = ex_new(b, EXPR_CONST, sql_simple(SQL_FLOAT), 0, 0);
  e->constant.v.f = fraction;
  return e;
}

static ex measure_call(binder *b, ex column, uint32_t m) {
  ex_list args = {0};
  if (m != S_COUNT) PUSH(b, &args, column);
  if (measures[m].fraction > 0) PUSH(b, &args, fraction_constant(b, measures[m].fraction));
  return ex_function(b, str_of(measures[m].name), FUNCTION_AGGREGATE, column->at, &args, NULL);
}

static node *measure_all(binder *b, node *root) {
  uint32_t n_columns = root->p.n_columns, n_calls = 0;
  node *n = node_new(b, PLAN_AGGREGATE, n_columns * S_CALLS);
  aggregate_call *calls = bind_alloc(b, (n_columns * S_CALLS + 1) * sizeof *calls);
  if (!calls || b->failed) return n;
  for (uint32_t c = 0; c < n_columns && !b->failed; c++) {
    ex column = node_column(b, root, c, 0);
    for (uint32_t m = 0; m < S_CALLS && !b->failed; m++) {
      ex bound = measure_call(b, column, is_measured(m, &column->type) ? m : S_COUNT);
      calls[n_calls] = (aggregate_call){
          .function = bound->function, .n_args = bound->n_args, .args = bound->args, .type = bound->type};
      node_set_column(b, n, n_calls++, str_of(""), bound->type);
    }
  }
  n->p.n_inputs = 1;
  n->input[0] = root;
  n->p.u.aggregate.n_calls = n_calls;
  n->p.u.aggregate.calls = calls;
  return n;
}

static ex measured_text(binder *b, const node *all, const node *root, uint32_t column, uint32_t m) {
  if (!is_measured(m, &root->p.columns[column].type)) return no_text(b);
  return ex_cast(b, node_column(b, all, column * S_CALLS + m, 0), sql_simple(SQL_TEXT));
}

/* 100 * (rows - present) / rows */
static ex null_share(binder *b, const node *all, uint32_t column) {
  ex rows = node_column(b, all, column * S_CALLS + S_COUNT, 0),
     present = node_column(b, all, column * S_CALLS + S_PRESENT, 0);
  ex parts[] = {rows, present};
  ex product[] = {ex_integer(b, 100, 0), ex_call(b, "-", 0, 2, parts)};
  ex share[] = {ex_call(b, "*", 0, 2, product), rows};
  return ex_cast(b, ex_call(b, "/", 0, 2, share), sql_decimal(9, 2));
}

static ex summary_cell(binder *b, const node *all, const node *root, uint32_t column, uint32_t c) {
  if (c == 0) return text_constant(b, root->p.columns[column].name);
  if (c == 1) return text_constant(b, type_text(b, &root->p.columns[column].type));
  uint32_t m = c - 2;
  if (m == S_PRESENT) return null_share(b, all, column);
  if (m == S_UNIQUE || m == S_COUNT) return node_column(b, all, column * S_CALLS + m, 0);
  return measured_text(b, all, root, column, m);
}

/* One row of measures becomes one row for each column: a list for each measure, unnested side by side. */
node *bind_summarize(binder *b, const ast_query *ast, const scope *outer) {
  static const char *const names[] = {"column_name",   "column_type", "min",   "max",
                                      "approx_unique", "avg",         "std",   "q25",
                                      "q50",           "q75",         "count", "null_percentage"};
  node *root = bind_query(b, ast->left, outer), *all = measure_all(b, root);
  ex *lists = bind_alloc(b, 12 * sizeof *lists);
  LIST_OF(sonde_str) labels = {0};
  ex_list columns = {0};
  if (!lists || b->failed) return root;
  for (uint32_t c = 0; c < 12 && !b->failed; c++) {
    ex_list cells = {0};
    for (uint32_t i = 0; i < root->p.n_columns; i++) PUSH(b, &cells, summary_cell(b, all, root, i, c));
    lists[c] = ex_function(b, str_of("list_value"), FUNCTION_SCALAR, 0, &cells, NULL);
  }
  node *n = node_over_more(b, PLAN_UNNEST, all, 12);
  if (b->failed) return n;
  n->p.u.unnest.n = 12;
  n->p.u.unnest.lists = lists;
  for (uint32_t c = 0; c < 12; c++) {
    node_set_column(b, n, all->p.n_columns + c, str_of(names[c]), lists[c]->type.children[0]);
    PUSH(b, &columns, node_column(b, n, all->p.n_columns + c, 0));
    PUSH(b, &labels, str_of(names[c]));
  }
  return b->failed ? n : node_project(b, n, &columns, labels.items);
}
