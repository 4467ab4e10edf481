/* table_text.h — a table of short texts, drawn with aligned columns for people at a terminal. */
#ifndef TABLE_TEXT_H
#define TABLE_TEXT_H
#include "text.h"
#include <stdbool.h>
#include <stdio.h>

typedef struct {
  size_t n_columns;
  bool *right;  /* of each column: aligned to the right */
  text cells;   /* the cells, row by row, each ended by NUL; control characters made visible, long ones cut */
  size_t count; /* cells so far */
} table_text;

table_text table_text_new(size_t n_columns);
void table_text_cell(table_text *, sonde_str);
void table_text_sentence(table_text *, sonde_str); /* a cell that is not cut */
void table_text_cell_cstr(table_text *, const char *);
/* Prints as many columns as fit into `width` (0: all), a line under the first `n_head` rows, and how many were left out. */
void table_text_print(const table_text *, FILE *, size_t n_head, size_t width);
void table_text_free(table_text *);

/* Columns of the terminal behind a stream; 0 when there is none. */
size_t terminal_width(FILE *);
/* Appends a text as a cell shows it: at most `max` terminal columns, the rest is "…". */
void text_add_visible(text *, sonde_str, size_t max);

#endif
