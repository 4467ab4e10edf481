/* A filter asks nobody about row groups that their statistics exclude, and everything that is made of its view is the same as of a CSV
 * table, which has no such statistics. */
#include "check.h"
#include "host.h"

#define ROWS 20000

static host h;
static char csv[ROWS * 20];
static bytes written;
static uint64_t parquet; /* the table of the written file; the CSV table is 1 */

static void run(const char *job) {
  if (!CHECK(host_run(&h, job) == SONDE_OK)) fprintf(stderr, "    %s\n    %s\n", job, h.err.message);
}

/* Blocks of the CSV file become row groups. */
static void open_csv(sonde_config config, uint32_t helpers, const char *text, size_t n) {
  REQUIRE(host_open(&h, &config, helpers, text, n));
  run("{\"job\":\"open\",\"source\":1}");
  run("{\"job\":\"index\",\"table\":1}");
  run("{\"job\":\"import\",\"table\":1}");
  run("{\"job\":\"export\",\"table\":1,\"format\":\"parquet\"}");
  written = h.pages;
  h.pages = (bytes){0};
  char job[80];
  snprintf(job, sizeof job, "{\"job\":\"open\",\"source\":%u,\"name\":\"t.parquet\"}", host_add(&h, written));
  run(job);
  parquet = host_number(&h, "table");
  h.pages.len = 0;
}

/* Row i: i, i mod 7. */
static void open_tables(uint32_t helpers) {
  sonde_config config = {
      .struct_size = sizeof config, .memory_limit = 64 << 20, .keep_limit = 32 << 20, .block_bytes = 8192};
  size_t n = (size_t)sprintf(csv, "id,few\n");
  for (int i = 0; i < ROWS; i++) n += (size_t)sprintf(csv + n, "%d,%d\n", i, i % 7);
  open_csv(config, helpers, csv, n);
}

static void close_tables(void) {
  host_close(&h);
  free(written.data);
}

static uint64_t view_of(uint64_t table, const char *members) {
  char job[400];
  snprintf(job, sizeof job, "{\"job\":\"view\",\"table\":%llu,%s}", (unsigned long long)table, members);
  run(job);
  return host_number(&h, "view");
}

/* All pages of a job over a view, one after the other. */
static bytes pages_of(const char *job, uint64_t view, const char *more) {
  char spec[200];
  snprintf(spec, sizeof spec, "{\"job\":\"%s\",\"view\":%llu%s}", job, (unsigned long long)view, more);
  h.pages.len = 0;
  run(spec);
  bytes out = {0};
  bytes_put(&out, h.pages.data, h.pages.len);
  return out;
}

static void check_same(const char *job, uint64_t a, uint64_t b, const char *more) {
  bytes x = pages_of(job, a, more), y = pages_of(job, b, more);
  CHECK(x.len > 0 && x.len == y.len && memcmp(x.data, y.data, x.len) == 0);
  free(x.data);
  free(y.data);
}

static void check_filter(const char *members, uint64_t rows) {
  uint64_t a = view_of(1, members);
  CHECK_EQ_UINT(host_number(&h, "rows"), rows);
  uint64_t b = view_of(parquet, members);
  CHECK_EQ_UINT(host_number(&h, "rows"), rows);
  check_same("read", a, b, ",\"row\":0,\"rows\":100");
  check_same("read", a, b, ",\"row\":50,\"rows\":1000");
  check_same("values", a, b, ",\"column\":1");
  check_same("export", a, b, ",\"format\":\"csv\"");
}

#define BETWEEN "\"filter\":{\"column\":0,\"op\":\"between\",\"low\":\"9990\",\"high\":\"10489\"}"

static void views_are_the_same(void) {
  for (uint32_t helpers = 0; helpers < 3; helpers += 2) {
    open_tables(helpers);
    check_filter(BETWEEN, 500);
    check_filter(BETWEEN ",\"sort\":[{\"column\":1},{\"column\":0,\"descending\":true}]", 500);
    check_filter("\"filter\":{\"or\":[{\"column\":0,\"op\":\"<\",\"value\":\"3\"},"
                 "{\"column\":0,\"op\":\">\",\"value\":\"19996\"}]}",
                 6);
    check_filter("\"filter\":{\"not\":{\"column\":0,\"op\":\">=\",\"value\":\"700\"}}", 700);
    check_filter("\"filter\":{\"column\":1,\"op\":\"=\",\"value\":\"6\"}", ROWS / 7);
    close_tables();
  }
}

static uint64_t fragments_of(uint64_t table, const char *members) {
  uint64_t before = h.n_taken;
  view_of(table, members);
  return h.n_taken - before;
}

static void excluded_row_groups_are_no_fragments(void) {
  open_tables(1);
  uint64_t all = fragments_of(1, BETWEEN);
  CHECK(all > 15);
  CHECK(fragments_of(parquet, BETWEEN) <= 2);
  CHECK_EQ_UINT(fragments_of(parquet, "\"filter\":{\"column\":0,\"op\":\">\",\"value\":\"20000\"}"), 0);
  CHECK_EQ_UINT(fragments_of(parquet, "\"filter\":{\"column\":1,\"op\":\"=\",\"value\":\"6\"}"), all);
  close_tables();
}

#define LEAST(column, value) "{\"column\":" column ",\"op\":\">=\",\"value\":\"" value "\"}"
#define BELOW(column, value) "{\"column\":" column ",\"op\":\"<\",\"value\":\"" value "\"}"

static void check_brought_once(const char *filter, uint64_t rows) {
  uint64_t before = h.brought;
  view_of(parquet, filter);
  CHECK_EQ_UINT(host_number(&h, "rows"), rows);
  CHECK(h.brought - before <= written.len);
}

/* A condition that lacks bytes has those before it run again, which must not have let go of theirs. The columns lie in more bytes than
 * opening the file brings, and no statistics exclude them. */
static void columns_that_are_not_kept_are_brought_once(void) {
  enum { MANY = 200000 };
  sonde_config config = {.struct_size = sizeof config, .memory_limit = 64 << 20, .block_bytes = 65536};
  char *text = malloc(MANY * 20);
  REQUIRE(text);
  size_t n = (size_t)sprintf(text, "a,b\n");
  uint64_t both = 0, middle = 0;
  random_state random = {7};
  for (uint32_t i = 0; i < MANY; i++) {
    uint32_t a = random_below(&random, 100000), b = random_below(&random, 100000);
    n += (size_t)sprintf(text + n, "%u,%u\n", a, b);
    middle += a >= 20000 && a < 80000;
    both += a >= 20000 && a < 80000 && b >= 50000;
  }
  open_csv(config, 0, text, n);
  h.steps_max = 2000;
  check_brought_once("\"filter\":{\"and\":[" LEAST("0", "20000") "," BELOW("0", "80000") "]}", middle);
  check_brought_once(
      "\"filter\":{\"and\":[" LEAST("0", "20000") "," LEAST("1", "50000") "," BELOW("0", "80000") "]}", both);
  close_tables();
  free(text);
}

int main(void) {
  RUN(views_are_the_same);
  RUN(excluded_row_groups_are_no_fragments);
  RUN(columns_that_are_not_kept_are_brought_once);
  return check_report();
}
