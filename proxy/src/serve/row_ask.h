/* row_ask.h — what /v1/tables/{t}/rows is asked for: columns=a,b  sort=-a,b  filter[a]gte=5  limit=100, from the first
 * row on, or first=2000, or after=TOKEN.
 *
 * Operators of a filter: eq ne lt lte gt gte contains starts regex in null. Values are texts, read as the column's type; `in` takes
 * several, with commas between; `null` takes true or false. Several filters hold together.
 *
 * Or, in place of filters and sort, view={"filter", "search", "sort"}: a view as the engine has it (<sonde.h>), its columns by number. */
#ifndef SERVE_ROW_ASK_H
#define SERVE_ROW_ASK_H
#include "form.h"
#include "text.h"

enum { ROWS_BY_DEFAULT = 100, ROWS_MAX = 10000, ROW_FILTERS_MAX = 64 };

typedef struct {
  text column, value;
  int op;
} row_filter;

typedef struct {
  text columns, sort, view, after; /* as they were given */
  bool all_columns, one_column;    /* the latter for the caller to say: a comma is part of the name */
  row_filter filters[ROW_FILTERS_MAX];
  unsigned filter_count;
  uint64_t limit, first;
  form form;
  const char *code; /* of what is wrong */
  char wrong[200];
} row_ask;

/* False: `code` and `wrong` say why. Free in any case. */
bool row_ask_query(row_ask *, sonde_str query, sonde_str accept);
void row_ask_free(row_ask *);

/* Which rows in which order, told apart from all others: part of tags and tokens. */
void row_ask_put_order(const row_ask *, text *parts);

/* Against the columns of a table (those of TableInfo). `view`: members "filter" and "sort" of a view, empty when neither is there.
 * `columns`: a list of their numbers. */
bool row_ask_resolve(row_ask *, sonde_str table_columns, text *view, text *columns);

#endif
