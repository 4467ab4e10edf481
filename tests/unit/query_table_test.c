/* Results of queries as tables: every type comes back as it went in, and what a file's table can do theirs can; names that
 * statements leave behind; parameters; what does not fit. */
#include "check.h"
#include "host.h"

#define KEPT "{\"job\":\"query\",\"keep\":true,"

static host h;

static sonde_code run(const char *job) {
  sonde_code code = host_run(&h, job);
  if (code != SONDE_OK && code != h.err.code) fprintf(stderr, "    %s\n", h.err.message);
  return code;
}

static void open_engine(uint64_t limit, uint32_t helpers) {
  static const char csv[] = "id,name,price\n1,a,1.50\n2,b,2.5\n3,a,\n4,,-7\n";
  sonde_config config = {.struct_size = sizeof config, .memory_limit = limit, .keep_limit = limit / 2};
  REQUIRE(host_open(&h, &config, helpers, csv, sizeof csv - 1));
  CHECK_EQ_INT(run("{\"job\":\"open\",\"source\":1}"), SONDE_OK);
  CHECK_EQ_INT(run("{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_INT(run("{\"job\":\"import\",\"table\":1}"), SONDE_OK);
}

/* The JSON text of an answer; `from`: the table called r, 0: none. Valid until the next call but one. */
static const char *answer(const char *sql, uint64_t from) {
  static char jobs[4000], texts[2][20000];
  static int turn;
  char table[64] = "";
  if (from) snprintf(table, sizeof table, ",{\"table\":%llu,\"name\":\"r\"}", (unsigned long long)from);
  snprintf(jobs, sizeof jobs,
           "{\"job\":\"query\",\"sql\":\"%s\",\"tables\":[{\"table\":1,\"name\":\"t\"}%s]}", sql, table);
  char *text = texts[turn ^= 1];
  if (run(jobs) != SONDE_OK) return h.err.message;
  snprintf(text, sizeof texts[0], "%.*s", (int)h.pages.len, (const char *)h.pages.data);
  return text;
}

static uint64_t keep(const char *sql) {
  char job[4000];
  snprintf(job, sizeof job, KEPT "\"sql\":\"%s\",\"tables\":[{\"table\":1,\"name\":\"t\"}]}", sql);
  return run(job) == SONDE_OK ? host_number(&h, "table") : 0;
}

static void values_of_every_type_come_back_as_they_went_in(void) {
  static const char *const selects[] = {
      "SELECT true a, false b, NULL::BOOLEAN c",
      "SELECT 127::TINYINT a, (-32768)::SMALLINT b, 2147483647 c, 9223372036854775807 d",
      "SELECT 255::UTINYINT a, 65535::USMALLINT b, 4294967295::UINTEGER c, 18446744073709551615::UBIGINT d",
      "SELECT 170141183460469231731687303715884105727::HUGEINT a, (-1)::HUGEINT b",
      "SELECT 1.25 a, (-0.01)::DECIMAL(18,2) b, 12345678901234567890.123456789::DECIMAL(38,9) c",
      "SELECT 1.5::FLOAT a, 0.1::DOUBLE b, 'nan'::DOUBLE c, '-inf'::DOUBLE d",
      "SELECT '' a, 'x' b, 'Grüße' c, NULL::VARCHAR d, '\\\\x00ff'::BLOB e",
      "SELECT DATE '2024-02-29' a, TIME '23:59:59.999999' b, TIMESTAMP '1969-12-31 23:59:59' c",
      "SELECT TIMESTAMPTZ '2024-01-01 00:00:00+02' a, INTERVAL '1 month -3 days 04:05:06' b",
      "SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID a",
      "SELECT [1, NULL, 3] a, []::INTEGER[] b, NULL::INTEGER[] c, [[1], [2, 3]] d, ['x', ''] e",
      "SELECT {'x': 1, 'y': {'z': 'deep'}} a, [{'k': 1.5}, NULL] b, MAP {'one': 1, 'two': NULL} c",
      "SELECT * FROM t",
      "SELECT x, [x, x + 1] l, CASE WHEN x % 3 = 0 THEN NULL ELSE 'n' || x END s FROM range(5000) r(x) WHERE x % 100 = 7",
  };
  open_engine(64 << 20, 0);
  for (size_t i = 0; i < sizeof selects / sizeof *selects; i++) {
    const char *direct = answer(selects[i], 0);
    if (!CHECK(direct[0] == '{')) fprintf(stderr, "    %s\n    %s\n", selects[i], direct);
    uint64_t r = keep(selects[i]);
    CHECK(r);
    const char *again = answer("SELECT * FROM r", r);
    if (!CHECK(strcmp(direct, again) == 0)) fprintf(stderr, "    %s    %s", direct, again);
  }
  host_close(&h);
}

static void a_result_filters_sorts_counts_and_exports_where_it_lies(void) {
  char job[200];
  open_engine(128 << 20, 2); /* helpers have nothing of the result */
  uint64_t r = keep("SELECT i, i % 10 AS digit, 'row ' || i AS s FROM range(200000) x(i)");
  CHECK_EQ_UINT(host_number(&h, "count"), 200000);
  CHECK(strstr(h.info, "\"state\":\"imported\"") && strstr(h.info, "\"format\":\"query\""));
  CHECK(!strstr(h.info, "\"stats\""));
  snprintf(job, sizeof job,
           "{\"job\":\"view\",\"table\":%d,\"filter\":{\"column\":1,\"op\":\"=\",\"value\":\"7\"},\"sort\":[{"
           "\"column\":0,\"descending\":true}]}",
           (int)r);
  CHECK_EQ_INT(run(job), SONDE_OK);
  CHECK_EQ_UINT(host_number(&h, "rows"), 20000);
  uint64_t view = host_number(&h, "view");
  snprintf(job, sizeof job, "{\"job\":\"export\",\"view\":%d,\"format\":\"csv\"}", (int)view);
  CHECK_EQ_INT(run(job), SONDE_OK);
  CHECK(h.pages.len > 60 &&
        memcmp(h.pages.data, "i,digit,s\n199997,7,row 199997\n199987,7,row 199987\n", 50) == 0);
  snprintf(job, sizeof job, "{\"job\":\"values\",\"table\":%d,\"column\":1,\"limit\":5}", (int)r);
  CHECK_EQ_INT(run(job), SONDE_OK);
  CHECK_EQ_UINT(host_number(&h, "distinct"), 10);
  snprintf(job, sizeof job, "{\"job\":\"import\",\"table\":%d}", (int)r);
  CHECK_EQ_INT(run(job), SONDE_OK);
  CHECK(strstr(h.info, "\"min\":\"0\",\"max\":\"199999\",\"mean\":99999.5"));
  snprintf(job, sizeof job, "{\"job\":\"drop\",\"table\":%d}", (int)r);
  uint64_t before = sonde_engine_memory(h.lead);
  CHECK_EQ_INT(run(job), SONDE_OK);
  CHECK(sonde_engine_memory(h.lead) + 2000000 < before);
  host_close(&h);
}

static void a_result_that_does_not_fit_says_so_and_leaves_nothing(void) {
  open_engine(24 << 20, 0);
  uint64_t before = sonde_engine_memory(h.lead);
  CHECK_EQ_INT(run(KEPT "\"sql\":\"SELECT i, 'a longer text of row ' || i FROM range(10000000) x(i)\"}"),
               SONDE_LIMIT);
  CHECK(strstr(h.err.message, "24 MB does not hold the result") && strstr(h.err.message, "LIMIT"));
  CHECK(sonde_engine_memory(h.lead) < before + 100000);
  CHECK_EQ_INT(run(KEPT "\"limit\":10,\"sql\":\"SELECT i FROM range(10000000) x(i)\"}"), SONDE_OK);
  CHECK_EQ_UINT(host_number(&h, "count"), 10);
  host_close(&h);
}

static void a_lower_limit_for_a_while_is_for_what_comes_on_top(void) {
  const char *much =
      "{\"job\":\"query\",\"sql\":\"SELECT count(*) FROM (SELECT i FROM range(200000) x(i) GROUP BY i)\"}";
  open_engine(32 << 20, 0);
  CHECK(keep("SELECT random() FROM range(1000000)"));
  uint64_t kept = sonde_engine_memory(h.lead);
  CHECK(kept > 8000000);
  CHECK_EQ_INT(sonde_engine_allow(h.lead, 2 << 20), 0);
  CHECK_EQ_INT(run(much), SONDE_LIMIT);
  CHECK_EQ_INT(run("{\"job\":\"query\",\"sql\":\"SELECT 1\"}"), SONDE_OK);
  CHECK_EQ_INT(sonde_engine_allow(h.lead, UINT64_MAX), 1);
  CHECK_EQ_INT(run(much), SONDE_OK);
  CHECK_EQ_INT(sonde_engine_allow(h.lead, (uint64_t)1 << 40), 0);
  CHECK_EQ_INT(run(KEPT "\"sql\":\"SELECT random() FROM range(5000000)\"}"), SONDE_LIMIT);
  CHECK_EQ_INT(sonde_engine_allow(h.lead, UINT64_MAX), 1);
  host_close(&h);
}

static void rows_of(const char *sql, const char *expected) {
  const char *text = answer(sql, 0), *rows = strstr(text, "\"rows\":");
  if (!CHECK(rows && strncmp(rows + 7, expected, strlen(expected)) == 0))
    fprintf(stderr, "    %s\n    %s\n", sql, text);
}

static void refused(const char *sql, sonde_code code, const char *why) {
  char job[1000];
  snprintf(job, sizeof job, "{\"job\":\"query\",\"sql\":\"%s\",\"tables\":[{\"table\":1,\"name\":\"t\"}]}",
           sql);
  CHECK_EQ_INT(run(job), code);
  if (!CHECK(strstr(h.err.message, why))) fprintf(stderr, "    %s\n", h.err.message);
}

static void later_queries_know_what_was_created(void) {
  open_engine(64 << 20, 0);
  rows_of("CREATE VIEW cheap(i, p) AS SELECT id, price FROM t WHERE price < 2", "[]");
  rows_of("SELECT p FROM cheap ORDER BY i", "[[1.5],\n[-7.0]]");
  rows_of("CREATE TEMP TABLE names AS SELECT name, count(*) n FROM t GROUP BY ALL", "[[3]]");
  rows_of("SELECT n FROM NAMES WHERE name = 'a'", "[[2]]");
  refused("CREATE VIEW t AS SELECT 1", SONDE_NAME, "\"t\" is there already");
  refused("CREATE TEMP TABLE names AS SELECT 1", SONDE_NAME, "\"names\" is there already");
  rows_of("CREATE TEMP TABLE IF NOT EXISTS names AS SELECT 1 x", "[]");
  rows_of("CREATE OR REPLACE TEMP TABLE names AS SELECT name, n + 1 n FROM names", "[[3]]");
  rows_of("SELECT n FROM names WHERE name = 'a'", "[[3]]");
  rows_of("CREATE OR REPLACE VIEW cheap AS SELECT 1 AS one", "[]");
  rows_of("SELECT * FROM cheap", "[[1]]");
  rows_of("DROP VIEW cheap", "[]");
  refused("SELECT * FROM cheap", SONDE_NAME, "cheap");
  refused("DROP TABLE cheap", SONDE_NAME, "there is no table \"cheap\"");
  rows_of("DROP TABLE IF EXISTS cheap", "[]");
  refused("DROP TABLE t", SONDE_NAME, "there is no table \"t\" that was created here");
  rows_of("DROP TABLE names", "[]");
  refused("SELECT * FROM names", SONDE_NAME, "names");
  host_close(&h);
}

static void with(const char *sql, const char *params, const char *expected) {
  char job[1000];
  snprintf(job, sizeof job,
           "{\"job\":\"query\",\"sql\":\"%s\",\"params\":%s,\"tables\":[{\"table\":1,\"name\":\"t\"}]}", sql,
           params);
  CHECK_EQ_INT(run(job), SONDE_OK);
  bytes_put(&h.pages, "", 1);
  const char *rows = strstr((const char *)h.pages.data, "\"rows\":");
  if (!CHECK(rows && strcmp(rows + 7, expected) == 0))
    fprintf(stderr, "    %s: %s%s\n", sql, (const char *)h.pages.data, h.err.message);
}

static void parameters_are_values(void) {
  open_engine(64 << 20, 0);
  with("SELECT id FROM t WHERE name = ? AND id > ?", "[\"a\",1]", "[[3]]}\n");
  with("SELECT $what || $what, typeof($n)", "{\"what\":\"it's\",\"n\":5000000000}",
       "[[\"it'sit's\",\"BIGINT\"]]}\n");
  with("SELECT DATE '2024-03-01' > ?", "[\"2024-02-29\"]", "[[true]]}\n");
  with("SELECT $1 + 1, $2 IS NULL, $3", "[170141183460469231731687303715884105,null,true]",
       "[[170141183460469231731687303715884106,true,true]]}\n");
  with("SELECT ? / 2", "[0.5]", "[[0.25]]}\n");
  refused("SELECT ?", SONDE_VALUE, "no value was given for parameter 1");
  CHECK_EQ_INT(run("{\"job\":\"query\",\"sql\":\"SELECT ?\",\"params\":[[1]]}"), SONDE_TYPE);
  host_close(&h);
}

static void a_table_stays_while_a_query_reads_it(void) {
  open_engine(64 << 20, 0);
  rows_of("CREATE TEMP TABLE x AS SELECT * FROM range(10) r(i)", "[[10]]");
  sonde_job *reader =
      sonde_job_start(h.lead, text_of("{\"job\":\"query\",\"sql\":\"SELECT * FROM x\"}"), &h.err);
  REQUIRE(reader);
  refused("DROP TABLE x", SONDE_MISUSE, "being read by another query");
  sonde_job_free(reader);
  rows_of("DROP TABLE x", "[]");
  host_close(&h);
}

static void columns_of_a_pivot_are_found_out(void) {
  open_engine(64 << 20, 0);
  CHECK(strstr(answer("PIVOT t ON name USING sum(id) GROUP BY 1=1", 0), "\"a\""));
  rows_of("SELECT a, b FROM (PIVOT (SELECT name, id FROM t) ON name USING sum(id))", "[[4,2]]");
  host_close(&h);
}

static void functions_are_listed(void) {
  open_engine(64 << 20, 0);
  CHECK_EQ_INT(run("{\"job\":\"functions\"}"), SONDE_OK);
  CHECK(strstr(h.info, "{\"name\":\"upper\",\"kind\":\"scalar\""));
  host_close(&h);
}

int main(void) {
  RUN(values_of_every_type_come_back_as_they_went_in);
  RUN(a_result_filters_sorts_counts_and_exports_where_it_lies);
  RUN(a_result_that_does_not_fit_says_so_and_leaves_nothing);
  RUN(a_lower_limit_for_a_while_is_for_what_comes_on_top);
  RUN(later_queries_know_what_was_created);
  RUN(parameters_are_values);
  RUN(a_table_stays_while_a_query_reads_it);
  RUN(columns_of_a_pivot_are_found_out);
  RUN(functions_are_listed);
  return check_report();
}
