/* Columns of batches as columns of tables: the way back from exec/query/vec_read.h. */
#ifndef EXEC_COL_VEC_H
#define EXEC_COL_VEC_H
#include "column/vec.h"
#include "exec/query/batch.h"

/* The column type that holds every value of a SQL type exactly; nested types too. */
column_type stored_type(const sql_type *);

/* n rows of a flat column, compact. `out` lies in `keep` and refers to nothing else but the names of structs, which are
 * the type's. */
sonde_code vec_of_col(const col *, uint32_t n, arena *keep, arena *scratch, vec *out, sonde_error *);

#endif
