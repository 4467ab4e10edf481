/* The few vector primitives of the scanner, 16 bytes at a time: wasm SIMD, SSE2, or plain C with the same answers. */
#ifndef BASE_SIMD_H
#define BASE_SIMD_H
#include <stddef.h>
#include <stdint.h>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
typedef v128_t simd16;
static inline simd16 simd_load(const uint8_t *p) { return wasm_v128_load(p); }
static inline void simd_store(uint8_t *p, simd16 a) { wasm_v128_store(p, a); }
static inline simd16 simd_splat(uint8_t c) { return wasm_i8x16_splat((int8_t)c); }
static inline simd16 simd_eq(simd16 a, simd16 b) { return wasm_i8x16_eq(a, b); }
static inline simd16 simd_or(simd16 a, simd16 b) { return wasm_v128_or(a, b); }
static inline simd16 simd_and(simd16 a, simd16 b) { return wasm_v128_and(a, b); }
static inline uint32_t simd_mask(simd16 a) { return (uint32_t)wasm_i8x16_bitmask(a); }
#define SIMD_16 1
#elif defined(__SSE2__)
#include <emmintrin.h>
typedef __m128i simd16;
static inline simd16 simd_load(const uint8_t *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }
static inline void simd_store(uint8_t *p, simd16 a) { _mm_storeu_si128((__m128i *)(void *)p, a); }
static inline simd16 simd_splat(uint8_t c) { return _mm_set1_epi8((char)c); }
static inline simd16 simd_eq(simd16 a, simd16 b) { return _mm_cmpeq_epi8(a, b); }
static inline simd16 simd_or(simd16 a, simd16 b) { return _mm_or_si128(a, b); }
static inline simd16 simd_and(simd16 a, simd16 b) { return _mm_and_si128(a, b); }
static inline uint32_t simd_mask(simd16 a) { return (uint32_t)_mm_movemask_epi8(a); }
#define SIMD_16 1
#endif

/* The first of three bytes in [p, end), or end. Give a byte twice to look for fewer. */
static inline const uint8_t *simd_find3(const uint8_t *p, const uint8_t *end, uint8_t a, uint8_t b,
                                        uint8_t c) {
#ifdef SIMD_16
  simd16 va = simd_splat(a), vb = simd_splat(b), vc = simd_splat(c);
  for (; end - p >= 16; p += 16) {
    simd16 v = simd_load(p);
    uint32_t hit = simd_mask(simd_or(simd_or(simd_eq(v, va), simd_eq(v, vb)), simd_eq(v, vc)));
    if (hit) return p + __builtin_ctz(hit);
  }
#endif
  while (p < end && *p != a && *p != b && *p != c) p++;
  return p;
}

/* Bit i is set when p[i] is the byte, for 64 readable bytes at p. */
static inline uint64_t simd_find_in_64(const uint8_t *p, uint8_t byte) {
  uint64_t hits = 0;
#ifdef SIMD_16
  simd16 wanted = simd_splat(byte);
  for (unsigned i = 0; i < 4; i++)
    hits |= (uint64_t)simd_mask(simd_eq(simd_load(p + 16 * i), wanted)) << (16 * i);
#else
  for (unsigned i = 0; i < 64; i++) hits |= (uint64_t)(p[i] == byte) << i;
#endif
  return hits;
}

/* Bit i is set when p[i] is one of four bytes, for 64 readable bytes at p. */
static inline uint64_t simd_find4_in_64(const uint8_t *p, uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  uint64_t hits = 0;
#ifdef SIMD_16
  simd16 va = simd_splat(a), vb = simd_splat(b), vc = simd_splat(c), vd = simd_splat(d);
  for (unsigned i = 0; i < 4; i++) {
    simd16 v = simd_load(p + 16 * i);
    simd16 hit = simd_or(simd_or(simd_eq(v, va), simd_eq(v, vb)), simd_or(simd_eq(v, vc), simd_eq(v, vd)));
    hits |= (uint64_t)simd_mask(hit) << (16 * i);
  }
#else
  for (unsigned i = 0; i < 64; i++) hits |= (uint64_t)(p[i] == a || p[i] == b || p[i] == c || p[i] == d) << i;
#endif
  return hits;
}

#endif
