/* One query being run: memory, tables, what its expressions refer to from outside. */
#ifndef QUERY_RUN_H
#define QUERY_RUN_H
#include "base/buf.h"
#include "column/vec.h"
#include "exec/query/batch/rowset.h"
#include "exec/query/time/zones.h"

struct part; /* of exec/store/store.h */

typedef enum {
  STEP_ROWS, /* a batch is there */
  STEP_END,
  STEP_WAIT, /* bytes are missing, or the host gets a say: ask again */
  STEP_FAIL  /* run->err */
} step;

/* Where tables come from: the engine, or arrays in a test. Blocks are numbered from 0. */
typedef struct {
  void *self;
  uint32_t (*blocks)(void *self, uint32_t table);
  uint32_t (*rows)(void *self, uint32_t table, uint32_t block);
  /* All rows of some columns of a block; they are valid until `release`, which is given *held back. STEP_ROWS, STEP_WAIT or
   * STEP_FAIL. */
  step (*columns)(void *self, uint32_t table, uint32_t block, const uint32_t *columns, uint32_t n,
                  const vec **out, struct part **held, sonde_error *);
  void (*release)(void *self, const vec *const *vecs, uint32_t n, struct part *held);
  /* Whether it is known without a look at the block that no value of a column, which has this type, lies in [least, most]. NULL: never. */
  bool (*misses)(void *self, uint32_t table, uint32_t block, uint32_t column, column_type, int64_t least,
                 int64_t most);
} query_tables;

#define QUERY_PARTS 16u /* that rows are dealt out to by their keys */

/* Who runs stages (cut.h), one fragment for each block of the stage's table. */
typedef struct {
  void *self;
  /* `shared`: what every fragment needs (stage.h). `parts`: what a stage over parts runs over; else NULL. Both last until `end`. */
  sonde_code (*begin)(void *self, const plan *exchange, sonde_str shared, const buf *parts, sonde_error *);
  /* The answer of the next block or part, in their order, valid until the next call. STEP_ROWS, END, WAIT or FAIL. */
  step (*next)(void *self, const plan *exchange, rd *out, sonde_error *);
  void (*end)(void *self, const plan *exchange);
} query_stages;

typedef struct node node;
typedef struct spool spool;

typedef struct {
  mem *mem;
  node *nodes;    /* of its expressions */
  arena **arenas; /* of kernels that keep something */
  uint32_t n_arenas, arenas_cap;
  arena memory; /* lives as long as the query */
  sonde_error *err;
  const query_tables *tables;
  const query_stages *stages; /* of PLAN_EXCHANGE; NULL: there are none */
  bool refused;               /* why an operator failed: its groups hardly made fewer rows */
  const rd *sides;            /* within a stage, of PLAN_SIDE: batches (rows_wire.h) */
  rd *part;                   /* the same of PLAN_PART: for each block u32 length, batches */
  zones *zones;               /* of the engine */
  spool *spool;               /* NULL: all has to stay in memory */
  uint64_t share;             /* with a spool: bytes that an operator keeps before it may spill */
  bool spills_early;          /* then it does, however much memory there is */
  uint32_t batch_rows;        /* that a batch has at most where it is made, up to BATCH_ROWS */
  value *outer;               /* of EXPR_OUTER slots */
  uint32_t n_lambda;
  const col **lambda;        /* of EXPR_LAMBDA_ARG slots, while a lambda is evaluated */
  rowset *ctes;              /* of PLAN_CTE ids */
  struct spilled *cte_rests; /* of the same: rows behind those that memory holds */
  uint32_t batches;          /* that operators have answered since the host had a say */
  int64_t now;               /* microseconds since 1970, UTC, when the query began */
  uint64_t random;           /* state */
  uint64_t next_dict_id;     /* of dictionaries made so far */
  plan_count *counts;        /* n_counts nodes whose rows are counted */
  uint32_t n_counts;
  uint64_t uncounted; /* rows of all others */
} run;

static inline uint64_t random_next_u64(run *r) { /* splitmix64 */
  uint64_t x = r->random += 0x9E3779B97F4A7C15u;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

#endif
