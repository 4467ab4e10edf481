/* Fragments of a block that some thread has seen go to that thread, which keeps what it decoded; those of new blocks
 * lie in one common queue, so that whoever is free takes the next. */
#include "pool.h"
#include "text.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the fragments of a stage share: one copy for all threads, as long as a task or the pool refers to it. */
typedef struct {
  atomic_uint users;
  uint32_t id;
  size_t len;
  uint8_t bytes[];
} shared;

typedef struct task {
  struct task *next;
  uint32_t id;
  uint64_t affinity;
  shared *shared; /* NULL: none */
  size_t len;
  uint8_t bytes[];
} task;

typedef struct {
  task *first, **end;
} queue;

typedef struct {
  pool *pool;
  sonde_engine *engine;
  uint32_t known_sources;
  uint32_t knows; /* the shared bytes that its engine was given last; 0: none */
  queue own;
  pthread_t thread;
} worker;

/* Who ran which block; an entry overwritten by another block costs a second decoding, nothing else. */
enum { HOMES = 1 << 14 };
typedef struct {
  uint64_t affinity;
  worker *worker;
} home;

struct pool {
  const byte_sources *sources;
  size_t pending;
  int niceness;
  bool keeps;     /* engines keep what they decoded */
  shared *shared; /* of the task submitted last */
  unsigned n_workers;
  pthread_mutex_t lock; /* guards all below */
  pthread_cond_t work, done;
  bool ending;
  queue fresh;
  pool_result *results;
  home homes[HOMES];
  worker workers[];
};

static void queue_init(queue *q) {
  q->first = NULL;
  q->end = &q->first;
}

static void queue_put(queue *q, task *t) {
  t->next = NULL;
  *q->end = t;
  q->end = &t->next;
}

static task *queue_take(queue *q) {
  task *t = q->first;
  if (!t) return NULL;
  q->first = t->next;
  if (!q->first) q->end = &q->first;
  return t;
}

static void shared_release(shared *s) {
  if (s && atomic_fetch_sub(&s->users, 1) == 1) free(s);
}

static void task_free(task *t) {
  shared_release(t->shared);
  free(t);
}

static home *home_of(pool *p, uint64_t affinity) {
  return &p->homes[affinity * UINT64_C(0x9e3779b97f4a7c15) >> 50];
}

static worker *known_worker(pool *p, uint64_t affinity) {
  const home *h = home_of(p, affinity);
  return h->affinity == affinity ? h->worker : NULL;
}

static task *take_task(worker *w) {
  task *t = queue_take(&w->own);
  if (t) return t;
  t = queue_take(&w->pool->fresh);
  if (t && w->pool->keeps) *home_of(w->pool, t->affinity) = (home){t->affinity, w};
  return t;
}

/* NULL at the end of the pool. */
static task *wait_for_task(worker *w) {
  pool *p = w->pool;
  task *t = NULL;
  pthread_mutex_lock(&p->lock);
  while (!p->ending && !(t = take_task(w))) pthread_cond_wait(&p->work, &p->lock);
  pthread_mutex_unlock(&p->lock);
  return t;
}

static void keep_page(const sonde_job *job, pool_result *r) {
  sonde_page page = sonde_job_page(job);
  r->bytes = memory_of(page.size);
  r->len = page.size;
  if (page.size) memcpy(r->bytes, page.base, page.size);
}

static void step_to_end(worker *w, sonde_job *job, pool_result *r) {
  for (;;) {
    switch (sonde_job_step(job, 1000000, &r->error)) {
    case SONDE_YIELD: break;
    case SONDE_NEED:
      if (!bytes_bring(w->engine, job, w->pool->sources, &r->error)) return;
      break;
    case SONDE_DONE: keep_page(job, r); return;
    case SONDE_FAIL: return;
    case SONDE_PAGE:
    case SONDE_SPLIT:
    case SONDE_SPILL:
      r->error = (sonde_error){.code = SONDE_MISUSE, .message = "a fragment has one page and no fragments"};
      return;
    }
  }
}

/* An engine holds the shared bytes of one stage at a time. */
static bool share(worker *w, const shared *s, sonde_error *err) {
  uint32_t id = s ? s->id : 0;
  if (w->knows == id) return true;
  if (w->knows) sonde_unshare(w->engine, w->knows);
  w->knows = 0;
  if (s && sonde_share(w->engine, id, s->bytes, s->len, err) != SONDE_OK) return false;
  w->knows = id;
  return true;
}

static pool_result *run(worker *w, const task *t) {
  pool_result *r = memory_of(sizeof *r);
  *r = (pool_result){.id = t->id};
  if (!bytes_register(w->engine, w->pool->sources, w->known_sources, &r->error)) return r;
  w->known_sources = w->pool->sources->count;
  if (!share(w, t->shared, &r->error)) return r;
  sonde_job *job = sonde_fragment_start(w->engine, t->bytes, t->len, &r->error);
  if (job) step_to_end(w, job, r);
  if (!r->bytes && r->error.code == SONDE_OK) r->error.code = SONDE_MISUSE;
  sonde_job_free(job);
  return r;
}

