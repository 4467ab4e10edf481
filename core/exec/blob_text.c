/* See blob_text.h. */
#include "exec/blob_text.h"

#include <string.h>

sonde_str blob_text(sonde_str bytes, arena *memory, sonde_error *err) {
  static const char digits[] = "0123456789abcdef";
  char *text = arena_array(memory, bytes.len + 1, 2, err);
  if (!text) return (sonde_str){NULL, 0};
  memcpy(text, "0x", 2);
  for (size_t i = 0; i < bytes.len; i++) {
    text[2 * i + 2] = digits[(uint8_t)bytes.ptr[i] >> 4];
    text[2 * i + 3] = digits[(uint8_t)bytes.ptr[i] & 15];
  }
  return (sonde_str){text, 2 * bytes.len + 2};
}

/* 0 to 15; more: it is none. */
static unsigned digit(char c) {
  unsigned small = (unsigned char)c | 0x20u;
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : 16;
}

static bool is_shown_bytes(sonde_str s) {
  bool shown = s.len >= 2 && s.len % 2 == 0 && s.ptr[0] == '0' && s.ptr[1] == 'x';
  for (size_t i = 2; shown && i < s.len; i++) shown = digit(s.ptr[i]) < 16;
  return shown;
}

sonde_code blob_parse(sonde_str text, arena *memory, sonde_str *out, sonde_error *err) {
  *out = text;
  if (!is_shown_bytes(text)) return SONDE_OK;
  char *bytes = arena_alloc(memory, text.len / 2, err);
  if (!bytes) return err->code;
  *out = (sonde_str){bytes, text.len / 2 - 1};
  for (size_t i = 0; i < out->len; i++)
    bytes[i] = (char)(digit(text.ptr[2 * i + 2]) << 4 | digit(text.ptr[2 * i + 3]));
  return SONDE_OK;
}
