/* Results as JSON, digits exact: {"columns":[{"name","type"}],"rows":[[…]]}. */
#ifndef QUERY_RESULT_JSON_H
#define QUERY_RESULT_JSON_H
#include "exec/query/batch/batch.h"
#include "exec/query/time/zones.h"

/* "columns":[…] of a plan's output. */
void result_columns(buf *, const plan *);
/* The rows of a batch, comma-separated; `first`: no comma before the first one. Points in time are in the local time of the
 * zone, or UTC when it is NULL. */
void result_rows(buf *, const batch *, bool first, const time_zone *);
/* One value: numbers of any size as JSON numbers, NaN and infinities as strings, lists as arrays, structs as objects, maps as
 * arrays of {"key","value"}; everything else as the text of a cast to VARCHAR. */
void result_value(buf *, const sql_type *, cell, const time_zone *);

#endif
