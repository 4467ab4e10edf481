/* Queries whose tables memory does not hold: with a spool they have the answer that they have in memory, without one they are refused
 * in plain words; and nothing is left behind when a spool breaks, memory is out or the query is given up. */
#include "query_host.h"

/* 50,000 rows with as many keys, nulls among them, that come twice in `b`; texts, lists and doubles beside them. */
#define ROWS                                                                                                 \
  "WITH a AS (SELECT i, CASE WHEN i % 11 > 0 THEN i * 7919 % 50021 END AS k, 'text ' || i % 25013 AS s, "    \
  "[i % 17011, NULL] AS l, CASE i % 9 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN -0.0 ELSE i / 3 END AS x "       \
  "FROM range(50000) t(i)), b AS (SELECT * FROM a WHERE i % 3 > 0 UNION ALL SELECT * FROM a WHERE i % 5 = 0) "

#define DIGEST(columns, query) QUERY_DIGEST(ROWS, columns, query)

static const char *const queries[] = {
    DIGEST("k, n, v, x, s",
           "SELECT k, count(*) AS n, sum(i) AS v, max(x) AS x, min(s) AS s FROM b GROUP BY k"),
    DIGEST("l, n, v", "SELECT l, s, count(*) AS n, avg(x) AS v FROM b GROUP BY l, s"),
    DIGEST("k, n, v", "SELECT k, count(DISTINCT s) AS n, median(i) AS v FROM b GROUP BY k"),
    DIGEST("k, s, n, v", "SELECT k, s, grouping(k, s) AS n, count(*) AS v FROM b GROUP BY CUBE (k, s)"),
    DIGEST("k, s, l", "SELECT DISTINCT k, s, l FROM b"),
    DIGEST("k, s, x", "SELECT k, s, x FROM a UNION SELECT k, s, x FROM b"),
    DIGEST("k, s", "SELECT k, s FROM a EXCEPT SELECT k, s FROM b WHERE i > 900"),
    DIGEST("k, s", "SELECT k, s FROM b INTERSECT SELECT k, s FROM a WHERE i > 900"),
    DIGEST("k, s", "SELECT k, s FROM b EXCEPT ALL SELECT k, s FROM a"),
    DIGEST("k, s", "SELECT k, s FROM b INTERSECT ALL SELECT k, s FROM b WHERE i % 2 = 0"),
    DIGEST("k, s, v", "SELECT a.k, b.s, b.x AS v FROM a JOIN b ON a.k = b.k AND a.i % 1000 = b.i % 1000"),
    DIGEST("k, s, v", "SELECT a.k, b.s, b.i AS v FROM a LEFT JOIN b ON a.k = b.k AND b.i > a.i - 100"),
    DIGEST("k, s, v", "SELECT a.k, b.s, b.i AS v FROM a FULL JOIN b ON a.s = b.s AND a.k = b.k + 1"),
    DIGEST("k, s",
           "SELECT k, s FROM a WHERE i < 90 OR EXISTS (SELECT 1 FROM b WHERE b.s = a.s AND b.k = a.k)"),
    DIGEST("k, s", "SELECT k, s FROM a SEMI JOIN b ON a.l = b.l AND a.x = b.x"),
    DIGEST("k, v", "SELECT k, k NOT IN (SELECT k FROM b WHERE i > 9) AS v FROM a"),
    DIGEST("k, v", "SELECT k, k IN (SELECT k + 1 FROM b WHERE k IS NOT NULL) AS v FROM a"),
    DIGEST("k, v", "SELECT a.k, b.i AS v FROM a ASOF JOIN b ON a.s = b.s AND a.i >= b.i"),
    DIGEST("i, v, w", "SELECT i, row_number() OVER (PARTITION BY s ORDER BY i, x) AS v, sum(k) OVER "
                      "(PARTITION BY s ORDER BY i ROWS 2 PRECEDING) AS w FROM b"),
};
enum { QUERIES = sizeof queries / sizeof *queries };

static void what_memory_does_not_hold_has_the_same_answer(void) {
  random_state r = {3};
  for (unsigned i = 0; i < QUERIES; i++) {
    query_host plenty = {.block_rows = 64}, little = {.block_rows = 64, .limit = 16 << 20, .random = &r};
    char *expected = query_text(&plenty, queries[i]);
    if (!CHECK(expected[0] == '[')) fprintf(stderr, "    %s\n", expected);
    CHECK_EQ_UINT(plenty.spilled, 0);
    little.spills = true;
    CHECK_QUERY(&little, queries[i], expected);
    if (!CHECK(little.spilled > 100000)) fprintf(stderr, "    %s\n", queries[i]);
    free(expected);
  }
}

