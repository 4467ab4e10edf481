/* See date_parts.h. */
#include "exec/query/kernels/date_parts.h"

#define DAY_NANOS 86400000000000

static const struct {
  const char *name;
  uint8_t part;
} names[] = {{"year", PART_YEAR},
             {"years", PART_YEAR},
             {"y", PART_YEAR},
             {"yr", PART_YEAR},
             {"yrs", PART_YEAR},
             {"month", PART_MONTH},
             {"months", PART_MONTH},
             {"mon", PART_MONTH},
             {"mons", PART_MONTH},
             {"day", PART_DAY},
             {"days", PART_DAY},
             {"d", PART_DAY},
             {"dayofmonth", PART_DAY},
             {"quarter", PART_QUARTER},
             {"quarters", PART_QUARTER},
             {"week", PART_WEEK},
             {"weeks", PART_WEEK},
             {"w", PART_WEEK},
             {"weekofyear", PART_WEEK},
             {"dow", PART_WEEKDAY},
             {"dayofweek", PART_WEEKDAY},
             {"weekday", PART_WEEKDAY},
             {"isodow", PART_ISODOW},
             {"doy", PART_DAYOFYEAR},
             {"dayofyear", PART_DAYOFYEAR},
             {"isoyear", PART_ISOYEAR},
             {"yearweek", PART_YEARWEEK},
             {"decade", PART_DECADE},
             {"decades", PART_DECADE},
             {"dec", PART_DECADE},
             {"decs", PART_DECADE},
             {"century", PART_CENTURY},
             {"centuries", PART_CENTURY},
             {"c", PART_CENTURY},
             {"cent", PART_CENTURY},
             {"millennium", PART_MILLENNIUM},
             {"millennia", PART_MILLENNIUM},
             {"mil", PART_MILLENNIUM},
             {"mils", PART_MILLENNIUM},
             {"millenium", PART_MILLENNIUM},
             {"era", PART_ERA},
             {"hour", PART_HOUR},
             {"hours", PART_HOUR},
             {"h", PART_HOUR},
             {"hr", PART_HOUR},
             {"hrs", PART_HOUR},
             {"minute", PART_MINUTE},
             {"minutes", PART_MINUTE},
             {"m", PART_MINUTE},
             {"min", PART_MINUTE},
             {"mins", PART_MINUTE},
             {"second", PART_SECOND},
             {"seconds", PART_SECOND},
             {"s", PART_SECOND},
             {"sec", PART_SECOND},
             {"secs", PART_SECOND},
             {"millisecond", PART_MILLISECOND},
             {"milliseconds", PART_MILLISECOND},
             {"ms", PART_MILLISECOND},
             {"msec", PART_MILLISECOND},
             {"msecs", PART_MILLISECOND},
             {"microsecond", PART_MICROSECOND},
             {"microseconds", PART_MICROSECOND},
             {"us", PART_MICROSECOND},
             {"usec", PART_MICROSECOND},
             {"usecs", PART_MICROSECOND},
             {"nanosecond", PART_NANOSECOND},
             {"nanoseconds", PART_NANOSECOND},
             {"ns", PART_NANOSECOND},
             {"timezone", PART_TIMEZONE},
             {"timezone_hour", PART_TIMEZONE_HOUR},
             {"timezone_minute", PART_TIMEZONE_MINUTE},
             {"epoch", PART_EPOCH},
             {"julian", PART_JULIAN},
             {"jd", PART_JULIAN}};

bool date_part_named(sonde_str s, date_part *out) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t k = 0;
    while (k < s.len && names[i].name[k] && (s.ptr[k] | 32) == (names[i].name[k] | 32)) k++;
    if (k < s.len || names[i].name[k]) continue;
    *out = (date_part)names[i].part;
    return true;
  }
  return false;
}

static int64_t ticks_of_day(const sql_type *t) { return t->unit == 9 ? DAY_NANOS : DAY_NANOS / 1000; }

bool moment_of(const sql_type *t, int64_t v, moment *m) {
  int64_t most = t->id == SQL_DATE ? INT32_MAX : INT64_MAX;
  if (v == most || v == -most) return false;
  if (t->id == SQL_DATE) return *m = (moment){v, 0}, true;
  int64_t day = ticks_of_day(t), days = floor_divide(v, day);
  *m = (moment){days, (v - days * day) * (t->unit == 9 ? 1 : 1000)};
  return true;
}

bool moment_to(const sql_type *t, moment m, int64_t *out) {
  if (t->id == SQL_DATE) {
    *out = m.days;
    return m.days > -INT32_MAX && m.days < INT32_MAX;
  }
  int64_t part = t->unit == 9 ? m.nanos : m.nanos / 1000;
  return !__builtin_mul_overflow(m.days, ticks_of_day(t), out) && !__builtin_add_overflow(*out, part, out) &&
         *out != INT64_MAX; /* which is infinity */
}

/* ISO 8601: week 1 holds the year's first Thursday. */
int64_t iso_week(int64_t days, int64_t *iso_year) {
  int64_t thursday = days - iso_weekday(days) + 4;
  civil d = civil_of_days(thursday);
  *iso_year = d.year;
  return (thursday - days_of_civil((civil){d.year, 1, 1})) / 7 + 1;
}
