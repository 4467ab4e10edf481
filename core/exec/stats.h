/* Statistics of a column: collected a block at a time, merged in any order. */
#ifndef EXEC_STATS_H
#define EXEC_STATS_H
#include "column/sketch.h"
#include "exec/task.h"

#define STATS_TEXT 256u

typedef struct {
  csv_form form; /* of the values below; TYPE_NONE: no value yet */
  uint64_t values, nulls;
  int64_t min_i64, max_i64;
  double min_f64, max_f64;
  int128 min_i128, max_i128; /* DECIMAL */
  double sum;                /* over all blocks in their order; set when the last one is in */
  char *min_text, *max_text; /* STATS_TEXT bytes each, only for TEXT; in the owner's arena */
  uint32_t min_len, max_len;
  uint8_t *sketch; /* NULL in very wide tables */
  bool stale; /* blocks were read in forms that do not merge: import the column again in its final form */
} column_stats;

void stats_put(buf *, const csv_column *, uint32_t rows);
/* Reads what stats_put wrote and merges it; text and sketch buffers are made in `a` on first use. The block's sum is answered
 * apart: sums are rounded, so only adding them in the order of the blocks gives the same digits every time. */
sonde_code stats_merge(column_stats *, rd *, double *sum, arena *a, sonde_error *);
/* Adds the sums of blocks, `stride` apart (Neumaier 1974). */
double stats_fold(const double *sums, size_t stride, uint32_t n);
/* Starts over, for a second import. */
void stats_clear(column_stats *);

#endif