/* Parts are too large, too: they are spilled again. */
static void parts_of_parts_have_the_same_answer(void) {
  for (unsigned i = 0; i < QUERIES; i++) {
    query_host plenty = {.block_rows = 64}, none = {.block_rows = 64, .spills = true, .share = 20000};
    char *expected = query_text(&plenty, queries[i]);
    none.batch_rows = 777;
    CHECK_QUERY(&none, queries[i], expected);
    free(expected);
  }
}

static void without_a_file_the_budget_is_named(void) {
  static const char *const large[] = {
      "SELECT count(*) FROM (SELECT DISTINCT 'text ' || i FROM range(200000) t(i))",
      "SELECT max(n) FROM (SELECT count(*) AS n FROM range(900000) t(i) GROUP BY i * 17)",
      "SELECT max(s) FROM range(900000) t(i) LEFT JOIN (SELECT k AS j, 'text ' || k AS s FROM range(900000) u(k)) b ON i = j",
      "SELECT max(s) FROM (SELECT sum(i) OVER (PARTITION BY i % 999) AS s FROM range(900000) t(i))"};
  for (unsigned i = 0; i < sizeof large / sizeof *large; i++) {
    query_host little = {.block_rows = 64, .limit = 4 << 20};
    char *text = query_text(&little, large[i]);
    if (!CHECK(strstr(
            text, "error 2: the memory budget of 4 MB does not hold the rows that the query has to keep")))
      fprintf(stderr, "    %s\n", text);
    free(text);
  }
}

/* ---- faults ---- */

/* Smaller: the same ways with hundreds of runs. */
static const char *const small[] = {
    "SELECT count(*), sum(n) FROM (SELECT i % 300 AS g, count(*) AS n, min(i || '') FROM range(900) t(i) GROUP BY g)",
    "SELECT count(*) FROM (SELECT DISTINCT i % 300 || '' FROM range(900) t(i) EXCEPT SELECT j || '' FROM range(90) u(j))",
    "SELECT count(*), sum(j) FROM range(900) t(i) JOIN (SELECT k AS j, k || '' AS s FROM range(800) u(k)) b ON i = j AND s <> ''",
    "SELECT sum(n) FROM (SELECT count(*) OVER (PARTITION BY i % 70) AS n FROM range(900) t(i))"};
static const char *const answers[] = {"[300,900]", "[210]", "[800,319600]", "[11580]"};
enum { SMALL = sizeof small / sizeof *small };

typedef struct {
  uint64_t calls, fail_at, held;
} failing;

static void *failing_resize(void *user, void *old, size_t old_size, size_t new_size) {
  failing *f = user;
  if (new_size && ++f->calls == f->fail_at) return NULL;
  f->held += new_size - old_size;
  if (new_size) return realloc(old, new_size);
  free(old);
  return NULL;
}

static query_host spilling(failing *f) {
  return (query_host){.block_rows = 64,
                      .spills = true,
                      .share = 3000,
                      .batch_rows = 100,
                      .resize = failing_resize,
                      .memory = f};
}

static void any_allocation_may_fail(void) {
  for (unsigned i = 0; i < SMALL; i++) {
    failing count = {0};
    query_host h = spilling(&count);
    CHECK_QUERY(&h, small[i], answers[i]);
    CHECK(h.spilled > 0);
    for (uint64_t k = 1; k < count.calls; k += 1 + count.calls / 60) {
      failing f = {.fail_at = k};
      h = spilling(&f);
      char *text = query_text(&h, small[i]);
      CHECK(strncmp(text, "error 1", 7) == 0 || strcmp(text, answers[i]) == 0);
      CHECK_EQ_UINT(f.held, 0);
      free(text);
    }
  }
}

static void a_broken_file_is_told(void) {
  for (unsigned i = 0; i < SMALL; i++) {
    failing f = {0};
    for (uint32_t reads = 1; reads < 20; reads += 6) {
      query_host h = spilling(&f);
      h.reads_left = reads;
      char *text = query_text(&h, small[i]);
      CHECK(strstr(text, ": the file is broken"));
      CHECK_EQ_UINT(f.held, 0);
      free(text);
    }
  }
}

static void a_query_is_given_up_at_any_step(void) {
  for (unsigned i = 0; i < SMALL; i++) {
    char *text = NULL;
    for (uint32_t steps = 1; steps < 40 && (!text || strcmp(text, answers[i]) != 0); steps++) {
      failing f = {0};
      query_host h = spilling(&f);
      h.steps_left = steps;
      free(text);
      text = query_text(&h, small[i]);
      CHECK_EQ_UINT(f.held, 0);
    }
    free(text);
  }
}

int main(void) {
  RUN(what_memory_does_not_hold_has_the_same_answer);
  RUN(parts_of_parts_have_the_same_answer);
  RUN(without_a_file_the_budget_is_named);
  RUN(any_allocation_may_fail);
  RUN(a_broken_file_is_told);
  RUN(a_query_is_given_up_at_any_step);
  return check_report();
}
