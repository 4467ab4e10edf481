/* See sketch.h. */
#include "column/sketch.h"

#include <math.h>
#include <string.h>

uint64_t hash_bytes(const void *data, size_t n) {
  const uint8_t *p = data;
  uint64_t h = 0x9E3779B97F4A7C15u ^ n, w;
  for (; n >= 8; n -= 8, p += 8) {
    memcpy(&w, p, 8);
    h = (h ^ w) * 0x9FB21C651E98DF25u;
    h ^= h >> 32;
  }
  if (n > 0) {
    w = 0;
    memcpy(&w, p, n);
    h = (h ^ w) * 0x9FB21C651E98DF25u;
  }
  return hash_u64(h);
}

void sketch_merge(uint8_t *into, const uint8_t *from) {
  for (size_t i = 0; i < SKETCH_BYTES; i++)
    if (from[i] > into[i]) into[i] = from[i];
}

double sketch_estimate(const uint8_t *registers) {
  double sum = 0, m = SKETCH_BYTES;
  uint32_t empty = 0;
  for (size_t i = 0; i < SKETCH_BYTES; i++) {
    sum += ldexp(1, -registers[i]);
    empty += registers[i] == 0;
  }
  double raw = 0.7213 / (1 + 1.079 / m) * m * m / sum;
  return raw <= 2.5 * m && empty ? m * log(m / empty) : raw; /* linear counting below 2.5 m */
}
