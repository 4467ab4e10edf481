/* sql_ask.h — what a request to /v1/sql asks for, from a query string or a JSON body. */
#ifndef SERVE_SQL_ASK_H
#define SERVE_SQL_ASK_H
#include "form.h"
#include "reply.h"
#include "text.h"

typedef struct {
  text sql;      /* as the engine gets it */
  text sql_json; /* the same in quotes */
  text params;   /* a JSON list or object; empty: none */
  text zone;     /* a JSON string; empty: UTC */
  form form;
  reply_limits limits;
  char wrong[160]; /* what a reader found: its detail */
  const char *code;
} sql_ask;

/* False: `code` and `wrong` say why. Free in any case. */
bool sql_ask_query(sql_ask *, const http_request *);
bool sql_ask_body(sql_ask *, const http_request *, sonde_str body);
void sql_ask_free(sql_ask *);

#endif
