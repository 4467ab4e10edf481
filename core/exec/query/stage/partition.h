/* Rows dealt out to parts by the values of their keys, whoever does it: each part as batches. */
#ifndef QUERY_PARTITION_H
#define QUERY_PARTITION_H
#include "exec/query/operator/op.h"

typedef struct dealer dealer;

/* For the rows of a PLAN_PARTITION's input, which come from a block and are about so many. NULL: run->err. */
dealer *dealer_open(run *, const plan *, uint32_t block, uint32_t rows);
void dealer_close(dealer *); /* NULL is fine */
/* STEP_END when all rows are dealt, then dealer_put has for each part u32 length, batches. */
step dealer_take(dealer *, op *input);
void dealer_put(const dealer *, buf *out);

#endif
