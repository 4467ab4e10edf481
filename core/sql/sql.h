/* SQL text → bound plan: the whole surface of this layer for those who run queries. */
#ifndef SQL_SQL_H
#define SQL_SQL_H
#include "column/frequent.h"
#include "plan/plan.h"

enum { SQL_PIVOT_COLUMNS_MAX = 10000 };

/* What is known of a column's values; where nothing is, all zero. Plans are chosen by it, answers never depend on it. */
typedef struct {
  double distinct;                 /* 0: not known */
  double nulls;                    /* their share of the rows */
  bool ranged;                     /* the values that are not null lie from `low` to `high` */
  double low, high;                /* numbers; of DATE, TIMESTAMP and TIMESTAMPTZ seconds since 1970 */
  const frequent_values *frequent; /* by the hashes of values as they are stored (column/sketch.h); or NULL */
} sql_column_stats;

/* A table or view that a statement may name, in any case. Borrowed while binding; names in the plan point into it. */
typedef struct {
  sonde_str name;
  sonde_str
      view; /* SQL of a query whose rows this is; then `columns` only name its columns anew (or n_columns is 0) */
  sonde_str file; /* what the file it was opened from is called; it may be named instead */
  const plan_column *columns;
  uint32_t n_columns;
  double rows;                   /* counted or estimated; 0: not known */
  const sql_column_stats *stats; /* n_columns of them; or NULL */
} sql_table;

/* `plan.scan.table` of a plan is an index into `tables`. */
typedef struct {
  const sql_table *tables;
  uint32_t n_tables;
} sql_catalog;

/* What stands for $name, or for the n-th ? (name empty, by position from 0). */
typedef struct {
  sonde_str name;
  sql_type type;
  value v;
} sql_parameter;

/* The rows that a statement of kind SQL_PIVOT_VALUES answered: `width` texts each. */
typedef struct {
  const sonde_str *texts;
  uint32_t rows, width;
} sql_pivot;

typedef struct {
  const sql_parameter *items;
  uint32_t n;
  const sql_pivot *pivots; /* in the order they were asked for */
  uint32_t n_pivots;
  sonde_str zone; /* the session's time zone; empty: UTC */
} sql_parameters;

typedef enum {
  SQL_QUERY,
  SQL_EXPLAIN,         /* the plan's rows are the lines of the explained plan */
  SQL_EXPLAIN_ANALYZE, /* the plan itself: whoever runs it counts the rows of its nodes */
  SQL_CREATE_VIEW,     /* `name`, `text`; the plan shows that the view can be bound, and its columns */
  SQL_CREATE_TABLE,    /* `name`; the plan's rows are its content */
  SQL_DROP_VIEW,       /* `name`; no plan */
  SQL_DROP_TABLE,
  /* The columns of a PIVOT depend on what its table holds: run this query first, add its rows to `pivots`, bind again. */
  SQL_PIVOT_VALUES
} sql_statement_kind;

/* A time zone by its name, as the statement writes it. */
typedef struct {
  sonde_str name;
  uint32_t at;
} sql_zone;

typedef struct {
  sql_statement_kind kind;
  query_plan query;      /* root is NULL only when dropping */
  sonde_str name;        /* of what is created or dropped */
  sonde_str text;        /* of the view's query, in the SQL given */
  bool replace;          /* OR REPLACE */
  bool if_exists;        /* IF EXISTS, IF NOT EXISTS */
  const sql_zone *zones; /* that are needed, whatever the rows are */
  uint32_t n_zones;
} sql_statement;

/* Reads one statement and binds it. Everything lies in the arena, or in the text and the catalog, which have to outlive it.
 * err->at is the byte of the SQL. SONDE_SYNTAX: it does not parse; SONDE_NAME: an unknown (the message names the nearest) or
 * ambiguous name; SONDE_TYPE: types that do not fit; SONDE_UNSUPPORTED; SONDE_LIMIT. */
sonde_code sql_bind(sonde_str text, const sql_catalog *, const sql_parameters *, arena *, sql_statement *out,
                    sonde_error *);

/* How a file is to be read, as the options of a call say it: members of ReadOptions. */
typedef enum { FILE_OPTION_TEXT, FILE_OPTION_NUMBER, FILE_OPTION_BOOL } sql_file_option_kind;
typedef struct {
  const char *name;
  sql_file_option_kind kind;
  sonde_str text; /* as JSON would have it without quotes and escapes */
} sql_file_option;

typedef struct {
  sonde_str column;
  const char *type; /* of ReadOptions */
  sonde_str sql;    /* the type that was asked for */
} sql_file_type;

typedef enum { FILE_FOLDERS_FOUND, FILE_FOLDERS_ALWAYS, FILE_FOLDERS_NEVER } sql_file_folders;

typedef enum { FILE_TYPES_BY_NAME, FILE_TYPES_IN_ORDER, FILE_TYPES_ALL } sql_file_types;

enum { SQL_FILE_OPTIONS_MAX = 16, SQL_FILE_ENTRIES_MAX = 1000 };

/* Files that a statement reads as one table: what is given to read_csv, read_parquet and the like, and texts in place of a table. */
typedef struct {
  size_t at;
  sonde_str name; /* of the table: the path alone, or the call as it is written where that says more */
  const sonde_str *paths;
  uint32_t n_paths;
  sonde_str filename;       /* of a last column with the files' names; len 0: none */
  sql_file_folders folders; /* whether folders called key=value make columns */
  const sql_file_option *options;
  uint32_t n_options;
  const sql_file_type *types; /* in order: `column` is its new name, "" keeps its own; for all: one */
  uint32_t n_types;
  sql_file_types typed;
  const sonde_str *nulls, *names; /* names: of its first columns, in place of their own */
  uint32_t n_nulls, n_names;
  bool forgiving;                          /* what does not fit its type is null, not an error */
  sonde_str date_format, timestamp_format; /* of columns with such a type; len 0: as it is found */
} sql_file;

/* All of them, each once. The host opens them and puts each into the catalog under its name before it binds. SONDE_NAME,
 * SONDE_TYPE, SONDE_UNSUPPORTED: an option that is not known or not understood. */
sonde_code sql_files(sonde_str text, arena *, const sql_file **files, uint32_t *n, sonde_error *);

/* The plan as indented lines, one a node: what EXPLAIN shows. `names`: the catalog that it was bound against; NULL: columns and
 * tables are written by number, without rows. `counts`: of its nodes, inputs behind the node that reads them; or NULL. */
void sql_explain(const query_plan *, const sql_catalog *names, const plan_count *counts, buf *);

#endif
