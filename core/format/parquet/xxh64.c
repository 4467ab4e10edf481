/* See xxh64.h. */
#include "format/parquet/xxh64.h"

#include <string.h>

#define P1 0x9E3779B185EBCA87u
#define P2 0xC2B2AE3D27D4EB4Fu
#define P3 0x165667B19E3779F9u
#define P4 0x85EBCA77C2B2AE63u
#define P5 0x27D4EB2F165667C5u

static uint64_t rotate(uint64_t x, unsigned n) { return x << n | x >> (64 - n); }

static uint64_t load(const uint8_t *p, size_t n) {
  uint64_t v = 0;
  memcpy(&v, p, n);
  return v;
}

static uint64_t round_of(uint64_t acc, uint64_t lane) { return rotate(acc + lane * P2, 31) * P1; }
static uint64_t merge(uint64_t h, uint64_t acc) { return (h ^ round_of(0, acc)) * P1 + P4; }

/* Stripes of 32 bytes. */
static uint64_t stripes(const uint8_t **p, size_t *n) {
  uint64_t a = P1 + P2, b = P2, c = 0, d = 0 - P1;
  for (; *n >= 32; *n -= 32, *p += 32) {
    a = round_of(a, load(*p, 8));
    b = round_of(b, load(*p + 8, 8));
    c = round_of(c, load(*p + 16, 8));
    d = round_of(d, load(*p + 24, 8));
  }
  uint64_t h = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  return merge(merge(merge(merge(h, a), b), c), d);
}

uint64_t xxh64(const void *data, size_t size) {
  const uint8_t *p = data;
  size_t n = size;
  uint64_t h = (n >= 32 ? stripes(&p, &n) : P5) + size;
  for (; n >= 8; n -= 8, p += 8) h = rotate(h ^ round_of(0, load(p, 8)), 27) * P1 + P4;
  for (; n >= 4; n -= 4, p += 4) h = rotate(h ^ load(p, 4) * P1, 23) * P2 + P3;
  for (; n > 0; n--, p++) h = rotate(h ^ *p * P5, 11) * P1;
  h = (h ^ h >> 33) * P2;
  h = (h ^ h >> 29) * P3;
  return h ^ h >> 32;
}
