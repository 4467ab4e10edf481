/* Values as text, as a cast to VARCHAR writes them: DuckDB's forms. */
#include <math.h>
#include <stdlib.h>

#include "base/datetime.h"
#include "base/print.h"
#include "column/value_format.h"
#include "exec/query/expression/eval.h"
#include "exec/query/time/calendar.h"

static void put(buf *b, const char *s) { buf_put(b, s, strlen(s)); }

/* ---- numbers ---- */

/* Digits as they are, without a point, and the power of ten of the first one. */
static size_t digits_of(const char *s, size_t n, char digits[32], int *power) {
  size_t len = 0;
  int point = -1, e = 0;
  for (size_t i = 0; i < n; i++) {
    if (s[i] == '.') point = (int)len;
    if (s[i] == 'e') {
      e = (int)strtol(s + i + 1, NULL, 10);
      break;
    }
    if (s[i] >= '0' && s[i] <= '9') digits[len++] = s[i];
  }
  int whole = point < 0 ? (int)len : point;
  size_t zeros = 0;
  while (zeros + 1 < len && digits[zeros] == '0') zeros++;
  memmove(digits, digits + zeros, len -= zeros);
  while (len > 1 && digits[len - 1] == '0') len--;
  *power = whole - (int)zeros - 1 + e;
  return len;
}

/* Shortest digits; plain from 1e-4 to below 1e16, with ".0" when whole; else 1e+16, 1.5e-07. */
static void put_floating(buf *b, double x, bool single) {
  char s[32], digits[32];
  int power;
  if (isnan(x) || isinf(x)) {
    put(b, isnan(x) ? "nan" : x < 0 ? "-inf" : "inf");
    return;
  }
  if (signbit(x)) put(b, "-");
  if (x == 0) {
    put(b, "0.0");
    return;
  }
  size_t n = single ? number_format_float(fabs(x), s) : number_format_double(fabs(x), s);
  s[n] = 0;
  n = digits_of(s, n, digits, &power);
  if (power < -4 || power >= 16) {
    buf_put(b, digits, 1);
    if (n > 1) put(b, "."), buf_put(b, digits + 1, n - 1);
    buf_printf(b, "e%c%02d", power < 0 ? '-' : '+', abs(power));
    return;
  }
  if (power < 0) {
    put(b, "0.");
    for (int i = -1; i > power; i--) put(b, "0");
    buf_put(b, digits, n);
    return;
  }
  for (int i = 0; i <= power; i++) buf_put(b, (size_t)i < n ? digits + i : "0", 1);
  put(b, ".");
  if ((int)n > power + 1)
    buf_put(b, digits + power + 1, n - (size_t)power - 1);
  else
    put(b, "0");
}

static void put_whole(buf *b, i128 w, unsigned scale) {
  char s[48];
  buf_put(b, s, number_format_int128(int128_of(w), scale, s));
}

/* ---- dates and times ---- */

static size_t without_zeros(const char *s, size_t n) {
  const char *point = memchr(s, '.', n);
  if (!point) return n;
  while (s[n - 1] == '0') n--;
  return n;
}

/* Years before 1 are written with (BC), which follows the date or the whole of a timestamp. */
static void put_dated(buf *b, const char *s, size_t n) {
  bool negative = *s == '-';
  long year = strtol(s, NULL, 10);
  const char *rest = memchr(s + 1, '-', n - 1);
  if (!negative && year > 0) {
    buf_put(b, s, n);
    return;
  }
  buf_printf(b, "%04ld", 1 - year);
  buf_put(b, rest, n - (size_t)(rest - s));
  put(b, " (BC)");
}

static bool put_infinite(buf *b, int64_t v, int64_t most) {
  if (v != most && v != -most) return false;
  put(b, v > 0 ? "infinity" : "-infinity");
  return true;
}

static void put_timestamp(buf *b, const sql_type *t, int64_t v) {
  char s[64];
  if (put_infinite(b, v, INT64_MAX)) return;
  size_t n = t->unit == 9 ? timestamp_format_nanos(v, false, s) : timestamp_format(v, false, s);
  n = without_zeros(s, n);
  put_dated(b, s, n);
  if (t->id == SQL_TIMESTAMPTZ) put(b, "+00");
}

void offset_print(buf *b, int32_t ahead) {
  int32_t size = ahead < 0 ? -ahead : ahead;
  buf_printf(b, "%c%02d", ahead < 0 ? '-' : '+', size / 3600);
  if (size % 3600) buf_printf(b, ":%02d", size / 60 % 60);
  if (size % 60) buf_printf(b, ":%02d", size % 60);
}

void value_print_zoned(buf *b, const sql_type *t, int64_t v, const time_zone *z) {
  int64_t second = t->unit == 9 ? 1000000000 : 1000000, ahead = zone_offset(z, floor_divide(v, second));
  bool infinite = v == INT64_MAX || v == -INT64_MAX;
  sql_type local = {.id = SQL_TIMESTAMP, .unit = t->unit};
  put_timestamp(b, &local, infinite ? v : v + ahead * second);
  if (!infinite) offset_print(b, (int32_t)ahead);
}

