/* Partitions by number: where texts say to which partition a row belongs, the few that differ are sorted once, and the numbers of
 * rows are laid side by side by those of their partitions. */
#ifndef QUERY_WINDOW_NUMBERS_H
#define QUERY_WINDOW_NUMBERS_H
#include "exec/query/keys/keys.h"
#include "exec/query/keys/sort.h"

typedef struct {
  const uint32_t *partition;
  uint32_t n_partition; /* columns of the partition; 0: rows are not numbered */
  keyer keyer;
  key_table table;
  uint32_t *numbers, numbers_cap; /* of each row */
  uint32_t *firsts, firsts_cap;   /* the first row of each partition; once grouped: by rank */
  uint32_t *ends, ends_cap;       /* of the partitions, by rank */
  uint32_t *starts, starts_cap;   /* by number: where the next row of the partition goes */
  uint32_t at;                    /* the row that is placed next */
} window_numbers;

/* Whether sorting by these columns costs more than numbering them. */
bool window_numbers_pay(const uint32_t *partition, uint32_t n, const sql_type *const *types);
/* `partition` and `types` are borrowed. */
sonde_code window_numbers_open(window_numbers *, mem *, const uint32_t *partition, uint32_t n,
                               const sql_type *const *types, sonde_error *);
void window_numbers_close(window_numbers *);
/* Row `first` of the rowset will be the batch's first one. */
sonde_code window_numbers_add(window_numbers *, const batch *, uint32_t first, sonde_error *);
/* All rows are there: brings their partitions into the order of the columns, unless there are too many. */
sonde_code window_numbers_group(window_numbers *, const rowset *, bool *grouped, sonde_error *);
/* Then a sorter of all rows has them laid out by partition, each in the order they came, some milliseconds at a time: true when done. */
void window_numbers_begin(window_numbers *, sorter *);
bool window_numbers_place(window_numbers *, sorter *);

#endif
