/* Statistics of a column: collected a block at a time, merged in any order. Only sums care for order: they are handed out by
 * stats_merge and added in the order of the blocks (exec/import/sums.h). */
#ifndef EXEC_STATS_H
#define EXEC_STATS_H
#include "base/number.h"
#include "column/frequent.h"
#include "column/sketch.h"
#include "exec/task.h"

#define STATS_TEXT 256u /* 64 code points of 4 bytes: what is shown of an extreme */

typedef struct {
  csv_form form; /* of the values below; TYPE_NONE: no value yet */
  uint64_t values, nulls;
  int64_t min_i64, max_i64;
  double min_f64, max_f64;
  int128 min_i128, max_i128; /* DECIMAL, at the scale of `form` */
  double sum, lost;          /* Neumaier 1974: what `sum` lost to rounding */
  char *min_text, *max_text; /* STATS_TEXT bytes each, only for TEXT; in the owner's arena */
  uint32_t min_len, max_len;
  uint8_t *sketch;           /* NULL in very wide tables */
  frequent_values *frequent; /* NULL where `sketch` is */
  bool stale;                /* blocks were read in forms that do not merge: import again in the final form */
  bool maybe_empty_text;     /* "" may have been read as missing where it is a text, if the column is one */
} column_stats;

/* Of a block's column, which is also given as a vec; `empty_text` as maybe_empty_text. */
void stats_put(buf *, const csv_column *, const vec *, bool empty_text);
/* Reads what stats_put wrote and merges it, all but the block's sum; texts and sketches are made in `a` on first use. */
sonde_code stats_merge(column_stats *, rd *, double *sum, arena *a, sonde_error *);
/* What was found in other rows, its sum among it. SONDE_OK with `stale` set where the forms do not merge. */
sonde_code stats_join(column_stats *, const column_stats *, arena *a, sonde_error *);
/* Of a column whose every row is what the text says (exec/refs.h). */
sonde_code stats_of_constant(column_stats *, csv_form, sonde_str, uint64_t rows, arena *a, sonde_error *);
/* The sum of the next block. */
void stats_add(column_stats *, double sum);
double stats_sum(const column_stats *);
/* Whether they are those of a column that is read in this form; else it has to be imported (again) in it. */
bool stats_hold(const column_stats *, csv_form);
/* Starts over, for a second import; stale until that is done. */
void stats_clear(column_stats *);

#endif
