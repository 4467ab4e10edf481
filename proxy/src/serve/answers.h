/* answers.h — what all answers over tables share, and the handlers of their addresses. */
#ifndef SERVE_ANSWERS_H
#define SERVE_ANSWERS_H
#include "catalog.h"
#include "pager.h"
#include "results.h"
#include "seats.h"
#include "site.h"
#include "work.h"
#include <pthread.h>

typedef struct {
  const site *site;
  pthread_mutex_t mutex; /* guards the pointer, not what it points to */
  catalog *catalog;      /* the newest */
  seats *seats;
  results *results;
  pagers *pagers;
} answers;

/* Of the site that a handler gets as its context. */
answers *answers_of(void *context);
catalog *answers_catalog(answers *); /* to be released */

/* GET and POST /v1/sql */
void answer_sql_get(work *, const work_request *, void *context);
void answer_sql_post(work *, const work_request *, void *context);
/* GET /v1/tables, /v1/tables/{t}, /v1/tables/{t}/rows */
void answer_tables(work *, const work_request *, void *context);

#endif
