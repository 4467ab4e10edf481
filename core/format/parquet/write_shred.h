/* A column as what its leaves hold: S. Melnik et al., "Dremel", 2010, section 4.1, a column of levels at a time; the counterpart of
 * nested.c. */
#ifndef PARQUET_WRITE_SHRED_H
#define PARQUET_WRITE_SHRED_H
#include "base/arena.h"
#include "column/shape.h"
#include "column/vec.h"

#define ROW_NONE UINT32_MAX

/* Entry i has the levels reps[i] and defs[i]; rows[i] is the row of `values` that holds its value, ROW_NONE when it has none. */
typedef struct {
  uint32_t n;
  uint8_t *reps, *defs;
  uint32_t *rows;
  const vec *values;
} shredded;

/* The leaves of one column, in the order of write_leaves_of; `out` has room for them. All lies in the arena; `values` may be those of
 * the vec. */
sonde_code shred_column(const shape *, const vec *, arena *, shredded *out, sonde_error *);

#endif
