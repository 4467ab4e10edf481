/* A Parquet file of one row group, made by hand: the few thrift structs that tests need, and encoders as simple as can be. */
#ifndef PARQUET_BUILD_H
#define PARQUET_BUILD_H
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "format/parquet/pages.h"
#include "format/parquet/thrift.h"

static inline void put_varint(buf *b, uint64_t v) {
  for (; v >= 0x80; v >>= 7) buf_u8(b, (uint8_t)(v | 0x80));
  buf_u8(b, (uint8_t)v);
}
static inline void put_zigzag(buf *b, int64_t v) { put_varint(b, (uint64_t)v << 1 ^ (uint64_t)(v >> 63)); }

/* Thrift fields; `step` is the distance to the field before. */
static inline void put_field(buf *b, int step, thrift_type t) { buf_u8(b, (uint8_t)(step << 4 | (int)t)); }
static inline void put_i32(buf *b, int step, int64_t v) {
  put_field(b, step, THRIFT_I32);
  put_zigzag(b, v);
}
static inline void put_i64(buf *b, int step, int64_t v) {
  put_field(b, step, THRIFT_I64);
  put_zigzag(b, v);
}
static inline void put_text(buf *b, int step, const char *s) {
  put_field(b, step, THRIFT_BINARY);
  put_varint(b, strlen(s));
  buf_put(b, s, strlen(s));
}
static inline void put_list(buf *b, int step, thrift_type element, size_t n) {
  put_field(b, step, THRIFT_LIST);
  if (n < 15) {
    buf_u8(b, (uint8_t)(n << 4 | (size_t)element));
  } else {
    buf_u8(b, (uint8_t)(15 << 4 | (int)element));
    put_varint(b, n);
  }
}

/* One line of a schema. physical, children, converted: -1 when there is none. */
typedef struct {
  const char *name;
  int physical, repetition, children, converted, fixed;
} schema_line;

static inline void put_schema_line(buf *b, const schema_line *e) {
  int last = 0;
  if (e->physical >= 0) put_i32(b, 1, e->physical), last = 1;
  if (e->fixed > 0) put_i32(b, 2 - last, e->fixed), last = 2;
  put_i32(b, 3 - last, e->repetition);
  put_text(b, 1, e->name);
  last = 4;
  if (e->children >= 0) put_i32(b, 5 - last, e->children), last = 5;
  if (e->converted >= 0) put_i32(b, 6 - last, e->converted);
  buf_u8(b, 0);
}

/* A page: header and body, not compressed. */
static inline void put_page(buf *b, page_type type, page_encoding encoding, uint32_t values,
                            const buf *body) {
  put_i32(b, 1, type);
  put_i32(b, 1, (int64_t)body->len);
  put_i32(b, 1, (int64_t)body->len);
  put_field(b, type == PAGE_DICTIONARY ? 4 : 2, THRIFT_STRUCT);
  put_i32(b, 1, values);
  put_i32(b, 1, encoding);
  if (type == PAGE_DATA) {
    put_i32(b, 1, ENCODING_RLE);
    put_i32(b, 1, ENCODING_RLE);
  }
  buf_u8(b, 0);
  buf_u8(b, 0);
  buf_put(b, body->data, body->len);
}

/* Where a chunk lies in the file. */
typedef struct {
  int physical;
  int64_t values, at, data_at, end;
} built_chunk;

static inline void put_chunk_facts(buf *b, const built_chunk *c) {
  put_i64(b, 2, c->at);
  put_field(b, 1, THRIFT_STRUCT);
  put_i32(b, 1, c->physical);
  put_list(b, 1, THRIFT_I32, 0);
  put_list(b, 1, THRIFT_BINARY, 0);
  put_i32(b, 1, 0); /* not compressed */
  put_i64(b, 1, c->values);
  put_i64(b, 1, c->end - c->at);
  put_i64(b, 1, c->end - c->at);
  put_i64(b, 2, c->data_at);
  if (c->data_at > c->at) put_i64(b, 2, c->at);
  buf_u8(b, 0);
  buf_u8(b, 0);
}

/* The footer, its length and the magic. */
static inline void put_footer(buf *b, const schema_line *schema, size_t n_lines, int64_t rows,
                              const built_chunk *chunks, size_t n_chunks) {
  size_t begin = b->len;
  put_i32(b, 1, 1);
  put_list(b, 1, THRIFT_STRUCT, n_lines);
  for (size_t i = 0; i < n_lines; i++) put_schema_line(b, &schema[i]);
  put_i64(b, 1, rows);
  put_list(b, 1, THRIFT_STRUCT, 1);
  put_list(b, 1, THRIFT_STRUCT, n_chunks);
  for (size_t i = 0; i < n_chunks; i++) put_chunk_facts(b, &chunks[i]);
  put_i64(b, 1, 0);
  put_i64(b, 1, rows);
  buf_u8(b, 0);
  buf_u8(b, 0);
  buf_u32(b, (uint32_t)(b->len - begin));
  buf_put(b, "PAR1", 4);
}

/* Levels as the hybrid with one run a value, behind their length. */
static inline void put_levels(buf *b, const uint8_t *levels, uint32_t n) {
  buf_u32(b, n * 2);
  for (uint32_t i = 0; i < n; i++) {
    buf_u8(b, 2);
    buf_u8(b, levels[i]);
  }
}

#endif
