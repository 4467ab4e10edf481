/* table.h — a file opened as a table, taken as far as a command needs it: sniffed, indexed, imported. */
#ifndef TABLE_H
#define TABLE_H
#include "json.h"
#include "options.h"

typedef struct {
  host *host;
  text info; /* newest TableInfo of the engine, JSON */
  unsigned id;
  bool inflated;
} table;

/* All answer an exit code, their message printed. `on_page` gets the first rows; it may be NULL. */
int table_open(const options *, host_page_fn on_page, void *user, table *);
int table_index(table *); /* inflates first where that is needed */
int table_import(table *);
void table_close(table *);

/* Runs a job about the table; `info` may be NULL. */
int table_ask(const table *, const text *spec, host_page_fn on_page, void *user, text *info);

sonde_str table_member(const table *, const char *name);
uint64_t table_rows(const table *);

/* 15.2 kB, 1.3 GB; 1,234,567 */
void text_add_bytes(text *, uint64_t);
void text_add_count(text *, uint64_t);

#endif
