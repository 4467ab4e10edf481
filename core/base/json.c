/* See json.h. */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

#define MAX_DEPTH 64

typedef struct {
  const char *text;
  size_t len, pos;
  arena *memory;
  sonde_error *err;
} parser;

static sonde_code parse_value(parser *p, int depth, json *out);

static sonde_code fail(parser *p, const char *what) {
  return status_set(p->err, SONDE_SYNTAX, p->pos, "JSON: %s at byte %llu", what, (unsigned long long)p->pos);
}

static bool at(const parser *p, char c) { return p->pos < p->len && p->text[p->pos] == c; }

static void skip_space(parser *p) {
  while (at(p, ' ') || at(p, '\t') || at(p, '\r') || at(p, '\n')) p->pos++;
}

static bool take(parser *p, char c) {
  skip_space(p);
  if (!at(p, c)) return false;
  p->pos++;
  return true;
}

/* ---- strings ---- */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \uXXXX at the position. */
static bool take_unit(parser *p, uint32_t *unit) {
  if (p->len - p->pos < 6 || p->text[p->pos] != '\\' || p->text[p->pos + 1] != 'u') return false;
  uint32_t v = 0;
  for (size_t i = 2; i < 6; i++) {
    int digit = hex_digit(p->text[p->pos + i]);
    if (digit < 0) return false;
    v = v << 4 | (uint32_t)digit;
  }
  p->pos += 6;
  *unit = v;
  return true;
}

/* One or two units; a lone surrogate becomes U+FFFD. */
static bool take_unicode_escape(parser *p, uint32_t *cp) {
  if (!take_unit(p, cp)) return false;
  size_t after = p->pos;
  uint32_t low;
  if ((*cp & 0xFC00) != 0xD800 || !take_unit(p, &low)) return true;
  if ((low & 0xFC00) == 0xDC00) {
    *cp = 0x10000 + ((*cp & 0x3FF) << 10 | (low & 0x3FF));
  } else {
    p->pos = after;
  }
  return true;
}

static sonde_code unescape(parser *p, char *out, size_t *n) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char kind = p->pos + 1 < p->len ? p->text[p->pos + 1] : 0;
  const char *simple = kind ? strchr(from, kind) : NULL;
  uint32_t cp;
  if (simple) {
    out[(*n)++] = to[simple - from];
    p->pos += 2;
    return SONDE_OK;
  }
  if (!take_unicode_escape(p, &cp)) return fail(p, "an unknown escape in a string");
  *n += utf8_encode(cp, out + *n);
  return SONDE_OK;
}

static bool is_plain(char c) { return (unsigned char)c >= 0x20 && c != '"' && c != '\\'; }

static size_t string_end(const parser *p) {
  size_t end = p->pos;
  while (end < p->len && p->text[end] != '"') end += p->text[end] == '\\' ? 2 : 1;
  return end;
}

static sonde_code parse_string(parser *p, sonde_str *out) {
  if (!take(p, '"')) return fail(p, "a string was expected");
  size_t begin = p->pos, end = string_end(p), n = 0;
  if (end >= p->len) return fail(p, "a string does not end");
  size_t valid = utf8_valid_prefix(p->text + begin, end - begin);
  if (valid < end - begin) {
    p->pos += valid;
    return fail(p, "a string that is not UTF-8");
  }
  char *text = arena_alloc(p->memory, end - begin, p->err); /* no escape is shorter than what it stands for */
  if (!text) return p->err->code;
  while (p->pos < end) {
    size_t from = p->pos;
    while (p->pos < end && is_plain(p->text[p->pos])) p->pos++;
    memcpy(text + n, p->text + from, p->pos - from);
    n += p->pos - from;
    if (p->pos == end) break;
    if (p->text[p->pos] != '\\') return fail(p, "a control character in a string");
    SONDE_TRY(unescape(p, text, &n));
  }
  p->pos = end + 1;
  *out = (sonde_str){text, n};
  return SONDE_OK;
}

/* ---- values ---- */

static bool number_char(char c) { return (c >= '0' && c <= '9') || (c && strchr("+-.eE", c)); }

static sonde_code parse_number(parser *p, json *out) {
  const char *text = p->text + p->pos;
  size_t n = 0;
  while (p->pos + n < p->len && number_char(text[n])) n++;
  number_text t;
  bool ok = number_scan(text, n, '.', &t) && !t.plus && !t.padded && (t.fraction > 0 || !t.point) &&
            text[t.negative] != '.';
  if (!ok) return fail(p, "a value was expected");
  out->kind = JSON_NUMBER;
  out->number = number_to_double(&t, text, n, '.');
  out->text = (sonde_str){arena_copy(p->memory, text, n, p->err), n};
  if (!out->text.ptr) return p->err->code;
  p->pos += n;
  return SONDE_OK;
}

static sonde_code parse_list(parser *p, int depth, char close, json *out) {
  const json **link = &out->first;
  if (take(p, close)) return SONDE_OK;
  do {
    json *item = arena_zero(p->memory, sizeof *item, p->err);
    if (!item) return p->err->code;
    if (close == '}') {
      SONDE_TRY(parse_string(p, &item->name));
      if (!take(p, ':')) return fail(p, "a ':' was expected");
    }
    SONDE_TRY(parse_value(p, depth + 1, item));
    *link = item;
    link = &item->next;
  } while (take(p, ','));
  return take(p, close) ? SONDE_OK : fail(p, close == '}' ? "a '}' was expected" : "a ']' was expected");
}

