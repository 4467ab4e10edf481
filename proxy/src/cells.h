/* cells.h — reads a page block of the engine and gives its values as text. Layout: core/column/README.md. */
#ifndef CELLS_H
#define CELLS_H
#include "text.h"
#include <stdbool.h>

typedef struct {
  const uint8_t *base; /* borrowed */
  uint32_t n_columns, n_rows;
} cells;

typedef enum {
  CELL_NONE,
  CELL_BOOL,
  CELL_INT64,
  CELL_DOUBLE,
  CELL_DECIMAL,
  CELL_DATE,
  CELL_TIME,
  CELL_TIMESTAMP,
  CELL_TIMESTAMPTZ,
  CELL_TEXT,
  CELL_FLOAT,
  CELL_BLOB,
  CELL_UUID,
  CELL_INTERVAL,
  CELL_LIST,
  CELL_STRUCT,
  CELL_MAP
} cell_type;

bool cells_open(sonde_page, cells *out); /* false: not a page block */
cell_type cells_type(const cells *, uint32_t column);
bool cells_is_null(const cells *, uint32_t column, uint32_t row);
/* Text of a value that is not null: ISO 8601 dates and times, numbers exactly, doubles as short as they read back. */
void cells_add_text(const cells *, uint32_t column, uint32_t row, text *out);
/* As JSON; exact numbers stay numbers however long, a double that is not finite is a string, lists, structs and maps are what
 * they are. */
void cells_add_json(const cells *, uint32_t column, uint32_t row, text *out);

#endif
