/* Groups that hardly repeat are dealt out and gathered part by part once there are many, which small batches make few: their answer is
 * that of one table. Seen from outside, only the order of the groups tells. */
#include "query_host.h"

/* Keys that hardly repeat at first, whose numbers become larger and whose nulls and texts come late; each comes three times. */
#define ROWS                                                                                                      \
  "WITH a AS (SELECT i, i % 9000 * 7919 % 9001 AS k, CASE WHEN i % 9000 > 5000 THEN i % 9000 * 999983 END AS l, " \
  "'text ' || i % 9000 % 4001 AS s, CASE WHEN i % 7 > 0 THEN i * 0.1::DOUBLE END AS x, "                          \
  "CASE WHEN i % 5 > 0 THEN i % 113 END AS n FROM range(27000) t(i)) "

#define DIGEST(columns, query) QUERY_DIGEST(ROWS, columns, query)

static const char *const queries[] = {
    DIGEST("k, l, s, c, n, x",
           "SELECT k, l, s, count(*) AS c, sum(n) AS n, sum(x) AS x FROM a GROUP BY k, l, s"),
    DIGEST("k, x, c, n, m", "SELECT k, x, count(n) AS c, min(i) AS n, max(n) AS m FROM a GROUP BY k, x"),
    DIGEST("k, l, v, d, r", "SELECT k, l, avg(x) AS v, stddev(i) AS d, corr(i, n) AS r FROM a GROUP BY k, l"),
    DIGEST("k, l, n, m", "SELECT k, l, sum(n) AS n, sum(n + 2) AS m FROM a GROUP BY k, l"),
    DIGEST("k, s", "SELECT k, s FROM a GROUP BY k, s"),
    DIGEST("k, c, x", "SELECT k * 1e9 AS k, count(*) AS c, sum(1.5::DOUBLE) AS x FROM a GROUP BY k * 1e9"),
};
enum { QUERIES = sizeof queries / sizeof *queries };

static void dealt_groups_have_the_same_answer(void) {
  for (unsigned i = 0; i < QUERIES; i++) {
    query_host one = {.block_rows = 64}, dealt = {.block_rows = 64, .batch_rows = 16};
    char *expected = query_text(&one, queries[i]);
    if (!CHECK(expected[0] == '[')) fprintf(stderr, "    %s\n", expected);
    CHECK_QUERY(&dealt, queries[i], expected);
    free(expected);
  }
}

/* Whether groups of 20,000 rows, each as many times as `/ n` says, come in the order of their first rows. */
#define IN_ORDER(n, having)                                                                                  \
  "SELECT max(k) < 2e9 FROM (SELECT k FROM (SELECT i // " n " * 1000003 AS k "                               \
  "FROM range(20000) t(i) GROUP BY 1 " having ") AS g LIMIT 1900) AS f"

static void their_order_tells_that_they_were_dealt(void) {
  query_host one = {.block_rows = 64}, dealt = {.block_rows = 64, .batch_rows = 16};
  CHECK_QUERY(&one, IN_ORDER("1", ""), "[true]");
  CHECK_QUERY(&dealt, IN_ORDER("1", ""), "[false]");
}

/* A plan that expects a million groups has them dealt out from the first batch on. */
static void expected_groups_are_dealt_from_the_first(void) {
  query_host many = {.block_rows = 64}, fewer = {.block_rows = 64};
#define FIRST(end)                                                                                           \
  "SELECT max(k) < 5000000 FROM (SELECT k FROM range(0, " end ", 2500) t(k) GROUP BY k LIMIT 2000) AS f"
  CHECK_QUERY(&many, FIRST("3000000000"), "[false]");
  CHECK_QUERY(&fewer, FIRST("50000000"), "[true]");
}

/* Where few groups are met in many rows, and where aggregates keep their rows, all stay in one table. */
static void other_groups_are_not(void) {
  static const char *const others[] = {IN_ORDER("4", ""), IN_ORDER("1", "HAVING mode(i) >= 0")};
  for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
    query_host h = {.block_rows = 64, .batch_rows = 16};
    CHECK_QUERY(&h, others[i], "[true]");
  }
}

/* Texts that come when memory is short are spilled; the rest goes on to be dealt out. */
static void what_comes_when_memory_is_short_is_spilled(void) {
  static const uint64_t shares[] = {400000, 300000, 200000, 100000};
  uint64_t spilled = 0;
  for (unsigned i = 0; i < QUERIES; i++) {
    query_host one = {.block_rows = 64};
    char *expected = query_text(&one, queries[i]);
    for (unsigned s = 0; s < sizeof shares / sizeof *shares; s++) {
      query_host little = {.block_rows = 64, .batch_rows = 16, .spills = true, .share = shares[s]};
      CHECK_QUERY(&little, queries[i], expected);
      spilled += little.spilled;
    }
    free(expected);
  }
  CHECK(spilled > 1000);
}

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

static void any_allocation_may_fail(void) {
  failing count = {0};
  query_host h = {.block_rows = 64, .batch_rows = 16, .resize = failing_resize, .memory = &count};
  char *expected = query_text(&h, queries[0]);
  for (uint64_t k = 1; k < count.calls; k += 1 + count.calls / 60) {
    failing f = {.fail_at = k};
    h.memory = &f;
    char *text = query_text(&h, queries[0]);
    CHECK(strncmp(text, "error 1", 7) == 0 || strcmp(text, expected) == 0);
    CHECK_EQ_UINT(f.held, 0);
    free(text);
  }
  free(expected);
}

int main(void) {
  RUN(dealt_groups_have_the_same_answer);
  RUN(their_order_tells_that_they_were_dealt);
  RUN(expected_groups_are_dealt_from_the_first);
  RUN(other_groups_are_not);
  RUN(what_comes_when_memory_is_short_is_spilled);
  RUN(any_allocation_may_fail);
  return check_report();
}
