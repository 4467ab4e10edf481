/* Any text: what is scanned as a number is read as the C library reads it, and every form written reads back. */
#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static double read_double(const char *text, size_t n) {
  number_text t;
  require(number_scan(text, n, '.', &t));
  return number_to_double(&t, text, n, '.');
}

static void check_double(double v) {
  char text[32];
  size_t n = number_format_double(v, text);
  require(n <= sizeof text);
  if (isfinite(v)) require(read_double(text, n) == v);
}

static void check_scanned(const number_text *t, const char *text, size_t n) {
  char *copy = malloc(n + 1), *end;
  memcpy(copy, text, n);
  copy[n] = 0;
  double v = number_to_double(t, text, n, '.'), expected = strtod(copy, &end);
  require(end == copy + n && memcmp(&v, &expected, sizeof v) == 0);
  free(copy);
  check_double(v);

  int64_t i;
  char written[48];
  if (number_to_int64(t, text, n, &i)) require((double)i == v || (i == 0 && v == 0));
  for (uint32_t scale = 0; scale <= 38; scale += 19) {
    int128 d, again = {0};
    number_text u;
    if (!number_to_int128(t, text, n, '.', scale, &d)) continue;
    size_t length = number_format_int128(d, scale, written);
    require(number_scan(written, length, '.', &u) &&
            number_to_int128(&u, written, length, '.', scale, &again));
    require(int128_compare(d, again) == 0 && int128_to_double(d, scale) == v);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  number_text t;
  const char *text = (const char *)data;
  if (number_scan(text, size, '.', &t)) check_scanned(&t, text, size);
  number_scan(text, size, ',', &t);
  if (size >= sizeof(double)) {
    double v;
    memcpy(&v, data, sizeof v);
    check_double(v);
  }
  return 0;
}
