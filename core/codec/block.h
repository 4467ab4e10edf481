/* What the block codecs share; not for others. */
#ifndef CODEC_BLOCK_H
#define CODEC_BLOCK_H
#include "codec/codec_block.h"
#include "codec/compress.h"

/* All: fill exactly [out, out + out_len) from [in, in + in_len), or fail with SONDE_CORRUPT and a reason. */
sonde_code snappy_block(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len, sonde_error *);
sonde_code lz4_raw_block(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len, sonde_error *);
sonde_code lz4_any_block(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len, sonde_error *);
sonde_code gzip_block(codec_blocks *, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                      sonde_error *);
sonde_code zstd_block(codec_blocks *, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                      sonde_error *);
sonde_code brotli_block(codec_blocks *, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                        sonde_error *);

/* Append the compressed block. */
sonde_code snappy_compress(codec_compressor *, const uint8_t *in, size_t n, buf *out, sonde_error *);
sonde_code zstd_compress(codec_compressor *, int level, const uint8_t *in, size_t n, buf *out, sonde_error *);

/* "the snappy data is damaged: WHY" */
sonde_code block_damaged(const char *codec, const char *why, sonde_error *);

#endif
