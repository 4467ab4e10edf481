/* The whole engine under faults: allocation failing at step k, memory budgets too small, a source that shrinks. Every time the
 * answer is the right one or a clean error, and nothing is leaked. */
#include "../unit/check.h"
#include "../unit/host.h"

static uint64_t file_size, readable; /* reads end at `readable` */

#define ROWS 3000
static char csv[ROWS * 64];

#define QUERY "{\"job\":\"query\",\"tables\":[{\"table\":1,\"name\":\"t\"}],"

static void make_csv(void) {
  size_t n = (size_t)snprintf(csv, sizeof csv, "id,name,price,when\n");
  for (int i = 0; i < ROWS; i++)
    n += (size_t)snprintf(csv + n, sizeof csv - n, "%d,\"na\"\"me, %d\",%d.%02d,2026-01-%02d\n", i, i % 7,
                          i % 50, i % 100, i % 28 + 1);
  file_size = readable = n;
}

/* Everything a user does with a table; the first failure ends it, but with `again` a job after the first is given a second try
 * when memory ran out. `answer` gets the info of the view. */
static sonde_code whole_life(heap *memory, uint64_t limit, uint32_t helpers, bool again, char *answer) {
  sonde_config config = {.struct_size = sizeof config,
                         .memory_limit = limit,
                         .keep_limit = limit / 2,
                         .resize = heap_resize,
                         .user = memory,
                         .block_bytes = 30000};
  static const char *const jobs[] = {
      "{\"job\":\"open\",\"source\":1,\"name\":\"t\"}",
      "{\"job\":\"index\",\"table\":1}",
      "{\"job\":\"import\",\"table\":1}",
      "{\"job\":\"view\",\"table\":1,\"search\":\"me, 3\",\"sort\":[{\"column\":2,\"descending\":true},{\"column\":1}]}",
      "{\"job\":\"read\",\"view\":2,\"row\":100,\"rows\":50}",
      "{\"job\":\"view\",\"table\":1,\"filter\":{\"and\":[{\"column\":0,\"op\":\"<\",\"value\":\"2000\"},"
      "{\"column\":1,\"op\":\"in\",\"values\":[\"na\\\"me, 1\",\"na\\\"me, 2\",null]},"
      "{\"column\":1,\"op\":\"regex\",\"value\":\"^na.*[12]$\"}]}}",
      "{\"job\":\"read\",\"table\":1,\"row\":2990,\"rows\":50}",
      "{\"job\":\"values\",\"table\":1,\"column\":1}",
      "{\"job\":\"values\",\"view\":3,\"column\":3,\"limit\":5}",
      "{\"job\":\"bad\",\"table\":1}",
      QUERY
      "\"keep\":true,\"sql\":\"SELECT name, sum(price) s, list(id) l FROM t GROUP BY name ORDER BY s\"}",
      QUERY
      "\"sql\":\"CREATE OR REPLACE TEMP TABLE x AS SELECT id, name FROM t WHERE price > ?\",\"params\":[3]}",
      QUERY "\"sql\":\"CREATE OR REPLACE VIEW v AS SELECT count(*) n FROM x\"}",
      QUERY "\"sql\":\"SELECT * FROM v, (PIVOT t ON name USING max(id))\"}",
      QUERY "\"sql\":\"DROP VIEW IF EXISTS v\"}",
      QUERY
      "\"parallel\":true,\"everywhere\":true,\"sql\":\"SELECT name, sum(price), min(name), count(DISTINCT id) FROM t GROUP BY name\"}",
      QUERY
      "\"parallel\":true,\"everywhere\":true,\"sql\":\"SELECT name, median(price), list(id) FROM t GROUP BY name\"}",
      QUERY
      "\"parallel\":true,\"sql\":\"SELECT a.id, b.name FROM t a JOIN t b ON a.id = b.id + 1 ORDER BY 2, 1 LIMIT 9\"}",
      "{\"job\":\"drop\",\"table\":1}"};
  host h;
  sonde_code code = host_open(&h, &config, helpers, csv, file_size) ? SONDE_OK : h.err.code;
  h.readable = readable;
  uint32_t pages = 0;
  for (size_t i = 0; code == SONDE_OK && i < sizeof jobs / sizeof *jobs; i++) {
    code = host_run(&h, jobs[i]);
    if (code == SONDE_NOMEM && again && i > 0) code = host_run(&h, jobs[i]);
    pages += h.n_pages;
    if (i == 3 && answer) strcpy(answer, h.info);
  }
  if (code == SONDE_OK) CHECK_EQ_UINT(pages, 13);
  host_close(&h);
  return code;
}

