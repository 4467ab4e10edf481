/* The SQL types of a table's columns, exact for Parquet files and results of queries. */
#ifndef API_SQL_TYPES_H
#define API_SQL_TYPES_H
#include "api/engine.h"
#include "sql/sql.h"

sonde_code table_sql_type(const table *, uint32_t column, arena *, sql_type *out, sonde_error *);
/* What is known of its columns' values: by import, or by the footer of a Parquet file. NULL: nothing. */
sonde_code table_column_stats(const table *, arena *, const sql_column_stats **, sonde_error *);
/* The table under a name, as the binder wants to know it. Names are borrowed. */
sonde_code table_in_sql(const table *, sonde_str name, arena *, sql_table *out, sonde_error *);

#endif
