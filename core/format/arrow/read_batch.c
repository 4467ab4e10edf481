/* Batches: a walk over the fields, each taking its node and its buffers in turn. See read.h. */
#include <string.h>

#include "format/arrow/read_parts.h"

static bool is_string(const arrow_field *f) { return f->type.id == TYPE_TEXT || f->type.id == TYPE_BLOB; }

/* The rows of the next node. How many of them are null its bitmap says better. */
static sonde_code take_node(arrow_in *in, uint32_t *rows) {
  if (in->node >= in->nodes.n) return arrow_damaged(in, "nodes are missing");
  uint64_t n = fb_element_u64(in->nodes, in->node++, NODE_BYTES, 0);
  if (n > INT32_MAX) return arrow_damaged(in, "it has an impossible number of rows");
  *rows = (uint32_t)n;
  return SONDE_OK;
}

/* ---- nested ---- */

static sonde_code read_children(arrow_in *in, const arrow_field *f, vec *v) {
  vec *children = arena_zero(in->memory, sizeof *children * f->n_children, in->err);
  sonde_str *names = arena_array(in->memory, f->n_children, sizeof *names, in->err);
  if (!children || !names) return in->err->code;
  for (uint32_t i = 0; i < f->n_children; i++) {
    SONDE_TRY(arrow_read_column(in, &f->children[i], &children[i]));
    names[i] = f->children[i].name;
  }
  v->n_children = f->n_children;
  v->children = children;
  v->names = names;
  return SONDE_OK;
}

static sonde_code read_struct(arrow_in *in, const arrow_field *f, vec *v) {
  SONDE_TRY(read_children(in, f, v));
  for (uint32_t i = 0; i < v->n_children; i++)
    if (v->children[i].rows != v->rows) return arrow_damaged(in, "fields of a struct differ in their rows");
  v->form = VEC_STRUCT;
  return SONDE_OK;
}

static sonde_code read_list(arrow_in *in, const arrow_field *f, vec *v) {
  arrow_bytes b;
  uint32_t *offsets;
  SONDE_TRY(arrow_take(in, &b));
  SONDE_TRY(read_children(in, f, v));
  SONDE_TRY(arrow_read_offsets(in, v->rows, f->kind == ARROW_LARGE_LIST, v->children[0].rows, b, &offsets));
  v->form = VEC_LIST;
  v->offsets = offsets;
  return SONDE_OK;
}

static sonde_code read_fixed_list(arrow_in *in, const arrow_field *f, vec *v) {
  uint32_t *offsets = arena_array(in->memory, (size_t)v->rows + 1, 4, in->err);
  if (!offsets) return in->err->code;
  SONDE_TRY(read_children(in, f, v));
  if ((uint64_t)v->rows * f->size > v->children[0].rows) return arrow_damaged(in, "a list has too few items");
  for (uint32_t i = 0; i <= v->rows; i++) offsets[i] = i * f->size;
  v->form = VEC_LIST;
  v->offsets = offsets;
  return SONDE_OK;
}

/* Between a map and its keys and values is the node of their struct, none of which may be null. */
static sonde_code read_map(arrow_in *in, const arrow_field *f, vec *v) {
  arrow_bytes b, validity;
  uint32_t *offsets, entries = 0;
  SONDE_TRY(arrow_take(in, &b));
  SONDE_TRY(take_node(in, &entries));
  SONDE_TRY(arrow_take(in, &validity));
  SONDE_TRY(read_children(in, f, v));
  if (v->children[0].rows != entries || v->children[1].rows != entries)
    return arrow_damaged(in, "a map has not as many keys as values");
  SONDE_TRY(arrow_read_offsets(in, v->rows, false, entries, b, &offsets));
  v->form = VEC_MAP;
  v->offsets = offsets;
  return SONDE_OK;
}

/* ---- columns ---- */

static sonde_code read_form(arrow_in *in, const arrow_field *f, vec *v) {
  if (f->coded) return arrow_read_codes(in, f, v);
  if (f->kind == ARROW_FIXED_SIZE_LIST) return read_fixed_list(in, f, v);
  switch (f->type.id) {
  case TYPE_LIST: return read_list(in, f, v);
  case TYPE_MAP: return read_map(in, f, v);
  case TYPE_STRUCT: return read_struct(in, f, v);
  default: return is_string(f) ? arrow_read_text(in, f, v) : arrow_read_values(in, f, v);
  }
}

sonde_code arrow_read_column(arrow_in *in, const arrow_field *f, vec *v) {
  uint32_t rows = 0;
  SONDE_TRY(take_node(in, &rows));
  *v = (vec){.type = f->type, .form = VEC_NULL, .rows = rows, .nulls = rows};
  if (f->kind == ARROW_NULL) return SONDE_OK;
  v->nulls = 0;
  SONDE_TRY(arrow_take_validity(in, v));
  return read_form(in, f, v);
}

