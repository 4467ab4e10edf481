/* Numbers as text against the C library and against themselves, on random texts and random bits. */
#include "base/number.h"
#include "check.h"
#include "random.h"

#include <stdlib.h>

static random_state source = {0x9E3779B97F4A7C15u};

static double read_text(const char *text, size_t n) {
  number_text t;
  return number_scan(text, n, '.', &t) ? number_to_double(&t, text, n, '.') : NAN;
}

static size_t random_digits(char *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (char)('0' + random_below(&source, 10));
  return n;
}

static size_t random_number(char *out) {
  size_t n = 0, whole = 1 + random_below(&source, 20), fraction = random_below(&source, 24);
  if (random_below(&source, 2)) out[n++] = '-';
  n += random_digits(out + n, whole);
  if (fraction) {
    out[n++] = '.';
    n += random_digits(out + n, fraction);
  }
  if (random_below(&source, 2)) n += (size_t)sprintf(out + n, "e%d", (int)random_below(&source, 680) - 350);
  out[n] = 0;
  return n;
}

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static void doubles_are_read_as_strtod_reads_them(void) {
  char text[96];
  for (int i = 0; i < 600000; i++) {
    size_t n = random_number(text);
    double expected = strtod(text, NULL);
    if (!same(read_text(text, n), expected)) {
      fprintf(stderr, "    %s\n", text);
      CHECK_EQ_DOUBLE(read_text(text, n), expected);
      return;
    }
  }
  CHECK(true);
}

static double random_double(void) {
  double v;
  do {
    uint64_t bits = random_next(&source);
    memcpy(&v, &bits, sizeof v);
  } while (!isfinite(v));
  return v;
}

/* Decimal texts exactly halfway between two doubles, just above and just below: the cases that need every digit. */
static void halfway_texts_round_to_even_and_their_neighbours_to_the_nearer_double(void) {
  static char text[2048];
  int wrong = 0;
  for (int i = 0; i < 3000; i++) {
    double v = fabs(random_double());
    if (i % 8 == 0) v = ldexp(v, -1074 - ilogb(v) + (int)random_below(&source, 53));
    if (v > 1e308 || v == 0) continue;
    long double half = ((long double)v + (long double)nextafter(v, INFINITY)) / 2;
    size_t n = (size_t)snprintf(text, sizeof text, "%.1200Lf", half);
    if (i % 3 == 1) text[n++] = '1';
    if (i % 3 == 2) n = (size_t)snprintf(text, sizeof text, "%.770Le", half);
    text[n] = 0;
    wrong += !same(read_text(text, n), strtod(text, NULL));
  }
  CHECK_EQ_INT(wrong, 0);
}

static void doubles_read_back_from_their_shortest_text(void) {
  char text[33], fewer[40];
  int wrong = 0, longer = 0;
  for (int i = 0; i < 200000; i++) {
    double v = random_double();
    if (i % 4 == 1) v = ldexp(1, (int)random_below(&source, 2098) - 1074);
    if (i % 4 == 2) v = (double)random_below(&source, 1000000000) / pow(10, random_below(&source, 10));
    size_t n = number_format_double(v, text);
    text[n] = 0;
    wrong += strtod(text, NULL) != v;
    if (i % 16 == 0) {
      size_t digits = 0;
      for (const char *p = text; *p && *p != 'e'; p++)
        digits += *p >= '0' && *p <= '9' && (digits > 0 || *p != '0');
      if (strchr(text, '.') && digits > 1) {
        sprintf(fewer, "%.*e", (int)digits - 2, v);
        longer += strtod(fewer, NULL) == v;
      }
    }
  }
  CHECK_EQ_INT(wrong, 0);
  CHECK_EQ_INT(longer, 0);
}

static void decimals_survive_the_round_trip(void) {
  int wrong = 0;
  for (int i = 0; i < 200000; i++) {
    char text[48], again[48];
    int128 v = {random_next(&source), (int64_t)random_next(&source) >> (3 + random_below(&source, 60))}, back;
    uint32_t scale = (uint32_t)random_below(&source, 39);
    size_t n = number_format_int128(v, scale, text);
    number_text t;
    bool fits = number_scan(text, n, '.', &t) && number_to_int128(&t, text, n, '.', scale, &back);
    size_t digits = n - (v.high < 0) - (scale > 0);
    if (digits <= 38) wrong += !fits || int128_compare(v, back) != 0;
    if (fits) wrong += number_format_int128(back, scale, again) != n || memcmp(text, again, n) != 0;
    wrong += fabs(int128_to_double(v, scale) - strtod((text[n] = 0, text), NULL)) > 0;
  }
  CHECK_EQ_INT(wrong, 0);
}

static void integers_survive_the_round_trip(void) {
  int wrong = 0;
  for (int i = 0; i < 200000; i++) {
    char text[24];
    int64_t v = (int64_t)random_next(&source) >> random_below(&source, 64), back = 0;
    size_t n = number_format_int64(v, text);
    number_text t;
    wrong += !number_scan(text, n, '.', &t) || !number_to_int64(&t, text, n, &back) || back != v;
  }
  CHECK_EQ_INT(wrong, 0);
}

int main(void) {
  RUN(doubles_are_read_as_strtod_reads_them);
  RUN(halfway_texts_round_to_even_and_their_neighbours_to_the_nearer_double);
  RUN(doubles_read_back_from_their_shortest_text);
  RUN(decimals_survive_the_round_trip);
  RUN(integers_survive_the_round_trip);
  return check_report();
}
