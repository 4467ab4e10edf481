/* See nearest.h. */
#include "base/nearest.h"

#include <stdbool.h>

#include "base/print.h"

enum { NEAREST_MAX = 40 };

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

/* Changed, missing, added and exchanged neighbouring letters between two names. */
static unsigned distance(sonde_str a, sonde_str b) {
  unsigned rows[3][NEAREST_MAX + 1];
  if (a.len > NEAREST_MAX || b.len > NEAREST_MAX) return NEAREST_MAX;
  for (unsigned j = 0; j <= b.len; j++) rows[0][j] = j;
  for (size_t i = 1; i <= a.len; i++) {
    unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= b.len; j++) {
      char x = lower(a.ptr[i - 1]), y = lower(b.ptr[j - 1]);
      unsigned best = above[j - 1] + (x != y);
      if (above[j] + 1 < best) best = above[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      bool exchanged = i > 1 && j > 1 && x == lower(b.ptr[j - 2]) && y == lower(a.ptr[i - 2]);
      if (exchanged && before[j - 2] + 1 < best) best = before[j - 2] + 1;
      row[j] = best;
    }
  }
  return rows[a.len % 3][b.len];
}

void nearest_try(nearest_name *n, sonde_str candidate) {
  unsigned d = distance(n->wanted, candidate),
           least = n->best.ptr ? n->distance : (unsigned)n->wanted.len / 3 + 2;
  if (d >= least) return;
  n->best = candidate;
  n->distance = d;
}

const char *nearest_text(const nearest_name *n, char out[96]) {
  out[0] = '\0';
  if (n->best.ptr) print_text(out, 96, "; did you mean %.*s?", (int)n->best.len, n->best.ptr);
  return out;
}
