/* A piece of work is shared by the worker that answers and the loop that sends: what passes between them lies under
 * its mutex, and whoever lets go of it last frees it. */
#include "work.h"
#include "out.h"
#include "overflow.h"
#include "patience.h"
#include "problem.h"
#include "work_pool.h"
#include "work_queue.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW = 256 << 10, FLUSH_FROM = 16 << 10, WORKERS_MAX = 64, PATIENCE_MS = 100 };

struct work_pool {
  work_config config;
  pthread_mutex_t mutex;
  pthread_cond_t more;
  work_queue queue;
  overflow_room *room;
  work *all; /* waiting or running, for cancelling by id */
  uint64_t last_number;
  unsigned running, started;
  atomic_uint under_way; /* as many as `all` lists */
  bool ending;
  pthread_t threads[WORKERS_MAX + 1];
};

struct work {
  mail news;
  work_item item;
  work_pool *pool;
  work *prev, *next; /* in pool->all */
  atomic_uint refs;
  atomic_bool cancelled;
  char number[24];

  http_request request;
  char *head, *body, *user, *tables;
  work_request shown;
  work_handler *answer;

  mailbox *box;
  void (*deliver)(void *);
  void *owner; /* the loop's thread only; NULL: it let go */

  pthread_mutex_t mutex;
  pthread_cond_t taken;
  bool begun, told, ended, failed, ended_by_user;
  int status, fd;
  uint64_t length, written, offset, file_length;
  char *fields;
  char *bytes;
  size_t len, cap;
  overflow more; /* comes after them */
};

static void free_work(work *w) {
  if (w->fd >= 0) close(w->fd);
  overflow_free(&w->more);
  pthread_mutex_destroy(&w->mutex);
  pthread_cond_destroy(&w->taken);
  free(w->head), free(w->body), free(w->user), free(w->tables), free(w->fields), free(w->bytes);
  free(w);
}

static void let_go(work *w) {
  if (atomic_fetch_sub(&w->refs, 1) == 1) free_work(w);
}

static void deliver(mail *m) {
  work *w = (work *)(void *)((char *)m - offsetof(work, news));
  if (w->owner) w->deliver(w->owner);
  let_go(w);
}

/* The box holds a reference of its own while the news is in it. */
static void tell(work *w) {
  atomic_fetch_add(&w->refs, 1);
  if (!mailbox_post(w->box, &w->news)) let_go(w);
}

static bool copy_order(work *w, const work_order *o) {
  w->body = o->body;
  w->head = malloc(o->head.len + 1);
  w->user = strdup(o->user);
  w->tables = strdup(o->tables);
  if (!w->head || !w->user || !w->tables) return false;
  memcpy(w->head, o->head.ptr, o->head.len);
  w->request = *o->request;
  request_move(&w->request, o->head.ptr, w->head);
  w->shown = (work_request){.request = &w->request,
                            .body = {o->body, o->body_len},
                            .user = {w->user, strlen(w->user)},
                            .tables = {w->tables, strlen(w->tables)}};
  w->answer = o->answer;
  w->box = o->box, w->deliver = o->deliver, w->owner = o->owner;
  return true;
}

static work *new_work(work_pool *pool, const work_order *order) {
  work *w = calloc(1, sizeof *w);
  if (!w) {
    free(order->body);
    return NULL;
  }
  atomic_init(&w->refs, 2);
  pthread_mutex_init(&w->mutex, NULL);
  patience_init(&w->taken);
  overflow_init(&w->more, pool->room);
  w->fd = -1;
  w->pool = pool;
  w->news.deliver = deliver;
  if (copy_order(w, order)) return w;
  free_work(w);
  return NULL;
}

static void list(work_pool *pool, work *w) {
  w->next = pool->all;
  if (pool->all) pool->all->prev = w;
  pool->all = w;
  atomic_fetch_add_explicit(&pool->under_way, 1, memory_order_relaxed);
}

static void unlist(work_pool *pool, work *w) {
  if (w->prev) w->prev->next = w->next;
  if (w->next) w->next->prev = w->prev;
  if (pool->all == w) pool->all = w->next;
  atomic_fetch_sub_explicit(&pool->under_way, 1, memory_order_relaxed);
}

