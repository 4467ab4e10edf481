/* snprintf for all but floating point, which number_format_double writes: without it the module needs none of the C library's
 * code for it, nor for the long double behind it (20 kB). */
#ifndef BASE_PRINT_H
#define BASE_PRINT_H
#include <stdarg.h>
#include <stddef.h>

#include "base/status.h"

int print_text(char *out, size_t room, const char *format, ...) SONDE_PRINTF(3, 4);
int print_list(char *out, size_t room, const char *format, va_list) SONDE_PRINTF(3, 0);

#endif
