/* Parts of dates and times by name: year, month, … */
#ifndef QUERY_DATE_PARTS_H
#define QUERY_DATE_PARTS_H
#include "exec/query/expression/cast.h"
#include "exec/query/time/calendar.h"

/* In the order of FN_PART_YEAR … FN_PART_TIMEZONE_MINUTE, FN_PART_EPOCH, FN_PART_JULIAN. */
typedef enum {
  PART_YEAR,
  PART_MONTH,
  PART_DAY,
  PART_QUARTER,
  PART_WEEK,
  PART_WEEKDAY,
  PART_ISODOW,
  PART_DAYOFYEAR,
  PART_ISOYEAR,
  PART_YEARWEEK,
  PART_DECADE,
  PART_CENTURY,
  PART_MILLENNIUM,
  PART_ERA,
  PART_HOUR,
  PART_MINUTE,
  PART_SECOND,
  PART_MILLISECOND,
  PART_MICROSECOND,
  PART_NANOSECOND,
  PART_TIMEZONE,
  PART_TIMEZONE_HOUR,
  PART_TIMEZONE_MINUTE,
  PART_EPOCH,
  PART_JULIAN
} date_part;

bool date_part_named(sonde_str, date_part *);

/* A point in time: days and nanoseconds of the day. */
typedef struct {
  int64_t days, nanos;
} moment;

/* Of a DATE, TIMESTAMP or TIMESTAMPTZ; false: infinite. */
bool moment_of(const sql_type *, int64_t v, moment *);
/* Back; false: out of range. */
bool moment_to(const sql_type *, moment, int64_t *out);
int64_t iso_week(int64_t days, int64_t *iso_year);
static inline int64_t iso_weekday(int64_t days) {
  return (days % 7 + 10) % 7 + 1;
} /* Monday is 1; 1970-01-01 a Thursday */

#endif
