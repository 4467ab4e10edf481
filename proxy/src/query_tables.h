/* query_tables.h — what a statement may name: files given with --table, and those that the statement itself names. */
#ifndef QUERY_TABLES_H
#define QUERY_TABLES_H
#include "host.h"

typedef struct {
  char *name;
  uint64_t id;
} query_table;

typedef struct {
  host *host; /* borrowed */
  query_table *items;
  size_t count, cap;
} query_tables;

/* Opens a file and takes it as far as its exact types. */
bool tables_add(query_tables *, sonde_str name, const char *path, sonde_error *);
/* The files that a statement names, but those that are there already. */
bool tables_add_files(query_tables *, sonde_str sql, sonde_error *);
/* A JSON list, as the job takes it. */
void tables_put(const query_tables *, text *out);
void tables_free(query_tables *);

#endif
