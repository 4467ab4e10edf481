/* The first rows of each partition: what `row_number() OVER (PARTITION BY … ORDER BY …) <= n` asks for. Rows that cannot be among
 * them are not kept. */
#ifndef QUERY_WINDOW_TOP_H
#define QUERY_WINDOW_TOP_H
#include "exec/query/keys/keys.h"
#include "exec/query/keys/sort.h"

typedef struct {
  uint32_t wanted; /* rows of each partition; 0: all */
  const uint32_t *partition;
  uint32_t n_partition; /* columns of the partition */
  order_by *keys;
  uint32_t n_keys;
  keyer keyer;
  key_table table;
  uint32_t *best, *counts; /* by partition: `wanted` kept rows in order, and how many there are */
  uint64_t *words;         /* beside `best`: of their first key, which mostly decides */
  uint32_t best_cap, words_cap, counts_cap;
} window_top;

/* How many rows of each partition a filter over a window leaves at most; 0: that cannot be said. */
uint32_t window_top_of(const plan *filter);
sonde_code window_top_open(window_top *, mem *, const window_call *, const sql_type *const *types,
                           sonde_error *);
void window_top_close(window_top *);
/* The rows that are first in the end, ascending; `rows` has room for all that were kept. Answers how many. */
uint32_t window_top_rows(const window_top *, uint32_t n_kept, uint32_t *rows);
/* Appends those rows of the batch that may be among the first. */
sonde_code window_top_add(window_top *, rowset *, const batch *, arena *, sonde_error *);

#endif
