/* See datetime.h. A date is read once into fields; which orders the fields fit is a separate question. */
#include "base/datetime.h"

#include <string.h>

#include "base/digits.h"

static const int64_t second = 1000000, day = (int64_t)86400 * 1000000;

/* What is left of a text. */
typedef struct {
  const char *p, *end;
} rest;

static inline bool at(const rest *r, char c) { return r->p < r->end && *r->p == c; }

static inline bool take(rest *r, char c) {
  bool there = at(r, c);
  r->p += there;
  return there;
}

/* Up to `most` digits; answers how many. */
static inline uint32_t take_digits(rest *r, uint32_t most, int32_t *value) {
  uint32_t n = 0, d;
  int32_t v = 0;
  for (; n < most && r->p < r->end && (d = (uint32_t)(uint8_t)*r->p - '0') <= 9; n++, r->p++)
    v = v * 10 + (int32_t)d;
  *value = v;
  return n;
}

static inline bool take_two(rest *r, int32_t most, int32_t *value) {
  return take_digits(r, 2, value) == 2 && *value <= most;
}

/* ---- calendar ---- */

static bool leap(int32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static bool in_calendar(int32_t year, int32_t month, int32_t dom) {
  static const int8_t lengths[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || dom < 1) return false;
  return dom <= lengths[month] + (month == 2 && leap(year));
}

/* Years are counted from March, so that the leap day is a year's last; 400 years are 146097 days. */
static int32_t days_of(int32_t year, int32_t month, int32_t dom) {
  year -= month <= 2;
  int32_t era = (year >= 0 ? year : year - 399) / 400;
  int32_t year_of_era = year - era * 400;
  int32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + dom - 1;
  int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

static void date_of(int64_t days, int64_t *year, int32_t *month, int32_t *dom) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int32_t day_of_era = (int32_t)(days - era * 146097);
  int32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int32_t shifted = (5 * day_of_year + 2) / 153;
  *dom = day_of_year - (153 * shifted + 2) / 5 + 1;
  *month = shifted < 10 ? shifted + 3 : shifted - 9;
  *year = era * 400 + year_of_era + (*month <= 2);
}

/* ---- dates ---- */

/* Three numbers as written, and how many digits the outer ones have; a named date is year, month, day. */
typedef struct {
  int32_t a, b, c;
  uint8_t a_digits, c_digits;
  bool named, compact;
} date_fields;

static int32_t full_year(int32_t two_digits) { return two_digits + (two_digits >= 70 ? 1900 : 2000); }

/* An English month, in full or its first three letters (or "Sept"), any case. */
static bool take_month(rest *r, int32_t *month) {
  static const char names[12][10] = {"january", "february", "march",     "april",   "may",      "june",
                                     "july",    "august",   "september", "october", "november", "december"};
  char word[10];
  size_t n = 0;
  for (; r->p < r->end && (*r->p | 0x20) >= 'a' && (*r->p | 0x20) <= 'z'; r->p++) {
    if (n == sizeof word - 1) return false;
    word[n++] = (char)(*r->p | 0x20);
  }
  for (int32_t m = 0; m < 12; m++) {
    bool whole_or_short = n == 3 || n == strlen(names[m]) || (m == 8 && n == 4);
    if (n < 3 || !whole_or_short || memcmp(word, names[m], n) != 0) continue;
    *month = m + 1;
    return true;
  }
  return false;
}

static bool take_named_year(rest *r, date_fields *f) {
  uint32_t digits = take_digits(r, 4, &f->a);
  if (digits == 2) f->a = full_year(f->a);
  return digits == 2 || digits == 4;
}

/* Nov 21, 2026 */
static bool take_month_first(rest *r, date_fields *f) {
  if (!take_month(r, &f->b) || !take(r, ' ') || !take_digits(r, 2, &f->c)) return false;
  take(r, ',');
  return take(r, ' ') && take_named_year(r, f);
}

/* 21 Nov 2026, 21-Nov-26; the day is already read. */
static bool take_month_second(rest *r, char separator, date_fields *f) {
  f->named = true;
  f->c = f->a;
  return f->a_digits <= 2 && take_month(r, &f->b) && take(r, separator) && take_named_year(r, f);
}

static bool take_compact(rest *r, date_fields *f) {
  f->compact = true;
  return take_two(r, 99, &f->b) && take_two(r, 99, &f->c);
}

static bool take_date(rest *r, date_fields *f) {
  *f = (date_fields){0};
  bool negative = take(r, '-');
  f->a_digits = (uint8_t)take_digits(r, 4, &f->a);
  if (r->p == r->end || (negative && f->a_digits != 4)) return false;
  if (f->a_digits == 0) {
    f->named = true;
    return take_month_first(r, f);
  }
  char separator = *r->p;
  if (f->a_digits == 4 && separator >= '0' && separator <= '9') return !negative && take_compact(r, f);
  if (separator != '-' && separator != '/' && separator != '.' && separator != ' ') return false;
  r->p++;
  if (r->p < r->end && (uint8_t)*r->p >= 'A') return !negative && take_month_second(r, separator, f);
  if (separator == ' ' || !take_digits(r, 2, &f->b) || !take(r, separator)) return false;
  f->c_digits = (uint8_t)take_digits(r, f->a_digits == 4 ? 2 : 4, &f->c);
  if (negative) f->a = -f->a;
  return true;
}

static bool take_order(const date_fields *f, uint8_t order, int32_t *days) {
  int32_t year = 0, month = f->b, dom = 0;
  bool fits = false;
  switch (order) {
  case DATE_YMD:
    fits = f->compact || (f->a_digits == 4 && f->c_digits > 0);
    year = f->a, dom = f->c;
    break;
  case DATE_DMY:
  case DATE_DMY2:
    fits = f->a_digits <= 2 && f->c_digits == (order == DATE_DMY ? 4 : 2);
    year = f->c, dom = f->a;
    break;
  case DATE_MDY:
  case DATE_MDY2:
    fits = f->a_digits <= 2 && f->c_digits == (order == DATE_MDY ? 4 : 2);
    year = f->c, month = f->a, dom = f->b;
    break;
  case DATE_YMD2:
    fits = f->a_digits == 2 && (f->c_digits == 1 || f->c_digits == 2);
    year = f->a, dom = f->c;
    break;
  case DATE_NAMED:
    fits = true;
    year = f->a, dom = f->c;
    break;
  default: break;
  }
  if (order & (DATE_YMD2 | DATE_DMY2 | DATE_MDY2)) year = full_year(year);
  if (!fits || f->named != (order == DATE_NAMED) || !in_calendar(year, month, dom)) return false;
  *days = days_of(year, month, dom);
  return true;
}

static uint8_t orders_of(const date_fields *f) {
  uint8_t orders = 0;
  int32_t days;
  for (uint8_t order = DATE_YMD; order <= DATE_NAMED; order = (uint8_t)(order << 1)) {
    if (take_order(f, order, &days)) orders |= order;
  }
  return orders;
}

/* yyyy-mm-dd at the front of a text of ten characters or more, as nearly every file writes it. False: anything else. */
static inline bool iso_date(const char *p, int32_t *days) {
  if (p[4] != '-' || p[7] != '-') return false;
  uint64_t first = digits_load(p), last = digits_load(p + 2);
  uint64_t digits = (first & 0xFFFFFFFFu) | (first >> 40 & 0xFFFFu) << 32 | last >> 48 << 48;
  uint32_t v = digits_value(digits);
  int32_t year = (int32_t)(v / 10000), month = (int32_t)(v / 100 % 100), dom = (int32_t)(v % 100);
  if (!digits_only(digits) || !in_calendar(year, month, dom)) return false;
  *days = days_of(year, month, dom);
  return true;
}

/* hh:mm:ss at the front of a text of eight characters or more. */
static inline bool iso_time(const char *p, int64_t *micros) {
  if (p[2] != ':' || p[5] != ':') return false;
  uint64_t w = digits_load(p);
  uint64_t digits = 0x3030u | (w & 0xFFFFu) << 16 | (w >> 24 & 0xFFFFu) << 32 | w >> 48 << 48;
  uint32_t v = digits_value(digits), hour = v / 10000, minute = v / 100 % 100, seconds = v % 100;
  *micros = (int64_t)(hour * 3600 + minute * 60 + seconds) * second;
  return digits_only(digits) && hour <= 23 && minute <= 59 && seconds <= 59;
}

/* yyyy-mm-ddThh:mm:ss[.f{1,6}][Z] */
static inline bool iso_timestamp(const char *p, size_t n, int64_t *micros, bool *zoned) {
  static const int32_t scales[7] = {1000000, 100000, 10000, 1000, 100, 10, 1};
  int32_t days;
  if (n < 19 || (p[10] != ' ' && (p[10] | 0x20) != 't')) return false;
  if (!iso_date(p, &days) || !iso_time(p + 11, micros)) return false;
  *zoned = (p[n - 1] | 0x20) == 'z';
  size_t end = n - *zoned, fraction = end > 20 ? end - 20 : 0;
  *micros += days * day;
  if (end == 19) return true;
  if (p[19] != '.' || fraction < 1 || fraction > 6) return false;
  uint64_t digits = digits_last(digits_load(p + end - 8), (unsigned)fraction);
  *micros += (int64_t)digits_value(digits) * scales[fraction];
  return digits_only(digits);
}

static bool whole_date(const char *p, size_t n, date_fields *f) {
  rest r = {p, p + n};
  return n >= 6 && take_date(&r, f) && r.p == r.end && !f->compact;
}

uint8_t date_orders(const char *p, size_t n) {
  date_fields f;
  int32_t days;
  if (n == 10 && iso_date(p, &days)) return DATE_YMD;
  return whole_date(p, n, &f) ? orders_of(&f) : 0;
}

bool date_parse(const char *p, size_t n, uint8_t order, int32_t *days) {
  date_fields f;
  if (n == 10 && iso_date(p, days)) return order == DATE_YMD;
  return whole_date(p, n, &f) && take_order(&f, order, days);
}

/* ---- times ---- */

static bool take_fraction(rest *r, int32_t *micros) {
  int32_t unit = 100000, value = 0;
  const char *begin = r->p;
  for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++, unit /= 10) {
    if (unit == 0 && *r->p != '0') return false;
    value += unit * (*r->p - '0');
  }
  *micros = value;
  return r->p - begin >= 1 && r->p - begin <= 9;
}

