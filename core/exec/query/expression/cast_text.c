/* Values from text, as casts from VARCHAR read them. Blanks around are allowed. */
#include <math.h>
#include <stdlib.h>

#include "base/datetime.h"
#include "base/number.h"
#include "base/utf8.h"
#include "exec/query/expression/cast.h"
#include "exec/query/time/calendar.h"
#include "exec/query/time/zones.h"

#define DAY_NANOS 86400000000000

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static sonde_str trimmed(sonde_str s) {
  while (s.len && is_blank(s.ptr[0])) s.ptr++, s.len--;
  while (s.len && is_blank(s.ptr[s.len - 1])) s.len--;
  return s;
}

static char lower(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

static bool is_word(sonde_str s, const char *word) {
  size_t i = 0;
  while (i < s.len && word[i] && lower(s.ptr[i]) == word[i]) i++;
  return i == s.len && !word[i];
}

/* ---- numbers ---- */

static bool read_bool(sonde_str s, cell *out) {
  static const char *const yes[] = {"true", "t", "1", "yes", "y"}, *const no[] = {"false", "f", "0", "no",
                                                                                  "n"};
  for (size_t i = 0; i < 5; i++) {
    if (is_word(s, yes[i])) return out->b = true;
    if (is_word(s, no[i])) return out->b = false, true;
  }
  return false;
}

/* Digits may be parted by single underscores. */
static size_t without_underscores(sonde_str s, char out[128]) {
  size_t n = 0;
  for (size_t i = 0; i < s.len && n < 127; i++) {
    bool between = i > 0 && i + 1 < s.len && s.ptr[i] == '_' && s.ptr[i - 1] != '_' && s.ptr[i + 1] != '_' &&
                   s.ptr[i - 1] != '.' && s.ptr[i + 1] != '.';
    if (!between) out[n++] = s.ptr[i];
  }
  return n;
}

static int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

/* 0x1F, 0b101 */
static bool read_radix(const char *s, size_t n, i128 *out) {
  int base = n > 2 && s[0] == '0' ? (lower(s[1]) == 'x' ? 16 : lower(s[1]) == 'b' ? 2 : 0) : 0;
  if (!base) return false;
  *out = 0;
  for (size_t i = 2; i < n; i++) {
    int d = digit_of(s[i]);
    if (d >= base || *out >> 120) return false;
    *out = *out * base + d;
  }
  return true;
}

/* Digits of a number as written: how many stand before the point, and the exponent behind them. */
typedef struct {
  const char *p, *end; /* without sign and exponent */
  int whole, exponent;
  bool negative;
} digits_text;

static bool read_digits(const char *s, size_t n, digits_text *d) {
  number_text parsed;
  if (!number_scan(s, n, '.', &parsed)) return false;
  *d = (digits_text){.p = s + (*s == '-' || *s == '+'), .end = s + n, .negative = *s == '-'};
  for (const char *p = d->p; p < d->end; p++) {
    if (lower(*p) != 'e') continue;
    d->exponent = (int)strtol(p + 1, NULL, 10);
    d->end = p;
  }
  while (d->p + d->whole < d->end && d->p[d->whole] != '.') d->whole++;
  return true;
}

static bool append_digit(u128 *v, unsigned digit) {
  if (*v > (((u128)1 << 127) - 9) / 10) return false;
  *v *= 10;
  *v += digit;
  return true;
}

/* The number times 10^scale; what lies behind is rounded, halves away from zero. */
static bool read_scaled(const char *s, size_t n, unsigned scale, i128 *out) {
  digits_text d;
  u128 v = 0;
  if (!read_digits(s, n, &d) || d.exponent > 200) return false;
  if (d.exponent < -200) return *out = 0, true;
  int keep = d.whole + (int)scale + d.exponent, taken = 0;
  bool up = false;
  for (const char *p = d.p; p < d.end; p++) {
    if (*p == '.') continue;
    if (taken == keep) up = *p >= '5';
    if (taken++ < keep && !append_digit(&v, (unsigned)(*p - '0'))) return false;
  }
  for (; v && taken < keep; taken++)
    if (!append_digit(&v, 0)) return false;
  v += up;
  *out = (i128)(d.negative ? -v : v);
  return true;
}

static bool fits(const sql_type *to, i128 w, cell *out) {
  limits l = limits_of(to);
  if (w < l.min || w > l.max) return false;
  *out = sql_lane(to) == LANE_I64 ? (cell){.i = (int64_t)w} : (cell){.w = w};
  return true;
}

static bool read_whole(const sql_type *to, sonde_str s, cell *out) {
  char digits[128];
  i128 w;
  size_t n = without_underscores(s, digits);
  digits[n] = 0;
  if (to->id != SQL_DECIMAL && read_radix(digits, n, &w)) return fits(to, w, out);
  return read_scaled(digits, n, to->id == SQL_DECIMAL ? to->scale : 0, &w) && fits(to, w, out);
}

static bool read_floating(const sql_type *to, sonde_str s, cell *out) {
  char digits[128];
  number_text parsed;
  bool negative = s.len && s.ptr[0] == '-', sign = negative || (s.len && s.ptr[0] == '+');
  sonde_str word = {s.ptr + sign, s.len - sign};
  if (is_word(word, "nan")) return out->f = (double)NAN, true;
  if (is_word(word, "inf") || is_word(word, "infinity"))
    return out->f = negative ? -INFINITY : INFINITY, true;
  size_t n = s.len < 127 ? without_underscores(s, digits) : 0;
  const char *p = n ? digits : s.ptr;
  n = n ? n : s.len;
  if (!number_scan(p, n, '.', &parsed)) return false;
  out->f = number_to_double(&parsed, p, n, '.');
  if (to->id == SQL_FLOAT) out->f = (double)(float)out->f;
  return true;
}

/* ---- dates and times ---- */

static bool read_special_date(sonde_str s, int64_t most, int64_t *out) {
  if (is_word(s, "infinity") || is_word(s, "inf")) return *out = most, true;
  if (is_word(s, "-infinity") || is_word(s, "-inf")) return *out = -most, true;
  if (is_word(s, "epoch")) return *out = 0, true;
  return false;
}

/* "(BC)" behind a date whose year is counted before 1. */
static bool skip_bc(sonde_str s, size_t *at) {
  size_t p = *at;
  while (p < s.len && s.ptr[p] == ' ') p++;
  if (s.len - p < 4 || !is_word((sonde_str){s.ptr + p, 4}, "(bc)")) return false;
  *at = p + 4;
  return true;
}

static bool read_number(sonde_str s, size_t *at, size_t most, int64_t *out) {
  size_t start = *at;
  *out = 0;
  while (*at < s.len && *at - start < most && s.ptr[*at] >= '0' && s.ptr[*at] <= '9')
    *out = *out * 10 + (s.ptr[(*at)++] - '0');
  return *at > start;
}

/* [-]year-month-day[ (BC)] with one of four separators; *at is left behind it. Years may have seven digits. */
static bool read_civil(sonde_str s, size_t *at, civil *d) {
  int64_t field[3];
  bool negative = *at < s.len && s.ptr[*at] == '-';
  *at += negative;
  if (!read_number(s, at, 7, &field[0]) || *at >= s.len) return false;
  char separator = s.ptr[*at];
  if (!strchr("-/\\ ", separator)) return false;
  for (int f = 1; f < 3; f++) {
    if (*at >= s.len || s.ptr[(*at)++] != separator || !read_number(s, at, 2, &field[f])) return false;
  }
  int64_t year = negative ? -field[0] : field[0];
  if (skip_bc(s, at)) year = 1 - year;
  if (field[1] < 1 || field[1] > 12 || field[2] < 1 || field[2] > month_length(year, (int32_t)field[1]))
    return false;
  *d = (civil){year, (int32_t)field[1], (int32_t)field[2]};
  return true;
}

static bool read_days(sonde_str s, size_t *at, int64_t *days) {
  civil d;
  if (!read_civil(s, at, &d)) return false;
  *days = days_of_civil(d);
  return *days > -INT32_MAX && *days < INT32_MAX;
}

static bool read_date(sonde_str s, cell *out) {
  size_t at = 0;
  if (read_special_date(s, INT32_MAX, &out->i)) return true;
  if (!read_days(s, &at, &out->i)) return false;
  if (at == s.len) return true;
  int64_t micros;
  bool zoned;
  return (s.ptr[at] == ' ' || lower(s.ptr[at]) == 't') &&
         timestamp_parse(s.ptr, s.len, DATE_YMD, &micros, &zoned);
}

static bool read_time(const sql_type *to, sonde_str s, cell *out) {
  if (is_word(s, "24:00:00") || is_word(s, "24:00"))
    return out->i = to->unit == 9 ? 86400000000000 : 86400000000, true;
  int64_t nanos;
  if (!time_parse_nanos(s.ptr, s.len, &nanos)) return false;
  out->i = to->unit == 9 ? nanos : nanos / 1000;
  return true;
}

/* hh:mm[:ss[.f]]; digits beyond nanoseconds are cut off, 24:00:00 is the end of the day. */
static bool read_clock(sonde_str s, size_t *at, int64_t *nanos) {
  char clock[40];
  size_t from = *at;
  while (*at < s.len && ((s.ptr[*at] >= '0' && s.ptr[*at] <= '9') || s.ptr[*at] == ':' || s.ptr[*at] == '.'))
    ++*at;
  size_t n = *at - from;
  if (n == 0 || n >= sizeof clock) return false;
  memcpy(clock, s.ptr + from, n);
  const char *point = memchr(clock, '.', n);
  if (point && n - (size_t)(point - clock) > 10) n = (size_t)(point - clock) + 10;
  if (n == 8 && memcmp(clock, "24:00:00", 8) == 0) return *nanos = DAY_NANOS, true;
  return time_parse_nanos(clock, n, nanos);
}

bool local_text(sonde_str s, i128 *nanos, sonde_str *behind) {
  int64_t days, time;
  size_t at = 0;
  s = trimmed(s);
  if (!read_days(s, &at, &days)) return false;
  *nanos = (i128)days * DAY_NANOS;
  *behind = (sonde_str){s.ptr + at, 0};
  if (at == s.len) return true;
  if (s.ptr[at] != ' ' && lower(s.ptr[at]) != 't') return false;
  at++;
  if (!read_clock(s, &at, &time)) return false;
  *behind = trimmed((sonde_str){s.ptr + at, s.len - at});
  *nanos += time;
  return true;
}

/* A date, and perhaps a time and an offset from UTC. */
static bool read_nanos(sonde_str s, i128 *nanos) {
  sonde_str behind;
  int64_t offset = 0;
  if (!local_text(s, nanos, &behind) || (behind.len && !offset_text(behind, &offset))) return false;
  *nanos -= (i128)offset * 1000;
  return true;
}

/* Microseconds are rounded to, coarser units cut. */
static i128 in_unit(i128 nanos, unsigned unit) {
  if (unit == 9) return nanos;
  if (unit == 6) return (nanos + (nanos < 0 ? -500 : 500)) / 1000;
  i128 grain = unit == 0 ? 1000000000 : 1000000;
  i128 n = nanos / grain - (nanos % grain < 0);
  return n * (grain / 1000);
}

static bool read_timestamp(const sql_type *to, sonde_str s, cell *out) {
  i128 nanos;
  if (read_special_date(s, INT64_MAX, &out->i)) return true;
  if (!read_nanos(s, &nanos)) return false;
  i128 v = in_unit(nanos, to->unit);
  out->i = (int64_t)v;
  return v < INT64_MAX && v > -INT64_MAX;
}

/* ---- the rest ---- */

static bool read_uuid(sonde_str s, cell *out) {
  if (s.len > 1 && s.ptr[0] == '{' && s.ptr[s.len - 1] == '}') s.ptr++, s.len -= 2;
  u128 w = 0;
  unsigned n = 0;
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] == '-') continue;
    int d = digit_of(s.ptr[i]);
    if (d > 15 || ++n > 32) return false;
    w = w << 4 | (unsigned)d;
  }
  out->w = (i128)(w ^ (u128)1 << 127);
  return n == 32;
}

