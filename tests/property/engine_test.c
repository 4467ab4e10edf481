/* The same table, whatever the number of fragments, the order they come back in, the engines they run on and the way bytes are
 * brought: same rows, types, statistics to the last bit, bad rows. */
#include "../unit/check.h"
#include "../unit/host.h"

#define FILE_MAX 600000
#define SAMPLE 262144 /* what is looked at before the whole file is */

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

/* ---- any table ---- */

/* Values by column: what a column holds changes with the rows, so that types widen late, blocks hold no value or only "", and rows
 * are broken. */
static void put_value(csv_text *f, uint32_t column, uint32_t phase) {
  static const char *const kinds[][8] = {
      {"7", "-12", "300", "", "41", "5", "9007199254740993", "1"},
      {"1.5", "2", "-0.25", "1e3", "", "3.125", "17", "100.0001"},
      {"12345678901234567890.5", "0.1", "7", "-3", "", "99999999999999999.25", "2", "1"},
      {"2026-11-21", "2024-02-29", "", "1969-12-31", "2000-01-01", "2026-11-21 10:15:00",
       "1999-12-31 23:59:59", "2001-02-03"},
      {"\"\"", "", "\"\"", "\"\"", "", "\"\"", "\"\"", ""},
      {"plain", "\"quoted, comma\"", "\"two\nlines\"", "\"say \"\"so\"\"\"", "\xC3\xA9t\xC3\xA9", "", "\"\"",
       "1"},
      {"true", "false", "", "TRUE", "true", "false", "true", "false"}};
  uint32_t kind = (column + phase * 3) % 7, few = phase == 0 ? 5 : 8;
  put(f, kinds[kind][random_below(&dice, few)]);
}

static void put_row(csv_text *f, uint32_t phase, bool crlf) {
  uint32_t fields = random_below(&dice, 60) ? 4 : 1 + random_below(&dice, 6);
  for (uint32_t c = 0; c < fields; c++) {
    if (c) put(f, ",");
    put_value(f, c, phase);
  }
  if (random_below(&dice, 200) == 0) put(f, " \"stray");
  if (random_below(&dice, 300) == 0) put(f, "\xFF");
  put(f, crlf ? "\r\n" : "\n");
}

/* Fills the sample, so that nothing that follows is known before it is imported. */
static void put_filler(csv_text *f, uint32_t phase) {
  static char filler[13001];
  memset(filler, 'x', sizeof filler - 1);
  while (f->len < SAMPLE) {
    for (uint32_t c = 0; c < 3; c++) {
      if (random_below(&dice, 8) == 0) put_value(f, c, phase);
      put(f, ",");
    }
    put(f, filler);
    put(f, "\n");
  }
}

static void put_table(csv_text *f) {
  uint32_t rows = random_below(&dice, 1500), first = random_below(&dice, 7),
           change = random_below(&dice, 3000);
  bool crlf = random_below(&dice, 4) == 0;
  if (random_below(&dice, 4)) put(f, "a,b,c,d\n");
  if (random_below(&dice, 3) == 0) put_filler(f, first);
  for (uint32_t i = 0; i < rows; i++) put_row(f, first + (i >= change), crlf);
  if (rows && random_below(&dice, 3) == 0) f->len--; /* no newline at the end */
}

static void any_way_of_reading_finds_the_same(void) {
  for (int round = 0; round < 60 && check_failed == 0; round++) {
    csv_text *f = calloc(1, sizeof *f);
    REQUIRE(f != NULL);
    put_table(f);
    uint32_t block = 150 + random_below(&dice, f->len < SAMPLE ? (uint32_t)f->len / 3 + 10 : 20000);
    findings *plain = look_with(f, block, 0, false), *whole = look_with(f, 1 << 20, 0, false);
    CHECK_BYTES(whole->rows.data, whole->rows.len, plain->rows.data,
                plain->rows.len); /* sums may differ here */
    CHECK_BYTES(whole->sorted.data, whole->sorted.len, plain->sorted.data, plain->sorted.len);
    CHECK_STR(whole->bad, plain->bad);
    for (uint32_t helpers = 0; helpers <= 8; helpers += 1 + random_below(&dice, 3)) {
      findings *other = look_with(f, block, helpers, true);
      check_same(other, plain);
      findings_free(other);
    }
    if (check_failed) fprintf(stderr, "round %d, blocks of %u bytes\n", round, block);
    findings_free(plain);
    findings_free(whole);
    free(f);
  }
}

