/* See value_text.h. */
#include "exec/value_text.h"

#include <math.h>
#include <string.h>

#include "base/datetime.h"
#include "column/page.h"

value_family family_of(column_type t) {
  switch (t.id) {
  case TYPE_DOUBLE:
  case TYPE_FLOAT: return FAMILY_DOUBLE;
  case TYPE_DECIMAL: return FAMILY_DECIMAL;
  case TYPE_TEXT:
  case TYPE_BLOB: return FAMILY_TEXT;
  case TYPE_UUID:
  case TYPE_INTERVAL:
  case TYPE_LIST:
  case TYPE_STRUCT:
  case TYPE_MAP: return FAMILY_SHOWN;
  default: return FAMILY_WHOLE;
  }
}

sonde_str i64_text(int64_t x, column_type t, char room[VALUE_TEXT_MAX]) {
  return (sonde_str){room, i64_format(x, t, room)};
}

/* A scaled double of at most 15 digits is its own shortest text; that is ten times faster than searching for it. */
static size_t scaled_text(const vec *v, uint32_t row, char *room) {
  int64_t m = v->base + (int64_t)(v->width == 0   ? 0
                                  : v->width == 1 ? ((const uint8_t *)v->data)[row]
                                  : v->width == 2 ? ((const uint16_t *)v->data)[row]
                                  : v->width == 4 ? ((const uint32_t *)v->data)[row]
                                                  : ((const uint64_t *)v->data)[row]);
  if (m >= 1000000000000000 || m <= -1000000000000000) return 0;
  uint32_t scale = v->scale;
  if (scale > 6) return 0;
  for (; scale > 0 && m % 10 == 0; scale--) m /= 10;
  return number_format_int128((int128){(uint64_t)m, m < 0 ? -1 : 0}, scale, room);
}

sonde_str double_text(double x, column_type t, char room[VALUE_TEXT_MAX]) {
  size_t n = t.id == TYPE_FLOAT ? number_format_float(x, room) : number_format_double(x, room);
  return (sonde_str){room, n};
}

sonde_str value_text(const vec *v, uint32_t row, column_type t, char room[VALUE_TEXT_MAX]) {
  size_t n = 0;
  switch (family_of(t)) {
  case FAMILY_TEXT: return vec_str(v, row);
  case FAMILY_SHOWN: /* nested values come as texts: nested_as_text */
    return v->form == VEC_TEXT ? vec_str(v, row) : (sonde_str){room, scalar_format(v, row, room)};
  case FAMILY_DOUBLE:
    if (v->form == VEC_SCALED) n = scaled_text(v, row, room);
    return n ? (sonde_str){room, n} : double_text(vec_f64(v, row), t, room);
  case FAMILY_DECIMAL: return (sonde_str){room, number_format_int128(vec_i128_as(v, row, t), t.scale, room)};
  default: return i64_text(vec_i64_as(v, row, t), t, room);
  }
}

static bool parse_bool(sonde_str s, int64_t *out) {
  static const char *const words[] = {"false", "true"};
  for (int w = 0; w < 2; w++) {
    if (s.len != strlen(words[w])) continue;
    bool same = true;
    for (size_t i = 0; i < s.len; i++) same = same && (s.ptr[i] | 32) == words[w][i];
    if (same) return *out = w, true;
  }
  return false;
}

static bool parse_date(sonde_str s, uint8_t order, int64_t *out) {
  int32_t days;
  if (!date_parse(s.ptr, s.len, DATE_YMD, &days) && !(order && date_parse(s.ptr, s.len, order, &days)))
    return false;
  *out = days;
  return true;
}

static bool parse_nanos(sonde_str s, uint8_t order, int64_t *out) {
  bool zoned;
  return timestamp_parse_nanos(s.ptr, s.len, DATE_YMD, out, &zoned) ||
         (order && timestamp_parse_nanos(s.ptr, s.len, order, out, &zoned)) ||
         (parse_date(s, order, out) && !__builtin_mul_overflow(*out, 86400000000000LL, out));
}

