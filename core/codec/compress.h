/* Compression of whole blocks, memory to memory: the counterpart of codec_block.h. */
#ifndef CODEC_COMPRESS_H
#define CODEC_COMPRESS_H
#include "base/arena.h"
#include "base/buf.h"
#include "codec/codec_block.h"

enum {
  CODEC_ZSTD_LEVEL_MAX = 3
}; /* the match finders of higher levels are not linked (cmake/third_party.cmake) */

/* What compressors keep from block to block (zstd up to 1.3 MB, snappy 32 kB). Zero but for the arena, in which it all lies: the
 * state ends with that arena, there is nothing to free. */
typedef struct {
  arena *memory;
  void *zstd;
  uint16_t *snappy;
} codec_compressor;

/* Appends the compressed block to `out`, in which `in` does not lie. `level` is zstd's, 1 to CODEC_ZSTD_LEVEL_MAX.
 * SONDE_UNSUPPORTED: a kind other than BLOCK_PLAIN, BLOCK_SNAPPY, BLOCK_ZSTD; SONDE_LIMIT: more than 2 GB; SONDE_NOMEM. */
sonde_code codec_compress(codec_compressor *, codec_block_kind, int level, const uint8_t *in, size_t n,
                          buf *out, sonde_error *);

#endif
