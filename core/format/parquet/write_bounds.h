/* Least and greatest values for statistics and page index, by the rules of parquet.thrift: NaN does not count, a zero is -0 as a
 * least and +0 as a greatest value. */
#ifndef PARQUET_WRITE_BOUNDS_H
#define PARQUET_WRITE_BOUNDS_H
#include "format/parquet/write_values.h"

typedef struct {
  bool known;        /* false: there is no value, or none with a place in the order */
  uint32_t min, max; /* which of the values */
} write_bounds;

write_bounds bounds_of_values(const write_values *, uint32_t first, uint32_t n);
/* Looks at each word once: `seen` has a mark for every one, other than `turn` before. */
write_bounds bounds_of_codes(const write_values *, const write_dictionary *, uint32_t first, uint32_t n,
                             uint32_t turn, uint32_t *seen);
void bounds_join(const write_values *, write_bounds *, const write_bounds *more);
/* Negative, zero, positive. */
int values_compare(const write_values *, uint32_t a, uint32_t b);

enum { BOUND_BYTES = 64 }; /* a longer text is cut */

/* A bound as statistics have it. A text that was cut is still below every value (min), or above (max). */
typedef struct {
  sonde_str text;
  bool exact;
} bound_text;
sonde_code bound_min(const write_values *, uint32_t at, arena *, bound_text *, sonde_error *);
sonde_code bound_max(const write_values *, uint32_t at, arena *, bound_text *, sonde_error *);

#endif
