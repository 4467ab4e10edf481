/* Single values: constants of a plan, cells of nested values. Which member counts is said by the sql_type beside it. */
#ifndef PLAN_VALUE_H
#define PLAN_VALUE_H
#include <sonde.h>
#include <stdbool.h>

#include "base/number.h"

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

/* The same as base/number.h has it. */
static inline int128 int128_of(i128 w) { return (int128){(uint64_t)(u128)w, (int64_t)(w >> 64)}; }
static inline i128 i128_of(int128 x) { return (i128)((u128)(uint64_t)x.high << 64 | x.low); }

typedef struct nested nested;
typedef union {
  bool b;          /* LANE_BOOL */
  int64_t i;       /* LANE_I64 */
  double f;        /* LANE_F64 */
  i128 w;          /* LANE_I128 */
  sonde_str s;     /* LANE_STR */
  const nested *n; /* LANE_NESTED */
} cell;

/* LIST: its items. STRUCT: its fields. MAP: key, value, key, value, … */
struct nested {
  uint32_t n;
  const cell *cells;
  const uint8_t *valid; /* 1: there, 0: null; NULL: none is null */
};

typedef struct {
  bool null;
  cell v;
} value;

static inline bool nested_valid(const nested *x, uint32_t i) { return !x->valid || x->valid[i]; }

/* Intervals in a LANE_I128 (column/type.h, TYPE_INTERVAL). */
typedef struct {
  int32_t months, days;
  int64_t micros;
} interval;

static inline interval interval_of(i128 w) {
  uint64_t high = (uint64_t)((u128)w >> 64);
  return (interval){(int32_t)(uint32_t)(high >> 32), (int32_t)(uint32_t)high, (int64_t)(uint64_t)(u128)w};
}

static inline i128 interval_pack(interval v) {
  uint64_t high = (uint64_t)(uint32_t)v.months << 32 | (uint32_t)v.days;
  return (i128)((u128)high << 64 | (uint64_t)v.micros);
}

#endif
