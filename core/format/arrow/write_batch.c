/* One batch: its metadata, then a walk over shapes and vecs that writes the buffers and says in the metadata where they are.
 * See write.h. */
#include <string.h>

#include "column/page.h"
#include "column/value_format.h"
#include "format/arrow/write_body.h"

/* ---- what a vec may be, given its shape ---- */

static bool form_is(const vec *v, uint32_t forms) { return (forms >> v->form & 1) != 0; }

static uint32_t forms_of(const shape *s) {
  enum { STRINGS = 1 << VEC_DICT | 1 << VEC_TEXT, NESTED = 1 << VEC_LIST | 1 << VEC_MAP | 1 << VEC_STRUCT };
  if (arrow_is_json(s)) return STRINGS | NESTED;
  switch (s->type.id) {
  case TYPE_NONE: return 0;
  case TYPE_BOOL: return 1 << VEC_BITS;
  case TYPE_DOUBLE:
  case TYPE_FLOAT: return 1 << VEC_PACKED | 1 << VEC_SCALED | 1 << VEC_F64;
  case TYPE_DECIMAL: return 1 << VEC_PACKED | 1 << VEC_I128;
  case TYPE_UUID:
  case TYPE_INTERVAL: return 1 << VEC_I128;
  case TYPE_TEXT:
  case TYPE_BLOB: return STRINGS;
  case TYPE_LIST: return 1 << VEC_LIST;
  case TYPE_MAP: return 1 << VEC_MAP;
  case TYPE_STRUCT: return 1 << VEC_STRUCT;
  default: return 1 << VEC_PACKED;
  }
}

static sonde_code check_form(const arrow_body *b, const vec *v, const shape *s) {
  bool fits = v->form == VEC_NULL || (form_is(v, forms_of(s)) && vec_readable_as(v, s->type));
  if (fits && form_is(v, 1 << VEC_STRUCT) && !arrow_is_json(s)) fits = v->n_children == s->n_children;
  SONDE_CHECK(fits, b->err, SONDE_MISUSE, 0, "column %.*s: values of type %s cannot be written as %s",
              (int)b->column.len, b->column.ptr, type_name((type_id)v->type.id),
              type_name((type_id)s->type.id));
  return SONDE_OK;
}

/* ---- text ---- */

/* Ends a buffer of offsets, the last of which is `last`. */
static sonde_code close_offsets(arrow_body *b, uint64_t last, bool large) {
  SONDE_CHECK(
      last <= (large ? SIZE_MAX / 2 : INT32_MAX), b->err, SONDE_LIMIT, 0,
      "column %.*s: a batch holds more than 2 GB of it: write fewer rows in a batch, or large offsets",
      (int)b->column.len, b->column.ptr);
  return arrow_body_close(b);
}

static sonde_code put_strings(arrow_body *b, arrow_rows r, bool large) {
  SONDE_TRY(close_offsets(b, arrow_put_offsets(arrow_body_open(b), r, large), large));
  buf *out = arrow_body_open(b);
  const uint32_t *offsets = r.vec->form == VEC_NULL ? NULL : r.vec->offsets + r.first;
  if (offsets) buf_put(out, r.vec->bytes + offsets[0], offsets[r.n] - offsets[0]);
  return arrow_body_close(b);
}

static sonde_code put_coded(arrow_body *b, arrow_rows r, bool large) {
  uint64_t bytes = arrow_put_code_offsets(arrow_body_open(b), r, large);
  SONDE_TRY(close_offsets(b, bytes, large));
  arrow_put_code_texts(arrow_body_open(b), r, (size_t)bytes);
  return arrow_body_close(b);
}

/* Cells of nested values as JSON: text is not as long as anything else, so it is made before its offsets are known. */
static sonde_code put_cells(arrow_body *b, arrow_rows r, bool large) {
  buf *offsets = arrow_body_open(b);
  buf_clear(&b->text);
  buf_put(offsets, &(uint64_t){0}, large ? 8 : 4);
  for (uint32_t i = 0; i < r.n; i++) {
    if (vec_valid(r.vec, r.first + i)) cell_json(&b->text, r.vec, r.first + i);
    uint64_t end = b->text.len;
    buf_put(offsets, &end, large ? 8 : 4);
  }
  SONDE_TRY(buf_status(&b->text, b->err));
  SONDE_TRY(close_offsets(b, b->text.len, large));
  buf_put(arrow_body_open(b), b->text.data, b->text.len);
  return arrow_body_close(b);
}

static sonde_code put_text(arrow_body *b, arrow_rows r, bool large) {
  if (r.vec->form == VEC_DICT) return put_coded(b, r, large);
  if (r.vec->form == VEC_TEXT || r.vec->form == VEC_NULL) return put_strings(b, r, large);
  return put_cells(b, r, large);
}

/* ---- values of fixed width ---- */

static sonde_code put_fixed(arrow_body *b, arrow_rows r, const shape *s) {
  SONDE_CHECK(arrow_put_values(arrow_body_open(b), r, s), b->err, SONDE_VALUE, 0,
              "column %.*s: a value is beyond what its Arrow type holds (an interval has nanoseconds there)",
              (int)b->column.len, b->column.ptr);
  return arrow_body_close(b);
}

/* ---- nested ---- */

static sonde_code put_column(arrow_body *, arrow_rows, const shape *);

/* The rows of a child; a parent without rows of its own has none. */
static sonde_code put_child(arrow_body *b, const vec *parent, uint32_t i, uint32_t first, uint32_t n,
                            const shape *s) {
  vec nothing = {.form = VEC_NULL, .rows = n};
  bool none = parent->form == VEC_NULL;
  return put_column(b, (arrow_rows){none ? &nothing : &parent->children[i], none ? 0 : first, n}, s);
}

