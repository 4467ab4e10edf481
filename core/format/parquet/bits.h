/* Bit-packed integers and bitmaps. Packed values lie least significant bit first (Encodings.md, "RLE / Bit-Packing Hybrid"). */
#ifndef PARQUET_BITS_H
#define PARQUET_BITS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that n values of `width` bits take. */
static inline uint64_t bits_bytes(uint64_t n, uint32_t width) { return (n * width + 7) / 8; }

/* n values of `width` (0 to 32) bits, the first at bit `first` of `in`; [in, end) holds them all. */
void bits_unpack32(const uint8_t *in, const uint8_t *end, uint32_t width, uint64_t first, uint32_t *out,
                   uint32_t n);
/* The same for 0 to 64 bits. */
void bits_unpack64(const uint8_t *in, const uint8_t *end, uint32_t width, uint64_t first, uint64_t *out,
                   uint32_t n);
/* The deprecated BIT_PACKED: most significant bit first, 0 to 8 bits. */
void bits_unpack_msb(const uint8_t *in, uint32_t width, uint8_t *out, uint32_t n);

/* Bitmaps of u64 words; bits from `at` on are zero before. */
void bits_set_range(uint64_t *bits, uint64_t at, uint64_t n);
/* Copies n bits that begin at bit `first` of `in`; answers how many are set. */
uint32_t bits_copy(uint64_t *bits, uint64_t at, const uint8_t *in, uint64_t first, uint32_t n);
uint32_t bits_count(const uint64_t *bits, uint64_t at, uint32_t n);
static inline bool bits_get(const uint64_t *bits, uint64_t at) { return bits[at >> 6] >> (at & 63) & 1; }
static inline void bits_put(uint64_t *bits, uint64_t at, bool v) {
  bits[at >> 6] |= (uint64_t)v << (at & 63);
}
static inline size_t bits_words(uint64_t n) { return (size_t)((n + 63) / 64); }

#endif
