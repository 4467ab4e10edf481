/* Values of fixed width, brought to the form that we hold them in. See read_parts.h. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "format/arrow/read_parts.h"

#define MILLIS_PER_DAY 86400000

/* ---- whole numbers, dates, times ---- */

/* What a stored value is multiplied by. */
static int64_t factor_of(const arrow_field *f) {
  if (f->kind != ARROW_TIME && f->kind != ARROW_TIMESTAMP) return 1;
  return f->unit == UNIT_SECOND ? 1000000 : f->unit == UNIT_MILLI ? 1000 : 1;
}

static int64_t floor_days(int64_t millis) { return millis / MILLIS_PER_DAY - (millis % MILLIS_PER_DAY < 0); }

static sonde_code scale_values(arrow_in *in, const arrow_field *f, const vec *v, int64_t *values) {
  int64_t factor = factor_of(f);
  bool millis = f->kind == ARROW_DATE && f->unit == DATE_UNIT_MILLI;
  if (factor == 1 && !millis) return SONDE_OK;
  for (uint32_t i = 0; i < v->rows; i++) {
    if (!vec_valid(v, i)) continue;
    if (millis) values[i] = floor_days(values[i]);
    bool fits =
        millis ? values[i] == (int32_t)values[i] : !__builtin_mul_overflow(values[i], factor, &values[i]);
    if (!fits) return arrow_damaged(in, "a date or time is too far away");
  }
  return SONDE_OK;
}

static void load_ints(const arrow_field *f, const uint8_t *p, int64_t *out, uint32_t n) {
  if (f->width == 8)
    memcpy(out, p, (size_t)n * 8);
  else
    for (uint32_t i = 0; i < n; i++) out[i] = arrow_int(p + (size_t)i * f->width, f->width, f->is_signed);
}

static sonde_code read_ints(arrow_in *in, const arrow_field *f, vec *v, const uint8_t *p) {
  int64_t *values = arena_array(in->scratch, v->rows, 8, in->err);
  if (!values) return in->err->code;
  load_ints(f, p, values, v->rows);
  SONDE_TRY(scale_values(in, f, v, values));
  return vec_pack_i64(v, f->type, values, v->validity, v->rows, in->memory, in->err);
}

/* ---- floating point ---- */

static double from_half(uint16_t h) {
  int exponent = h >> 10 & 31, fraction = h & 1023;
  double magnitude = exponent == 31  ? (fraction ? NAN : INFINITY)
                     : exponent == 0 ? ldexp(fraction, -24)
                                     : ldexp(fraction + 1024, exponent - 25);
  return h >> 15 ? -magnitude : magnitude;
}

static double load_float(const uint8_t *p, uint8_t width) {
  float single;
  double value;
  if (width == 2) return from_half((uint16_t)(p[0] | p[1] << 8));
  memcpy(&single, p, 4);
  if (width == 4) return single;
  memcpy(&value, p, 8);
  return value;
}

static sonde_code read_floats(arrow_in *in, const arrow_field *f, vec *v, const uint8_t *p) {
  double *values = arena_array(in->memory, v->rows, 8, in->err);
  if (!values) return in->err->code;
  for (uint32_t i = 0; i < v->rows; i++) values[i] = load_float(p + (size_t)i * f->width, f->width);
  v->form = VEC_F64;
  v->data = values;
  return SONDE_OK;
}

/* ---- 128 bits ---- */

static int128 load_decimal(const uint8_t *p, const arrow_field *f) {
  int128 x;
  bool is_signed = f->kind == ARROW_DECIMAL; /* else uint64 */
  if (f->width == 16) {
    memcpy(&x, p, 16);
    return x;
  }
  int64_t low = arrow_int(p, f->width, is_signed);
  return (int128){(uint64_t)low, is_signed && low < 0 ? -1 : 0};
}

