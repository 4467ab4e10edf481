/* The proleptic Gregorian calendar in days since 1970-01-01 (algorithms of Hinnant, "chrono-compatible low-level date
 * algorithms", and of Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms"). */
#include "exec/query/time/calendar.h"

int64_t days_of_civil(civil d) {
  int64_t y = d.year - (d.month <= 2), era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
  int64_t m = d.month, of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

#define ERA_DAYS 146097
#define ERA_YEARS 400

/* Of days since 0000-03-01, less than 2^30: no division of 64 bits, which wasm has no fast way for. */
static civil civil_of_march_days(uint32_t days) {
  uint32_t quarters = 4 * days + 3, century = quarters / ERA_DAYS, of_century = quarters % ERA_DAYS / 4;
  uint64_t years = (uint64_t)2939745 * (4 * of_century + 3); /* in 1 / 2^32 */
  uint32_t of_year = (uint32_t)years / 2939745 / 4, months = 2141 * of_year + 197913;
  bool next_year = of_year >= 306; /* January or February */
  return (civil){.year = (int64_t)century * 100 + (int64_t)(years >> 32) + next_year,
                 .month = (int32_t)(months >> 16) - (next_year ? 12 : 0),
                 .day = (int32_t)((months & 0xFFFF) / 2141) + 1};
}

civil civil_of_days(int64_t days) {
  int64_t eras = 0;
  days += 719468;
  if (days < 0 || days >= 1 << 30) eras = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
  civil d = civil_of_march_days((uint32_t)(days - eras * ERA_DAYS));
  d.year += eras * ERA_YEARS;
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
