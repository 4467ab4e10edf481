/* What the parts of casting share. */
#ifndef QUERY_CAST_H
#define QUERY_CAST_H
#include "exec/query/expression/eval.h"
#include "exec/query/expression/limits.h"

/* A date and perhaps a time, in nanoseconds since 1970, and what stands behind them: an offset or a zone's name. */
bool local_text(sonde_str, i128 *nanos, sonde_str *behind);
/* One value from text; false: it does not mean one of this type. `*null`: the text says NULL (only inside of nested values).
 * Texts and nested values lie in the arena. */
bool text_value(const sql_type *to, sonde_str, arena *, cell *out, sonde_error *);
/* One value of another type, neither of them text. */
bool plain_value(const sql_type *from, const sql_type *to, cell, arena *, cell *out, sonde_error *);
/* "1 year 2 months 3 days 04:05:06.5", "P1Y2M3DT4H5M6S", "3 days ago". */
bool interval_parse(sonde_str, interval *out);

#endif
