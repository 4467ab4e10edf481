/* Rows that memory does not hold: the host appends their bytes to a spool and brings them back when they are asked for. */
#ifndef QUERY_SPOOL_H
#define QUERY_SPOOL_H
#include "exec/query/batch/batch.h"
#include "exec/query/batch/run.h"

#define SPOOL_PAGE_BYTES ((size_t)1 << 20)

struct spool {
  void *self;
  buf out;       /* for the host to append before the query goes on */
  uint64_t size; /* of the spool, with what is in `out` */
  /* Bytes of the spool, valid until the query is left; NULL: not yet, or err->code says why. */
  const uint8_t *(*bytes)(void *self, uint64_t offset, uint32_t length, sonde_error *);
  void (*release)(void *self, uint64_t offset, uint32_t length); /* they are not looked at again */
};

/* A batch that was written. */
typedef struct {
  uint64_t offset;
  uint32_t length, rows;
} spool_piece;

/* Whether the host should have what was written now: then an operator answers STEP_WAIT. */
static inline bool spool_is_full(const spool *s) { return s->out.len >= SPOOL_PAGE_BYTES; }

/* Rows as bytes, and `out->n` of them back into `out->cols`, which borrow from the arena. */
sonde_code spool_put_rows(buf *, const batch *, arena *scratch, sonde_error *);
sonde_code spool_get_rows(rd *, const sql_type *const *types, batch *out, arena *, sonde_error *);

sonde_code spool_put(spool *, const batch *, arena *scratch, spool_piece *, sonde_error *);
/* The batch back, in the arena: STEP_ROWS, STEP_WAIT or STEP_FAIL. Everything written must be with the host. */
step spool_get(spool *, const spool_piece *, const sql_type *const *types, uint32_t n_cols, arena *, batch *,
               sonde_error *);

#endif
