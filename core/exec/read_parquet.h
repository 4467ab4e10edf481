/* Columns of a row group of a Parquet file, read for a task. All that answer bool: false when wants were listed or t->err is set. */
#ifndef EXEC_READ_PARQUET_H
#define EXEC_READ_PARQUET_H
#include "exec/task.h"
#include "format/parquet/parquet.h"

/* Rows so near to the begin of a row group that the first bytes of its chunks tell them. */
#define PARQUET_EARLY_ROWS 4096u

typedef struct {
  const column_ref *refs;
  uint32_t n;
  pq_piece *pieces;
  const pq_leaf_pages **indexes; /* per ref and leaf; NULL, or an entry NULL: not read */
  uint32_t pages;                /* of the column that has most, by its index; 1: not known */
} parquet_columns;

/* Of columns that the file has. In the task's scratch; the page indexes are not read. */
bool parquet_columns_open(task *, const column_ref *, uint32_t n, parquet_columns *out);
/* Reads the page indexes of chunks that are large enough to make it worth while; `limits`: with what is in the pages. */
bool parquet_columns_index(task *, const fragment_head *, parquet_columns *, bool limits);
/* The bloom filters of columns [0, n) for which `wanted` says so; those that cost more than their chunk's values are left out. */
bool parquet_columns_blooms(task *, const fragment_head *, const parquet_columns *, const bool *wanted,
                            pq_span *out);

/* What is read to begin with where no index tells how little would do. */
uint64_t parquet_first_bytes(const parquet_columns *);

/* Rows [first, first + n) of the block, one column each; nothing is kept. Reads as little of the source as it can. */
bool parquet_read_rows(task *, const fragment_head *, const parquet_columns *, uint32_t first, uint32_t n,
                       arena *memory, vec *out);

/* Lets go of the bytes of all pages of the columns. */
void parquet_release(task *, const fragment_head *, const parquet_columns *);

#endif
