/* See variant.h: the binary encoding. */
#include "format/parquet/variant.h"

#include <string.h>

#include "format/parquet/variant_value.h"

bool variant_json(sonde_str metadata, sonde_str value, buf *out) {
  return variant_put(out, metadata, value, false, VALUE_DEPTH_MAX);
}

/* ---- shredding ---- */

static const vec *part(const vec *group, const char *name) {
  for (uint32_t i = 0; group->form == VEC_STRUCT && i < group->n_children; i++)
    if (group->names[i].len == strlen(name) && memcmp(group->names[i].ptr, name, group->names[i].len) == 0)
      return &group->children[i];
  return NULL;
}

static bool has(const vec *v, uint32_t row) { return v && vec_valid(v, row); }

static bool put_group(buf *b, sonde_str metadata, const vec *group, uint32_t row, bool bare, uint32_t depth);

static bool put_array(buf *b, sonde_str metadata, const vec *list, uint32_t row, uint32_t depth) {
  buf_u8(b, '[');
  for (uint32_t i = list->offsets[row]; i < list->offsets[row + 1]; i++) {
    if (i > list->offsets[row]) buf_u8(b, ',');
    if (!put_group(b, metadata, &list->children[0], i, false, depth)) return false;
  }
  buf_u8(b, ']');
  return true;
}

/* Fields of their own columns, and what the object has besides in `value`. */
static bool put_object(buf *b, sonde_str metadata, const vec *fields, const vec *value, uint32_t row,
                       uint32_t depth) {
  bool any = false;
  buf_u8(b, '{');
  for (uint32_t i = 0; i < fields->n_children; i++) {
    const vec *f = &fields->children[i];
    bool there = vec_valid(f, row) && (has(part(f, "value"), row) || has(part(f, "typed_value"), row));
    if (!there) continue;
    if (any) buf_u8(b, ',');
    any = true;
    json_put_str(b, fields->names[i]);
    buf_u8(b, ':');
    if (!put_group(b, metadata, f, row, false, depth)) return false;
  }
  if (has(value, row) && !variant_put_fields(b, metadata, vec_str(value, row), any, depth)) return false;
  buf_u8(b, '}');
  return true;
}

static void put_scalar(buf *b, const vec *v, uint32_t row, bool bare) {
  char text[VALUE_TEXT_MAX];
  bool bytes = v->form == VEC_TEXT || v->form == VEC_DICT;
  if (bare && bytes && v->type.id == TYPE_TEXT)
    buf_put(b, vec_str(v, row).ptr, vec_str(v, row).len);
  else if (bare && bytes)
    variant_put_hex(b, vec_str(v, row));
  else if (bare)
    buf_put(b, text, scalar_format(v, row, text));
  else
    cell_json(b, v, row);
}

/* One place: its typed value, else its binary value, else it is missing, which outside of objects is null. */
static bool put_group(buf *b, sonde_str metadata, const vec *group, uint32_t row, bool bare, uint32_t depth) {
  const vec *value = part(group, "value"), *typed = part(group, "typed_value");
  if (depth == 0) return false;
  if (has(typed, row)) {
    if (typed->form == VEC_LIST) return put_array(b, metadata, typed, row, depth - 1);
    if (typed->form == VEC_STRUCT) return put_object(b, metadata, typed, value, row, depth - 1);
    put_scalar(b, typed, row, bare);
    return true;
  }
  if (has(value, row)) return variant_put(b, metadata, vec_str(value, row), bare, depth);
  buf_put(b, "null", 4);
  return true;
}

/* Neither a typed value nor one that is more than the null of the encoding: a byte of zero. */
static bool is_null(const vec *parts, uint32_t row) {
  const vec *value = part(parts, "value");
  if (!vec_valid(parts, row)) return true;
  if (has(part(parts, "typed_value"), row)) return false;
  if (!has(value, row)) return true;
  sonde_str s = vec_str(value, row);
  return s.len == 1 && s.ptr[0] == 0;
}

static bool is_binary(const vec *v) {
  return !v || v->form == VEC_NULL || v->form == VEC_TEXT || v->form == VEC_DICT;
}

static sonde_code put_rows(const vec *parts, uint32_t *offsets, uint64_t *bits, uint32_t *nulls, buf *b,
                           sonde_error *err) {
  const vec *metadata = part(parts, "metadata");
  offsets[0] = 0;
  for (uint32_t r = 0; r < parts->rows; r++) {
    bool null = is_null(parts, r);
    sonde_str names = has(metadata, r) ? vec_str(metadata, r) : (sonde_str){"", 0};
    bool fine = null || put_group(b, names, parts, r, true, VALUE_DEPTH_MAX);
    SONDE_CHECK(fine, err, SONDE_CORRUPT, 0, "a variant value is damaged or nested too deep");
    SONDE_TRY(buf_status(b, err));
    offsets[r + 1] = (uint32_t)b->len;
    bits[r >> 6] |= (uint64_t)!null << (r & 63);
    *nulls += null;
  }
  return SONDE_OK;
}

static sonde_code keep(const vec *parts, arena *memory, buf *b, vec *out, sonde_error *err) {
  uint32_t nulls = 0;
  uint32_t *offsets = arena_array(memory, (size_t)parts->rows + 1, sizeof *offsets, err);
  uint64_t *bits = arena_zero(memory, ((size_t)parts->rows + 63) / 64 * 8, err);
  if (!offsets || !bits) return err->code;
  SONDE_TRY(put_rows(parts, offsets, bits, &nulls, b, err));
  char *bytes = arena_copy(memory, b->data, b->len, err);
  if (!bytes) return err->code;
  *out = (vec){.type = {.id = TYPE_TEXT}, .form = VEC_TEXT, .rows = parts->rows, .nulls = nulls};
  out->validity = nulls ? bits : NULL;
  out->offsets = offsets;
  out->bytes = bytes;
  if (nulls == parts->rows) out->form = VEC_NULL;
  return SONDE_OK;
}

sonde_code variant_vec(const vec *parts, arena *memory, vec *out, sonde_error *err) {
  bool fine = is_binary(part(parts, "metadata")) && is_binary(part(parts, "value"));
  SONDE_CHECK(fine, err, SONDE_CORRUPT, 0, "a variant column's metadata or value is not binary");
  buf b;
  buf_init(&b, memory->mem, UINT32_MAX / 2);
  sonde_code code = keep(parts, memory, &b, out, err);
  buf_free(&b);
  return code;
}