static sonde_str name_of(const work *w) { return w->request.fields[FIELD_SONDE_QUERY]; }

/* A name begins with a letter, so that it is never taken for the number of another request. */
bool work_name_is_sane(sonde_str name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  if (!name.len || name.len > WORK_ID_MAX || memchr(letters + 52, *name.ptr, 12)) return false;
  for (size_t i = 0; i < name.len; i++)
    if (!memchr(letters, name.ptr[i], sizeof letters - 1)) return false;
  return true;
}

sonde_str work_id(const work *w) {
  return name_of(w).ptr ? name_of(w) : (sonde_str){w->number, strlen(w->number)};
}

static bool is_called(const work *w, sonde_str id) {
  return work_id(w).len == id.len && memcmp(work_id(w).ptr, id.ptr, id.len) == 0;
}

static work *find(const work_pool *pool, const char *user, sonde_str id) {
  work *w = pool->all;
  while (w && !(is_called(w, id) && strcmp(w->user, user) == 0)) w = w->next;
  return w;
}

static bool name_is_taken(const work_pool *pool, const work *w) {
  return name_of(w).ptr && find(pool, w->user, name_of(w));
}

static bool enqueue(work_pool *pool, work *w, work_refusal *why) {
  bool taken = name_is_taken(pool, w);
  *why = taken ? WORK_NAME_TAKEN : WORK_FULL;
  if (taken || pool->ending || !work_queue_put(&pool->queue, &w->item, w->user)) return false;
  snprintf(w->number, sizeof w->number, "%llu", (unsigned long long)++pool->last_number);
  list(pool, w);
  pthread_cond_signal(&pool->more);
  return true;
}

work *work_submit(work_pool *pool, const work_order *order, work_refusal *why) {
  work *w = new_work(pool, order);
  *why = WORK_FULL;
  if (!w) return NULL;
  pthread_mutex_lock(&pool->mutex);
  bool queued = enqueue(pool, w, why);
  pthread_mutex_unlock(&pool->mutex);
  if (queued) return w;
  free_work(w);
  return NULL;
}

const http_request *work_request_of(const work *w) { return &w->request; }

static void cancel(work *w) {
  atomic_store(&w->cancelled, true);
  pthread_mutex_lock(&w->mutex);
  pthread_cond_broadcast(&w->taken);
  pthread_mutex_unlock(&w->mutex);
}

/* A handler that wrote less or more than it had promised has failed, whatever it thinks. */
static void end(work *w) {
  pthread_mutex_lock(&w->mutex);
  bool as_promised = w->length == WORK_UNKNOWN_LENGTH || w->length == w->written;
  bool counted = w->request.method != METHOD_HEAD;
  if (!w->begun || work_cancelled(w) || (counted && !as_promised)) w->failed = true;
  w->ended = true;
  pthread_mutex_unlock(&w->mutex);
}

/* Ends it at once if no thread has begun with it; otherwise the thread will. True: the pool knows it no more. */
static bool withdraw(work_pool *pool, work *w) {
  cancel(w);
  if (!work_queue_remove(&pool->queue, &w->item)) return false;
  unlist(pool, w);
  end(w);
  return true;
}

void work_release(work *w) {
  work_pool *pool = w->pool;
  w->owner = NULL;
  pthread_mutex_lock(&pool->mutex);
  bool waited = withdraw(pool, w);
  pthread_mutex_unlock(&pool->mutex);
  if (waited) let_go(w);
  let_go(w);
}

bool work_cancelled(const work *w) {
  return atomic_load_explicit(&((work *)(uintptr_t)w)->cancelled, memory_order_relaxed);
}

static void note_end_by_user(work *w) {
  pthread_mutex_lock(&w->mutex);
  w->ended_by_user = true;
  pthread_mutex_unlock(&w->mutex);
}

