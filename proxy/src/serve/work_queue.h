/* work_queue.h — who is next: users take turns, each with requests in the order in which they came. Not locked. */
#ifndef SERVE_WORK_QUEUE_H
#define SERVE_WORK_QUEUE_H
#include <stdbool.h>
#include <stddef.h>

typedef struct work_item {
  struct work_item *next;
  const char *user;
} work_item;

typedef struct work_line work_line; /* one user's */

typedef struct {
  work_line *ring; /* the user whose turn it is; NULL: nothing waits */
  unsigned count, max, max_each;
} work_queue;

/* False: it is full, all of it or the user's share, or memory is short. */
bool work_queue_put(work_queue *, work_item *);
work_item *work_queue_take(work_queue *); /* NULL: nothing waits */

#endif
