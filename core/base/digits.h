/* Decimal digits eight at a time in one 64-bit word (Lemire, "Quickly parsing eight digits", 2018). Words are read little endian:
 * the first character is the lowest byte. */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_ZEROS 0x3030303030303030u /* eight '0' */

static inline uint64_t digits_load(const void *p) {
  uint64_t w;
  memcpy(&w, p, 8);
  return w;
}

/* The last n characters of an eight-character word, behind zeros: "12345678" with n = 3 becomes "00000678". 1 <= n <= 8. */
static inline uint64_t digits_last(uint64_t w, unsigned n) {
  unsigned keep = n * 8;
  return keep == 64 ? w : (w >> (64 - keep) << (64 - keep)) | DIGITS_ZEROS >> keep;
}

/* The first n characters of a word, moved behind zeros: "12345678" with n = 3 becomes "00000123". 1 <= n <= 8. */
static inline uint64_t digits_first(uint64_t w, unsigned n) {
  unsigned keep = n * 8;
  return keep == 64 ? w : w << (64 - keep) | DIGITS_ZEROS >> keep;
}

static inline bool digits_only(uint64_t w) {
  const uint64_t high = 0xF0F0F0F0F0F0F0F0u;
  return (w & high) == DIGITS_ZEROS && ((w + 0x0606060606060606u) & high) == DIGITS_ZEROS;
}

static inline uint32_t digits_value(uint64_t w) {
  w &= 0x0F0F0F0F0F0F0F0Fu;
  w = w * 10 + (w >> 8);
  const uint64_t pairs = 0x000000FF000000FFu;
  return (uint32_t)(((w & pairs) * 0x000F424000000064u + (w >> 16 & pairs) * 0x0000271000000001u) >> 32);
}

/* Digits at p, 1 <= n <= 16; the eight bytes from p and those from p + n - 8 (when n > 8) must be readable. */
static inline bool digits_read(const uint8_t *p, unsigned n, uint64_t *out) {
  if (n <= 8) {
    uint64_t w = digits_first(digits_load(p), n);
    *out = digits_value(w);
    return digits_only(w);
  }
  uint64_t high = digits_first(digits_load(p), n - 8), low = digits_load(p + n - 8);
  *out = (uint64_t)digits_value(high) * 100000000u + digits_value(low);
  return digits_only(high) && digits_only(low);
}

#endif
