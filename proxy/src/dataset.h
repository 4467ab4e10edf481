/* dataset.h — a file opened as a table, taken as far as a command needs it: sniffed, indexed, imported. */
#ifndef DATASET_H
#define DATASET_H
#include "options.h"
#include "peek.h"

typedef struct {
  host *host;
  text info; /* newest TableInfo of the engine, JSON */
  unsigned id;
  bool inflated;
} dataset;

/* All answer an exit code, their message printed. `on_page` gets the first rows; it may be NULL. */
int dataset_open(const options *, host_page_fn on_page, void *user, dataset *);
int dataset_index(dataset *); /* inflates first where that is needed */
int dataset_import(dataset *, bool keep_columns);
/* All three, nothing shown on the way, columns kept. */
int dataset_load(const options *, dataset *);
void dataset_close(dataset *);

/* Runs a job about the table; `info` may be NULL. */
int dataset_ask(const dataset *, const text *spec, host_page_fn on_page, void *user, text *info);

sonde_str dataset_member(const dataset *, const char *name);
uint64_t dataset_rows(const dataset *);

/* 15.2 kB, 1.3 GB; 1,234,567 */
void text_add_bytes(text *, uint64_t);
void text_add_count(text *, uint64_t);

#endif
