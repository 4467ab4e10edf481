/* Relational operators of SQL: small tables whose answers can be read off, and a large one whose answers are computed here in
 * another way, in blocks of several sizes with columns that come late. */
#include "query_host.h"

/* ---- small tables ---- */

static void groups_and_their_aggregates(void) {
  const char *t = "FROM (VALUES ('a', 1), ('b', 2), ('a', 3), (NULL, 4), ('a', NULL)) t(k, v) ";
  char sql[512];
  snprintf(sql, sizeof sql,
           "SELECT k, count(*), count(v), sum(v), avg(v), min(v), max(v) %s GROUP BY k ORDER BY k", t);
  CHECK_SQL(sql, "[\"a\",3,2,4,2.0,1,3], [\"b\",1,1,2,2.0,2,2], [null,1,1,4,4.0,4,4]");
  snprintf(
      sql, sizeof sql,
      "SELECT count(*), sum(v), min(k), max(k), list(v ORDER BY v DESC), string_agg(k, '+') %s WHERE v > 100",
      t);
  CHECK_SQL(sql, "[0,null,null,null,null,null]");
  snprintf(
      sql, sizeof sql,
      "SELECT count(DISTINCT k), sum(v) FILTER (k = 'a'), list(v ORDER BY v DESC NULLS LAST), string_agg(k, '+' ORDER BY k DESC) %s",
      t);
  CHECK_SQL(sql, "[2,4,[4,3,2,1,null],\"b+a+a+a\"]");
}

static void aggregates_of_order_and_spread(void) {
  CHECK_SQL(
      "SELECT median(x), quantile_cont(x, 0.25), quantile_disc(x, [0.5, 1]), mode(x), mad(x) FROM (VALUES (1), (2), (4), (8), (8)) t(x)",
      "[4.0,2.0,[4,8],8,3.0]");
  CHECK_SQL(
      "SELECT var_pop(x), var_samp(x), stddev_pop(x), covar_pop(x, y), corr(x, y), regr_slope(y, x), regr_intercept(y, x) FROM (VALUES (2, 5), (4, 9), (6, 13)) t(x, y)",
      "[2.6666666666666665,4.0,1.632993161855452,5.333333333333333,1.0,2.0,1.0]");
  CHECK_SQL(
      "SELECT arg_min(k, v), arg_max(k, v), first(k), last(k), any_value(k), product(v), bit_xor(v), bool_or(v > 2) FROM (VALUES ('a', 2), ('b', 1), ('c', 4)) t(k, v)",
      "[\"b\",\"c\",\"a\",\"c\",\"a\",8.0,7,true]");
  CHECK_SQL("SELECT histogram(x), entropy(x), max(x, 2) FROM (VALUES (1), (1), (2), (3)) t(x)",
            "[[{\"key\":1,\"value\":2},{\"key\":2,\"value\":1},{\"key\":3,\"value\":1}],1.5,[3,2]]");
  CHECK_SQL("SELECT sum(x) FROM (VALUES (9223372036854775807::BIGINT), (9223372036854775807)) t(x)",
            "[18446744073709551614]");
}

static void grouping_sets_leave_groups_out(void) {
  CHECK_SQL(
      "SELECT a, b, sum(n), grouping(a, b) FROM (VALUES ('x', 1, 10), ('x', 2, 20), ('y', 1, 5)) t(a, b, n) GROUP BY ROLLUP (a, b) ORDER BY 4, 1, 2",
      "[\"x\",1,10,0], [\"x\",2,20,0], [\"y\",1,5,0], [\"x\",null,30,1], [\"y\",null,5,1], [null,null,35,3]");
  CHECK_SQL("SELECT count(*) FROM (SELECT 1 WHERE false) t GROUP BY GROUPING SETS (())", "[0]");
}

