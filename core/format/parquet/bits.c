/* See bits.h. Little endian throughout, as every target of ours is. */
#include "format/parquet/bits.h"

#include <string.h>

static inline uint64_t load64(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}

/* Up to 8 bytes; what lies beyond the end is zero. */
static uint64_t load_end(const uint8_t *p, const uint8_t *end) {
  uint64_t v = 0;
  if (p < end) memcpy(&v, p, end - p < 8 ? (size_t)(end - p) : 8);
  return v;
}

/* Eight values of a width known when compiled: each is one load, one shift, one mask. Reads 8 bytes from the last one's. */
#define UNPACK8(W)                                                                                           \
  static inline void unpack8_##W(const uint8_t *in, uint32_t *out) {                                         \
    for (uint32_t i = 0; i < 8; i++)                                                                         \
      out[i] = (uint32_t)(load64(in + i * W / 8) >> (i * W % 8)) & (uint32_t)(((uint64_t)1 << W) - 1);       \
  }
/* clang-format off */
#define WIDTHS(X)                                                                                            \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19)   \
  X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31) X(32)
/* clang-format on */
WIDTHS(UNPACK8)

#define CASE(W)                                                                                              \
  case W:                                                                                                    \
    for (; n >= 8 && (size_t)(end - in) >= W + 8; n -= 8, in += W, out += 8) unpack8_##W(in, out);           \
    break;

/* From a byte boundary, as many groups of eight as can be loaded whole. */
static uint32_t unpack_groups(const uint8_t *in, const uint8_t *end, uint32_t width, uint32_t *out,
                              uint32_t n) {
  uint32_t before = n;
  switch (width) { WIDTHS(CASE) }
  return before - n;
}

void bits_unpack32(const uint8_t *in, const uint8_t *end, uint32_t width, uint64_t first, uint32_t *out,
                   uint32_t n) {
  uint64_t bit = first * width, mask = ((uint64_t)1 << width) - 1;
  uint32_t done = bit % 8 == 0 ? unpack_groups(in + bit / 8, end, width, out, n) : 0;
  bit += (uint64_t)done * width;
  for (uint32_t i = done; i < n; i++, bit += width)
    out[i] = (uint32_t)(load_end(in + bit / 8, end) >> bit % 8 & mask);
}

void bits_unpack64(const uint8_t *in, const uint8_t *end, uint32_t width, uint64_t first, uint64_t *out,
                   uint32_t n) {
  uint64_t bit = first * width, mask = width == 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
  for (uint32_t i = 0; i < n; i++, bit += width) {
    const uint8_t *p = in + bit / 8;
    uint32_t shift = (uint32_t)(bit % 8);
    uint64_t v = (end - p >= 8 ? load64(p) : load_end(p, end)) >> shift;
    if (shift + width > 64) v |= load_end(p + 8, end) << (64 - shift);
    out[i] = v & mask;
  }
}

void bits_unpack_msb(const uint8_t *in, uint32_t width, uint8_t *out, uint32_t n) {
  uint64_t bit = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t v = 0;
    for (uint32_t k = 0; k < width; k++, bit++) v = v << 1 | (in[bit / 8] >> (7 - bit % 8) & 1u);
    out[i] = (uint8_t)v;
  }
}

void bits_set_range(uint64_t *bits, uint64_t at, uint64_t n) {
  for (; n > 0 && at % 64; at++, n--) bits[at >> 6] |= (uint64_t)1 << (at & 63);
  for (; n >= 64; at += 64, n -= 64) bits[at >> 6] = UINT64_MAX;
  if (n > 0) bits[at >> 6] |= ((uint64_t)1 << n) - 1;
}

uint32_t bits_copy(uint64_t *bits, uint64_t at, const uint8_t *in, uint64_t first, uint32_t n) {
  const uint8_t *end = in + bits_bytes(first + n, 1);
  uint32_t set = 0;
  while (n > 0) {
    uint32_t shift = (uint32_t)(at & 63), skew = (uint32_t)(first % 8);
    uint32_t take = 64 - (shift > skew ? shift : skew);
    if (take > n) take = n;
    const uint8_t *p = in + first / 8;
    uint64_t v = (end - p >= 8 ? load64(p) : load_end(p, end)) >> skew;
    if (take < 64) v &= ((uint64_t)1 << take) - 1;
    bits[at >> 6] |= v << shift;
    set += (uint32_t)__builtin_popcountll(v);
    at += take;
    first += take;
    n -= take;
  }
  return set;
}

uint32_t bits_count(const uint64_t *bits, uint64_t at, uint32_t n) {
  uint32_t set = 0;
  for (; n > 0 && at % 64; at++, n--) set += bits_get(bits, at);
  for (; n >= 64; at += 64, n -= 64) set += (uint32_t)__builtin_popcountll(bits[at >> 6]);
  for (; n > 0; at++, n--) set += bits_get(bits, at);
  return set;
}