static bool take_word(parser *p, const char *word) {
  size_t n = strlen(word);
  if (p->len - p->pos < n || memcmp(p->text + p->pos, word, n) != 0) return false;
  p->pos += n;
  return true;
}

static sonde_code parse_value(parser *p, int depth, json *out) {
  if (depth > MAX_DEPTH) return fail(p, "nested too deeply");
  skip_space(p);
  if (p->pos >= p->len) return fail(p, "the text ends early");
  out->at = p->pos;
  switch (p->text[p->pos]) {
  case '"': out->kind = JSON_STRING; return parse_string(p, &out->text);
  case '{':
    p->pos++;
    out->kind = JSON_OBJECT;
    return parse_list(p, depth, '}', out);
  case '[':
    p->pos++;
    out->kind = JSON_ARRAY;
    return parse_list(p, depth, ']', out);
  default: break;
  }
  out->kind = JSON_BOOL;
  out->truth = take_word(p, "true");
  if (out->truth || take_word(p, "false")) return SONDE_OK;
  out->kind = JSON_NULL;
  return take_word(p, "null") ? SONDE_OK : parse_number(p, out);
}

sonde_code json_parse(sonde_str text, arena *memory, const json **out, sonde_error *err) {
  sonde_error ignored;
  if (!err) err = &ignored;
  parser p = {.text = text.ptr, .len = text.len, .memory = memory, .err = err};
  json *root = arena_zero(memory, sizeof *root, err);
  if (!root) return err->code;
  SONDE_TRY(parse_value(&p, 0, root));
  skip_space(&p);
  if (p.pos != p.len) return fail(&p, "text after the value");
  *out = root;
  return SONDE_OK;
}

const json *json_get(const json *j, const char *name) {
  if (!json_is(j, JSON_OBJECT)) return NULL;
  size_t n = strlen(name);
  for (const json *m = j->first; m; m = m->next)
    if (m->name.len == n && memcmp(m->name.ptr, name, n) == 0) return m;
  return NULL;
}

bool json_is(const json *j, json_kind kind) { return j && j->kind == kind; }

bool json_text_is(const json *j, const char *text) {
  return json_is(j, JSON_STRING) && j->text.len == strlen(text) &&
         memcmp(j->text.ptr, text, j->text.len) == 0;
}

uint64_t json_u64(const json *j, uint64_t fallback) {
  if (!json_is(j, JSON_NUMBER)) return fallback;
  number_text t;
  int64_t exact;
  if (number_scan(j->text.ptr, j->text.len, '.', &t) &&
      number_to_int64(&t, j->text.ptr, j->text.len, &exact)) {
    return exact > 0 ? (uint64_t)exact : 0;
  }
  if (!(j->number > 0)) return 0;
  return j->number >= 0x1p64 ? UINT64_MAX : (uint64_t)j->number;
}

uint64_t json_index(const json *j) {
  uint64_t n = json_u64(j, UINT64_MAX);
  return j && j->number == (double)n ? n : UINT64_MAX;
}

bool json_bool(const json *j, bool fallback) { return json_is(j, JSON_BOOL) ? j->truth : fallback; }

sonde_str json_str(const json *j) { return json_is(j, JSON_STRING) ? j->text : (sonde_str){NULL, 0}; }

/* ---- writing ---- */

static void put_escaped(buf *b, unsigned char c) {
  static const char hex[] = "0123456789abcdef", shorthands[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
  const char *s = c ? strchr(shorthands, c) : NULL;
  buf_u8(b, '\\');
  if (s) {
    buf_u8(b, (uint8_t)letters[s - shorthands]);
  } else {
    char unit[5] = {'u', '0', '0', hex[c >> 4], hex[c & 15]};
    buf_put(b, unit, sizeof unit);
  }
}

static void put_valid(buf *b, const char *p, size_t n) {
  size_t from = 0;
  for (size_t i = 0; i < n; i++) {
    if (is_plain(p[i])) continue;
    buf_put(b, p + from, i - from);
    put_escaped(b, (unsigned char)p[i]);
    from = i + 1;
  }
  buf_put(b, p + from, n - from);
}

void json_put_str(buf *b, sonde_str s) {
  buf_u8(b, '"');
  while (s.len > 0) {
    size_t valid = utf8_valid_prefix(s.ptr, s.len), bad = 0;
    uint32_t cp;
    put_valid(b, s.ptr, valid);
    if (valid < s.len) {
      bad = utf8_decode(s.ptr + valid, s.len - valid, &cp, NULL);
      buf_put(b, "\xEF\xBF\xBD", 3);
    }
    s.ptr += valid + bad;
    s.len -= valid + bad;
  }
  buf_u8(b, '"');
}

void json_put_cstr(buf *b, const char *s) { json_put_str(b, (sonde_str){s, strlen(s)}); }

void json_put_i64(buf *b, int64_t v) {
  char text[24];
  buf_put(b, text, number_format_int64(v, text));
}

void json_put_u64(buf *b, uint64_t v) {
  if (v > INT64_MAX) {
    json_put_i64(b, (int64_t)(v / 10));
    v %= 10;
  }
  json_put_i64(b, (int64_t)v);
}

void json_put_bool(buf *b, bool v) { buf_put(b, v ? "true" : "false", v ? 4 : 5); }

void json_put_double(buf *b, double v) {
  char text[32];
  if (isfinite(v)) {
    buf_put(b, text, number_format_double(v, text));
  } else {
    buf_put(b, "null", 4);
  }
}
