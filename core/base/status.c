/* See status.h. */
#include "base/status.h"

#include <stdarg.h>

#include "base/print.h"

sonde_code status_set(sonde_error *err, sonde_code code, uint64_t at, const char *format, ...) {
  if (!err) return code;
  err->code = code;
  err->source = 0;
  err->at = at;
  va_list args;
  va_start(args, format);
  print_list(err->message, sizeof err->message, format, args);
  va_end(args);
  return code;
}
