/* Joins, late columns and sorts in slices: each against a straightforward form of the same question, over keys that lie close or
 * far apart, with nulls, NaN, both zeros, duplicates and empty sides, in blocks that come late. */
#include "query_host.h"

#include "exec/query/keys/join_table.h"
#include "exec/query/keys/sort.h"

enum { COLUMNS = 6, LEFT_ROWS = 220, RIGHT_ROWS = 170, WORDS = 23 };

typedef struct {
  int64_t id[LEFT_ROWS], near[LEFT_ROWS], far[LEFT_ROWS];
  double x[LEFT_ROWS], t[LEFT_ROWS];
  uint32_t codes[LEFT_ROWS], offsets[WORDS + 1];
  uint64_t valid[(LEFT_ROWS + 63) / 64];
  char words[WORDS * 12];
  vec vecs[COLUMNS];
} side;

static const plan_column columns[COLUMNS] = {
    {{"id", 2}, {.id = SQL_BIGINT}}, {{"near", 4}, {.id = SQL_BIGINT}}, {{"far", 3}, {.id = SQL_BIGINT}},
    {{"x", 1}, {.id = SQL_DOUBLE}},  {{"w", 1}, {.id = SQL_TEXT}},      {{"t", 1}, {.id = SQL_DOUBLE}}};

static double awkward(uint32_t i) {
  const double values[] = {0.0, -0.0, NAN, INFINITY, 1.5, -1.5, 1e300};
  return values[i % 7];
}

static void fill_words(side *s, uint32_t from) {
  uint32_t at = 0;
  for (uint32_t w = 0; w < WORDS; w++) {
    s->offsets[w] = at;
    at += (uint32_t)snprintf(s->words + at, 12, "%sw%u", w % 3 ? "" : "long", w + from);
  }
  s->offsets[WORDS] = at;
}

static void fill_side(side *s, uint64_t seed, uint32_t rows, uint32_t first_word) {
  random_state r = {seed};
  *s = (side){0};
  fill_words(s, first_word);
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t key = random_below(&r, 70);
    s->id[i] = i;
    s->near[i] = (int64_t)key - 20;
    s->far[i] = (int64_t)key * 1000000007 * (key % 2 ? 1 : -1) * 4001;
    s->x[i] = awkward(random_below(&r, 7));
    s->t[i] = (double)random_below(&r, 200) / 4;
    s->codes[i] = random_below(&r, WORDS);
    if (random_below(&r, 12)) s->valid[i / 64] |= (uint64_t)1 << (i % 64);
  }
  vec number = {
      .type = {.id = TYPE_INT64}, .form = VEC_PACKED, .width = 8, .rows = rows, .validity = s->valid};
  vec real = {.type = {.id = TYPE_DOUBLE}, .form = VEC_F64, .rows = rows, .validity = s->valid};
  for (uint32_t c = 0; c < COLUMNS; c++) s->vecs[c] = c == 3 || c == 5 ? real : number;
  s->vecs[0].validity = NULL;
  s->vecs[0].data = s->id;
  s->vecs[1].data = s->near;
  s->vecs[2].data = s->far;
  s->vecs[3].data = s->x;
  s->vecs[4] = (vec){.type = {.id = TYPE_TEXT},
                     .form = VEC_DICT,
                     .width = 4,
                     .rows = rows,
                     .data = s->codes,
                     .validity = s->valid,
                     .n_values = WORDS,
                     .offsets = s->offsets,
                     .bytes = s->words};
  s->vecs[5].data = s->t;
}

static side left, right, unique;
static memory_table tables[] = {{"l", columns, COLUMNS, LEFT_ROWS, left.vecs},
                                {"r", columns, COLUMNS, RIGHT_ROWS, right.vecs},
                                {"u", columns, COLUMNS, RIGHT_ROWS, unique.vecs},
                                {"none", columns, COLUMNS, 0, right.vecs}};

static void fill_tables(void) {
  fill_side(&left, 11, LEFT_ROWS, 0);
  fill_side(&right, 12, RIGHT_ROWS, 5);
  fill_side(&unique, 13, RIGHT_ROWS, 5);
  for (uint32_t i = 0; i < RIGHT_ROWS; i++) { /* every key once, in no order */
    unique.near[i] = (int64_t)(i * 7 % RIGHT_ROWS) - 80;
    unique.far[i] = unique.near[i] * 1000000007 * 4001 * (unique.near[i] % 2 ? 1 : -1);
  }
}

