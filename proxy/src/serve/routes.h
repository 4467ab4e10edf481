/* routes.h — which request goes where, and who may ask it. */
#ifndef SERVE_ROUTES_H
#define SERVE_ROUTES_H
#include "answer.h"
#include "work.h"

/* Answers made by workers beside those that are built in; answers.c has them. What `answers_open` makes becomes
 * site->answers; NULL: `why` says what is wrong. */
typedef struct site site;
const work_route *answers_routes(unsigned *count);
void *answers_open(const site *, char why[256]);
/* SIGHUP: reads again what may have changed (the catalog). False: what was there stays in force, `why` says why. */
bool answers_reload(void *context, char why[256]);
void answers_close(void *context); /* NULL is fine; no work is running any more */

/* Where a request came from. */
typedef struct {
  bool trusted;
  address_key address;
} origin;

/* Answers into `x`, or sets x->handler for a worker to answer. */
void route_request(loop *, const http_request *q, const origin *, exchange *x);

#endif
