/* work_queue.h — who is next: whoever has the fewest requests under way, in turns, each with requests in the order in which they came.
 * Not locked. */
#ifndef SERVE_WORK_QUEUE_H
#define SERVE_WORK_QUEUE_H
#include <stdbool.h>
#include <stddef.h>

typedef struct work_line work_line; /* one user's */

typedef struct work_item {
  struct work_item *next;
  work_line *line;
  bool waits;
} work_item;

typedef struct {
  work_line *ring; /* the user whose turn it is; NULL: nothing waits or is under way */
  unsigned count, max, max_each;
  unsigned max_running; /* of one user */
} work_queue;

/* False: it is full, all of it or the user's share, or memory is short. */
bool work_queue_put(work_queue *, work_item *, const char *user);
/* What was taken is under way until it is done. NULL: nothing waits, or only users who have all under way that they may. */
work_item *work_queue_take(work_queue *);
void work_queue_done(work_queue *, work_item *);
/* Takes back what was put; false: it waits no more. */
bool work_queue_remove(work_queue *, work_item *);

#endif
