/* POSIX.1's TZ strings, with the extensions of RFC 9636, 3.3.1: hours from -167 to 167. */
#include "zone_rule.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 86400 };

/* ---- reading ---- */

/* CET, or <+03> */
static bool skip_name(const char **p) {
  const char *begin = *p;
  if (*begin == '<') {
    *p = strchr(begin, '>');
    return *p && *(*p)++;
  }
  while (isalpha((unsigned char)**p)) ++*p;
  return *p - begin >= 3;
}

static bool read_number(const char **p, int *out) {
  char *end;
  if (!isdigit((unsigned char)**p)) return false;
  *out = (int)strtol(*p, &end, 10);
  *p = end;
  return true;
}

/* [+-]hh[:mm[:ss]] */
static bool read_clock(const char **p, int32_t *seconds) {
  int sign = **p == '-' ? -1 : 1, part, unit = 3600;
  if (**p == '-' || **p == '+') ++*p;
  if (!read_number(p, &part)) return false;
  *seconds = part * unit;
  while (unit > 1 && **p == ':') {
    ++*p;
    unit /= 60;
    if (!read_number(p, &part)) return false;
    *seconds += part * unit;
  }
  *seconds *= sign;
  return true;
}

static bool read_part(const char **p, char before, int *out) {
  return *(*p)++ == before && read_number(p, out);
}

/* ,M3.5.0/2 or ,J60 or ,59 */
static bool read_date(const char **p, rule_date *d) {
  if (*(*p)++ != ',') return false;
  d->kind = **p == 'M' ? RULE_WEEKDAY : **p == 'J' ? RULE_JULIAN : RULE_DAY;
  bool read = d->kind == RULE_WEEKDAY
                  ? read_part(p, 'M', &d->month) && read_part(p, '.', &d->week) && read_part(p, '.', &d->day)
              : d->kind == RULE_JULIAN ? read_part(p, 'J', &d->day)
                                       : read_number(p, &d->day);
  d->seconds = 7200;
  if (!read || **p != '/') return read;
  ++*p;
  return read_clock(p, &d->seconds);
}

bool zone_rule_read(const char *p, zone_rule *r) {
  int32_t behind;
  *r = (zone_rule){.summer = false};
  if (!skip_name(&p) || !read_clock(&p, &behind)) return false;
  r->offset = -behind;
  if (!*p) return true;
  r->summer = true;
  r->summer_offset = r->offset + 3600;
  if (!skip_name(&p)) return false;
  if (*p != ',' && read_clock(&p, &behind)) r->summer_offset = -behind;
  return read_date(&p, &r->summer_begin) && read_date(&p, &r->summer_end) && !*p;
}

/* ---- years ---- */

static bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static int month_length(int year, int month) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return lengths[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to January 1 of a year behind it. */
static int64_t new_year(int year) {
  int before = year - 1;
  return (int64_t)before * 365 + before / 4 - before / 100 + before / 400 - 719162;
}

/* The w-th, or for 5 the last, day of a month that has this weekday; counted from January 1. */
static int nth_weekday(const rule_date *d, int year) {
  int first = 0;
  for (int month = 1; month < d->month; month++) first += month_length(year, month);
  int weekday = (int)((new_year(year) + first + 4) % 7); /* 1970-01-01 was a Thursday */
  int day = (d->day - weekday + 7) % 7 + (d->week - 1) * 7;
  return first + (day < month_length(year, d->month) ? day : day - 7);
}

static int64_t local_seconds(const rule_date *d, int year) {
  int day = d->kind == RULE_WEEKDAY ? nth_weekday(d, year)
            : d->kind == RULE_DAY   ? d->day
                                    : d->day - 1 + (is_leap(year) && d->day >= 60);
  return (new_year(year) + day) * DAY + d->seconds;
}

int64_t zone_rule_begin(const zone_rule *r, int year) {
  return local_seconds(&r->summer_begin, year) - r->offset;
}

int64_t zone_rule_end(const zone_rule *r, int year) {
  return local_seconds(&r->summer_end, year) - r->summer_offset;
}
