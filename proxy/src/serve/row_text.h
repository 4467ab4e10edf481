/* row_text.h — the rows of a query, which the engine answers as pages of one JSON text, as JSON, lines of JSON or CSV. */
#ifndef SERVE_ROW_TEXT_H
#define SERVE_ROW_TEXT_H
#include "reply.h"

typedef struct {
  reply *reply;
  bool begun;
  text names; /* of the columns: a JSON list of {"name", "type"} */
  text made;
} row_text;

/* The next page; pages end between rows. False: it is over. */
bool row_text_page(row_text *, sonde_str page);
void row_text_free(row_text *);

#endif
