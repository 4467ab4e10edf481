/* What is ruled out without a look at a value: which rows of a block may satisfy a predicate, judged by the columns that its file does
 * not have, and of a row group by the statistics of its column chunks, by its page index and its bloom filters. */
#ifndef EXEC_PRUNE_H
#define EXEC_PRUNE_H
#include "exec/task.h"
#include "exec/view/row_ranges.h"
#include "format/parquet/parquet.h"

/* What is known about the columns of a predicate, in the order of its refs. */
typedef struct {
  const column_ref *refs;
  uint32_t n, rows;
  const pq_piece *pieces;
  const pq_leaf_pages *const *indexes; /* per ref and leaf; NULL, or an entry NULL: not read */
  const pq_span *blooms;               /* per ref; bytes NULL: none */
  const column_ref *all;               /* of the predicate: also columns that the file does not have */
  uint32_t n_all;
  bool *asked; /* out, per ref: its bloom filter may rule out what is left; NULL: not wanted */
} known_columns;

/* Of one node of a compiled predicate; `at` in *out is NULL only with an error. */
sonde_code prune_rows(const known_columns *, rd *predicate, arena *, row_ranges *out, sonde_error *);

#endif
