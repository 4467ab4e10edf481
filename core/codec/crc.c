/* CRC-32 of whole pages: by zlib a quarter of all instructions for a page of rows were spent here. */
#include <zlib.h>

#include "base/crc_fold.h"
#include "codec/codec_block.h"

#ifdef CRC_FOLD
/* To zlib a CRC of all ones stands for a register of zeros. */
static uint32_t crc_folded(const uint8_t *p, size_t n) {
  uint8_t rest[CRC_FOLDED];
  size_t whole = n - n % CRC_FOLDED;
  crc_fold(p, whole, rest);
  return (uint32_t)crc32_z(crc32_z(0xFFFFFFFF, rest, sizeof rest), p + whole, n - whole);
}

uint32_t codec_crc32(const uint8_t *p, size_t n) {
  return n >= CRC_FOLDS_FROM && crc_can_fold() ? crc_folded(p, n) : (uint32_t)crc32_z(0, p, n);
}
#else
uint32_t codec_crc32(const uint8_t *p, size_t n) { return (uint32_t)crc32_z(0, p, n); }
#endif