/* AM and PM, after at most one space; leaves any other text. */
static bool take_half_day(rest *r, int32_t *hour) {
  const char *p = r->p + at(r, ' ');
  if (r->end - p < 2 || (p[1] | 0x20) != 'm') return true;
  bool pm = (*p | 0x20) == 'p';
  if (!pm && (*p | 0x20) != 'a') return true;
  if (*hour < 1 || *hour > 12) return false;
  *hour = *hour % 12 + (pm ? 12 : 0);
  r->p = p + 2;
  return true;
}

static bool take_time(rest *r, bool compact, int64_t *micros) {
  int32_t hour, minute, seconds = 0, fraction = 0;
  uint32_t digits = take_digits(r, 2, &hour);
  if (digits == 0 || (compact && digits != 2) || hour > 23) return false;
  if (!compact && !take(r, ':')) return false;
  if (!take_two(r, 59, &minute)) return false;
  bool more = compact ? r->p < r->end && *r->p >= '0' && *r->p <= '9' : take(r, ':');
  if (more) {
    if (!take_two(r, 59, &seconds)) return false;
    if (take(r, '.') && !take_fraction(r, &fraction)) return false;
  }
  if (!compact && !take_half_day(r, &hour)) return false;
  *micros = ((int64_t)hour * 3600 + minute * 60 + seconds) * second + fraction;
  return true;
}

