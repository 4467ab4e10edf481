/* See print.h. */
#include "base/print.h"

#include <stdio.h>

#ifdef __EMSCRIPTEN__
/* The C library of Emscripten has it, its header does not say so. */
int vsniprintf(char *, size_t, const char *, va_list);
#define vsnprintf vsniprintf
#endif

int print_list(char *out, size_t room, const char *format, va_list args) {
  return vsnprintf(out, room, format, args);
}

int print_text(char *out, size_t room, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = print_list(out, room, format, args);
  va_end(args);
  return n;
}
