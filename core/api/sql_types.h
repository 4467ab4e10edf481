/* The types that a table's columns have in SQL: exact widths where the format knows them. */
#ifndef API_SQL_TYPES_H
#define API_SQL_TYPES_H
#include "api/engine.h"
#include "plan/sql_type.h"

sonde_code table_sql_type(const table *, uint32_t column, arena *, sql_type *out, sonde_error *);

#endif
