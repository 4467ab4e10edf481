/* send.h — sending an answer: its head and body, bytes of a file, what a worker has made so far. */
#ifndef SERVE_SEND_H
#define SERVE_SEND_H
#include "conn.h"

typedef enum {
  STEP_AGAIN,    /* try on */
  STEP_BLOCKED,  /* epoll, a worker or a disk will say when to go on */
  STEP_LATER,    /* others first: it goes on in the loop's next round */
  STEP_FINISHED, /* the answer is sent */
  STEP_CUT,      /* the answer cannot be completed, and the client must notice */
  STEP_ENDS      /* the client is gone */
} step;

/* Sends what the socket takes at once; adds what it sent to `turn`. */
step send_some(conn *, size_t *turn);
/* A worker has news for the connection `owner`. */
void send_work_news(void *owner);
/* The time for an answer is over: true when the client can be told so, false when part of the answer is on its way. */
bool send_gives_up(conn *);

#endif
