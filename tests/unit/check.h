/* check.h — the whole test framework: checks that print where they failed, and a count at the end.
 *
 *   #include "check.h"
 *   static void empty_input_has_no_rows(void) { CHECK_EQ_INT(count("", 0), 0); }
 *   int main(void) { RUN(empty_input_has_no_rows); return check_report(); }
 *
 * A failed check does not end its test: what follows may tell more. Use REQUIRE where going on would crash. */
#ifndef SONDE_TESTS_CHECK_H
#define SONDE_TESTS_CHECK_H
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char *check_test_name = "main";
static int check_passed, check_failed;

static inline bool check_that(bool holds, const char *file, int line, const char *what) {
  if (holds) {
    check_passed++;
  } else {
    check_failed++;
    fprintf(stderr, "%s:%d: %s: %s does not hold\n", file, line, check_test_name, what);
  }
  return holds;
}

static inline void check_int(intmax_t a, intmax_t b, const char *file, int line, const char *what) {
  if (!check_that(a == b, file, line, what)) {
    fprintf(stderr, "    got %" PRIdMAX ", expected %" PRIdMAX "\n", a, b);
  }
}

static inline void check_uint(uintmax_t a, uintmax_t b, const char *file, int line, const char *what) {
  if (!check_that(a == b, file, line, what)) {
    fprintf(stderr, "    got %" PRIuMAX ", expected %" PRIuMAX "\n", a, b);
  }
}

/* Equal bits or both NaN; -0.0 and 0.0 differ. */
static inline void check_double(double a, double b, const char *file, int line, const char *what) {
  bool same = (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
  if (!check_that(same, file, line, what)) fprintf(stderr, "    got %.17g, expected %.17g\n", a, b);
}

static inline void check_bytes(const void *a, size_t a_len, const void *b, size_t b_len, const char *file,
                               int line, const char *what) {
  bool same = a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
  if (check_that(same, file, line, what)) return;
  fprintf(stderr, "    got %zu bytes \"", a_len);
  fwrite(a_len ? a : "", 1, a_len < 500 ? a_len : 500, stderr);
  fprintf(stderr, "\"\n    expected %zu bytes \"", b_len);
  fwrite(b_len ? b : "", 1, b_len < 500 ? b_len : 500, stderr);
  fputs("\"\n", stderr);
}

static inline void check_str(const char *a, const char *b, const char *file, int line, const char *what) {
  if (a && b) {
    check_bytes(a, strlen(a), b, strlen(b), file, line, what);
  } else {
    check_that(a == b, file, line, what);
  }
}

static inline int check_report(void) {
  printf("%d checks passed, %d failed\n", check_passed, check_failed);
  return check_failed ? 1 : 0;
}

#define CHECK(cond) check_that((cond), __FILE__, __LINE__, #cond)
#define CHECK_EQ_INT(got, expected) check_int((got), (expected), __FILE__, __LINE__, #got " == " #expected)
#define CHECK_EQ_UINT(got, expected) check_uint((got), (expected), __FILE__, __LINE__, #got " == " #expected)
#define CHECK_EQ_DOUBLE(got, expected)                                                                       \
  check_double((got), (expected), __FILE__, __LINE__, #got " == " #expected)
#define CHECK_STR(got, expected) check_str((got), (expected), __FILE__, __LINE__, #got " == " #expected)
/* Bytes with a length against a C string, or against other bytes with a length. */
#define CHECK_STRN(got, len, expected)                                                                       \
  check_bytes((got), (len), (expected), strlen(expected), __FILE__, __LINE__, #got " == " #expected)
#define CHECK_BYTES(got, len, expected, expected_len)                                                        \
  check_bytes((got), (len), (expected), (expected_len), __FILE__, __LINE__, #got " == " #expected)
/* For functions that return void: leaves the test when the condition does not hold. */
#define REQUIRE(cond)                                                                                        \
  do {                                                                                                       \
    if (!CHECK(cond)) return;                                                                                \
  } while (0)
#define RUN(test)                                                                                            \
  do {                                                                                                       \
    check_test_name = #test;                                                                                 \
    test();                                                                                                  \
  } while (0)
#endif
