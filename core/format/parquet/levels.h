/* Definition and repetition levels of a page. */
#ifndef PARQUET_LEVELS_H
#define PARQUET_LEVELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a page's levels lie. */
typedef struct {
  const uint8_t *p, *end;
  uint8_t max; /* the highest level */
  bool msb;    /* the deprecated BIT_PACKED instead of the hybrid */
} level_bytes;

/* n levels as bytes; false when the bytes end early or a level is above the highest. */
bool levels_read(const level_bytes *, uint8_t *out, uint32_t n);
/* For max == 1: the levels as bits from `at` on, which are zero before. How many are set; UINT32_MAX: broken. */
uint32_t levels_read_bits(const level_bytes *, uint64_t *bits, uint64_t at, uint32_t n);
uint32_t levels_width(uint8_t max);

#endif
