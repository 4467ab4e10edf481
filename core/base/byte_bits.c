/* See byte_bits.h. */
#include "base/byte_bits.h"

#include <stdbool.h>

#include "base/simd.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDE __attribute__((target("avx2")))

WIDE static inline uint64_t bits_of(__m256i low, __m256i high, __m256i byte) {
  uint32_t in_low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, byte));
  uint32_t in_high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, byte));
  return (uint64_t)in_high << 32 | in_low;
}

WIDE static void bits_wide(const uint8_t *p, uint32_t words, uint8_t a, uint8_t b, uint64_t *of_a,
                           uint64_t *of_b) {
  __m256i va = _mm256_set1_epi8((char)a), vb = _mm256_set1_epi8((char)b);
  for (uint32_t w = 0; w < words; w++, p += 64) {
    __m256i low = _mm256_loadu_si256((const void *)p), high = _mm256_loadu_si256((const void *)(p + 32));
    of_a[w] = bits_of(low, high, va);
    of_b[w] = bits_of(low, high, vb);
  }
}

static bool is_wide(void) { return __builtin_cpu_supports("avx2"); }
#else
static bool is_wide(void) { return false; }
#define bits_wide bits_narrow
#endif

static void bits_narrow(const uint8_t *p, uint32_t words, uint8_t a, uint8_t b, uint64_t *of_a,
                        uint64_t *of_b) {
  for (uint32_t w = 0; w < words; w++, p += 64) {
    of_a[w] = simd_find_in_64(p, a);
    of_b[w] = simd_find_in_64(p, b);
  }
}

void byte_bits(const uint8_t *p, uint32_t words, uint8_t a, uint8_t b, uint64_t *of_a, uint64_t *of_b) {
  (is_wide() ? bits_wide : bits_narrow)(p, words, a, b, of_a, of_b);
}
