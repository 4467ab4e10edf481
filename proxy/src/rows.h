/* rows.h — rows of pages, gathered and printed: as a table for people or as JSON for programs. */
#ifndef ROWS_H
#define ROWS_H
#include "cells.h"
#include "dataset.h"
#include "table_text.h"

/* {"columns":[{"name","type"}…],"rows":[[…]…]}, or a drawn table; `columns` is the engine's list of them. */
typedef struct {
  bool json, broken;
  uint64_t left; /* rows still wanted */
  table_text drawn;
  text written;
  size_t n_written;
} rows_out;

rows_out rows_begin(bool json, uint64_t wanted);
bool rows_page(void *rows_out_, sonde_page); /* a host_page_fn */
/* Prints what was gathered. `members` are JSON members put before the others, each with a comma behind it. */
int rows_print(rows_out *, sonde_str columns, const char *members);
void rows_free(rows_out *);

#endif
