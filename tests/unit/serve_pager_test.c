/* How large CSV files are paged: what is said of the wait, and that readers are served while rows are counted. */
#include "cells.h"
#include "check.h"
#include "pager.h"
#include "peek.h"
#include "roots.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 800000, HEAD_ROWS = 200, MIB = 1 << 20 };
static const cache_folder no_cache = {NO_ROOT, 0};
static char path[] = "/tmp/sonde-pager-XXXXXX";
static catalog_file file;
static catalog_table table;

static void the_wait_is_reckoned_by_bytes(void) {
  sonde_progress quarter = {.done_bytes = 250, .total_bytes = 1000, .rows = 100};
  CHECK_EQ_DOUBLE(pager_rest_ms(&quarter, 200, 2000), 1 + 2000); /* as many bytes again */
  CHECK_EQ_DOUBLE(pager_rest_ms(&quarter, 300, 2000), 1 + 4000);
  CHECK_EQ_DOUBLE(pager_rest_ms(&quarter, 400, 2000), 1 + 6000);
  CHECK_EQ_DOUBLE(pager_rest_ms(&quarter, UINT64_MAX, 2000), 1 + 6000); /* there are not more */
  CHECK_EQ_DOUBLE(pager_rest_ms(&quarter, 90, 2000), 1);
  sonde_progress nothing = {.total_bytes = 1000};
  CHECK_EQ_DOUBLE(pager_rest_ms(&nothing, 200, 0), 1);
}

/* ---- with a file ---- */

static void write_file(const char *word) {
  FILE *f = fopen(path, "w");
  REQUIRE(f != NULL);
  fprintf(f, "id,word\n");
  for (int i = 0; i < ROWS; i++) fprintf(f, "%d,%s %d\n", i, word, i * 7);
  fclose(f);
}

static pager *take(pagers *all) {
  sonde_error err;
  table_now now;
  if (!CHECK(table_now_open(&now, &table, &err))) return NULL;
  pager *p = pager_take(all, &now, &err);
  table_now_close(&now);
  return p;
}

typedef struct {
  uint64_t first;
  unsigned rows, wrong;
} expected_rows;

static bool check_page(void *user, sonde_page page) {
  expected_rows *x = user;
  cells c;
  text row = {0};
  char expected[64];
  if (!cells_open(page, &c)) return false;
  for (uint32_t r = 0; r < c.n_rows; r++, x->rows++) {
    text_clear(&row);
    cells_add_json(&c, 0, r, &row), text_add(&row, ",", 1), cells_add_json(&c, 1, r, &row);
    uint64_t i = x->first + r;
    snprintf(expected, sizeof expected, "%llu,\"old %llu\"", (unsigned long long)i,
             (unsigned long long)i * 7);
    x->wrong += strcmp(row.ptr, expected) != 0;
  }
  text_free(&row);
  return true;
}

typedef struct {
  pager *pager;
  unsigned seed, pages, wrong;
  bool counted;
} reader;

static void read_somewhere(reader *r, uint64_t counted) {
  sonde_error err;
  expected_rows x = {.first = (unsigned)rand_r(&r->seed) % (counted - 10)};
  bool done = pager_read(r->pager, x.first, 10, str_from("[0,1]"), check_page, &x, &err);
  r->wrong += !done || x.rows != 10 || x.wrong;
  r->pages++;
}

static void *read_until_exact(void *user) {
  reader *r = user;
  for (pager_state state = PAGER_OPENED; state != PAGER_EXACT && state != PAGER_UNFIT;) {
    pager_about about;
    pager_tell(r->pager, 100, &about);
    state = about.state;
    if (about.rows > HEAD_ROWS) read_somewhere(r, about.rows);
    pager_about_free(&about);
  }
  pager_about about;
  pager_tell(r->pager, ROWS, &about);
  r->counted = about.state == PAGER_EXACT && about.rows == ROWS && about.seconds == 0;
  pager_about_free(&about);
  return NULL;
}

/* With so much memory, and so many threads at most. */
static void check_paged(uint64_t memory, unsigned threads) {
  enum { READERS = 3 };
  pagers *all = pagers_new(memory, threads, no_cache);
  reader readers[READERS];
  pthread_t running[READERS];
  pager *p = take(all);
  REQUIRE(p != NULL);
  for (unsigned i = 0; i < READERS; i++) {
    readers[i] = (reader){.pager = p, .seed = i + 1};
    REQUIRE(pthread_create(&running[i], NULL, read_until_exact, &readers[i]) == 0);
  }
  for (unsigned i = 0; i < READERS; i++) {
    pthread_join(running[i], NULL);
    CHECK(readers[i].counted && readers[i].pages > 0);
    CHECK_EQ_UINT(readers[i].wrong, 0);
  }
  pager_release(all, p);
  pagers_free(all);
}