static void joins_keep_the_rows_they_should(void) {
#define LEFT "(VALUES (1, 'a'), (2, 'b'), (NULL, 'n')) l(i, x)"
#define RIGHT "(VALUES (2, 'B'), (2, 'C'), (3, 'D'), (NULL, 'N')) r(i, y)"
  CHECK_SQL("SELECT x, y FROM " LEFT " JOIN " RIGHT " ON l.i = r.i ORDER BY y",
            "[\"b\",\"B\"], [\"b\",\"C\"]");
  CHECK_SQL("SELECT x, y FROM " LEFT " LEFT JOIN " RIGHT " ON l.i = r.i ORDER BY x, y",
            "[\"a\",null], [\"b\",\"B\"], [\"b\",\"C\"], [\"n\",null]");
  CHECK_SQL("SELECT x, y FROM " LEFT " FULL JOIN " RIGHT " ON l.i = r.i ORDER BY x, y",
            "[\"a\",null], [\"b\",\"B\"], [\"b\",\"C\"], [\"n\",null], [null,\"D\"], [null,\"N\"]");
  CHECK_SQL("SELECT x, y FROM " LEFT " RIGHT JOIN " RIGHT " ON l.i = r.i AND y <> 'C' ORDER BY y",
            "[\"b\",\"B\"], [null,\"C\"], [null,\"D\"], [null,\"N\"]");
  CHECK_SQL("SELECT x FROM " LEFT " WHERE EXISTS (SELECT 1 FROM " RIGHT " WHERE r.i = l.i)", "[\"b\"]");
  CHECK_SQL("SELECT x, l.i IN (SELECT i FROM " RIGHT ") FROM " LEFT " ORDER BY x",
            "[\"a\",null], [\"b\",true], [\"n\",null]");
  CHECK_SQL("SELECT x FROM " LEFT " WHERE l.i NOT IN (SELECT i FROM " RIGHT " WHERE r.i IS NOT NULL)",
            "[\"a\"]");
  CHECK_SQL("SELECT x, y FROM " LEFT " JOIN " RIGHT " ON l.i < r.i ORDER BY x, y",
            "[\"a\",\"B\"], [\"a\",\"C\"], [\"a\",\"D\"], [\"b\",\"D\"]");
  CHECK_SQL("SELECT x, y FROM " LEFT " JOIN " RIGHT " ON l.i IS NOT DISTINCT FROM r.i ORDER BY x, y",
            "[\"b\",\"B\"], [\"b\",\"C\"], [\"n\",\"N\"]");
  CHECK_SQL("SELECT x, (SELECT y FROM " RIGHT " WHERE r.i = l.i) FROM " LEFT,
            "error 9: more than one row returned by a sub-query that stands for one value");
  CHECK_SQL(
      "SELECT t, v FROM (VALUES (1), (5), (9)) a(t) ASOF JOIN (VALUES (2, 'x'), (5, 'y')) b(u, v) ON a.t >= b.u ORDER BY t",
      "[5,\"y\"], [9,\"y\"]");
  CHECK_SQL("SELECT a, b FROM (VALUES (1), (2)) x(a) POSITIONAL JOIN (VALUES ('p')) y(b)",
            "[1,\"p\"], [2,null]");
#undef LEFT
#undef RIGHT
}

static void lateral_sub_queries_see_the_row(void) {
  CHECK_SQL(
      "SELECT n, s FROM (VALUES (1), (3)) t(n), LATERAL (SELECT sum(i) AS s FROM range(n + 1) r(i)) ORDER BY n",
      "[1,1], [3,6]");
  CHECK_SQL(
      "SELECT n, (SELECT count(*) FROM (VALUES (1), (2), (2)) u(m) WHERE m = n) FROM (VALUES (1), (2), (9)) t(n) ORDER BY n",
      "[1,1], [2,2], [9,0]");
}

static void sets_of_rows(void) {
  CHECK_SQL("SELECT * FROM (VALUES (1), (2), (2), (NULL), (NULL)) t(x) EXCEPT SELECT 1 ORDER BY 1",
            "[2], [null]");
  CHECK_SQL("SELECT * FROM (VALUES (1), (2), (2), (2)) t(x) EXCEPT ALL SELECT 2 ORDER BY 1", "[1], [2], [2]");
  CHECK_SQL(
      "SELECT * FROM (VALUES (2), (2), (3)) t(x) INTERSECT ALL SELECT * FROM (VALUES (2), (2), (2)) u(x)",
      "[2], [2]");
  CHECK_SQL("SELECT 1 UNION SELECT 2 UNION SELECT 1 UNION ALL SELECT 1 ORDER BY 1", "[1], [1], [2]");
  CHECK_SQL("SELECT DISTINCT ON (k) k, v FROM (VALUES ('a', 2), ('b', 1), ('a', 1)) t(k, v) ORDER BY k, v",
            "[\"a\",1], [\"b\",1]");
}

