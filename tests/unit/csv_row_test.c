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
  host_open(&h, 2, (uint64_t)1 << 30, 1, false);
  host_file_add(&h, 1, text, len);
  static const char *const jobs[] = {"{\"job\":\"open\",\"source\":1,\"name\":\"t\"}",
                                     "{\"job\":\"index\",\"table\":1}", "{\"job\":\"import\",\"table\":1}",
                                     "{\"job\":\"bad\",\"table\":1,\"first\":0,\"count\":9}"};
  for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
    host_answer a = host_run(&h, jobs[i]);
    CHECK_EQ_INT(a.code, SONDE_OK);
    if (i == 2)
      CHECK(a.info && strstr((char *)a.info, "\"count\":3000000,\"exact\":true},\"badRows\":1") != NULL);
    if (i == 3) CHECK(a.info && strstr((char *)a.info, "\"row\":1000") != NULL);
    host_answer_free(&a);
  }
  host_close(&h);
  free(text);
}

int main(void) {
  RUN(a_wrong_quote_costs_one_row);
  return check_report();
}
