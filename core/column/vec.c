/* See vec.h. */
#include "column/vec.h"

#include <string.h>

#include "base/number.h"

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static uint64_t unpack(const vec *v, uint32_t row) {
  switch (v->width) {
  case 1: return ((const uint8_t *)v->data)[row];
  case 2: return ((const uint16_t *)v->data)[row];
  case 4: return ((const uint32_t *)v->data)[row];
  case 8: return ((const uint64_t *)v->data)[row];
  default: return 0;
  }
}

int64_t vec_i64(const vec *v, uint32_t row) {
  if (v->form == VEC_BITS) return (int64_t)(((const uint64_t *)v->data)[row >> 6] >> (row & 63) & 1);
  return (int64_t)((uint64_t)v->base + unpack(v, row));
}

/* Calls `EACH(T)` for the type of a packed value; a width of 0 has none. */
#define FOR_WIDTH(width, EACH)                                                                               \
  switch (width) {                                                                                           \
  case 1: EACH(uint8_t); break;                                                                              \
  case 2: EACH(uint16_t); break;                                                                             \
  case 4: EACH(uint32_t); break;                                                                             \
  default: EACH(uint64_t);                                                                                   \
  }

void vec_i64s(const vec *v, uint32_t first, uint32_t n, int64_t *out) {
  const uint64_t base = (uint64_t)v->base;
#define UNPACK(T)                                                                                            \
  for (uint32_t i = 0; i < n; i++) out[i] = (int64_t)(base + ((const T *)v->data)[first + i])
  if (v->form == VEC_BITS)
    for (uint32_t i = 0; i < n; i++) out[i] = vec_i64(v, first + i);
  else if (v->width == 0)
    for (uint32_t i = 0; i < n; i++) out[i] = v->base;
  else
    FOR_WIDTH(v->width, UNPACK)
#undef UNPACK
}

double vec_f64(const vec *v, uint32_t row) {
  if (v->form == VEC_F64) return ((const double *)v->data)[row];
  if (v->form == VEC_SCALED) return (double)(int64_t)((uint64_t)v->base + unpack(v, row)) / powers[v->scale];
  if (v->form == VEC_I128) {
    int128 x;
    memcpy(&x, (const uint8_t *)v->data + (size_t)row * 16, 16);
    return int128_to_double(x, v->type.scale);
  }
  return (double)vec_i64(v, row);
}

static void scaled(const vec *v, uint32_t first, uint32_t n, double *out) {
  const double power = powers[v->scale];
  const uint64_t base = (uint64_t)v->base;
#define UNSCALE(T)                                                                                           \
  for (uint32_t i = 0; i < n; i++) out[i] = (double)(int64_t)(base + ((const T *)v->data)[first + i]) / power
  FOR_WIDTH(v->width, UNSCALE)
#undef UNSCALE
}

void vec_f64s(const vec *v, uint32_t first, uint32_t n, double *out) {
  if (v->form == VEC_F64)
    memcpy(out, (const double *)v->data + first, (size_t)n * 8);
  else if (v->form == VEC_SCALED && v->width)
    scaled(v, first, n, out);
  else
    for (uint32_t i = 0; i < n; i++) out[i] = vec_f64(v, first + i);
}

uint32_t vec_code(const vec *v, uint32_t row) { return (uint32_t)unpack(v, row); }

sonde_str vec_value(const vec *v, uint32_t code) {
  return (sonde_str){v->bytes + v->offsets[code], v->offsets[code + 1] - v->offsets[code]};
}

sonde_str vec_str(const vec *v, uint32_t row) {
  return vec_value(v, v->form == VEC_DICT ? vec_code(v, row) : row);
}

static void narrow(void *to, uint8_t width, uint64_t base, const int64_t *from, uint32_t n) {
#define NARROW(T)                                                                                            \
  for (uint32_t i = 0; i < n; i++) ((T *)to)[i] = (T)((uint64_t)from[i] - base)
  if (width) FOR_WIDTH(width, NARROW)
#undef NARROW
}

typedef struct {
  int64_t low, high;
  uint32_t count; /* of values that are there */
} value_range;

static void widen(value_range *r, const int64_t *values, uint32_t n) {
  int64_t low = r->low, high = r->high;
  for (uint32_t i = 0; i < n; i++) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  *r = (value_range){low, high, r->count + n};
}

static value_range range_of(const int64_t *values, const uint64_t *validity, uint32_t rows) {
  value_range r = {INT64_MAX, INT64_MIN, 0};
  if (!validity) widen(&r, values, rows);
  for (uint32_t i = 0; validity && i < rows; i++)
    if (validity[i >> 6] >> (i & 63) & 1) widen(&r, &values[i], 1);
  return r;
}

sonde_code vec_pack_i64(vec *out, column_type type, const int64_t *values, const uint64_t *validity,
                        uint32_t rows, arena *keep, sonde_error *err) {
  value_range r = range_of(values, validity, rows);
  uint32_t nulls = rows - r.count;
  *out = (vec){.type = type, .form = VEC_NULL, .rows = rows, .nulls = nulls};
  if (nulls == rows) return SONDE_OK;
  uint64_t range = (uint64_t)r.high - (uint64_t)r.low;
  uint8_t width = range == 0 ? 0 : range < 256 ? 1 : range < 65536 ? 2 : range <= UINT32_MAX ? 4 : 8;
  void *data = arena_alloc(keep, (size_t)rows * width, err);
  uint64_t *bits = nulls ? arena_copy(keep, validity, ((size_t)rows + 63) / 64 * 8, err) : NULL;
  if (!data || (nulls && !bits)) return err->code;
  narrow(data, width, (uint64_t)r.low, values, rows);
  out->form = VEC_PACKED;
  out->width = width;
  out->base = r.low;
  out->data = data;
  out->validity = bits;
  return SONDE_OK;
}
