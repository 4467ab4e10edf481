/* Where two bytes stand in many: a bit for each byte, 64 to a word. With AVX2 on processors that have it. */
#ifndef BASE_BYTE_BITS_H
#define BASE_BYTE_BITS_H
#include <stdint.h>

/* Bit i of of_a[w] is set when p[64 w + i] is `a`, likewise `b`; for the 64 · words readable bytes at `p`. */
void byte_bits(const uint8_t *p, uint32_t words, uint8_t a, uint8_t b, uint64_t *of_a, uint64_t *of_b);

#endif
