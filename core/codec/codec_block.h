/* Decompression of one block whose size is known before, as the pages of columnar files are: memory to memory. */
#ifndef CODEC_CODEC_BLOCK_H
#define CODEC_CODEC_BLOCK_H
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

typedef enum {
  BLOCK_PLAIN, /* not compressed */
  BLOCK_SNAPPY,
  BLOCK_GZIP, /* gzip (RFC 1952), one or more members, or zlib (RFC 1950) */
  BLOCK_ZSTD, /* one or more frames (RFC 8878) */
  BLOCK_BROTLI,
  BLOCK_LZ4, /* Parquet's deprecated LZ4: Hadoop's framing, the LZ4 frame format or a raw block, told apart here */
  BLOCK_LZ4_RAW /* one raw LZ4 block */
} codec_block_kind;

const char *codec_block_name(codec_block_kind);

/* What decoders keep from block to block (zstd 160 kB, inflate 40 kB). Zero but for the arena, in which it all lies: the
 * state ends with that arena, there is nothing to free. */
typedef struct {
  arena *memory;
  void *zstd, *inflate;
} codec_blocks;

/* Fills exactly [out, out + out_len). `in` and `out` do not overlap. SONDE_CORRUPT: damaged, or of another length;
 * SONDE_DECODER: brotli in the wasm module, until its host has loaded the decoder; SONDE_NOMEM, SONDE_LIMIT. */
sonde_code codec_block(codec_blocks *, codec_block_kind, const uint8_t *in, size_t in_len, uint8_t *out,
                       size_t out_len, sonde_error *);

/* The first bytes of a block: at least `least` of [out, out + room) are filled and right, room >= least + codec_begin_room(kind) or all that
 * the block has. What lies behind is not looked at, so damage there goes unseen. SONDE_UNSUPPORTED where !codec_block_begins(kind). */
size_t codec_begin_room(codec_block_kind);
bool codec_block_begins(codec_block_kind);
sonde_code codec_block_begin(codec_blocks *, codec_block_kind, const uint8_t *in, size_t in_len, uint8_t *out,
                             size_t room, size_t least, sonde_error *);

/* CRC-32 as gzip has it (polynomial 0x04C11DB7, reflected). */
uint32_t codec_crc32(const uint8_t *, size_t);

#endif
