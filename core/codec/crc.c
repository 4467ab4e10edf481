/* CRC-32 of whole pages. Processors that multiply without carry fold 64 bytes into 64 at a time (Gopal and others, "Fast CRC
 * Computation for Generic Polynomials Using PCLMULQDQ", 2009): reading a page spent a quarter of its instructions here. */
#include "codec/codec_block.h"

#include <zlib.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define FOLDS __attribute__((target("pclmul,sse4.1")))
enum { LANE = 16, STRIDE = 4 * LANE };

static bool can_fold(void) { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

FOLDS static inline __m128i lane_at(const uint8_t *p) { return _mm_loadu_si128((const void *)p); }

/* `x` as it weighs so many bytes further on, which its two factors say, with what is there. */
FOLDS static inline __m128i fold(__m128i x, __m128i factors, __m128i there) {
  __m128i low = _mm_clmulepi64_si128(x, factors, 0x00), high = _mm_clmulepi64_si128(x, factors, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), there);
}

/* 16 bytes that leave the same remainder as the n at `p`, a multiple of 16 and at least STRIDE, behind a register of ones. */
FOLDS static void fold_all(const uint8_t *p, size_t n, uint8_t out[LANE]) {
  const __m128i by_stride = _mm_set_epi64x(0x1C6E41596, 0x154442BD4); /* x^(512-32), x^(512+32) mod P */
  const __m128i by_lane = _mm_set_epi64x(0x0CCAA009E, 0x1751997D0);   /* x^(128-32), x^(128+32) mod P */
  __m128i x[4];
  const uint8_t *end = p + n;
  for (int i = 0; i < 4; i++) x[i] = lane_at(p + LANE * i);
  x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128(-1));
  for (p += STRIDE; end - p >= STRIDE; p += STRIDE)
    for (int i = 0; i < 4; i++) x[i] = fold(x[i], by_stride, lane_at(p + LANE * i));
  for (int i = 1; i < 4; i++) x[0] = fold(x[0], by_lane, x[i]);
  for (; p < end; p += LANE) x[0] = fold(x[0], by_lane, lane_at(p));
  _mm_storeu_si128((void *)out, x[0]);
}

/* A CRC of all ones stands for an empty register, to which the 16 bytes are added. */
static uint32_t crc_folded(const uint8_t *p, size_t n) {
  uint8_t rest[LANE];
  size_t whole = n & ~(size_t)(LANE - 1);
  fold_all(p, whole, rest);
  return (uint32_t)crc32_z(crc32_z(0xFFFFFFFF, rest, sizeof rest), p + whole, n - whole);
}

uint32_t codec_crc32(const uint8_t *p, size_t n) {
  return n >= STRIDE && can_fold() ? crc_folded(p, n) : (uint32_t)crc32_z(0, p, n);
}
#else
uint32_t codec_crc32(const uint8_t *p, size_t n) { return (uint32_t)crc32_z(0, p, n); }
#endif
