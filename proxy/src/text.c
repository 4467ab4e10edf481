/* A growing text. */
#include "text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory) {
  if (memory) return memory;
  fputs("sonde: out of memory\n", stderr);
  exit(1);
}

void *memory_of(size_t size) { return must(malloc(size ? size : 1)); }

sonde_str str_from(const char *terminated) { return (sonde_str){terminated, strlen(terminated)}; }

void text_reserve(text *t, size_t more) {
  size_t wanted = t->len + more + 1;
  if (wanted <= t->cap) return;
  t->cap = wanted > 2 * t->cap ? wanted : 2 * t->cap;
  t->ptr = must(realloc(t->ptr, t->cap));
}

/* Most texts fit what is there: they are printed once. */
void text_print(text *t, const char *format, ...) {
  va_list args, again;
  text_reserve(t, 64);
  size_t room = t->cap - t->len;
  va_start(args, format);
  va_copy(again, args);
  int len = vsnprintf(t->ptr + t->len, room, format, args);
  va_end(args);
  if (len > 0 && (size_t)len >= room) {
    text_reserve(t, (size_t)len);
    vsnprintf(t->ptr + t->len, (size_t)len + 1, format, again);
  }
  if (len > 0) t->len += (size_t)len;
  va_end(again);
}

static void add_escaped(text *t, unsigned char c) {
  static const char *const known[0x20] = {
      ['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t"};
  if (c == '"' || c == '\\')
    text_print(t, "\\%c", c);
  else if (known[c])
    text_add(t, known[c], 2);
  else
    text_print(t, "\\u%04x", c);
}

void text_add_json(text *t, sonde_str s) {
  text_add(t, "\"", 1);
  for (size_t begin = 0, i = 0; i <= s.len; i++) {
    unsigned char c = i < s.len ? (unsigned char)s.ptr[i] : '"';
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    text_add(t, s.ptr + begin, i - begin);
    if (i < s.len) add_escaped(t, c);
    begin = i + 1;
  }
  text_add(t, "\"", 1);
}

void text_clear(text *t) { t->len = 0; }

void text_free(text *t) {
  free(t->ptr);
  *t = (text){0};
}
