/* Which plans are cut into stages although all columns may lie in the engine that runs them, and which need no rows at all. */
#include "check.h"
#include "column/sketch.h"
#include "exec/query/stage/cut.h"
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

/* Half of the rows of `t` are 7, "often", 2013-10-22, 3.5 and noon of 2020-01-01, a quarter 6000000000000000001. */
static frequent_values frequent_of(uint64_t hash, uint64_t other) {
  frequent_values f = {0};
  frequent_add(&f, hash, 2000);
  if (other) frequent_add(&f, other, 1000);
  for (uint64_t i = 0; i < 1000; i++) frequent_add(&f, hash_u64(i << 32 | 12345), 1);
  return f;
}

static plan cut_of(double large, const char *sql, uint32_t *n) {
  static const plan_column columns[] = {{.name = NAME("id"), .type = {.id = SQL_BIGINT}},
                                        {.name = NAME("g"), .type = {.id = SQL_BIGINT}},
                                        {.name = NAME("w"), .type = {.id = SQL_TEXT}},
                                        {.name = NAME("d"), .type = {.id = SQL_DATE}},
                                        {.name = NAME("x"), .type = {.id = SQL_DOUBLE}},
                                        {.name = NAME("at"), .type = {.id = SQL_TIMESTAMP, .unit = 6}}};
  const frequent_values g = frequent_of(hash_u64(7), hash_u64(6000000000000000001)),
                        w = frequent_of(hash_bytes("often", 5), 0), d = frequent_of(hash_u64(16000), 0),
                        x = frequent_of(hash_double(3.5), 0), at = frequent_of(hash_u64(1577880000000000), 0);
  const sql_column_stats large_stats[] = {
      {large, 0, true, 1, large, NULL},   {1000, 0, true, 0, 999, &g},
      {.distinct = 1000, .frequent = &w}, {.distinct = 1000, .frequent = &d},
      {.distinct = 1000, .frequent = &x}, {.distinct = 1000, .frequent = &at}};
  const sql_column_stats small_stats[] = {{1000, 0, true, 0, 999, NULL}, {50, 0, true, 0, 49, NULL}};
  const sql_table catalog_tables[] = {
      {.name = NAME("t"), .columns = columns, .n_columns = 6, .stats = large_stats, .rows = large},
      {.name = NAME("s"), .columns = columns, .n_columns = 2, .stats = small_stats, .rows = 1000}};
  const sql_catalog catalog = {catalog_tables, 2};
  const cut_tables tables = {&large, in_parts, stays, rows_of};
  mem m;
  arena memory;
  sonde_error err = {0};
  sql_statement statement;
  query_plan cut = {0};
  plan root = {0};
  mem_init(&m, (uint64_t)1 << 26, NULL, NULL);
  arena_init(&memory, &m);
  CHECK_EQ_INT(sql_bind((sonde_str){sql, strlen(sql)}, &catalog, NULL, &memory, &statement, &err), SONDE_OK);
  CHECK_EQ_INT(plan_cut(&statement.query, &tables, &memory, &cut, n, &err), SONDE_OK);
  if (cut.root) root = *cut.root;
  arena_free(&memory);
  return root;
}

static uint32_t stages_of(double large, const char *sql) {
  uint32_t n = 0;
  cut_of(large, sql, &n);
  return n;
}

static void few_rows_of_many_are_found_elsewhere(void) {
  CHECK_EQ_UINT(stages_of(6e6, "SELECT id FROM t WHERE g = 9"), 1);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT id FROM t WHERE g < 100"), 1);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT id FROM t WHERE g < 500"), 0);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT id FROM t"), 0);
  CHECK_EQ_UINT(stages_of(1e6, "SELECT id FROM t WHERE g = 9"), 0);
}

static void joins_with_few_rows_are_followed_elsewhere(void) {
  CHECK_EQ_UINT(stages_of(6e6, "SELECT t.id FROM t JOIN s ON t.g = s.id WHERE s.g = 3"), 1);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT t.id FROM t JOIN s ON t.g = s.id"), 0);
}