static void pages_are_read_while_threads_count(void) { check_paged(256 * MIB, 3); }
static void pages_are_read_where_there_is_memory_for_one_engine_only(void) { check_paged(16 * MIB, 3); }

/* Nobody counts while somebody has the engine. */
typedef struct {
  pager *pager;
  bool counting;
  unsigned seconds;
} patience;

static bool ask_meanwhile(void *user, sonde_page page) {
  (void)page;
  patience *x = user;
  pager_about about;
  pager_tell(x->pager, ROWS, &about);
  x->counting = about.state == PAGER_OPENED;
  x->seconds = about.seconds;
  text said = {0};
  pager_about_put(&said, &about);
  if (x->counting) CHECK(strstr(said.ptr, "\"reading\":{\"phase\":\"index\",\"rows\":"));
  text_free(&said);
  pager_about_free(&about);
  return true;
}

/* False: all were counted before the engine could be had. */
static bool catch_counting(void) {
  pagers *all = pagers_new(16 * MIB, 1, no_cache);
  pager_about about;
  sonde_error err;
  patience x = {.pager = take(all)};
  if (!CHECK(x.pager != NULL)) return true;
  pager_tell(x.pager, HEAD_ROWS + 1, &about);
  pager_about_free(&about);
  CHECK(pager_read(x.pager, 0, 1, str_from("[0]"), ask_meanwhile, &x, &err));
  CHECK(!x.counting || (x.seconds >= 1 && x.seconds <= 60));
  pager_release(all, x.pager);
  pagers_free(all);
  return x.counting;
}

static void who_asks_too_early_is_told_when_to_come_again(void) {
  bool caught = false;
  for (int i = 0; i < 50 && !caught; i++) caught = catch_counting();
  CHECK(caught);
}

static double processor_ms(void) {
  struct timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

static void wait_for(pager *p, pager_state state) {
  for (bool there = false; !there;) {
    pager_about about;
    pager_tell(p, ROWS, &about);
    there = about.state >= state;
    pager_about_free(&about);
    if (!there) usleep(1000);
  }
}

/* What it costs until that is known and the pager is freed. */
static double cost_until(pager_state state) {
  double before = processor_ms();
  pagers *all = pagers_new(48 * MIB, 2, no_cache);
  pager *p = take(all);
  if (!CHECK(p != NULL)) return 0;
  wait_for(p, state);
  pager_release(all, p);
  pagers_free(all);
  return processor_ms() - before;
}

static void what_nobody_needs_any_more_is_not_read(void) {
  double whole = cost_until(PAGER_EXACT), counted = cost_until(PAGER_COUNTED);
  CHECK(counted < whole * 0.7);
}

static void another_version_is_another_pager(void) {
  pagers *all = pagers_new(64 * MIB, 2, no_cache);
  pager *old = take(all), *same = take(all);
  CHECK(old && old == same);
  write_file("new");
  pager *newer = take(all);
  CHECK(newer && newer != old);
  CHECK(!pager_is_unchanged(old) && pager_is_unchanged(newer));
  CHECK(take(all) == newer);
  pager_release(all, old), pager_release(all, same);
  pager_release(all, newer), pager_release(all, newer);
  pagers_free(all);
}

int main(void) {
  int fd = mkstemp(path), folder = open("/tmp", O_RDONLY | O_DIRECTORY);
  if (fd < 0 || folder < 0) return 1;
  close(fd);
  file = (catalog_file){folder, path + strlen("/tmp/")};
  table = (catalog_table){.name = "t", .format = "csv", .description = "", .files = &file, .file_count = 1};
  RUN(the_wait_is_reckoned_by_bytes);
  write_file("old");
  RUN(pages_are_read_while_threads_count);
  RUN(pages_are_read_where_there_is_memory_for_one_engine_only);
  RUN(who_asks_too_early_is_told_when_to_come_again);
  RUN(what_nobody_needs_any_more_is_not_read);
  RUN(another_version_is_another_pager);
  unlink(path);
  close(folder);
  return check_report();
}
