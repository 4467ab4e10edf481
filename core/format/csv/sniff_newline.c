/* Line ends, counted without regard to quotes. */
#include "format/csv/sniff_parts.h"

#include <string.h>

sniff_lines sniff_count_lines(const char *p, size_t n) {
  sniff_lines lines = {0};
  for (size_t i = 0; i < n; i++) {
    if (p[i] > '\r') continue;
    if (p[i] == '\n') {
      if (i > 0 && p[i - 1] == '\r')
        lines.crlf++;
      else
        lines.lf++;
    } else if (p[i] == '\r' && i + 1 < n && p[i + 1] != '\n') {
      lines.cr++;
    }
  }
  if (n > 0 && p[n - 1] == '\r') lines.cr++;
  return lines;
}

static size_t line_end(const char *p, size_t n, size_t at) {
  while (at < n && p[at] != '\n' && p[at] != '\r') at++;
  if (at < n) at += at + 1 < n && p[at] == '\r' && p[at + 1] == '\n' ? 2 : 1;
  return at;
}

size_t sniff_after_lines(const char *p, size_t n, uint32_t lines) {
  size_t at = 0;
  while (lines-- > 0 && at < n) at = line_end(p, n, at);
  return at;
}

uint32_t sniff_lines_in(const char *p, size_t n) {
  uint32_t lines = 0;
  for (size_t at = 0; at < n; at = line_end(p, n, at)) lines++;
  return lines;
}