static bool parse_timestamp(sonde_str s, uint8_t order, int64_t *out) {
  bool zoned;
  if (timestamp_parse(s.ptr, s.len, DATE_YMD, out, &zoned) ||
      (order && timestamp_parse(s.ptr, s.len, order, out, &zoned)))
    return true;
  if (!parse_date(s, order, out)) return false;
  *out *= 86400000000LL;
  return true;
}

static bool parse_int(sonde_str s, const number_text *n, typed_value *out) {
  out->whole = number_to_int64(n, s.ptr, s.len, &out->i64);
  if (out->whole) return true;
  double v = number_to_double(n, s.ptr, s.len, '.');
  out->i64 = v >= 9223372036854775808.0   ? INT64_MAX
             : v < -9223372036854775808.0 ? INT64_MIN
                                          : (int64_t)floor(v);
  return true;
}

static sonde_str trim(sonde_str s) {
  while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) s.ptr++, s.len--;
  while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) s.len--;
  return s;
}

bool value_parse(sonde_str text, column_type t, uint8_t order, typed_value *out) {
  *out = (typed_value){.text = text, .whole = true};
  if (family_of(t) == FAMILY_TEXT || family_of(t) == FAMILY_SHOWN || t.id == TYPE_NONE) return true;
  text = trim(text);
  number_text n;
  switch (t.id) {
  case TYPE_BOOL: return parse_bool(text, &out->i64);
  case TYPE_DATE: return parse_date(text, order, &out->i64);
  case TYPE_TIME:
    return t.scale == SCALE_NANOS ? time_parse_nanos(text.ptr, text.len, &out->i64)
                                  : time_parse(text.ptr, text.len, &out->i64);
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ:
    return t.scale == SCALE_NANOS ? parse_nanos(text, order, &out->i64)
                                  : parse_timestamp(text, order, &out->i64);
  default: break;
  }
  if (!number_scan(text.ptr, text.len, '.', &n)) return false;
  out->f64 = number_to_double(&n, text.ptr, text.len, '.');
  if (t.id == TYPE_INT64) return parse_int(text, &n, out);
  return family_of(t) == FAMILY_DOUBLE || number_to_int128(&n, text.ptr, text.len, '.', t.scale, &out->i128);
}

static sonde_code put_texts(const vec *v, buf *text, uint32_t *offsets, sonde_error *err) {
  offsets[0] = 0;
  for (uint32_t r = 0; r < v->rows; r++) {
    if (vec_valid(v, r)) cell_json(text, v, r);
    SONDE_CHECK(text->len <= UINT32_MAX, err, SONDE_LIMIT, 0,
                "a block of a nested column has more than 4 GB as text");
    offsets[r + 1] = (uint32_t)text->len;
  }
  return buf_status(text, err);
}

sonde_code nested_as_text(const vec **v, arena *memory, sonde_error *err) {
  const vec *nested = *v;
  if (nested->form != VEC_LIST && nested->form != VEC_MAP && nested->form != VEC_STRUCT) return SONDE_OK;
  uint32_t *offsets = arena_array(memory, (size_t)nested->rows + 1, 4, err);
  vec *out = arena_zero(memory, sizeof *out, err);
  if (!offsets || !out) return err->code;
  buf text;
  buf_init(&text, memory->mem, SIZE_MAX / 2);
  sonde_code code = put_texts(nested, &text, offsets, err);
  *out = (vec){.type = nested->type,
               .form = VEC_TEXT,
               .rows = nested->rows,
               .nulls = nested->nulls,
               .validity = nested->validity,
               .offsets = offsets};
  if (code == SONDE_OK && !(out->bytes = arena_copy(memory, text.data, text.len, err))) code = err->code;
  buf_free(&text);
  *v = out;
  return code;
}
