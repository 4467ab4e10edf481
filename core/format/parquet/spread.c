/* See spread.h. From the last to the first, so that nothing is overwritten before it has moved. */
#include "format/parquet/spread.h"

#include "base/number.h"
#include "format/parquet/bits.h"

#define SPREAD(NAME, TYPE, NOTHING)                                                                          \
  static void NAME(TYPE *v, const uint64_t *bits, uint64_t at, uint32_t n, uint32_t dense) {                 \
    for (uint32_t i = n; i-- > 0 && dense <= i;) {                                                           \
      if (bits_get(bits, at + i))                                                                            \
        v[i] = v[--dense];                                                                                   \
      else                                                                                                   \
        v[i] = NOTHING;                                                                                      \
    }                                                                                                        \
  }
SPREAD(spread8, uint8_t, 0)
SPREAD(spread16, uint16_t, 0)
SPREAD(spread32, uint32_t, 0)
SPREAD(spread64, uint64_t, 0)
SPREAD(spread128, int128, ((int128){0, 0}))

void spread_fixed(void *values, uint32_t width, const uint64_t *bits, uint64_t at, uint32_t n,
                  uint32_t dense) {
  switch (width) {
  case 1: spread8(values, bits, at, n, dense); break;
  case 2: spread16(values, bits, at, n, dense); break;
  case 4: spread32(values, bits, at, n, dense); break;
  case 8: spread64(values, bits, at, n, dense); break;
  default: spread128(values, bits, at, n, dense); break;
  }
}

void spread_ends(uint32_t *ends, uint32_t begin, const uint64_t *bits, uint64_t at, uint32_t n,
                 uint32_t dense) {
  for (uint32_t i = n; i-- > 0 && dense <= i;) {
    ends[i] = dense ? ends[dense - 1] : begin;
    dense -= bits_get(bits, at + i);
  }
}

void spread_bits(uint64_t *out, const uint64_t *dense, const uint64_t *bits, uint64_t at, uint32_t n) {
  uint64_t next = 0;
  for (uint32_t i = 0; i < n; i++)
    if (bits_get(bits, at + i)) bits_put(out, at + i, bits_get(dense, next++));
}
