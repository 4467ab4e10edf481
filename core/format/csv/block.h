/* The two passes over a block of a CSV, and the reading of rows for a page. Pure functions over bytes at hand; a block
 * is any range of the source, rows belong to the block in which their first byte lies.
 *
 *      block k                 block k+1
 *   ---|-----------------------|--------------------
 *      ^row_begin   rows ...        ^next_begin (= row_begin of k+1, or beyond it)
 */
#ifndef CSV_BLOCK_H
#define CSV_BLOCK_H
#include "base/arena.h"
#include "base/number.h"
#include "column/vec.h"
#include "format/csv/dialect.h"
#include "format/csv/infer.h"

/* ---- pass 1: where rows begin ---- */

#define CSV_MARK_BYTES 32768u /* a mark at the first row that begins this many bytes after the last mark */
#define CSV_UNKNOWN UINT64_MAX

typedef struct {
  uint32_t row;    /* of the block, from 0 */
  uint32_t offset; /* source bytes after row_begin */
} csv_mark;

typedef struct {
  uint64_t
      row_begin; /* source offset of the first row that begins in the block; == next_begin when there is none */
  uint64_t
      next_begin; /* source offset of the first row that begins at or after block_end; the source's size at its end */
  uint32_t rows;
  uint32_t lines; /* line ends inside [row_begin, next_begin), also those in quotes */
  uint32_t n_marks;
  const csv_mark *marks; /* in `out` arena; marks[0] is {0, 0} when rows > 0 */
} csv_index;

/* Finds the rows that begin in [span.offset, block_end). `row_begin` is known, or CSV_UNKNOWN: then guessed, by trying
 * "outside quotes" and "inside quotes" at span.offset and taking the one whose next rows have the dialect's number of
 * fields. The caller verifies the chain (next_begin of one block is row_begin of the next) and calls again with the
 * truth where the guess was wrong, so the index is exact by construction.
 * *more is set (and the rest of `out` is not) when span ends before the last row of the block does and !span.last:
 * bring more bytes and call again from the start. Rows that are not data (blank lines in a table of several columns,
 * comment lines) are not counted. */
sonde_code csv_index_block(const csv_dialect *, csv_span, uint64_t block_end, uint64_t row_begin,
                           arena *out_memory, arena *scratch, csv_index *out, bool *more, sonde_error *);

/* ---- pass 2: values ---- */

typedef enum {
  CSV_SKIP,  /* not wanted */
  CSV_INFER, /* take the form that fits what was seen before (`seen`) and every value of the block */
  CSV_FIXED  /* read in `form`; what does not fit is null and counted as a bad value */
} csv_mode;

typedef struct {
  uint8_t mode;  /* csv_mode */
  csv_form form; /* CSV_FIXED */
  csv_seen seen; /* CSV_INFER: what is known so far; the block's values are joined to it */
} csv_plan;

typedef struct {
  csv_seen seen; /* plan.seen joined with the block's values (CSV_INFER); untouched for CSV_FIXED */
  csv_form form; /* how the vec was read */
  uint32_t nulls;
  /* Over the values that are not null. min/max by type: i64 for BOOL, INT64, DATE, TIME, TIMESTAMP*; f64 for DOUBLE; i128,
   * at the form's scale, for DECIMAL; text: bytewise. */
  int64_t min_i64, max_i64;
  double min_f64, max_f64;
  int128 min_i128, max_i128;
  sonde_str min_text, max_text; /* TYPE_TEXT; in the keep arena; cut to 256 bytes */
  double sum; /* INT64 and doubles of few digits: exact, then rounded; else compensated (Neumaier) */
  const uint8_t *sketch; /* HyperLogLog, column/sketch.h, in the keep arena */
} csv_column;

typedef enum { /* order and names as BadReason of the TypeScript API */
               CSV_BAD_FEW,
               CSV_BAD_MANY,
               CSV_BAD_STRAY_QUOTE,
               CSV_BAD_UNCLOSED,
               CSV_BAD_BYTES,
               CSV_BAD_VALUE,
               CSV_BAD_FIELD_LONG
} csv_bad_reason;

typedef struct {
  uint32_t row;    /* of the block */
  uint32_t line;   /* line ends between row_begin and this row */
  uint64_t offset; /* source offset of the row's first byte */
  uint8_t reason;  /* csv_bad_reason */
  uint32_t found;  /* FEW, MANY: fields; BAD_VALUE: column; else source offset within the row */
} csv_bad;

#define CSV_BAD_MAX 1000u /* listed per block; all are counted */

typedef struct {
  uint32_t rows;
  csv_column *columns; /* one per column of the dialect; in keep */
  uint32_t n_bad, n_bad_listed;
  const csv_bad *bad; /* in keep */
  uint64_t end;       /* source offset after the last row read */
} csv_rows;

typedef struct {
  uint32_t skip;      /* rows to pass over first */
  uint32_t rows;      /* at most so many; UINT32_MAX: all of the span */
  bool stats;         /* fill min, max, sum, sketch */
  bool whole;         /* the span ends behind a row although the source goes on: no row reaches beyond it */
  uint32_t field_max; /* longer fields are cut (and their rows listed as CSV_BAD_FIELD_LONG) */
} csv_want;

/* Reads rows from a span that begins at a row's first byte. A row with too few fields is filled with nulls, one with too
 * many keeps the first ones; both are listed. An empty unquoted field is null; "" in quotes is the empty text in
 * a TEXT column and null elsewhere. A last row that reaches the end of a span that is not `last` is left out (out->end
 * tells where to go on). The vecs go to into->vecs (into->memory is the arena to use; the caller made it), everything
 * else of `out` to `keep`; nothing of `scratch` is referred to afterwards. */
sonde_code csv_read(const csv_dialect *, csv_span, csv_want, const csv_plan *plan, chunk *into, arena *keep,
                    arena *scratch, csv_rows *out, sonde_error *);

#endif