bool time_parse(const char *p, size_t n, int64_t *micros) {
  if (n == 8 && iso_time(p, micros)) return true;
  rest r = {p, p + n};
  return take_time(&r, false, micros) && r.p == r.end;
}

/* ---- timestamps ---- */

/* Up to the end: nothing, Z, UTC or an offset. */
static bool take_zone(rest *r, bool *zoned, int64_t *offset) {
  *offset = 0;
  *zoned = r->p < r->end;
  if (!*zoned) return true;
  take(r, ' ');
  size_t left = (size_t)(r->end - r->p);
  if (left == 1 && (*r->p | 0x20) == 'z') return true;
  if (left == 3 && memcmp(r->p, "UTC", 3) == 0) return true;
  bool west = at(r, '-');
  int32_t hours, minutes = 0;
  if ((!west && !at(r, '+')) || (r->p++, !take_two(r, 23, &hours))) return false;
  bool more = take(r, ':') || r->p < r->end;
  if (more && !take_two(r, 59, &minutes)) return false;
  *offset = (int64_t)(hours * 60 + minutes) * 60 * second * (west ? -1 : 1);
  return r->p == r->end;
}

static bool take_timestamp(const char *p, size_t n, date_fields *f, int64_t *micros, bool *zoned) {
  rest r = {p, p + n};
  int64_t offset;
  if (n < 11 || !take_date(&r, f)) return false;
  bool separated = take(&r, 'T') || take(&r, 't') || (!f->compact && take(&r, ' '));
  if (!separated || !take_time(&r, f->compact, micros) || !take_zone(&r, zoned, &offset)) return false;
  *micros -= offset;
  return true;
}

