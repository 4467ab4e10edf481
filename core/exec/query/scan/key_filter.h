/* Keys that a join has kept, as a filter for the scan of its other side: rows without a partner never leave it. */
#ifndef QUERY_KEY_FILTER_H
#define QUERY_KEY_FILTER_H
#include "exec/query/keys/join_table.h"
#include "exec/query/operator/op.h"

typedef struct key_filter key_filter;
struct key_filter {
  const join_table *table;
  uint32_t column; /* of the scan */
  uint32_t seen, kept;
  key_filter *next;
};

/* Looks for the scan that column `column` of an operator's answer comes from, as it is, and gives it the keys. The table has to
 * outlive the operator's last batch. Without such a scan nothing happens. */
void key_filter_offer(op *, uint32_t column, const join_table *);
/* Of `rows` of the batch those that some key admits; a filter that admits most rows is given up. Answers how many. */
uint32_t key_filter_apply(key_filter *, const batch *, uint32_t *rows, uint32_t n);

/* Of op_scan.c: the filter for a column of a scan. */
void op_scan_filter(op *scan, uint32_t column, const join_table *);

#endif
