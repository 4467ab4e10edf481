/* A quote that never closes, in a file that is read in parts. What rows and fields are otherwise, tests/property says. */
#include "check.h"
#include "format/csv/row.h"
#include "host.h"

#define ROWS 3000000u

/* One wrong quote in row 1,000 of 36 MB. */
static char *make_file(size_t *len) {
  char *text = malloc((size_t)ROWS * 16);
  size_t n = (size_t)sprintf(text, "id,word\n");
  for (uint32_t i = 0; i < ROWS; i++)
    n += (size_t)sprintf(text + n, i == 1000 ? "%u,\"word\n" : "%u,word\n", i);
  *len = n;
  return text;
}

static void a_wrong_quote_costs_one_row(void) {
  size_t len;
  char *text = make_file(&len);
  CHECK(len > CSV_QUOTED_MAX);
  host h;
  REQUIRE(host_open(&h, NULL, 2, text, len));
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"open\",\"source\":1,\"name\":\"t\"}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"import\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_UINT(host_number(&h, "count"), ROWS);
  CHECK_EQ_UINT(host_number(&h, "badRows"), 1);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"bad\",\"table\":1,\"first\":0,\"count\":9}"), SONDE_OK);
  CHECK_EQ_UINT(host_number(&h, "row"), 1000);
  host_close(&h);
  free(text);
}

int main(void) {
  RUN(a_wrong_quote_costs_one_row);
  return check_report();
}