/* Passes over what a column that is not wanted has. */
static sonde_code skip_column(arrow_in *in, const arrow_field *f) {
  bool map = f->type.id == TYPE_MAP, view = f->kind == ARROW_UTF8_VIEW || f->kind == ARROW_BINARY_VIEW;
  bool offsets = f->kind == ARROW_UTF8 || f->kind == ARROW_BINARY || f->kind == ARROW_LARGE_UTF8 ||
                 f->kind == ARROW_LARGE_BINARY;
  bool no_data = f->kind == ARROW_STRUCT || f->kind == ARROW_FIXED_SIZE_LIST;
  uint64_t buffers = f->kind == ARROW_NULL ? 0 : f->coded ? 2 : offsets || map ? 3 : no_data ? 1 : 2;
  if (view && !f->coded) buffers += fb_element_u64(in->views, in->view++, 8, 0);
  if (buffers > in->buffers.n - in->buffer) return arrow_damaged(in, "buffers are missing");
  in->node += map ? 2 : 1;
  in->buffer += (uint32_t)buffers;
  for (uint32_t i = 0; i < f->n_children; i++) SONDE_TRY(skip_column(in, &f->children[i]));
  return SONDE_OK;
}

/* ---- messages ---- */

static sonde_code read_compression(arrow_in *in, fb_view records) {
  fb_view compression = fb_child(records, RECORDS_COMPRESSION);
  in->packed = compression.of != NULL;
  if (!in->packed) return SONDE_OK;
  uint64_t codec = fb_uint(compression, COMPRESSION_CODEC, 1, CODEC_ID_LZ4_FRAME);
  SONDE_CHECK(codec <= CODEC_ID_ZSTD && fb_uint(compression, COMPRESSION_METHOD, 1, 0) == 0, in->err,
              SONDE_UNSUPPORTED, 0, "the compression of the Arrow batch is not supported");
  in->codec = codec == CODEC_ID_ZSTD ? BLOCK_ZSTD : BLOCK_LZ4;
  return SONDE_OK;
}

sonde_code arrow_open_records(arrow_in *in, fb_view records, uint32_t *rows) {
  fb_bytes *of = records.of;
  SONDE_CHECK(of, in->err, SONDE_CORRUPT, 0, "the Arrow message holds no batch");
  in->nodes = fb_elements(records, RECORDS_NODES, NODE_BYTES);
  in->buffers = fb_elements(records, RECORDS_BUFFERS, BUFFER_BYTES);
  in->views = fb_elements(records, RECORDS_VARIADIC, 8);
  SONDE_TRY(read_compression(in, records));
  uint64_t n = fb_uint(records, RECORDS_LENGTH, 8, 0);
  SONDE_CHECK(!of->bad && n <= INT32_MAX, in->err, SONDE_CORRUPT, 0,
              "the metadata of an Arrow batch is damaged");
  *rows = (uint32_t)n;
  return SONDE_OK;
}

/* The header of a message of one kind, and where its body is. */
sonde_code arrow_open_batch(arrow_in *in, const uint8_t *message, size_t n, uint64_t kind, fb_bytes *metadata,
                            fb_view *header) {
  fb_view view;
  size_t body;
  SONDE_TRY(arrow_open_message(message, n, metadata, &view, &body, in->err));
  SONDE_CHECK(fb_uint(view, MESSAGE_HEADER_TYPE, 1, 0) == kind, in->err, SONDE_CORRUPT, 0,
              "the Arrow message is of another kind than expected");
  *header = fb_child(view, MESSAGE_HEADER);
  in->body = message + body;
  in->body_at = body;
  in->length = (size_t)fb_uint(view, MESSAGE_BODY_LENGTH, 8, 0);
  return SONDE_OK;
}

void arrow_fresh_scratch(arrow_in *in) {
  arena_reset(in->scratch);
  in->blocks = (codec_blocks){.memory = in->scratch};
}

static sonde_code read_wanted(arrow_in *in, const arrow_field *f, uint32_t rows, vec *v) {
  arrow_fresh_scratch(in);
  in->column = f->name;
  SONDE_TRY(arrow_read_column(in, f, v));
  return v->rows == rows ? SONDE_OK : arrow_damaged(in, "it has not as many rows as its batch");
}

sonde_code arrow_read_batch(const arrow_table *t, const arrow_dictionaries *dictionaries,
                            const uint8_t *message, size_t n, const bool *wanted, arena *memory,
                            arena *scratch, vec *vecs, uint32_t *rows, sonde_error *err) {
  arrow_in in = {.dictionaries = dictionaries, .memory = memory, .scratch = scratch, .err = err};
  fb_bytes metadata;
  fb_view records;
  SONDE_TRY(arrow_open_batch(&in, message, n, HEADER_RECORDS, &metadata, &records));
  SONDE_TRY(arrow_open_records(&in, records, rows));
  for (uint32_t i = 0; i < t->n; i++) {
    vecs[i] = (vec){.type = t->fields[i].type, .form = VEC_NULL};
    SONDE_TRY(wanted && !wanted[i] ? skip_column(&in, &t->fields[i])
                                   : read_wanted(&in, &t->fields[i], *rows, &vecs[i]));
  }
  return SONDE_OK;
}
