/* host.h — a host in memory for tests: a lead engine, helpers, one file as bytes; how it behaves is drawn at random. */
#ifndef SONDE_TESTS_HOST_H
#define SONDE_TESTS_HOST_H
#include <sonde.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

#define HOST_ENGINES 9u
#define HOST_SOURCES 3u

typedef struct {
  const uint8_t *bytes;
  size_t size;
} host_file;

typedef struct {
  sonde_engine *engines[HOST_ENGINES]; /* the lead first */
  uint32_t n_engines;
  host_file files[HOST_SOURCES]; /* source i + 1 */
  random_state random;
  bool erratic; /* withholds bytes, reorders, changes budgets */
} host;

typedef struct {
  sonde_code code;
  sonde_error error;
  uint8_t *info, *page; /* malloc; info ends with a zero byte */
  size_t info_len, page_len;
} host_answer;

static inline void host_open(host *h, uint32_t helpers, uint64_t limit, uint64_t seed, bool erratic) {
  sonde_error err;
  *h = (host){.n_engines = helpers + 1, .random = {seed}, .erratic = erratic};
  sonde_config config = {sizeof config, limit, limit / 2, NULL, NULL};
  for (uint32_t i = 0; i < h->n_engines; i++) h->engines[i] = sonde_engine_new(&config, &err);
}

static inline void host_file_add(host *h, uint32_t source, const void *bytes, size_t size) {
  sonde_error err;
  h->files[source - 1] = (host_file){bytes, size};
  for (uint32_t i = 0; i < h->n_engines; i++) sonde_source_add(h->engines[i], source, size, &err);
}

static inline void host_close(host *h) {
  for (uint32_t i = 0; i < h->n_engines; i++) sonde_engine_free(h->engines[i]);
}

/* Brings what a job wants: all of it, or some of it, last one first. */
static inline bool host_bring(host *h, sonde_engine *e, sonde_job *j) {
  sonde_want wants[16];
  size_t n = sonde_job_wants(j, wants, 16),
         first = h->erratic && n > 1 ? random_below(&h->random, (uint32_t)n) : 0;
  for (size_t i = n; i-- > first;) {
    sonde_error err;
    void *to = sonde_reserve(e, wants[i].source, wants[i].offset, wants[i].length, &err);
    if (!to) return false;
    memcpy(to, h->files[wants[i].source - 1].bytes + wants[i].offset, wants[i].length);
    sonde_commit(e, to, wants[i].length);
  }
  return n > 0;
}

typedef struct {
  uint32_t id;
  sonde_job *job;
  sonde_engine *engine;
} host_fragment;

static inline uint32_t host_budget(host *h) { return h->erratic ? random_below(&h->random, 20000) : 0; }

/* One step of a fragment that is out; true when it has ended, whichever way. */
static inline bool host_step_fragment(host *h, sonde_job *lead, const host_fragment *f) {
  sonde_error err = {0};
  switch (sonde_job_step(f->job, host_budget(h), &err)) {
  case SONDE_DONE: {
    sonde_page p = sonde_job_page(f->job);
    sonde_job_give(lead, f->id, p.base, p.size);
    break;
  }
  case SONDE_NEED:
    if (host_bring(h, f->engine, f->job)) return false;
    sonde_job_give_back(lead, f->id);
    break;
  case SONDE_FAIL: sonde_job_give_error(lead, f->id, &err); break;
  default: return false;
  }
  sonde_job_free(f->job);
  return true;
}

static inline void host_take(host *h, sonde_job *lead, host_fragment *out, uint32_t *n, uint32_t cap) {
  sonde_fragment f;
  sonde_error err;
  while (h->n_engines > 1 && *n < cap && sonde_job_take(lead, &f)) {
    if (h->erratic && random_below(&h->random, 8) == 0) { /* a worker that died */
      sonde_job_give_back(lead, f.id);
      return;
    }
    sonde_engine *e = h->engines[1 + (h->erratic ? random_below(&h->random, h->n_engines - 1)
                                                 : f.affinity % (h->n_engines - 1))];
    sonde_job *job = sonde_fragment_start(e, f.bytes, f.len, &err);
    if (!job) {
      sonde_job_give_error(lead, f.id, &err);
      return;
    }
    out[(*n)++] = (host_fragment){f.id, job, e};
  }
}

static inline uint8_t *host_copy(const void *p, size_t n) {
  uint8_t *copy = malloc(n + 1);
  if (n) memcpy(copy, p, n);
  copy[n] = 0;
  return copy;
}

static inline void host_keep_page(host_answer *a, sonde_page p) {
  a->page = realloc(a->page, a->page_len + p.size + 1);
  memcpy(a->page + a->page_len, p.base, p.size);
  a->page_len += p.size;
}

/* Runs a job to its end. Pages are put one behind the other. */
static inline host_answer host_run(host *h, const char *spec) {
  host_answer a = {0};
  sonde_job *j = sonde_job_start(h->engines[0], (sonde_str){spec, strlen(spec)}, &a.error);
  if (!j) {
    a.code = a.error.code;
    return a;
  }
  host_fragment out[16];
  uint32_t n = 0;
  for (sonde_step s = SONDE_YIELD; s != SONDE_DONE;) {
    s = sonde_job_step(j, host_budget(h), &a.error);
    if (s == SONDE_FAIL) {
      a.code = a.error.code;
      break;
    }
    if (s == SONDE_PAGE) host_keep_page(&a, sonde_job_page(j));
    if (s == SONDE_NEED && !host_bring(h, h->engines[0], j)) {
      a.code = SONDE_LIMIT;
      break;
    }
    if (s == SONDE_SPLIT || s == SONDE_YIELD) host_take(h, j, out, &n, 16);
    if (n == 0) continue;
    uint32_t i = h->erratic ? random_below(&h->random, n) : 0;
    if (host_step_fragment(h, j, &out[i])) out[i] = out[--n];
  }
  while (n > 0) sonde_job_free(out[--n].job);
  if (a.code == SONDE_OK) {
    sonde_str info = sonde_job_info(j);
    a.info = host_copy(info.ptr, info.len);
    a.info_len = info.len;
  }
  sonde_job_free(j);
  return a;
}

static inline void host_answer_free(host_answer *a) {
  free(a->info);
  free(a->page);
}
#endif
