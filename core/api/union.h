/* What a union table's columns are: by name, in the order in which the files have them, each of the type that all its files' have in
 * common. The members' tables are there before. */
#ifndef API_UNION_H
#define API_UNION_H
#include <string.h>

#include "api/engine.h"

/* A column that is the same in all rows of a file. */
typedef struct {
  sonde_str name;
  column_type type;
  const sonde_str *values; /* of each file; ptr NULL: null */
  uint32_t column;         /* of the union */
} union_constant;

typedef struct {
  union_constant *items;
  uint32_t n;
} union_constants;

/* Whether folders called key=value make columns. */
typedef enum {
  FOLDER_KEYS_FOUND, /* where all files lie in folders of the same keys */
  FOLDER_KEYS_ALWAYS,
  FOLDER_KEYS_NEVER
} folder_keys;

/* The files' names as a column called `filename` (len 0: none), then those of their folders. Lies in `memory`. SONDE_VALUE: the files'
 * folders have other keys, though they are wanted. */
sonde_code union_constants_find(const table *, sonde_str filename, folder_keys, arena *memory,
                                union_constants *, sonde_error *);
/* Fills names and the members' refs, and which columns the constants are: a folder's takes the place of a file's column of that name.
 * SONDE_NAME: a file has a column that is called as that of the files' names. */
sonde_code union_names(table *, union_constants *, sonde_str filename, arena *scratch, sonde_error *);
/* Then the forms, of the table and of the refs. SONDE_TYPE: two files' columns of one name have no type in common. */
sonde_code union_types(table *, const union_constants *, sonde_error *);

static inline bool text_same(sonde_str a, sonde_str b) {
  return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

#endif
