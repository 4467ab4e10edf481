/* Numbers as text, by table; random ones are in tests/property. */
#include "base/number.h"

#include <stdlib.h>

#include "check.h"

static bool scan(const char *text, number_text *t) { return number_scan(text, strlen(text), '.', t); }

static double read_text(const char *text) {
  number_text t;
  return scan(text, &t) ? number_to_double(&t, text, strlen(text), '.') : NAN;
}

static void only_numbers_are_numbers(void) {
  static const char *numbers[] = {
      "0", "-0", "+1", "1.", ".5", "-.5", "1e5", "1E+5", "1.5e-5", "007", "1e999999999999"};
  static const char *others[] = {"",    "-",   "+",   ".",    "-.",    "e5",      "1e",
                                 "1e+", " 1",  "1 ",  "1,5",  "1x",    "0x1",     "1e5.",
                                 "inf", "nan", "--1", "1..2", "1.2.3", "\xD9\xA1"};
  number_text t;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    if (!CHECK(scan(numbers[i], &t))) fprintf(stderr, "    %s\n", numbers[i]);
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (!CHECK(!scan(others[i], &t))) fprintf(stderr, "    %s\n", others[i]);
  }
}

static void a_scan_tells_how_the_number_was_written(void) {
  number_text t;
  CHECK(scan("-0012.3400e2", &t));
  CHECK_EQ_UINT(t.mantissa, 123400);
  CHECK_EQ_INT(t.exponent, -2);
  CHECK_EQ_UINT(t.digits, 6);
  CHECK_EQ_UINT(t.fraction, 4);
  CHECK(t.negative && t.point && t.e && !t.plus && t.padded);

  CHECK(scan("+0.00", &t));
  CHECK_EQ_UINT(t.digits, 0);
  CHECK(!t.negative && t.plus && !t.padded && !t.e);

  CHECK(scan("0.00012345678901234567890", &t)); /* 20 significant digits, 19 held */
  CHECK_EQ_UINT(t.digits, 20);
  CHECK_EQ_UINT(t.mantissa, 1234567890123456789u);
  CHECK_EQ_INT(t.exponent, -22);

  CHECK(scan("10", &t) && !t.padded);
  CHECK(scan("00", &t) && t.padded);
  CHECK(number_scan("1,5", 3, ',', &t) && t.mantissa == 15 && t.exponent == -1);
  CHECK(!number_scan("1.5", 3, ',', &t));
}

static void doubles_are_rounded_correctly(void) {
  static const struct {
    const char *text;
    double value;
  } table[] = {
      {"0", 0.0},
      {"-0", -0.0},
      {"0.1", 0.1},
      {"123456.789", 123456.789},
      {"1e22", 1e22},
      {"1e23", 1e23},
      {"9007199254740993", 9007199254740992.0}, /* 2^53 + 1: a tie */
      {"9007199254740993.0", 9007199254740992.0},
      {"9007199254740993.00000000000000000000000000000000001", 9007199254740994.0},
      {"2.2250738585072011e-308", 0x1.ffffffffffffep-1023}, /* famous for hanging a parser */
      {"2.2250738585072014e-308", 0x1p-1022},
      {"4.9406564584124654e-324", 0x1p-1074},
      {"2.4703282292062327e-324", 0},
      {"2.4703282292062328e-324", 0x1p-1074},
      {"1.7976931348623157e308", 0x1.fffffffffffffp1023},
      {"1.7976931348623158e308", 0x1.fffffffffffffp1023},
      {"1.7976931348623159e308", INFINITY},
      {"-1e400", -INFINITY},
      {"1e-400", 0},
      {"0e999999999", 0},
      {"6929495644600919.5", 6929495644600920.0},
      {"3.518437208883201171875e13", 0x1.0000000000002p45} /* 1.5 units above 2^45 */,
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    CHECK_EQ_DOUBLE(read_text(table[i].text), table[i].value);
}

static void shortest_texts_are_those_of_javascript(void) {
  static const struct {
    double value;
    const char *text;
  } table[] = {
      {0, "0"},
      {-0.0, "0"},
      {NAN, "NaN"},
      {-INFINITY, "-Infinity"},
      {1, "1"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e300, "1.5e+300"},
      {123456789012345680000.0, "123456789012345680000"},
      {0.000001, "0.000001"},
      {0.0000001, "1e-7"},
      {1.25e-9, "1.25e-9"},
      {5e-324, "5e-324"},
      {0x1.fffffffffffffp1023, "1.7976931348623157e+308"},
      {0x1p-44, "5.684341886080802e-14"}, /* the nearest 16 digits end in 1 and do not read back */
      {0.1 + 0.2, "0.30000000000000004"},
      {1125899906842624.25, "1125899906842624.2"},
      {1125899906842624.75, "1125899906842624.8"},
      {9007199254740993.0, "9007199254740992"},
      {144115188075855870.0, "144115188075855870"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    char text[32];
    CHECK_STRN(text, number_format_double(table[i].value, text), table[i].text);
  }
}

static bool to_int64(const char *text, int64_t *v) {
  number_text t;
  return scan(text, &t) && number_to_int64(&t, text, strlen(text), v);
}

static void integers_are_exact_or_refused(void) {
  static const struct {
    const char *text;
    int64_t value;
  } table[] = {
      {"0", 0},
      {"-42", -42},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"1.000", 1},
      {"1.5e1", 15},
      {"12e3", 12000},
      {"1.00000000000000000000000", 1},
      {"100000000000000000000e-2", 1000000000000000000},
      {"0e99999", 0},
      {"0.000000000000000000000000001e27", 1},
  };
  static const char *others[] = {
      "9223372036854775808",   "-9223372036854775809",     "1.5", "1e19", "1e-1", "1e99999999",
      "100000000000000000000", "1.00000000000000000000001"};
  int64_t v;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    v = -1;
    if (CHECK(to_int64(table[i].text, &v))) CHECK_EQ_INT(v, table[i].value);
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (!CHECK(!to_int64(others[i], &v))) fprintf(stderr, "    %s\n", others[i]);
  }
}

