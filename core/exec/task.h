/* A task: what a fragment runs as. Bytes in, a result out, no pause: when bytes are missing it lists wants and is run
 * again from its beginning once they are there. */
#ifndef EXEC_TASK_H
#define EXEC_TASK_H
#include "base/buf.h"
#include "exec/query/time/zones.h"
#include "exec/store/shares.h"
#include "exec/store/store.h"
#include "format/csv/block.h"
#include "source/source.h"

typedef struct {
  mem *mem;
  sources *sources;
  store *store;
  shares *shares;
  zones *zones;
  wants *wants;   /* not empty after a run: bring these and run again */
  arena *scratch; /* of this run */
  const void
      *runner;  /* whose fragment this is: the same each time it is run; may be given up (shares_abandon) */
  bool rereads; /* it is run again after it has read whole columns: their bytes stay */
  bool again;   /* nothing is missing, but the host gets a say before the task is run again */
  sonde_error *err;
} task;

typedef enum { /* first byte of a fragment */
               FRAGMENT_INDEX = 1,
               FRAGMENT_IMPORT,
               FRAGMENT_FILTER,
               FRAGMENT_KEYS,
               FRAGMENT_GATHER,
               FRAGMENT_VALUES,
               FRAGMENT_EXPORT,
               FRAGMENT_QUERY,
               FRAGMENT_COLUMNS
} fragment_kind;

/* FORMAT_MEMORY: the result of a query; its columns are nowhere but in the store of the lead. */
typedef enum { FORMAT_CSV, FORMAT_PARQUET, FORMAT_MEMORY } format_kind;

/* What every fragment begins with: which rows of which table. */
typedef struct {
  uint8_t kind, format; /* format_kind */
  uint32_t table;       /* of the file; key of the store; numbers are unique per lead engine */
  sonde_source source;
  csv_dialect dialect; /* FORMAT_CSV */
  uint32_t columns;    /* of the table that is asked: a file, or a union of files */
  uint32_t block;
  uint64_t begin, end; /* source bytes: of the block (INDEX), of its rows (all others) */
  uint32_t rows;
} fragment_head;

/* A column that a fragment reads, in its final form. */
typedef struct {
  uint32_t column; /* in the table that is asked: what predicates and pages call it */
  uint32_t
      stored; /* in fragments: its number in the file; or REF_… when the file does not have it (exec/refs.h) */
  csv_form form;
  sonde_str
      piece; /* in fragments. FORMAT_PARQUET: where its bytes are in this block (pq_piece_put); or the constant */
} column_ref;

void fragment_put_head(buf *, const fragment_head *);
sonde_code fragment_get_head(rd *, fragment_head *, sonde_error *);
void put_form(buf *, csv_form);
csv_form get_form(rd *);
void put_seen(buf *, const csv_seen *);
csv_seen get_seen(rd *);

/* Runs any fragment; the result is appended to `out`. With wants listed, or to be run again, `out` is void. */
sonde_code fragment_run(task *, const uint8_t *bytes, size_t len, buf *out);

/* The bytes [begin, end) of a source, or NULL: then a want was listed (SONDE_OK) or err says why. */
const uint8_t *task_bytes(task *, sonde_source, uint64_t begin, uint64_t end);
/* Whether the source goes on behind `end`. */
bool task_goes_on(const task *, sonde_source, uint64_t end);

/* The vecs of the columns of one block, from the store or read again from the source. `held` (may be set to NULL) is to
 * be freed by the caller after use. False: wants were listed or t->err is set (err->code != SONDE_OK). */
bool task_columns(task *, const fragment_head *, const column_ref *, uint32_t n, const vec **out,
                  part **held);

/* exec/read_csv.c, exec/read_parquet.c: all rows of the block, the columns listed in `p`, into its chunk. False as above. */
bool csv_read_part(task *, const fragment_head *, part *p);
bool parquet_read_part(task *, const fragment_head *, const column_ref *, uint32_t n, part *p);

/* exec/view/filter_parquet.c: sets the bits (cleared words) of the block's rows that satisfy a compiled predicate over the columns. */
bool parquet_filter(task *, const fragment_head *, const column_ref *, uint32_t n, sonde_str predicate,
                    uint64_t *bits);

/* One file each. */
sonde_code run_index(task *, const fragment_head *, rd *, buf *out);
sonde_code run_import(task *, const fragment_head *, rd *, buf *out);
sonde_code run_filter(task *, const fragment_head *, rd *, buf *out);
sonde_code run_keys(task *, const fragment_head *, rd *, buf *out);
sonde_code run_gather(task *, const fragment_head *, rd *, buf *out);
sonde_code run_values(task *, const fragment_head *, rd *, buf *out);
sonde_code run_export(task *, const fragment_head *, rd *, buf *out);
sonde_code run_columns(task *, const fragment_head *, rd *, buf *out);
sonde_code run_query(task *, const fragment_head *, rd *, buf *out);

#endif
