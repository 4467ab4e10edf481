/* Framing batches as a stream or a file. See write.h. */
#include "format/arrow/write.h"

#include <string.h>

#include "base/checked.h"
#include "format/arrow/layout.h"

static void put_schema_message(const arrow_writer *w, buf *out) {
  size_t begin = out->len, body_length;
  size_t header = arrow_message_begin(out, HEADER_SCHEMA, &body_length);
  arrow_put_schema(out, header, w->shapes, w->n, &w->options);
  arrow_message_end(out, begin);
}

sonde_code arrow_writer_begin(arrow_writer *w, const shape *shapes, uint32_t n, const arrow_write_options *o,
                              mem *m, buf *out, sonde_error *err) {
  *w = (arrow_writer){.shapes = shapes, .n = n, .options = *o};
  buf_init(&w->blocks, m, SIZE_MAX / 2);
  size_t begin = out->len;
  if (!o->stream) buf_put(out, ARROW_MAGIC "\0\0", 8);
  put_schema_message(w, out);
  w->at = out->len - begin;
  return buf_status(out, err);
}

sonde_code arrow_writer_add(arrow_writer *w, uint64_t length, uint32_t metadata_length, sonde_error *err) {
  if (!w->options.stream) {
    buf_u64(&w->blocks, w->at);
    buf_u32(&w->blocks, metadata_length);
    buf_u32(&w->blocks, 0);
    buf_u64(&w->blocks, length - metadata_length);
  }
  bool fits = checked_add_u64(&w->at, w->at, length) && w->at <= INT64_MAX;
  SONDE_CHECK(fits, err, SONDE_LIMIT, 0, "an Arrow file cannot be longer than 2^63 bytes");
  return buf_status(&w->blocks, err);
}

static void put_footer(const arrow_writer *w, buf *out) {
  size_t begin = out->len;
  fb_field footer[] = {{.id = FOOTER_VERSION, .size = 2, .value = ARROW_METADATA_V5},
                       {.id = FOOTER_SCHEMA, .size = 4},
                       {.id = FOOTER_DICTIONARIES, .size = 4},
                       {.id = FOOTER_RECORDS, .size = 4}};
  fb_table(out, fb_reference(out), footer, 4);
  arrow_put_schema(out, footer[1].at, w->shapes, w->n, &w->options);
  fb_vector(out, footer[2].at, 0, 8);
  fb_vector(out, footer[3].at, (uint32_t)(w->blocks.len / BLOCK_BYTES), 8);
  buf_put(out, w->blocks.data, w->blocks.len);
  buf_u32(out, (uint32_t)(out->len - begin));
  buf_put(out, ARROW_MAGIC, ARROW_MAGIC_BYTES);
}

sonde_code arrow_writer_end(arrow_writer *w, buf *out, sonde_error *err) {
  buf_u32(out, ARROW_CONTINUATION);
  buf_u32(out, 0);
  if (!w->options.stream) put_footer(w, out);
  return buf_status(out, err);
}

void arrow_writer_free(arrow_writer *w) { buf_free(&w->blocks); }
