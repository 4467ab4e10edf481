/* Rows dealt out to parts by the values of their keys, whoever does it: each part as batches. */
#ifndef QUERY_PARTITION_H
#define QUERY_PARTITION_H
#include "exec/query/op.h"

/* All rows of a PLAN_PARTITION whose input is open: for each part u32 length, batches. `block` is where they come from, `rows` about how
 * many there are. */
sonde_code partition_put(run *, const plan *, op *input, uint32_t block, uint32_t rows, buf *out);

#endif