bool timestamp_parse(const char *p, size_t n, uint8_t order, int64_t *micros, bool *zoned) {
  date_fields f;
  int32_t days;
  int64_t of_day;
  if (iso_timestamp(p, n, micros, zoned)) return order == DATE_YMD;
  if (!take_timestamp(p, n, &f, &of_day, zoned) || !take_order(&f, order, &days)) return false;
  *micros = days * day + of_day;
  return true;
}

uint8_t timestamp_orders(const char *p, size_t n, bool *zoned) {
  date_fields f;
  int64_t micros;
  if (iso_timestamp(p, n, &micros, zoned)) return DATE_YMD;
  return take_timestamp(p, n, &f, &micros, zoned) ? orders_of(&f) : 0;
}

/* ---- nanoseconds ---- */

enum { NANOS_TEXT_MAX = 64 };

/* The text without the seventh to ninth digit of its fraction, whose value is *nanos; 0: too long. */
static size_t cut_nanos(const char *p, size_t n, char *room, int32_t *nanos) {
  size_t point = n, digits = 0;
  for (size_t i = 0; i < n; i++)
    if (p[i] == '.') point = i;
  while (point + 1 + digits < n && p[point + 1 + digits] >= '0' && p[point + 1 + digits] <= '9') digits++;
  *nanos = 0;
  if (n > NANOS_TEXT_MAX || digits > 9) return 0;
  size_t kept = digits > 6 ? 6 : digits, tail = point + 1 + digits;
  for (size_t i = 6, unit = 100; i < digits; i++, unit /= 10)
    *nanos += (int32_t)unit * (p[point + 1 + i] - '0');
  size_t head = point == n ? n : point + 1 + kept;
  memcpy(room, p, head);
  if (point == n) return n;
  memcpy(room + head, p + tail, n - tail);
  return head + (n - tail);
}

static bool join_nanos(int64_t micros, int32_t left, int64_t *nanos) {
  return !__builtin_mul_overflow(micros, 1000, nanos) && !__builtin_add_overflow(*nanos, left, nanos);
}

