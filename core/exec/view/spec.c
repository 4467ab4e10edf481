/* See spec.h. */
#include "exec/view/spec.h"

#include <stdarg.h>
#include <string.h>

#include "base/print.h"

static sonde_code set_error(const spec_part *s, sonde_code code, size_t at, const char *why) {
  return status_set(s->err, code, at, "the %s, byte %llu: %s", s->what, (unsigned long long)at, why);
}

sonde_code spec_open(const char *what, const json *given, arena *memory, spec_part *out, sonde_error *err) {
  *out = (spec_part){.what = what, .memory = memory, .err = err};
  if (!given || given->kind == JSON_NULL) return SONDE_OK;
  out->root = given;
  out->begin = given->at;
  if (given->kind != JSON_STRING) return SONDE_OK;
  out->begin = 0;
  sonde_code code = json_parse(given->text, memory, &out->root, err);
  if (code != SONDE_SYNTAX) return code;
  char why[sizeof err->message];
  memcpy(why, err->message, sizeof why);
  return set_error(out, code, (size_t)err->at, why);
}

sonde_code spec_refuse(const spec_part *s, const json *where, sonde_code code, const char *format, ...) {
  char why[200];
  va_list args;
  va_start(args, format);
  print_list(why, sizeof why, format, args);
  va_end(args);
  return set_error(s, code, where->at - s->begin, why);
}
