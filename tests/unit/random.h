/* random.h — repeatable random numbers for tests (splitmix64). */
#ifndef SONDE_TESTS_RANDOM_H
#define SONDE_TESTS_RANDOM_H
#include <stdint.h>

typedef struct {
  uint64_t state;
} random_state;

static inline uint64_t random_next(random_state *r) {
  uint64_t z = (r->state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/* 0 to n - 1; the bias is of no concern here. */
static inline uint32_t random_below(random_state *r, uint32_t n) {
  return (uint32_t)((random_next(r) >> 32) * n >> 32);
}
#endif
