/* Dates and times as text. Calendar: proleptic Gregorian, years -9999 to 9999 (ISO 8601 / RFC 3339 text and the
 * common other orders). All parsers take the whole of [p, p+n) or fail; they read fields of one or two digits. */
#ifndef BASE_DATETIME_H
#define BASE_DATETIME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Orders a date may be written in; a mask of what a text could be. Separators '-', '/', '.' (the same twice). */
enum {
  DATE_YMD = 1,  /* 2026-11-21, 2026/11/21, 2026.11.21, 20261121 only as part of a compact ISO timestamp */
  DATE_DMY = 2,  /* 21.11.2026 */
  DATE_MDY = 4,  /* 11/21/2026 */
  DATE_YMD2 = 8, /* 26-11-21: two-digit years, 70-99 = 19xx */
  DATE_DMY2 = 16,
  DATE_MDY2 = 32,
  DATE_NAMED = 64 /* 21 Nov 2026, 21-Nov-26, Nov 21, 2026, November 21 2026: English, any case */
};

/* Which orders the text fits (0: none): day, month and year in range. */
uint8_t date_orders(const char *p, size_t n);
/* Days since 1970-01-01 under one order (exactly one bit). */
bool date_parse(const char *p, size_t n, uint8_t order, int32_t *days);
/* hh:mm, hh:mm:ss, hh:mm:ss.f{1,9} (hours of one or two digits, the rest of two), with optional " AM"/"PM" in any case
 * (then hours 1 to 12); 24:00 and second 60 are refused. False also when digits beyond microseconds are not zero
 * (exactness: such a column stays text). */
bool time_parse(const char *p, size_t n, int64_t *micros);
/* In nanoseconds, all nine digits kept. */
bool time_parse_nanos(const char *p, size_t n, int64_t *nanos);
/* A date, then 'T', 't' or one space, then a time, then optionally a zone: Z, z, UTC, ±hh, ±hhmm, ±hh:mm up to ±23:59 (one
 * space before it allowed). DATE_YMD also in ISO's basic form: 20261121T1015[00[.f]][zone]. `*zoned` says whether a zone was
 * there; micros is UTC then, else local. */
bool timestamp_parse(const char *p, size_t n, uint8_t order, int64_t *micros, bool *zoned);
/* In nanoseconds, all nine digits kept; false also outside of the years 1677 to 2262 that they reach. */
bool timestamp_parse_nanos(const char *p, size_t n, uint8_t order, int64_t *nanos, bool *zoned);
/* Orders under which timestamp_parse succeeds (0: none), and whether a zone is there. */
uint8_t timestamp_orders(const char *p, size_t n, bool *zoned);

/* ISO text; answer the length. 2026-11-21; 10:15:00[.123456]; 2026-11-21 10:15:00[.123456][+00:00].
 * Fraction digits: none when zero, else 3 or 6. Negative years as -0044-03-15; years beyond 9999 with as many digits as they
 * need. A time is taken modulo one day. */
size_t date_format(int32_t days, char out[16]);
size_t time_format(int64_t micros, char out[24]);
size_t timestamp_format(int64_t micros, bool zoned, char out[48]);
/* The same for nanoseconds: 9 fraction digits when they are needed. */
size_t time_format_nanos(int64_t nanos, char out[24]);
size_t timestamp_format_nanos(int64_t nanos, bool zoned, char out[48]);

#endif
