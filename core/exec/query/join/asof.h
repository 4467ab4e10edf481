/* ASOF joins: the kept rows of each key lie sorted by the value that has to be near, and each probed row searches among them. */
#ifndef QUERY_ASOF_H
#define QUERY_ASOF_H
#include "exec/query/keys/join_table.h"

typedef struct {
  mem *mem;
  const rowset *rows;
  uint32_t column;       /* of `rows`: the value */
  uint32_t n;            /* rows when it was made */
  uint32_t *order;       /* rows by key, then value; n */
  uint32_t *begin, *end; /* places in `order`, by the first row of a key; n */
  uint64_t *words;       /* values by place, of numbers; else NULL */
} asof_table;

/* Of all rows, by the keys of the table (NULL: all have the same). Rows whose value is null are left out. */
sonde_code asof_make(asof_table *, mem *, const rowset *, uint32_t column, const join_table *, sonde_error *);
void asof_free(asof_table *);
/* `rows`: the first kept row of each probed row's key; becomes the nearest one, or NO_ROW. Of equally near ones the first.
 * op: FN_GE, FN_GT, FN_LE or FN_LT: value op kept value. */
void asof_find(const asof_table *, uint16_t op, const col *values, uint32_t n, uint32_t *rows);

#endif
