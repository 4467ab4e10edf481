/* JSON's own rules for texts (RFC 8259, 7). */
#include "out.h"

/* Bytes of the character at `s`, 0 when it is no UTF-8: no overlong form, no surrogate, nothing beyond U+10FFFF. */
static size_t utf8_length(sonde_str s) {
  static const struct {
    unsigned char first_low, first_high, second_low, second_high;
    size_t len;
  } forms[] = {{0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
               {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
               {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
  const unsigned char *c = (const unsigned char *)s.ptr;
  size_t i = 0, known = sizeof forms / sizeof *forms;
  while (i < known && (c[0] < forms[i].first_low || c[0] > forms[i].first_high)) i++;
  if (i == known || s.len < forms[i].len) return 0;
  if (forms[i].len > 1 && (c[1] < forms[i].second_low || c[1] > forms[i].second_high)) return 0;
  for (size_t k = 2; k < forms[i].len; k++)
    if ((c[k] & 0xc0) != 0x80) return 0;
  return forms[i].len;
}

static void put_escaped(out *o, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  if (c == '"' || c == '\\') {
    out_put(o, (const char[]){'\\', (char)c}, 2);
    return;
  }
  const char escaped[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
  out_put(o, escaped, 6);
}

void out_json(out *o, sonde_str s) {
  for (size_t at = 0; at < s.len;) {
    unsigned char c = (unsigned char)s.ptr[at];
    size_t len = utf8_length((sonde_str){s.ptr + at, s.len - at});
    if (!len)
      out_literal(o, "\\ufffd");
    else if (c == '"' || c == '\\' || c < 0x20 || c == 0x7f)
      put_escaped(o, c);
    else
      out_put(o, s.ptr + at, len);
    at += len ? len : 1;
  }
}
