/* Percent-decoding happens here and nowhere else: what is decoded twice says two things. */
#include "target.h"
#include <string.h>
#include <strings.h>

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* The byte at `s`, %XX decoded; -1 when it is malformed or NUL, which no name holds. */
static int decode_byte(sonde_str s, size_t *used) {
  *used = 1;
  if (*s.ptr != '%') return *s.ptr ? (unsigned char)*s.ptr : -1;
  if (s.len < 3 || hex_digit(s.ptr[1]) < 0 || hex_digit(s.ptr[2]) < 0) return -1;
  *used = 3;
  int byte = hex_digit(s.ptr[1]) * 16 + hex_digit(s.ptr[2]);
  return byte ? byte : -1;
}

/* An escaped slash is a slash to some and part of a name to others. */
static int decode_path(http_request *q) {
  size_t n = 0, used;
  if (q->target.len > REQUEST_PATH_MAX) return 414;
  for (size_t i = 0; i < q->target.len; i += used) {
    int byte = decode_byte((sonde_str){q->target.ptr + i, q->target.len - i}, &used);
    if (byte < 0 || (used == 3 && byte == '/')) return 400;
    q->decoded[n++] = (char)byte;
  }
  q->decoded[n] = '\0';
  q->path = (sonde_str){q->decoded, n};
  return 0;
}

static bool is_visible(sonde_str s) {
  for (size_t i = 0; i < s.len; i++)
    if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || s.ptr[i] == '#') return false;
  return true;
}

/* "http://host/path" is what proxies are asked, and is to be accepted of everybody (RFC 9112, 3.2.2). */
static sonde_str take_authority(sonde_str *target) {
  static const char scheme[] = "http://";
  size_t before = sizeof scheme - 1;
  if (target->len < before || strncasecmp(target->ptr, scheme, before) != 0) return (sonde_str){0};
  const char *begin = target->ptr + before, *end = target->ptr + target->len;
  const char *slash = memchr(begin, '/', (size_t)(end - begin));
  if (!slash) slash = end;
  *target = (sonde_str){slash, (size_t)(end - slash)};
  return (sonde_str){begin, (size_t)(slash - begin)};
}

int target_read(http_request *q, sonde_str target) {
  q->authority = take_authority(&target);
  if (target.len == 0 || target.ptr[0] != '/' || !is_visible(target)) return 400;
  const char *mark = memchr(target.ptr, '?', target.len);
  q->target = (sonde_str){target.ptr, mark ? (size_t)(mark - target.ptr) : target.len};
  if (mark) q->query = (sonde_str){mark + 1, target.len - q->target.len - 1};
  return decode_path(q);
}

bool path_is_plain(sonde_str path) {
  bool at_start = true;
  for (size_t i = 0; i < path.len; i++) {
    if (at_start && (path.ptr[i] == '.' || path.ptr[i] == '/')) return false;
    at_start = path.ptr[i] == '/';
  }
  return true;
}

bool path_is_within(sonde_str path, sonde_str prefix) {
  if (path.len < prefix.len || memcmp(path.ptr, prefix.ptr, prefix.len) != 0) return false;
  return path.len == prefix.len || path.ptr[prefix.len] == '/';
}

bool param_next(sonde_str *query, sonde_str *name, sonde_str *value) {
  while (query->len && *query->ptr == '&') query->ptr++, query->len--;
  if (!query->len) return false;
  const char *end = memchr(query->ptr, '&', query->len);
  size_t len = end ? (size_t)(end - query->ptr) : query->len;
  const char *equals = memchr(query->ptr, '=', len);
  *name = (sonde_str){query->ptr, equals ? (size_t)(equals - query->ptr) : len};
  *value = (sonde_str){equals ? equals + 1 : query->ptr + len, equals ? len - name->len - 1 : 0};
  query->ptr += len;
  query->len -= len;
  return true;
}

int param_decode(sonde_str text, char *out, size_t cap) {
  size_t n = 0, used;
  for (size_t i = 0; i < text.len; i += used) {
    int byte = decode_byte((sonde_str){text.ptr + i, text.len - i}, &used);
    if (byte < 0) return PARAM_MALFORMED;
    if (n + 1 >= cap) return PARAM_TOO_LONG;
    out[n++] = used == 1 && byte == '+' ? ' ' : (char)byte;
  }
  if (cap == 0) return PARAM_TOO_LONG;
  out[n] = '\0';
  return (int)n;
}

sonde_str param_find(sonde_str query, const char *wanted) {
  sonde_str name, value;
  while (param_next(&query, &name, &value))
    if (str_is(name, wanted)) return value;
  return (sonde_str){0};
}
