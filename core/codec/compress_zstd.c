/* zstd frames by its one-shot encoder, in a context that is made once in the arena. */
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_initStaticCCtx: memory from the arena */
#include <zstd.h>

#include "codec/block.h"

static sonde_code make_context(codec_compressor *c, sonde_error *err) {
  size_t size = ZSTD_estimateCCtxSize(CODEC_ZSTD_LEVEL_MAX);
  void *room = arena_alloc(c->memory, size, err);
  if (!room) return err->code;
  c->zstd = ZSTD_initStaticCCtx(room, size);
  SONDE_CHECK(c->zstd, err, SONDE_NOMEM, 0, "the zstd encoder does not fit its memory");
  return SONDE_OK;
}

sonde_code zstd_compress(codec_compressor *c, int level, const uint8_t *in, size_t n, buf *out,
                         sonde_error *err) {
  if (!c->zstd) SONDE_TRY(make_context(c, err));
  size_t most = ZSTD_compressBound(n), before = out->len;
  uint8_t *room = buf_extend(out, most);
  if (!room) return buf_status(out, err);
  int known = level < 1 ? 1 : level > CODEC_ZSTD_LEVEL_MAX ? CODEC_ZSTD_LEVEL_MAX : level;
  size_t length = ZSTD_compressCCtx(c->zstd, room, most, in, n, known);
  SONDE_CHECK(!ZSTD_isError(length), err, SONDE_NOMEM, 0, "zstd cannot compress: %s",
              ZSTD_getErrorName(length));
  out->len = before + length;
  return SONDE_OK;
}
