/* Sorting rows by several keys: stable radix sort, least significant key first. Keys arrive a block at a time as
 * FRAGMENT_KEYS wrote them; strings become ranks, so that every key is an integer in the end. */
#ifndef EXEC_SORT_H
#define EXEC_SORT_H
#include "exec/task.h"

typedef struct sorter sorter;

typedef struct {
  bool descending, nulls_first;
} sort_order;

/* `total` rows in `n_blocks` blocks. Everything lies in the arena. */
sorter *sorter_new(arena *, mem *, const sort_order *, uint32_t n_keys, uint32_t total, uint32_t n_blocks,
                   sonde_error *);
/* The result of one block; its rows are [first, first + n) of the selection. */
sonde_code sorter_add(sorter *, uint32_t block, uint32_t first, uint32_t n, rd *, sonde_error *);
/* The permutation: order[i] is the selection's row that comes i-th. `order` has room for total. */
sonde_code sorter_run(sorter *, uint32_t *order, sonde_error *);

#endif