static sonde_code put_list(arrow_body *b, arrow_rows r, const shape *s) {
  bool none = r.vec->form == VEC_NULL || r.n == 0;
  uint32_t first = none ? 0 : r.vec->offsets[r.first], end = none ? 0 : r.vec->offsets[r.first + r.n];
  SONDE_TRY(close_offsets(b, arrow_put_offsets(arrow_body_open(b), r, false), false));
  if (s->type.id == TYPE_LIST) return put_child(b, r.vec, 0, first, end - first, &s->children[0]);
  bool null_key = !none && arrow_count_nulls((arrow_rows){&r.vec->children[0], first, end - first}) > 0;
  SONDE_CHECK(!null_key, b->err, SONDE_VALUE, 0,
              "column %.*s holds a map with a null key, which Arrow does not allow", (int)b->column.len,
              b->column.ptr);
  arrow_body_node(b, end - first, 0);
  arrow_body_empty(b);
  for (uint32_t i = 0; i < 2; i++) SONDE_TRY(put_child(b, r.vec, i, first, end - first, &s->children[i]));
  return SONDE_OK;
}

static sonde_code put_struct(arrow_body *b, arrow_rows r, const shape *s) {
  for (uint32_t i = 0; i < s->n_children; i++)
    SONDE_TRY(put_child(b, r.vec, i, r.first, r.n, &s->children[i]));
  return SONDE_OK;
}

static sonde_code put_column(arrow_body *b, arrow_rows r, const shape *s) {
  SONDE_TRY(check_form(b, r.vec, s));
  arrow_type t = arrow_type_of(s, b->options);
  if (t == ARROW_NULL) {
    arrow_body_node(b, r.n, r.n); /* that is all there is of it */
    return SONDE_OK;
  }
  SONDE_TRY(arrow_body_validity(b, r));
  switch (t) {
  case ARROW_UTF8:
  case ARROW_BINARY: return put_text(b, r, false);
  case ARROW_LARGE_UTF8:
  case ARROW_LARGE_BINARY: return put_text(b, r, true);
  case ARROW_LIST:
  case ARROW_MAP: return put_list(b, r, s);
  case ARROW_STRUCT: return put_struct(b, r, s);
  default: return put_fixed(b, r, s);
  }
}

/* ---- the message ---- */

static void put_compression(buf *out, size_t reference) {
  fb_field fields[] = {{.id = COMPRESSION_CODEC, .size = 1, .value = CODEC_ID_ZSTD},
                       {.id = COMPRESSION_METHOD, .size = 1}};
  fb_table(out, reference, fields, 2);
}

/* The metadata, with room for what the body will turn out to be. */
static size_t put_metadata(arrow_body *b, const shape *shapes, uint32_t n, uint32_t rows) {
  buf *out = b->out;
  size_t body_length;
  uint32_t nodes = 0, buffers = 0;
  bool packed = b->options->codec != BLOCK_PLAIN;
  for (uint32_t i = 0; i < n; i++) arrow_count_buffers(&shapes[i], b->options, &nodes, &buffers);
  size_t header = arrow_message_begin(out, HEADER_RECORDS, &body_length);
  fb_field records[] = {{.id = RECORDS_LENGTH, .size = 8, .value = rows},
                        {.id = RECORDS_NODES, .size = 4},
                        {.id = RECORDS_BUFFERS, .size = 4},
                        {.id = RECORDS_COMPRESSION, .size = 4}};
  fb_table(out, header, records, packed ? 4 : 3);
  fb_vector(out, records[1].at, nodes, 8);
  b->node = out->len;
  fb_zeros(out, (size_t)nodes * NODE_BYTES);
  fb_vector(out, records[2].at, buffers, 8);
  b->buffer = out->len;
  fb_zeros(out, (size_t)buffers * BUFFER_BYTES);
  if (packed) put_compression(out, records[3].at);
  return body_length;
}

static sonde_code put_batch(arrow_body *b, const shape *shapes, uint32_t n, const vec *vecs, uint32_t rows,
                            uint32_t *metadata_length) {
  size_t begin = b->out->len, body_length = put_metadata(b, shapes, n, rows);
  *metadata_length = arrow_message_end(b->out, begin);
  b->begin = b->out->len;
  for (uint32_t i = 0; i < n; i++) {
    b->column = shapes[i].name;
    SONDE_CHECK(vecs[i].rows == rows, b->err, SONDE_MISUSE, 0, "a column has %u rows, its batch %u",
                vecs[i].rows, rows);
    SONDE_TRY(put_column(b, (arrow_rows){&vecs[i], 0, rows}, &shapes[i]));
  }
  fb_set_u64(b->out, body_length, b->out->len - b->begin);
  return buf_status(b->out, b->err);
}

sonde_code arrow_write_batch(const shape *shapes, uint32_t n, const vec *vecs, uint32_t rows,
                             const arrow_write_options *options, mem *m, buf *bytes,
                             uint32_t *metadata_length, sonde_error *err) {
  SONDE_CHECK(options->codec == BLOCK_PLAIN || options->codec == BLOCK_ZSTD, err, SONDE_UNSUPPORTED, 0,
              "Arrow is written plain or with zstd, not with %s", codec_block_name(options->codec));
  size_t before = bytes->len;
  arrow_body b = {.options = options, .out = bytes, .err = err};
  buf_init(&b.plain, m, SIZE_MAX / 2);
  buf_init(&b.text, m, SIZE_MAX / 2);
  arena_init(&b.memory, m);
  b.compressor.memory = &b.memory;
  sonde_code code = put_batch(&b, shapes, n, vecs, rows, metadata_length);
  buf_free(&b.plain);
  buf_free(&b.text);
  arena_free(&b.memory);
  if (code) bytes->len = before;
  return code;
}
