/* Partitions by number: where texts say to which partition a row belongs, the few that differ are sorted once, and rows by the numbers
 * of their partitions, kept as a column. */
#ifndef QUERY_WINDOW_NUMBERS_H
#define QUERY_WINDOW_NUMBERS_H
#include "exec/query/keys.h"
#include "exec/query/sort.h"

typedef struct {
  uint32_t column; /* of the rowset: the numbers; 0: there are none */
  const uint32_t *partition;
  uint32_t n_partition; /* columns of the partition */
  keyer keyer;
  key_table table;
  uint32_t *firsts, firsts_cap; /* the first row of each partition */
} window_numbers;

/* Whether sorting by these columns costs more than numbering them. `partition` and `types` are borrowed. */
bool window_numbers_pay(const uint32_t *partition, uint32_t n, const sql_type *const *types);
sonde_code window_numbers_open(window_numbers *, mem *, uint32_t column, const uint32_t *partition,
                               uint32_t n, const sql_type *const *types, sonde_error *);
void window_numbers_close(window_numbers *);
/* Fills the batch's column of numbers; row `first` of the rowset will be its first one. */
sonde_code window_numbers_add(window_numbers *, batch *, uint32_t first, arena *, sonde_error *);
/* All rows are there: numbers become places in the order of the partition's columns. False: there are too many, sort by the columns. */
sonde_code window_numbers_rank(window_numbers *, const rowset *, bool *ranked, sonde_error *);

#endif
