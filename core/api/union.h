/* What a union table's columns are: by name, in the order in which the files have them, each of the type that all its files' have in
 * common. The members' tables are there before. */
#ifndef API_UNION_H
#define API_UNION_H
#include <string.h>

#include "api/engine.h"

/* Fills names and the members' refs. `filename` (len 0: none) names a last column of the files' names. SONDE_NAME: a file has a column
 * of that name. */
sonde_code union_names(table *, sonde_str filename, arena *scratch, sonde_error *);
/* Then the forms, of the table and of the refs. SONDE_TYPE: two files' columns of one name have no type in common. */
sonde_code union_types(table *, sonde_error *);

static inline bool text_same(sonde_str a, sonde_str b) {
  return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

#endif
