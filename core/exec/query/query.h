/* A query being run: a plan, the tables it reads, and its batches one after the other. */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H
#include "exec/query/operator/op.h"

typedef struct {
  run run;
  op *root;
  const query_plan *plan;
  sonde_error *err;
  bool opened;
} query;

/* `now`: microseconds since 1970, UTC; `seed`: of random numbers. Plan, tables and zones are borrowed. */
void query_init(query *, const query_plan *, const query_tables *, zones *, mem *, int64_t now,
                uint64_t seed);
/* Before the first batch: who runs the plan's stages, if it was cut (cut.h). */
static inline void query_use_stages(query *q, const query_stages *stages) { q->run.stages = stages; }
/* The next batch; its columns are valid until the next call. Opens on the first call. */
step query_next(query *, batch *, sonde_error *);
void query_close(query *);

#endif