/* Both texts have the same answer, whatever comes late and whichever side is kept. */
static void check_same(const char *sql, const char *plain) {
  random_state r = {99};
  query_host h = {.tables = tables, .n_tables = 4, .block_rows = 1u << 20};
  char *expected = query_text(&h, plain);
  CHECK(strncmp(expected, "error", 5) != 0);
  for (unsigned i = 0; i < 4; i++) {
    h.block_rows = i % 2 ? 64 : 4096;
    h.build_left = i >= 2;
    h.random = &r;
    query_check(&h, sql, expected, __FILE__, __LINE__);
  }
  free(expected);
}

/* ---- kinds of joins ---- */

static const char *const keys[] = {"l.near = r.near",
                                   "l.far = r.far",
                                   "l.x = r.x",
                                   "l.w = r.w",
                                   "l.near = r.near AND l.w = r.w",
                                   "l.far = r.far AND l.near = r.near",
                                   "l.near IS NOT DISTINCT FROM r.near",
                                   "l.near + 1 = r.near AND l.t < r.t",
                                   "l.w = r.w AND l.t > r.t"};
enum { N_KEYS = sizeof keys / sizeof keys[0] };

static void check_kinds(const char *right_name, const char *on) {
  const char *kinds[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
  char sql[600], plain[600];
  for (unsigned k = 0; k < 4; k++) {
    const char *form = "SELECT l.*, r.id, r.w, r.x FROM l %s %s r ON %s ORDER BY l.id, r.id";
    char slow[200];
    snprintf(slow, sizeof slow, "CASE WHEN %s THEN true ELSE false END", on);
    snprintf(sql, sizeof sql, form, kinds[k], right_name, on);
    snprintf(plain, sizeof plain, form, kinds[k], right_name, slow);
    check_same(sql, plain);
  }
}

static void joins_agree_with_looking_at_every_pair(void) {
  for (unsigned i = 0; i < N_KEYS; i++) check_kinds("r", keys[i]);
  for (unsigned i = 0; i < N_KEYS; i++) check_kinds("u", keys[i]);
  check_kinds("none", keys[0]);
}

static void check_exists(const char *right_name, const char *on) {
  char sql[600], plain[600];
  for (unsigned not = 0; not < 2; not ++) {
    const char *form = "SELECT l.id, l.w FROM l WHERE %s EXISTS (SELECT 1 FROM %s r WHERE %s) ORDER BY 1";
    char slow[200];
    snprintf(slow, sizeof slow, "CASE WHEN %s THEN true ELSE false END", on);
    snprintf(sql, sizeof sql, form, not ? "NOT" : "", right_name, on);
    snprintf(plain, sizeof plain, form, not ? "NOT" : "", right_name, slow);
    check_same(sql, plain);
  }
}

static void existence_is_the_same_whichever_side_is_kept(void) {
  for (unsigned i = 0; i < N_KEYS; i++) check_exists("r", keys[i]);
  check_exists("u", keys[0]);
  check_exists("u", keys[1]);
  check_exists("none", keys[0]);
}

static void membership_has_three_values(void) {
  const char *names[] = {"near", "far", "x", "w"};
  char sql[600], plain[900];
  for (unsigned i = 0; i < 4; i++) {
    snprintf(sql, sizeof sql, "SELECT id, %s IN (SELECT r.%s FROM r WHERE r.id > 5) FROM l ORDER BY 1",
             names[i], names[i]);
    snprintf(
        plain, sizeof plain,
        "SELECT id, CASE WHEN (SELECT count(*) FROM r WHERE r.id > 5 AND CASE WHEN r.%s = l.%s THEN true ELSE "
        "false END) > 0 THEN true WHEN %s IS NULL OR (SELECT count(*) FROM r WHERE r.id > 5 AND r.%s IS NULL) "
        "> 0 THEN NULL ELSE false END FROM l ORDER BY 1",
        names[i], names[i], names[i], names[i]);
    check_same(sql, plain);
  }
}

/* ---- keys as filters of a scan ---- */

static void keys_of_a_join_filter_the_scans_below(void) {
  check_same(
      "SELECT count(*), sum(l.id), sum(r.id) FROM l JOIN r ON l.near = r.near JOIN u ON l.far = u.far "
      "WHERE u.id < 9 AND u.t > 3",
      "SELECT count(*), sum(l.id), sum(r.id) FROM l, r, u WHERE CASE WHEN l.near = r.near THEN l.far = u.far "
      "ELSE false END AND u.id < 9 AND u.t > 3");
  check_same(
      "SELECT s.near, s.n, u.id FROM (SELECT near, count(*) AS n FROM l GROUP BY near) s JOIN u ON s.near = "
      "u.near WHERE u.id % 9 = 1 ORDER BY 1, 3",
      "SELECT s.near, s.n, u.id FROM (SELECT near, count(*) AS n FROM l GROUP BY near) s, u WHERE CASE WHEN "
      "s.near = u.near THEN u.id % 9 = 1 ELSE false END ORDER BY 1, 3");
  check_same(
      "SELECT l.id, l.w, r.id FROM l LEFT JOIN r ON l.near = r.near JOIN u ON r.far = u.far ORDER BY 1, 3",
      "SELECT l.id, l.w, r.id FROM l, r, u WHERE CASE WHEN l.near = r.near THEN r.far = u.far ELSE false END "
      "ORDER BY 1, 3");
}

/* ---- ASOF ---- */

static void the_nearest_row_is_found_by_searching(void) {
  const char *ops[] = {">=", ">", "<=", "<"}, *ends[] = {"DESC", "DESC", "ASC", "ASC"};
  const char *by[] = {"l.near = r.near AND", "l.w = r.w AND", ""};
  char sql[600], plain[900];
  for (unsigned i = 0; i < 12; i++) {
    unsigned which = i % 4, key = i / 4;
    snprintf(sql, sizeof sql, "SELECT l.id, r.id FROM l ASOF LEFT JOIN r ON %s l.t %s r.t ORDER BY 1",
             by[key], ops[which]);
    snprintf(
        plain, sizeof plain,
        "SELECT l.id, (SELECT r.id FROM r WHERE %s l.t %s r.t ORDER BY r.t %s, r.id LIMIT 1) FROM l ORDER BY 1",
        by[key], ops[which], ends[which]);
    check_same(sql, plain);
  }
  check_same("SELECT l.id, none.id FROM l ASOF LEFT JOIN none ON l.t >= none.t ORDER BY 1",
             "SELECT id, NULL FROM l ORDER BY 1");
}

/* ---- columns fetched late ---- */

static void columns_of_the_first_rows_come_late(void) {
  const char *orders[] = {"t, id", "w DESC NULLS FIRST, id", "x, far DESC, id"};
  const char *wheres[] = {"", "WHERE near > 20", "WHERE w = 'w7'"};
  char sql[400], plain[500];
  for (unsigned i = 0; i < 9; i++) {
    snprintf(sql, sizeof sql, "SELECT * FROM l %s ORDER BY %s LIMIT 40 OFFSET 7", wheres[i % 3],
             orders[i / 3]);
    snprintf(
        plain, sizeof plain,
        "SELECT id, near, far, x, w, t FROM (SELECT *, row_number() OVER (ORDER BY %s) AS n FROM l %s) s WHERE "
        "n > 7 AND n <= 47 ORDER BY n",
        orders[i / 3], wheres[i % 3]);
    check_same(sql, plain);
  }
  check_same("SELECT * FROM none ORDER BY id LIMIT 3", "SELECT * FROM none");
}

/* ---- slices ---- */

enum { MANY = 1000000 };

static void keep_numbers(rowset *s, const int64_t *numbers, uint32_t n_columns, sonde_error *err) {
  static const sql_type bigint = {.id = SQL_BIGINT};
  for (uint32_t at = 0; at < MANY; at += BATCH_ROWS) {
    col cols[2];
    uint32_t n = MANY - at < BATCH_ROWS ? MANY - at : BATCH_ROWS;
    for (uint32_t c = 0; c < n_columns; c++)
      cols[c] =
          (col){.lane = LANE_I64, .form = COL_FLAT, .type = &bigint, .data = numbers + (size_t)c * MANY + at};
    CHECK_EQ_INT(rowset_append(s, &(batch){n, n_columns, cols}, err), SONDE_OK);
  }
}

/* Descending by the first of two columns, then ascending by the second. */
static void check_order(const int64_t *numbers, const uint32_t *rows) {
  uint64_t wrong = 0, sum = 0;
  for (uint32_t i = 0; i < MANY; i++) {
    sum += rows[i];
    if (i == 0) continue;
    int64_t a = numbers[rows[i - 1]], b = numbers[rows[i]];
    int64_t x = numbers[MANY + rows[i - 1]], y = numbers[MANY + rows[i]];
    wrong += a < b || (a == b && (x > y || (x == y && rows[i - 1] > rows[i])));
  }
  CHECK_EQ_UINT(wrong, 0);
  CHECK_EQ_UINT(sum, (uint64_t)MANY * (MANY - 1) / 2);
}

/* Every step looks at some 262,144 rows at most: filling, at least one counting and one moving pass, and taking the rows. */
static void a_large_sort_takes_many_steps(void) {
  mem m;
  sonde_error err = {0};
  sorter s;
  rowset set;
  random_state r = {5};
  sql_type bigint = sql_simple(SQL_BIGINT);
  int64_t *numbers = malloc(2 * sizeof *numbers * MANY);
  uint32_t *rows = malloc(sizeof *rows * MANY), steps = 1;
  if (!numbers || !rows) abort();
  mem_init(&m, (uint64_t)1 << 30, NULL, NULL);
  CHECK_EQ_INT(rowset_init(&set, &m, (const sql_type *const[]){&bigint, &bigint}, 2, &err), SONDE_OK);
  for (uint32_t i = 0; i < MANY; i++) {
    rows[i] = i;
    numbers[i] = random_below(&r, 3); /* parts that are still large */
    numbers[MANY + i] = (int64_t)random_next(&r) >> random_below(&r, 60);
  }
  keep_numbers(&set, numbers, 2, &err);
  order_by by[] = {{.column = 0, .descending = true}, {.column = 1}};
  CHECK_EQ_INT(sorter_open(&s, &m, &set, by, 2, rows, MANY, NULL, &err), SONDE_OK);
  for (; !sorter_step(&s); steps++) {
  }
  sorter_close(&s);
  check_order(numbers, rows);
  CHECK(steps >= 4 * 2 * (MANY / 262144));
  rowset_free(&set);
  CHECK_EQ_UINT(m.used, 0);
  free(numbers);
  free(rows);
}

static void run_to_end(const char *sql, uint32_t *waits) {
  mem m;
  arena memory;
  sonde_error err = {0};
  sql_statement statement;
  sql_catalog catalog = {0};
  query q;
  batch b;
  step s;
  mem_init(&m, (uint64_t)1 << 30, NULL, NULL);
  arena_init(&memory, &m);
  REQUIRE(sql_bind((sonde_str){sql, strlen(sql)}, &catalog, NULL, &memory, &statement, &err) == SONDE_OK);
  zones none = {.memory = {.mem = &m}};
  query_init(&q, &statement.query, NULL, &none, &m, 0, 1);
  *waits = 0;
  while ((s = query_next(&q, &b, &err)) == STEP_WAIT || s == STEP_ROWS) *waits += s == STEP_WAIT;
  CHECK_EQ_INT(s, STEP_END);
  query_close(&q);
  arena_free(&memory);
  CHECK_EQ_UINT(m.used, 0);
}

/* What the same rows cost without the work is taken off. */
static void long_work_lets_the_host_have_a_say(void) {
  uint32_t rows, window, join;
  run_to_end("SELECT max(i) FROM range(400000) a(i)", &rows);
  run_to_end(
      "SELECT max(s) FROM (SELECT sum(i) OVER (ORDER BY i ROWS BETWEEN 20 PRECEDING AND 10 FOLLOWING) AS s "
      "FROM range(400000) a(i))",
      &window);
  run_to_end("SELECT max(a.i) FROM range(10) a(i) JOIN range(400000) b(i) ON a.i = 399999 - b.i * 3", &join);
  CHECK(window >= rows + 400000 / 65536);
  CHECK(join >= rows + 2);
}

/* ---- budgets ---- */

static void a_sort_that_memory_does_not_hold_has_the_same_answer(void) {
  const char *rows =
      "(SELECT i, i * 7919 % 100003 AS k, CASE WHEN i % 7 > 0 THEN i % 5 END AS g, 'text ' || i % 999 AS s, "
      "[i, NULL] AS l, CASE i % 4 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN -0.0 ELSE i / 3 END AS x FROM "
      "range(120000) t(i))";
  const char *orders[] = {"k", "g DESC NULLS FIRST, s, i", "x, k", "l DESC"};
  char sql[600];
  random_state r = {3};
  for (unsigned i = 0; i < 4; i++) {
    query_host plenty = {.block_rows = 64}, little = {.block_rows = 64, .limit = 12 << 20};
    snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY %s OFFSET 119900", rows, orders[i]);
    char *expected = query_text(&plenty, sql), *failed = query_text(&little, sql);
    CHECK_EQ_UINT(plenty.spilled, 0);
    CHECK(strncmp(failed, "error 2", 7) == 0);
    little.spills = true;
    little.random = &r;
    CHECK_QUERY(&little, sql, expected);
    CHECK(little.spilled > 4 << 20);
    free(expected);
    free(failed);
  }
}

int main(void) {
  fill_tables();
  RUN(joins_agree_with_looking_at_every_pair);
  RUN(existence_is_the_same_whichever_side_is_kept);
  RUN(membership_has_three_values);
  RUN(keys_of_a_join_filter_the_scans_below);
  RUN(the_nearest_row_is_found_by_searching);
  RUN(columns_of_the_first_rows_come_late);
  RUN(a_large_sort_takes_many_steps);
  RUN(long_work_lets_the_host_have_a_say);
  RUN(a_sort_that_memory_does_not_hold_has_the_same_answer);
  return check_report();
}
