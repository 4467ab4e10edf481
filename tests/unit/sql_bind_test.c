/* SQL against the plan it is bound to (as EXPLAIN writes it), the types of its columns, and the errors of names and types. */
#include "plan/wire.h"
#include "sql/sql.h"

#include "check.h"

static mem memory;
static arena nodes;

#define TYPE(of)                                                                                             \
  { .id = SQL_##of, .unit = SQL_##of == SQL_TIMESTAMP ? 6 : 0 }
#define NAME(text)                                                                                           \
  { text, sizeof text - 1 }

static const plan_column t_columns[] = {{NAME("a"), TYPE(INTEGER)}, {NAME("b"), TYPE(INTEGER)},
                                        {NAME("c"), TYPE(TEXT)},    {NAME("d"), TYPE(DOUBLE)},
                                        {NAME("day"), TYPE(DATE)},  {NAME("at"), TYPE(TIMESTAMP)}};
static const plan_column u_columns[] = {
    {NAME("a"), TYPE(INTEGER)}, {NAME("x"), TYPE(BIGINT)}, {NAME("y"), TYPE(TEXT)}};
static const plan_column big_columns[] = {{NAME("k"), TYPE(INTEGER)}, {NAME("v"), TYPE(INTEGER)}};
/* A shop: orders of customers in a nation, lines of orders, suppliers in a nation. */
static const plan_column nation_columns[] = {{NAME("nk"), TYPE(INTEGER)}, {NAME("name"), TYPE(TEXT)}};
static const sql_column_stats nation_stats[] = {{25, 0, true, 0, 24, NULL}, {.distinct = 25}};
static const plan_column customer_columns[] = {{NAME("ck"), TYPE(INTEGER)}, {NAME("c_nk"), TYPE(INTEGER)}};
static const sql_column_stats customer_stats[] = {{15000, 0, true, 1, 15000, NULL},
                                                  {25, 0, true, 0, 24, NULL}};
static const plan_column orders_columns[] = {
    {NAME("ok"), TYPE(INTEGER)}, {NAME("o_ck"), TYPE(INTEGER)}, {NAME("o_day"), TYPE(DATE)}};
static const sql_column_stats orders_stats[] = {{150000, 0, true, 1, 600000, NULL},
                                                {10000, 0, true, 1, 15000, NULL},
                                                {2400, 0, true, 694224000, 902016000, NULL}};
static const plan_column lines_columns[] = {{NAME("l_ok"), TYPE(INTEGER)},
                                            {NAME("l_sk"), TYPE(INTEGER)},
                                            {NAME("l_pk"), TYPE(INTEGER)},
                                            {NAME("units"), TYPE(INTEGER)}};
static const sql_column_stats lines_stats[] = {{150000, 0, true, 1, 600000, NULL},
                                               {1000, 0, true, 1, 1000, NULL},
                                               {20000, 0, true, 1, 20000, NULL},
                                               {50, 0, true, 1, 50, NULL}};
static const plan_column supplier_columns[] = {{NAME("sk"), TYPE(INTEGER)}, {NAME("s_nk"), TYPE(INTEGER)}};
static const sql_column_stats supplier_stats[] = {{1000, 0, true, 1, 1000, NULL}, {25, 0, true, 0, 24, NULL}};
static const plan_column part_columns[] = {
    {NAME("pk"), TYPE(INTEGER)}, {NAME("size"), TYPE(INTEGER)}, {NAME("label"), TYPE(TEXT)}};
static const sql_column_stats part_stats[] = {
    {20000, 0, true, 1, 20000, NULL}, {50, 0, true, 1, 50, NULL}, {.distinct = 20000, .nulls = 0.5}};
static const plan_column stock_columns[] = {
    {NAME("p_pk"), TYPE(INTEGER)}, {NAME("p_sk"), TYPE(INTEGER)}, {NAME("cost"), TYPE(DOUBLE)}};
static const sql_column_stats stock_stats[] = {{20000, 0, true, 1, 20000, NULL},
                                               {1000, 0, true, 1, 1000, NULL},
                                               {.ranged = true, .low = 1, .high = 1001}};

#define SHOP(text, of, count)                                                                                \
  {                                                                                                          \
    .name = NAME(text), .columns = of##_columns, .stats = of##_stats, .rows = count,                         \
    .n_columns = sizeof of##_columns / sizeof *of##_columns                                                  \
  }

static const sql_table tables[] = {
    {.name = NAME("t"), .columns = t_columns, .n_columns = 6, .rows = 1000},
    {.name = NAME("u"), .columns = u_columns, .n_columns = 3, .rows = 100},
    {.name = NAME("Big"), .columns = big_columns, .n_columns = 2, .rows = 1e6},
    {.name = NAME("v"), .view = NAME("SELECT a, sum(x) AS total FROM u GROUP BY a")},
    {.name = NAME("broken"), .view = NAME("SELECT FROM")},
    {.name = NAME("stale"), .view = NAME("SELECT a, gone FROM t")},
    SHOP("nation", nation, 25),
    SHOP("customer", customer, 15000),
    SHOP("orders", orders, 150000),
    SHOP("lines", lines, 600000),
    SHOP("supplier", supplier, 1000),
    SHOP("part", part, 20000),
    SHOP("stock", stock, 80000)};
static const sql_catalog catalog = {tables, sizeof tables / sizeof *tables};

static sonde_code bind_with(const char *sql, const sql_parameters *parameters, sql_statement *out,
                            sonde_error *err) {
  arena_reset(&nodes);
  return sql_bind((sonde_str){sql, strlen(sql)}, &catalog, parameters, &nodes, out, err);
}

/* What a plan says does not change on its way through bytes, and bytes that are cut off are none. */
static void check_sent(const query_plan *q, const buf *text, int line, const char *sql) {
  sonde_error err = {0};
  query_plan sent;
  buf bytes, again;
  buf_init(&bytes, &memory, 1 << 20);
  buf_init(&again, &memory, 1 << 20);
  CHECK_EQ_INT(plan_put(&bytes, q, &err), SONDE_OK);
  rd in = {.data = bytes.data, .len = bytes.len};
  CHECK_EQ_INT(plan_get(&in, &nodes, &sent, &err), SONDE_OK);
  sql_explain(&sent, NULL, NULL, &again);
  check_bytes(again.data, again.len, text->data, text->len, __FILE__, line, sql);
  in = (rd){.data = bytes.data, .len = bytes.len - 1};
  CHECK_EQ_INT(plan_get(&in, &nodes, &sent, &err), SONDE_CORRUPT);
  buf_free(&bytes);
  buf_free(&again);
}

static void check_plan(const char *sql, const char *expected, int line) {
  sql_statement s;
  sonde_error err = {0};
  buf b;
  buf_init(&b, &memory, 1 << 20);
  if (bind_with(sql, NULL, &s, &err) == SONDE_OK) {
    sql_explain(&s.query, NULL, NULL, &b);
    check_bytes(b.data, b.len, expected, strlen(expected), __FILE__, line, sql);
    check_sent(&s.query, &b, line, sql);
  } else {
    check_str(err.message, expected, __FILE__, line, sql);
  }
  buf_free(&b);
}

static void check_types(const char *sql, const char *expected, int line) {
  sql_statement s;
  sonde_error err = {0};
  buf b;
  buf_init(&b, &memory, 1 << 16);
  if (bind_with(sql, NULL, &s, &err) == SONDE_OK) {
    for (uint32_t i = 0; i < s.query.root->n_columns; i++) {
      if (i) buf_put(&b, ", ", 2);
      sql_type_print(&s.query.root->columns[i].type, &b);
    }
    check_bytes(b.data, b.len, expected, strlen(expected), __FILE__, line, sql);
  } else {
    check_str(err.message, expected, __FILE__, line, sql);
  }
  buf_free(&b);
}

static void check_names(const char *sql, const char *expected, int line) {
  sql_statement s;
  sonde_error err = {0};
  buf b;
  buf_init(&b, &memory, 1 << 16);
  if (bind_with(sql, NULL, &s, &err) == SONDE_OK) {
    for (uint32_t i = 0; i < s.query.root->n_columns; i++) {
      if (i) buf_u8(&b, '|');
      buf_put(&b, s.query.root->columns[i].name.ptr, s.query.root->columns[i].name.len);
    }
    check_bytes(b.data, b.len, expected, strlen(expected), __FILE__, line, sql);
  } else {
    check_str(err.message, expected, __FILE__, line, sql);
  }
  buf_free(&b);
}

static void check_error(const char *sql, sonde_code code, uint64_t at, const char *message, int line) {
  sql_statement s;
  sonde_error err = {0};
  check_int(bind_with(sql, NULL, &s, &err), code, __FILE__, line, sql);
  check_str(err.message, message, __FILE__, line, sql);
  check_uint(err.at, at, __FILE__, line, sql);
}

#define PLAN(sql, expected) check_plan(sql, expected, __LINE__)
#define TYPES(sql, expected) check_types(sql, expected, __LINE__)
#define NAMES(sql, expected) check_names(sql, expected, __LINE__)
#define ERROR(sql, code, at, message) check_error(sql, code, at, message, __LINE__)

/* ---- plans ---- */

static void only_columns_that_are_read_are_scanned(void) {
  PLAN("SELECT 1", "project 1\n"
                   "  one row\n");
  PLAN("SELECT b FROM t", "scan 0 [b]\n");
  PLAN("SELECT d + 1 AS e, c FROM t", "project (#1 + 1), #0\n"
                                      "  scan 0 [c, d]\n");
  PLAN("SELECT x FROM (SELECT a AS x, b, c FROM t)", "scan 0 [x]\n");
  PLAN("SELECT count(*) FROM t", "aggregate: count(*)\n"
                                 "  scan 0 []\n");
}

static void filters_go_to_the_scan(void) {
  PLAN("SELECT a FROM t WHERE b > 3 AND c LIKE 'x%'",
       "project #0\n"
       "  scan 0 [a, b, c] where ((#1 > 3) AND (#2 LIKE 'x%'))\n");
  PLAN("SELECT * FROM (SELECT a + 1 AS n FROM t) WHERE n > 5", "project (#0 + 1)\n"
                                                               "  scan 0 [a] where ((#0 + 1) > 5)\n");
  PLAN("SELECT a, sum(b) FROM t GROUP BY a HAVING a > 3 AND sum(b) > 4",
       "filter (#1 > 4)\n"
       "  aggregate by #0: sum(#1)\n"
       "    scan 0 [a, b] where (#0 > 3)\n");
  PLAN("SELECT a FROM t UNION ALL SELECT a FROM u", "union all\n"
                                                    "  scan 0 [a]\n"
                                                    "  scan 1 [a]\n");
  PLAN("SELECT * FROM (SELECT a FROM t UNION SELECT a FROM u) WHERE a = 1", "union\n"
                                                                            "  scan 0 [a] where (#0 = 1)\n"
                                                                            "  scan 1 [a] where (#0 = 1)\n");
  PLAN("SELECT * FROM (SELECT a FROM t LIMIT 5) WHERE a = 1", "filter (#0 = 1)\n"
                                                              "  limit to 5\n"
                                                              "    scan 0 [a]\n");
  PLAN("SELECT * FROM (SELECT a, row_number() OVER (PARTITION BY a) AS n FROM t) WHERE a = 1 AND n = 2",
       "filter (#1 = 2)\n"
       "  window row_number() partition by #0 range start..end\n"
       "    scan 0 [a] where (#0 = 1)\n");
  PLAN("SELECT a FROM t WHERE (b = 1 AND d > 2) OR (b = 1 AND d < 1)",
       "project #0\n"
       "  scan 0 [a, b, d] where ((#1 = 1) AND ((#2 > 2) OR (#2 < 1)))\n");
}

static void what_never_holds_reads_nothing(void) {
  PLAN("SELECT a FROM t WHERE 1 = 1 AND a > 2", "scan 0 [a] where (#0 > 2)\n");
  PLAN("SELECT a FROM t WHERE 1 = 0", "project #0\n"
                                      "  no row\n");
  PLAN("SELECT count(*) FROM t WHERE false", "aggregate: count(*)\n"
                                             "  no row\n");
}

/* A date is compared as a date, though the other side is a timestamp. */
static void dates_stay_dates(void) {
  PLAN("SELECT a FROM t WHERE day < DATE '2020-01-31' + INTERVAL 1 MONTH",
       "project #0\n"
       "  scan 0 [a, day] where (#1 < (('2020-01-31'::DATE + '1 MONTH'::INTERVAL) + 86399999999)::DATE)\n");
  PLAN("SELECT a FROM t WHERE TIMESTAMP '2020-01-01 10:00' < day",
       "project #0\n"
       "  scan 0 [a, day] where (#1 > '2020-01-01 10:00'::TIMESTAMP::DATE)\n");
}

static void files_are_found_before_binding(void) {
  const sql_file *files;
  uint32_t n;
  sonde_error err = {0};
  const char *sql =
      "WITH c AS (FROM 'a.csv') SELECT (SELECT max(x) FROM read_parquet('b.parquet')), 'no file' "
      "FROM c JOIN 'a.csv' USING (k) WHERE k IN (FROM read_csv('d.csv', header := true))";
  arena_reset(&nodes);
  REQUIRE(sql_files((sonde_str){sql, strlen(sql)}, &nodes, &files, &n, &err) == SONDE_OK);
  REQUIRE(n == 3);
  CHECK_STRN(files[0].name.ptr, files[0].name.len, "a.csv");
  CHECK_STRN(files[1].name.ptr, files[1].name.len, "b.parquet");
  CHECK_STRN(files[2].name.ptr, files[2].name.len, "read_csv('d.csv', header := true)");
  CHECK_STRN(files[2].paths[0].ptr, files[2].paths[0].len, "d.csv");
  REQUIRE(files[2].n_options == 1);
  CHECK_STR(files[2].options[0].name, "header");
  CHECK(files[2].options[0].kind == FILE_OPTION_BOOL);
}

static sonde_error files_error(const char *sql) {
  const sql_file *files;
  uint32_t n;
  sonde_error err = {0};
  arena_reset(&nodes);
  CHECK(sql_files((sonde_str){sql, strlen(sql)}, &nodes, &files, &n, &err) != SONDE_OK);
  return err;
}

static void options_of_files_are_checked_before_binding(void) {
  sonde_error err = files_error("FROM read_csv('a.csv', heder = true)");
  CHECK_STR(err.message, "files are not read with an option heder; did you mean header?");
  CHECK(err.code == SONDE_NAME && err.at == strlen("FROM read_csv('a.csv', heder = "));
  CHECK(files_error("FROM read_csv('a.csv', 'b.csv')").code == SONDE_SYNTAX);
  CHECK(files_error("FROM read_csv('a.csv', header = 'perhaps')").code == SONDE_TYPE);
  CHECK(files_error("FROM read_csv('a.csv', delim = '||')").code == SONDE_UNSUPPORTED);
  CHECK(files_error("FROM read_csv('a.csv', types = {'n': 1})").code == SONDE_TYPE);
  CHECK(files_error("FROM read_csv([])").code == SONDE_VALUE);
  CHECK(files_error("FROM read_csv(['a.csv', 1])").code == SONDE_TYPE);
  CHECK(files_error("FROM read_parquet()").code == SONDE_SYNTAX);
}

static void aliases_can_be_used_where_columns_can(void) {
  PLAN("SELECT a + 1 AS n FROM t WHERE n > 2 ORDER BY n", "sort #0\n"
                                                          "  project (#0 + 1)\n"
                                                          "    scan 0 [a] where ((#0 + 1) > 2)\n");
  PLAN("SELECT a % 2 AS parity, count(*) FROM t GROUP BY parity", "aggregate by (#0 % 2): count(*)\n"
                                                                  "  scan 0 [a]\n");
  PLAN("SELECT a AS n, n + 1 AS m FROM t", "project #0, (#0 + 1)\n"
                                           "  scan 0 [a]\n");
  PLAN("SELECT b AS a FROM t ORDER BY a", "sort #0\n"
                                          "  scan 0 [b]\n");
  PLAN("SELECT b AS a FROM t WHERE a = 1", "project #1\n"
                                           "  scan 0 [a, b] where (#0 = 1)\n");
}

static void grouping(void) {
  PLAN("SELECT a, b + 1, sum(d) FROM t GROUP BY 1, b + 1", "aggregate by #0, (#1 + 1): sum(#2)\n"
                                                           "  scan 0 [a, b, d]\n");
  PLAN("SELECT a, c, max(b) FROM t GROUP BY ALL", "aggregate by #0, #2: max(#1)\n"
                                                  "  scan 0 [a, b, c]\n");
  PLAN("SELECT a, sum(b), sum(b) + 1 FROM t GROUP BY a", "project #0, #1, (#1 + 1)\n"
                                                         "  aggregate by #0: sum(#1)\n"
                                                         "    scan 0 [a, b]\n");
  PLAN("SELECT count(*), count(DISTINCT a) FILTER (WHERE b > 1) FROM t",
       "aggregate: count(*), count(distinct #0) filter (#1 > 1)\n"
       "  scan 0 [a, b]\n");
  PLAN("SELECT a, b FROM t GROUP BY ROLLUP (a, b)", "aggregate by #0, #1 sets 3,1,0\n"
                                                    "  scan 0 [a, b]\n");
  PLAN("SELECT a, b FROM t GROUP BY CUBE (a, b)", "aggregate by #0, #1 sets 3,2,1,0\n"
                                                  "  scan 0 [a, b]\n");
  PLAN("SELECT a, grouping(a, b) FROM t GROUP BY GROUPING SETS ((a, b), (a), ()), c",
       "project #0, #3\n"
       "  aggregate by #0, #1, #2 sets 7,5,4, 1 groupings\n"
       "    scan 0 [a, b, c]\n");
  PLAN("SELECT string_agg(c, ',' ORDER BY a DESC) FROM t", "aggregate: string_agg(#1, ',' order by #0 desc)\n"
                                                           "  scan 0 [a, c]\n");
  PLAN("SELECT quantile_cont(0.9) WITHIN GROUP (ORDER BY d DESC) FROM t",
       "aggregate: quantile_cont(#0, -(0.9)::DOUBLE)\n"
       "  scan 0 [d]\n");
}

static void windows(void) {
  PLAN(
      "SELECT sum(d) OVER w, rank() OVER (w ORDER BY b) FROM t WINDOW w AS (PARTITION BY a)",
      "project #3, #4\n"
      "  window sum(#2) partition by #0 range start..end; rank() partition by #0 order by #1 range start..current\n"
      "    scan 0 [a, b, d]\n");
  PLAN("SELECT a, sum(count(*)) OVER (ORDER BY a ROWS 2 PRECEDING) FROM t GROUP BY a",
       "project #0, #2\n"
       "  window sum(#1) order by #0 rows 2 preceding..current\n"
       "    aggregate by #0: count(*)\n"
       "      scan 0 [a]\n");
  PLAN("SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY b ORDER BY at DESC) = 1",
       "project #0\n"
       "  filter (#3 = 1)\n"
       "    window row_number() partition by #1 order by #2 desc range start..current\n"
       "      scan 0 [a, b, at]\n");
  PLAN(
      "SELECT avg(d) OVER (ORDER BY day RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t",
      "project #2\n"
      "  window avg(#0) order by #1 range '7 DAY'::INTERVAL preceding..current exclude ties\n"
      "    scan 0 [d, day]\n");
}

static void joins(void) {
  PLAN("SELECT c, y FROM t JOIN u ON t.a = u.a AND b < x", "project #2, #5\n"
                                                           "  inner join on #0 = #0 where (#1::BIGINT < #4)\n"
                                                           "    scan 0 [a, b, c]\n"
                                                           "    scan 1 [a, x, y]\n");
  PLAN("SELECT a, x FROM t LEFT JOIN u USING (a) WHERE b = 1", "project #0, #3\n"
                                                               "  left join on #0 = #0\n"
                                                               "    scan 0 [a, b] where (#1 = 1)\n"
                                                               "    scan 1 [a, x]\n");
  PLAN("SELECT a FROM t RIGHT JOIN u USING (a)", "project #1\n"
                                                 "  right join on #0 = #0\n"
                                                 "    scan 0 [a]\n"
                                                 "    scan 1 [a]\n");
  PLAN("SELECT a, t.a FROM t FULL JOIN u USING (a)", "project coalesce(#0, #1), #0\n"
                                                     "  full join on #0 = #0\n"
                                                     "    scan 0 [a]\n"
                                                     "    scan 1 [a]\n");
  PLAN("SELECT t.a FROM t LEFT JOIN u ON t.a = u.a WHERE u.x > 3", "project #0\n"
                                                                   "  inner join on #0 = #0\n"
                                                                   "    scan 0 [a]\n"
                                                                   "    scan 1 [a, x] where (#1 > 3)\n");
  PLAN("SELECT t.a FROM t ASOF JOIN u ON t.a = u.a AND t.b >= u.x",
       "project #0\n"
       "  asof inner join on #0 = #0 nearest #1::BIGINT >= #1\n"
       "    scan 0 [a, b]\n"
       "    scan 1 [a, x]\n");
  PLAN("SELECT t.a FROM t SEMI JOIN u USING (a)", "semi join on #0 = #0\n"
                                                  "  scan 0 [a]\n"
                                                  "  scan 1 [a]\n");
}

/* The small, filtered table is joined first; the larger side stands left. */
static void joins_are_ordered_by_size(void) {
  PLAN("SELECT count(*) FROM t, big, u WHERE t.a = big.k AND big.v = u.a AND u.y = 'x'",
       "aggregate: count(*)\n"
       "  inner join on #0 = #0\n"
       "    inner join on #1 = #0\n"
       "      scan 2 [k, v]\n"
       "      scan 1 [a, y] where (#1 = 'x')\n"
       "    scan 0 [a]\n");
}

/* Customers and suppliers of one nation are many pairs: they meet by the lines of an order. */
static void keys_with_few_values_join_late(void) {
  PLAN("SELECT count(*) FROM customer, orders, lines, supplier, nation "
       "WHERE ck = o_ck AND l_ok = ok AND l_sk = sk AND c_nk = s_nk AND s_nk = nk AND name = 'x'",
       "aggregate: count(*)\n"
       "  inner join on #1 = #0 and #5 = #1\n"
       "    inner join on #0 = #0\n"
       "      scan 9 [l_ok, l_sk]\n"
       "      inner join on #1 = #0\n"
       "        scan 8 [ok, o_ck]\n"
       "        inner join on #1 = #0\n"
       "          scan 7 [ck, c_nk]\n"
       "          scan 6 [nk, name] where (#1 = 'x')\n"
       "    scan 10 [sk, s_nk]\n");
  PLAN(
      "SELECT count(*) FROM lines, stock, part WHERE l_pk = p_pk AND l_sk = p_sk AND p_pk = pk AND label LIKE '%x%'",
      "aggregate: count(*)\n"
      "  inner join on #1 = #0 and #0 = #1\n"
      "    scan 12 [p_pk, p_sk]\n"
      "    inner join on #1 = #0\n"
      "      scan 9 [l_sk, l_pk]\n"
      "      scan 11 [pk, label] where (#1 LIKE '%x%')\n");
}

static void ranges_are_estimated_by_statistics(void) {
  PLAN("SELECT count(*) FROM part, stock WHERE pk = p_pk AND cost < 3",
       "aggregate: count(*)\n"
       "  inner join on #0 = #0\n"
       "    scan 11 [pk]\n"
       "    scan 12 [p_pk, cost] where (#1 < 3)\n");
  PLAN("SELECT count(*) FROM part, stock WHERE pk = p_pk AND cost > 3 AND size = 7 AND label IS NOT NULL",
       "aggregate: count(*)\n"
       "  inner join on #0 = #0\n"
       "    scan 12 [p_pk, cost] where (#1 > 3)\n"
       "    scan 11 [pk, size, label] where ((#1 = 7) AND #2 IS NOT NULL)\n");
  PLAN(
      "SELECT count(*) FROM customer, orders WHERE ck = o_ck "
      "AND o_day >= DATE '1997-01-01' AND o_day < DATE '1997-01-01' + INTERVAL 1 MONTH",
      "aggregate: count(*)\n"
      "  inner join on #0 = #0\n"
      "    scan 7 [ck]\n"
      "    scan 8 [o_ck, o_day] where ((#1 >= '1997-01-01'::DATE) AND (#1 < (('1997-01-01'::DATE + '1 MONTH'::INTERVAL) + 86399999999)::DATE))\n");
}

static void conditions_hold_for_equal_columns(void) {
  PLAN("SELECT count(*) FROM orders, lines WHERE ok = l_ok AND l_ok BETWEEN 5 AND 9",
       "aggregate: count(*)\n"
       "  inner join on #0 = #0\n"
       "    scan 9 [l_ok] where between(#0, 5, 9)\n"
       "    scan 8 [ok] where between(#0, 5, 9)\n");
  PLAN("SELECT count(*) FROM orders, lines, part WHERE ok = l_ok AND l_ok = pk AND pk IN (1, 2)",
       "aggregate: count(*)\n"
       "  inner join on #0 = #0\n"
       "    scan 9 [l_ok] where #0 IN (1, 2)\n"
       "    inner join on #0 = #0\n"
       "      scan 8 [ok] where #0 IN (1, 2)\n"
       "      scan 11 [pk] where #0 IN (1, 2)\n");
  PLAN("SELECT count(*) FROM orders, customer WHERE ok = ck AND o_ck = ck",
       "aggregate: count(*)\n"
       "  inner join on #0 = #0\n"
       "    scan 7 [ck]\n"
       "    scan 8 [ok, o_ck] where (#0 = #1)\n");
}

static void semi_joins_and_outer_joins_keep_the_smaller_side(void) {
  PLAN("SELECT ck FROM customer WHERE EXISTS (FROM orders WHERE o_ck = ck)",
       "semi join keeping left on #0 = #0\n"
       "  scan 7 [ck]\n"
       "  scan 8 [o_ck]\n");
  PLAN("SELECT ok FROM orders WHERE NOT EXISTS (FROM lines WHERE l_ok = ok AND units > o_ck)",
       "project #0\n"
       "  anti join keeping left on #0 = #0 where (#3 > #1)\n"
       "    scan 8 [ok, o_ck]\n"
       "    scan 9 [l_ok, units]\n");
  PLAN("SELECT l_ok FROM lines WHERE l_ok IN (SELECT ok FROM orders)", "semi join on #0 = #0\n"
                                                                       "  scan 9 [l_ok]\n"
                                                                       "  scan 8 [ok]\n");
  PLAN("SELECT ck, ok FROM customer LEFT JOIN orders ON o_ck = ck", "project #2, #0\n"
                                                                    "  right join on #1 = #0\n"
                                                                    "    scan 8 [ok, o_ck]\n"
                                                                    "    scan 7 [ck]\n");
  PLAN("SELECT ck, ok FROM orders LEFT JOIN customer ON o_ck = ck", "project #2, #0\n"
                                                                    "  left join on #1 = #0\n"
                                                                    "    scan 8 [ok, o_ck]\n"
                                                                    "    scan 7 [ck]\n");
}

static void semi_joins_wait_for_fewer_rows(void) {
  PLAN("SELECT count(*) FROM lines a, supplier WHERE a.l_sk = sk AND s_nk = 7 "
       "AND EXISTS (FROM lines b WHERE b.l_ok = a.l_ok AND b.l_sk <> a.l_sk)",
       "aggregate: count(*)\n"
       "  semi join keeping left on #0 = #0 where (#5 <> #1)\n"
       "    inner join on #1 = #0\n"
       "      scan 9 [l_ok, l_sk]\n"
       "      scan 10 [sk, s_nk] where (#1 = 7)\n"
       "    scan 9 [l_ok, l_sk]\n");
  PLAN(
      "SELECT count(*) FROM lines a, orders WHERE a.l_ok = ok AND a.l_pk IN (SELECT pk FROM part WHERE size = 7)",
      "aggregate: count(*)\n"
      "  inner join on #0 = #0\n"
      "    scan 8 [ok]\n"
      "    semi join on #1 = #0\n"
      "      scan 9 [l_ok, l_pk]\n"
      "      project #0\n"
      "        scan 11 [pk, size] where (#1 = 7)\n");
}

static void aggregates_look_at_wanted_keys(void) {
  PLAN("SELECT sum(a.units) FROM lines a, part WHERE pk = a.l_pk AND size = 7 "
       "AND a.units < (SELECT avg(b.units) FROM lines b WHERE b.l_pk = pk)",
       "aggregate: sum(#1)\n"
       "  inner join on #0 = #2 where (#1::DOUBLE < #3)\n"
       "    scan 9 [l_pk, units]\n"
       "    inner join on #0 = #0\n"
       "      aggregate by #0: avg(#1)\n"
       "        semi join on #0 = #0\n"
       "          scan 9 [l_pk, units]\n"
       "          scan 11 [pk, size] where (#1 = 7)\n"
       "      scan 11 [pk, size] where (#1 = 7)\n");
  PLAN("SELECT p_sk FROM stock WHERE p_pk IN (SELECT pk FROM part WHERE size = 7) "
       "AND cost > (SELECT sum(units) FROM lines WHERE l_pk = p_pk AND l_sk = p_sk)",
       "project #4\n"
       "  inner join on #1 = #1 and #0 = #0 where (#5 > #2::DOUBLE)\n"
       "    aggregate by #1, #0: sum(#2)\n"
       "      semi join on #1 = #0\n"
       "        scan 9 [l_sk, l_pk, units]\n"
       "        project #0\n"
       "          scan 11 [pk, size] where (#1 = 7)\n"
       "    semi join on #0 = #0\n"
       "      scan 12 [p_pk, p_sk, cost]\n"
       "      project #0\n"
       "        scan 11 [pk, size] where (#1 = 7)\n");
}

static void groups_that_follow_are_computed_above(void) {
  PLAN("SELECT 1, a, a - 1, count(*) FROM t GROUP BY 1, a, a - 1", "project 1, #0, (#0 - 1), #1\n"
                                                                   "  aggregate by #0: count(*)\n"
                                                                   "    scan 0 [a]\n");
  PLAN("SELECT d, d + 1, count(*) FROM t GROUP BY d, d + 1", "aggregate by #0, (#0 + 1): count(*)\n"
                                                             "  scan 0 [d]\n");
  PLAN("SELECT count(*) FROM t GROUP BY 'x', 'y'", "project #1\n"
                                                   "  aggregate by 'y': count(*)\n"
                                                   "    scan 0 []\n");
}

static void sums_that_differ_by_constants_are_one(void) {
  PLAN(
      "SELECT sum(a), sum(a + 1), sum(a + 2), sum(3 + a), sum(a - 4), sum(a + 5) FROM t",
      "project #0, CASE WHEN (#1 + 1) IS NULL THEN NULL ELSE (#0 + (1 * #2::HUGEINT)) END, CASE WHEN (#1 + 2) IS NULL THEN NULL ELSE (#0 + (2 * #2::HUGEINT)) END, CASE WHEN (3 + #1) IS NULL THEN NULL ELSE (#0 + (3 * #2::HUGEINT)) END, CASE WHEN (#3 - 4) IS NULL THEN NULL ELSE (#0 - (4 * #2::HUGEINT)) END, CASE WHEN (#1 + 5) IS NULL THEN NULL ELSE (#0 + (5 * #2::HUGEINT)) END\n"
      "  aggregate: sum(#0), max(#0), count(#0), min(#0)\n"
      "    scan 0 [a]\n");
  PLAN("SELECT sum(a + 1), sum(a + 2), sum(a + 3), sum(a + 4) FROM t",
       "aggregate: sum((#0 + 1)), sum((#0 + 2)), sum((#0 + 3)), sum((#0 + 4))\n"
       "  scan 0 [a]\n");
}

static void sub_queries_become_joins(void) {
  PLAN("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a AND u.x > 5)",
       "semi join on #0 = #0\n"
       "  scan 0 [a]\n"
       "  scan 1 [a, x] where (#1 > 5)\n");
  PLAN("SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.a = t.a)", "anti join on #0 = #0\n"
                                                                             "  scan 0 [a]\n"
                                                                             "  scan 1 [a]\n");
  PLAN("SELECT a FROM t WHERE b IN (SELECT x FROM u)", "project #0\n"
                                                       "  semi join on #1::BIGINT = #0\n"
                                                       "    scan 0 [a, b]\n"
                                                       "    scan 1 [x]\n");
  PLAN("SELECT a FROM t WHERE b NOT IN (SELECT a FROM u)", "project #0\n"
                                                           "  filter NOT (#2)\n"
                                                           "    mark join on #1 = #0\n"
                                                           "      scan 0 [a, b]\n"
                                                           "      scan 1 [a]\n");
  PLAN("SELECT a FROM t WHERE b = (SELECT max(b) FROM t)", "project #0\n"
                                                           "  inner join on #1 = #0\n"
                                                           "    scan 0 [a, b]\n"
                                                           "    aggregate: max(#0)\n"
                                                           "      scan 0 [b]\n");
  PLAN("SELECT a, (SELECT count(*) FROM u WHERE u.a = t.a) FROM t", "project #0, coalesce(#2, 0)\n"
                                                                    "  left join on #0 = #0\n"
                                                                    "    scan 0 [a]\n"
                                                                    "    aggregate by #0: count(*)\n"
                                                                    "      scan 1 [a]\n");
  PLAN("SELECT a, (SELECT x FROM u WHERE u.a = t.a) FROM t", "project #0, #1\n"
                                                             "  single join on #0 = #1\n"
                                                             "    scan 0 [a]\n"
                                                             "    project #1, #0\n"
                                                             "      scan 1 [a, x]\n");
  PLAN("SELECT (SELECT t.a + sum(x) FROM u) FROM t", "project (#0::HUGEINT + #1)\n"
                                                     "  inner join\n"
                                                     "    scan 0 [a]\n"
                                                     "    aggregate: sum(#0)\n"
                                                     "      scan 1 [x]\n");
}

static void what_cannot_be_joined_is_applied(void) {
  PLAN("SELECT a, (SELECT max(n) FROM (SELECT x AS n FROM u WHERE u.a = t.a UNION ALL SELECT t.b)) FROM t",
       "project #0, #2\n"
       "  left apply outer0 = #0, outer1 = #1\n"
       "    scan 0 [a, b]\n"
       "    aggregate: max(#0)\n"
       "      union all\n"
       "        project #1\n"
       "          scan 1 [a, x] where (#0 = outer0)\n"
       "        project outer1::BIGINT\n"
       "          one row\n");
}

static void lateral_tables(void) {
  PLAN("SELECT v FROM t, unnest([a, b]) AS l(v)", "project #2\n"
                                                  "  unnest list_value(#0, #1)\n"
                                                  "    scan 0 [a, b]\n");
  PLAN("SELECT t.a, s FROM t, LATERAL (SELECT sum(x) AS s FROM u WHERE u.a = t.a)",
       "project #0, #2\n"
       "  left join on #0 = #0\n"
       "    scan 0 [a]\n"
       "    aggregate by #0: sum(#1)\n"
       "      scan 1 [a, x]\n");
  PLAN("SELECT i FROM range(1, 10, 2) r(i)", "range from 1 to 10 by 2\n");
}

static void common_tables(void) {
  PLAN("WITH q AS (SELECT a, b FROM t) SELECT a FROM q WHERE b = 1", "project #0\n"
                                                                     "  scan 0 [a, b] where (#1 = 1)\n");
  PLAN("WITH q AS (SELECT a FROM t) SELECT count(*) FROM q JOIN q AS r USING (a)",
       "with 0\n"
       "  scan 0 [a]\n"
       "  aggregate: count(*)\n"
       "    inner join on #0 = #0\n"
       "      table 0\n"
       "      table 0\n");
  PLAN("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r",
       "recursive 0 all\n"
       "  project 1\n"
       "    one row\n"
       "  project (#0 + 1)\n"
       "    filter (#0 < 5)\n"
       "      table 0\n");
}

static void sorts_and_limits(void) {
  PLAN("SELECT a FROM t ORDER BY b DESC NULLS FIRST LIMIT 10 OFFSET 5",
       "project #0\n"
       "  sort #1 desc nulls first limit 10 offset 5\n"
       "    scan 0 [a, b]\n");
  PLAN("SELECT a, b FROM t ORDER BY ALL DESC", "sort #0 desc, #1 desc\n"
                                               "  scan 0 [a, b]\n");
  PLAN("SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, at", "project #0, #1\n"
                                                            "  distinct on #0\n"
                                                            "    sort #0, #2\n"
                                                            "      scan 0 [a, b, at]\n");
  PLAN("SELECT a FROM t LIMIT 10 PERCENT", "limit to 10\n"
                                           "  scan 0 [a]\n");
  PLAN("SELECT a FROM t UNION SELECT x FROM u ORDER BY u.x", "sort #0\n"
                                                             "  union\n"
                                                             "    project #0::BIGINT\n"
                                                             "      scan 0 [a]\n"
                                                             "    scan 1 [x]\n");
}

static void views_and_values(void) {
  PLAN("SELECT total FROM v WHERE a = 3", "project #1\n"
                                          "  aggregate by #0: sum(#1)\n"
                                          "    scan 1 [a, x] where (#0 = 3)\n");
  PLAN("VALUES (1, 'a'), (2, NULL)", "values 2 x 2\n");
  PLAN("SELECT * FROM t UNPIVOT (v FOR n IN (a, b))", "project #2, #3, #4, #5, #6, #7\n"
                                                      "  filter NOT (#7 IS NULL)\n"
                                                      "    unnest list_value('a', 'b'), list_value(#0, #1)\n"
                                                      "      scan 0 [a, b, c, d, day, at]\n");
}

/* ---- names and types of results ---- */

static void types_are_duckdbs(void) {
  TYPES("SELECT 1, 3000000000, 170141183460469231731687303715884105727, 1.50, 1e3, -128",
        "INTEGER, BIGINT, HUGEINT, DECIMAL(3,2), DOUBLE, INTEGER");
  TYPES("SELECT a + 1, a + x, a / 2, a // 2, d * a FROM t JOIN u USING (a)",
        "INTEGER, BIGINT, DOUBLE, INTEGER, DOUBLE");
  TYPES("SELECT sum(a), sum(d), avg(a), count(*), min(c), max(day) FROM t",
        "HUGEINT, DOUBLE, DOUBLE, BIGINT, VARCHAR, DATE");
  TYPES("SELECT CASE WHEN a > 1 THEN 1 ELSE 2.5 END, coalesce(a, 0), NULLIF(a, 1) FROM t",
        "DECIMAL(11,1), INTEGER, INTEGER");
  TYPES("SELECT [1, 2.5], {'k': 1, 'l': 'x'}, MAP {'a': 1}, [a FOR a IN [1]]",
        "DECIMAL(11,1)[], STRUCT(k INTEGER, l VARCHAR), MAP(VARCHAR, INTEGER), INTEGER[]");
  TYPES("SELECT DATE '2020-01-01', day + 1, day - day, at + INTERVAL 1 DAY, at - at FROM t",
        "DATE, DATE, BIGINT, TIMESTAMP, INTERVAL");
  TYPES("SELECT a FROM t UNION ALL SELECT x FROM u UNION ALL SELECT 1.5", "DECIMAL(20,1)");
  TYPES("SELECT list_transform([1, 2], x -> x / 2), list_filter(['a'], lambda s: s > 'b')",
        "DOUBLE[], VARCHAR[]");
  TYPES("SELECT NULL, [NULL]", "INTEGER, INTEGER[]");
  TYPES(
      "SELECT a::DECIMAL(10, 2), TRY_CAST(c AS TIMESTAMP WITH TIME ZONE), c::STRUCT(p INT, q TEXT[]) FROM t",
      "DECIMAL(10,2), TIMESTAMP WITH TIME ZONE, STRUCT(p INTEGER, q VARCHAR[])");
}

static void columns_have_names(void) {
  NAMES("SELECT a, t.b, a + 1, count(*) AS n, \"c\" FROM t GROUP BY ALL", "a|b|a + 1|n|c");
  NAMES("SELECT * EXCLUDE (a, at) REPLACE (b * 2 AS b) RENAME (c AS text) FROM t", "b|text|d|day");
  NAMES("SELECT u.*, COLUMNS('^d') FROM t JOIN u USING (a)", "a|x|y|d|day");
  NAMES("SELECT * FROM t JOIN u USING (a)", "a|b|c|d|day|at|x|y");
  NAMES("SELECT * FROM (SELECT a, a, a + 1 FROM t) AS s(p)", "p|a|a + 1");
  NAMES("SELECT * FROM (SELECT a, b AS a FROM t)", "a|a_1");
  NAMES("SELECT s.* FROM (SELECT {'i': 1, 'j': 2} AS s)", "i|j");
  NAMES("SELECT a FROM t UNION ALL BY NAME SELECT x, a FROM u", "a|x");
  NAMES("SHOW TABLES", "name");
  NAMES("DESCRIBE t", "column_name|column_type|null|key|default|extra");
  NAMES("PIVOT t ON b IN (1, 2) USING sum(d) AS s GROUP BY a", "a|1_s|2_s");
}

/* ---- errors ---- */

static void unknown_names_have_neighbours(void) {
  ERROR("SELECT dayy FROM t", SONDE_NAME, 7, "there is no column dayy; did you mean day?");
  ERROR("SELECT t.z FROM t", SONDE_NAME, 7, "there is no column z; did you mean a?");
  ERROR("SELECT 1 FROM bigg", SONDE_NAME, 14, "there is no table bigg; did you mean Big?");
  ERROR("SELECT w.a FROM t", SONDE_NAME, 7, "there is no table w in this query");
  ERROR("SELECT sums(a) FROM t", SONDE_NAME, 7, "there is no function sums");
  ERROR("SELECT lenght(c) FROM t", SONDE_NAME, 7, "there is no function lenght; did you mean length?");
  ERROR("SELECT a::INTEGR FROM t", SONDE_NAME, 10, "there is no type integr; did you mean integer?");
  ERROR("SELECT a FROM t, u", SONDE_NAME, 7, "a is ambiguous: write t.a or u.a");
  ERROR("SELECT * EXCLUDE (dya) FROM t", SONDE_NAME, 18, "the star has no column dya; did you mean day?");
  ERROR("SELECT a FROM t ORDER BY 2", SONDE_NAME, 25, "there is no column 2: the query has 1");
  ERROR("SELECT * FROM rang(3)", SONDE_NAME, 14, "there is no table function rang; did you mean range?");
}

static void misplaced_aggregates(void) {
  ERROR("SELECT a, sum(b) FROM t", SONDE_TYPE, 7,
        "a has to be in GROUP BY or inside an aggregate, such as any_value(a)");
  ERROR("SELECT a FROM t WHERE sum(b) > 1", SONDE_TYPE, 22, "the aggregate sum cannot be used in WHERE");
  ERROR("SELECT sum(max(a)) FROM t", SONDE_TYPE, 11,
        "the aggregate max cannot be used in the arguments of an aggregate");
  ERROR("SELECT rank() FROM t", SONDE_TYPE, 7, "rank needs OVER (…)");
  ERROR("SELECT a FROM t WHERE rank() OVER () = 1", SONDE_TYPE, 22,
        "the window function rank cannot be used in WHERE");
  ERROR("SELECT sum(a) AS s FROM t WHERE s > 1", SONDE_TYPE, 32,
        "s holds an aggregate, which cannot be used in WHERE");
  ERROR("SELECT length(DISTINCT c) FROM t", SONDE_TYPE, 7,
        "DISTINCT is for aggregates; length is a scalar function");
}

static void types_that_do_not_fit(void) {
  ERROR("SELECT CASE WHEN a = 1 THEN day ELSE a END FROM t", SONDE_TYPE, 7,
        "the results of CASE are of types that do not meet, DATE and INTEGER: cast one of them");
  ERROR("SELECT a FROM t WHERE day", SONDE_TYPE, 22, "a condition has to be BOOLEAN here");
  ERROR("SELECT a FROM t UNION SELECT a, x FROM u", SONDE_TYPE, 22,
        "queries that are combined have equally many columns; here are 1 and 2");
  ERROR("SELECT (SELECT a, x FROM u)", SONDE_TYPE, 7, "a sub-query has one column here; this one has 2");
  ERROR("SELECT ? + 1", SONDE_VALUE, 7, "no value was given for parameter 1");
  ERROR("SELECT * FROM broken", SONDE_SYNTAX, 14, "the view broken: expected an expression, found FROM");
  ERROR("SELECT * FROM stale", SONDE_NAME, 14, "in the view stale: there is no column gone");
  ERROR("SELECT a FROM t LIMIT -1", SONDE_VALUE, 22, "LIMIT and OFFSET cannot be negative");
}

/* ---- parameters, statements ---- */

static void parameters_are_constants(void) {
  const sql_parameter items[] = {{.type = TYPE(BIGINT), .v = {.v = {.i = 7}}},
                                 {.name = NAME("limit"), .type = TYPE(TEXT), .v = {.v = {.s = NAME("x")}}}};
  const sql_parameters given = {.items = items, .n = 2};
  sql_statement s;
  sonde_error err = {0};
  buf b;
  buf_init(&b, &memory, 1 << 16);
  REQUIRE(bind_with("SELECT a FROM t WHERE a = ? AND c = $LIMIT", &given, &s, &err) == SONDE_OK);
  sql_explain(&s.query, NULL, NULL, &b);
  CHECK_STRN(b.data, b.len,
             "project #0\n"
             "  scan 0 [a, c] where ((#0::BIGINT = 7) AND (#1 = 'x'))\n");
  buf_free(&b);
}

/* A pivot without values asks for them first. */
static void pivots_ask_for_their_values(void) {
  sql_statement s;
  sonde_error err = {0};
  const char *sql = "PIVOT t ON c USING sum(d) GROUP BY a";
  REQUIRE(bind_with(sql, NULL, &s, &err) == SONDE_OK);
  CHECK_EQ_INT(s.kind, SQL_PIVOT_VALUES);
  const sonde_str texts[] = {NAME("x"), NAME("y")};
  const sql_pivot pivot = {texts, 2, 1};
  const sql_parameters given = {.pivots = &pivot, .n_pivots = 1};
  REQUIRE(bind_with(sql, &given, &s, &err) == SONDE_OK);
  CHECK_EQ_INT(s.kind, SQL_QUERY);
  REQUIRE(s.query.root->n_columns == 3);
  CHECK_STRN(s.query.root->columns[1].name.ptr, s.query.root->columns[1].name.len, "x");
  CHECK_STRN(s.query.root->columns[2].name.ptr, s.query.root->columns[2].name.len, "y");
}

static void statements(void) {
  sql_statement s;
  sonde_error err = {0};
  REQUIRE(bind_with("CREATE OR REPLACE VIEW w(p) AS SELECT a, b FROM t", NULL, &s, &err) == SONDE_OK);
  CHECK_EQ_INT(s.kind, SQL_CREATE_VIEW);
  CHECK(s.replace);
  CHECK_STRN(s.name.ptr, s.name.len, "w");
  CHECK_STRN(s.text.ptr, s.text.len, "SELECT a, b FROM t");
  CHECK_STRN(s.query.root->columns[0].name.ptr, s.query.root->columns[0].name.len, "p");
  REQUIRE(bind_with("DROP TABLE IF EXISTS w", NULL, &s, &err) == SONDE_OK);
  CHECK_EQ_INT(s.kind, SQL_DROP_TABLE);
  CHECK(s.if_exists && !s.query.root);
  REQUIRE(bind_with("EXPLAIN SELECT a FROM t WHERE b = 1", NULL, &s, &err) == SONDE_OK);
  CHECK_EQ_INT(s.kind, SQL_EXPLAIN);
  CHECK_EQ_INT(s.query.root->kind, PLAN_VALUES);
  CHECK_EQ_UINT(s.query.root->u.values.n_rows, 2);
}

static sonde_code bind_within(size_t bytes, const char *sql, sonde_error *err) {
  mem small;
  arena few;
  sql_statement s;
  mem_init(&small, bytes, NULL, NULL);
  arena_init(&few, &small);
  sonde_code code = sql_bind((sonde_str){sql, strlen(sql)}, &catalog, NULL, &few, &s, err);
  arena_free(&few);
  CHECK_EQ_UINT(small.used, 0);
  return code;
}

/* Work and memory grow with the text, not with its square or worse. */
static void long_statements_stay_cheap(void) {
  static char sql[400000];
  sonde_error err = {0};
  size_t n = (size_t)sprintf(sql, "SELECT a FROM t WHERE a <> 0");
  for (int i = 1; i < 5000; i++) n += (size_t)sprintf(sql + n, " AND a <> %d", i);
  CHECK_EQ_INT(bind_within(16 << 20, sql, &err), SONDE_OK);
  n = (size_t)sprintf(sql, "SELECT count(*) FROM t t0");
  for (int i = 1; i < 40; i++) n += (size_t)sprintf(sql + n, " JOIN t t%d ON t%d.a = t%d.a", i, i, i - 1);
  CHECK_EQ_INT(bind_within(16 << 20, sql, &err), SONDE_OK);
  n = (size_t)sprintf(sql, "SELECT a AS c0");
  for (int i = 1; i < 60; i++) n += (size_t)sprintf(sql + n, ", c%d + c%d AS c%d", i - 1, i - 1, i);
  sprintf(sql + n, " FROM t");
  CHECK_EQ_INT(bind_within(64 << 20, sql, &err), SONDE_LIMIT);
  CHECK_STR(err.message, "c14 stands for too large an expression: compute it in a sub-query");
}

static void memory_is_limited(void) {
  sonde_error err = {0};
  static char sql[100000] = "SELECT a";
  for (int i = 0; i < 9000; i++) strcat(sql + 8, ", a + 1");
  strcat(sql, " FROM t");
  CHECK_EQ_INT(bind_within(2 << 20, sql, &err), SONDE_LIMIT);
}

int main(void) {
  mem_init(&memory, 256 << 20, NULL, NULL);
  arena_init(&nodes, &memory);
  RUN(only_columns_that_are_read_are_scanned);
  RUN(filters_go_to_the_scan);
  RUN(what_never_holds_reads_nothing);
  RUN(dates_stay_dates);
  RUN(files_are_found_before_binding);
  RUN(options_of_files_are_checked_before_binding);
  RUN(aliases_can_be_used_where_columns_can);
  RUN(grouping);
  RUN(windows);
  RUN(joins);
  RUN(joins_are_ordered_by_size);
  RUN(keys_with_few_values_join_late);
  RUN(ranges_are_estimated_by_statistics);
  RUN(conditions_hold_for_equal_columns);
  RUN(semi_joins_and_outer_joins_keep_the_smaller_side);
  RUN(semi_joins_wait_for_fewer_rows);
  RUN(aggregates_look_at_wanted_keys);
  RUN(groups_that_follow_are_computed_above);
  RUN(sums_that_differ_by_constants_are_one);
  RUN(sub_queries_become_joins);
  RUN(what_cannot_be_joined_is_applied);
  RUN(lateral_tables);
  RUN(common_tables);
  RUN(sorts_and_limits);
  RUN(views_and_values);
  RUN(types_are_duckdbs);
  RUN(columns_have_names);
  RUN(unknown_names_have_neighbours);
  RUN(misplaced_aggregates);
  RUN(types_that_do_not_fit);
  RUN(parameters_are_constants);
  RUN(pivots_ask_for_their_values);
  RUN(statements);
  RUN(long_statements_stay_cheap);
  RUN(memory_is_limited);
  arena_free(&nodes);
  return check_report();
}
