/* status.h — how the server is: /healthz, /readyz, /metrics. */
#ifndef SERVE_STATUS_H
#define SERVE_STATUS_H
#include "answer.h"

/* False: the path is none of these. What was passed on by a front server from elsewhere sees no metrics. */
bool status_answer(loop *, const http_request *q, bool trusted, exchange *x);

#endif
