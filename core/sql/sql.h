/* SQL text → bound plan: the whole surface of this layer for those who run queries. */
#ifndef SQL_SQL_H
#define SQL_SQL_H
#include "plan/plan.h"

enum { SQL_PIVOT_COLUMNS_MAX = 10000 };

/* A table or view that a statement may name, in any case. Borrowed while binding; names in the plan point into it. */
typedef struct {
  sonde_str name;
  sonde_str
      view; /* SQL of a query whose rows this is; then `columns` only name its columns anew (or n_columns is 0) */
  const plan_column *columns;
  uint32_t n_columns;
  double rows; /* counted or estimated; 0: not known */
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
  SQL_EXPLAIN_ANALYZE, /* the plan itself: whoever runs it shows what it took */
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

/* The files that a statement reads: what is given to read_csv, read_parquet and the like, and texts in place of a table. The
 * host opens them and puts each into the catalog under this name before it binds. */
sonde_code sql_files(sonde_str text, arena *, const sonde_str **names, uint32_t *n, sonde_error *);

/* The plan as indented lines, one a node: what EXPLAIN shows. */
void sql_explain(const query_plan *, buf *);

#endif
