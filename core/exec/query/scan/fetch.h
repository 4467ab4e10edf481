/* Columns that few rows need, fetched late: a sort with a limit over a table keeps only its keys and where each row lies. */
#ifndef QUERY_FETCH_H
#define QUERY_FETCH_H
#include "exec/query/operator/op.h"

typedef struct {
  const plan *scan;
  rowset rows; /* in the order of their places */
  uint32_t at; /* places fetched so far */
} row_fetch;

/* Whether a node is a sort whose rows are few enough, and stand in a table. */
bool fetches_late(const plan *);
/* Where each row of a scan's last answer lies, as a BIGINT that ascends. */
sonde_code op_scan_places(const op *scan, col *out, arena *);

sonde_code fetch_open(row_fetch *, op *, const plan *scan);
void fetch_close(row_fetch *);
/* Ascending places; STEP_ROWS when all n rows are there. */
step fetch_rows(row_fetch *, op *, const int64_t *places, uint32_t n);

#endif
