/* What a union table's columns are: by name, in the order in which the files have them, each of the type that all its files' have in
 * common. */
#ifndef API_UNION_H
#define API_UNION_H
#include "api/engine.h"

/* Fills names, forms and the members' refs; their tables are there. `filename` (len 0: none) names a last column of the files' names.
 * SONDE_NAME: a file has a column of that name. SONDE_TYPE: two files' columns of one name have no type in common. */
sonde_code union_columns(table *, sonde_str filename, arena *scratch, sonde_error *);

#endif