static void a_life_without_faults_is_right(void) {
  heap h = {0};
  static char answer[HOST_INFO];
  answer[0] = 0;
  CHECK_EQ_INT(whole_life(&h, (uint64_t)256 << 20, 0, false, answer), SONDE_OK);
  CHECK_STR(answer, "{\"view\":2,\"rows\":429}"); /* i % 7 == 3 for 429 of 3,000 */
  CHECK_EQ_UINT(h.held, 0);
}

/* Calls `whole_life` with allocation k failing for about 150 k; once: only that one, and the job is tried again. */
static void fail_everywhere(uint32_t helpers, bool once) {
  heap count = {.fail_at = UINT64_MAX};
  CHECK_EQ_INT(whole_life(&count, (uint64_t)256 << 20, helpers, false, NULL), SONDE_OK);
  uint64_t step = count.calls / 150 + 1;
  uint32_t right = 0;
  for (uint64_t k = 1; k <= count.calls; k += step) {
    heap h = {.fail_at = k, .once = once};
    static char answer[HOST_INFO];
    answer[0] = 0;
    sonde_code code = whole_life(&h, (uint64_t)256 << 20, helpers, once, answer);
    CHECK(code == SONDE_NOMEM || code == SONDE_OK);
    if (code == SONDE_OK) CHECK_STR(answer, "{\"view\":2,\"rows\":429}");
    CHECK_EQ_UINT(h.held, 0);
    right += code == SONDE_OK;
  }
  if (once) CHECK(right * step > count.calls / 2); /* what was before the table was open is not tried again */
}

/* Queries of which hardly anything stays in memory, over a spool that has room for so many bytes (0: for all). */
static sonde_code spilled_life(heap *memory, uint64_t room, uint64_t steps, char *answer) {
  sonde_config config = {
      .struct_size = sizeof config, .resize = heap_resize, .user = memory, .block_bytes = 30000};
  static const char *const jobs[] = {
      "{\"job\":\"open\",\"source\":1,\"name\":\"t\"}", "{\"job\":\"index\",\"table\":1}",
      "{\"job\":\"import\",\"table\":1}",
      QUERY
      "\"spool\":2,\"share\":20000,\"sql\":\"SELECT count(*), sum(n) FROM (SELECT b.name, a.id, count(DISTINCT a.price) AS n "
      "FROM t a JOIN t b ON a.id = b.id GROUP BY ALL UNION SELECT name, id, row_number() OVER (PARTITION BY id) FROM t)\"}"};
  host h;
  sonde_code code = host_open(&h, &config, 0, csv, file_size) ? SONDE_OK : h.err.code;
  h.spool_room = room;
  for (size_t i = 0; code == SONDE_OK && i < sizeof jobs / sizeof *jobs; i++) {
    if (i == 3 && steps) h.steps_max = steps, h.patient = true;
    code = host_run(&h, jobs[i]);
  }
  if (code == SONDE_OK && answer)
    snprintf(answer, HOST_INFO, "%llu %.*s", (unsigned long long)h.spool.len, (int)h.pages.len,
             (const char *)h.pages.data);
  host_close(&h);
  return code;
}

