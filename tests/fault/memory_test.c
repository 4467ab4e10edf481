/* Small memory budgets: what is held only for speed makes way for what is needed, so keeping never makes anything fail. */
#include "../unit/check.h"
#include "../unit/host.h"

enum { ROWS = 40000, LINE = 48 };
static char csv[ROWS * LINE + 32];

static void make_csv(void) {
  random_state r = {7};
  size_t n = (size_t)snprintf(csv, sizeof csv, "id,name,price\n");
  for (int i = 0; i < ROWS; i++)
    n += (size_t)snprintf(csv + n, sizeof csv - n, "%06d,name %u,%u.%03u\n", i + 100000,
                          random_below(&r, 5000), random_below(&r, 1000), random_below(&r, 1000));
}

/* Opens, imports, sorts by two columns and reads from the middle; what is kept may be `keep` of `limit`. */
static sonde_code sort_within(uint64_t limit, uint64_t keep, uint32_t block_bytes, uint32_t helpers,
                              random_state *random, bytes *page) {
  heap memory = {0};
  sonde_config config = {.struct_size = sizeof config,
                         .memory_limit = limit,
                         .keep_limit = keep,
                         .resize = heap_resize,
                         .user = &memory,
                         .block_bytes = block_bytes};
  static const char *const jobs[] = {
      "{\"job\":\"open\",\"source\":1}", "{\"job\":\"index\",\"table\":1}",
      "{\"job\":\"import\",\"table\":1}",
      "{\"job\":\"view\",\"table\":1,\"sort\":[{\"column\":2,\"descending\":true},{\"column\":0}]}",
      "{\"job\":\"read\",\"view\":2,\"row\":20000,\"rows\":50}"};
  host h;
  sonde_code code = host_open(&h, &config, helpers, csv, strlen(csv)) ? SONDE_OK : h.err.code;
  h.random = random;
  for (size_t i = 0; code == SONDE_OK && i < sizeof jobs / sizeof *jobs; i++) code = host_run(&h, jobs[i]);
  if (code == SONDE_OK && page) bytes_put(page, h.pages.data, h.pages.len);
  if (code == SONDE_LIMIT) CHECK(strstr(h.err.message, "memory budget") != NULL);
  CHECK(code == SONDE_OK || code == SONDE_LIMIT);
  CHECK(memory.held <= limit * (helpers + 1));
  host_close(&h);
  CHECK_EQ_UINT(memory.held, 0);
  return code;
}

/* The smallest budget in steps of 64 kB that suffices. */
static uint64_t least(int keep_percent) {
  uint64_t low = 1 << 16, high = 64 << 20;
  while (high - low > 1 << 16) {
    uint64_t mid = (low + high) / 2;
    if (sort_within(mid, mid / 100 * (unsigned)keep_percent, 32768, 0, NULL, NULL) == SONDE_OK)
      high = mid;
    else
      low = mid;
  }
  return high;
}

static void keeping_never_makes_a_sort_fail(void) {
  uint64_t without = least(0);
  CHECK(without < 24 * ROWS + (2 << 20)); /* 24 bytes a row, and room to read a block */
  CHECK(least(50) <= without + (1 << 16));
  CHECK(least(100) <= without + (1 << 16));
  if (check_failed) fprintf(stderr, "least budget without keeping %llu\n", (unsigned long long)without);
}

static void small_budgets_give_the_same_rows_or_name_the_limit(void) {
  bytes truth = {0};
  CHECK_EQ_INT(sort_within((uint64_t)256 << 20, (uint64_t)128 << 20, 32768, 0, NULL, &truth), SONDE_OK);
  random_state dice = {11};
  static const uint32_t blocks[] = {32768, 500000, 0};
  uint32_t sorted = 0;
  for (uint64_t limit = 400000; limit < (16 << 20); limit += limit / 16) {
    bytes page = {0};
    if (sort_within(limit, limit, blocks[random_below(&dice, 3)], random_below(&dice, 4), &dice, &page) ==
        SONDE_OK) {
      CHECK_BYTES(page.data, page.len, truth.data, truth.len);
      sorted++;
    }
    free(page.data);
  }
  CHECK(sorted > 10);
  free(truth.data);
}

int main(void) {
  make_csv();
  RUN(keeping_never_makes_a_sort_fail);
  RUN(small_budgets_give_the_same_rows_or_name_the_limit);
  return check_report();
}
