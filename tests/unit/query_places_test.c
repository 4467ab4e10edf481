/* Where the aggregates of a middling table run: few groups, or few rows behind a filter, where its columns are kept; and the answers
 * are those that one engine gives. */
#include "check.h"
#include "host.h"

#define ROWS 300000u /* more than the engine wants to see before it sends work away */

static host h;
static char *csv;
static uint64_t n_blocks; /* as many as were imported */

/* Row i: i, i mod 7, "k" and i mod 1000. */
static size_t write_rows(void) {
  csv = malloc((size_t)ROWS * 24);
  size_t n = (size_t)sprintf(csv, "id,few,many\n");
  for (uint32_t i = 0; i < ROWS; i++) n += (size_t)sprintf(csv + n, "%u,%u,k%u\n", i, i % 7, i % 1000);
  return n;
}

static void open_table(uint32_t helpers, uint32_t block_bytes) {
  sonde_config config = {.struct_size = sizeof config,
                         .memory_limit = 256 << 20,
                         .keep_limit = 128 << 20,
                         .block_bytes = block_bytes};
  size_t len = write_rows();
  REQUIRE(host_open(&h, &config, helpers, csv, len));
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"open\",\"source\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  n_blocks = h.n_taken;
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"import\",\"table\":1}"), SONDE_OK);
  n_blocks = h.n_taken - n_blocks;
}

static void check_rows(const char *sql, const char *expected) {
  char job[400];
  snprintf(job, sizeof job,
           "{\"job\":\"query\",\"parallel\":true,\"sql\":\"%s\",\"tables\":[{\"table\":1,\"name\":\"t\"}]}",
           sql);
  REQUIRE(host_run(&h, job) == SONDE_OK);
  bytes_put(&h.pages, "", 1);
  CHECK_STR(strstr((const char *)h.pages.data, "\"rows\":"), expected);
}

/* Twice: columns that were brought to the lead would not be asked for again. */
static void check_both(const char *sql, const char *expected) {
  check_rows(sql, expected);
  uint64_t before = h.n_taken;
  check_rows(sql, expected);
  CHECK_EQ_INT(h.n_taken > before, h.n_helpers > 0);
}

static void check_answers(void) {
  check_both("SELECT few, count(*), sum(id) FROM t GROUP BY few ORDER BY few LIMIT 2",
             "\"rows\":[[0,42858,6428678571],\n[1,42857,6428421429]]}\n");
  check_both("SELECT many, count(*), min(id), max(few) FROM t WHERE id < 3000 GROUP BY many ORDER BY min(id) "
             "DESC LIMIT 2",
             "\"rows\":[[\"k999\",3,999,5],\n[\"k998\",3,998,4]]}\n");
  check_both("SELECT many, count(DISTINCT few) FROM t WHERE id < 3000 GROUP BY many ORDER BY many LIMIT 1",
             "\"rows\":[[\"k0\",3]]}\n");
}

static void answers_do_not_depend_on_who_keeps_the_columns(void) {
  for (uint32_t helpers = 0; helpers < 3; helpers += 2) {
    open_table(helpers, 500000);
    check_answers();
    host_close(&h);
    free(csv);
  }
}

/* More blocks than are given away at a time, and helpers that need no time: nothing is left to the lead, which would have to read
 * the file again. */
static void helpers_that_are_fast_do_all_of_it(void) {
  open_table(2, 50000);
  uint64_t before = h.n_taken;
  h.all_at_once = true;
  check_rows("SELECT count(*), sum(few) FROM t WHERE id >= 100", "\"rows\":[[299900,899702]]}\n");
  CHECK_EQ_INT(n_blocks > 40, true);
  CHECK_EQ_UINT(h.n_taken - before, n_blocks);
  host_close(&h);
  free(csv);
}

int main(void) {
  RUN(answers_do_not_depend_on_who_keeps_the_columns);
  RUN(helpers_that_are_fast_do_all_of_it);
  return check_report();
}
