/* While rows are counted block by block, in any order, what is done and what is counted in it are told of the same bytes: hosts
 * estimate the rows of the whole file from them. */
#include "check.h"
#include "host.h"

enum { ROWS = 20000, ROW_BYTES = 12, BLOCK_BYTES = 5000 };
static const char head[] = "id,name\n";
static char csv[sizeof head + ROWS * ROW_BYTES];

static size_t write_file(void) {
  size_t n = strlen(head);
  memcpy(csv, head, n);
  for (int i = 0; i < ROWS; i++) n += (size_t)snprintf(csv + n, ROW_BYTES + 1, "%05d,a,bcd\n", i);
  return n;
}

/* A row belongs to the block it begins in, and may end in the next. */
static void check_estimate(sonde_progress p) {
  uint64_t counted = p.rows * ROW_BYTES;
  uint64_t apart = counted > p.done_bytes ? counted - p.done_bytes : p.done_bytes - counted;
  CHECK(apart < ROW_BYTES);
}

static void count_in_any_order(uint64_t seed) {
  static host h;
  random_state random = {seed};
  sonde_config config = {.struct_size = sizeof config, .memory_limit = 64 << 20, .block_bytes = BLOCK_BYTES};
  REQUIRE(host_open(&h, &config, 3, csv, write_file()));
  REQUIRE(host_run(&h, "{\"job\":\"open\",\"source\":1}") == SONDE_OK);
  h.random = &random;
  sonde_job *j = sonde_job_start(h.lead, text_of("{\"job\":\"index\",\"table\":1}"), &h.err);
  REQUIRE(j);
  errands x = {0};
  sonde_step s;
  uint64_t between = 0;
  do {
    s = host_step(&h, j, &x);
    sonde_progress p = sonde_job_progress(j);
    check_estimate(p);
    between += p.rows > 0 && p.rows < ROWS;
  } while (s != SONDE_DONE && s != SONDE_FAIL);
  CHECK_EQ_INT(s, SONDE_DONE);
  CHECK_EQ_UINT(sonde_job_progress(j).rows, ROWS);
  CHECK(between > 10);
  sonde_job_free(j);
  free(x.list);
  host_close(&h);
}

static void rows_and_bytes_are_told_of_the_same_blocks(void) {
  for (uint64_t seed = 1; seed <= 20; seed++) count_in_any_order(seed);
}

int main(void) {
  RUN(rows_and_bytes_are_told_of_the_same_blocks);
  return check_report();
}
