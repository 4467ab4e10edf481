/* Dates as year, month and day. */
#ifndef QUERY_CALENDAR_H
#define QUERY_CALENDAR_H
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int64_t year;
  int32_t month, day; /* from 1 */
} civil;

int64_t days_of_civil(civil);
civil civil_of_days(int64_t days);
bool is_leap(int64_t year);
int32_t month_length(int64_t year, int32_t month);
/* The same day of another month, or the last there is. False: out of range. */
bool date_add_months(int64_t days, int64_t months, int64_t *out);

static inline int64_t floor_divide(int64_t a, int64_t b) {
  return a / b - ((a % b != 0) && ((a < 0) != (b < 0)));
}

#endif