static bool read_blob(sonde_str s, arena *a, cell *out, sonde_error *err) {
  char *p = arena_alloc(a, s.len, err);
  if (!p) return false;
  out->s = (sonde_str){p, 0};
  for (size_t i = 0; i < s.len; i++) {
    if ((unsigned char)s.ptr[i] >= 128) return false;
    if (s.ptr[i] != '\\') {
      p[out->s.len++] = s.ptr[i];
      continue;
    }
    if (i + 3 >= s.len || lower(s.ptr[i + 1]) != 'x') return false;
    int high = digit_of(s.ptr[i + 2]), low = digit_of(s.ptr[i + 3]);
    if (high > 15 || low > 15) return false;
    p[out->s.len++] = (char)(high << 4 | low);
    i += 3;
  }
  return true;
}

/* ---- nested values: [a, b], {'x': 1}, {a=1} ---- */

typedef struct {
  const char *p, *end;
  arena *a;
  sonde_error *err;
} reader;

static void skip_blanks(reader *r) {
  while (r->p < r->end && is_blank(*r->p)) r->p++;
}

static bool take(reader *r, char c) {
  skip_blanks(r);
  if (r->p >= r->end || *r->p != c) return false;
  r->p++;
  return true;
}

static void skip_quoted(reader *r) {
  char quote = *r->p++;
  while (r->p < r->end && *r->p != quote) r->p += *r->p == '\\' && r->p + 1 < r->end ? 2 : 1;
  if (r->p < r->end) r->p++;
}