bool work_cancel_named(work_pool *pool, const char *user, sonde_str id) {
  pthread_mutex_lock(&pool->mutex);
  work *w = find(pool, user, id);
  bool found = w != NULL;
  if (found) {
    note_end_by_user(w);
    if (withdraw(pool, w)) tell(w), let_go(w);
  }
  pthread_mutex_unlock(&pool->mutex);
  return found;
}

static bool reserve(work *w, size_t more) {
  if (w->cap - w->len >= more) return true;
  size_t cap = w->len + more > WINDOW ? w->len + more : WINDOW;
  char *bytes = realloc(w->bytes, cap);
  if (!bytes) return false;
  w->bytes = bytes;
  w->cap = cap;
  return true;
}

/* In place of bytes that were taken before, from the file. */
static void bring_more(work *w) {
  if (w->len || !overflow_holds(&w->more)) return;
  if (reserve(w, WINDOW)) w->len = overflow_take(&w->more, w->bytes, WINDOW);
  if (!w->len) w->failed = true;
}

work_news work_take(work *w) {
  pthread_mutex_lock(&w->mutex);
  bring_more(w);
  work_news news = {
      .begun = w->begun && !w->told, .status = w->status, .length = w->length, .fields = w->fields};
  news.bytes = w->bytes, news.len = w->len;
  news.fd = w->fd, news.offset = w->offset, news.file_length = w->file_length;
  news.ended = w->ended && !overflow_holds(&w->more), news.failed = w->failed,
  news.ended_by_user = w->ended_by_user;
  w->told = w->begun;
  w->bytes = NULL;
  w->len = w->cap = 0;
  w->fd = -1;
  pthread_cond_broadcast(&w->taken);
  pthread_mutex_unlock(&w->mutex);
  return news;
}

bool work_begin(work *w, int status, uint64_t length, const char *fields) {
  pthread_mutex_lock(&w->mutex);
  w->fields = strdup(fields);
  w->begun = w->fields != NULL;
  w->failed = !w->begun;
  w->status = status;
  w->length = length;
  pthread_mutex_unlock(&w->mutex);
  return w->begun && !work_cancelled(w);
}

static bool is_too_much(const work *w, size_t more) {
  bool full = overflow_holds(&w->more) || (w->len && w->len + more > WINDOW);
  return full && !work_cancelled(w);
}

/* A reader who takes something now and then is waited for. One who does not shall not keep the worker from others. */
static bool put_aside(work *w, const void *bytes, size_t len) {
  while (is_too_much(w, len)) {
    bool slow = overflow_holds(&w->more) || !patience_wait(&w->taken, &w->mutex, PATIENCE_MS);
    if (slow && is_too_much(w, len) && overflow_put(&w->more, bytes, len)) return true;
    if (slow && is_too_much(w, len)) pthread_cond_wait(&w->taken, &w->mutex);
  }
  return false;
}

static bool put_here(work *w, const void *bytes, size_t len) {
  if (!reserve(w, len)) return w->failed = true, false;
  memcpy(w->bytes + w->len, bytes, len);
  w->len += len;
  return true;
}

/* What waits to be taken may have been too little to be told of. */
static bool append(work *w, const void *bytes, size_t len) {
  if (is_too_much(w, len)) tell(w);
  if (!put_aside(w, bytes, len) && (work_cancelled(w) || !put_here(w, bytes, len))) return false;
  w->written += len;
  return true;
}

static bool write_some(work *w, const char *bytes, size_t len) {
  pthread_mutex_lock(&w->mutex);
  bool written = append(w, bytes, len), much = w->len >= FLUSH_FROM;
  pthread_mutex_unlock(&w->mutex);
  if (much) tell(w);
  return written;
}

bool work_write(work *w, const void *bytes, size_t len) {
  const char *at = bytes;
  if (w->request.method == METHOD_HEAD) {
    w->written += len;
    return !work_cancelled(w);
  }
  while (len) {
    size_t part = len < WINDOW ? len : WINDOW;
    if (!write_some(w, at, part)) return false;
    at += part;
    len -= part;
  }
  return !work_cancelled(w);
}

bool work_flush(work *w) {
  tell(w);
  return !work_cancelled(w);
}

