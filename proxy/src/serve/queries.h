/* queries.h — DELETE /v1/queries/{id}: ends an answer that waits or is being made, for who asked for it. */
#ifndef SERVE_QUERIES_H
#define SERVE_QUERIES_H
#include "answer.h"

bool queries_is_path(const http_request *);
void queries_answer(loop *, const http_request *, const char *user, exchange *x);

#endif
