/* One query being run: memory, tables, what its expressions refer to from outside. */
#ifndef QUERY_RUN_H
#define QUERY_RUN_H
#include "column/vec.h"
#include "exec/query/rowset.h"
#include "exec/query/zones.h"

struct part; /* of exec/store.h */

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
} query_tables;

typedef struct node node;

typedef struct {
  mem *mem;
  node *nodes;    /* of its expressions */
  arena **arenas; /* of kernels that keep something */
  uint32_t n_arenas, arenas_cap;
  arena memory; /* lives as long as the query */
  sonde_error *err;
  const query_tables *tables;
  zones *zones; /* of the engine */
  value *outer; /* of EXPR_OUTER slots */
  uint32_t n_lambda;
  const col **lambda; /* of EXPR_LAMBDA_ARG slots, while a lambda is evaluated */
  rowset *ctes;       /* of PLAN_CTE ids */
  bool *cte_done;
  uint32_t batches;      /* that operators have answered since the host had a say */
  int64_t now;           /* microseconds since 1970, UTC, when the query began */
  uint64_t random;       /* state */
  uint64_t next_dict_id; /* of dictionaries made so far */
} run;

static inline uint64_t random_next_u64(run *r) { /* splitmix64 */
  uint64_t x = r->random += 0x9E3779B97F4A7C15u;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

#endif
