/* Rows that are kept: columns in pieces of 2048 lanes, values owned. Nothing moves when it grows. */
#ifndef QUERY_ROWSET_H
#define QUERY_ROWSET_H
#include "exec/query/batch/batch.h"

typedef struct {
  const sql_type *type;
  void **lanes;    /* one piece for each 2048 rows */
  uint8_t **valid; /* pieces; NULL where none is null */
  bool nullable;   /* some piece has nulls */
  uint32_t lanes_cap, valid_cap;
  /* Texts of the dictionary seen last that were copied already. */
  uint64_t dict_id;
  sonde_str *copied;
  uint32_t copied_rows;
} kept_col;

typedef struct {
  mem *mem;
  arena memory;
  uint32_t n, n_cols;
  kept_col *cols;
} rowset;

/* Lane of a row, of a column whose lanes are of this C type. */
#define KEPT_LANE(c, T, row) (((T const *)(c)->lanes[(row) / BATCH_ROWS])[(row) % BATCH_ROWS])

/* Types are borrowed. */
sonde_code rowset_init(rowset *, mem *, const sql_type *const *types, uint32_t n_cols, sonde_error *);
void rowset_free(rowset *);
sonde_code rowset_append(rowset *, const batch *, sonde_error *);
/* Only some rows of the batch. */
sonde_code rowset_append_rows(rowset *, const batch *, const uint32_t *rows, uint32_t n, sonde_error *);
/* Rows [first, first + at most 2048) of the piece that holds `first`; the columns borrow from the rowset. `cols` has room for
 * n_cols. */
void rowset_batch(const rowset *, uint32_t first, batch *out, col *cols);
/* One column of any rows; UINT32_MAX is a row of nulls. */
sonde_code rowset_gather(const rowset *, uint32_t column, const uint32_t *rows, uint32_t n, col *out, arena *,
                         sonde_error *);
bool rowset_valid(const rowset *, uint32_t column, uint32_t row);
cell rowset_cell(const rowset *, uint32_t column, uint32_t row);

/* Grows an array to at least `need` elements (doubling). */
sonde_code grow(mem *, void *pointer_to_array, uint32_t *cap, uint64_t need, size_t each, sonde_error *);

#endif
