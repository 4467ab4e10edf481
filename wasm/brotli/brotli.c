/* sonde-brotli.wasm: brotli's decoder, lent to sonde.wasm by the loader, who copies between their memories. */
#include <brotli/decode.h>
#include <stdbool.h>
#include <stdlib.h>

/* As core/codec/brotli_block.c knows them; 1, "not loaded", is the loader's to say. */
enum { FILLED = 0, DAMAGED = 2, NO_MEMORY = 3 };

static struct {
  uint8_t *bytes;
  uint32_t size;
} kept;

/* Room for a page as it is packed and, behind that, as it is plain; NULL when it cannot be had. */
uint8_t *room(uint32_t bytes) {
  if (bytes <= kept.size) return kept.bytes;
  free(kept.bytes);
  kept.bytes = malloc(bytes);
  kept.size = kept.bytes ? bytes : 0;
  return kept.bytes;
}

static int answer_of(BrotliDecoderResult result, BrotliDecoderErrorCode error, size_t missing) {
  if (result == BROTLI_DECODER_RESULT_SUCCESS) return missing == 0 ? FILLED : DAMAGED;
  bool starved = error <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
                 error >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
  return starved ? NO_MEMORY : DAMAGED;
}

/* `packed` bytes lie in the room and become the `plain` bytes behind them. */
int decode(uint32_t packed, uint32_t plain) {
  BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
  if (!state) return NO_MEMORY;
  size_t in_left = packed, out_left = plain;
  const uint8_t *in = kept.bytes;
  uint8_t *out = kept.bytes + packed;
  BrotliDecoderResult result = BrotliDecoderDecompressStream(state, &in_left, &in, &out_left, &out, NULL);
  int answer = answer_of(result, BrotliDecoderGetErrorCode(state), out_left);
  BrotliDecoderDestroyInstance(state);
  return answer;
}
