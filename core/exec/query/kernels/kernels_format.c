/* Values written by a pattern: printf, format, and other texts about values. */
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "exec/query/kernels/double_text.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

static void put(buf *b, const char *s) { buf_put(b, s, strlen(s)); }

/* ---- one value by its flags ---- */

typedef struct {
  char fill, align, sign, type, thousands; /* 0: not given */
  bool zero, alternate;
  int width, precision; /* -1: not given */
} spec;

static double as_double(const sql_type *t, cell v) {
  if (sql_lane(t) == LANE_F64) return v.f;
  double x = sql_lane(t) == LANE_I64 ? (double)v.i : (double)v.w;
  return t->id == SQL_DECIMAL ? x / pow(10, t->scale) : x;
}

static void put_grouped(buf *b, const char *digits, size_t n, char mark) {
  for (size_t i = 0; i < n; i++) {
    if (i && (n - i) % 3 == 0) buf_u8(b, (uint8_t)mark);
    buf_u8(b, (uint8_t)digits[i]);
  }
}

static void put_base(buf *b, u128 v, unsigned base, bool upper) {
  char digits[130];
  size_t n = sizeof digits;
  do {
    unsigned d = (unsigned)(v % base);
    digits[--n] = (char)(d < 10 ? '0' + d : (upper ? 'A' : 'a') + d - 10);
    v /= base;
  } while (v);
  buf_put(b, digits + n, sizeof digits - n);
}

static void put_integer(buf *b, const spec *s, i128 w) {
  u128 v = w < 0 ? -(u128)w : (u128)w;
  if (w < 0 || s->sign == '+' || s->sign == ' ') buf_u8(b, (uint8_t)(w < 0 ? '-' : s->sign));
  if (s->alternate && (s->type == 'x' || s->type == 'X')) put(b, s->type == 'x' ? "0x" : "0X");
  unsigned base = s->type == 'x' || s->type == 'X' ? 16 : s->type == 'o' ? 8 : s->type == 'b' ? 2 : 10;
  size_t from = b->len;
  put_base(b, v, base, s->type == 'X');
  if (!s->thousands || b->failed) return;
  char digits[64];
  size_t n = b->len - from;
  memcpy(digits, b->data + from, n < sizeof digits ? n : 0);
  b->len = from;
  put_grouped(b, digits, n, s->thousands);
}

static void put_double(buf *b, const spec *s, double x) {
  if (!s->type && s->precision < 0) {
    sql_type t = sql_simple(SQL_DOUBLE);
    value_print(b, &t, (cell){.f = x});
    return;
  }
  char type = s->type && strchr("eEfFgG", s->type) ? s->type : 'g';
  if (signbit(x))
    buf_u8(b, '-');
  else if (s->sign == '+' || s->sign == ' ')
    buf_u8(b, (uint8_t)s->sign);
  put_double_as(b, x, type, s->precision, s->thousands);
}

static void put_plain(buf *b, const spec *s, const sql_type *t, cell v) {
  bool number = sql_is_numeric(t), floating = sql_lane(t) == LANE_F64 || t->id == SQL_DECIMAL;
  bool wants_float = s->type && strchr("eEfFgG", s->type);
  if (number &&
      (wants_float || (floating && (s->type != 0 || s->precision >= 0)) || (floating && s->thousands))) {
    put_double(b, s, as_double(t, v));
  } else if (number && !floating && s->type != 's') {
    put_integer(b, s, sql_lane(t) == LANE_I64 ? (i128)v.i : v.w);
  } else {
    size_t from = b->len;
    value_print(b, t, v);
    if (s->precision >= 0 && b->len - from > (size_t)s->precision)
      b->len = from + utf8_cut((const char *)b->data + from, b->len - from, (size_t)s->precision);
  }
}

