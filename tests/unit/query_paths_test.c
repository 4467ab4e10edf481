/* Short cuts of scans, expressions and aggregates answer what the long ways answer: each pair of queries means the same, and the second is
 * written so that no short cut applies. */
#include "query_host.h"

enum { ROWS = 9000, WORDS = 7 };

typedef struct {
  int64_t i[ROWS];   /* small numbers, some of them null */
  int64_t big[ROWS]; /* both ends of the type among them */
  double d[ROWS];
  uint32_t s[ROWS]; /* codes */
  uint32_t x[ROWS + 1];
  uint64_t there[ROWS / 64 + 1];
} values;

static values v;
static const char letters[] = "teacoffeematecocoa";
static const uint32_t word_ends[WORDS + 1] = {0, 3, 9, 13, 18, 18, 18, 18};

static void fill(void) {
  static const double doubles[] = {0.0, -0.0, NAN, 1.5, -2.25, INFINITY};
  static const int64_t ends[] = {INT64_MIN, INT64_MAX, INT64_MAX, 0};
  random_state random = {42};
  for (uint32_t r = 0; r < ROWS; r++) {
    v.i[r] = (int64_t)random_below(&random, r < ROWS / 2 ? 5 : 5000) - 2;
    v.big[r] =
        random_below(&random, 50) ? (int64_t)(random_next(&random) >> 20) : ends[random_below(&random, 4)];
    v.d[r] =
        random_below(&random, 20) ? random_below(&random, 1000) / 8.0 : doubles[random_below(&random, 6)];
    v.s[r] = random_below(&random, 5);
    v.x[r + 1] = v.x[r] + random_below(&random, 4) % 3;
    if (random_below(&random, 10)) v.there[r / 64] |= (uint64_t)1 << r % 64;
  }
}

static query_host host_of(uint32_t block_rows, memory_table *table) {
  static char texts[2 * ROWS];
  static const plan_column columns[] = {{.name = {"i", 1}, .type = {.id = SQL_BIGINT}},
                                        {.name = {"big", 3}, .type = {.id = SQL_BIGINT}},
                                        {.name = {"d", 1}, .type = {.id = SQL_DOUBLE}},
                                        {.name = {"s", 1}, .type = {.id = SQL_TEXT}},
                                        {.name = {"x", 1}, .type = {.id = SQL_TEXT}}};
  static vec vecs[5];
  for (size_t i = 0; i < sizeof texts; i++) texts[i] = letters[i * i % (sizeof letters - 1)];
  vecs[0] = (vec){.type = {.id = TYPE_INT64}, .form = VEC_PACKED, .width = 8, .rows = ROWS, .data = v.i};
  vecs[0].validity = v.there;
  vecs[1] = (vec){.type = {.id = TYPE_INT64}, .form = VEC_PACKED, .width = 8, .rows = ROWS, .data = v.big};
  vecs[2] = (vec){.type = {.id = TYPE_DOUBLE}, .form = VEC_F64, .rows = ROWS, .data = v.d};
  vecs[3] = (vec){.type = {.id = TYPE_TEXT}, .form = VEC_DICT, .width = 4, .rows = ROWS, .data = v.s};
  vecs[3].n_values = WORDS;
  vecs[3].offsets = word_ends;
  vecs[3].bytes = letters;
  vecs[3].validity = v.there;
  vecs[4] = (vec){.type = {.id = TYPE_TEXT}, .form = VEC_TEXT, .rows = ROWS, .offsets = v.x, .bytes = texts};
  *table = (memory_table){.name = "t", .columns = columns, .n_columns = 5, .n_rows = ROWS, .vecs = vecs};
  return (query_host){.tables = table, .n_tables = 1, .block_rows = block_rows};
}

