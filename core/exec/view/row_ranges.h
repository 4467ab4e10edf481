/* Sets of rows as ranges: ascending, apart from each other, not empty. They lie in the arena of the task. */
#ifndef EXEC_ROW_RANGES_H
#define EXEC_ROW_RANGES_H
#include <stdbool.h>

#include "base/arena.h"

typedef struct {
  uint32_t begin, end;
} row_range;

typedef struct {
  uint32_t n;
  row_range *at;
} row_ranges;

/* NULL `at` after a failure. */
row_ranges ranges_all(uint32_t rows, arena *, sonde_error *);
row_ranges ranges_and(row_ranges, row_ranges, arena *, sonde_error *);
row_ranges ranges_or(row_ranges, row_ranges, arena *, sonde_error *);
uint64_t ranges_rows(row_ranges);
/* Sets the bits of these rows. */
void ranges_mark(row_ranges, uint64_t *bits);
/* Appends, `to` having room; joined to the last range where at most `gap` rows lie between. */
void ranges_add(row_ranges *to, uint32_t begin, uint32_t end, uint32_t gap);

#endif