/* The text up to one of some characters at this level; brackets and quotes inside are passed over. */
static sonde_str raw_until(reader *r, const char *stops) {
  skip_blanks(r);
  const char *start = r->p;
  int depth = 0;
  while (r->p < r->end && (depth > 0 || !strchr(stops, *r->p))) {
    char c = *r->p;
    if ((c == '\'' || c == '"') && (r->p == start || depth > 0)) {
      skip_quoted(r);
      continue;
    }
    if (c == '\\' && r->p + 1 < r->end) r->p++;
    if (c == '[' || c == '{' || c == '(') depth++;
    if ((c == ']' || c == '}' || c == ')') && depth > 0) depth--;
    r->p++;
  }
  return trimmed((sonde_str){start, (size_t)(r->p - start)});
}

/* Without quotes around only a quote can be escaped. */
static bool unquote(reader *r, sonde_str *s) {
  bool quoted = s->len > 1 && (s->ptr[0] == '\'' || s->ptr[0] == '"') && s->ptr[s->len - 1] == s->ptr[0];
  if (!quoted && !memchr(s->ptr, '\\', s->len)) return true;
  char *out = arena_alloc(r->a, s->len, r->err);
  if (!out) return false;
  size_t n = 0;
  for (size_t i = quoted; i < s->len - quoted; i++) {
    bool escape = s->ptr[i] == '\\' && i + 1 < s->len - quoted;
    if (escape && (quoted || s->ptr[i + 1] == '"' || s->ptr[i + 1] == '\'')) i++;
    out[n++] = s->ptr[i];
  }
  *s = (sonde_str){out, n};
  return true;
}

