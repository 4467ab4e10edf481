/* CRC-32 by carry-less multiplication: 64 bytes are folded into 64 at a time (Gopal and others, "Fast CRC Computation for Generic
 * Polynomials Using PCLMULQDQ Instruction", 2009). */
#include "base/crc_fold.h"

#ifdef CRC_FOLD
#include <immintrin.h>

#define FOLDS __attribute__((target("pclmul,sse4.1")))
enum { LANE = CRC_FOLDED, STRIDE = CRC_FOLDS_FROM };

bool crc_can_fold(void) { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

FOLDS static inline __m128i lane_at(const uint8_t *p) { return _mm_loadu_si128((const void *)p); }

/* `x` as it weighs so many bytes further on, which its two factors say, with what is there. */
FOLDS static inline __m128i fold(__m128i x, __m128i factors, __m128i there) {
  __m128i low = _mm_clmulepi64_si128(x, factors, 0x00), high = _mm_clmulepi64_si128(x, factors, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), there);
}

FOLDS void crc_fold(const uint8_t *p, size_t n, uint8_t out[LANE]) {
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
#endif
