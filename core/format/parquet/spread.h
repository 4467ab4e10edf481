/* Dense values to their rows: pages hold only what is not null. */
#ifndef PARQUET_SPREAD_H
#define PARQUET_SPREAD_H
#include <stdint.h>

/* In place: the first `dense` of n values of `width` (1, 2, 4, 8, 16) bytes go to the places whose bits, from `at` on, are set;
 * the others become zero. `dense` is the number of bits set. */
void spread_fixed(void *values, uint32_t width, const uint64_t *bits, uint64_t at, uint32_t n,
                  uint32_t dense);
/* The same for the ends of texts: an unset place ends where the one before it does, the first at `begin`. */
void spread_ends(uint32_t *ends, uint32_t begin, const uint64_t *bits, uint64_t at, uint32_t n,
                 uint32_t dense);
/* Dense bits into `out` from `at` on, zero before. */
void spread_bits(uint64_t *out, const uint64_t *dense, const uint64_t *bits, uint64_t at, uint32_t n);

#endif