static bool read_item(reader *r, const sql_type *t, const char *stops, cell *out, uint8_t *valid) {
  sonde_str raw = raw_until(r, stops);
  *valid = !is_word(raw, "null");
  if (!*valid) return true;
  if (!sql_is_nested(t) && !unquote(r, &raw)) return false;
  return text_value(t, raw, r->a, out, r->err);
}

/* Items on their way into a nested value. */
typedef struct {
  cell *cells;
  uint8_t *valid;
  uint32_t n, cap;
} items;

static bool make_room(reader *r, items *x) {
  if (x->n < x->cap) return true;
  uint32_t cap = x->cap ? x->cap * 2 : 8;
  cell *cells = arena_array(r->a, cap, sizeof *cells, r->err);
  uint8_t *valid = arena_array(r->a, cap, 1, r->err);
  if (!cells || !valid) return false;
  if (x->n) memcpy(cells, x->cells, x->n * sizeof *cells), memcpy(valid, x->valid, x->n);
  *x = (items){cells, valid, x->n, cap};
  return true;
}

static bool add_item(reader *r, items *x, const sql_type *t, const char *stops) {
  if (!make_room(r, x) || !read_item(r, t, stops, &x->cells[x->n], &x->valid[x->n])) return false;
  x->n++;
  return true;
}

static bool finish_items(reader *r, const items *x, cell *out) {
  nested *y = nested_new(x->n, true, r->a, r->err);
  if (!y) return false;
  if (x->n)
    memcpy(nested_cells(y), x->cells, x->n * sizeof *x->cells), memcpy(nested_validity(y), x->valid, x->n);
  out->n = y;
  skip_blanks(r);
  return r->p == r->end;
}