bool time_parse_nanos(const char *p, size_t n, int64_t *nanos) {
  char room[NANOS_TEXT_MAX];
  int32_t left;
  int64_t micros;
  size_t m = cut_nanos(p, n, room, &left);
  return m && time_parse(room, m, &micros) && join_nanos(micros, left, nanos);
}

bool timestamp_parse_nanos(const char *p, size_t n, uint8_t order, int64_t *nanos, bool *zoned) {
  char room[NANOS_TEXT_MAX];
  int32_t left;
  int64_t micros;
  size_t m = cut_nanos(p, n, room, &left);
  return m && timestamp_parse(room, m, order, &micros, zoned) && join_nanos(micros, left, nanos);
}

/* ---- writing ---- */

static char *put_digits(char *out, uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; i--, value /= 10) out[i] = (char)('0' + value % 10);
  return out + digits;
}

static char *put_date(char *out, int64_t days) {
  int64_t year;
  int32_t month, dom;
  date_of(days, &year, &month, &dom);
  if (year < 0) *out++ = '-';
  uint64_t magnitude = (uint64_t)(year < 0 ? -year : year);
  int digits = 4;
  for (uint64_t limit = 10000; magnitude >= limit; limit *= 10) digits++;
  out = put_digits(out, magnitude, digits);
  *out++ = '-';
  out = put_digits(out, (uint64_t)month, 2);
  *out++ = '-';
  return put_digits(out, (uint64_t)dom, 2);
}

static char *put_time(char *out, int64_t micros) {
  uint64_t seconds = (uint64_t)(micros / second), fraction = (uint64_t)(micros % second);
  out = put_digits(out, seconds / 3600, 2);
  *out++ = ':';
  out = put_digits(out, seconds / 60 % 60, 2);
  *out++ = ':';
  out = put_digits(out, seconds % 60, 2);
  if (fraction == 0) return out;
  *out++ = '.';
  return fraction % 1000 == 0 ? put_digits(out, fraction / 1000, 3) : put_digits(out, fraction, 6);
}

size_t date_format(int32_t days, char out[16]) { return (size_t)(put_date(out, days) - out); }

size_t time_format(int64_t micros, char out[24]) {
  int64_t of_day = micros % day;
  return (size_t)(put_time(out, of_day < 0 ? of_day + day : of_day) - out);
}

size_t timestamp_format(int64_t micros, bool zoned, char out[48]) {
  int64_t days = micros / day - (micros % day < 0);
  char *p = put_date(out, days);
  *p++ = ' ';
  p += time_format(micros, p);
  if (zoned) {
    memcpy(p, "+00:00", 6);
    p += 6;
  }
  return (size_t)(p - out);
}

/* Microseconds, and behind them what they leave of nanoseconds. */
static char *put_nanos(char *end, int64_t nanos, int64_t micros) {
  int64_t left = (nanos % 1000 + 1000) % 1000; /* the product of microseconds may not fit */
  if (left == 0) return end;
  if (micros % second == 0) { /* no fraction was written */
    memcpy(end, ".000000", 7);
    end += 7;
  } else if (micros % 1000 == 0) {
    memcpy(end, "000", 3);
    end += 3;
  }
  return put_digits(end, (uint64_t)left, 3);
}

static int64_t floor_micros(int64_t nanos) { return nanos / 1000 - (nanos % 1000 < 0); }

size_t time_format_nanos(int64_t nanos, char out[24]) {
  int64_t micros = floor_micros(nanos);
  return (size_t)(put_nanos(out + time_format(micros, out), nanos, micros) - out);
}

size_t timestamp_format_nanos(int64_t nanos, bool zoned, char out[48]) {
  int64_t micros = floor_micros(nanos);
  char *end = put_nanos(out + timestamp_format(micros, false, out), nanos, micros);
  if (zoned) memcpy(end, "+00:00", 6);
  return (size_t)(end - out) + (zoned ? 6 : 0);
}
