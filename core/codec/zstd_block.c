/* zstd frames by its one-shot decoder, in a context that is made once in the arena. */
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_initStaticDCtx: memory from the arena */
#include <zstd.h>

#include "codec/block.h"

static sonde_code open_context(codec_blocks *b, sonde_error *err) {
  size_t size = ZSTD_estimateDCtxSize();
  void *room = arena_alloc(b->memory, size, err);
  if (!room) return err->code;
  b->zstd = ZSTD_initStaticDCtx(room, size);
  SONDE_CHECK(b->zstd, err, SONDE_NOMEM, 0, "the zstd decoder does not fit its memory");
  return SONDE_OK;
}

sonde_code zstd_block(codec_blocks *b, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                      sonde_error *err) {
  if (!b->zstd) SONDE_TRY(open_context(b, err));
  size_t n = ZSTD_decompressDCtx(b->zstd, out, out_len, in, in_len);
  if (ZSTD_isError(n)) return block_damaged("zstd", ZSTD_getErrorName(n), err);
  return n == out_len ? SONDE_OK : block_damaged("zstd", "it is shorter than the page", err);
}

/* By the decoder's own steps, header and block in turn, into one piece of memory: what was written is the window. A block
 * has at most 128 kB (RFC 8878, 3.1.1.2.4). */
sonde_code zstd_begin(codec_blocks *b, const uint8_t *in, size_t in_len, uint8_t *out, size_t room,
                      size_t least, sonde_error *err) {
  if (!b->zstd) SONDE_TRY(open_context(b, err));
  size_t done = 0;
  ZSTD_decompressBegin(b->zstd);
  while (done < least) {
    size_t take = ZSTD_nextSrcSizeToDecompress(b->zstd);
    if (take == 0) { /* the end of a frame; another may follow */
      ZSTD_decompressBegin(b->zstd);
      take = ZSTD_nextSrcSizeToDecompress(b->zstd);
    }
    if (take > in_len) return block_damaged("zstd", "it is shorter than the page", err);
    size_t n = ZSTD_decompressContinue(b->zstd, out + done, room - done, in, take);
    if (ZSTD_isError(n)) return block_damaged("zstd", ZSTD_getErrorName(n), err);
    done += n;
    in += take;
    in_len -= take;
  }
  return SONDE_OK;
}
