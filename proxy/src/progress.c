/* The progress line: drawn after half a second, then five times a second, and wiped at the end. */
#include "progress.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void draw(void *user, sonde_progress p) {
  progress_line *line = user;
  double now = seconds_now();
  if (now - line->began < 0.5 || now - line->shown < 0.2 || !p.total_bytes) return;
  line->shown = now;
  double share = (double)p.done_bytes / (double)p.total_bytes;
  fprintf(stderr, "\r\033[K%s: %.0f %%", line->doing, 100 * share);
  fflush(stderr);
}

void progress_begin(progress_line *line, host *h) {
  *line = (progress_line){.doing = "reading", .began = seconds_now()};
  if (isatty(STDERR_FILENO)) host_watch(h, draw, line);
}

void progress_end(progress_line *line) {
  if (line->shown > 0) fputs("\r\033[K", stderr);
}
