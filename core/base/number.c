/* See number.h. Scanning, and everything that is integers. */
#include "base/number.h"

#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* ---- scanning ---- */

static inline uint32_t digit_of(char c) { return (uint32_t)(uint8_t)c - '0'; }

/* Significant digits were more than 19: the first 19 again, without the others' overflow. */
static uint64_t held_digits(const char *p, const char *end) {
  uint64_t mantissa = 0;
  for (uint32_t held = 0; p < end && held < NUMBER_HELD_DIGITS; p++) {
    uint32_t d = digit_of(*p);
    if (d > 9 || (held == 0 && d == 0)) continue;
    mantissa = mantissa * 10 + d;
    held++;
  }
  return mantissa;
}

/* [+-] digits up to the end. What is beyond any use as an exponent is kept at a million. */
static bool scan_exponent(const char *p, const char *end, int64_t *exponent) {
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) p++;
  if (p == end) return false;
  int64_t value = 0;
  for (; p < end; p++) {
    uint32_t d = digit_of(*p);
    if (d > 9) return false;
    if (value < 1000000) value = value * 10 + d;
  }
  *exponent = negative ? -value : value;
  return true;
}

bool number_scan(const char *p, size_t n, char decimal, number_text *out) {
  const char *end = p + n;
  bool negative = n > 0 && *p == '-', plus = n > 0 && *p == '+';
  p += negative || plus;

  uint64_t mantissa = 0;
  const char *digits = p, *digits_end;
  uint32_t d;
  for (; p < end && (d = digit_of(*p)) <= 9; p++) mantissa = mantissa * 10 + d;
  size_t whole = (size_t)(p - digits), fraction = 0;
  bool point = p < end && *p == decimal;
  if (point) {
    const char *begin = ++p;
    for (; p < end && (d = digit_of(*p)) <= 9; p++) mantissa = mantissa * 10 + d;
    fraction = (size_t)(p - begin);
  }
  digits_end = p;
  size_t written = whole + fraction;
  if (written == 0) return false;

  int64_t exponent = 0;
  bool e = p < end;
  if (e && ((*p | 0x20) != 'e' || !scan_exponent(p + 1, end, &exponent))) return false;

  size_t significant = written;
  if (*digits == '0' || whole == 0) {
    for (const char *z = digits; z < digits_end && (*z == '0' || *z == decimal); z++)
      significant -= *z == '0';
  }
  exponent -= (int64_t)fraction;
  if (significant > NUMBER_HELD_DIGITS) {
    mantissa = held_digits(digits, digits_end);
    exponent += (int64_t)(significant - NUMBER_HELD_DIGITS);
  }
  const int64_t most = 1 << 30;
  out->mantissa = mantissa;
  out->exponent = (int32_t)(exponent > most ? most : exponent < -most ? -most : exponent);
  out->digits = (uint32_t)significant;
  out->fraction = (uint32_t)fraction;
  out->negative = negative;
  out->point = point;
  out->e = e;
  out->plus = plus;
  out->padded = whole > 1 && *digits == '0';
  return true;
}

/* ---- integers ---- */

/* The digits of a scanned text before any 'e' as one integer with its power of ten; false beyond 38 digits that count
 * (zeros at the end do not). */
static bool read_digits(const number_text *t, const char *p, size_t n, u128 *out, int64_t *power) {
  *power = t->exponent;
  if (t->digits <= NUMBER_HELD_DIGITS) {
    *out = t->mantissa;
    return true;
  }
  u128 value = 0;
  uint32_t zeros = 0;
  for (const char *end = p + n; p < end && (*p | 0x20) != 'e'; p++) {
    uint32_t d = digit_of(*p);
    if (d > 9 || (value == 0 && d == 0)) continue;
    if (d == 0) {
      zeros++;
      continue;
    }
    for (; zeros > 0 && value < (u128)1 << 124; zeros--) value *= 10;
    if (zeros > 0 || value >= (u128)1 << 124) return false;
    value = value * 10 + d;
  }
  *power = (int64_t)t->exponent - ((int64_t)t->digits - NUMBER_HELD_DIGITS) + zeros;
  *out = value;
  return true;
}

/* value * 10^power, exactly, up to `most`. */
static bool scale_integer(u128 value, int64_t power, u128 most, u128 *out) {
  if (value == 0) power = 0;
  for (; power < 0; power++, value /= 10) {
    if (value % 10 != 0) return false;
  }
  for (; power > 0; power--, value *= 10) {
    if (value > most / 10) return false;
  }
  *out = value;
  return value <= most;
}

bool number_to_int64(const number_text *t, const char *p, size_t n, int64_t *out) {
  u128 magnitude = t->mantissa, most = (u128)INT64_MAX + t->negative;
  int64_t power;
  bool plain = t->exponent == 0 && t->digits <= NUMBER_HELD_DIGITS && t->mantissa <= INT64_MAX;
  if (plain) {
    *out = t->negative ? -(int64_t)t->mantissa : (int64_t)t->mantissa;
    return true;
  }
  if (!read_digits(t, p, n, &magnitude, &power) || !scale_integer(magnitude, power, most, &magnitude))
    return false;
  *out = (int64_t)(t->negative ? 0 - (uint64_t)magnitude : (uint64_t)magnitude);
  return true;
}

static u128 largest_decimal(void) {
  return (u128)10000000000000000000u * 10000000000000000000u - 1; /* 10^38 - 1 */
}

bool number_to_int128(const number_text *t, const char *p, size_t n, char decimal, uint32_t scale,
                      int128 *out) {
  (void)decimal;
  u128 magnitude;
  int64_t power;
  if (!read_digits(t, p, n, &magnitude, &power)) return false;
  if (!scale_integer(magnitude, power + scale, largest_decimal(), &magnitude)) return false;
  if (t->negative) magnitude = 0 - magnitude;
  *out = (int128){.low = (uint64_t)magnitude, .high = (int64_t)(uint64_t)(magnitude >> 64)};
  return true;
}

static u128 magnitude_of(int128 v) {
  u128 bits = (u128)(uint64_t)v.high << 64 | v.low;
  return v.high < 0 ? 0 - bits : bits;
}

int int128_compare(int128 a, int128 b) {
  if (a.high != b.high) return a.high < b.high ? -1 : 1;
  return (a.low > b.low) - (a.low < b.low);
}

/* ---- writing ---- */

/* Digits of v, the last one at end[-1]; answers where they begin. */
static char *write_digits(char *end, uint64_t v) {
  do {
    *--end = (char)('0' + v % 10);
    v /= 10;
  } while (v > 0);
  return end;
}

size_t number_format_int64(int64_t v, char out[24]) {
  char text[24], *end = text + sizeof text;
  char *begin = write_digits(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
  if (v < 0) *--begin = '-';
  memcpy(out, begin, (size_t)(end - begin));
  return (size_t)(end - begin);
}

size_t number_format_int128(int128 v, uint32_t scale, char out[48]) {
  char text[40], *end = text + sizeof text, *begin = end;
  u128 rest = magnitude_of(v);
  if (scale > 38) scale = 38;
  for (uint32_t i = 0; rest > 0 || i <= scale; i++, rest /= 10) *--begin = (char)('0' + (int)(rest % 10));

  size_t whole = (size_t)(end - begin) - scale, n = 0;
  if (v.high < 0) out[n++] = '-';
  memcpy(out + n, begin, whole);
  n += whole;
  if (scale == 0) return n;
  out[n++] = '.';
  memcpy(out + n, begin + whole, scale);
  return n + scale;
}
