/* form.h — what an answer's rows look like on the wire, chosen by ?format= or, without that, by Accept. */
#ifndef SERVE_FORM_H
#define SERVE_FORM_H
#include "request.h"

typedef enum { FORM_JSON, FORM_NDJSON, FORM_CSV, FORM_ARROW, FORM_PARQUET, FORM_NONE } form;

form form_named(sonde_str name); /* "csv"; FORM_NONE: there is no such one */
/* Of an Accept field: the best of those that are there, JSON where nothing is asked for; FORM_NONE: none of them. */
form form_accepted(sonde_str accept);
const char *form_media_type(form);
const char *form_name(form);
/* Whether it is written by the engine's export, from a kept table. */
bool form_is_exported(form);

#endif
