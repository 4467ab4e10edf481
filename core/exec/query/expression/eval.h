/* Expressions over batches: a tree of nodes made once for a query, evaluated column by column. */
#ifndef QUERY_EVAL_H
#define QUERY_EVAL_H
#include "exec/query/batch/run.h"

/* A call as its kernel sees it: plain arguments (flat or constant), n rows. When all arguments are constant n is 1. */
typedef struct {
  run *run;
  const expr *e;
  const col *args;
  uint32_t n_args, n;
  arena *a;
  sonde_error *err;
  void **state;            /* the node's own, for what a kernel prepares once; in run->memory */
  node *lambda;            /* body of the lambda among the arguments, or NULL */
  const expr *lambda_args; /* the EXPR_LAMBDA */
  const batch *input;      /* for lambdas: what columns refer to */
} kernel_call;

typedef sonde_code (*kernel)(const kernel_call *, col *out);

typedef enum {
  KERNEL_STRICT = 1,   /* null when an argument is null: the caller merges validity, kernels skip such rows */
  KERNEL_VOLATILE = 2, /* another answer every time */
  KERNEL_SAFE = 4      /* never an error, whatever the values */
} kernel_flags;

typedef struct {
  kernel run;
  uint8_t flags;
} kernel_entry;
const kernel_entry *kernel_get(function_id);

node *node_make(run *, const expr *);
/* Frees an arena together with the run. */
void run_at_end(run *, arena *);
/* All nodes made for a run: what they hold beside its memory. */
void nodes_free(run *);
/* A run of its own for what is opened over and over within another: what it makes goes when it is left. */
void run_begin_within(run *, const run *around);
void run_leave(run *);
/* Later random numbers and dictionaries are others than those within. */
static inline void run_go_on(run *around, const run *within) {
  around->random = within->random;
  around->next_dict_id = within->next_dict_id;
}
/* The input columns that it refers to. */
const uint32_t *node_columns(const node *, uint32_t *n);
/* The value of each row of the batch; lanes lie in the arena or belong to the batch. */
sonde_code node_eval(node *, const batch *, arena *, col *out);
/* Rows for which a BOOL expression is true, ascending. */
sonde_code node_select(node *, const batch *, arena *, uint32_t *rows, uint32_t *n);
/* The value of an expression without columns. */
sonde_code expr_value(run *, const expr *, value *out);

/* ---- for kernels ---- */

/* A column for the results; of a strict call with the arguments' nulls merged in. */
sonde_code kernel_out(const kernel_call *, col *out);
/* The same, and it may be given further nulls. */
sonde_code kernel_out_nullable(const kernel_call *, col *out);
static inline bool row_valid(const col *out, uint32_t i) { return !out->valid || out->valid[i]; }

sonde_code cast_col(run *, const col *from, const sql_type *to, bool try_cast, uint32_t n, uint32_t at,
                    arena *, col *out);
/* Text of a value as a cast to VARCHAR writes it; appended. */
void value_print(buf *, const sql_type *, cell);
/* Seconds ahead of UTC: +02, -03:30, +00:49:56. */
void offset_print(buf *, int32_t ahead);
/* A TIMESTAMPTZ in the local time of a zone, with its offset. */
void value_print_zoned(buf *, const sql_type *, int64_t, const time_zone *);
sonde_code cast_kernel_error(run *, const col *from, uint32_t row, const sql_type *to, uint32_t at);

#endif
