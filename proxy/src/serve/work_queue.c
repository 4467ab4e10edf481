/* A ring of users, each with a list. A user is in it from the first request to the end of the last. */
#include "work_queue.h"
#include <stdlib.h>
#include <string.h>

struct work_line {
  work_line *prev, *next;
  work_item *first, **last;
  unsigned count, running;
  char user[];
};

static work_line *line_of(const work_queue *q, const char *user) {
  work_line *line = q->ring;
  if (!line) return NULL;
  do {
    if (strcmp(line->user, user) == 0) return line;
    line = line->next;
  } while (line != q->ring);
  return NULL;
}

static void put_last(work_queue *q, work_line *line) {
  if (!q->ring) q->ring = line->prev = line->next = line;
  line->next = q->ring;
  line->prev = q->ring->prev;
  line->prev->next = line->next->prev = line;
}

static void take_out(work_queue *q, work_line *line) {
  line->prev->next = line->next;
  line->next->prev = line->prev;
  if (q->ring == line) q->ring = line->next == line ? NULL : line->next;
}

/* A new user's turn comes after everybody else's. */
static work_line *new_line(work_queue *q, const char *user) {
  size_t size = strlen(user) + 1;
  work_line *line = calloc(1, sizeof *line + size);
  if (!line) return NULL;
  memcpy(line->user, user, size);
  line->last = &line->first;
  put_last(q, line);
  return line;
}

static void drop_if_idle(work_queue *q, work_line *line) {
  if (line->count || line->running) return;
  take_out(q, line);
  free(line);
}

bool work_queue_put(work_queue *q, work_item *item, const char *user) {
  if (q->count >= q->max) return false;
  work_line *line = line_of(q, user);
  if (line && line->count >= q->max_each) return false;
  if (!line) line = new_line(q, user);
  if (!line) return false;
  *item = (work_item){.line = line, .waits = true};
  *line->last = item;
  line->last = &item->next;
  line->count++;
  q->count++;
  return true;
}

static void unlink_item(work_queue *q, work_line *line, work_item **link) {
  work_item *item = *link;
  *link = item->next;
  if (!*link) line->last = link;
  item->waits = false;
  line->count--;
  q->count--;
}

static work_line *next_line(const work_queue *q) {
  work_line *best = NULL, *line = q->ring;
  if (!line) return NULL;
  do {
    bool may = line->first && line->running < q->max_running;
    if (may && (!best || line->running < best->running)) best = line;
    line = line->next;
  } while (line != q->ring);
  return best;
}

work_item *work_queue_take(work_queue *q) {
  work_line *line = next_line(q);
  if (!line) return NULL;
  work_item *item = line->first;
  unlink_item(q, line, &line->first);
  line->running++;
  q->ring = line->next;
  return item;
}

/* Who had something under way until now comes after those who have waited meanwhile. */
void work_queue_done(work_queue *q, work_item *item) {
  take_out(q, item->line);
  put_last(q, item->line);
  item->line->running--;
  drop_if_idle(q, item->line);
}

bool work_queue_remove(work_queue *q, work_item *item) {
  if (!item->waits) return false;
  work_item **link = &item->line->first;
  while (*link != item) link = &(*link)->next;
  unlink_item(q, item->line, link);
  drop_if_idle(q, item->line);
  return true;
}
