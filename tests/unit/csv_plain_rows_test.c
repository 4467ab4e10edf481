/* Rows that are passed over: those that are, and where passing ends. That all else is found as well, tests/property says. */
#include "format/csv/plain_rows.h"

#include <stdlib.h>

#include "base/byte_bits.h"
#include "base/simd.h"
#include "check.h"
#include "random.h"

enum { TEXT_MAX = 4000 };
static const csv_dialect dialect = {.delimiter = ',', .quote = '"', .columns = 2};

static csv_passed pass_all(const csv_dialect *d, const char *text) {
  uint32_t len = (uint32_t)strlen(text);
  return csv_pass_plain(d, (const uint8_t *)text, len, 0, len);
}

/* `row` behind a first row of each length, so that it meets the borders of words everywhere; then 20 rows of 10 bytes. */
static void make_text(char *text, const char *row, uint32_t shift) {
  size_t n = (size_t)sprintf(text, "%0*d,b\n%s", (int)shift + 1, 1, row);
  for (int i = 0; i < 20; i++) n += (size_t)sprintf(text + n, "%06d,b\r\n", i);
}

static void expect_passed(const char *row, const csv_dialect *d, uint32_t lines) {
  char text[TEXT_MAX];
  for (uint32_t shift = 0; shift < 130; shift++) {
    make_text(text, row, shift);
    csv_passed p = pass_all(d, text);
    /* What does not fill a word is left. */
    uint32_t left = (uint32_t)strlen(text) - p.next;
    CHECK(left < 64 + 10 && left % 10 == 0);
    CHECK_EQ_UINT(p.rows + left / 10, 22);
    CHECK_EQ_UINT(p.lines + left / 10, 21 + lines);
  }
}

static void quoted_fields_are_passed(void) {
  expect_passed("a,b\n", &dialect, 1);
  expect_passed("\"\",\"a,\n\n\"\r\n", &dialect, 3);
  expect_passed("\"a\"\"b\",\"\"\"\"\n", &dialect, 1);
  expect_passed("\"a\" x,\"\"\n", &dialect, 1);
  csv_dialect one = {.quote = '"', .columns = 1};
  expect_passed("\n", &one, 1);
  csv_dialect plain = {.delimiter = ',', .columns = 2};
  expect_passed("\"a,b\"c\"\n", &plain, 1);
}

static void expect_stop(const char *row) {
  char text[TEXT_MAX];
  for (uint32_t shift = 0; shift < 130; shift++) {
    make_text(text, row, shift);
    csv_passed p = pass_all(&dialect, text);
    CHECK_EQ_UINT(p.next, shift + 4);
    CHECK_EQ_UINT(p.rows, 1);
    CHECK_EQ_UINT(p.lines, 1);
  }
}

static void what_is_not_plain_ends_it(void) {
  expect_stop("\n");
  expect_stop("\r\n");
  expect_stop("a\"b,c\n");
  expect_stop("\"a\" \"b\",c\n");
  expect_stop("a,\"b\nc,d\n");
}

static void passing_ends_with_the_row_that_is_asked_for(void) {
  char text[TEXT_MAX];
  make_text(text, "", 5);
  uint32_t len = (uint32_t)strlen(text);
  for (uint32_t until = 1; until <= 108; until++) {
    csv_passed p = csv_pass_plain(&dialect, (const uint8_t *)text, len, 0, until);
    uint32_t rows = until <= 9 ? 1 : 1 + (until - 9 + 9) / 10;
    CHECK_EQ_UINT(p.rows, rows);
    CHECK_EQ_UINT(p.next, 9 + (rows - 1) * 10);
  }
}

/* A quote that closes late is for those who look at rows one by one: they know how far it may reach. */
static void a_very_long_row_is_left(void) {
  enum { LONG = 1000000 };
  char *text = malloc(LONG);
  memset(text, '\n', LONG);
  memcpy(text, "a,b\nc,\"", 7);
  text[LONG - 100] = '"';
  csv_passed p = csv_pass_plain(&dialect, (const uint8_t *)text, LONG, 0, 100);
  CHECK_EQ_UINT(p.next, 4);
  CHECK_EQ_UINT(p.lines, 1);
  free(text);
}

static void bits_say_where_bytes_stand(void) {
  enum { WORDS = 5 };
  random_state source = {7};
  uint8_t bytes[WORDS * 64 + 1];
  uint64_t a[WORDS], b[WORDS];
  uint32_t wrong = 0;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(random_below(&source, 4) * 85);
  byte_bits(bytes + 1, WORDS, 255, 0, a, b);
  for (uint32_t i = 0; i < WORDS * 64; i++) {
    uint64_t narrow = simd_find_in_64(bytes + 1 + i / 64 * 64, 255);
    bool is_a = bytes[1 + i] == 255, is_b = bytes[1 + i] == 0;
    wrong += (a[i / 64] >> (i & 63) & 1) != is_a || (b[i / 64] >> (i & 63) & 1) != is_b;
    wrong += (narrow >> (i & 63) & 1) != is_a;
  }
  CHECK_EQ_UINT(wrong, 0);
}

int main(void) {
  RUN(quoted_fields_are_passed);
  RUN(what_is_not_plain_ends_it);
  RUN(passing_ends_with_the_row_that_is_asked_for);
  RUN(a_very_long_row_is_left);
  RUN(bits_say_where_bytes_stand);
  return check_report();
}
