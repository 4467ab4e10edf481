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

buf *arrow_body_open(arrow_body *b) {
  b->opened = b->out->len;
  return b->out;
}

sonde_code arrow_body_close(arrow_body *b) {
  note_buffer(b, b->opened - b->begin, b->out->len - b->opened);
  buf_align(b->out, 8);
  return buf_status(b->out, b->err);
}

sonde_code arrow_body_validity(arrow_body *b, arrow_rows r) {
  if (arrow_count_nulls(r) == 0) {
    arrow_body_empty(b);
    return SONDE_OK;
  }
  buf *out = arrow_body_open(b);
  arrow_put_bits(out, r.vec->form == VEC_NULL ? NULL : r.vec->validity, r.first, r.n);
  return arrow_body_close(b);
}