static void recursion_ends_when_nothing_is_new(void) {
  CHECK_SQL(
      "WITH RECURSIVE f(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM f WHERE b < 50) SELECT list(a) FROM f",
      "[[0,1,1,2,3,5,8,13,21,34]]");
  CHECK_SQL("WITH RECURSIVE r(x) AS (SELECT 1 UNION SELECT x % 4 + 1 FROM r) SELECT count(*) FROM r", "[4]");
  CHECK_SQL("WITH a AS MATERIALIZED (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT x, y FROM a, b",
            "[1,2]");
}

static void windows_move_over_their_frames(void) {
#define ROWS "FROM (VALUES (1, 10), (2, 20), (3, 20), (4, 40)) t(i, v) ORDER BY i"
  CHECK_SQL(
      "SELECT row_number() OVER (ORDER BY v, i), rank() OVER (ORDER BY v), dense_rank() OVER (ORDER BY v), ntile(3) OVER (ORDER BY i), cume_dist() OVER (ORDER BY v) " ROWS,
      "[1,1,1,1,0.25], [2,2,2,1,0.75], [3,2,2,2,0.75], [4,4,3,3,1.0]");
  CHECK_SQL(
      "SELECT lag(v) OVER (ORDER BY i), lead(v, 2, -1) OVER (ORDER BY i), first_value(v) OVER w, last_value(v) OVER w, nth_value(v, 2) OVER w FROM (VALUES (1, 10), (2, 20), (3, 20), (4, 40)) t(i, v) WINDOW w AS (ORDER BY i ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) ORDER BY i",
      "[null,20,10,20,20], [10,40,10,20,20], [20,-1,20,40,20], [20,-1,20,40,40]");
  CHECK_SQL(
      "SELECT sum(v) OVER (ORDER BY v), sum(v) OVER (ORDER BY i ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), sum(v) OVER (ORDER BY v RANGE BETWEEN 10 PRECEDING AND CURRENT ROW), sum(v) OVER (ORDER BY v GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING) " ROWS,
      "[10,80,10,null], [50,60,50,10], [50,40,50,10], [90,null,40,40]");
  CHECK_SQL(
      "SELECT sum(v) OVER (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW), count(*) OVER (ORDER BY v ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES), list(v) OVER (ORDER BY i ROWS 1 PRECEDING), count(DISTINCT v) OVER () " ROWS,
      "[80,4,[10],3], [70,3,[10,20],3], [70,3,[20,20],3], [50,4,[20,40],3]");
#undef ROWS
}

static void lists_become_rows(void) {
  CHECK_SQL("SELECT k, unnest(l) FROM (VALUES ('a', [1, 2]), ('b', []), ('c', NULL), ('d', [NULL])) t(k, l)",
            "[\"a\",1], [\"a\",2], [\"d\",null]");
  CHECK_SQL("SELECT * FROM range(2, 11, 4) UNION ALL SELECT * FROM generate_series(3, 1, -1)",
            "[2], [6], [10], [3], [2], [1]");
  CHECK_SQL("SELECT range FROM range(DATE '2024-01-30', DATE '2024-03-02', INTERVAL 1 MONTH)",
            "[\"2024-01-30 00:00:00\"], [\"2024-02-29 00:00:00\"]");
}

/* ---- a large table ---- */

enum { ROWS = 20000, WORDS = 37 };

typedef struct {
  int64_t id[ROWS], n[ROWS];
  double x[ROWS];
  uint32_t codes[ROWS], offsets[WORDS + 1];
  uint64_t n_valid[(ROWS + 63) / 64];
  char words[WORDS * 8];
  vec vecs[4];
  plan_column columns[4];
  memory_table table;
} large;

static bool n_there(const large *t, uint32_t i) { return t->n_valid[i / 64] >> (i % 64) & 1; }