static void frequent_values_leave_many_rows(void) {
  static const char *const often[] = {"g = 7",
                                      "7 = g",
                                      "g IN (5, 7)",
                                      "g <> 5",
                                      "g = 6000000000000000001",
                                      "w = 'often'",
                                      "d = DATE '2013-10-22'",
                                      "x = 3.5",
                                      "at = TIMESTAMP '2020-01-01 12:00:00'"};
  static const char *const rarely[] = {"g = 8",
                                       "g IN (5, 6)",
                                       "g = 6000000000000000002",
                                       "w = 'seldom'",
                                       "d = DATE '2013-10-23'",
                                       "x = 3.25",
                                       "at = TIMESTAMP '2020-01-01 12:00:01'"};
  char sql[200];
  for (size_t i = 0; i < sizeof often / sizeof *often; i++) {
    snprintf(sql, sizeof sql, "SELECT id FROM t WHERE %s", often[i]);
    CHECK_EQ_UINT(stages_of(6e6, sql), 0);
  }
  for (size_t i = 0; i < sizeof rarely / sizeof *rarely; i++) {
    snprintf(sql, sizeof sql, "SELECT id FROM t WHERE %s", rarely[i]);
    CHECK_EQ_UINT(stages_of(6e6, sql), 1);
  }
}

static void a_small_table_is_narrowed_only_for_its_aggregate(void) {
  CHECK_EQ_UINT(stages_of(1e6, "SELECT g, median(id) FROM t WHERE g = 8 GROUP BY g"), 1);
  CHECK_EQ_UINT(stages_of(1e6, "SELECT g, median(id) FROM t WHERE g = 7 GROUP BY g"), 0);
  CHECK_EQ_UINT(stages_of(1e5, "SELECT g, median(id) FROM t WHERE g = 8 GROUP BY g"), 0);
  CHECK_EQ_UINT(
      stages_of(1e6, "SELECT t.g, median(t.id) FROM t JOIN s ON t.id = s.id WHERE t.g = 8 GROUP BY t.g"), 0);
}

/* Two stages: the second stands by for groups that turn out to be many. */
static void aggregates_of_few_groups_run_elsewhere(void) {
  CHECK_EQ_UINT(stages_of(1e6, "SELECT g, sum(id) FROM t GROUP BY g"), 2);
  CHECK_EQ_UINT(stages_of(1e6, "SELECT id, count(*) FROM t GROUP BY id"), 0);
  CHECK_EQ_UINT(stages_of(1e6, "SELECT count(DISTINCT g) FROM t"), 0);
  CHECK_EQ_UINT(stages_of(3e6, "SELECT count(DISTINCT g) FROM t"), 2);
  CHECK_EQ_UINT(stages_of(1e5, "SELECT sum(g) FROM t"), 0);
}

static void all_rows_are_counted_without_a_stage(void) {
  uint32_t n = 0;
  plan p = cut_of(1e6, "SELECT count(*) FROM t", &n);
  CHECK_EQ_INT(p.kind, PLAN_VALUES);
  CHECK_EQ_UINT(n, 1);
  p = cut_of(1e6, "SELECT count(*) FROM t WHERE g < 500", &n);
  CHECK_EQ_INT(p.kind, PLAN_AGGREGATE);
  p = cut_of(1e6, "SELECT count(g) FROM t", &n);
  CHECK_EQ_INT(p.kind, PLAN_AGGREGATE);
  p = cut_of(1e6, "SELECT count(*) FILTER (g > 3) FROM t", &n);
  CHECK_EQ_INT(p.kind, PLAN_AGGREGATE);
}

static void variances_are_put_together_from_states(void) {
  CHECK_EQ_UINT(stages_of(6e6, "SELECT min(g), stddev(id), var_pop(g) FROM t"), 1);
  CHECK_EQ_UINT(stages_of(6e6, "SELECT min(g), corr(id, g) FROM t"), 0);
}

int main(void) {
  RUN(few_rows_of_many_are_found_elsewhere);
  RUN(joins_with_few_rows_are_followed_elsewhere);
  RUN(frequent_values_leave_many_rows);
  RUN(a_small_table_is_narrowed_only_for_its_aggregate);
  RUN(aggregates_of_few_groups_run_elsewhere);
  RUN(all_rows_are_counted_without_a_stage);
  RUN(variances_are_put_together_from_states);
  return check_report();
}