static void a_query_that_spills_under_faults_is_right_or_a_clean_error(void) {
  heap count = {.fail_at = UINT64_MAX};
  static char answer[HOST_INFO];
  CHECK_EQ_INT(spilled_life(&count, 0, 0, answer), SONDE_OK);
  CHECK(strstr(answer, "[3000,3000]") != NULL);
  uint64_t spilled = strtoull(answer, NULL, 10);
  CHECK(spilled > 200000);
  for (uint64_t k = 1; k <= count.calls; k += 1 + count.calls / 150) {
    heap h = {.fail_at = k};
    sonde_code code = spilled_life(&h, 0, 0, NULL);
    CHECK(code == SONDE_NOMEM || code == SONDE_OK);
    CHECK_EQ_UINT(h.held, 0);
  }
  for (uint64_t room = 1; room < spilled; room += spilled / 7) {
    heap h = {0};
    CHECK_EQ_INT(spilled_life(&h, room, 0, NULL), SONDE_BYTES);
    CHECK_EQ_UINT(h.held, 0);
  }
  for (uint64_t steps = 1; steps < 60; steps += 4) {
    heap h = {0};
    spilled_life(&h, 0, steps, NULL);
    CHECK_EQ_UINT(h.held, 0);
  }
}

/* Two tables become one that is sorted, read and dropped; a union that failed for lack of memory is tried again. */
static sonde_code united_life(heap *memory) {
  sonde_config config = {
      .struct_size = sizeof config, .resize = heap_resize, .user = memory, .block_bytes = 30000};
  static const char *const jobs[] = {
      "{\"job\":\"open\",\"source\":1,\"name\":\"a\"}",
      "{\"job\":\"open\",\"source\":1,\"name\":\"b\"}",
      "{\"job\":\"index\",\"table\":1}",
      "{\"job\":\"index\",\"table\":2}",
      "{\"job\":\"import\",\"table\":1}",
      "{\"job\":\"import\",\"table\":2}",
      "{\"job\":\"union\",\"tables\":[2,1],\"name\":\"both\",\"filename\":\"from\"}",
      "{\"job\":\"view\",\"table\":3,\"sort\":[{\"column\":4},{\"column\":0}]}",
      "{\"job\":\"read\",\"view\":4,\"row\":2990,\"rows\":50}",
      "{\"job\":\"drop\",\"table\":3}"};
  host h;
  sonde_code code = host_open(&h, &config, 0, csv, file_size) ? SONDE_OK : h.err.code;
  for (size_t i = 0; code == SONDE_OK && i < sizeof jobs / sizeof *jobs; i++) {
    code = host_run(&h, jobs[i]);
    if (code == SONDE_NOMEM && i > 5) code = host_run(&h, jobs[i]);
    if (code == SONDE_OK && i == 6) CHECK_EQ_UINT(host_number(&h, "count"), 2 * ROWS);
  }
  host_close(&h);
  return code;
}

static void a_union_under_faults_is_whole_or_not_there(void) {
  heap count = {.fail_at = UINT64_MAX};
  CHECK_EQ_INT(united_life(&count), SONDE_OK);
  for (uint64_t k = 1; k <= count.calls; k += 1 + k / 50) {
    for (int once = 0; once < 2; once++) {
      heap h = {.fail_at = k, .once = once};
      sonde_code code = united_life(&h);
      CHECK(code == SONDE_NOMEM || code == SONDE_OK);
      CHECK_EQ_UINT(h.held, 0);
    }
  }
}

static void allocation_failing_from_any_step_on_is_a_clean_error(void) {
  fail_everywhere(0, false);
  fail_everywhere(2, false);
}

static void after_one_failed_allocation_a_second_try_succeeds(void) {
  fail_everywhere(0, true);
  fail_everywhere(2, true);
}

