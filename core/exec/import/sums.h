/* Sums of blocks, handed on in the order of the blocks whatever order they come in: adding doubles is not associative, and
 * a sum must not depend on which fragment was done first. A block waits here only until all earlier ones are there. */
#ifndef EXEC_SUMS_H
#define EXEC_SUMS_H
#include "base/mem.h"

typedef struct {
  mem *mem;
  double **waiting; /* per block: its sums, or NULL */
  uint32_t n_blocks, next;
  uint32_t width; /* sums a block */
} sums;

/* Starts over: nothing waits, block 0 is next. */
sonde_code sums_begin(sums *, mem *, uint32_t n_blocks, uint32_t width, sonde_error *);
void sums_free(sums *);
/* Room for the `width` sums of a block, to be filled; a block given twice counts once. */
double *sums_of(sums *, uint32_t block, sonde_error *);
/* The sums of the next block in order, or NULL when it is not there yet; sums_pass goes on to the one after it. */
const double *sums_next(const sums *);
void sums_pass(sums *);

#endif
