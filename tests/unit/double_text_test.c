/* Doubles as printf writes them: the C library of this machine says how. */
#include "exec/query/kernels/double_text.h"

#include <math.h>
#include <stdlib.h>

#include "base/number.h"
#include "check.h"

static mem m;

static void printed(double x, char type, int precision) {
  char pattern[8] = {'%', '.', '*', type}, expected[2048];
  size_t n = (size_t)snprintf(expected, sizeof expected, pattern, precision, x);
  buf b;
  buf_init(&b, &m, 4096);
  put_double_as(&b, x, type, precision, 0);
  buf_u8(&b, 0);
  if (!CHECK(b.len == n + 1 && strcmp((const char *)b.data, expected) == 0))
    fprintf(stderr, "    %%.%d%c: %s, not %s\n", precision, type, (const char *)b.data, expected);
  buf_free(&b);
}

static void printed_in_all_ways(double x) {
  static const char types[] = "eEfFgG";
  static const int precisions[] = {0, 1, 2, 6, 15, 17, 30, 400};
  for (size_t i = 0; types[i]; i++)
    for (size_t k = 0; k < sizeof precisions / sizeof *precisions; k++) printed(x, types[i], precisions[k]);
}

static void edges_are_written_as_printf_does(void) {
  static const double edges[] = {0,     0.5,    1.5,      2.5,       0.25,   0.35,   9.5,     99.5, 0.95,
                                 9.995, 1e21,   123456.5, 999999.5,  1e-4,   1e-5,   0.00123, 1e15, 1e16,
                                 1e308, 5e-324, 1.0 / 3,  0x1p-1022, 0x1p53, 0x1p63, 1e22,    1e23, 100};
  for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) printed_in_all_ways(edges[i]);
  printed_in_all_ways(INFINITY);
  printed_in_all_ways(0x1.fffffffffffffp1023);
}

static double of_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static void others_too(void) {
  for (uint64_t i = 1, bits = 0; i < 400; i++) {
    bits = bits * 6364136223846793005u + 1442695040888963407u;
    double x = fabs(of_bits(bits));
    if (isfinite(x)) printed_in_all_ways(x);
  }
}

/* What strtof reads back, in as few digits as %.*e needs. */
static void floats_are_as_short_as_can_be(void) {
  for (uint32_t bits = 1; bits < 0x7F800000u; bits += 99991) {
    float x;
    memcpy(&x, &bits, sizeof x);
    char text[32], expected[32] = "";
    text[number_format_float((double)x, text)] = 0;
    for (int digits = 0; digits < 9 && strtof(expected, NULL) != x; digits++)
      snprintf(expected, sizeof expected, "%.*e", digits, (double)x);
    if (!CHECK(strtod(text, NULL) == strtod(expected, NULL)))
      fprintf(stderr, "    %s, not %s\n", text, expected);
  }
}

int main(void) {
  mem_init(&m, 1 << 24, NULL, NULL);
  RUN(edges_are_written_as_printf_does);
  RUN(others_too);
  RUN(floats_are_as_short_as_can_be);
  return check_report();
}
