/* condition.h — the conditions of a request, in the order of RFC 9110, 13.2.2. */
#ifndef SERVE_CONDITION_H
#define SERVE_CONDITION_H
#include "request.h"
#include <time.h>

/* 0: go on; 304 or 412: that is the answer. `etag` with its quotes; `modified` -1 when there is no such time. */
int condition_judge(const http_request *, const char *etag, time_t modified);
/* Whether If-Range lets the Range field count; true without it. `now` is what the answer's Date says. */
bool condition_lets_range(const http_request *, const char *etag, time_t modified, time_t now);

#endif
