/* The whole engine under faults: allocation failing at step k, memory budgets too small, a source that shrinks. Every time the
 * answer is the right one or a clean error, and nothing is leaked. */
#include <sonde.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/check.h"

typedef struct {
  uint64_t held, calls, fail_at; /* fail_at 0: never */
} heap;

static void *resize(void *user, void *ptr, size_t old_size, size_t new_size) {
  heap *h = user;
  if (new_size == 0) {
    h->held -= old_size;
    free(ptr);
    return NULL;
  }
  if (h->fail_at && ++h->calls >= h->fail_at) return NULL;
  void *moved = realloc(ptr, new_size);
  if (moved) h->held += new_size - old_size;
  return moved;
}

static const char *file_bytes;
static uint64_t file_size, readable; /* reads end at `readable` */

static sonde_str text_of(const char *s) { return (sonde_str){s, strlen(s)}; }

/* Runs a job to its end. The info is copied to `info`. */
static sonde_code run(sonde_engine *e, const char *spec, char *info, size_t cap, uint32_t *pages) {
  sonde_error err = {0};
  sonde_job *j = sonde_job_start(e, text_of(spec), &err);
  if (!j) return err.code;
  sonde_step s;
  while ((s = sonde_job_step(j, 0, &err)) != SONDE_DONE && s != SONDE_FAIL) {
    if (s == SONDE_PAGE && pages) ++*pages;
    sonde_want want[8];
    size_t n = s == SONDE_NEED ? sonde_job_wants(j, want, 8) : 0;
    for (size_t i = 0; i < n; i++) {
      sonde_error no_room = {0};
      void *to = sonde_reserve(e, want[i].source, want[i].offset, want[i].length, &no_room);
      if (!to) {
        sonde_job_free(j);
        return no_room.code;
      }
      uint64_t end = want[i].offset + want[i].length, got = end <= readable ? want[i].length
                                                            : want[i].offset < readable
                                                                ? readable - want[i].offset
                                                                : 0;
      memcpy(to, file_bytes + want[i].offset, (size_t)got);
      sonde_commit(e, to, (uint32_t)got);
    }
  }
  if (s == SONDE_DONE && info) {
    sonde_str text = sonde_job_info(j);
    size_t n = text.len < cap - 1 ? text.len : cap - 1;
    memcpy(info, text.ptr, n);
    info[n] = 0;
  }
  sonde_job_free(j);
  return s == SONDE_DONE ? SONDE_OK : err.code;
}

#define ROWS 3000
static char csv[ROWS * 64];

static void make_csv(void) {
  size_t n = (size_t)snprintf(csv, sizeof csv, "id,name,price,when\n");
  for (int i = 0; i < ROWS; i++)
    n += (size_t)snprintf(csv + n, sizeof csv - n, "%d,\"na\"\"me, %d\",%d.%02d,2026-01-%02d\n", i, i % 7,
                          i % 50, i % 100, i % 28 + 1);
  file_bytes = csv;
  file_size = readable = n;
}

/* Everything a user does with a table; the first failure ends it. */
static sonde_code whole_life(heap *h, uint64_t limit, char *answer, size_t cap) {
  sonde_error err = {0};
  sonde_config config = {sizeof config, limit, limit / 2, resize, h};
  sonde_engine *e = sonde_engine_new(&config, &err);
  if (!e) return err.code;
  uint32_t pages = 0;
  sonde_code code = sonde_source_add(e, 1, file_size, &err);
  static const char *const jobs[] = {
      "{\"job\":\"open\",\"source\":1,\"name\":\"t\"}",
      "{\"job\":\"index\",\"table\":1}",
      "{\"job\":\"import\",\"table\":1}",
      "{\"job\":\"view\",\"table\":1,\"search\":\"me, 3\",\"sort\":[{\"column\":2,\"descending\":true},{\"column\":1}]}",
      "{\"job\":\"read\",\"view\":2,\"row\":100,\"rows\":50}",
      "{\"job\":\"read\",\"table\":1,\"row\":2990,\"rows\":50}",
      "{\"job\":\"values\",\"table\":1,\"column\":1}"};
  for (size_t i = 0; code == SONDE_OK && i < sizeof jobs / sizeof *jobs; i++)
    code = run(e, jobs[i], i == 3 ? answer : NULL, cap, &pages);
  if (code == SONDE_OK) CHECK_EQ_UINT(pages, 4);
  sonde_engine_free(e);
  return code;
}

static void a_life_without_faults_is_right(void) {
  heap h = {0};
  char answer[200] = "";
  CHECK_EQ_INT(whole_life(&h, (uint64_t)256 << 20, answer, sizeof answer), SONDE_OK);
  CHECK_STR(answer, "{\"view\":2,\"rows\":429}"); /* i % 7 == 3 for 429 of 3,000 */
  CHECK_EQ_UINT(h.held, 0);
}

static void allocation_failing_at_any_step_is_a_clean_error(void) {
  heap count = {.fail_at = UINT64_MAX};
  CHECK_EQ_INT(whole_life(&count, (uint64_t)256 << 20, NULL, 0), SONDE_OK);
  uint64_t step = count.calls / 400 + 1;
  for (uint64_t k = 1; k <= count.calls; k += step) {
    heap h = {.fail_at = k};
    char answer[200] = "";
    sonde_code code = whole_life(&h, (uint64_t)256 << 20, answer, sizeof answer);
    CHECK(code == SONDE_NOMEM || code == SONDE_OK);
    if (code == SONDE_OK) CHECK_STR(answer, "{\"view\":2,\"rows\":429}");
    CHECK_EQ_UINT(h.held, 0);
  }
}

static void a_budget_too_small_is_named(void) {
  for (uint64_t limit = 1 << 16; limit < (uint64_t)64 << 20; limit += limit / 2) {
    heap h = {0};
    char answer[200] = "";
    sonde_code code = whole_life(&h, limit, answer, sizeof answer);
    CHECK(code == SONDE_LIMIT || code == SONDE_OK);
    CHECK_EQ_UINT(h.held, 0);
  }
}

static void a_source_that_shrinks_is_reported(void) {
  for (uint64_t left = 0; left < file_size; left += file_size / 9) {
    heap h = {0};
    readable = left;
    CHECK_EQ_INT(whole_life(&h, (uint64_t)256 << 20, NULL, 0), SONDE_BYTES);
    CHECK_EQ_UINT(h.held, 0);
  }
  readable = file_size;
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
  RUN(allocation_failing_at_any_step_is_a_clean_error);
  RUN(a_budget_too_small_is_named);
  RUN(a_source_that_shrinks_is_reported);
  RUN(cancelling_answers_at_the_next_step);
  return check_report();
}
