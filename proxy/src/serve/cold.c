/* preadv2 with RWF_NOWAIT tells what is in memory; a helper's plain pread brings what is not. */
#include "cold.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

enum { HELPERS_MAX = 16, PIECE = 128 << 10 };

struct cold_job {
  mail news;
  cold_order order;
  cold_job *next;
};

struct cold_reader {
  pthread_mutex_t mutex;
  pthread_cond_t more;
  cold_job *first, **last;
  bool ending;
  unsigned started;
  pthread_t threads[HELPERS_MAX];
};

/* A file system that cannot tell is asked in the plain way. */
ssize_t cold_read_warm(int fd, void *to, size_t len, uint64_t offset) {
  struct iovec part = {to, len};
  ssize_t n = preadv2(fd, &part, 1, (off_t)offset, RWF_NOWAIT);
  if (n >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return n;
  return pread(fd, to, len, (off_t)offset);
}

bool cold_is_warm(int fd, uint64_t offset, uint64_t length) {
  char byte;
  bool cold = (cold_read_warm(fd, &byte, 1, offset) < 0 && errno == EAGAIN) ||
              (cold_read_warm(fd, &byte, 1, offset + length - 1) < 0 && errno == EAGAIN);
  return !cold;
}

static void deliver(mail *m) {
  cold_job *job = (cold_job *)(void *)((char *)m - offsetof(cold_job, news));
  if (job->order.owner) job->order.deliver(job->order.owner);
  job->order.done(job->order.resource);
  free(job);
}

cold_job *cold_submit(cold_reader *r, const cold_order *order) {
  cold_job *job = calloc(1, sizeof *job);
  if (!job) return NULL;
  job->order = *order;
  job->news.deliver = deliver;
  pthread_mutex_lock(&r->mutex);
  *r->last = job;
  r->last = &job->next;
  pthread_cond_signal(&r->more);
  pthread_mutex_unlock(&r->mutex);
  return job;
}

void cold_abandon(cold_job *job) { job->order.owner = NULL; }

/* A read that fails fails again for the loop, which knows what to do then. */
static void warm(const cold_order *o) {
  char *piece = malloc(PIECE);
  for (uint64_t done = 0; piece && done < o->length;) {
    uint64_t left = o->length - done;
    ssize_t n = pread(o->fd, piece, left < PIECE ? (size_t)left : PIECE, (off_t)(o->offset + done));
    if (n <= 0) break;
    done += (uint64_t)n;
  }
  free(piece);
}

static void *read_all(void *context) {
  cold_reader *r = context;
  pthread_mutex_lock(&r->mutex);
  for (;;) {
    while (!r->first && !r->ending) pthread_cond_wait(&r->more, &r->mutex);
    cold_job *job = r->first;
    if (!job) break;
    r->first = job->next;
    if (!r->first) r->last = &r->first;
    pthread_mutex_unlock(&r->mutex);
    warm(&job->order);
    mailbox_post(job->order.box, &job->news);
    pthread_mutex_lock(&r->mutex);
  }
  pthread_mutex_unlock(&r->mutex);
  return NULL;
}

cold_reader *cold_new(void) {
  cold_reader *r = calloc(1, sizeof *r);
  if (!r) return NULL;
  pthread_mutex_init(&r->mutex, NULL);
  pthread_cond_init(&r->more, NULL);
  r->last = &r->first;
  return r;
}

bool cold_start(cold_reader *r, unsigned threads) {
  while (r->started < threads && r->started < HELPERS_MAX) {
    if (pthread_create(&r->threads[r->started], NULL, read_all, r) != 0) return false;
    r->started++;
  }
  return true;
}

void cold_free(cold_reader *r) {
  if (!r) return;
  pthread_mutex_lock(&r->mutex);
  r->ending = true;
  pthread_cond_broadcast(&r->more);
  pthread_mutex_unlock(&r->mutex);
  for (unsigned i = 0; i < r->started; i++) pthread_join(r->threads[i], NULL);
  pthread_mutex_destroy(&r->mutex);
  pthread_cond_destroy(&r->more);
  free(r);
}