static bool looking_at(reader *r, char c) {
  skip_blanks(r);
  return r->p < r->end && *r->p == c;
}

/* A comma may follow the last item. */
static bool read_list(reader *r, const sql_type *t, cell *out) {
  items x = {0};
  if (!take(r, '[')) return false;
  while (!looking_at(r, ']')) {
    if (!add_item(r, &x, &t->children[0], ",]")) return false;
    if (!take(r, ',') && !looking_at(r, ']')) return false;
  }
  r->p++;
  return finish_items(r, &x, out);
}

static int field_index(const sql_type *t, sonde_str name) {
  for (uint32_t i = 0; t->names && i < t->n_children; i++) {
    if (t->names[i].len != name.len) continue;
    size_t k = 0;
    while (k < name.len && lower(t->names[i].ptr[k]) == lower(name.ptr[k])) k++;
    if (k == name.len) return (int)i;
  }
  return -1;
}

static bool read_struct(reader *r, const sql_type *t, cell *out) {
  nested *x = nested_new(t->n_children, true, r->a, r->err);
  if (!x) return false;
  memset(nested_validity(x), 0, t->n_children);
  out->n = x;
  bool tuple = r->p < r->end && *r->p == '(';
  if (!take(r, tuple ? '(' : '{')) return false;
  char close = tuple ? ')' : '}';
  if (!take(r, close))
    for (uint32_t at = 0;; at++) {
      int i = (int)at;
      if (!tuple) {
        sonde_str name = raw_until(r, ":=}");
        if (!unquote(r, &name) || (!take(r, ':') && !take(r, '='))) return false;
        i = field_index(t, name);
      }
      if (i < 0 || i >= (int)t->n_children) return false;
      if (!read_item(r, &t->children[i], tuple ? ",)" : ",}", &nested_cells(x)[i], &nested_validity(x)[i]))
        return false;
      if (take(r, close)) break;
      if (!take(r, ',')) return false;
    }
  skip_blanks(r);
  return r->p == r->end;
}

static bool read_map(reader *r, const sql_type *t, cell *out) {
  items x = {0};
  if (!take(r, '{')) return false;
  while (!looking_at(r, '}')) {
    if (!add_item(r, &x, &t->children[0], "=") || !x.valid[x.n - 1] || !take(r, '=')) return false;
    if (!add_item(r, &x, &t->children[1], ",}")) return false;
    if (!take(r, ',') && !looking_at(r, '}')) return false;
  }
  r->p++;
  return finish_items(r, &x, out);
}

static bool read_nested(const sql_type *t, sonde_str s, arena *a, cell *out, sonde_error *err) {
  reader r = {s.ptr, s.ptr + s.len, a, err};
  if (t->id == SQL_LIST) return read_list(&r, t, out);
  return t->id == SQL_STRUCT ? read_struct(&r, t, out) : read_map(&r, t, out);
}

/* The position of a value, letter by letter. */
static bool read_enum(const sql_type *t, sonde_str s, cell *out) {
  for (uint32_t i = 0; i < t->n_labels; i++) {
    if (t->names[i].len != s.len || (s.len && memcmp(t->names[i].ptr, s.ptr, s.len) != 0)) continue;
    out->i = i;
    return true;
  }
  return false;
}

bool text_value(const sql_type *to, sonde_str s, arena *a, cell *out, sonde_error *err) {
  if (to->id == SQL_TEXT) return out->s = s, true;
  if (to->id == SQL_ENUM) return read_enum(to, s, out);
  if (to->id == SQL_BLOB) return read_blob(s, a, out, err);
  s = trimmed(s);
  interval v;
  switch (to->id) {
  case SQL_BOOL: return read_bool(s, out);
  case SQL_FLOAT:
  case SQL_DOUBLE: return read_floating(to, s, out);
  case SQL_DATE: return read_date(s, out);
  case SQL_TIME: return read_time(to, s, out);
  case SQL_TIMESTAMP:
  case SQL_TIMESTAMPTZ: return read_timestamp(to, s, out);
  case SQL_UUID: return read_uuid(s, out);
  case SQL_INTERVAL:
    if (!interval_parse(s, &v)) return false;
    out->w = interval_pack(v);
    return true;
  default:
    if (sql_is_nested(to)) return read_nested(to, s, a, out, err);
    return sql_is_numeric(to) && read_whole(to, s, out);
  }
}
