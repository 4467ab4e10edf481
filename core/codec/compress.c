/* See compress.h. */
#include "codec/compress.h"

#include "codec/block.h"

sonde_code codec_compress(codec_compressor *c, codec_block_kind kind, int level, const uint8_t *in, size_t n,
                          buf *out, sonde_error *err) {
  uint8_t nothing[1] = {0};
  SONDE_CHECK(n <= INT32_MAX, err, SONDE_LIMIT, 0, "a block of %llu bytes is too large to compress",
              (unsigned long long)n);
  if (n == 0) in = nothing; /* may be NULL, which no pointer may be counted from */
  switch (kind) {
  case BLOCK_PLAIN: buf_put(out, in, n); return buf_status(out, err);
  case BLOCK_SNAPPY: return snappy_compress(c, in, n, out, err);
  case BLOCK_ZSTD: return zstd_compress(c, level, in, n, out, err);
  default: break;
  }
  return status_set(err, SONDE_UNSUPPORTED, 0, "%s is read, but not written", codec_block_name(kind));
}