static void fill_large(large *t) {
  random_state r = {42};
  memset(t->n_valid, 0, sizeof t->n_valid);
  for (uint32_t w = 0; w < WORDS; w++) {
    t->offsets[w] = w * 4;
    snprintf(t->words + w * 4, 8, "w%03u", w);
  }
  t->offsets[WORDS] = WORDS * 4;
  for (uint32_t i = 0; i < ROWS; i++) {
    t->id[i] = i;
    t->n[i] = (int64_t)random_below(&r, 1000) - 500;
    t->x[i] = (double)random_below(&r, 1u << 30) / 1024;
    t->codes[i] = random_below(&r, WORDS);
    if (random_below(&r, 10)) t->n_valid[i / 64] |= (uint64_t)1 << (i % 64);
  }
  t->vecs[0] = (vec){.type = {.id = TYPE_INT64}, .form = VEC_PACKED, .width = 8, .rows = ROWS, .data = t->id};
  t->vecs[1] = (vec){.type = {.id = TYPE_INT64},
                     .form = VEC_PACKED,
                     .width = 8,
                     .rows = ROWS,
                     .data = t->n,
                     .validity = t->n_valid};
  t->vecs[2] = (vec){.type = {.id = TYPE_DOUBLE}, .form = VEC_F64, .rows = ROWS, .data = t->x};
  t->vecs[3] = (vec){.type = {.id = TYPE_TEXT},
                     .form = VEC_DICT,
                     .width = 4,
                     .rows = ROWS,
                     .data = t->codes,
                     .n_values = WORDS,
                     .offsets = t->offsets,
                     .bytes = t->words};
  const char *names[] = {"id", "n", "x", "w"};
  const sql_type_id types[] = {SQL_BIGINT, SQL_BIGINT, SQL_DOUBLE, SQL_TEXT};
  for (uint32_t c = 0; c < 4; c++)
    t->columns[c] = (plan_column){{names[c], strlen(names[c])}, sql_simple(types[c])};
  t->table = (memory_table){"t", t->columns, 4, ROWS, t->vecs};
}

static large big;

static query_host big_host(uint32_t block_rows, random_state *random) {
  return (query_host){.tables = &big.table, .n_tables = 1, .block_rows = block_rows, .random = random};
}

/* word, rows, sum of n: by counting in arrays. */
static void expect_groups(char *out, size_t size) {
  size_t at = 0;
  for (uint32_t w = 0; w < WORDS; w++) {
    int64_t rows = 0, sum = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
      if (big.codes[i] != w) continue;
      rows++;
      if (n_there(&big, i)) sum += big.n[i];
    }
    at += (size_t)snprintf(out + at, size - at, "%s[\"w%03u\",%lld,%lld]", w ? ", " : "", w, (long long)rows,
                           (long long)sum);
  }
}

static void blocks_and_late_columns_do_not_change_an_answer(void) {
  static char expected[WORDS * 48];
  const uint32_t sizes[] = {64, 1984, 2048, 4096, ROWS + 48};
  expect_groups(expected, sizeof expected);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    random_state r = {i + 1};
    query_host plain = big_host(sizes[i], NULL), late = big_host(sizes[i], &r);
    CHECK_QUERY(&plain, "SELECT w, count(*), sum(n) FROM t GROUP BY w ORDER BY w", expected);
    CHECK_QUERY(&late, "SELECT w, count(*), sum(n) FROM t GROUP BY w ORDER BY w", expected);
  }
}

static void filters_and_joins_agree_with_loops(void) {
  char expected[128];
  int64_t kept = 0, pairs = 0, rows_of[WORDS] = {0};
  double least = 1e300;
  for (uint32_t i = 0; i < ROWS; i++) {
    bool hit = n_there(&big, i) && big.n[i] > 100 && big.codes[i] >= 30;
    kept += hit;
    if (hit && big.x[i] < least) least = big.x[i];
    rows_of[big.codes[i]]++;
  }
  for (uint32_t w = 0; w < WORDS; w++) pairs += rows_of[w] * rows_of[w];
  random_state r = {3};
  query_host h = big_host(2048, &r);
  snprintf(expected, sizeof expected, "[%lld,true]", (long long)kept);
  char sql[200];
  snprintf(sql, sizeof sql, "SELECT count(*), min(x) = %.17g::DOUBLE FROM t WHERE n > 100 AND w >= 'w030'",
           least);
  CHECK_QUERY(&h, sql, expected);
  snprintf(expected, sizeof expected, "[%lld]", (long long)pairs);
  CHECK_QUERY(&h, "SELECT count(*) FROM t a JOIN t b ON a.w = b.w", expected);
  snprintf(expected, sizeof expected, "[%d]", ROWS);
  CHECK_QUERY(&h, "SELECT count(*) FROM t a JOIN t b ON a.id = b.id AND a.w = b.w", expected);
}

