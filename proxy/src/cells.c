/* Values of a page block as text.
 *
 *   0   magic "SPG1", n_columns, n_rows, 0          u32 each
 *   16  first_row, row_ids_offset                    u64 each; offset 0: rows are first_row + i
 *   32  a record of 64 bytes for each column:
 *       +0 index, type, scale, null_count            u32 each
 *       +16 validity, data, data_bytes, offsets      u64 each: where the Arrow buffers begin, from the block's base */
#include "cells.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 32, RECORD_BYTES = 64 };
enum { NANOS = 9 }; /* the scale of times in nanoseconds */
enum { RECORD_TYPE = 4, RECORD_SCALE = 8, RECORD_VALIDITY = 16, RECORD_DATA = 24, RECORD_OFFSETS = 40 };

__extension__ typedef unsigned __int128 uint128;

static uint32_t u32_at(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

static uint64_t u64_at(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

bool cells_open(sonde_page block, cells *out) {
  if (block.size < HEADER_BYTES || memcmp(block.base, "SPG1", 4) != 0) return false;
  *out = (cells){block.base, u32_at(block.base + 4), u32_at(block.base + 8)};
  return block.size >= HEADER_BYTES + (uint64_t)RECORD_BYTES * out->n_columns;
}

static const uint8_t *record_of(const cells *p, uint32_t column) {
  return p->base + HEADER_BYTES + (size_t)RECORD_BYTES * column;
}

cell_type cells_type(const cells *p, uint32_t column) {
  return (cell_type)u32_at(record_of(p, column) + RECORD_TYPE);
}

static const uint8_t *data_of(const cells *p, uint32_t column, uint32_t row, size_t width) {
  return p->base + u64_at(record_of(p, column) + RECORD_DATA) + width * row;
}

static bool bit_at(const uint8_t *bits, uint32_t i) { return bits[i / 8] >> i % 8 & 1; }

bool cells_is_null(const cells *p, uint32_t column, uint32_t row) {
  uint64_t validity = u64_at(record_of(p, column) + RECORD_VALIDITY);
  if (cells_type(p, column) == CELL_NONE) return true;
  return validity && !bit_at(p->base + validity, row);
}

/* Digits of a whole number; answers how many. */
static size_t put_digits(uint64_t n, char *digits) {
  char backwards[24];
  size_t count = 0;
  do backwards[count++] = (char)('0' + n % 10);
  while (n /= 10);
  for (size_t i = 0; i < count; i++) digits[i] = backwards[count - 1 - i];
  return count;
}

static void trim_zeros(char *digits, size_t n) {
  while (n > 1 && digits[n - 1] == '0') n--;
  digits[n] = '\0';
}

/* Most doubles of tables were written with few digits: a whole number below 10^15 over a power of ten, both exact, so that the division
 * rounds once and is the double that these digits mean. 15 digits belong to one double only: none shorter reads back. */
static bool few_digits(double v, char digits[24], int *exponent) {
  double scale = 1;
  if (v < 1e-5) return false;
  for (int places = 0; v * scale < 1e15; places++, scale *= 10) {
    uint64_t whole = (uint64_t)(v * scale + 0.5);
    if ((double)whole / scale != v) continue;
    size_t n = put_digits(whole, digits);
    *exponent = (int)n - 1 - places;
    trim_zeros(digits, n);
    return true;
  }
  return false;
}

/* Digits and exponent of the shortest text that reads back as the same double, or float. */
static int shortest_digits(double v, bool is_float, char digits[24]) {
  char scientific[40];
  bool subnormal = v < (is_float ? (double)FLT_MIN : DBL_MIN); /* has fewer digits than others */
  int precision = subnormal ? 0 : is_float ? 5 : 14, exponent;
  if (!is_float && few_digits(v, digits, &exponent)) return exponent;
  do snprintf(scientific, sizeof scientific, "%.*e", precision, v);
  while ((is_float ? (double)strtof(scientific, NULL) : strtod(scientific, NULL)) != v && ++precision < 17);
  const char *e = strchr(scientific, 'e');
  size_t n = 0;
  for (const char *c = scientific; c < e; c++)
    if (*c != '.') digits[n++] = *c;
  trim_zeros(digits, n);
  return atoi(e + 1);
}

static void add_zeros(int n, text *out) { text_add(out, "00000000000000000000", (size_t)n); }

/* As JavaScript writes numbers: plain from 1e-6 to 1e21, with an exponent beyond. */
static void add_finite(double v, bool is_float, text *out) {
  char d[24];
  if (v < 0) text_add(out, "-", 1);
  int exponent = shortest_digits(fabs(v), is_float, d), n = (int)strlen(d);
  if (exponent < -6 || exponent >= 21) {
    text_print(out, "%c%s%se%+d", d[0], n > 1 ? "." : "", d + 1, exponent);
  } else if (exponent < 0) {
    text_add(out, "0.", 2);
    add_zeros(-exponent - 1, out);
    text_add(out, d, (size_t)n);
  } else if (n <= exponent + 1) {
    text_add(out, d, (size_t)n);
    add_zeros(exponent + 1 - n, out);
  } else {
    text_add(out, d, (size_t)exponent + 1);
    text_add(out, ".", 1);
    text_add(out, d + exponent + 1, (size_t)(n - exponent - 1));
  }
}

static void add_int64(int64_t v, text *out) {
  char digits[24];
  if (v < 0) text_add(out, "-", 1);
  text_add(out, digits, put_digits(v < 0 ? -(uint64_t)v : (uint64_t)v, digits));
}

static void add_double(double v, bool is_float, text *out) {
  if (isnan(v))
    text_print(out, "NaN");
  else if (isinf(v))
    text_print(out, v < 0 ? "-Infinity" : "Infinity");
  else if (v == 0)
    text_add(out, "0", 1);
  else
    add_finite(v, is_float, out);
}

static void add_decimal(const uint8_t *p, uint32_t scale, text *out) {
  char digits[64];
  bool negative = p[15] >> 7;
  uint128 v = (uint128)u64_at(p + 8) << 64 | u64_at(p);
  if (negative) v = -v;
  size_t at = sizeof digits;
  for (uint32_t n = 0; v || n <= scale; n++) {
    if (n == scale && scale) digits[--at] = '.';
    digits[--at] = (char)('0' + (int)(v % 10));
    v /= 10;
  }
  if (negative) digits[--at] = '-';
  text_add(out, digits + at, sizeof digits - at);
}

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* The last digits of a number that is not negative; answers where they end. */
static char *put_padded(int64_t v, size_t digits, char *at) {
  for (size_t i = digits; i-- > 0; v /= 10) at[i] = (char)('0' + v % 10);
  return at + digits;
}

/* Civil date of a day number: years are counted from March, so that the leap day ends one; 146,097 days are 400 years. */
static void add_date(int64_t days, text *out) {
  int64_t shifted = days + 719468, era = floor_divide(shifted, 146097), of_era = shifted - era * 146097;
  int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t march_month = (5 * of_year + 2) / 153, day = of_year - (153 * march_month + 2) / 5 + 1;
  int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  int64_t year = year_of_era + era * 400 + (month <= 2);
  char made[40], *at = made;
  if (year < 0) *at++ = '-', year = -year;
  at = year < 10000 ? put_padded(year, 4, at) : at + put_digits((uint64_t)year, at);
  *at++ = '-';
  at = put_padded(month, 2, at);
  *at++ = '-';
  at = put_padded(day, 2, at);
  text_add(out, made, (size_t)(at - made));
}

/* Fraction digits: none when zero, else 3 or 6. */
static void add_time(int64_t micros, text *out) {
  int64_t seconds = micros / 1000000, fraction = micros % 1000000;
  char made[24], *at = put_padded(seconds / 3600, 2, made);
  *at++ = ':';
  at = put_padded(seconds / 60 % 60, 2, at);
  *at++ = ':';
  at = put_padded(seconds % 60, 2, at);
  if (fraction) *at++ = '.';
  if (fraction) at = fraction % 1000 ? put_padded(fraction, 6, at) : put_padded(fraction / 1000, 3, at);
  text_add(out, made, (size_t)(at - made));
}

/* Nanoseconds: nine digits where six do not suffice. */
static void add_nanos(int64_t nanos, text *out) {
  int64_t micros = nanos / 1000;
  if (nanos % 1000 == 0) {
    add_time(micros, out);
    return;
  }
  add_time(micros - micros % 1000000, out);
  char made[10] = ".";
  text_add(out, made, (size_t)(put_padded(nanos % INT64_C(1000000000), 9, made + 1) - made));
}

static void add_timestamp(int64_t units, bool nanos, bool zoned, text *out) {
  int64_t day = INT64_C(86400000000) * (nanos ? 1000 : 1), days = floor_divide(units, day);
  add_date(days, out);
  text_add(out, " ", 1);
  (nanos ? add_nanos : add_time)(units - days * day, out);
  if (zoned) text_add(out, "+00:00", 6);
}

static void add_bytes(sonde_str s, text *out) {
  text_add(out, "0x", 2);
  for (size_t i = 0; i < s.len; i++) text_print(out, "%02x", (uint8_t)s.ptr[i]);
}

static sonde_str string_at(const cells *p, uint32_t column, uint32_t row) {
  const uint8_t *offsets = p->base + u64_at(record_of(p, column) + RECORD_OFFSETS) + 4 * (size_t)row;
  uint32_t begin = u32_at(offsets), end = u32_at(offsets + 4);
  return (sonde_str){(const char *)data_of(p, column, begin, 1), end - begin};
}

static double double_at(const cells *p, uint32_t c, uint32_t row) {
  double v;
  memcpy(&v, data_of(p, c, row, 8), sizeof v);
  return v;
}

void cells_add_text(const cells *p, uint32_t c, uint32_t row, text *out) {
  uint32_t scale = u32_at(record_of(p, c) + RECORD_SCALE);
  cell_type type = cells_type(p, c);
  switch (type) {
  case CELL_NONE: break;
  case CELL_BOOL:
    bit_at(data_of(p, c, 0, 1), row) ? text_add(out, "true", 4) : text_add(out, "false", 5);
    break;
  case CELL_INT64: add_int64((int64_t)u64_at(data_of(p, c, row, 8)), out); break;
  case CELL_DOUBLE:
  case CELL_FLOAT: add_double(double_at(p, c, row), type == CELL_FLOAT, out); break;
  case CELL_DECIMAL: add_decimal(data_of(p, c, row, 16), scale, out); break;
  case CELL_DATE: add_date((int32_t)u32_at(data_of(p, c, row, 4)), out); break;
  case CELL_TIME: (scale == NANOS ? add_nanos : add_time)((int64_t)u64_at(data_of(p, c, row, 8)), out); break;
  case CELL_TIMESTAMP:
  case CELL_TIMESTAMPTZ:
    add_timestamp((int64_t)u64_at(data_of(p, c, row, 8)), scale == NANOS, type == CELL_TIMESTAMPTZ, out);
    break;
  case CELL_BLOB: add_bytes(string_at(p, c, row), out); break;
  default: {
    sonde_str s = string_at(p, c, row);
    text_add(out, s.ptr, s.len);
  }
  }
}

/* Whose text is what JSON has for it. */
static bool is_json_literal(cell_type type) {
  if (type >= CELL_LIST && type <= CELL_MAP) return true; /* it is JSON already */
  return type == CELL_BOOL || type == CELL_INT64 || type == CELL_DECIMAL;
}

static bool is_finite(const cells *p, uint32_t column, uint32_t row) {
  cell_type type = cells_type(p, column);
  return (type == CELL_DOUBLE || type == CELL_FLOAT) && isfinite(double_at(p, column, row));
}

static void add_quoted(const cells *p, uint32_t column, uint32_t row, text *out) {
  text value = {0};
  if (cells_type(p, column) == CELL_TEXT) {
    text_add_json(out, string_at(p, column, row));
    return;
  }
  cells_add_text(p, column, row, &value);
  text_add_json(out, text_str(&value));
  text_free(&value);
}

void cells_add_json(const cells *p, uint32_t column, uint32_t row, text *out) {
  if (cells_is_null(p, column, row))
    text_add(out, "null", 4);
  else if (is_json_literal(cells_type(p, column)) || is_finite(p, column, row))
    cells_add_text(p, column, row, out);
  else
    add_quoted(p, column, row, out);
}
