/* See export.h. */
#include "format/export.h"

#include <string.h>

#define SHAPE_BYTES 18u /* at least, of a shape as bytes */
#define DEPTH_MAX 64

static void put_shape(buf *b, const shape *s) {
  buf_str(b, s->name);
  buf_u8(b, s->type.id);
  buf_u8(b, s->type.scale);
  buf_put(b, &s->narrow, sizeof s->narrow);
  buf_u32(b, s->n_children);
  for (uint32_t i = 0; i < s->n_children; i++) put_shape(b, &s->children[i]);
}

static sonde_code get_shapes(rd *r, uint32_t n, int depth, arena *memory, const shape **out,
                             sonde_error *err) {
  shape *shapes = arena_array(memory, n, sizeof *shapes, err);
  uint8_t narrow[sizeof(narrow_type)];
  if (!shapes) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    shapes[i].name = rd_str(r);
    shapes[i].type.id = rd_u8(r);
    shapes[i].type.scale = rd_u8(r);
    for (size_t k = 0; k < sizeof narrow; k++) narrow[k] = rd_u8(r);
    memcpy(&shapes[i].narrow, narrow, sizeof narrow);
    shapes[i].n_children = rd_count(r, SHAPE_BYTES - 4);
    SONDE_CHECK(!r->bad && depth < DEPTH_MAX, err, SONDE_CORRUPT, 0, "a shape is broken");
    SONDE_TRY(get_shapes(r, shapes[i].n_children, depth + 1, memory, &shapes[i].children, err));
  }
  *out = shapes;
  return SONDE_OK;
}

void export_put(buf *b, const export_options *o, const shape *shapes, uint32_t n) {
  buf_u8(b, o->format);
  buf_u8(b, o->csv.delimiter);
  buf_u8(b, o->csv.quote);
  buf_u8(b, o->csv.header);
  buf_u8(b, o->csv.crlf);
  buf_u8(b, o->csv.always_quote);
  buf_u8(b, o->csv.guard_formulas);
  buf_str(b, o->csv.null_text);
  buf_u8(b, o->parquet.codec);
  buf_u32(b, (uint32_t)o->parquet.level);
  buf_u32(b, o->parquet.page_rows);
  buf_u32(b, o->parquet.page_bytes);
  buf_u8(b, o->parquet.dictionary);
  buf_u8(b, o->arrow.codec);
  buf_u32(b, (uint32_t)o->arrow.level);
  buf_u8(b, o->arrow.stream);
  buf_u8(b, o->arrow.large_offsets);
  buf_u32(b, n);
  for (uint32_t i = 0; i < n; i++) put_shape(b, &shapes[i]);
}

static void get_options(rd *r, export_options *o) {
  o->format = rd_u8(r);
  o->csv.delimiter = rd_u8(r);
  o->csv.quote = rd_u8(r);
  o->csv.header = rd_u8(r);
  o->csv.crlf = rd_u8(r);
  o->csv.always_quote = rd_u8(r);
  o->csv.guard_formulas = rd_u8(r);
  o->csv.null_text = rd_str(r);
  o->parquet.codec = rd_u8(r);
  o->parquet.level = (int)rd_u32(r);
  o->parquet.page_rows = rd_u32(r);
  o->parquet.page_bytes = rd_u32(r);
  o->parquet.dictionary = rd_u8(r);
  o->arrow.codec = rd_u8(r);
  o->arrow.level = (int)rd_u32(r);
  o->arrow.stream = rd_u8(r);
  o->arrow.large_offsets = rd_u8(r);
}

sonde_code export_get(rd *r, arena *memory, export_options *o, const shape **shapes, uint32_t *n,
                      sonde_error *err) {
  *o = (export_options){0};
  get_options(r, o);
  *n = rd_count(r, SHAPE_BYTES - 4);
  SONDE_CHECK(!r->bad && o->format <= EXPORT_ARROW, err, SONDE_CORRUPT, 0, "options of an export are broken");
  return get_shapes(r, *n, 0, memory, shapes, err);
}

sonde_code export_part(const export_options *o, const shape *shapes, uint32_t n, const vec *vecs,
                       uint32_t rows, mem *m, buf *bytes, buf *about, sonde_error *err) {
  uint32_t metadata = 0;
  switch (o->format) {
  case EXPORT_CSV: return csv_write_rows(shapes, n, vecs, rows, &o->csv, m, bytes, err);
  case EXPORT_PARQUET: return pq_write_group(shapes, n, vecs, rows, &o->parquet, m, bytes, about, err);
  default:
    SONDE_TRY(arrow_write_batch(shapes, n, vecs, rows, &o->arrow, m, bytes, &metadata, err));
    buf_u32(about, metadata);
    return buf_status(about, err);
  }
}

sonde_code exporter_begin(exporter *x, const export_options *o, const shape *shapes, uint32_t n, mem *m,
                          buf *out, sonde_error *err) {
  x->options = o;
  x->shapes = shapes;
  x->n = n;
  if (o->format == EXPORT_CSV) return csv_write_head(shapes, n, &o->csv, out, err);
  if (o->format == EXPORT_ARROW) return arrow_writer_begin(&x->arrow, shapes, n, &o->arrow, m, out, err);
  pq_writer_init(&x->parquet, shapes, n, m);
  pq_writer_begin(&x->parquet, out);
  return buf_status(out, err);
}

sonde_code exporter_add(exporter *x, sonde_str about, uint64_t length, sonde_error *err) {
  rd r = {.data = (const uint8_t *)about.ptr, .len = about.len};
  if (x->options->format == EXPORT_CSV) return SONDE_OK;
  if (x->options->format == EXPORT_PARQUET)
    return pq_writer_add(&x->parquet, (const uint8_t *)about.ptr, about.len, length, err);
  return arrow_writer_add(&x->arrow, length, rd_u32(&r), err);
}

sonde_code exporter_end(exporter *x, buf *out, sonde_error *err) {
  if (x->options->format == EXPORT_CSV) return SONDE_OK;
  return x->options->format == EXPORT_PARQUET ? pq_writer_end(&x->parquet, out, err)
                                              : arrow_writer_end(&x->arrow, out, err);
}

void exporter_free(exporter *x) {
  if (!x->options) return;
  if (x->options->format == EXPORT_PARQUET) pq_writer_free(&x->parquet);
  if (x->options->format == EXPORT_ARROW) arrow_writer_free(&x->arrow);
}
