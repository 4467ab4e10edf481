/* Inside the CSV writer: one field at a time. */
#ifndef CSV_WRITE_CELL_H
#define CSV_WRITE_CELL_H
#include "format/csv/write.h"

typedef struct {
  const csv_write_options *options;
  buf *out;
  buf text;           /* a cell that has to be text before it can be quoted */
  bool special[256];  /* bytes that ask for quotes */
  bool numbers_as_is; /* nothing that a number, date or time is written with asks for quotes */
  bool lone;          /* a table of one column */
} csv_writer;

void csv_writer_init(csv_writer *, const csv_write_options *, uint32_t columns, mem *, buf *out);
/* Frees what it holds; says what failed on the way. */
sonde_code csv_writer_end(csv_writer *, sonde_error *);
void csv_put_text(csv_writer *, sonde_str); /* guarded and quoted as the options say */
void csv_put_cell(csv_writer *, const vec *, uint32_t row, column_type);

#endif
