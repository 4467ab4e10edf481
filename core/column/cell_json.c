/* Cells as JSON. See value_format.h. */
#include <math.h>

#include "base/json.h"
#include "column/value_format.h"

static void put_cell(buf *b, const vec *v, uint32_t row, uint32_t depth);

static void put_hex(buf *b, sonde_str s) {
  static const char digits[] = "0123456789abcdef";
  buf_u8(b, '"');
  for (size_t i = 0; i < s.len; i++) {
    char two[2] = {digits[(uint8_t)s.ptr[i] >> 4], digits[(uint8_t)s.ptr[i] & 15]};
    buf_put(b, two, 2);
  }
  buf_u8(b, '"');
}

static bool is_number(const vec *v, uint32_t row) {
  switch (v->type.id) {
  case TYPE_BOOL:
  case TYPE_INT64:
  case TYPE_DECIMAL: return true;
  case TYPE_FLOAT:
  case TYPE_DOUBLE: return isfinite(vec_f64(v, row));
  default: return false;
  }
}

/* A float as the double of equal value: that is what a reader of JSON gets. */
static void put_scalar(buf *b, const vec *v, uint32_t row) {
  char text[VALUE_TEXT_MAX];
  bool is_float = v->type.id == TYPE_FLOAT;
  sonde_str s = {text, is_float ? number_format_double(vec_f64(v, row), text) : scalar_format(v, row, text)};
  if (is_number(v, row))
    buf_put(b, s.ptr, s.len);
  else
    json_put_str(b, s);
}

static void put_list(buf *b, const vec *v, uint32_t row, uint32_t depth) {
  buf_u8(b, '[');
  for (uint32_t i = v->offsets[row]; i < v->offsets[row + 1]; i++) {
    if (i > v->offsets[row]) buf_u8(b, ',');
    put_cell(b, &v->children[0], i, depth);
  }
  buf_u8(b, ']');
}

static void put_struct(buf *b, const vec *v, uint32_t row, uint32_t depth) {
  buf_u8(b, '{');
  for (uint32_t i = 0; i < v->n_children; i++) {
    if (i > 0) buf_u8(b, ',');
    json_put_str(b, v->names[i]);
    buf_u8(b, ':');
    put_cell(b, &v->children[i], row, depth);
  }
  buf_u8(b, '}');
}

static void put_map(buf *b, const vec *v, uint32_t row, uint32_t depth) {
  const vec *keys = &v->children[0];
  bool object = keys->type.id == TYPE_TEXT && keys->nulls == 0;
  buf_u8(b, object ? '{' : '[');
  for (uint32_t i = v->offsets[row]; i < v->offsets[row + 1]; i++) {
    if (i > v->offsets[row]) buf_u8(b, ',');
    if (!object) buf_u8(b, '[');
    put_cell(b, keys, i, depth);
    buf_u8(b, object ? ':' : ',');
    put_cell(b, &v->children[1], i, depth);
    if (!object) buf_u8(b, ']');
  }
  buf_u8(b, object ? '}' : ']');
}

static void put_text(buf *b, const vec *v, uint32_t row) {
  sonde_str s = vec_str(v, row);
  if (v->type.id == TYPE_BLOB)
    put_hex(b, s);
  else if (v->type.id == TYPE_TEXT)
    json_put_str(b, s);
  else
    buf_put(b, s.ptr, s.len); /* a nested value that came as JSON */
}

static void put_cell(buf *b, const vec *v, uint32_t row, uint32_t depth) {
  if (!vec_valid(v, row) || depth == 0) {
    buf_put(b, "null", 4);
    return;
  }
  switch (v->form) {
  case VEC_DICT:
  case VEC_TEXT: put_text(b, v, row); break;
  case VEC_LIST: put_list(b, v, row, depth - 1); break;
  case VEC_MAP: put_map(b, v, row, depth - 1); break;
  case VEC_STRUCT: put_struct(b, v, row, depth - 1); break;
  default: put_scalar(b, v, row); break;
  }
}

void cell_json(buf *b, const vec *v, uint32_t row) { put_cell(b, v, row, VALUE_DEPTH_MAX); }