static void same(const char *quick, const char *slow) {
  static const uint32_t block_rows[] = {64, 2048 + 64, ROWS + 64};
  for (size_t b = 0; b < 3; b++) {
    memory_table table;
    query_host h = host_of(block_rows[b] / 64 * 64, &table);
    char *a = query_text(&h, quick), *c = query_text(&h, slow);
    CHECK(a[0] == '[');
    if (!CHECK(strcmp(a, c) == 0)) fprintf(stderr, "    %s\n    %.300s\n    %.300s\n", quick, a, c);
    free(a);
    free(c);
  }
}

static void few_rows_of_a_filter_are_those_of_all(void) {
  same(
      "SELECT i, big, d, s, x FROM t WHERE i = 1 AND d > 20 AND s <> 'tea'",
      "SELECT i, big, d, s, x FROM (SELECT *, random() AS r FROM t) WHERE i = 1 AND d > 20 AND s <> 'tea' AND r >= 0");
  same("SELECT big, x FROM t WHERE i > 4500 AND x <> ''",
       "SELECT big, x FROM (SELECT *, random() AS r FROM t) WHERE i > 4500 AND x <> '' AND r >= 0");
  same(
      "SELECT count(*), sum(i) FROM t WHERE i > -5 AND x LIKE '%e%' AND s IS NOT NULL",
      "SELECT count(*), sum(i) FROM (SELECT *, random() AS r FROM t) WHERE i > -5 AND x LIKE '%e%' AND s IS NOT NULL AND r >= 0");
}

static void a_condition_that_fails_is_asked_only_for_rows_that_are_left(void) {
  same("SELECT count(*), sum(big) FROM t WHERE i > 4000 AND sqrt(i - 4000) >= 0 AND d < 50",
       "SELECT count(*), sum(big) FROM t WHERE CASE WHEN i > 4000 THEN d < 50 ELSE false END");
  memory_table table;
  query_host h = host_of(ROWS / 64 * 64 + 64, &table);
  char *text = query_text(&h, "SELECT count(*) FROM t WHERE i > 3000 AND sqrt(i - 4000) >= 0");
  CHECK(strncmp(text, "error 9", 7) == 0);
  free(text);
}

static void lists_and_ranges_are_comparisons(void) {
  same("SELECT i, i IN (1, -2, NULL), i NOT IN (0, 4000), i IN (3, 3) FROM t",
       "SELECT i, i = 1 OR i = -2 OR NULL, NOT (i = 0 OR i = 4000), i = 3 FROM t");
  same(
      "SELECT d BETWEEN 1.5 AND 80, i BETWEEN -1 AND 1, i BETWEEN 3 AND NULL, big NOT BETWEEN 0 AND 9 FROM t",
      "SELECT d >= 1.5 AND d <= 80, i >= -1 AND i <= 1, i >= 3 AND i <= NULL, NOT (big >= 0 AND big <= 9) FROM t");
}

static void a_case_is_a_choice_for_each_row(void) {
  same(
      "SELECT CASE WHEN i < 0 THEN s WHEN d > 50 THEN x ELSE 'rest' END, CASE i WHEN 1 THEN d WHEN 2 THEN NULL ELSE big::DOUBLE END FROM t",
      "SELECT coalesce([if(i < 0, s, if(d > 50, x, 'rest'))][1], if(false, '', NULL)), if(i = 1, d, if(i = 2, NULL, big::DOUBLE)) FROM t");
}

static void sums_are_exact_where_words_overflow(void) {
  same(
      "SELECT s, sum(big), avg(i), count(i) FROM t GROUP BY s ORDER BY s",
      "SELECT s, sum(big::HUGEINT), avg(i::HUGEINT), sum(if(i IS NULL, 0, 1))::BIGINT FROM t GROUP BY s ORDER BY s");
  same(
      "SELECT sum(big), min(i), max(i), min(d), max(d), count(DISTINCT i) FROM t",
      "SELECT sum(big::HUGEINT), min(i::HUGEINT)::BIGINT, max(i::HUGEINT)::BIGINT, (SELECT d FROM t ORDER BY d LIMIT 1), (SELECT d FROM t ORDER BY d DESC LIMIT 1), (SELECT count(*) FROM (SELECT DISTINCT i FROM t WHERE i IS NOT NULL)) FROM t");
}

