/* Rows of a rowset in order: radix sort of 64-bit words made from the keys, refined where words are equal. Stable. */
#ifndef QUERY_SORT_H
#define QUERY_SORT_H
#include "exec/query/rowset.h"

typedef struct {
  uint32_t column;
  bool descending, nulls_first;
} order_by;

/* Sorts row numbers in place. `differ`, if not NULL, is told for each place in which key (the first one) its row differs from
 * the row before: 255 when in none, also at place 0. At most 255 keys then. */
sonde_code sort_rows(mem *, const rowset *, const order_by *, uint32_t n_keys, uint32_t *rows, uint32_t n,
                     uint8_t *differ, sonde_error *);
/* Whether two rows are equal in the first n_keys keys; nulls are equal. */
bool same_keys(const rowset *, const order_by *, uint32_t n_keys, uint32_t a, uint32_t b);
int compare_keys(const rowset *, const order_by *, uint32_t n_keys, uint32_t a, uint32_t b);

#endif
