/* What an import has seen is not read again: the file is gone when the questions come. */
#include "check.h"
#include "host.h"

#define ROWS 200

static host h;
static char csv[ROWS * 32];

/* A column of which every field is "", which would be a text if the column were one: it never gets a value that says so. */
static size_t write_rows(void) {
  size_t n = (size_t)sprintf(csv, "id,none,word\n");
  for (int i = 0; i < ROWS; i++) n += (size_t)sprintf(csv + n, "%d,\"\",\"w%d\"\n", i, i % 7);
  return n;
}

static void open_then_lose_the_file(void) {
  sonde_config config = {
      .struct_size = sizeof config, .memory_limit = 64 << 20, .keep_limit = 32 << 20, .block_bytes = 300};
  REQUIRE(host_open(&h, &config, 0, csv, write_rows()));
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"open\",\"source\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"import\",\"table\":1}"), SONDE_OK);
  h.readable = 0;
}

static void check_rows(const char *sql, const char *expected) {
  char job[400];
  snprintf(job, sizeof job, "{\"job\":\"query\",\"sql\":\"%s\",\"tables\":[{\"table\":1,\"name\":\"t\"}]}",
           sql);
  REQUIRE(host_run(&h, job) == SONDE_OK);
  bytes_put(&h.pages, "", 1);
  const char *rows = strstr((const char *)h.pages.data, "\"rows\":");
  CHECK_STR(rows, expected);
}

static void columns_without_any_value_are_not_read_again(void) {
  open_then_lose_the_file();
  check_rows("SELECT count(*), count(id), count(none), count(word) FROM t", "\"rows\":[[200,200,0,200]]}\n");
  check_rows("SELECT * FROM t WHERE id IN (0, 199) ORDER BY id",
             "\"rows\":[[0,null,\"w0\"],\n[199,null,\"w3\"]]}\n");
  host_close(&h);
}

int main(void) {
  RUN(columns_without_any_value_are_not_read_again);
  return check_report();
}