static void a_budget_too_small_is_named(void) {
  for (uint64_t limit = 1 << 16; limit < (uint64_t)64 << 20; limit += limit / 2) {
    heap h = {0};
    static char answer[HOST_INFO];
    answer[0] = 0;
    sonde_code code = whole_life(&h, limit, 0, false, answer);
    CHECK(code == SONDE_LIMIT || code == SONDE_OK);
    CHECK_EQ_UINT(h.held, 0);
  }
}

static void a_source_that_shrinks_is_reported(void) {
  for (uint64_t left = 0; left < file_size; left += file_size / 9) {
    heap h = {0};
    readable = left;
    CHECK_EQ_INT(whole_life(&h, (uint64_t)256 << 20, 0, false, NULL), SONDE_BYTES);
    CHECK_EQ_UINT(h.held, 0);
  }
  readable = file_size;
}

/* The same size, other rows: whatever is read again after the import says so. */
static void a_source_that_changes_is_reported(void) {
  static char changed[sizeof csv];
  for (uint64_t i = 0; i < file_size; i++) changed[i] = csv[i] == '\n' && i > file_size / 2 ? ' ' : csv[i];
  static const char *const jobs[] = {"{\"job\":\"view\",\"table\":1,\"search\":\"me, 3\"}",
                                     "{\"job\":\"view\",\"table\":1,\"sort\":[{\"column\":1}]}",
                                     "{\"job\":\"values\",\"table\":1,\"column\":1}",
                                     "{\"job\":\"read\",\"table\":1,\"row\":2500,\"rows\":100}"};
  for (uint32_t helpers = 0; helpers < 3; helpers++)
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
      heap memory = {0};
      sonde_config config = {.struct_size = sizeof config,
                             .memory_limit = 64 << 20,
                             .resize = heap_resize,
                             .user = &memory,
                             .block_bytes = 30000};
      host h;
      CHECK(host_open(&h, &config, helpers, csv, file_size));
      CHECK_EQ_INT(host_run(&h, "{\"job\":\"open\",\"source\":1}"), SONDE_OK);
      CHECK_EQ_INT(host_run(&h, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
      CHECK_EQ_INT(host_run(&h, "{\"job\":\"import\",\"table\":1}"), SONDE_OK);
      h.file = changed;
      CHECK_EQ_INT(host_run(&h, jobs[i]), SONDE_BYTES);
      CHECK(strstr(h.err.message, "changed while it was being read") != NULL);
      host_close(&h);
      CHECK_EQ_UINT(memory.held, 0);
    }
}

static void cancelling_answers_at_the_next_step(void) {
  sonde_error err = {0};
  sonde_engine *e = sonde_engine_new(NULL, &err);
  REQUIRE(e != NULL);
  CHECK_EQ_INT(sonde_source_add(e, 1, file_size, &err), SONDE_OK);
  sonde_job *j = sonde_job_start(e, text_of("{\"job\":\"open\",\"source\":1}"), &err);
  REQUIRE(j != NULL);
  CHECK_EQ_INT(sonde_job_step(j, 0, &err), SONDE_NEED);
  sonde_job_cancel(j);
  CHECK_EQ_INT(sonde_job_step(j, 0, &err), SONDE_FAIL);
  CHECK_EQ_INT(err.code, SONDE_CANCELLED);
  sonde_job_free(j);
  sonde_engine_free(e);
}

int main(void) {
  make_csv();
  RUN(a_life_without_faults_is_right);
  RUN(allocation_failing_from_any_step_on_is_a_clean_error);
  RUN(a_union_under_faults_is_whole_or_not_there);
  RUN(a_query_that_spills_under_faults_is_right_or_a_clean_error);
  RUN(after_one_failed_allocation_a_second_try_succeeds);
  RUN(a_budget_too_small_is_named);
  RUN(a_source_that_shrinks_is_reported);
  RUN(a_source_that_changes_is_reported);
  RUN(cancelling_answers_at_the_next_step);
  return check_report();
}
