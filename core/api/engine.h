/* The engine and what hangs off it. Everything of one engine is reachable from here; nothing is global. */
#ifndef API_ENGINE_H
#define API_ENGINE_H
#include "base/json.h"
#include "column/shape.h"
#include "exec/import/stats.h"
#include "exec/import/sums.h"
#include "exec/query/time/zones.h"
#include "exec/task.h"
#include "exec/view/predicate.h"
#include "format/csv/sniff.h"
#include "format/parquet/parquet.h"
#include "plan/sql_type.h"

typedef struct {
  uint64_t begin, end;            /* source bytes */
  uint64_t row_begin, next_begin; /* of its rows */
  uint64_t first_row, first_line;
  uint32_t rows, lines, n_marks;
  const csv_mark *marks; /* in the table's arena */
  bool known;            /* a result is there, perhaps from a wrong guess */
  bool imported;
} block;

typedef struct {
  uint64_t row, offset, line;
  uint8_t reason;
  uint32_t found;
} bad_row;

typedef struct table table;

/* One file of a union table. */
typedef struct {
  table *table;
  uint32_t first_block; /* of the union */
  uint64_t first_row;
  column_ref *refs; /* how each column of the union is read from this file */
} member;

struct table {
  table *next;
  uint32_t id;
  sonde_source source; /* uncompressed bytes; 0 until the spool is named */
  uint64_t size;
  uint8_t compression; /* codec_kind, 0: none */
  sonde_str name;
  uint8_t format; /* format_kind */
  uint32_t columns;
  const sonde_str *names;
  csv_sniffed sniffed; /* FORMAT_CSV */
  pq_file parquet;     /* FORMAT_PARQUET; its bytes in `memory` */
  csv_form *forms;     /* as they are known now; final once imported */
  bool *forced;        /* by the user */
  csv_seen *seen;
  column_stats *stats;
  sums sums; /* of blocks that came before their turn; while being imported */
  block *blocks;
  uint32_t n_blocks, n_verified; /* blocks [0, n_verified) are a proven chain */
  uint32_t n_imported;
  uint64_t rows; /* of the verified blocks */
  uint64_t lines;
  uint64_t data_line;        /* line ends before data_at */
  bool indexed, imported;    /* imported: types are final */
  bool profiled;             /* statistics are there */
  const sql_type *sql_types; /* FORMAT_MEMORY, like the next */
  const shape *shapes;
  sonde_str session_name; /* of CREATE TEMP TABLE: what queries call it; else empty */
  uint32_t readers;       /* queries under way that read it */
  bad_row *bad;
  uint64_t n_bad;
  uint32_t n_bad_listed, bad_cap;
  member *members; /* a union: its blocks and bad rows are theirs, and the tables belong to it */
  uint32_t n_members;
  arena memory;
};

typedef struct session_view session_view; /* session.h */

typedef enum { VIEW_BITS, VIEW_ORDER } view_kind;
typedef struct view view;
struct view {
  view *next;
  uint32_t id;
  table *table;
  view_kind kind;
  uint64_t rows;
  uint64_t **bits;  /* VIEW_BITS: per block; NULL: none of its rows */
  uint64_t *before; /* VIEW_BITS: rows of earlier blocks; n_blocks + 1 */
  uint32_t *order;  /* VIEW_ORDER: table rows */
  mem *mem;
};

struct sonde_engine {
  mem mem;
  uint64_t memory_limit; /* that it was made for; the one of `mem` may be lower for a while */
  sources sources;
  store store;
  shares shares;
  table *tables;
  view *views;
  session_view *session_views;
  zones zones;
  uint32_t next_id;
  uint32_t block_bytes; /* 0: by the size of the source */
};

table *engine_table(sonde_engine *, uint64_t id);
view *engine_view(sonde_engine *, uint64_t id);
void table_free(sonde_engine *, table *);
void view_free(view *);
/* No longer found by its number; its views end. The caller owns it. */
void engine_unlist(sonde_engine *, table *);
/* With the views of its rows. */
void engine_drop_table(sonde_engine *, table *);
void engine_drop_view(sonde_engine *, uint64_t id);
/* Cuts [data_at, size) into blocks; done once the size is known. */
sonde_code table_cut(const sonde_engine *, table *, sonde_error *);
/* Whether the statistics of a Parquet file tell that no value of the column, of this type, lies in [least, most] in that block. */
bool table_block_misses(const table *, uint32_t b, uint32_t column, column_type, int64_t least, int64_t most,
                        arena *scratch);
/* Whether the statistics of a Parquet file tell that no row of that block satisfies a compiled predicate over the columns. */
sonde_code table_block_excluded(const table *, uint32_t b, const column_ref *, uint32_t n,
                                sonde_str predicate, bool *out, arena *scratch, sonde_error *);
void table_info(const table *, buf *);
/* The columns that a list of numbers names, in their final form; all when it is none. SONDE_NAME: there is no such column. */
sonde_code table_columns(const table *, const json *list, arena *, column_ref **out, uint32_t *n,
                         sonde_error *);
/* shapes.c. A column as a Parquet file writes it, the first one of a union that has it; NULL: none does. */
const pq_column *table_parquet_column(const table *, uint32_t column);
/* The whole types of columns; in the arena, names borrowed from the table. */
sonde_code table_shapes(const table *, const column_ref *, uint32_t n, arena *, const shape **out,
                        sonde_error *);
/* place.c. The table of the file that a block lies in, and the block's number there. */
const table *table_at(const table *, uint32_t *b);
void table_head(const table *, uint8_t kind, uint32_t b, fragment_head *);
/* Refs with what it takes to read them in block b; and the same as part of a fragment. */
sonde_code table_refs(const table *, uint32_t b, const column_ref *, uint32_t n, const column_ref **out,
                      arena *scratch, sonde_error *);
sonde_code table_put_refs(const table *, uint32_t b, const column_ref *, uint32_t n, buf *, arena *scratch,
                          sonde_error *);
sonde_code table_list_bad(sonde_engine *, table *, bad_row, sonde_error *);
/* Once all are listed: in the order of the file. */
void table_sort_bad(table *);
/* The block that holds a row of the verified blocks. */
uint32_t table_block_of(const table *, uint64_t row);

#endif
