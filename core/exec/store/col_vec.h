/* Columns of batches as columns of tables: the way back from exec/query/batch/vec_read.h. */
#ifndef EXEC_COL_VEC_H
#define EXEC_COL_VEC_H
#include "column/shape.h"
#include "column/vec.h"
#include "exec/query/batch/batch.h"

/* The column type that holds every value of a SQL type exactly; nested types too. */
column_type stored_type(const sql_type *);
narrow_type narrow_type_of(const sql_type *);

/* n rows of a flat column, compact. `out` lies in `keep` and refers to nothing else but the names of structs, which are
 * the type's. */
sonde_code vec_of_col(const col *, uint32_t n, arena *keep, arena *scratch, vec *out, sonde_error *);

/* The parts of it. Validity of n rows, one byte a row (NULL: none is null), as bits and a count. */
sonde_code vec_put_validity(vec *, const uint8_t *valid, uint32_t n, arena *keep, sonde_error *);
/* Offsets and bytes of n texts. */
sonde_code vec_put_texts(vec *, const sonde_str *, const uint8_t *valid, uint32_t n, arena *keep,
                         sonde_error *);

#endif
