/* Which plans are cut into stages although all columns may lie in the engine that runs them. */
#include "check.h"
#include "exec/query/cut.h"
#include "sql/sql.h"

#define NAME(text)                                                                                           \
  { text, sizeof text - 1 }

static bool in_parts(void *self, uint32_t table) {
  (void)self;
  (void)table;
  return true;
}

static bool stays(void *self, uint32_t table, uint32_t columns) {
  (void)self;
  (void)table;
  (void)columns;
  return true;
}

static double rows_of(void *self, uint32_t table) { return table == 0 ? *(const double *)self : 1000; }

static uint32_t stages_of(double large, const char *sql) {
  static const plan_column columns[] = {{.name = NAME("id"), .type = {.id = SQL_BIGINT}},
                                        {.name = NAME("g"), .type = {.id = SQL_BIGINT}}};
  const sql_column_stats large_stats[] = {{large, 0, true, 1, large}, {1000, 0, true, 0, 999}};
  const sql_column_stats small_stats[] = {{1000, 0, true, 0, 999}, {50, 0, true, 0, 49}};
  const sql_table catalog_tables[] = {
      {.name = NAME("t"), .columns = columns, .n_columns = 2, .stats = large_stats, .rows = large},
      {.name = NAME("s"), .columns = columns, .n_columns = 2, .stats = small_stats, .rows = 1000}};
  const sql_catalog catalog = {catalog_tables, 2};
  const cut_tables tables = {&large, in_parts, stays, rows_of};
  mem m;
  arena memory;
  sonde_error err = {0};
  sql_statement statement;
  query_plan cut;
  uint32_t n = 0;
  mem_init(&m, (uint64_t)1 << 26, NULL, NULL);
  arena_init(&memory, &m);
  CHECK_EQ_INT(sql_bind((sonde_str){sql, strlen(sql)}, &catalog, NULL, &memory, &statement, &err), SONDE_OK);
  CHECK_EQ_INT(plan_cut(&statement.query, &tables, &memory, &cut, &n, &err), SONDE_OK);
  arena_free(&memory);
  return n;
}

static void few_rows_of_many_are_found_elsewhere(void) {
  CHECK_EQ_UINT(stages_of(6e6, "SELECT id FROM t WHERE g = 7"), 1);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT id FROM t WHERE g < 100"), 1);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT id FROM t WHERE g < 500"), 0);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT id FROM t"), 0);
  CHECK_EQ_UINT(stages_of(1e6, "SELECT id FROM t WHERE g = 7"), 0);
}

static void joins_with_few_rows_are_followed_elsewhere(void) {
  CHECK_EQ_UINT(stages_of(6e6, "SELECT t.id FROM t JOIN s ON t.g = s.id WHERE s.g = 3"), 1);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT t.id FROM t JOIN s ON t.g = s.id"), 0);
}

static void variances_are_put_together_from_states(void) {
  CHECK_EQ_UINT(stages_of(6e6, "SELECT min(g), stddev(id), var_pop(g) FROM t"), 1);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT min(g), corr(id, g) FROM t"), 0);
}

int main(void) {
  RUN(few_rows_of_many_are_found_elsewhere);
  RUN(joins_with_few_rows_are_followed_elsewhere);
  RUN(variances_are_put_together_from_states);
  return check_report();
}
