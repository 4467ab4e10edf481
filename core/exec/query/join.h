/* What joins and applies share: left rows meet the right rows of their entry, one after the other; a residual decides. */
#ifndef QUERY_JOIN_H
#define QUERY_JOIN_H
#include "exec/query/keys.h"
#include "exec/query/op.h"

#define NO_ROW UINT32_MAX

typedef struct {
  join_kind kind;
  rowset right;                       /* columns of the right input, then what the join keeps for itself */
  uint32_t n_left, n_right;           /* columns that come out */
  uint32_t *next, next_cap;           /* right rows of one entry, chained */
  uint32_t *heads, *tails, heads_cap; /* by entry */
  uint8_t *hit;                       /* right rows that found a left one: RIGHT and FULL */
  uint32_t hit_cap;
  node *residual;
  bool unique;    /* the row of an entry is its number, and it is the only one */
  bool *gathered; /* columns that come out or that the residual looks at */
  /* Comparison that a MARK adds to each pair: left column (of this batch) against a kept right column. */
  const col *mark_left;
  uint32_t mark_right;
  bool marked;
  /* ASOF: the nearest of an entry's rows. */
  uint16_t asof;
  const col *asof_left;
  uint32_t asof_right;
  /* The left batch under way. */
  batch left;
  arena held;        /* lives as long as the left batch */
  uint32_t *entries; /* of its rows; NO_ROW: none */
  uint8_t *found;    /* per left row: 1 matched, 2 only unknown (null) */
  uint32_t row, candidate;
  bool open, started, ended;
  /* Left without matches, or marks, at the end of a batch; right ones at the very end. */
  uint32_t rest;
  uint32_t rest_right;
  uint32_t at; /* byte of the SQL text, for errors */
} prober;

sonde_code prober_init(prober *, op *, join_kind, const sql_type *const *right_types, uint32_t n_right_kept,
                       const expr *residual);
void prober_free(prober *, op *);
/* RIGHT, FULL: right rows without a match come out, too. */
bool prober_keeps_right(const prober *);
/* Appends the last rows of `right` (from `first` on) to the chains of their entries. */
sonde_code prober_chain(prober *, op *, uint32_t first, const uint32_t *entries);
/* Begins a left batch: entries and found are set up for b->n rows (entries to be filled by the caller). */
sonde_code prober_begin(prober *, op *, const batch *b);
/* The next output of the batch; STEP_END when it is done. */
step prober_next(prober *, op *, batch *out);
/* Right rows that nobody met, after all left batches. */
step prober_unmet(prober *, op *, batch *out);

#endif
