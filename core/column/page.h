/* The page block: what crosses the boundary to JavaScript and between engines. One relocatable piece of memory, Arrow
 * buffers inside; README.md of this folder draws it. */
#ifndef COLUMN_PAGE_H
#define COLUMN_PAGE_H
#include "base/buf.h"
#include "base/number.h"
#include "column/vec.h"

#define PAGE_MAGIC 0x31475053u /* "SPG1" */

/* Where output row i of a column comes from. */
typedef struct {
  const vec *vec;
  uint32_t row;
} page_cell;

/* Writes a page column by column:
 *   page_begin(…); for each column: page_column(…) with its cells; then the page is buf's bytes from the start.
 * `row_ids` may be NULL (rows are first_row + i). The buffer must be empty. */
void page_begin(buf *, uint32_t n_columns, uint32_t n_rows, uint64_t first_row, const uint64_t *row_ids);
/* The i-th column: `index` in the table, shown as `type`. `cells` has n_rows entries; their vecs are read as `type`
 * (vec_readable_as holds); a NULL vec is a null cell. */
void page_column(buf *, uint32_t i, uint32_t index, column_type type, const page_cell *cells);

/* A page seen as vecs without copying; they borrow from the page's bytes (8-byte aligned). */
typedef struct {
  uint32_t n_columns, n_rows;
  uint64_t first_row;
  const uint64_t *row_ids; /* NULL: first_row + i */
  vec *vecs;               /* in the arena given */
  uint32_t *indexes;
} page_view;
sonde_code page_open(const uint8_t *bytes, size_t len, arena *, page_view *out, sonde_error *);

/* Whether a vec read under one type can be shown as another without its text: the same type; ints as doubles or
 * decimals; dates as timestamps; decimals at a larger scale; nulls as anything. */
bool vec_readable_as(const vec *, column_type);
/* Readers that apply that conversion. */
int64_t vec_i64_as(const vec *, uint32_t row, column_type);
int128 vec_i128_as(const vec *, uint32_t row, column_type);
/* A date as a timestamp; one that no timestamp reaches (a null of Parquet holds anything) is the first or last of them. */
int64_t micros_of_days(int64_t days);

#endif
