/* Where the buffers of a batch lie. See write_body.h. */
#include "format/arrow/write_body.h"

void arrow_body_node(arrow_body *b, uint64_t rows, uint64_t nulls) {
  fb_set_u64(b->out, b->node, rows);
  fb_set_u64(b->out, b->node + 8, nulls);
  b->node += NODE_BYTES;
}

static void note_buffer(arrow_body *b, size_t offset, size_t length) {
  fb_set_u64(b->out, b->buffer, offset);
  fb_set_u64(b->out, b->buffer + 8, length);
  b->buffer += BUFFER_BYTES;
}

void arrow_body_empty(arrow_body *b) { note_buffer(b, b->out->len - b->begin, 0); }

static bool is_packed(const arrow_body *b) { return b->options->codec != BLOCK_PLAIN; }

buf *arrow_body_open(arrow_body *b) {
  b->opened = b->out->len;
  if (is_packed(b)) buf_clear(&b->plain);
  return is_packed(b) ? &b->plain : b->out;
}

/* Behind the size it has uncompressed; or, when that is not longer, as it is behind -1 (Message.fbs, BodyCompression). */
static sonde_code compress(arrow_body *b) {
  const buf *plain = &b->plain;
  SONDE_TRY(buf_status(plain, b->err));
  if (plain->len == 0) return SONDE_OK;
  size_t size_at = b->out->len;
  buf_u64(b->out, plain->len);
  size_t begin = b->out->len;
  SONDE_TRY(codec_compress(&b->compressor, (codec_block_kind)b->options->codec, b->options->level,
                           plain->data, plain->len, b->out, b->err));
  if (b->out->len - begin < plain->len || b->out->failed) return SONDE_OK;
  b->out->len = begin;
  fb_set_u64(b->out, size_at, UINT64_MAX);
  buf_put(b->out, plain->data, plain->len);
  return SONDE_OK;
}

sonde_code arrow_body_close(arrow_body *b) {
  if (is_packed(b)) SONDE_TRY(compress(b));
  note_buffer(b, b->opened - b->begin, b->out->len - b->opened);
  buf_align(b->out, 8);
  return buf_status(b->out, b->err);
}

sonde_code arrow_body_validity(arrow_body *b, arrow_rows r) {
  uint32_t nulls = arrow_count_nulls(r);
  arrow_body_node(b, r.n, nulls);
  if (nulls == 0) {
    arrow_body_empty(b);
    return SONDE_OK;
  }
  arrow_put_bits(arrow_body_open(b), r.vec->form == VEC_NULL ? NULL : r.vec->validity, r.first, r.n);
  return arrow_body_close(b);
}
