/* Integers as Parquet's encodings have them (Encodings.md): varints, bit packing, the RLE / bit-packing hybrid and
 * DELTA_BINARY_PACKED; the counterparts of bits.h, hybrid.h and delta.h. */
#ifndef PARQUET_WRITE_BITS_H
#define PARQUET_WRITE_BITS_H
#include "base/buf.h"

void put_varint(buf *, uint64_t); /* ULEB-128 */
static inline uint64_t zigzag(int64_t v) { return (uint64_t)v << 1 ^ (uint64_t)(v >> 63); }
/* Bits that the value takes; 0 takes none. */
static inline uint32_t bit_width(uint64_t v) { return v ? 64 - (uint32_t)__builtin_clzll(v) : 0; }

/* n values of at most `width` (1 to 32) bits. */
void put_hybrid(buf *, const uint32_t *values, uint32_t n, uint32_t width);

/* n little-endian integers of 4 or 8 bytes, and the bytes they would take. */
void put_delta(buf *, const uint8_t *raw, uint32_t width, uint32_t n);
uint64_t delta_bytes(const uint8_t *raw, uint32_t width, uint32_t n);

#endif
