/* The same table, whatever the number of fragments, the order they come back in, the engines they run on and the way bytes are
 * brought: same rows, types, statistics to the last bit, bad rows. */
#include "../unit/check.h"
#include "../unit/host.h"

#define FILE_MAX 200000

static random_state dice = {20261121};

typedef struct {
  char text[FILE_MAX];
  size_t len;
} csv_text;

static void put(csv_text *f, const char *s) {
  size_t n = strlen(s);
  if (f->len + n > FILE_MAX) abort();
  memcpy(f->text + f->len, s, n);
  f->len += n;
}

/* What one way of reading found out about a table. */
typedef struct {
  char imported[HOST_INFO], bad[HOST_INFO], view[HOST_INFO];
  bytes rows, sorted, values;
} findings;

static void findings_free(findings *f) {
  free(f->rows.data);
  free(f->sorted.data);
  free(f->values.data);
  free(f);
}

static void run_ok(host *h, const char *spec) {
  sonde_code code = host_run(h, spec);
  if (!CHECK(code == SONDE_OK)) fprintf(stderr, "    %s: %s\n", spec, h->err.message);
}

static void take_pages(host *h, bytes *into) { bytes_put(into, h->pages.data, h->pages.len); }

static findings *look(host *h) {
  findings *f = calloc(1, sizeof *f);
  if (!f) abort();
  run_ok(h, "{\"job\":\"open\",\"source\":1,\"name\":\"t\"}");
  run_ok(h, "{\"job\":\"index\",\"table\":1}");
  run_ok(h, "{\"job\":\"import\",\"table\":1}");
  strcpy(f->imported, h->info);
  run_ok(h, "{\"job\":\"bad\",\"table\":1,\"first\":0,\"count\":200}");
  strcpy(f->bad, h->info);
  run_ok(h, "{\"job\":\"read\",\"table\":1,\"row\":0,\"rows\":100000}");
  take_pages(h, &f->rows);
  run_ok(
      h,
      "{\"job\":\"view\",\"table\":1,\"search\":\"1\",\"sort\":[{\"column\":1},{\"column\":0,\"descending\":true}]}");
  strcpy(f->view, h->info);
  run_ok(h, "{\"job\":\"read\",\"view\":2,\"row\":0,\"rows\":100000}");
  take_pages(h, &f->sorted);
  run_ok(h, "{\"job\":\"values\",\"table\":1,\"column\":1}");
  take_pages(h, &f->values);
  return f;
}

static void check_same(const findings *a, const findings *b) {
  CHECK_STR(a->imported, b->imported);
  CHECK_STR(a->bad, b->bad);
  CHECK_STR(a->view, b->view);
  CHECK_BYTES(a->rows.data, a->rows.len, b->rows.data, b->rows.len);
  CHECK_BYTES(a->sorted.data, a->sorted.len, b->sorted.data, b->sorted.len);
  CHECK_BYTES(a->values.data, a->values.len, b->values.data, b->values.len);
}

static findings *look_with(const csv_text *f, uint32_t block_bytes, uint32_t helpers, bool surprises) {
  sonde_config config = {.struct_size = sizeof config,
                         .memory_limit = (uint64_t)256 << 20,
                         .keep_limit = surprises && random_below(&dice, 3) == 0 ? 20000 : (uint64_t)64 << 20,
                         .block_bytes = block_bytes};
  host h;
  CHECK(host_open(&h, &config, helpers, f->text, f->len));
  h.random = surprises ? &dice : NULL;
  h.budget_us = surprises ? random_below(&dice, 3) * 500 : 0;
  findings *x = look(&h);
  host_close(&h);
  return x;
}

/* ---- tables ---- */

/* Every block has doubles of one size; the large ones cancel each other, so that the sum depends on the order of adding the
 * blocks, compensated or not. */
static void put_numbers(csv_text *f) {
  enum { LINE = 40, BLOCK_ROWS = 50, BLOCKS = 42 };
  static const int powers[] = {0, 20, 40};
  random_state half = dice;
  put(f, "double,whole,decimal\n");
  for (uint32_t i = 0; i < BLOCK_ROWS * BLOCKS; i++) {
    if (i == BLOCK_ROWS * BLOCKS / 2) dice = half; /* again, large ones negated */
    int power = powers[i / BLOCK_ROWS % 3];
    bool negated = i >= BLOCK_ROWS * BLOCKS / 2 && power > 0;
    char line[LINE + 1];
    int n = snprintf(line, sizeof line, "%c%u.%04ue%d,%d,", negated ? '-' : '+', 1 + random_below(&dice, 9),
                     random_below(&dice, 10000), power, (int)random_below(&dice, 2000000) - 1000000);
    snprintf(line + n, sizeof line - (size_t)n, "%0*u\n", LINE - n - 1, random_below(&dice, 1000000000));
    line[n] = '1';
    line[n + 1] = '.';
    put(f, line);
  }
}

static void sums_do_not_depend_on_the_order_of_fragments(void) {
  csv_text *f = calloc(1, sizeof *f);
  REQUIRE(f != NULL);
  put_numbers(f);
  findings *plain = look_with(f, 2000, 0, false);
  CHECK(strstr(plain->imported, "\"double\"") && strstr(plain->imported, "\"decimal\""));
  static const uint32_t helpers[] = {1, 2, 3, 7};
  for (uint32_t i = 0; i < 4; i++)
    for (int round = 0; round < 3; round++) {
      findings *other = look_with(f, 2000, helpers[i], true);
      check_same(other, plain);
      findings_free(other);
    }
  findings_free(plain);
  free(f);
}

int main(void) {
  RUN(sums_do_not_depend_on_the_order_of_fragments);
  return check_report();
}
