/* See bytes.h. Compiled without the compiler's own knowledge of memcpy, which would make these call themselves. What is shorter than
 * a vector is two words that overlap. */
#include "base/bytes.h"

#include "base/simd.h"

#define LARGE 256u /* from here on a call of the host's own is cheaper (memory.copy, memory.fill) */

typedef struct {
  uint64_t w;
} __attribute__((packed, may_alias)) word8;
typedef struct {
  uint32_t w;
} __attribute__((packed, may_alias)) word4;

#define WORD8(p) (((const word8 *)(p))->w)
#define WORD4(p) (((const word4 *)(p))->w)
#define PUT8(p, x) (((word8 *)(p))->w = (x))
#define PUT4(p, x) (((word4 *)(p))->w = (x))

#ifdef SIMD_16

/* ---- copying ---- */

static void copy_short(uint8_t *to, const uint8_t *from, size_t n) {
  if (n >= 8) {
    uint64_t first = WORD8(from), last = WORD8(from + n - 8);
    PUT8(to, first);
    PUT8(to + n - 8, last);
  } else if (n >= 4) {
    uint32_t first = WORD4(from), last = WORD4(from + n - 4);
    PUT4(to, first);
    PUT4(to + n - 4, last);
  } else if (n) {
    uint8_t middle = from[n / 2], last = from[n - 1];
    to[0] = from[0];
    to[n / 2] = middle;
    to[n - 1] = last;
  }
}

void *bytes_copy(void *restrict to, const void *restrict from, size_t n) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if (n < 16) {
    copy_short(t, f, n);
  } else if (n >= LARGE) {
    __builtin_memcpy(to, from, n);
  } else {
    simd16 last = simd_load(f + n - 16);
    for (size_t i = 0; i + 16 < n; i += 16) simd_store(t + i, simd_load(f + i));
    simd_store(t + n - 16, last);
  }
  return to;
}

/* ---- filling ---- */

void *bytes_fill(void *to, int byte, size_t n) {
  uint8_t *t = to;
  uint64_t word = (uint8_t)byte * 0x0101010101010101u;
  if (n >= LARGE) return __builtin_memset(to, byte, n);
  if (n < 8) {
    for (size_t i = 0; i < n; i++) t[i] = (uint8_t)byte;
    return to;
  }
  for (size_t i = 0; i + 8 < n; i += 8) PUT8(t + i, word);
  PUT8(t + n - 8, word);
  return to;
}

/* ---- comparing ---- */

static int order8(uint64_t a, uint64_t b) {
  a = __builtin_bswap64(a);
  b = __builtin_bswap64(b);
  return (a > b) - (a < b);
}

static int compare_short(const uint8_t *a, const uint8_t *b, size_t n) {
  if (n >= 8) {
    int first = order8(WORD8(a), WORD8(b));
    return first ? first : order8(WORD8(a + n - 8), WORD8(b + n - 8));
  }
  for (size_t i = 0; i < n; i++)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

/* The first byte that differs decides; those before the last 16 are known to be equal. */
int bytes_compare(const void *x, const void *y, size_t n) {
  const uint8_t *a = x, *b = y;
  if (n < 16) return compare_short(a, b, n);
  for (size_t i = 0;; i = i + 32 <= n ? i + 16 : n - 16) {
    uint32_t differ = simd_mask(simd_eq(simd_load(a + i), simd_load(b + i))) ^ 0xFFFFu;
    if (differ) {
      i += (size_t)__builtin_ctz(differ);
      return a[i] < b[i] ? -1 : 1;
    }
    if (i + 16 == n) return 0;
  }
}

/* ---- searching ---- */

void *bytes_find(const void *in, int byte, size_t n) {
  const uint8_t *p = in;
  if (n < 16) {
    for (size_t i = 0; i < n; i++)
      if (p[i] == (uint8_t)byte) return (void *)(uintptr_t)(p + i);
    return NULL;
  }
  simd16 wanted = simd_splat((uint8_t)byte);
  for (size_t i = 0;; i = i + 32 <= n ? i + 16 : n - 16) {
    uint32_t hits = simd_mask(simd_eq(simd_load(p + i), wanted));
    if (hits) return (void *)(uintptr_t)(p + i + __builtin_ctz(hits));
    if (i + 16 == n) return NULL;
  }
}

#endif

#ifdef __wasm__
void *memcpy(void *restrict to, const void *restrict from, size_t n) { return bytes_copy(to, from, n); }
void *memset(void *to, int byte, size_t n) { return bytes_fill(to, byte, n); }
int memcmp(const void *a, const void *b, size_t n) { return bytes_compare(a, b, n); }
void *memchr(const void *in, int byte, size_t n) { return bytes_find(in, byte, n); }
#endif
