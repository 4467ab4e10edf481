/* See results.h. */
#include "results.h"
#include "patience.h"
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SHELVES = 4096, ROOM_SHARE = 8, LOOK_AGAIN_MS = 100 };

typedef struct entry {
  result shown;
  struct entry *next;          /* on its shelf */
  struct entry *newer, *older; /* by their last use */
  unsigned users;              /* who read it now, and the results themselves while it is on a shelf */
  size_t size;
  uint64_t ns; /* what it took to make, halved whenever it was passed over */
  char tag[TAG_SIZE];
  char bytes[];
} entry;

struct results {
  pthread_mutex_t mutex;
  pthread_cond_t unclaimed;
  result_claim *claims;
  uint64_t room, used;
  entry *newest, *oldest;
  entry *shelves[SHELVES];
};

results *results_new(uint64_t bytes) {
  results *r = calloc(1, sizeof *r);
  if (!r) return NULL;
  pthread_mutex_init(&r->mutex, NULL);
  patience_init(&r->unclaimed);
  r->room = bytes;
  return r;
}

/* Tags are digits of a hash, so that any of them will do. */
static entry **shelf_of(results *r, const char *tag) {
  char digits[4] = {tag[1], tag[2], tag[3], '\0'};
  return &r->shelves[strtoul(digits, NULL, 16)];
}

static entry **link_of(results *r, const char *tag) {
  entry **link = shelf_of(r, tag);
  while (*link && strcmp((*link)->tag, tag) != 0) link = &(*link)->next;
  return link;
}

static void unlist(results *r, entry *e) {
  *(e->newer ? &e->newer->older : &r->newest) = e->older;
  *(e->older ? &e->older->newer : &r->oldest) = e->newer;
}

static void list_newest(results *r, entry *e) {
  e->newer = NULL;
  e->older = r->newest;
  *(r->newest ? &r->newest->newer : &r->oldest) = e;
  r->newest = e;
}

static void let_go(entry *e) {
  if (--e->users == 0) free(e);
}

static void discard(results *r, entry *e) {
  *link_of(r, e->tag) = e->next;
  unlist(r, e);
  r->used -= e->size;
  let_go(e);
}

void results_free(results *r) {
  if (!r) return;
  while (r->oldest) discard(r, r->oldest);
  pthread_mutex_destroy(&r->mutex);
  pthread_cond_destroy(&r->unclaimed);
  free(r);
}

const result *results_find(results *r, const char tag[TAG_SIZE]) {
  pthread_mutex_lock(&r->mutex);
  entry *e = *link_of(r, tag);
  if (e) {
    e->users++;
    unlist(r, e);
    list_newest(r, e);
  }
  pthread_mutex_unlock(&r->mutex);
  return e ? &e->shown : NULL;
}

void results_release(results *r, const result *shown) {
  pthread_mutex_lock(&r->mutex);
  let_go((entry *)((uintptr_t)shown - offsetof(entry, shown)));
  pthread_mutex_unlock(&r->mutex);
}

/* ---- claims ---- */

static result_claim **claim_of(results *r, const char *tag) {
  result_claim **link = &r->claims;
  while (*link && strcmp((*link)->tag, tag) != 0) link = &(*link)->next;
  return link;
}

bool results_claim(results *r, const char tag[TAG_SIZE], result_claim *mine, bool (*over)(void *),
                   void *user) {
  pthread_mutex_lock(&r->mutex);
  bool first = !*claim_of(r, tag);
  while (*claim_of(r, tag) && !over(user)) patience_wait(&r->unclaimed, &r->mutex, LOOK_AGAIN_MS);
  if (first) {
    memcpy(mine->tag, tag, TAG_SIZE);
    mine->next = r->claims;
    r->claims = mine;
  }
  pthread_mutex_unlock(&r->mutex);
  return first;
}

void results_unclaim(results *r, result_claim *mine) {
  pthread_mutex_lock(&r->mutex);
  *claim_of(r, mine->tag) = mine->next;
  pthread_cond_broadcast(&r->unclaimed);
  pthread_mutex_unlock(&r->mutex);
}

/* ---- keeping ---- */

bool results_has_room(const results *r, uint64_t bytes) { return bytes <= r->room / ROOM_SHARE; }

static entry *new_entry(const char *tag, const char *fields, sonde_str body, uint64_t ns) {
  size_t head = strlen(fields) + 1, size = sizeof(entry) + head + body.len;
  entry *e = malloc(size);
  if (!e) return NULL;
  *e = (entry){.users = 1, .size = size, .ns = ns, .shown = {e->bytes, {e->bytes + head, body.len}}};
  memcpy(e->tag, tag, TAG_SIZE);
  memcpy(e->bytes, fields, head);
  if (body.len) memcpy(e->bytes + head, body.ptr, body.len);
  return e;
}

static void shelve(results *r, entry *e) {
  entry **shelf = shelf_of(r, e->tag);
  e->next = *shelf;
  *shelf = e;
  list_newest(r, e);
  r->used += e->size;
}

static void pass_over(results *r, entry *e) {
  e->ns /= 2;
  unlist(r, e);
  list_newest(r, e);
}

static void make_room(results *r, const entry *newcomer) {
  while (r->oldest && r->used + newcomer->size > r->room)
    if (r->oldest->ns > newcomer->ns)
      pass_over(r, r->oldest);
    else
      discard(r, r->oldest);
}

void results_keep(results *r, const char tag[TAG_SIZE], const char *fields, sonde_str body, uint64_t ns) {
  bool fits = results_has_room(r, sizeof(entry) + strlen(fields) + body.len);
  entry *e = fits ? new_entry(tag, fields, body, ns) : NULL;
  if (!e) return;
  pthread_mutex_lock(&r->mutex);
  if (*link_of(r, tag)) {
    free(e);
  } else {
    make_room(r, e);
    shelve(r, e);
  }
  pthread_mutex_unlock(&r->mutex);
}
