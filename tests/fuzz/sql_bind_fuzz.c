/* Any bytes as SQL over a small catalog: a plan whose references lie within its inputs, or an error that lies in the text. */
#include <stdlib.h>

#include "sql/sql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

#define NAME(text)                                                                                           \
  { text, sizeof text - 1 }

static const plan_column t_columns[] = {{NAME("a"), {.id = SQL_INTEGER}},
                                        {NAME("b"), {.id = SQL_TEXT}},
                                        {NAME("d"), {.id = SQL_DOUBLE}},
                                        {NAME("day"), {.id = SQL_DATE}}};
static const plan_column u_columns[] = {{NAME("a"), {.id = SQL_INTEGER}}, {NAME("x"), {.id = SQL_BIGINT}}};
static const sql_table tables[] = {
    {.name = NAME("t"), .columns = t_columns, .n_columns = 4, .rows = 100},
    {.name = NAME("u"), .columns = u_columns, .n_columns = 2, .rows = 10},
    {.name = NAME("v"), .view = NAME("SELECT a, sum(x) AS s FROM u GROUP BY a")}};
static const sql_catalog catalog = {tables, 3};

static void check_expr(const expr *e, uint32_t columns) {
  require(e->kind <= EXPR_TRY);
  if (e->kind == EXPR_COLUMN) require(e->index < columns);
  for (uint32_t i = 0; i < e->n_args; i++) check_expr(e->args[i], columns);
}

static uint32_t width(const plan *p, int i) { return p->n_inputs > i ? p->input[i]->n_columns : 0; }

static void check_plan(const plan *p) {
  for (uint32_t i = 0; i < p->n_inputs; i++) check_plan(p->input[i]);
  switch (p->kind) {
  case PLAN_SCAN:
    for (uint32_t i = 0; i < p->n_columns; i++)
      require(p->u.scan.columns[i] < tables[p->u.scan.table].n_columns);
    if (p->u.scan.filter) check_expr(p->u.scan.filter, p->n_columns);
    break;
  case PLAN_FILTER: check_expr(p->u.filter.condition, width(p, 0)); break;
  case PLAN_PROJECT:
    for (uint32_t i = 0; i < p->n_columns; i++) check_expr(p->u.project.exprs[i], width(p, 0));
    break;
  case PLAN_SORT:
    for (uint32_t i = 0; i < p->u.sort.n; i++) check_expr(p->u.sort.keys[i].by, width(p, 0));
    break;
  case PLAN_JOIN:
    for (uint32_t i = 0; i < p->u.join.n_keys; i++) {
      check_expr(p->u.join.keys[i].left, width(p, 0));
      check_expr(p->u.join.keys[i].right, width(p, 1));
    }
    if (p->u.join.residual) check_expr(p->u.join.residual, width(p, 0) + width(p, 1));
    break;
  case PLAN_SET: require(width(p, 0) == p->n_columns && width(p, 1) == p->n_columns); break;
  default: break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mem m;
  arena nodes;
  sonde_error err = {0};
  sql_statement statement;
  mem_init(&m, 64 << 20, NULL, NULL);
  arena_init(&nodes, &m);
  if (sql_bind((sonde_str){(const char *)data, size}, &catalog, NULL, &nodes, &statement, &err) == SONDE_OK) {
    if (statement.query.root) check_plan(statement.query.root);
    buf b;
    buf_init(&b, &m, 16 << 20);
    sql_explain(&statement.query, NULL, NULL, &b);
    buf_free(&b);
  } else {
    require(err.code != SONDE_OK && err.message[0]);
    require(err.at <= size);
  }
  arena_free(&nodes);
  require(m.used == 0);
  return 0;
}
