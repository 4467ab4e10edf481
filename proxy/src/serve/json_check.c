/* See json_check.h. A reader of what it says, which keeps nothing. */
#include "json_check.h"
#include <string.h>

#include "text.h"

enum { DEPTH_MAX = 64 };

typedef struct {
  const char *at, *end;
} reader;

static void skip_blank(reader *r) {
  while (r->at < r->end && memchr(" \t\r\n", *r->at, 4)) r->at++;
}

static bool take(reader *r, char c) {
  if (r->at == r->end || *r->at != c) return false;
  r->at++;
  return true;
}

static bool take_digits(reader *r) {
  const char *begin = r->at;
  while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
  return r->at > begin;
}

static bool take_number(reader *r) {
  take(r, '-');
  if (!take(r, '0') && !take_digits(r)) return false;
  if (take(r, '.') && !take_digits(r)) return false;
  if (!take(r, 'e') && !take(r, 'E')) return true;
  if (!take(r, '+')) take(r, '-');
  return take_digits(r);
}

static bool take_escape(reader *r) {
  if (r->at == r->end) return false;
  char c = *r->at++;
  if (c != 'u') return memchr("\"\\/bfnrt", c, 8) != NULL;
  for (int i = 0; i < 4; i++, r->at++)
    if (r->at == r->end || !memchr("0123456789abcdefABCDEF", *r->at, 22)) return false;
  return true;
}

/* One character beyond ASCII as RFC 3629 has it: the shortest form, no surrogates, up to U+10FFFF. */
static bool take_utf8(reader *r) {
  const unsigned char *p = (const unsigned char *)r->at;
  size_t left = (size_t)(r->end - r->at);
  size_t len = p[0] >= 0xc2 && p[0] < 0xe0   ? 2
               : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
               : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                             : 0;
  if (!len || left < len) return false;
  for (size_t i = 1; i < len; i++)
    if ((p[i] & 0xc0) != 0x80) return false;
  if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)) return false;
  if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)) return false;
  r->at += len;
  return true;
}

static bool take_string(reader *r) {
  if (!take(r, '"')) return false;
  while (r->at < r->end && *r->at != '"') {
    unsigned char c = (unsigned char)*r->at;
    if (c < 0x20) return false;
    if (c >= 0x80 ? !take_utf8(r) : c == '\\' ? (r->at++, !take_escape(r)) : (r->at++, false)) return false;
  }
  return take(r, '"');
}

static bool take_value(reader *r, int depth);

static bool take_name(reader *r) {
  bool taken = take_string(r);
  skip_blank(r);
  return taken && take(r, ':');
}

static bool take_members(reader *r, bool named, char end, int depth) {
  skip_blank(r);
  if (take(r, end)) return true;
  do {
    skip_blank(r);
    if ((named && !take_name(r)) || !take_value(r, depth)) return false;
  } while (take(r, ','));
  return take(r, end);
}

/* With the blanks around it. */
static bool take_value(reader *r, int depth) {
  bool taken;
  skip_blank(r);
  if (r->at == r->end || depth == DEPTH_MAX) return false;
  switch (*r->at) {
  case '{': r->at++, taken = take_members(r, true, '}', depth + 1); break;
  case '[': r->at++, taken = take_members(r, false, ']', depth + 1); break;
  case '"': taken = take_string(r); break;
  case 't': taken = text_take(&r->at, r->end, "true"); break;
  case 'f': taken = text_take(&r->at, r->end, "false"); break;
  case 'n': taken = text_take(&r->at, r->end, "null"); break;
  default: taken = take_number(r);
  }
  skip_blank(r);
  return taken;
}

bool json_check(sonde_str s, size_t *at) {
  *at = 0;
  if (!s.len) return false; /* perhaps there is no place either */
  reader r = {s.ptr, s.ptr + s.len};
  bool good = take_value(&r, 0) && r.at == r.end;
  *at = (size_t)(r.at - s.ptr);
  return good;
}