/* Whatever the limit, the first rows are those of the whole order. */
static void the_first_rows_are_those_of_the_whole_order(void) {
  random_state r = {5};
  query_host h = big_host(2048, &r);
  char *all = query_text(&h, "SELECT id FROM (SELECT * FROM t ORDER BY w DESC, n NULLS FIRST, x)");
  const char *limits[] = {"1", "7", "300", "9000"};
  for (size_t i = 0; i < 4; i++) {
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT id FROM t ORDER BY w DESC, n NULLS FIRST, x LIMIT %s", limits[i]);
    char *some = query_text(&h, sql);
    CHECK(strlen(some) < strlen(all) && strncmp(all, some, strlen(some)) == 0);
    free(some);
  }
  free(all);
  char *sorted =
      query_text(&h, "SELECT count(*) FROM (SELECT x, lag(x) OVER (ORDER BY x) AS p FROM t) WHERE p > x");
  CHECK_STR(sorted, "[0]");
  free(sorted);
}

static void windows_agree_with_sub_queries(void) {
  query_host h = big_host(4096, NULL);
  CHECK_QUERY(
      &h,
      "SELECT count(*) FROM (SELECT w, sum(n) OVER (PARTITION BY w) AS s FROM t) a JOIN (SELECT w, sum(n) AS s FROM t GROUP BY w) b ON a.w = b.w AND a.s <> b.s",
      "[0]");
  CHECK_QUERY(
      &h,
      "WITH c AS (SELECT id, sum(n) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS c, sum(n) OVER (ORDER BY id ROWS BETWEEN 40 PRECEDING AND CURRENT ROW) AS s FROM t) SELECT count(*) FROM c a JOIN c b ON a.id = b.id + 41 WHERE a.s <> a.c - b.c",
      "[0]");
}

/* A filter on the row number lets a window keep few rows; written so that it cannot be seen, the answer is the same. */
static void first_rows_of_partitions_are_the_same_either_way(void) {
  query_host h = big_host(4096, NULL);
  const char *orders[] = {"n DESC, id", "n NULLS FIRST, x", "w, x DESC"};
  for (size_t i = 0; i < 3; i++) {
    char seen[400], hidden[400];
    const char *form =
        "SELECT list(id ORDER BY id) FROM (SELECT id, row_number() OVER (PARTITION BY %s ORDER BY %s) AS r FROM t) WHERE %s";
    snprintf(seen, sizeof seen, form, i == 2 ? "n // 100" : "w", orders[i], "r <= 3");
    snprintf(hidden, sizeof hidden, form, i == 2 ? "n // 100" : "w", orders[i], "r * 2 <= 6");
    char *a = query_text(&h, seen), *b = query_text(&h, hidden);
    CHECK_STR(a, b);
    CHECK(strlen(a) > 100);
    free(a);
    free(b);
  }
}

static void a_budget_that_does_not_hold_the_answer_is_an_error(void) {
  query_host h = big_host(2048, NULL);
  h.limit = 300000;
  char *text = query_text(&h, "SELECT count(*) FROM (SELECT DISTINCT x FROM t)");
  CHECK(strncmp(text, "error 2: the memory budget", 26) == 0);
  free(text);
  for (h.limit = 40000; h.limit < 3000000;
       h.limit += h.limit / 7) { /* whatever is refused, everything is given back */
    text = query_text(
        &h, "SELECT w, median(x), list(n ORDER BY x), count(DISTINCT n) FROM t GROUP BY w ORDER BY 2");
    CHECK(strncmp(text, "error 2", 7) == 0 || strncmp(text, "[\"w", 3) == 0);
    free(text);
    text = query_text(
        &h,
        "SELECT a.w, row_number() OVER (PARTITION BY a.w ORDER BY a.x) FROM t a LEFT JOIN t b ON a.id = b.n ORDER BY a.x LIMIT 10");
    CHECK(strncmp(text, "error 2", 7) == 0 || strncmp(text, "[\"w", 3) == 0);
    free(text);
  }
}

int main(void) {
  fill_large(&big);
  RUN(groups_and_their_aggregates);
  RUN(aggregates_of_order_and_spread);
  RUN(grouping_sets_leave_groups_out);
  RUN(joins_keep_the_rows_they_should);
  RUN(lateral_sub_queries_see_the_row);
  RUN(sets_of_rows);
  RUN(recursion_ends_when_nothing_is_new);
  RUN(windows_move_over_their_frames);
  RUN(lists_become_rows);
  RUN(blocks_and_late_columns_do_not_change_an_answer);
  RUN(filters_and_joins_agree_with_loops);
  RUN(the_first_rows_are_those_of_the_whole_order);
  RUN(windows_agree_with_sub_queries);
  RUN(first_rows_of_partitions_are_the_same_either_way);
  RUN(a_budget_that_does_not_hold_the_answer_is_an_error);
  return check_report();
}
