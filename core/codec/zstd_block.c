/* zstd frames by its one-shot decoder, in a context that is made once in the arena. */
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_initStaticDCtx: memory from the arena */
#include <zstd.h>

#include "codec/block.h"

sonde_code zstd_block(codec_blocks *b, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                      sonde_error *err) {
  if (!b->zstd) {
    size_t size = ZSTD_estimateDCtxSize();
    void *room = arena_alloc(b->memory, size, err);
    if (!room) return err->code;
    b->zstd = ZSTD_initStaticDCtx(room, size);
    SONDE_CHECK(b->zstd, err, SONDE_NOMEM, 0, "the zstd decoder does not fit its memory");
  }
  size_t n = ZSTD_decompressDCtx(b->zstd, out, out_len, in, in_len);
  if (ZSTD_isError(n)) return block_damaged("zstd", ZSTD_getErrorName(n), err);
  return n == out_len ? SONDE_OK : block_damaged("zstd", "it is shorter than the page", err);
}
