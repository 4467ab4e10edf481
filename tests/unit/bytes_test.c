/* Bytes 16 at a time, against the C library: every length around the vectors and words, at every alignment, and nothing beside. */
#include "base/bytes.h"

#include <stdint.h>

#include "base/simd.h"
#include "check.h"
#include "random.h"

#ifdef SIMD_16

#define LENGTH_MAX 300u
#define ROOM (LENGTH_MAX + 64u)

static random_state source = {29};
static uint8_t from[ROOM], to[ROOM], expected[ROOM];

static void fill_randomly(uint8_t *bytes, uint32_t kinds) {
  for (size_t i = 0; i < ROOM; i++) bytes[i] = (uint8_t)(random_below(&source, kinds) * 85);
}

static void copies_and_fills_what_was_asked_and_no_more(void) {
  int wrong = 0;
  for (size_t n = 0; n <= LENGTH_MAX; n++) {
    for (size_t at = 0; at < 16; at++) {
      size_t shift = random_below(&source, 16);
      fill_randomly(from, 256);
      fill_randomly(to, 256);
      memcpy(expected, to, ROOM);
      memcpy(expected + at, from + shift, n);
      wrong += bytes_copy(to + at, from + shift, n) != to + at || memcmp(to, expected, ROOM) != 0;
      memset(expected + shift, (int)n, n);
      wrong += bytes_fill(to + shift, (int)n, n) != to + shift || memcmp(to, expected, ROOM) != 0;
    }
  }
  CHECK_EQ_INT(wrong, 0);
}

static int sign(int x) { return (x > 0) - (x < 0); }

/* One byte differs, or two, of which the first counts; bytes are unsigned. */
static void compares_by_the_first_difference(void) {
  int wrong = 0;
  for (uint32_t n = 0; n <= 80; n++) {
    for (int round = 0; round < 200; round++) {
      size_t at = random_below(&source, 16);
      fill_randomly(from, 256);
      memcpy(to + at, from, n);
      for (uint32_t k = random_below(&source, 3); n && k > 0; k--)
        to[at + random_below(&source, n)] = (uint8_t)random_below(&source, 256);
      int order = memcmp(from, to + at, n);
      wrong += sign(bytes_compare(from, to + at, n)) != sign(order);
      wrong += sign(bytes_compare(to + at, from, n)) != -sign(order);
    }
  }
  CHECK_EQ_INT(wrong, 0);
}

static void finds_the_first_of_a_byte_within_the_length(void) {
  int wrong = 0;
  for (uint32_t n = 0; n <= 80; n++) {
    for (int round = 0; round < 200; round++) {
      size_t at = random_below(&source, 16);
      fill_randomly(from, 4);
      int rare = (int)random_below(&source, 256);
      from[random_below(&source, ROOM)] = (uint8_t)rare;
      wrong += bytes_find(from + at, rare, n) != memchr(from + at, rare, n);
    }
  }
  CHECK_EQ_INT(wrong, 0);
}

int main(void) {
  RUN(copies_and_fills_what_was_asked_and_no_more);
  RUN(compares_by_the_first_difference);
  RUN(finds_the_first_of_a_byte_within_the_length);
  return check_report();
}

#else

int main(void) { return 0; }

#endif
