/* What joins and applies share: rows of one side (probed) meet the kept rows of the other that have their key, one after the
 * other; a residual decides. The left side is probed, unless a join is mirrored. */
#ifndef QUERY_JOIN_H
#define QUERY_JOIN_H
#include "exec/query/keys/join_table.h"
#include "exec/query/operator/op.h"

typedef struct {
  join_kind kind;
  bool mirrored;               /* SEMI and ANTI: left rows are kept, right ones are probed */
  uint32_t n_left, n_right;    /* columns that come out */
  uint32_t at_probed, at_kept; /* of a pair's columns: where those of either side begin */
  rowset rows;                 /* the columns `kept`, then what the join keeps for itself */
  uint32_t *kept, n_kept;      /* columns of the kept side that are looked at */
  bool whole;                  /* those include the columns of the keys */
  const uint32_t *next;        /* the next kept row of the same key, ascending; NULL: there is none */
  uint8_t *hit;                /* kept rows that were met: RIGHT, FULL and mirrored */
  uint32_t hit_cap;
  node *residual;
  bool *comes_out, *in_residual; /* of a pair's columns */
  /* Comparison that a MARK adds to each pair: left column (of this batch) against a kept column. */
  const col *mark_left;
  uint32_t mark_right;
  bool marked;
  /* The batch under way. */
  batch probed;
  arena held;      /* lives as long as that batch */
  uint32_t *first; /* of its rows: the first kept one of their key that is to be looked at, or NO_ROW */
  uint8_t *found;  /* of its rows: 1 matched, 2 only unknown (null) */
  uint32_t row, candidate;
  bool open, started, ended, rest;
  bool more;        /* rows before `row` have another turn */
  uint32_t at_rows; /* where the rows that nobody met, or that were met, go on */
  uint32_t at;      /* byte of the SQL text, for errors */
} prober;

/* `own`: types of the columns that the join keeps for itself; they begin at column n_kept of `rows`. */
sonde_code prober_init(prober *, op *, join_kind, const expr *residual, const sql_type *const *own,
                       uint32_t n_own);
void prober_free(prober *, op *);
/* There is something to answer after all batches (prober_last). */
bool prober_notes_hits(const prober *);
/* Keeps rows of the other side, all or (rows not NULL) some, with the join's own columns behind theirs. */
sonde_code prober_keep(prober *, op *, const batch *, const col *own, const uint32_t *rows, uint32_t n);
/* Begins a batch: `found` is cleared, `first` is for the caller to fill. */
sonde_code prober_begin(prober *, op *, const batch *);
/* The next output of the batch; STEP_END when it is done. */
step prober_next(prober *, op *, batch *out);
/* After all batches: kept rows that nobody met (RIGHT and FULL), or what a mirrored join answers. */
step prober_last(prober *, op *, batch *out);

#endif
