/* LZ4: raw blocks by its own decoder; around them Hadoop's framing and the LZ4 frame format, which are ours. */
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <lz4.h>

#include "codec/block.h"

/* One raw block into [out, out + room), matches reaching back to `begin`; its length or -1. */
static int raw_into(const uint8_t *in, size_t in_len, const uint8_t *begin, uint8_t *out, size_t room) {
  if (in_len > INT_MAX || room > INT_MAX) return -1;
  size_t history = (size_t)(out - begin);
  if (history > 65536) history = 65536;
  return LZ4_decompress_safe_usingDict((const char *)in, (char *)out, (int)in_len, (int)room,
                                       (const char *)out - history, (int)history);
}

sonde_code lz4_raw_block(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len, sonde_error *err) {
  int n = raw_into(in, in_len, out, out, out_len);
  return n >= 0 && (size_t)n == out_len ? SONDE_OK
                                        : block_damaged("lz4", "a match or literal leaves the block", err);
}

static uint32_t big_endian(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t little_endian(const uint8_t *p) {
  return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

sonde_code lz4_raw_begin(const uint8_t *in, size_t in_len, uint8_t *out, size_t room, sonde_error *err) {
  bool fits = in_len <= INT_MAX && room <= INT_MAX;
  int n = fits ? LZ4_decompress_safe_partial((const char *)in, (char *)out, (int)in_len, (int)room, (int)room)
               : -1;
  return n >= 0 && (size_t)n == room ? SONDE_OK
                                     : block_damaged("lz4", "a match or literal leaves the block", err);
}

/* Hadoop's BlockCompressorStream: u32 plain size, then (u32 packed size, a raw block)… until that size is reached, and
 * again up to the end; big endian. */
static bool hadoop(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len) {
  const uint8_t *end = in + in_len;
  uint8_t *out_end = out + out_len;
  while (end - in >= 8) {
    size_t plain = big_endian(in);
    in += 4;
    if (plain > (size_t)(out_end - out)) return false;
    for (uint8_t *part_end = out + plain; out < part_end;) {
      if (end - in < 4) return false;
      size_t packed = big_endian(in);
      in += 4;
      if (packed > (size_t)(end - in)) return false;
      int n = raw_into(in, packed, out, out, (size_t)(part_end - out));
      if (n <= 0) return false;
      in += packed;
      out += n;
    }
  }
  return in == end && out == out_end;
}

/* The LZ4 frame format 1.6: descriptor, blocks (the top bit of the size: not compressed), end mark. Checksums are
 * passed over: Parquet has its own. */
static bool frame(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len) {
  if (in_len < 7) return false;
  uint8_t flags = in[4];
  size_t head = 4 + 2 + (flags & 8 ? 8u : 0u) + (flags & 1 ? 4u : 0u) + 1, trailer = flags & 16 ? 4 : 0;
  if (head > in_len || flags >> 6 != 1) return false;
  const uint8_t *end = in + in_len, *begin = out;
  uint8_t *out_end = out + out_len;
  for (in += head; end - in >= 4;) {
    uint32_t size = little_endian(in);
    in += 4;
    if (size == 0) return out == out_end;
    size_t packed = size & 0x7FFFFFFFu, room = (size_t)(out_end - out);
    if (packed + trailer > (size_t)(end - in)) return false;
    bool plain = size >> 31;
    if (plain && packed > room) return false;
    int n = plain ? (int)packed : raw_into(in, packed, begin, out, room);
    if (n < 0) return false;
    if (plain) memcpy(out, in, packed);
    in += packed + trailer;
    out += n;
  }
  return false;
}

sonde_code lz4_any_block(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len, sonde_error *err) {
  static const uint8_t magic[4] = {0x04, 0x22, 0x4D, 0x18};
  if (in_len >= 4 && memcmp(in, magic, 4) == 0 && frame(in, in_len, out, out_len)) return SONDE_OK;
  if (hadoop(in, in_len, out, out_len)) return SONDE_OK;
  return lz4_raw_block(in, in_len, out, out_len, err);
}