/* Moves what was written from `from` on within its width. */
static void put_padded(buf *b, const spec *s, size_t from, bool number) {
  if (b->failed) return;
  int64_t have = count_points((sonde_str){(const char *)b->data + from, b->len - from}),
          missing = s->width - have;
  if (missing <= 0 || missing > 100000) return;
  char align = s->align ? s->align
               : number ? '>'
                        : '<',
       fill = s->zero && number ? '0'
              : s->fill         ? s->fill
                                : ' ';
  size_t before = align == '>'   ? (size_t)missing
                  : align == '^' ? (size_t)missing / 2
                                 : 0,
         len = b->len - from;
  if (s->zero && number && !s->align) before = (size_t)missing;
  if (!buf_extend(b, (size_t)missing)) return;
  size_t sign = s->zero && number && len && (b->data[from] == '-' || b->data[from] == '+');
  memmove(b->data + from + sign + before, b->data + from + sign, len - sign);
  memset(b->data + from + sign, fill, before);
  memset(b->data + from + before + len, fill, (size_t)missing - before);
}

static void put_spec(buf *b, const spec *s, const sql_type *t, cell v) {
  size_t from = b->len;
  put_plain(b, s, t, v);
  put_padded(b, s, from, sql_is_numeric(t));
}

/* ---- patterns ---- */

static bool read_number(const char **p, const char *end, int *out) {
  const char *start = *p;
  *out = 0;
  while (*p < end && **p >= '0' && **p <= '9' && *out < 100000) *out = *out * 10 + (*(*p)++ - '0');
  return *p > start;
}

static sonde_code bad_pattern(const kernel_call *c, const char *why) {
  return status_set(c->err, SONDE_VALUE, c->e->at, "the pattern of %s %s",
                    function_get((function_id)c->e->function)->name, why);
}

/* %[flags][width][.precision]type */
static bool read_percent(const char **p, const char *end, spec *s) {
  *s = (spec){.width = -1, .precision = -1};
  for (; *p < end && strchr("-+ 0#,'_", **p); (*p)++) {
    if (**p == '-') s->align = '<';
    if (**p == '+' || **p == ' ') s->sign = **p;
    if (**p == '0') s->zero = true;
    if (**p == '#') s->alternate = true;
    if (**p == ',' || **p == '\'' || **p == '_') s->thousands = **p;
  }
  if (!s->align && !s->zero) s->align = '>';
  read_number(p, end, &s->width);
  if (*p < end && **p == '.' && ((*p)++, !read_number(p, end, &s->precision))) s->precision = 0;
  while (*p < end && strchr("lhqLzjt", **p)) (*p)++;
  if (*p >= end) return false;
  s->type = *(*p)++;
  if (s->type == 'd' || s->type == 'i' || s->type == 'u') s->type = 'd';
  return strchr("dxXobeEfFgGsc", s->type) != NULL;
}

/* {[index][:[[fill]align][sign][#][0][width][grouping][.precision][type]]} */
static bool read_brace(const char **p, const char *end, spec *s, int *index) {
  *s = (spec){.width = -1, .precision = -1};
  *index = -1;
  if (*p < end && **p >= '0' && **p <= '9') read_number(p, end, index);
  if (*p < end && **p == ':') {
    (*p)++;
    if (*p + 1 < end && strchr("<>^", (*p)[1])) s->fill = *(*p)++;
    if (*p < end && strchr("<>^", **p)) s->align = *(*p)++;
    if (*p < end && strchr("+- ", **p)) s->sign = *(*p)++;
    if (*p < end && **p == '#') s->alternate = true, (*p)++;
    if (*p < end && **p == '0') s->zero = true, (*p)++;
    read_number(p, end, &s->width);
    if (*p + 1 < end && **p == 't' && (*p)[1] != '}') s->thousands = (*p)[1], *p += 2;
    if (*p < end && (**p == ',' || **p == '_' || **p == '\'')) s->thousands = *(*p)++;
    if (*p < end && **p == '.' && ((*p)++, !read_number(p, end, &s->precision))) return false;
    if (*p < end && **p != '}') s->type = *(*p)++;
  }
  return *p < end && *(*p)++ == '}';
}

static sonde_code put_arg(const kernel_call *c, uint32_t i, uint32_t arg, const spec *s, buf *b) {
  if (arg >= c->n_args) return bad_pattern(c, "names more values than are given");
  put_spec(b, s, c->args[arg].type, col_cell(&c->args[arg], i));
  return SONDE_OK;
}