static int128 load_uuid(const uint8_t *p) {
  uint64_t half[2] = {0, 0};
  for (uint32_t i = 0; i < 16; i++) half[i / 8] = half[i / 8] << 8 | p[i];
  return (int128){half[1], (int64_t)(half[0] ^ (uint64_t)1 << 63)};
}

/* Months, days and microseconds; false when one is negative, or more than ours holds. */
static bool load_interval(const uint8_t *p, const arrow_field *f, int128 *out) {
  static const int64_t to_micros[] = {1000000, 1000, 1, 1};
  int64_t months = 0, days = 0, micros = 0;
  bool fits = true;
  if (f->kind == ARROW_DURATION) {
    micros = arrow_int(p, 8, true);
    fits = !__builtin_mul_overflow(micros, to_micros[f->unit], &micros);
    if (f->unit == UNIT_NANO) micros /= 1000;
  } else if (f->unit == INTERVAL_DAY_TIME) {
    days = arrow_int(p, 4, true);
    micros = arrow_int(p + 4, 4, true) * 1000;
  } else {
    months = arrow_int(p, 4, true);
    bool whole = f->unit == INTERVAL_MONTH_DAY_NANO;
    days = whole ? arrow_int(p + 4, 4, true) : 0;
    micros = whole ? arrow_int(p + 8, 8, true) / 1000 : 0;
  }
  *out = (int128){(uint64_t)micros, (int64_t)((uint64_t)months << 32 | (uint64_t)days)};
  return fits && months >= 0 && days >= 0 && micros >= 0;
}

static sonde_code load_wide(arrow_in *in, const arrow_field *f, const uint8_t *p, int128 *out) {
  if (f->type.id == TYPE_DECIMAL) *out = load_decimal(p, f);
  if (f->type.id == TYPE_UUID) *out = load_uuid(p);
  bool fits = f->type.id != TYPE_INTERVAL || load_interval(p, f, out);
  SONDE_CHECK(fits, in->err, SONDE_UNSUPPORTED, in->body_at,
              "column %.*s: a negative interval is not supported", (int)in->column.len, in->column.ptr);
  return SONDE_OK;
}

static sonde_code read_wide(arrow_in *in, const arrow_field *f, vec *v, const uint8_t *p) {
  int128 *values = arena_array(in->memory, v->rows, sizeof *values, in->err);
  size_t width = f->type.id == TYPE_UUID ? 16 : f->width;
  if (!values) return in->err->code;
  for (uint32_t i = 0; i < v->rows; i++) {
    values[i] = (int128){0, 0};
    if (vec_valid(v, i)) SONDE_TRY(load_wide(in, f, p + i * width, &values[i]));
  }
  v->data = values;
  return SONDE_OK;
}

/* ---- dispatch ---- */

static sonde_code read_bits(arrow_in *in, vec *v) {
  arrow_bytes b;
  SONDE_TRY(arrow_take(in, &b));
  if (((size_t)v->rows + 7) / 8 > b.len) return arrow_damaged(in, "a buffer is shorter than its rows");
  v->form = VEC_BITS;
  v->data = arrow_words(in, b, v->rows);
  return v->data ? SONDE_OK : in->err->code;
}

sonde_code arrow_read_values(arrow_in *in, const arrow_field *f, vec *v) {
  arrow_bytes b;
  bool wide = f->type.id == TYPE_DECIMAL || f->type.id == TYPE_UUID || f->type.id == TYPE_INTERVAL;
  if (f->type.id == TYPE_BOOL) return read_bits(in, v);
  SONDE_TRY(arrow_take_values(in, v->rows, f->type.id == TYPE_UUID ? 16 : f->width, &b));
  v->form = wide ? VEC_I128 : VEC_F64;
  if (wide) return read_wide(in, f, v, b.bytes);
  return f->kind == ARROW_FLOATING_POINT ? read_floats(in, f, v, b.bytes) : read_ints(in, f, v, b.bytes);
}