/* ""  is missing in a column of numbers, and a text in one of texts: blocks of nothing else do not know which. */
static void empty_texts_before_the_first_text_are_texts(void) {
  csv_text *f = calloc(1, sizeof *f);
  REQUIRE(f != NULL);
  put(f, "n,t,sometimes\n");
  while (f->len < SAMPLE + 60000) put(f, "1,\"\",\n");
  put(f, "2,word,\n3,\"\",2\n");
  for (uint32_t helpers = 0; helpers < 3; helpers++) {
    findings *x = look_with(f, 30000, helpers, helpers > 0);
    CHECK(strstr(x->imported,
                 "{\"name\":\"t\",\"type\":\"text\",\"stats\":{\"nulls\":0,\"min\":\"\",\"max\":\"word\"") !=
          NULL);
    findings_free(x);
  }
  free(f);
}

static void the_first_page_is_what_the_rows_are(void) {
  csv_text *f = calloc(1, sizeof *f);
  REQUIRE(f != NULL);
  put(f, "n,t\n1,\"\"\n2,\n3,word\n4,\"\"\n");
  host h;
  REQUIRE(host_open(&h, NULL, 0, f->text, f->len));
  run_ok(&h, "{\"job\":\"open\",\"source\":1}");
  bytes first = {0};
  take_pages(&h, &first);
  run_ok(&h, "{\"job\":\"index\",\"table\":1}");
  run_ok(&h, "{\"job\":\"import\",\"table\":1}");
  CHECK(strstr(h.info, "\"type\":\"text\",\"stats\":{\"nulls\":1,") != NULL);
  run_ok(&h, "{\"job\":\"read\",\"table\":1}");
  CHECK_BYTES(h.pages.data, h.pages.len, first.data, first.len);
  free(first.data);
  host_close(&h);
  free(f);
}

/* An import that ends half-way, with some columns read once and some twice, is finished by the next one. */
static void an_import_goes_on_where_one_was_cancelled(void) {
  csv_text *f = calloc(1, sizeof *f);
  REQUIRE(f != NULL);
  put(f, "a,b,c,d\n");
  put_filler(f, 0);
  for (uint32_t i = 0; i < 2000; i++) put_row(f, i >= 1500, false);
  findings *plain = look_with(f, 20000, 0, false);
  sonde_config config = {
      .struct_size = sizeof config, .memory_limit = (uint64_t)256 << 20, .block_bytes = 20000};
  for (uint64_t stop = 1; stop < 120; stop += 1 + random_below(&dice, 4)) {
    host h;
    REQUIRE(host_open(&h, &config, 3, f->text, f->len));
    h.random = stop % 2 ? &dice : NULL;
    run_ok(&h, "{\"job\":\"open\",\"source\":1,\"name\":\"t\"}");
    run_ok(&h, "{\"job\":\"index\",\"table\":1}");
    h.steps_max = stop;
    h.patient = true;
    for (int i = 0; i < 2; i++) host_run(&h, "{\"job\":\"import\",\"table\":1}");
    h.steps_max = 1000000;
    run_ok(&h, "{\"job\":\"import\",\"table\":1}");
    CHECK_STR(h.info, plain->imported);
    host_close(&h);
  }
  findings_free(plain);
  free(f);
}

int main(void) {
  RUN(empty_texts_before_the_first_text_are_texts);
  RUN(the_first_page_is_what_the_rows_are);
  RUN(an_import_goes_on_where_one_was_cancelled);
  RUN(any_way_of_reading_finds_the_same);
  RUN(sums_do_not_depend_on_the_order_of_fragments);
  return check_report();
}
