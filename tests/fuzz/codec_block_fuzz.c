/* Any bytes as a block of every codec, into room of a size that the first two bytes give: exactly filled, or a clean error. */
#include "codec/codec_block.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void unpack(codec_blocks *b, int kind, const uint8_t *p, size_t n, size_t room) {
  sonde_error err = {0};
  uint8_t *out = malloc(room ? room : 1);
  sonde_code code = codec_block(b, (codec_block_kind)kind, p, n, out, room, &err);
  require(code == SONDE_OK || (err.code == code && err.message[0]));
  free(out);
}

/* The first bytes of a block are the same, whether the rest is unpacked or not. */
static void unpack_begin(codec_blocks *b, codec_block_kind kind, const uint8_t *p, size_t n, size_t whole,
                         size_t least) {
  sonde_error err = {0};
  size_t room = least + codec_begin_room(kind);
  uint8_t *begin = malloc(room), *all = malloc(whole + 1);
  bool fine = codec_block_begin(b, kind, p, n, begin, room, least, &err) == SONDE_OK;
  bool known = least <= whole && codec_block(b, kind, p, n, all, whole, &err) == SONDE_OK;
  if (known) require(fine && (least == 0 || memcmp(begin, all, least) == 0));
  free(begin);
  free(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  size_t room = (size_t)(data[0] | data[1] << 8);
  mem m;
  arena memory;
  mem_init(&m, 64 << 20, NULL, NULL);
  arena_init(&memory, &m);
  codec_blocks b = {.memory = &memory};
  for (int kind = BLOCK_PLAIN; kind <= BLOCK_LZ4_RAW; kind++) {
    unpack(&b, kind, data + 2, size - 2, room);
    unpack(&b, kind, data + 2, size - 2, room); /* the kept state after a failure */
    if (codec_block_begins((codec_block_kind)kind))
      unpack_begin(&b, (codec_block_kind)kind, data + 2, size - 2, room, room / 3);
  }
  arena_free(&memory);
  require(m.used == 0);
  return 0;
}
