/* Where the buffers of a batch lie. See body.h. */
#include "format/arrow/body.h"

void body_node(body *b, uint64_t rows, uint64_t nulls) {
  fb_set_u64(b->out, b->node, rows);
  fb_set_u64(b->out, b->node + 8, nulls);
  b->node += NODE_BYTES;
}

static void note_buffer(body *b, size_t offset, size_t length) {
  fb_set_u64(b->out, b->buffer, offset);
  fb_set_u64(b->out, b->buffer + 8, length);
  b->buffer += BUFFER_BYTES;
}

void body_empty(body *b) { note_buffer(b, b->out->len - b->begin, 0); }

buf *body_open(body *b) {
  b->opened = b->out->len;
  return b->out;
}

sonde_code body_close(body *b) {
  note_buffer(b, b->opened - b->begin, b->out->len - b->opened);
  buf_align(b->out, 8);
  return buf_status(b->out, b->err);
}

sonde_code body_validity(body *b, vec_rows r) {
  if (count_nulls(r) == 0) {
    body_empty(b);
    return SONDE_OK;
  }
  buf *out = body_open(b);
  put_bits(out, r.vec->form == VEC_NULL ? NULL : r.vec->validity, r.first, r.n);
  return body_close(b);
}
