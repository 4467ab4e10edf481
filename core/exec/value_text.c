/* See value_text.h. */
#include "exec/value_text.h"

#include <math.h>
#include <string.h>

#include "base/datetime.h"
#include "column/page.h"

sonde_str i64_text(int64_t x, column_type t, char room[VALUE_TEXT_MAX]) {
  size_t n;
  switch (t.id) {
  case TYPE_BOOL: return x ? (sonde_str){"true", 4} : (sonde_str){"false", 5};
  case TYPE_DATE: n = date_format((int32_t)x, room); break;
  case TYPE_TIME: n = time_format(x, room); break;
  case TYPE_TIMESTAMP: n = timestamp_format(x, false, room); break;
  case TYPE_TIMESTAMPTZ: n = timestamp_format(x, true, room); break;
  default: n = number_format_int64(x, room); break;
  }
  return (sonde_str){room, n};
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

sonde_str value_text(const vec *v, uint32_t row, column_type t, char room[VALUE_TEXT_MAX]) {
  size_t n = 0;
  switch (t.id) {
  case TYPE_TEXT: return vec_str(v, row);
  case TYPE_DOUBLE:
    if (v->form == VEC_SCALED) n = scaled_text(v, row, room);
    if (n == 0) n = number_format_double(vec_f64(v, row), room);
    return (sonde_str){room, n};
  case TYPE_DECIMAL: return (sonde_str){room, number_format_int128(vec_i128_as(v, row, t), t.scale, room)};
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
  if (t.id == TYPE_TEXT || t.id == TYPE_NONE) return true;
  text = trim(text);
  number_text n;
  switch (t.id) {
  case TYPE_BOOL: return parse_bool(text, &out->i64);
  case TYPE_DATE: return parse_date(text, order, &out->i64);
  case TYPE_TIME: return time_parse(text.ptr, text.len, &out->i64);
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ: return parse_timestamp(text, order, &out->i64);
  default: break;
  }
  if (!number_scan(text.ptr, text.len, '.', &n)) return false;
  out->f64 = number_to_double(&n, text.ptr, text.len, '.');
  if (t.id == TYPE_INT64) return parse_int(text, &n, out);
  return t.id == TYPE_DOUBLE || number_to_int128(&n, text.ptr, text.len, '.', t.scale, &out->i128);
}
