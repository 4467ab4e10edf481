/* catalog.h — the tables there are: those that catalog.json names, and the files of the roots. Never changed once it is
 * there: a reload makes a new one, and requests keep the one they began with. */
#ifndef SERVE_CATALOG_H
#define SERVE_CATALOG_H
#include "config.h"
#include "roots.h"
#include <stdatomic.h>
#include <stdbool.h>

enum { CATALOG_NAME_MAX = 255, CATALOG_TABLES_MAX = 5000, CATALOG_FILES_MAX = 512 };

typedef struct {
  int folder;       /* of the roots */
  const char *path; /* beneath it */
} catalog_file;

/* All texts are terminated and lie in the catalog's own memory. */
typedef struct {
  const char *name; /* no quotation mark, comma or control character, no slash or blank before it */
  const char *
      place; /* of a file that was found, as after /v1/f: "/sales/2025.csv"; NULL: catalog.json names the table */
  const char *format;      /* "csv" or "parquet"; "" when it is not known */
  const char *description; /* "": none */
  sonde_str columns;       /* a JSON object of what is said about columns; empty: none */
  catalog_file *files;     /* several are one table */
  unsigned file_count;
} catalog_table;

typedef struct catalog_piece catalog_piece;
typedef struct {
  atomic_uint users;
  catalog_table *tables; /* by name, in byte order */
  unsigned count;
  catalog_piece *pieces; /* its memory */
} catalog;

/* For one user. NULL: `why` says what is wrong. */
catalog *catalog_load(const config *, const roots *, char why[256]);
catalog *catalog_share(catalog *); /* one user more; answers it */
void catalog_release(catalog *);   /* NULL is fine */

const catalog_table *catalog_find(const catalog *, sonde_str name);

/* Whether somebody with this scope ("sales,trips", "*" for all; work.h) may read the table. Names and places never stand in for
 * each other: what the catalog names is permitted by exactly its name, a file that was found by its place or a folder above it
 * ("/sales" holds for "/sales/2025.csv"). */
bool catalog_permits(sonde_str scope, const catalog_table *);
/* Whether a text could mean the table: its name stands there, in any case, and no longer name that it is a part of. */
bool catalog_is_named(const char *table, sonde_str text);

#endif
