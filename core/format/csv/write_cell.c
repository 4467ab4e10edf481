/* Fields of CSV: what is quoted, and the text of every type. See write.h. */
#include "format/csv/write_cell.h"

#include <math.h>
#include <string.h>

#include "column/page.h"
#include "column/value_format.h"

void csv_writer_init(csv_writer *w, const csv_write_options *o, uint32_t columns, mem *m, buf *out) {
  *w = (csv_writer){.options = o, .out = out, .lone = columns == 1};
  buf_init(&w->text, m, SIZE_MAX / 2);
  w->special[o->delimiter] = w->special[o->quote] = w->special['\r'] = w->special['\n'] = true;
  w->numbers_as_is =
      !o->always_quote && o->null_text.len == 0 && strchr(",;\t|", o->delimiter) && strchr("\"'", o->quote);
}

sonde_code csv_writer_end(csv_writer *w, sonde_error *err) {
  sonde_code code = buf_status(&w->text, err);
  if (!code) code = buf_status(w->out, err);
  buf_free(&w->text);
  return code;
}

/* ---- quoting ---- */

static bool same(sonde_str a, sonde_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

static bool needs_quotes(const csv_writer *w, sonde_str s) {
  if (w->options->always_quote || s.len == 0 || same(s, w->options->null_text)) return true;
  if (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ') return true;
  for (size_t i = 0; i < s.len; i++)
    if (w->special[(uint8_t)s.ptr[i]]) return true;
  return false;
}

static void put_quoted(csv_writer *w, sonde_str s) {
  uint8_t quote = w->options->quote;
  buf_u8(w->out, quote);
  while (s.len > 0) {
    const char *found = memchr(s.ptr, quote, s.len);
    size_t n = found ? (size_t)(found - s.ptr) + 1 : s.len;
    buf_put(w->out, s.ptr, n);
    if (found) buf_u8(w->out, quote);
    s.ptr += n;
    s.len -= n;
  }
  buf_u8(w->out, quote);
}

static void put_field(csv_writer *w, sonde_str s) {
  if (needs_quotes(w, s))
    put_quoted(w, s);
  else
    buf_put(w->out, s.ptr, s.len);
}

static void put_null(csv_writer *w) {
  sonde_str s = w->options->null_text;
  if (w->lone && s.len == 0)
    put_quoted(w, s);
  else
    buf_put(w->out, s.ptr, s.len);
}

/* ---- text, blobs, nested values ---- */

static bool is_formula(sonde_str s) { return s.len > 0 && memchr("=+-@\t\r", s.ptr[0], 6) != NULL; }

void csv_put_text(csv_writer *w, sonde_str s) {
  if (w->options->guard_formulas && is_formula(s)) {
    buf_clear(&w->text);
    buf_u8(&w->text, '\'');
    buf_put(&w->text, s.ptr, s.len);
    s = (sonde_str){(const char *)w->text.data, w->text.len};
  }
  put_field(w, s);
}

/* As JSON; a blob is a string there, whose digits need no escapes. */
static void put_json(csv_writer *w, const vec *v, uint32_t row, bool blob) {
  buf_clear(&w->text);
  cell_json(&w->text, v, row);
  if (w->text.failed) return;
  sonde_str s = {(const char *)w->text.data, w->text.len};
  put_field(w, blob ? (sonde_str){s.ptr + 1, s.len - 2} : s);
}

static void put_string(csv_writer *w, const vec *v, uint32_t row) {
  if (v->type.id == TYPE_BLOB)
    put_json(w, v, row, true);
  else if (v->type.id == TYPE_TEXT)
    csv_put_text(w, vec_str(v, row));
  else
    put_field(w, vec_str(v, row));
}

/* ---- numbers and times ---- */

enum { DIGITS_MAX = 18 }; /* that an int64 surely has */

static int64_t power_of_ten(uint32_t n) {
  int64_t power = 1;
  for (; n > 0; n--) power *= 10;
  return power;
}

/* m / 10^scale with all its digits; scale <= DIGITS_MAX. */
static size_t fixed_text(int64_t m, uint32_t scale, char *out) {
  int64_t power = power_of_ten(scale);
  size_t n = 0;
  if (m < 0) out[n++] = '-';
  if (m < 0) m = -m;
  n += number_format_int64(m / power, out + n);
  if (scale == 0) return n;
  size_t point = n; /* a 1 in front of the fraction keeps its zeros, and makes room for the point */
  n += number_format_int64(power + m % power, out + n);
  out[point] = '.';
  return n;
}

/* A double that is held as an integer of at most 15 digits over a power of ten is its own shortest text, ten times faster than
 * searching for it, unless it is so small that it takes an exponent. 0: it is none. */
static size_t scaled_text(const vec *v, uint32_t row, char *out) {
  const int64_t digits15 = 1000000000000000;
  int64_t m = v->form == VEC_SCALED ? vec_i64(v, row) : digits15;
  uint32_t scale = v->scale;
  if (m >= digits15 || m <= -digits15) return 0;
  for (; scale > 0 && m % 10 == 0; scale--) m /= 10;
  bool tiny = scale > 6 && m / power_of_ten(scale - 6) == 0;
  return tiny || scale > DIGITS_MAX ? 0 : fixed_text(m, scale, out);
}

static size_t decimal_text(int128 x, uint32_t scale, char *out) {
  int64_t m = (int64_t)x.low;
  bool narrow = x.high == (m < 0 ? -1 : 0) && m != INT64_MIN && scale <= DIGITS_MAX;
  return narrow ? fixed_text(m, scale, out) : number_format_int128(x, scale, out);
}

static size_t double_text(const vec *v, uint32_t row, column_type t, char *out) {
  size_t n = scaled_text(v, row, out);
  if (n > 0) return n;
  double x = vec_f64(v, row);
  size_t sign = x == 0 && signbit(x) ? 1 : 0; /* which the grid does not show */
  out[0] = '-';
  return sign +
         (t.id == TYPE_FLOAT ? number_format_float(x, out + sign) : number_format_double(x, out + sign));
}

static size_t scalar_text(const vec *v, uint32_t row, column_type t, char *out) {
  switch (t.id) {
  case TYPE_FLOAT:
  case TYPE_DOUBLE: return double_text(v, row, t, out);
  case TYPE_DECIMAL: return decimal_text(vec_i128_as(v, row, t), t.scale, out);
  case TYPE_UUID:
  case TYPE_INTERVAL: return scalar_format(v, row, out);
  default: return i64_format(vec_i64_as(v, row, t), t, out);
  }
}

static void put_scalar(csv_writer *w, const vec *v, uint32_t row, column_type t) {
  char text[VALUE_TEXT_MAX];
  sonde_str s = {text, scalar_text(v, row, t, text)};
  if (w->numbers_as_is)
    buf_put(w->out, s.ptr, s.len);
  else
    put_field(w, s);
}

void csv_put_cell(csv_writer *w, const vec *v, uint32_t row, column_type t) {
  if (!vec_valid(v, row)) {
    put_null(w);
    return;
  }
  switch (v->form) {
  case VEC_DICT:
  case VEC_TEXT: put_string(w, v, row); break;
  case VEC_LIST:
  case VEC_MAP:
  case VEC_STRUCT: put_json(w, v, row, false); break;
  default: put_scalar(w, v, row, t); break;
  }
}
