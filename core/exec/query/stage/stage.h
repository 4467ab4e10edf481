/* A stage in the engine that runs it: made once from what all its fragments share, then run block by block. What it keeps from
 * block to block are the tables of its joins and nothing that an answer depends on. */
#ifndef QUERY_STAGE_H
#define QUERY_STAGE_H
#include "exec/query/operator/op.h"

typedef struct stage stage;

/* What the fragments share: begins with the stage's plan; each side follows with its rows (rows_put) between the other two. */
void stage_put(buf *, const run *, const plan *exchange, sonde_error *);
size_t stage_put_side(buf *);
void stage_end_side(buf *, size_t side);

/* The bytes are borrowed as long as it lives. NULL: they are no stage, or memory is out. */
stage *stage_open(mem *, zones *, sonde_str shared, sonde_error *);
void stage_close(stage *);
/* Builds the tables of its joins, before the first block: STEP_END when done, STEP_WAIT when the host gets a say before it is called again. */
step stage_prepare(stage *, sonde_error *);
typedef struct {
  uint32_t number, rows;
} stage_block;

/* Begins with a block: all rows of the columns that its scan names, n of them, which are borrowed until it is done. */
sonde_code stage_begin_block(stage *, const vec *const *columns, uint32_t n, const stage_block *,
                             sonde_error *);
/* Or with a part, whose rows are borrowed as well. */
sonde_code stage_begin_part(stage *, sonde_str part, sonde_error *);
/* Goes on: STEP_END when the answer is complete, STEP_WAIT when the host gets a say, STEP_FAIL: it can only be closed. */
step stage_go_on(stage *, sonde_error *);
/* The answer, until it begins anew. */
sonde_str stage_answer(const stage *);
/* It did not look at all of the last block and cannot go on: it is to be closed and opened again. */
bool stage_is_spent(const stage *);

#endif
