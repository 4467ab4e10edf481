/* Operators: each answers batches when asked and asks its inputs in turn. An answer STEP_WAIT passes up unchanged, and the
 * operator goes on where it was when it is asked again. */
#ifndef QUERY_OP_H
#define QUERY_OP_H
#include "exec/query/expression/eval.h"
#include "exec/query/spool/spool.h"

typedef struct op op;
typedef struct {
  step (*next)(op *, batch *);
  void (*close)(op *); /* frees what is not in the operator's arenas; may be NULL */
} op_class;

#define BATCHES_A_TURN 32u

struct op {
  const op_class *class;
  run *run;
  const plan *plan;
  op *in[2];
  arena memory;  /* lives as long as the operator */
  arena scratch; /* of one batch */
  void *self;
  col *cols; /* of the batch it answers: plan->n_columns */
  const bool
      *needed;    /* columns that whoever asks looks at; NULL: all. op_keep_rows leaves the others empty */
  uint32_t top;   /* of a window: so many first rows of each partition are wanted; 0: all */
  uint64_t *rows; /* counts those it answers */
};

/* NULL: run->err. The inputs are opened too. `needed` lies in memory that outlives the operator. */
op *op_open(run *, const plan *, const bool *needed);
/* Over inputs that are open already (of which there may be one). op_close closes them, op_close_over and a failure leave them open. */
op *op_open_over(run *, const plan *, const bool *needed, op *const inputs[2]);
void op_close_over(op *);
/* One without inputs or a class. */
op *op_new(run *, const plan *);
/* The columns of its input that a node looks at; NULL: all (or memory is out). */
const bool *op_needed(const plan *, arena *, sonde_error *);
void op_close(op *);
/* After so many batches of any operators the host gets a say, so that one that takes all of its input before it answers can be
 * cancelled; and when it has to take what was spilled. */
static inline step op_next(op *o, batch *b) {
  run *r = o->run;
  if (r->batches >= BATCHES_A_TURN || (r->spool && spool_is_full(r->spool))) {
    r->batches = 0;
    return STEP_WAIT;
  }
  step s = o->class->next(o, b);
  if (s != STEP_ROWS) return s;
  r->batches++;
  *o->rows += b->n;
  return s;
}

/* For loops within an operator: counts a batch, and says whether the host should have a say now. */
static inline bool op_turn_is_over(run *r) {
  return ++r->batches >= BATCHES_A_TURN ? r->batches = 0, true : false;
}

/* One function for each kind of node: sets class and self. */
sonde_code op_one(op *);
sonde_code op_none(op *);
sonde_code op_scan(op *);
sonde_code op_values(op *);
sonde_code op_filter(op *);
sonde_code op_project(op *);
sonde_code op_limit(op *);
sonde_code op_cte(op *);
sonde_code op_recursive(op *);
sonde_code op_range(op *);
sonde_code op_sample(op *);
sonde_code op_distinct(op *);
sonde_code op_set(op *);
sonde_code op_unnest(op *);
sonde_code op_aggregate(op *);
sonde_code op_sort(op *);
sonde_code op_join(op *);
sonde_code op_apply(op *);
sonde_code op_window(op *);
sonde_code op_exchange(op *);
sonde_code op_side(op *);
sonde_code op_part(op *);
sonde_code op_either(op *);

/* The bytes that the next block of an exchange answered, for a parent that reads them itself. */
step exchange_next(op *, rd *out);
/* Of an aggregate in a stage, instead of rows: takes in all of its input (STEP_END), then writes its groups and their states. */
step aggregate_gather(op *);
bool aggregate_refuses(const op *); /* hardly fewer groups than rows */
sonde_code aggregate_put_states(op *, buf *out);

/* STEP_ROWS, or STEP_FAIL when code says so. */
static inline step rows_or_fail(sonde_code code) { return code == SONDE_OK ? STEP_ROWS : STEP_FAIL; }
/* A cleared self of the given size in the operator's memory. */
void *op_self(op *, size_t size);
/* Nodes for expressions. */
sonde_code op_nodes(op *, const expr *const *exprs, uint32_t n, node ***out);
/* Types of the columns of a node, as rowsets want them. */
const sql_type **column_types(op *, const plan *);
/* The rows kept in a set, batch after batch from *at on; STEP_END behind the last. */
step op_emit(op *, const rowset *, uint32_t *at, batch *);
/* Only some rows of a batch, into the operator's columns. */
sonde_code op_keep_rows(op *, const batch *in, const uint32_t *rows, uint32_t n, batch *out);
/* Takes in all of an input: STEP_END when done, else WAIT or FAIL. */
step op_collect(op *in, rowset *, sonde_error *);

#endif
