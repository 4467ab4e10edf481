/* See codec_block.h. */
#include "codec/codec_block.h"

#include <string.h>

#include "codec/block.h"

const char *codec_block_name(codec_block_kind kind) {
  static const char *const names[] = {"plain", "snappy", "gzip", "zstd", "brotli", "lz4", "lz4"};
  return names[kind];
}

sonde_code block_damaged(const char *codec, const char *why, sonde_error *err) {
  return status_set(err, SONDE_CORRUPT, 0, "the %s data is damaged: %s", codec, why);
}

static sonde_code copy_block(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                             sonde_error *err) {
  if (in_len != out_len) return block_damaged("plain", "its sizes differ", err);
  if (out_len) memcpy(out, in, out_len);
  return SONDE_OK;
}

sonde_code codec_block(codec_blocks *b, codec_block_kind kind, const uint8_t *in, size_t in_len, uint8_t *out,
                       size_t out_len, sonde_error *err) {
  uint8_t nothing[1];
  if (out_len == 0) out = nothing; /* may be NULL, which no pointer may be counted from */
  if (in_len == 0) in = nothing;
  switch (kind) {
  case BLOCK_PLAIN: return copy_block(in, in_len, out, out_len, err);
  case BLOCK_SNAPPY: return snappy_block(in, in_len, out, out_len, err);
  case BLOCK_GZIP: return gzip_block(b, in, in_len, out, out_len, err);
  case BLOCK_ZSTD: return zstd_block(b, in, in_len, out, out_len, err);
  case BLOCK_BROTLI: return brotli_block(b, in, in_len, out, out_len, err);
  case BLOCK_LZ4: return lz4_any_block(in, in_len, out, out_len, err);
  case BLOCK_LZ4_RAW: return lz4_raw_block(in, in_len, out, out_len, err);
  }
  return status_set(err, SONDE_UNSUPPORTED, 0, "compression %u is not known", (unsigned)kind);
}

bool codec_block_begins(codec_block_kind kind) {
  return kind == BLOCK_SNAPPY || kind == BLOCK_GZIP || kind == BLOCK_ZSTD || kind == BLOCK_LZ4_RAW;
}

/* Zstandard fills its output by blocks, the others to the byte. */
size_t codec_begin_room(codec_block_kind kind) { return kind == BLOCK_ZSTD ? (size_t)128 << 10 : 0; }

sonde_code codec_block_begin(codec_blocks *b, codec_block_kind kind, const uint8_t *in, size_t in_len,
                             uint8_t *out, size_t room, size_t least, sonde_error *err) {
  if (least == 0 || in_len == 0)
    return least ? block_damaged(codec_block_name(kind), "it is empty", err) : SONDE_OK;
  switch (kind) {
  case BLOCK_SNAPPY: return snappy_begin(in, in_len, out, least, err);
  case BLOCK_GZIP: return gzip_begin(b, in, in_len, out, least, err);
  case BLOCK_ZSTD: return zstd_begin(b, in, in_len, out, room, least, err);
  case BLOCK_LZ4_RAW: return lz4_raw_begin(in, in_len, out, least, err);
  default:
    return status_set(err, SONDE_UNSUPPORTED, 0, "the begin of %s data cannot be read alone",
                      codec_block_name(kind));
  }
}
