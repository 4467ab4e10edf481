/* However many engines share the work, in whatever order results come, however bytes arrive: every answer is the same to the
 * last bit. */
#include "../unit/check.h"
#include "../unit/host.h"

#define ROWS 60000u

static char *table;
static size_t table_len;

static void make_table(void) {
  random_state r = {7};
  table = malloc((size_t)ROWS * 160);
  size_t n = (size_t)sprintf(table, "id,amount,ratio,text,day,code\n");
  for (uint32_t i = 0; i < ROWS; i++) {
    n += (size_t)sprintf(table + n, "%u,%d.%02u,", i, (int)random_below(&r, 20000) - 10000,
                         random_below(&r, 100));
    n += (size_t)sprintf(table + n, i % 11 ? "%.17g," : "%.3e,", (double)random_next(&r) / 1e25);
    if (i % 5 == 0)
      n += (size_t)sprintf(table + n, "\"line %u, \"\"one\"\"\n%0*d\",", i, 1 + (int)random_below(&r, 60), 7);
    else
      n += (size_t)sprintf(table + n, "%s,", i % 3 ? "word" : "");
    n += (size_t)sprintf(table + n, "2026-%02u-%02u,%0*u", i % 12 + 1, i % 28 + 1, i < ROWS / 2 ? 0 : 4,
                         i % 977);
    n += (size_t)sprintf(table + n, "%s\n", i % 7001 == 7000 ? ",one too many" : "");
  }
  table_len = n;
}

static const char *const jobs[] = {
    "{\"job\":\"open\",\"source\":1,\"name\":\"t\"}",
    "{\"job\":\"index\",\"table\":1}",
    "{\"job\":\"import\",\"table\":1}",
    "{\"job\":\"bad\",\"table\":1,\"first\":0,\"count\":50}",
    "{\"job\":\"read\",\"table\":1,\"row\":31234,\"rows\":300}",
    "{\"job\":\"view\",\"table\":1,\"search\":\"one\",\"sort\":[{\"column\":2,\"descending\":true},{\"column\":1}]}",
    "{\"job\":\"read\",\"view\":2,\"row\":5000,\"rows\":200}",
    "{\"job\":\"view\",\"table\":1,\"filter\":{\"and\":[{\"column\":1,\"op\":\">\",\"value\":\"12.5\"},{\"column\":3,\"op\":\"=\",\"value\":\"word\"}]}}",
    "{\"job\":\"read\",\"view\":3,\"row\":9000,\"rows\":200}",
    "{\"job\":\"values\",\"table\":1,\"column\":5,\"limit\":2000}"};
enum { JOBS = sizeof jobs / sizeof *jobs };

static host_answer expected[JOBS];

static bool same(const host_answer *a, const host_answer *b) {
  return a->code == b->code && a->info_len == b->info_len && a->page_len == b->page_len &&
         memcmp(a->info, b->info, a->info_len) == 0 &&
         (!a->page_len || memcmp(a->page, b->page, a->page_len) == 0);
}

static void life(uint32_t helpers, uint64_t limit, uint64_t seed, bool erratic, host_answer *answers) {
  host h;
  host_open(&h, helpers, limit, seed, erratic);
  host_file_add(&h, 1, table, table_len);
  for (uint32_t i = 0; i < JOBS; i++) answers[i] = host_run(&h, jobs[i]);
  host_close(&h);
}

static void check_life(uint32_t helpers, uint64_t limit, uint64_t seed) {
  host_answer got[JOBS];
  life(helpers, limit, seed, true, got);
  for (uint32_t i = 0; i < JOBS; i++) {
    if (!same(&got[i], &expected[i]))
      fprintf(stderr, "%u helpers, %llu MB, seed %llu: %s\n%s\n%s\n", helpers,
              (unsigned long long)limit >> 20, (unsigned long long)seed, jobs[i], (char *)expected[i].info,
              got[i].info ? (char *)got[i].info : got[i].error.message);
    CHECK(same(&got[i], &expected[i]));
    host_answer_free(&got[i]);
  }
}

static void one_engine_knows_the_answers(void) {
  life(0, (uint64_t)1 << 30, 1, false, expected);
  for (uint32_t i = 0; i < JOBS; i++) CHECK_EQ_INT(expected[i].code, SONDE_OK);
  CHECK(strstr((char *)expected[2].info, "\"count\":60000,\"exact\":true") != NULL);
  CHECK(strstr((char *)expected[2].info, "\"badRows\":8") != NULL);
}

static void any_number_of_engines_gives_the_same(void) {
  for (uint32_t helpers = 0; helpers <= 8; helpers++) check_life(helpers, (uint64_t)1 << 30, 100 + helpers);
}

/* Where columns are not kept they are read again. */
static void any_budget_gives_the_same(void) {
  for (uint64_t mb = 24; mb <= 40; mb += 8) check_life(2, mb << 20, mb);
}

int main(void) {
  make_table();
  RUN(one_engine_knows_the_answers);
  RUN(any_number_of_engines_gives_the_same);
  RUN(any_budget_gives_the_same);
  for (uint32_t i = 0; i < JOBS; i++) host_answer_free(&expected[i]);
  free(table);
  return check_report();
}