static sonde_code format_row(const kernel_call *c, uint32_t i, buf *b) {
  bool percent = c->e->function == FN_PRINTF;
  sonde_str pattern = text_at(c, 0, i);
  uint32_t next = 1;
  spec s;
  int index = -1;
  for (const char *p = pattern.ptr, *end = p + pattern.len; p < end;) {
    char ch = *p++;
    bool doubled = p < end && *p == ch && (percent ? ch == '%' : ch == '{' || ch == '}');
    if (doubled || (percent ? ch != '%' : ch != '{')) {
      buf_u8(b, (uint8_t)ch);
      p += doubled;
      continue;
    }
    if (percent ? !read_percent(&p, end, &s) : !read_brace(&p, end, &s, &index))
      return bad_pattern(c, "is not understood");
    SONDE_TRY(put_arg(c, i, index >= 0 && !percent ? (uint32_t)index + 1 : next++, &s, b));
  }
  return SONDE_OK;
}

sonde_code kernel_format(const kernel_call *c, col *out) { return each_text(c, format_row, out); }

/* ---- other texts ---- */

static sonde_code bytes_row(const kernel_call *c, uint32_t i, buf *b) {
  static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  int64_t n = whole_at(c, 0, i);
  uint64_t size = n < 0 ? -(uint64_t)n : (uint64_t)n, unit = 0, rest = 0;
  while (size >= 1024) rest = size % 1024, size /= 1024, unit++;
  if (n < 0) put(b, "-");
  if (unit == 0)
    buf_printf(b, "%llu %s", (unsigned long long)size, size == 1 ? "byte" : "bytes");
  else
    buf_printf(b, "%llu.%llu %s", (unsigned long long)size, (unsigned long long)(rest * 10 / 1024),
               units[unit]);
  return SONDE_OK;
}

sonde_code kernel_format_bytes(const kernel_call *c, col *out) { return each_text(c, bytes_row, out); }

/* Eighths of a block, from 1 to 8. */
static sonde_code bar_row(const kernel_call *c, uint32_t i, buf *b) {
  double x = COL_AT(&c->args[0], double, i), min = COL_AT(&c->args[1], double, i),
         max = COL_AT(&c->args[2], double, i);
  double width = c->n_args > 3 ? COL_AT(&c->args[3], double, i) : 80;
  SONDE_CHECK(width >= 1 && width <= 1000, c->err, SONDE_VALUE, c->e->at,
              "the width of a bar is from 1 to 1000");
  double share = max > min ? (x - min) / (max - min) : 0;
  share = share < 0 || isnan(share) ? 0 : share > 1 ? 1 : share;
  int eighths = (int)(share * width * 8), used = 0;
  char block[4];
  for (; eighths >= 8; eighths -= 8, used++) buf_put(b, block, utf8_encode(0x2588, block));
  if (eighths) buf_put(b, block, utf8_encode(0x2590u - (unsigned)eighths, block)), used++;
  for (; used < (int)width; used++) put(b, " ");
  return SONDE_OK;
}

sonde_code kernel_bar(const kernel_call *c, col *out) { return each_text(c, bar_row, out); }

static sonde_code base_row(const kernel_call *c, uint32_t i, buf *b) {
  int64_t n = whole_at(c, 0, i), base = whole_at(c, 1, i), least = c->n_args > 2 ? whole_at(c, 2, i) : 0;
  SONDE_CHECK(n >= 0 && base >= 2 && base <= 36 && least >= 0 && least <= 64, c->err, SONDE_VALUE, c->e->at,
              "to_base takes a number from 0 on, a base from 2 to 36 and at most 64 digits");
  size_t from = b->len;
  put_base(b, (u128)(uint64_t)n, (unsigned)base, true);
  spec s = {.fill = '0', .align = '>', .width = (int)least, .precision = -1};
  put_padded(b, &s, from, false);
  return SONDE_OK;
}

sonde_code kernel_to_base(const kernel_call *c, col *out) { return each_text(c, base_row, out); }

