/* See sums.h. */
#include "exec/import/sums.h"

#include <string.h>

sonde_code sums_begin(sums *s, mem *m, uint32_t n_blocks, uint32_t width, sonde_error *err) {
  sums_free(s);
  *s = (sums){.mem = m, .n_blocks = n_blocks, .width = width};
  if (n_blocks == 0) return SONDE_OK;
  s->waiting = mem_alloc(m, n_blocks * sizeof *s->waiting, err);
  if (!s->waiting) return err->code;
  memset(s->waiting, 0, n_blocks * sizeof *s->waiting);
  return SONDE_OK;
}

void sums_free(sums *s) {
  for (uint32_t b = s->next; s->waiting && b < s->n_blocks; b++)
    mem_free(s->mem, s->waiting[b], s->width * sizeof(double));
  if (s->waiting) mem_free(s->mem, s->waiting, s->n_blocks * sizeof *s->waiting);
  *s = (sums){0};
}

double *sums_of(sums *s, uint32_t block, sonde_error *err) {
  if (!s->waiting[block]) s->waiting[block] = mem_alloc(s->mem, s->width * sizeof(double), err);
  return s->waiting[block];
}

const double *sums_next(const sums *s) { return s->next < s->n_blocks ? s->waiting[s->next] : NULL; }

void sums_pass(sums *s) {
  mem_free(s->mem, s->waiting[s->next], s->width * sizeof(double));
  s->waiting[s->next++] = NULL;
}