static void sums_of_a_shifted_column_count_its_values(void) {
  same(
      "SELECT s, sum(i + 3), sum(i), sum(i - 7), sum(i + 3) FILTER (d > 9), sum(DISTINCT i + 1) FROM t GROUP BY s ORDER BY s",
      "SELECT s, sum(i) + 3 * count(i), sum(i), sum(i) - 7 * count(i), sum(if(d > 9, i + 3, NULL)), sum(DISTINCT i) + count(DISTINCT i) FROM t GROUP BY s ORDER BY s");
  same("SELECT sum(i + 1), sum(i + 2) FROM t WHERE i > 100000", "SELECT NULL::HUGEINT, NULL::HUGEINT");
}

static void a_quantile_is_a_place_in_the_order(void) {
  same(
      "SELECT s, median(i), quantile_disc(d, 0.25), quantile_cont(i, 0.9) FROM t GROUP BY s ORDER BY s",
      "SELECT s, quantile_cont(i, [0.5])[1], quantile_disc(d, [0.25])[1], quantile_cont(i, [0.9])[1] FROM t GROUP BY s ORDER BY s");
  same(
      "SELECT median(d), quantile_disc(i, 0), quantile_disc(i, 1), median(DISTINCT i), median(big) FILTER (i > 9) FROM t",
      "SELECT quantile_cont(d, [0.5])[1], min(i), max(i), quantile_cont(DISTINCT i, [0.5])[1], (SELECT quantile_cont(big, [0.5])[1] FROM t WHERE i > 9) FROM t");
  same("SELECT median(i), quantile_disc(d, 0.5) FROM t WHERE i > 100000",
       "SELECT NULL::DOUBLE, NULL::DOUBLE");
}

static void groups_are_those_of_their_texts(void) {
  same(
      "SELECT i, s, count(*) AS n FROM t GROUP BY i, s ORDER BY i, s",
      "SELECT nullif(split_part(k, '|', 1), '-')::BIGINT AS i, nullif(split_part(k, '|', 2), '-') AS s, n FROM (SELECT concat(coalesce(i::VARCHAR, '-'), '|', coalesce(s, '-')) AS k, count(*) AS n FROM t GROUP BY k) ORDER BY 1, 2");
  same("SELECT count(*) FROM (SELECT DISTINCT big, d FROM t)",
       "SELECT count(*) FROM (SELECT DISTINCT big::VARCHAR, if(d = 0, '0', d::VARCHAR) FROM t)");
  same("SELECT count(*) FROM (SELECT i, s FROM t EXCEPT SELECT i, s FROM t WHERE d > 9)",
       "SELECT count(*) FROM (SELECT i, s FROM t GROUP BY i, s HAVING count(*) FILTER (d > 9) = 0)");
  same(
      "SELECT count(*) FROM (SELECT i, x FROM t INTERSECT SELECT i - 1, x FROM t)",
      "SELECT count(*) FROM (SELECT DISTINCT i, x FROM t) a WHERE EXISTS (SELECT 1 FROM t b WHERE b.i - 1 IS NOT DISTINCT FROM a.i AND b.x = a.x)");
}

int main(void) {
  fill();
  RUN(few_rows_of_a_filter_are_those_of_all);
  RUN(a_condition_that_fails_is_asked_only_for_rows_that_are_left);
  RUN(lists_and_ranges_are_comparisons);
  RUN(a_case_is_a_choice_for_each_row);
  RUN(sums_are_exact_where_words_overflow);
  RUN(sums_of_a_shifted_column_count_its_values);
  RUN(a_quantile_is_a_place_in_the_order);
  RUN(groups_are_those_of_their_texts);
  return check_report();
}