static void hand_in(pool *p, pool_result *r) {
  pthread_mutex_lock(&p->lock);
  r->next = p->results;
  p->results = r;
  pthread_cond_signal(&p->done);
  pthread_mutex_unlock(&p->lock);
}

static void *work(void *arg) {
  worker *w = arg;
  if (w->pool->niceness) setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), w->pool->niceness);
  for (task *t; (t = wait_for_task(w));) {
    hand_in(w->pool, run(w, t));
    task_free(t);
  }
  return NULL;
}

static bool start_worker(pool *p, const sonde_config *config, sonde_error *err) {
  worker *w = &p->workers[p->n_workers];
  w->pool = p;
  queue_init(&w->own);
  w->engine = sonde_engine_new(config, err);
  if (!w->engine) return false;
  int failed = pthread_create(&w->thread, NULL, work, w);
  if (!failed) {
    p->n_workers++;
    return true;
  }
  sonde_engine_free(w->engine);
  *err = (sonde_error){.code = SONDE_LIMIT};
  snprintf(err->message, sizeof err->message, "cannot start thread %u: %s", p->n_workers + 1,
           strerror(failed));
  return false;
}

pool *pool_new(unsigned threads, int niceness, const sonde_config *config, const byte_sources *sources,
               sonde_error *err) {
  size_t size = sizeof(pool) + threads * sizeof(worker);
  pool *p = memory_of(size);
  memset(p, 0, size);
  p->sources = sources;
  p->niceness = niceness;
  p->keeps = config->keep_limit > 0;
  queue_init(&p->fresh);
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->work, NULL);
  pthread_cond_init(&p->done, NULL);
  for (unsigned i = 0; i < threads; i++) {
    if (start_worker(p, config, err)) continue;
    pool_free(p);
    return NULL;
  }
  return p;
}

static size_t drop_tasks(queue *q) {
  size_t dropped = 0;
  for (task *t; (t = queue_take(q)); dropped++) task_free(t);
  return dropped;
}

void pool_free(pool *p) {
  if (!p) return;
  pthread_mutex_lock(&p->lock);
  p->ending = true;
  pthread_cond_broadcast(&p->work);
  pthread_mutex_unlock(&p->lock);
  for (unsigned i = 0; i < p->n_workers; i++) {
    pthread_join(p->workers[i].thread, NULL);
    sonde_engine_free(p->workers[i].engine);
    drop_tasks(&p->workers[i].own);
  }
  drop_tasks(&p->fresh);
  pool_results_free(p->results);
  shared_release(p->shared);
  pthread_cond_destroy(&p->done);
  pthread_cond_destroy(&p->work);
  pthread_mutex_destroy(&p->lock);
  free(p);
}

/* The copy of a fragment's shared bytes that the task before had too, or a new one; for one more user. */
static shared *shared_of(pool *p, const sonde_fragment *fragment) {
  if (p->shared && p->shared->id != fragment->shared) {
    shared_release(p->shared);
    p->shared = NULL;
  }
  if (!fragment->shared) return NULL;
  if (!p->shared) {
    p->shared = memory_of(sizeof *p->shared + fragment->shared_len);
    atomic_init(&p->shared->users, 1);
    p->shared->id = fragment->shared;
    p->shared->len = fragment->shared_len;
    if (fragment->shared_len) memcpy(p->shared->bytes, fragment->shared_bytes, fragment->shared_len);
  }
  atomic_fetch_add(&p->shared->users, 1);
  return p->shared;
}

void pool_submit(pool *p, const sonde_fragment *fragment) {
  task *t = memory_of(sizeof *t + fragment->len);
  t->id = fragment->id;
  t->shared = shared_of(p, fragment);
  t->affinity = fragment->affinity;
  t->len = fragment->len;
  if (t->len) memcpy(t->bytes, fragment->bytes, t->len);
  p->pending++;
  pthread_mutex_lock(&p->lock);
  worker *w = known_worker(p, t->affinity);
  queue_put(w ? &w->own : &p->fresh, t);
  pthread_cond_broadcast(&p->work);
  pthread_mutex_unlock(&p->lock);
}

pool_result *pool_collect(pool *p) {
  if (!p->pending) return NULL;
  pthread_mutex_lock(&p->lock);
  while (!p->results) pthread_cond_wait(&p->done, &p->lock);
  pool_result *all = p->results;
  p->results = NULL;
  pthread_mutex_unlock(&p->lock);
  for (const pool_result *r = all; r; r = r->next) p->pending--;
  return all;
}

void pool_results_free(pool_result *r) {
  while (r) {
    pool_result *next = r->next;
    free(r->bytes);
    free(r);
    r = next;
  }
}

void pool_discard(pool *p) {
  pthread_mutex_lock(&p->lock);
  p->pending -= drop_tasks(&p->fresh);
  for (unsigned i = 0; i < p->n_workers; i++) p->pending -= drop_tasks(&p->workers[i].own);
  pthread_mutex_unlock(&p->lock);
  while (p->pending) pool_results_free(pool_collect(p));
}
