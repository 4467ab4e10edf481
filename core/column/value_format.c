/* Scalars as text. See value_format.h. */
#include "column/value_format.h"

#include <string.h>

#include "base/datetime.h"
#include "base/print.h"

size_t uuid_format(int128 value, char out[40]) {
  uint64_t high = (uint64_t)value.high ^ (uint64_t)1 << 63, low = value.low;
  int n = print_text(out, 40, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32),
                     (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFFF), (unsigned)(low >> 48),
                     (unsigned long long)(low & 0xFFFFFFFFFFFF));
  return (size_t)n;
}

static size_t put_part(char *out, size_t at, uint64_t n, const char *unit) {
  if (n == 0) return at;
  return at + (size_t)print_text(out + at, 64 - at, "%s%llu %s%s", at ? " " : "", (unsigned long long)n, unit,
                                 n == 1 ? "" : "s");
}

/* Hours may be more than a day's: days are a part of their own. */
static size_t put_clock(char *out, size_t at, uint64_t micros) {
  unsigned long long seconds = micros / 1000000, fraction = micros % 1000000;
  at += (size_t)print_text(out + at, 64 - at, "%s%02llu:%02llu:%02llu", at ? " " : "", seconds / 3600,
                           seconds / 60 % 60, seconds % 60);
  if (fraction == 0) return at;
  at += (size_t)print_text(out + at, 64 - at, ".%06llu", fraction);
  while (out[at - 1] == '0') at--;
  return at;
}

size_t interval_format(int128 value, char out[64]) {
  uint64_t months = (uint64_t)value.high >> 32, days = (uint64_t)value.high & UINT32_MAX;
  size_t at = put_part(out, 0, months / 12, "year");
  at = put_part(out, at, months % 12, "month");
  at = put_part(out, at, days, "day");
  if (value.low || at == 0) at = put_clock(out, at, value.low);
  return at;
}

size_t i64_format(int64_t x, column_type t, char out[VALUE_TEXT_MAX]) {
  bool nanos = t.scale == SCALE_NANOS;
  switch (t.id) {
  case TYPE_BOOL: memcpy(out, x ? "true" : "false", 5); return x ? 4 : 5;
  case TYPE_DATE: return date_format((int32_t)x, out);
  case TYPE_TIME: return nanos ? time_format_nanos(x, out) : time_format(x, out);
  case TYPE_TIMESTAMP: return nanos ? timestamp_format_nanos(x, false, out) : timestamp_format(x, false, out);
  case TYPE_TIMESTAMPTZ: return nanos ? timestamp_format_nanos(x, true, out) : timestamp_format(x, true, out);
  default: return number_format_int64(x, out);
  }
}

static int128 i128_of(const vec *v, uint32_t row) {
  int128 x;
  memcpy(&x, (const uint8_t *)v->data + (size_t)row * 16, 16);
  return x;
}

size_t scalar_format(const vec *v, uint32_t row, char out[VALUE_TEXT_MAX]) {
  switch (v->type.id) {
  case TYPE_DOUBLE: return number_format_double(vec_f64(v, row), out);
  case TYPE_FLOAT: return number_format_float(vec_f64(v, row), out);
  case TYPE_DECIMAL: return number_format_int128(i128_of(v, row), v->type.scale, out);
  case TYPE_UUID: return uuid_format(i128_of(v, row), out);
  case TYPE_INTERVAL: return interval_format(i128_of(v, row), out);
  default: return i64_format(vec_i64(v, row), v->type, out);
  }
}
