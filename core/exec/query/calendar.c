/* The proleptic Gregorian calendar in days since 1970-01-01 (algorithms of Hinnant, "chrono-compatible low-level date
 * algorithms"). */
#include "exec/query/calendar.h"

#include "exec/query/cast.h"

int64_t days_of_civil(civil d) {
  int64_t y = d.year - (d.month <= 2), era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
  int64_t m = d.month, of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

civil civil_of_days(int64_t days) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
  int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * years + years / 4 - years / 100), mp = (5 * of_year + 2) / 153;
  civil d = {.month = (int32_t)(mp < 10 ? mp + 3 : mp - 9),
             .day = (int32_t)(of_year - (153 * mp + 2) / 5 + 1)};
  d.year = years + era * 400 + (d.month <= 2);
  return d;
}

bool is_leap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int32_t month_length(int64_t year, int32_t month) {
  static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return lengths[month - 1] + (month == 2 && is_leap(year));
}

bool date_add_months(int64_t days, int64_t months, int64_t *out) {
  if (months == 0) return *out = days, true;
  civil d = civil_of_days(days);
  int64_t at = d.year * 12 + d.month - 1 + months;
  d.year = at / 12 - (at % 12 < 0);
  d.month = (int32_t)(at - d.year * 12) + 1;
  if (d.year < -5877641 || d.year > 5881580) return false;
  int32_t most = month_length(d.year, d.month);
  if (d.day > most) d.day = most;
  *out = days_of_civil(d);
  return true;
}
