/* Batches as bytes: how rows travel between engines. Dictionaries go once and stay dictionaries. */
#ifndef QUERY_ROWS_WIRE_H
#define QUERY_ROWS_WIRE_H
#include "exec/query/batch/run.h"

typedef struct {
  uint64_t *sent; /* by column: dict_id of the dictionary that went last; 0: none */
  uint32_t
      rows; /* about so many will be written; 0: not known, the batch at hand has to be worth a dictionary */
} rows_writer;

/* Lies in the arena. */
sonde_code rows_writer_init(rows_writer *, uint32_t n_cols, arena *, sonde_error *);
/* Failures latch in the buffer. */
void rows_put(rows_writer *, const batch *, buf *);

typedef struct {
  run *run;
  const sql_type *const *types;
  uint32_t n_cols;
  col *dicts; /* by column: the dictionary that came last … */
  uint64_t *dict_ids;
  uint32_t *dict_rows;
  col *cols;
  arena *memory; /* … which lies here, as long as the reader */
} rows_reader;

/* Types are borrowed. */
sonde_code rows_reader_init(rows_reader *, run *, const sql_type *const *types, uint32_t n_cols, arena *);
/* The next batch, 1 to 2048 rows; its lanes lie in the arena, its texts in the bytes. SONDE_CORRUPT: they are none. */
sonde_code rows_get(rows_reader *, rd *, arena *, batch *out);

#endif
