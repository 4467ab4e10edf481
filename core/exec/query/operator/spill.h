/* Tables that memory does not hold. When those of an operator have taken their share, the rows that would make them larger are
 * dealt out by the hash of their keys to parts in the spool; what the tables hold is answered first, then the operator runs once
 * more over each part, which may be dealt out again. */
#ifndef QUERY_SPILL_H
#define QUERY_SPILL_H
#include "exec/query/operator/op.h"

typedef struct spill spill;

/* An operator's inputs so far as they were dealt out, and the part that is being answered. */
typedef struct spilled {
  spill *in[2]; /* NULL: nothing was */
  uint32_t part;
  op *child;
} spilled;

/* Whether rows of this input may be dealt out: there is a spool, and it has not been done too often already. */
bool spill_may(const op *input);
/* So many bytes are more than an operator's share, and what it may grow by, with something left for others, cannot be had. */
bool spill_is_tight(const run *, uint64_t bytes, uint64_t growth);
/* The tables take so many bytes by now: is that too much? */
static inline bool spill_is_due(const op *input, uint64_t bytes) {
  return spill_may(input) && spill_is_tight(input->run, bytes, bytes);
}
/* So many times the rows of an input, as they are estimated, are more than the share. */
bool spill_is_expected(const op *input, double times);
/* All rows, as they are estimated, are too much. */
bool spill_is_sure(const op *input);

/* Deals out some rows of a batch (NULL: all; else ascending), with the keys of the whole batch. Columns of the input that nobody
 * looks at are lost. */
sonde_code spill_put(spilled *, const op *, unsigned input, const batch *, const col *keys, uint32_t n_keys,
                     const uint32_t *rows, uint32_t n);
static inline bool spill_has(const spilled *x) { return x->in[0] || x->in[1]; }
/* Rows of `plan`, which is like the operator's own, run over each part. `opened` (or NULL) is told of each such operator. */
step spill_next(spilled *, op *, const plan *, void (*opened)(op *child, const op *), batch *);
void spill_close(spilled *);

/* Rows of in[0] that were dealt out without keys, in their order, as often as somebody wants them: all must be put and ended. */
sonde_code spill_end(spilled *);
op *spill_read(spilled *);

#endif
