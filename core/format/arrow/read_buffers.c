/* The buffers of a batch, one after the other. See read_parts.h. */
#include <string.h>

#include "format/arrow/read_parts.h"

sonde_code arrow_damaged(const arrow_in *in, const char *why) {
  return status_set(in->err, SONDE_CORRUPT, in->body_at, "the Arrow batch is damaged: column %.*s: %s",
                    (int)in->column.len, in->column.ptr, why);
}

/* In front of a compressed buffer is the size it had; -1: it was left as it is (Message.fbs, BodyCompression). */
static sonde_code decompress(arrow_in *in, arrow_bytes *b) {
  if (b->len < 8) return arrow_damaged(in, "a compressed buffer lacks its size");
  int64_t size = arrow_int(b->bytes, 8, true);
  *b = (arrow_bytes){b->bytes + 8, b->len - 8};
  if (size == -1) return SONDE_OK;
  if (size < 0 || (uint64_t)size > SIZE_MAX / 2)
    return arrow_damaged(in, "a compressed buffer has an impossible size");
  uint8_t *out = arena_alloc(in->scratch, (size_t)size, in->err);
  if (!out) return in->err->code;
  SONDE_TRY(codec_block(&in->blocks, in->codec, b->bytes, b->len, out, (size_t)size, in->err));
  *b = (arrow_bytes){out, (size_t)size};
  return SONDE_OK;
}

sonde_code arrow_take(arrow_in *in, arrow_bytes *b) {
  if (in->buffer >= in->buffers.n) return arrow_damaged(in, "buffers are missing");
  uint64_t offset = fb_element_u64(in->buffers, in->buffer, BUFFER_BYTES, 0);
  uint64_t length = fb_element_u64(in->buffers, in->buffer, BUFFER_BYTES, 8);
  in->buffer++;
  if (offset > in->length || length > in->length - offset)
    return arrow_damaged(in, "a buffer lies beyond the body");
  *b = (arrow_bytes){in->body + offset, (size_t)length};
  return in->packed && length > 0 ? decompress(in, b) : SONDE_OK;
}

sonde_code arrow_take_values(arrow_in *in, uint64_t n, size_t each, arrow_bytes *b) {
  SONDE_TRY(arrow_take(in, b));
  return n <= b->len / each ? SONDE_OK : arrow_damaged(in, "a buffer is shorter than its rows");
}

const uint64_t *arrow_words(arrow_in *in, arrow_bytes b, uint32_t n) {
  size_t size = ((size_t)n + 63) / 64 * 8;
  uint64_t *words = arena_zero(in->memory, size, in->err);
  if (words && n > 0) memcpy(words, b.bytes, ((size_t)n + 7) / 8);
  return words;
}

static uint32_t count_ones(const uint64_t *words, uint32_t n) {
  uint32_t ones = 0;
  for (uint32_t i = 0; i < n / 64; i++) ones += (uint32_t)__builtin_popcountll(words[i]);
  if (n % 64) ones += (uint32_t)__builtin_popcountll(words[n / 64] & (((uint64_t)1 << n % 64) - 1));
  return ones;
}

sonde_code arrow_take_validity(arrow_in *in, vec *v) {
  arrow_bytes b;
  SONDE_TRY(arrow_take(in, &b));
  if (b.len == 0) return SONDE_OK; /* no row is null */
  if (((size_t)v->rows + 7) / 8 > b.len)
    return arrow_damaged(in, "a validity bitmap is shorter than its rows");
  const uint64_t *words = arrow_words(in, b, v->rows);
  if (!words) return in->err->code;
  v->nulls = v->rows - count_ones(words, v->rows);
  if (v->nulls) v->validity = words;
  return SONDE_OK;
}