sonde_code kernel_typeof(const kernel_call *c, col *out) {
  buf b;
  value v = {0};
  buf_init(&b, c->run->mem, 1 << 20);
  if (c->e->function == FN_VERSION)
    put(&b, "sonde");
  else
    sql_type_print(c->args[0].type, &b);
  sonde_code code = text_take(c, &b, &v.v.s);
  buf_free(&b);
  return code == SONDE_OK ? col_constant(out, &c->e->type, &v, c->a, c->err) : code;
}

sonde_code kernel_error(const kernel_call *c, col *out) {
  for (uint32_t i = 0; i < c->n; i++) {
    if (!col_valid(&c->args[0], i)) continue;
    sonde_str s = text_at(c, 0, i);
    return status_set(c->err, SONDE_VALUE, c->e->at, "%.*s", (int)(s.len < 200 ? s.len : 200), s.ptr);
  }
  value none = {.null = true};
  return col_constant(out, &c->e->type, &none, c->a, c->err);
}

static sonde_code file_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  size_t from = s.len, end = s.len;
  while (from > 0 && s.ptr[from - 1] != '/' && s.ptr[from - 1] != '\\') from--;
  bool trim = c->n_args > 1 && COL_AT(&c->args[1], uint8_t, i);
  for (size_t k = s.len; trim && k > from + 1; k--)
    if (s.ptr[k - 1] == '.') {
      end = k - 1;
      break;
    }
  buf_put(b, s.ptr + from, end - from);
  return SONDE_OK;
}

sonde_code kernel_file_name(const kernel_call *c, col *out) { return each_text(c, file_row, out); }

/* Letters of Latin-1 and Latin Extended-A without their marks. */
static const char bare[] =
    "AAAAAAACEEEEIIIIDNOOOOO*OUUUUY**aaaaaaaceeeeiiiidnooooo*ouuuuy*y"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi**JjKkkLlLlLlLlLlNnNnNnnNnOoOoOo**RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

static sonde_code accents_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  for (size_t at = 0; at < s.len;) {
    uint32_t cp;
    size_t n = utf8_decode(s.ptr + at, s.len - at, &cp, NULL);
    char plain =
        cp >= 0xC0 && cp < 0xC0 + sizeof bare - 1 && cp != 0xC6 && cp != 0xE6 ? bare[cp - 0xC0] : '*';
    if (cp >= 0x300 && cp <= 0x36F)
      at += 0; /* a combining mark is left out */
    else if (plain != '*')
      buf_u8(b, (uint8_t)plain);
    else
      buf_put(b, s.ptr + at, n);
    at += n;
  }
  return SONDE_OK;
}

sonde_code kernel_strip_accents(const kernel_call *c, col *out) { return each_text(c, accents_row, out); }

sonde_code kernel_uuid(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  bool dated = c->e->function == FN_UUID_V7;
  for (uint32_t i = 0; i < c->n; i++) { /* RFC 9562, versions 4 and 7 */
    uint64_t high = random_next_u64(c->run), low = random_next_u64(c->run) >> 2 | (uint64_t)2 << 62;
    high = (high & ~(uint64_t)0xF000) | (dated ? 0x7000 : 0x4000);
    if (dated) high = (high & 0xFFFF) | (uint64_t)(c->run->now / 1000) << 16;
    col_put(out, i, (cell){.w = (i128)(((u128)high << 64 | low) ^ (u128)1 << 127)});
  }
  return SONDE_OK;
}

/* RFC 9562: four bits of version; version 7 begins with milliseconds since 1970. */
sonde_code kernel_uuid_part(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    u128 w = (u128)COL_AT(&c->args[0], i128, i) ^ (u128)1 << 127;
    if (!row_valid(out, i)) continue;
    int64_t version = (int64_t)(w >> 76 & 15), millis = (int64_t)(w >> 80);
    bool dated = c->e->function != FN_UUID_TIMESTAMP || version == 7;
    SONDE_CHECK(dated, c->err, SONDE_VALUE, c->e->at, "only UUIDs of version 7 hold a time");
    col_put(out, i, (cell){.i = c->e->function == FN_UUID_VERSION ? version : millis * 1000});
  }
  return SONDE_OK;
}
