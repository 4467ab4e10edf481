/* Any bytes compressed by every codec that is written: they come back, and the encoders' own memory does no harm from block to
 * block. */
// replay: csv
#include "codec/codec_block.h"
#include "codec/compress.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void round_trip(codec_compressor *to, codec_blocks *from, int kind, const uint8_t *data, size_t size) {
  sonde_error err = {0};
  buf packed;
  uint8_t *out = malloc(size ? size : 1);
  buf_init(&packed, to->memory->mem, SIZE_MAX / 4);
  require(codec_compress(to, (codec_block_kind)kind, 1, data, size, &packed, &err) == SONDE_OK);
  require(codec_block(from, (codec_block_kind)kind, packed.data, packed.len, out, size, &err) == SONDE_OK);
  require(size == 0 || memcmp(out, data, size) == 0);
  buf_free(&packed);
  free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mem m;
  arena memory;
  mem_init(&m, 256 << 20, NULL, NULL);
  arena_init(&memory, &m);
  codec_compressor to = {.memory = &memory};
  codec_blocks from = {.memory = &memory};
  for (int turn = 0; turn < 2; turn++) {
    round_trip(&to, &from, BLOCK_SNAPPY, data, size);
    round_trip(&to, &from, BLOCK_ZSTD, data, size);
  }
  arena_free(&memory);
  require(m.used == 0);
  return 0;
}