static bool to_decimal(const char *text, uint32_t scale, int128 *v) {
  number_text t;
  return scan(text, &t) && number_to_int128(&t, text, strlen(text), '.', scale, v);
}

static void decimals_are_exact_or_refused(void) {
  static const struct {
    const char *text;
    uint32_t scale;
    const char *written; /* NULL: refused */
  } table[] = {
      {"1.5", 2, "1.50"},
      {"-0.05", 2, "-0.05"},
      {"1.500", 1, "1.5"},
      {"1.55", 1, NULL},
      {"0", 3, "0.000"},
      {"12", 0, "12"},
      {"1e3", 2, "1000.00"},
      {"99999999999999999999999999999999999999", 0, "99999999999999999999999999999999999999"},
      {"-99999999999999999999999999999999999999", 0, "-99999999999999999999999999999999999999"},
      {"100000000000000000000000000000000000000", 0, NULL},
      {"9999999999999999999999999999999999999.9", 1, "9999999999999999999999999999999999999.9"},
      {"9999999999999999999999999999999999999.9", 2, NULL},
      {"0.00000000000000000000000000000000000001", 38, "0.00000000000000000000000000000000000001"},
      {"12345678901234567890123456789.1200000000000000000000", 2, "12345678901234567890123456789.12"},
      {"1e38", 0, NULL},
      {"1e-39", 38, NULL},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    int128 v = {0};
    char text[48];
    bool fits = to_decimal(table[i].text, table[i].scale, &v);
    if (!CHECK(fits == (table[i].written != NULL))) fprintf(stderr, "    %s\n", table[i].text);
    if (fits) CHECK_STRN(text, number_format_int128(v, table[i].scale, text), table[i].written);
  }
}

static void decimals_compare_and_become_doubles(void) {
  int128 small = {.low = 5, .high = -1}, large = {.low = 5, .high = 0}, same = {.low = UINT64_MAX, .high = 0};
  CHECK(int128_compare(small, large) < 0 && int128_compare(large, small) > 0 &&
        int128_compare(same, large) > 0);
  CHECK_EQ_INT(int128_compare(same, same), 0);
  CHECK_EQ_DOUBLE(int128_to_double((int128){.low = 15, .high = 0}, 1), 1.5);
  CHECK_EQ_DOUBLE(int128_to_double((int128){.low = (uint64_t)-15, .high = -1}, 1), -1.5);
  CHECK_EQ_DOUBLE(int128_to_double((int128){.low = 0, .high = 1}, 0), 18446744073709551616.0);
  CHECK_EQ_DOUBLE(int128_to_double((int128){.low = 1, .high = 0}, 38), 1e-38);
}

int main(void) {
  RUN(only_numbers_are_numbers);
  RUN(a_scan_tells_how_the_number_was_written);
  RUN(doubles_are_rounded_correctly);
  RUN(shortest_texts_are_those_of_javascript);
  RUN(integers_are_exact_or_refused);
  RUN(decimals_are_exact_or_refused);
  RUN(decimals_compare_and_become_doubles);
  return check_report();
}
