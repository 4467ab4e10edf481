/* answer.h — heads of answers, and short whole answers. What an answer is to `q` goes into `x`. */
#ifndef SERVE_ANSWER_H
#define SERVE_ANSWER_H
#include "exchange.h"
#include "loop.h"

/* Status line and the fields that every answer has: Date, Server, nosniff, Connection, CORS. */
void answer_begin(loop *, const http_request *q, exchange *x, int status);
/* Ends a head that announces `len` bytes and puts them behind it, unless they were not asked for. */
void answer_end(exchange *x, const char *body, size_t len);

/* A whole answer that is the name of its status, as text. */
void answer_status(loop *, const http_request *q, exchange *x, int status);
/* A whole answer as RFC 9457 has it. `fields`: more lines of the head, or "". */
void answer_problem(loop *, const http_request *q, exchange *x, int status, const char *fields,
                    const char *code, const char *detail);
/* A refusal, after which the connection is closed: what follows on it cannot be trusted. */
void answer_refusal(loop *, const http_request *q, exchange *x, int status);

/* Fields for bytes that are data, not pages: they run nothing, whatever they are, and stay with whom they were meant for. */
void answer_put_data_fields(loop *, const http_request *q, exchange *x);

/* Whether pages of that origin may read answers. */
bool origin_is_allowed(const config *, sonde_str origin);

#endif