static void put_i64(buf *b, const sql_type *t, int64_t v) {
  char s[48];
  size_t n;
  switch (t->id) {
  case SQL_DATE:
    if (put_infinite(b, v, INT32_MAX)) return;
    put_dated(b, s, date_format((int32_t)v, s));
    return;
  case SQL_TIME:
    if (v == (t->unit == 9 ? 86400000000000 : 86400000000)) {
      put(b, "24:00:00");
      return;
    }
    n = t->unit == 9 ? time_format_nanos(v, s) : time_format(v, s);
    buf_put(b, s, without_zeros(s, n));
    return;
  case SQL_TIMESTAMP:
  case SQL_TIMESTAMPTZ: put_timestamp(b, t, v); return;
  case SQL_DECIMAL: put_whole(b, v, t->scale); return;
  case SQL_ENUM: buf_put(b, t->names[v].ptr, t->names[v].len); return;
  default: buf_put(b, s, number_format_int64(v, s));
  }
}

static void put_part(buf *b, size_t start, int64_t n, const char *unit) {
  if (n)
    buf_printf(b, "%s%lld %s%s", b->len > start ? " " : "", (long long)n, unit, n == 1 || n == -1 ? "" : "s");
}

static void put_interval(buf *b, interval v) {
  size_t start = b->len;
  put_part(b, start, v.months / 12, "year");
  put_part(b, start, v.months % 12, "month");
  put_part(b, start, v.days, "day");
  if (!v.micros && b->len > start) return;
  uint64_t us = v.micros < 0 ? 0 - (uint64_t)v.micros : (uint64_t)v.micros;
  unsigned long long seconds = us / 1000000;
  buf_printf(b, "%s%s%02llu:%02llu:%02llu", b->len > start ? " " : "", v.micros < 0 ? "-" : "",
             seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (us % 1000000 == 0) return;
  char fraction[16];
  int n = print_text(fraction, sizeof fraction, ".%06u", (unsigned)(us % 1000000));
  buf_put(b, fraction, without_zeros(fraction, (size_t)n));
}

/* ---- bytes, nested values ---- */

static void put_blob(buf *b, sonde_str s) {
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    if (c >= 32 && c < 127 && c != '\\' && c != '\'' && c != '"')
      buf_u8(b, c);
    else
      buf_printf(b, "\\x%02X", c);
  }
}

static bool needs_quotes(sonde_str s) {
  if (s.len == 0 || s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ') return true;
  if (s.len == 4 && (s.ptr[0] | 32) == 'n' && (s.ptr[1] | 32) == 'u' && (s.ptr[2] | 32) == 'l' &&
      (s.ptr[3] | 32) == 'l')
    return true;
  for (size_t i = 0; i < s.len; i++)
    if (strchr("'\"\\,[]{}()=:", s.ptr[i])) return true;
  return false;
}

static void put_quoted(buf *b, sonde_str s) {
  put(b, "'");
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] == '\'' || s.ptr[i] == '\\') put(b, "\\");
    buf_put(b, s.ptr + i, 1);
  }
  put(b, "'");
}

static void put_item(buf *b, const sql_type *t, const nested *x, uint32_t i) {
  if (!nested_valid(x, i))
    put(b, "NULL");
  else if (t->id == SQL_TEXT && needs_quotes(x->cells[i].s))
    put_quoted(b, x->cells[i].s);
  else
    value_print(b, t, x->cells[i]);
}

static void put_struct(buf *b, const sql_type *t, const nested *x) {
  bool named = t->names && t->n_children && t->names[0].len;
  put(b, named ? "{" : "(");
  for (uint32_t i = 0; i < x->n; i++) {
    if (i) put(b, ", ");
    if (named) put_quoted(b, t->names[i]), put(b, ": ");
    put_item(b, &t->children[i], x, i);
  }
  put(b, named ? "}" : ")");
}

static void put_nested(buf *b, const sql_type *t, const nested *x) {
  if (t->id == SQL_STRUCT) {
    put_struct(b, t, x);
    return;
  }
  bool map = t->id == SQL_MAP;
  put(b, map ? "{" : "[");
  for (uint32_t i = 0; i < x->n; i++) {
    if (i) put(b, map && i % 2 ? "=" : ", ");
    put_item(b, &t->children[map ? i % 2 : 0], x, i);
  }
  put(b, map ? "}" : "]");
}

void value_print(buf *b, const sql_type *t, cell v) {
  char s[64];
  switch (sql_lane(t)) {
  case LANE_BOOL: put(b, v.b ? "true" : "false"); return;
  case LANE_I64: put_i64(b, t, v.i); return;
  case LANE_F64: put_floating(b, v.f, t->id == SQL_FLOAT); return;
  case LANE_STR:
    if (t->id == SQL_BLOB)
      put_blob(b, v.s);
    else
      buf_put(b, v.s.ptr, v.s.len);
    return;
  case LANE_NESTED: put_nested(b, t, v.n); return;
  case LANE_I128:
    if (t->id == SQL_INTERVAL)
      put_interval(b, interval_of(v.w));
    else if (t->id == SQL_UUID)
      buf_put(b, s, uuid_format(int128_of(v.w), s));
    else
      put_whole(b, v.w, t->id == SQL_DECIMAL ? t->scale : 0);
  }
}
