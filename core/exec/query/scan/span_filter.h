/* Comparisons of a scan's columns with constants, asked of packed numbers as they lie in the block: rows that all miss are never
 * decoded. */
#ifndef QUERY_SPAN_FILTER_H
#define QUERY_SPAN_FILTER_H
#include "column/vec.h"
#include "plan/plan.h"

/* The whole numbers that a column may have, both ends included. */
typedef struct {
  uint32_t column; /* of the scan */
  int64_t least, most;
} span;

/* The spans in the beginning of a filter, at most `max`; what comes behind another condition is not among them, so that no
 * condition that fails is left out for them. */
uint32_t spans_of(const expr *filter, span *out, uint32_t max);
/* That none of the rows [first, first + n) lies inside; false: one may. */
bool span_misses_rows(const span *, const vec *, const sql_type *, uint32_t first, uint32_t n);
/* That no row of the block does, which the numbers it could hold tell. */
bool span_misses_block(const span *, const vec *, const sql_type *);

#endif
