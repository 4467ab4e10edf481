/* A sort that memory does not hold: sorted runs in the spool, merged piece by piece. */
#ifndef QUERY_RUNS_H
#define QUERY_RUNS_H
#include "exec/query/keys/sort.h"
#include "exec/query/spool/spool.h"

typedef struct {
  uint32_t piece, end; /* pieces to come */
  batch rows;          /* of the piece at hand */
  uint32_t at;
  arena memory; /* of that piece */
} sorted_run;

typedef struct {
  mem *mem;
  spool *spool;
  const sql_type *const *types;
  uint32_t n_cols, n_keys;
  const order_by *keys;
  spool_piece *pieces;
  uint32_t n_pieces, pieces_cap;
  sorted_run *runs;
  uint32_t n_runs, runs_cap;
  uint32_t *heap, n_heap, heap_cap; /* runs with a row at hand, the least first */
  uint32_t opened;                  /* runs whose first piece was read */
  bool behind;                      /* the least run has to read its next piece first */
  rowset out;                       /* the answer under way, or (given) the last one */
  bool given;
} sort_runs;

void runs_init(sort_runs *, mem *, spool *, const sql_type *const *types, uint32_t n_cols, const order_by *,
               uint32_t n_keys);
void runs_free(sort_runs *);
/* Begins a run; pieces of ascending rows follow. */
sonde_code runs_begin(sort_runs *, sonde_error *);
sonde_code runs_put(sort_runs *, const batch *, arena *scratch, sonde_error *);
/* The next rows of all runs, in order, of equal ones those of earlier runs first; the columns borrow until the next call. */
step runs_next(sort_runs *, batch *, col *cols, sonde_error *);

#endif
