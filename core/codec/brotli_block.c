/* Brotli (RFC 7932). SONDE_NO_BROTLI leaves its decoder, 78 kB of it a dictionary, out of the wasm module. */
#include "codec/block.h"

#ifdef SONDE_NO_BROTLI

sonde_code brotli_block(codec_blocks *b, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                        sonde_error *err) {
  (void)b, (void)in, (void)in_len, (void)out, (void)out_len;
  return status_set(err, SONDE_UNSUPPORTED, 0, "brotli: this build has no decoder for it");
}

#else
#include <brotli/decode.h>

#include "codec/stream.h"

static void *brotli_alloc(void *memory, size_t size) { return stream_alloc(memory, size); }
static void brotli_release(void *memory, void *p) { stream_release(memory, p); }

sonde_code brotli_block(codec_blocks *b, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                        sonde_error *err) {
  stream_memory memory = {.mem = b->memory->mem};
  BrotliDecoderState *state = BrotliDecoderCreateInstance(brotli_alloc, brotli_release, &memory);
  if (!state) return stream_refusal(&memory, err);
  BrotliDecoderResult result = BrotliDecoderDecompressStream(state, &in_len, &in, &out_len, &out,
                                                             NULL); /* the sizes become what is left */
  BrotliDecoderErrorCode reason = BrotliDecoderGetErrorCode(state);
  BrotliDecoderDestroyInstance(state);
  if (memory.refused.code) return stream_refusal(&memory, err);
  if (result == BROTLI_DECODER_RESULT_ERROR)
    return block_damaged("brotli", BrotliDecoderErrorString(reason), err);
  bool whole = result == BROTLI_DECODER_RESULT_SUCCESS && out_len == 0;
  return whole ? SONDE_OK : block_damaged("brotli", "its length is not the page's", err);
}
#endif