void work_send_file(work *w, int fd, uint64_t offset, uint64_t length) {
  pthread_mutex_lock(&w->mutex);
  w->fd = fd;
  w->offset = offset;
  w->file_length = length;
  w->written = length;
  pthread_mutex_unlock(&w->mutex);
}

void work_fail(work *w) {
  pthread_mutex_lock(&w->mutex);
  w->failed = true;
  pthread_mutex_unlock(&w->mutex);
}

static void answer_problem_body(work *w, int status, const char *fields, const char *code, const char *detail,
                                const char *members) {
  char body[4096];
  out o = {.ptr = body, .cap = sizeof body};
  problem_put(&o, status, code, detail, members);
  if (o.full)
    work_fail(w);
  else if (work_begin(w, status, o.len, fields))
    work_write(w, body, o.len);
}

#define PROBLEM_FIELDS "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"

void work_problem(work *w, int status, const char *code, const char *detail, const char *members) {
  answer_problem_body(w, status, PROBLEM_FIELDS, code, detail, members);
}

void work_busy(work *w, unsigned seconds, const char *code, const char *detail, const char *members) {
  char fields[160];
  snprintf(fields, sizeof fields, PROBLEM_FIELDS "Retry-After: %u\r\n", seconds);
  answer_problem_body(w, 503, fields, code, detail, members);
}

static work *next_work(work_pool *pool) {
  work_item *item;
  while (!(item = work_queue_take(&pool->queue)) && !pool->ending)
    pthread_cond_wait(&pool->more, &pool->mutex);
  return item ? (work *)(void *)((char *)item - offsetof(work, item)) : NULL;
}

static void run(work_pool *pool, work *w) {
  pthread_mutex_unlock(&pool->mutex);
  if (!work_cancelled(w)) w->answer(w, &w->shown, pool->config.context);
  pthread_mutex_lock(&pool->mutex);
}

/* Its name is free before anybody can know that it has ended. */
static void *work_all(void *context) {
  work_pool *pool = context;
  pthread_mutex_lock(&pool->mutex);
  for (work *w; (w = next_work(pool));) {
    pool->running++;
    run(pool, w);
    pool->running--;
    work_queue_done(&pool->queue, &w->item);
    unlist(pool, w);
    end(w);
    tell(w);
    let_go(w);
  }
  pthread_mutex_unlock(&pool->mutex);
  return NULL;
}

work_pool *work_pool_new(const work_config *config) {
  work_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  pool->config = *config;
  pool->room = overflow_room_new(config->overflow, config->overflow_bytes);
  if (!pool->room) {
    free(pool);
    return NULL;
  }
  pool->queue.max = config->queue;
  pool->queue.max_each = config->queue < 4 ? 1 : config->queue / 4;
  pool->queue.max_running = config->threads;
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->more, NULL);
  return pool;
}

bool work_pool_start(work_pool *pool) {
  while (pool->started < pool->config.threads + 1) {
    if (pthread_create(&pool->threads[pool->started], NULL, work_all, pool) != 0) return false;
    pool->started++;
  }
  return true;
}

void work_pool_free(work_pool *pool) {
  if (!pool) return;
  pthread_mutex_lock(&pool->mutex);
  pool->ending = true;
  pool->queue.max_running = UINT32_MAX;
  for (work *w = pool->all; w; w = w->next) cancel(w);
  pthread_cond_broadcast(&pool->more);
  pthread_mutex_unlock(&pool->mutex);
  for (unsigned i = 0; i < pool->started; i++) pthread_join(pool->threads[i], NULL);
  pthread_mutex_destroy(&pool->mutex);
  pthread_cond_destroy(&pool->more);
  overflow_room_leave(pool->room);
  free(pool);
}

bool work_pool_is_busy(const work_pool *pool) {
  return atomic_load_explicit(&((work_pool *)(uintptr_t)pool)->under_way, memory_order_relaxed) > 0;
}

void work_pool_gauges(work_pool *pool, uint64_t *queued, uint64_t *running) {
  pthread_mutex_lock(&pool->mutex);
  *queued = pool->queue.count;
  *running = pool->running;
  pthread_mutex_unlock(&pool->mutex);
}
