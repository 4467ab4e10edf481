/* Statistics of a column of a block from its vec, for formats that bring no such numbers, or none to be trusted. */
#ifndef EXEC_VEC_STATS_H
#define EXEC_VEC_STATS_H
#include "exec/task.h"

/* Fills minimum, maximum, sum and sketch of `out` over the values that are there (block.h says which by type); of uuids,
 * intervals, lists, structs and maps only nulls are counted. Texts and the sketch lie in `keep`. */
sonde_code vec_stats(const vec *, csv_column *out, arena *keep, sonde_error *);

#endif
