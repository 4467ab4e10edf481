/* Texts and blobs in all of Arrow's layouts, and codes of dictionaries. See read_parts.h. */
#include <string.h>

#include "base/checked.h"
#include "format/arrow/read_parts.h"
#include "format/parquet/text_check.h"

enum { VIEW_BYTES = 16, VIEW_INLINE = 12 };

sonde_code arrow_read_offsets(arrow_in *in, uint32_t n, bool large, uint64_t most, arrow_bytes b,
                              uint32_t **out) {
  size_t width = large ? 8 : 4;
  uint32_t *offsets = *out = arena_array(in->memory, (size_t)n + 1, 4, in->err);
  if (!offsets) return in->err->code;
  offsets[0] = 0;
  if (n == 0) return SONDE_OK; /* then there need not even be one offset */
  if ((uint64_t)n + 1 > b.len / width) return arrow_damaged(in, "there are fewer offsets than rows");
  SONDE_CHECK(most <= UINT32_MAX || !large, in->err, SONDE_LIMIT, in->body_at,
              "column %.*s: a batch with more than 4 GB of one column is not supported", (int)in->column.len,
              in->column.ptr);
  uint64_t last = 0;
  for (uint32_t i = 0; i <= n; i++) {
    uint64_t offset =
        (uint64_t)arrow_int(b.bytes + i * width, width, true); /* a negative one is beyond all */
    if (offset < last || offset > most)
      return arrow_damaged(in, "its offsets do not ascend within the bytes");
    offsets[i] = (uint32_t)offset;
    last = offset;
  }
  return SONDE_OK;
}

/* Takes over n texts whose bytes lie in `memory`: text has to be valid UTF-8. */
static sonde_code hold(arrow_in *in, vec *v, char *bytes, uint32_t *offsets) {
  texts t = {.memory = in->memory, .bytes = bytes};
  if (v->type.id == TYPE_TEXT) SONDE_TRY(texts_make_valid(&t, offsets, v->rows, in->err));
  v->form = VEC_TEXT;
  v->bytes = t.bytes;
  v->offsets = offsets;
  return SONDE_OK;
}

static sonde_code read_offset_text(arrow_in *in, const arrow_field *f, vec *v) {
  arrow_bytes offset_bytes, data;
  uint32_t *offsets;
  bool large = f->kind == ARROW_LARGE_UTF8 || f->kind == ARROW_LARGE_BINARY;
  SONDE_TRY(arrow_take(in, &offset_bytes));
  SONDE_TRY(arrow_take(in, &data));
  SONDE_TRY(arrow_read_offsets(in, v->rows, large, data.len, offset_bytes, &offsets));
  uint32_t begin = offsets[0];
  char *bytes = arena_alloc(in->memory, offsets[v->rows] - begin, in->err);
  if (!bytes) return in->err->code;
  if (offsets[v->rows] > begin) memcpy(bytes, data.bytes + begin, offsets[v->rows] - begin);
  for (uint32_t i = 0; i <= v->rows; i++) offsets[i] -= begin;
  return hold(in, v, bytes, offsets);
}

static sonde_code read_fixed_text(arrow_in *in, const arrow_field *f, vec *v) {
  arrow_bytes data;
  size_t total = 0;
  SONDE_TRY(arrow_take(in, &data));
  bool fits = checked_mul(&total, v->rows, f->size) && total <= data.len && total <= UINT32_MAX;
  if (!fits) return arrow_damaged(in, "a buffer is shorter than its rows");
  uint32_t *offsets = arena_array(in->memory, (size_t)v->rows + 1, 4, in->err);
  char *bytes = total ? arena_copy(in->memory, data.bytes, total, in->err) : "";
  if (!offsets || !bytes) return in->err->code;
  for (uint32_t i = 0; i <= v->rows; i++) offsets[i] = i * f->size;
  v->form = VEC_TEXT;
  v->bytes = bytes;
  v->offsets = offsets;
  return SONDE_OK;
}

/* ---- views: a length, then the text itself or where it is (Columnar.rst, "Variable-size Binary View Layout") ---- */

typedef struct {
  const uint8_t *views;
  const arrow_bytes *data;
  uint64_t n_data;
} view_in;

static bool view_at(const view_in *w, uint32_t row, arrow_bytes *out) {
  const uint8_t *p = w->views + (size_t)row * VIEW_BYTES;
  uint64_t length = (uint64_t)arrow_int(p, 4, false), buffer = (uint64_t)arrow_int(p + 8, 4, false),
           offset = (uint64_t)arrow_int(p + 12, 4, false);
  *out = (arrow_bytes){p + 4, (size_t)length};
  if (length <= VIEW_INLINE) return true;
  if (buffer >= w->n_data || offset > w->data[buffer].len || length > w->data[buffer].len - offset)
    return false;
  out->bytes = w->data[buffer].bytes + offset;
  return true;
}

static sonde_code copy_views(arrow_in *in, const view_in *w, vec *v) {
  uint32_t *offsets = arena_array(in->memory, (size_t)v->rows + 1, 4, in->err);
  arrow_bytes text;
  uint64_t total = 0;
  if (!offsets) return in->err->code;
  for (uint32_t i = 0; i < v->rows; i++) {
    offsets[i] = (uint32_t)total;
    if (!vec_valid(v, i)) continue;
    if (!view_at(w, i, &text)) return arrow_damaged(in, "a view points beyond its buffer");
    total += text.len;
    SONDE_CHECK(total <= UINT32_MAX, in->err, SONDE_LIMIT, in->body_at,
                "a batch with more than 4 GB of one column is not supported");
  }
  offsets[v->rows] = (uint32_t)total;
  char *bytes = arena_alloc(in->memory, (size_t)total, in->err);
  if (!bytes) return in->err->code;
  for (uint32_t i = 0; i < v->rows; i++)
    if (vec_valid(v, i) && view_at(w, i, &text)) memcpy(bytes + offsets[i], text.bytes, text.len);
  return hold(in, v, bytes, offsets);
}

static sonde_code read_views(arrow_in *in, vec *v) {
  arrow_bytes views;
  SONDE_TRY(arrow_take_values(in, v->rows, VIEW_BYTES, &views));
  if (in->view >= in->views.n) return arrow_damaged(in, "the number of its buffers is missing");
  uint64_t n = fb_element_u64(in->views, in->view++, 8, 0);
  if (n > in->buffers.n - in->buffer) return arrow_damaged(in, "buffers are missing");
  arrow_bytes *data = arena_array(in->scratch, (size_t)n, sizeof *data, in->err);
  if (!data) return in->err->code;
  for (uint64_t i = 0; i < n; i++) SONDE_TRY(arrow_take(in, &data[i]));
  return copy_views(in, &(view_in){views.bytes, data, n}, v);
}

sonde_code arrow_read_text(arrow_in *in, const arrow_field *f, vec *v) {
  v->form = VEC_TEXT;
  if (f->kind == ARROW_FIXED_SIZE_BINARY) return read_fixed_text(in, f, v);
  if (f->kind == ARROW_UTF8_VIEW || f->kind == ARROW_BINARY_VIEW) return read_views(in, v);
  return read_offset_text(in, f, v);
}
