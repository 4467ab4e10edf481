/* page.h — reads a page block of the engine and gives its values as text. Layout: core/column/README.md. */
#ifndef PAGE_H
#define PAGE_H
#include "text.h"
#include <stdbool.h>

typedef struct {
  const uint8_t *base; /* borrowed */
  uint32_t n_columns, n_rows;
  uint64_t first_row;
} page;

typedef enum {
  PAGE_NONE,
  PAGE_BOOL,
  PAGE_INT64,
  PAGE_DOUBLE,
  PAGE_DECIMAL,
  PAGE_DATE,
  PAGE_TIME,
  PAGE_TIMESTAMP,
  PAGE_TIMESTAMPTZ,
  PAGE_TEXT
} page_type;

bool page_open(sonde_page, page *out); /* false: not a page block */
/* The number in the table of a page's row. */
uint64_t page_row_id(const page *, uint32_t row);
page_type page_column_type(const page *, uint32_t column);
bool page_is_null(const page *, uint32_t column, uint32_t row);
/* Text of a value that is not null: ISO 8601 dates and times, numbers exactly, doubles as short as they read back. */
void page_add_text(const page *, uint32_t column, uint32_t row, text *out);
/* As JSON; exact numbers stay numbers however long, and a double that is not finite is a string. */
void page_add_json(const page *, uint32_t column, uint32_t row, text *out);

#endif
