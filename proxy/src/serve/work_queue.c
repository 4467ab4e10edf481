/* A ring of users, each with a list. A user leaves the ring with the last request. */
#include "work_queue.h"
#include <stdlib.h>
#include <string.h>

struct work_line {
  work_line *prev, *next;
  work_item *first, **last;
  unsigned count;
};

static work_line *line_of(const work_queue *q, const char *user) {
  work_line *line = q->ring;
  if (!line) return NULL;
  do {
    if (strcmp(line->first->user, user) == 0) return line;
    line = line->next;
  } while (line != q->ring);
  return NULL;
}

/* A new user's turn comes after everybody else's. */
static work_line *new_line(work_queue *q) {
  work_line *line = calloc(1, sizeof *line);
  if (!line) return NULL;
  line->last = &line->first;
  if (!q->ring) q->ring = line->prev = line->next = line;
  line->next = q->ring;
  line->prev = q->ring->prev;
  line->prev->next = line->next->prev = line;
  return line;
}

bool work_queue_put(work_queue *q, work_item *item) {
  if (q->count >= q->max) return false;
  work_line *line = line_of(q, item->user);
  if (line && line->count >= q->max_each) return false;
  if (!line) line = new_line(q);
  if (!line) return false;
  item->next = NULL;
  *line->last = item;
  line->last = &item->next;
  line->count++;
  q->count++;
  return true;
}

static void drop_line(work_queue *q, work_line *line) {
  line->prev->next = line->next;
  line->next->prev = line->prev;
  if (q->ring == line) q->ring = line->next == line ? NULL : line->next;
  free(line);
}

work_item *work_queue_take(work_queue *q) {
  work_line *line = q->ring;
  if (!line) return NULL;
  work_item *item = line->first;
  line->first = item->next;
  q->count--;
  q->ring = line->next;
  if (--line->count == 0) drop_line(q, line);
  return item;
}
