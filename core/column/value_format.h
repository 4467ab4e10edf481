/* Text of the values that are no plain numbers or times, and whole cells as JSON. */
#ifndef COLUMN_VALUE_FORMAT_H
#define COLUMN_VALUE_FORMAT_H
#include "base/buf.h"
#include "base/number.h"
#include "column/vec.h"

#define VALUE_TEXT_MAX 96u

/* 8-4-4-4-12 lower-case hexadecimal digits. */
size_t uuid_format(int128 value, char out[40]);
/* "1 year 2 months 3 days 04:05:06.5", parts that are zero left out; "00:00:00" when all are. */
size_t interval_format(int128 value, char out[64]);
/* Any i64 value: bool, int64, date, time, timestamps, at the type's scale. */
size_t i64_format(int64_t value, column_type, char out[VALUE_TEXT_MAX]);
/* One cell (not null) of a type other than text, blob, list, struct and map, as the grid shows it. */
size_t scalar_format(const vec *, uint32_t row, char out[VALUE_TEXT_MAX]);

/* One cell as JSON, digits exact: numbers of any size and decimals as JSON numbers; dates, times, uuids, text and (as hexadecimal
 * digits) blobs as strings; NaN and infinities as the strings "NaN", "Infinity", "-Infinity"; maps as objects when their keys
 * are text, else as arrays of [key, value]. Nested deeper than VALUE_DEPTH_MAX: null. */
#define VALUE_DEPTH_MAX 64u
void cell_json(buf *, const vec *, uint32_t row);

#endif
