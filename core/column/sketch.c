/* See sketch.h. */
#include "column/sketch.h"

#include <math.h>

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
