/* The RLE / bit-packing hybrid (Encodings.md): levels, dictionary codes, booleans. Runs of one value or of packed ones. */
#ifndef PARQUET_HYBRID_H
#define PARQUET_HYBRID_H
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const uint8_t *p, *end;
  uint32_t width;        /* bits, 0 to 32 */
  uint32_t left;         /* values of the run at hand */
  uint32_t value;        /* of a run of one value */
  const uint8_t *packed; /* of a packed run; NULL: one value */
  const uint8_t *packed_end;
  uint64_t taken; /* of the packed run */
} hybrid;

static inline void hybrid_begin(hybrid *h, const uint8_t *p, const uint8_t *end, uint32_t width) {
  *h = (hybrid){.p = p, .end = end, .width = width};
}
/* Makes left > 0; false when the bytes end or are broken. */
bool hybrid_run(hybrid *);
/* The next n values; false when there are fewer. */
bool hybrid_read(hybrid *, uint32_t *out, uint32_t n);
/* Passes over n values; false when there are fewer. */
bool hybrid_skip(hybrid *, uint32_t n);
/* The next n values of width 1 as bits from `at` on, which are zero before; how many are set, or UINT32_MAX when there are fewer
 * than n. */
uint32_t hybrid_read_bits(hybrid *, uint64_t *bits, uint64_t at, uint32_t n);

#endif
