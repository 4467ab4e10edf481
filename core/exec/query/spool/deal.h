/* Rows dealt out by the values of their keys: hashes that are the same whoever computes them, and which rows go where. */
#ifndef QUERY_DEAL_H
#define QUERY_DEAL_H
#include "exec/query/batch/run.h"

typedef struct {
  uint64_t dict_id; /* whose values `hashes` are of */
  uint64_t *hashes;
  uint32_t cap;
} hashed_key;

typedef struct {
  mem *mem;
  hashed_key *keys;
  uint32_t n;
} row_hasher;

sonde_code row_hasher_init(row_hasher *, mem *, uint32_t n_keys, arena *, sonde_error *);
void row_hasher_free(row_hasher *);
/* Hashes of n rows by all keys, in the arena; NULL: err. */
uint64_t *row_hashes(row_hasher *, const col *keys, uint32_t n, arena *, sonde_error *);

typedef struct {
  uint32_t rows[BATCH_ROWS]; /* by part */
  uint32_t begins[QUERY_PARTS + 1];
} deal;

/* Four bits of the hashes, from `shift` on, tell the part. */
void deal_out(const uint64_t *hashes, uint32_t n, unsigned shift, deal *);

#endif
