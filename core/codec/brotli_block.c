/* Brotli (RFC 7932). Its decoder is 42 kB to download, mostly a dictionary, and few files want it: the wasm module
 * borrows it from its host (SONDE_BROTLI_LENT), who loads it when it is first asked for. */
#include "codec/block.h"

#ifdef SONDE_BROTLI_LENT

/* wasm/README.md. Fills exactly [out, out + out_len). */
typedef enum { LENT_FILLED, LENT_NOT_LOADED, LENT_DAMAGED, LENT_NO_MEMORY } lent_answer;
__attribute__((import_module("env"), import_name("brotli_decode"))) lent_answer
brotli_decode(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len);

sonde_code brotli_block(codec_blocks *b, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                        sonde_error *err) {
  (void)b;
  switch (brotli_decode(in, in_len, out, out_len)) {
  case LENT_FILLED: return SONDE_OK;
  case LENT_NOT_LOADED: return status_set(err, SONDE_DECODER, 0, "the brotli decoder is not loaded");
  case LENT_NO_MEMORY: return status_set(err, SONDE_NOMEM, 0, "the brotli decoder got no memory");
  default: return block_damaged("brotli", "it does not decode to the page's length", err);
  }
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
