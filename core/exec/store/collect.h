/* The rows of a query on their way to a table of their own: batches go in, blocks of compact columns come out. */
#ifndef EXEC_COLLECT_H
#define EXEC_COLLECT_H
#include "exec/query/batch/batch.h"
#include "exec/store/store.h"
#include "exec/store/text_column.h"

typedef struct {
  const sql_type *type;
  lane lane;
  void *lanes;    /* flat, with room for the collector's `cap` rows; texts have none */
  uint8_t *valid; /* one byte a row, once `nullable` */
  bool nullable;
  text_column texts; /* LANE_STR */
} collected;

typedef struct {
  mem *mem;
  uint32_t n_columns;
  uint32_t rows, cap;
  uint32_t full;  /* so many rows are a block */
  uint64_t bytes; /* of texts and nested values */
  collected *cols;
  arena lanes;  /* what cols point to */
  arena values; /* the nested values of the block under way */
  arena scratch;
} collector;

/* The types, one a column (n > 0), are borrowed for as long as the parts live. Closed even when it fails. */
sonde_code collector_open(collector *, mem *, const sql_type *types, uint32_t n, sonde_error *);
/* Copies the batch's rows. */
sonde_code collector_add(collector *, const batch *, sonde_error *);
bool collector_is_full(const collector *);
/* The rows so far as a part with all columns, which the caller owns; the collector is empty then. */
sonde_code collector_take(collector *, uint32_t table, uint32_t block, part **out, sonde_error *);
void collector_close(collector *);

#endif
