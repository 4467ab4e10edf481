/* arrow_table.h — whole tables through Arrow and back, for tests: what was written, read, as JSON cells. */
#ifndef SONDE_TESTS_ARROW_TABLE_H
#define SONDE_TESTS_ARROW_TABLE_H
#include "base/buf.h"
#include "column/value_format.h"
#include "format/arrow/read.h"
#include "format/arrow/write.h"

/* Appends each row as its cells' JSON, a line a row. */
static inline void put_rows(buf *out, const vec *vecs, uint32_t n, uint32_t rows) {
  for (uint32_t r = 0; r < rows; r++) {
    for (uint32_t i = 0; i < n; i++) {
      cell_json(out, &vecs[i], r);
      buf_u8(out, i + 1 < n ? '|' : '\n');
    }
  }
}

/* A file or stream of batches that each are `vecs`. */
static inline sonde_code write_table(const shape *shapes, uint32_t n, const vec *vecs, uint32_t rows,
                                     uint32_t batches, const arrow_write_options *o, mem *m, buf *out,
                                     sonde_error *err) {
  arrow_writer w;
  uint32_t metadata;
  sonde_code code = arrow_writer_begin(&w, shapes, n, o, m, out, err);
  for (uint32_t i = 0; i < batches && !code; i++) {
    size_t before = out->len;
    code = arrow_write_batch(shapes, n, vecs, rows, o, m, out, &metadata, err);
    if (!code) code = arrow_writer_add(&w, out->len - before, metadata, err);
  }
  if (!code) code = arrow_writer_end(&w, out, err);
  arrow_writer_free(&w);
  return code;
}

static inline sonde_code read_message(const arrow_table *t, arrow_dictionaries *d, const uint8_t *bytes,
                                      size_t n, bool dictionary, arena *memory, arena *scratch, buf *out,
                                      sonde_error *err) {
  uint32_t rows;
  if (dictionary) return arrow_read_dictionary(t, bytes, n, memory, scratch, d, err);
  vec *vecs = arena_array(memory, t->n, sizeof *vecs, err);
  if (!vecs) return err->code;
  SONDE_TRY(arrow_read_batch(t, d, bytes, n, NULL, memory, scratch, vecs, &rows, err));
  put_rows(out, vecs, t->n, rows);
  return buf_status(out, err);
}

static inline sonde_code read_blocks(const arrow_table *t, const arrow_block *blocks, uint32_t n,
                                     bool dictionary, arrow_dictionaries *d, const uint8_t *file,
                                     arena *memory, arena *scratch, buf *out, sonde_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    size_t length = (size_t)(blocks[i].metadata_length + blocks[i].body_length);
    SONDE_TRY(read_message(t, d, file + blocks[i].offset, length, dictionary, memory, scratch, out, err));
  }
  return SONDE_OK;
}

static inline sonde_code read_file(const uint8_t *file, size_t n, arrow_table *t, arena *memory,
                                   arena *scratch, buf *out, sonde_error *err) {
  uint64_t offset;
  uint32_t length;
  arrow_dictionaries d = {0};
  SONDE_TRY(arrow_tail(file, n, n, &offset, &length, err));
  SONDE_TRY(arrow_open_file(file + offset, length, n, memory, t, err));
  SONDE_TRY(read_blocks(t, t->dictionaries, t->n_dictionaries, true, &d, file, memory, scratch, out, err));
  return read_blocks(t, t->batches, t->n_batches, false, &d, file, memory, scratch, out, err);
}

static inline sonde_code read_stream(const uint8_t *p, size_t n, arrow_table *t, arena *memory,
                                     arena *scratch, buf *out, sonde_error *err) {
  arrow_message_kind kind = ARROW_MESSAGE_SCHEMA;
  arrow_dictionaries d = {0};
  uint64_t length;
  for (bool first = true; n > 0; first = false) {
    SONDE_TRY(arrow_next(p, n, &kind, &length, err));
    if (kind == ARROW_MESSAGE_END) return SONDE_OK;
    SONDE_CHECK(kind != ARROW_MESSAGE_UNKNOWN && length <= n, err, SONDE_CORRUPT, 0, "the stream ends early");
    if (first)
      SONDE_TRY(arrow_open_stream(p, n, memory, t, err));
    else
      SONDE_TRY(read_message(t, &d, p, (size_t)length, kind == ARROW_MESSAGE_DICTIONARY, memory, scratch, out,
                             err));
    p += length;
    n -= (size_t)length;
  }
  return SONDE_OK;
}

#endif
