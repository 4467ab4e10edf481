/* The range that a type's values have: what arithmetic and casts check against. */
#ifndef QUERY_LIMITS_H
#define QUERY_LIMITS_H
#include "plan/sql_type.h"
#include "plan/value.h"

typedef struct {
  i128 min, max;
} limits;

static inline i128 power_of_ten(unsigned n) {
  i128 p = 1;
  while (n--) p *= 10;
  return p;
}

static inline limits limits_of(const sql_type *t) {
  static const uint8_t bits[] = {
      [SQL_TINYINT] = 7,  [SQL_SMALLINT] = 15,  [SQL_INTEGER] = 31,  [SQL_BIGINT] = 63,
      [SQL_UTINYINT] = 8, [SQL_USMALLINT] = 16, [SQL_UINTEGER] = 32, [SQL_UBIGINT] = 64};
  const i128 most = (i128)(((u128)1 << 127) - 1);
  if (t->id == SQL_DECIMAL) return (limits){1 - power_of_ten(t->precision), power_of_ten(t->precision) - 1};
  if (t->id == SQL_UHUGEINT) return (limits){0, most};
  if (!sql_is_integer(t) || t->id == SQL_HUGEINT) {
    bool narrow = sql_lane(t) == LANE_I64;
    return narrow ? (limits){INT64_MIN, INT64_MAX} : (limits){-most - 1, most};
  }
  i128 top = (i128)1 << bits[t->id];
  return (limits){sql_is_signed(t) ? -top : 0, top - 1};
}

#endif
