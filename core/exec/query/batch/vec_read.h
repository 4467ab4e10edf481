/* Columns of tables (column/vec.h) as columns of batches. */
#ifndef QUERY_VEC_READ_H
#define QUERY_VEC_READ_H
#include "exec/query/batch/run.h"

typedef struct {
  col values; /* flat; rows 0: the column is no dictionary */
  uint32_t rows;
  uint64_t id;
} dictionary;

/* Prepares the dictionary of a block's column, if it has one. */
sonde_code dictionary_open(run *, const vec *, const sql_type *, arena *, dictionary *);
/* Rows [first, first + n), n <= 2048, as a type that the column's values can be read as. */
sonde_code vec_read(const vec *, uint32_t first, uint32_t n, const sql_type *, const dictionary *, col *out,
                    arena *, sonde_error *);
/* Only rows first + rows[0..n), for some forms of columns: what is left out is not decoded. */
bool vec_reads_rows(const vec *, const sql_type *);
sonde_code vec_read_rows(const vec *, uint32_t first, const uint32_t *rows, uint32_t n, const sql_type *,
                         col *out, arena *, sonde_error *);
/* Whether the lanes of a type are the column's packed numbers, counted from its base. */
bool vec_is_packed(const vec *, const sql_type *);
/* The column type that a SQL type is read from. */
column_type column_type_of(const sql_type *);

#endif
