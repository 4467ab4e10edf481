/* zstd by its streaming decoder, fed what it asks for, a block at a time: so an error's offset is known to the block. */
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_createDStream_advanced: memory from `mem` */
#include <zstd.h>
#include <zstd_errors.h>

#include "codec/stream.h"

typedef struct {
  ZSTD_DStream *decoder;
  size_t wanted;      /* bytes the decoder asks for next */
  uint64_t frame_at;  /* source offset of the frame at hand */
  bool between, some; /* at a frame's begin; a frame is complete */
} zstd;

static void *zstd_alloc(void *memory, size_t size) { return stream_alloc(memory, size); }
static void zstd_release(void *memory, void *p) { stream_release(memory, p); }

static void zstd_close(void *state, stream_memory *memory) {
  zstd *z = state;
  ZSTD_freeDStream(z->decoder);
  stream_release(memory, z);
}

static void *zstd_open(stream_memory *memory, sonde_error *err) {
  (void)err;
  zstd *z = stream_alloc(memory, sizeof *z);
  if (!z) return NULL;
  *z = (zstd){.between = true};
  z->decoder = ZSTD_createDStream_advanced((ZSTD_customMem){zstd_alloc, zstd_release, memory});
  if (z->decoder) {
    ZSTD_DCtx_setParameter(z->decoder, ZSTD_d_windowLogMax, CODEC_ZSTD_WINDOW_LOG);
    z->wanted = ZSTD_initDStream(z->decoder);
    return z;
  }
  zstd_close(z, memory);
  return NULL;
}

static sonde_code zstd_failed(const zstd *z, size_t result, uint64_t at, const stream_memory *memory,
                              sonde_error *err) {
  unsigned long long place = at, frame = z->frame_at;
  switch (ZSTD_getErrorCode(result)) {
  case ZSTD_error_memory_allocation: return stream_refusal(memory, err);
  case ZSTD_error_frameParameter_windowTooLarge:
    return status_set(
        err, SONDE_LIMIT, frame,
        "the zstd frame at byte %llu needs a window above the limit of %d MB; compress it without --long or --ultra",
        frame, 1 << (CODEC_ZSTD_WINDOW_LOG - 20));
  case ZSTD_error_dictionary_wrong:
    return status_set(err, SONDE_UNSUPPORTED, frame, "the zstd frame at byte %llu needs a dictionary", frame);
  case ZSTD_error_prefix_unknown:
    return status_set(err, SONDE_CORRUPT, frame, "what begins at byte %llu is no zstd frame", frame);
  default:
    return status_set(err, SONDE_CORRUPT, at,
                      "the zstd data is damaged, in the block at byte %llu of the frame at byte %llu (%s)",
                      place, frame, ZSTD_getErrorName(result));
  }
}

static sonde_code zstd_step(void *state, codec_io *io, uint64_t offset, stream_memory *memory,
                            sonde_error *err) {
  zstd *z = state;
  for (;;) {
    if (z->between && io->in_used == io->in_len) return SONDE_OK;
    if (z->between) z->frame_at = offset + io->in_used;
    size_t left = io->in_len - io->in_used, give = z->wanted < left ? z->wanted : left;
    ZSTD_inBuffer in = {io->in + io->in_used, give, 0};
    ZSTD_outBuffer out = {io->out + io->out_used, io->out_cap - io->out_used, 0};
    size_t result = ZSTD_decompressStream(z->decoder, &out, &in);
    if (ZSTD_isError(result)) return zstd_failed(z, result, offset + io->in_used, memory, err);
    io->in_used += in.pos;
    io->out_used += out.pos;
    z->between = result == 0;
    z->some |= z->between;
    z->wanted = z->between ? ZSTD_initDStream(z->decoder) : result;
    if (in.pos == 0 && out.pos == 0) return SONDE_OK;
  }
}

static bool zstd_may_end(const void *state) {
  const zstd *z = state;
  return z->some && z->between;
}

static const char *zstd_note(void *state) {
  (void)state;
  return NULL;
}

const stream_kind zstd_stream = {zstd_open, zstd_close, zstd_step, zstd_may_end, zstd_note, "zstd"};
