/* Part of a vec. */
#include <string.h>

#include "format/parquet/bits.h"
#include "format/parquet/leaf.h"

static uint64_t *slice_bits(const uint64_t *bits, uint32_t first, uint32_t n, arena *memory,
                            sonde_error *err) {
  uint64_t *out = arena_zero(memory, bits_words(n) * 8, err);
  if (out) bits_copy(out, 0, (const uint8_t *)bits, first, n);
  return out;
}

static sonde_code slice_validity(const vec *v, uint32_t first, vec *out, arena *memory, sonde_error *err) {
  if (!v->validity) return SONDE_OK;
  out->nulls = out->rows - bits_count(v->validity, first, out->rows);
  out->validity = out->nulls ? slice_bits(v->validity, first, out->rows, memory, err) : NULL;
  return out->nulls && !out->validity ? err->code : SONDE_OK;
}

static sonde_code slice_children(const vec *v, uint32_t first, vec *out, arena *memory, sonde_error *err) {
  vec *children = arena_array(memory, v->n_children, sizeof *children, err);
  if (!children) return err->code;
  for (uint32_t i = 0; i < v->n_children; i++)
    SONDE_TRY(slice_vec(&v->children[i], first, out->rows, memory, &children[i], err));
  out->children = children;
  return SONDE_OK;
}

sonde_code slice_vec(const vec *v, uint32_t first, uint32_t n, arena *memory, vec *out, sonde_error *err) {
  *out = *v;
  if (first == 0 && n == v->rows) return SONDE_OK;
  out->rows = n;
  out->nulls = v->form == VEC_NULL ? n : 0;
  SONDE_TRY(slice_validity(v, first, out, memory, err));
  size_t width = v->form == VEC_F64 ? 8 : v->form == VEC_I128 ? 16 : v->width;
  if (v->form == VEC_BITS) {
    out->data = slice_bits(v->data, first, n, memory, err);
    return out->data ? SONDE_OK : err->code;
  }
  if (v->form == VEC_STRUCT) return slice_children(v, first, out, memory, err);
  if (v->form == VEC_TEXT || v->form == VEC_LIST || v->form == VEC_MAP)
    out->offsets = v->offsets + first;
  else if (v->data)
    out->data = (const uint8_t *)v->data + first * width;
  if (out->nulls == n) *out = (vec){.type = v->type, .form = VEC_NULL, .rows = n, .nulls = n};
  return SONDE_OK;
}
