/* host.h — a host of engines for tests, in one thread: a lead, any number of helpers, bytes from memory. With a random state it
 * answers wants partly, late and in another order, and lets fragments run and return in any order; without, it is plain. */
#ifndef SONDE_TESTS_HOST_H
#define SONDE_TESTS_HOST_H
#include <sonde.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

#define HOST_ENGINES 8
#define HOST_INFO 65536
#define HOST_MORE 16

typedef struct {
  uint64_t held, calls, fail_at; /* the fail_at-th allocation and all later ones fail; 0: none does */
  bool once;                     /* only that one */
} heap;

typedef struct {
  uint8_t *data;
  size_t len, cap;
} bytes;

typedef struct {
  sonde_engine *lead, *helpers[HOST_ENGINES];
  uint32_t n_helpers;
  uint32_t shared[HOST_ENGINES]; /* what each helper was given last (sonde_share) */
  const void *file;              /* source 1 */
  uint64_t size, readable;       /* reads end at `readable` */
  bytes spool;           /* source 2: what host_inflate brought, or what the job spills that names it */
  uint64_t spool_room;   /* of a job that spills; 0: there is no end */
  bytes more[HOST_MORE]; /* sources 3 and up; borrowed */
  uint32_t n_more;
  random_state *random; /* NULL: no surprises */
  uint32_t budget_us;
  sonde_error err;      /* of the job that failed last */
  char info[HOST_INFO]; /* of the job that ended last */
  bytes pages;          /* of that job, one after the other */
  uint32_t n_pages;
  uint64_t n_taken; /* fragments, so far */
  bool all_at_once; /* helpers are done with all they took before the lead goes on */
  uint64_t brought; /* bytes of files, so far */
  uint64_t steps,
      steps_max; /* a job that takes more is ended: it hangs, or (`patient`) is meant to end early */
  bool patient;
} host;

static inline void *heap_resize(void *user, void *ptr, size_t old_size, size_t new_size) {
  heap *h = user;
  if (new_size == 0) {
    h->held -= old_size;
    free(ptr);
    return NULL;
  }
  if (h->fail_at && (++h->calls == h->fail_at || (h->calls > h->fail_at && !h->once))) return NULL;
  void *moved = realloc(ptr, new_size);
  if (moved) h->held += new_size - old_size;
  return moved;
}

static inline sonde_str text_of(const char *s) { return (sonde_str){s, strlen(s)}; }

static inline void bytes_put(bytes *b, const void *data, size_t len) {
  if (b->len + len > b->cap) {
    b->cap = (b->len + len) * 2;
    b->data = realloc(b->data, b->cap);
    if (!b->data) abort();
  }
  if (len) memcpy(b->data + b->len, data, len);
  b->len += len;
}

/* The lead and its helpers know the file as source 1. False: host->err says why not. */
static inline bool host_open(host *h, const sonde_config *config, uint32_t n_helpers, const void *file,
                             uint64_t size) {
  *h = (host){.file = file, .size = size, .readable = size, .steps_max = 1000000};
  h->lead = sonde_engine_new(config, &h->err);
  if (!h->lead || sonde_source_add(h->lead, 1, size, &h->err) != SONDE_OK) return false;
  for (; h->n_helpers < n_helpers; h->n_helpers++) {
    sonde_engine *e = h->helpers[h->n_helpers] = sonde_engine_new(config, &h->err);
    if (!e || sonde_source_add(e, 1, size, &h->err) != SONDE_OK) return false;
  }
  return true;
}

static inline void host_close(host *h) {
  sonde_engine_free(h->lead);
  for (uint32_t i = 0; i < HOST_ENGINES; i++) sonde_engine_free(h->helpers[i]);
  free(h->pages.data);
  free(h->spool.data);
}

/* One more file, as source 3 and up; 0: host->err says why not. */
static inline sonde_source host_add(host *h, bytes file) {
  sonde_source id = 3 + h->n_more;
  if (h->n_more == HOST_MORE) abort();
  h->more[h->n_more++] = file;
  sonde_code code = sonde_source_add(h->lead, id, file.len, &h->err);
  for (uint32_t i = 0; code == SONDE_OK && i < h->n_helpers; i++)
    code = sonde_source_add(h->helpers[i], id, file.len, &h->err);
  return code == SONDE_OK ? id : 0;
}

static inline uint32_t host_pick(host *h, uint32_t n) { return h->random ? random_below(h->random, n) : 0; }

static inline sonde_code host_bring(host *h, sonde_engine *e, sonde_want w, sonde_error *err) {
  uint8_t *to = sonde_reserve(e, w.source, w.offset, w.length, err);
  if (!to) return err->code;
  const bytes *kept = w.source == 2 ? &h->spool : &h->more[w.source < 3 ? 0 : w.source - 3];
  const uint8_t *from = w.source == 1 ? h->file : kept->data;
  uint64_t end = w.source == 1 ? h->readable : kept->len, left = end > w.offset ? end - w.offset : 0;
  uint64_t n = w.length < left ? w.length : left;
  if (n) memcpy(to, from + w.offset, (size_t)n);
  h->brought += n;
  sonde_commit(e, to, (uint32_t)n);
  return SONDE_OK;
}

/* Brings all that a job wants, or at random only some of it, in any order. */
static inline sonde_code host_answer(host *h, sonde_engine *e, const sonde_job *j, sonde_error *err) {
  sonde_want wants[64];
  size_t n = sonde_job_wants(j, wants, 64);
  for (size_t left = n; left > 0;) {
    uint32_t i = host_pick(h, (uint32_t)left);
    sonde_code code = host_bring(h, e, wants[i], err);
    if (code != SONDE_OK) return code;
    wants[i] = wants[--left];
    if (h->random && left < n && random_below(h->random, 3) == 0) break;
  }
  return SONDE_OK;
}

/* ---- fragments on their way ---- */

typedef struct {
  uint32_t id;
  sonde_engine *engine;
  sonde_job *job;
  bool done, needs;
} errand;

typedef struct {
  errand *list;
  uint32_t n, cap;
} errands;

static inline sonde_code host_share(host *h, uint32_t helper, const sonde_fragment *f, sonde_error *err) {
  if (h->shared[helper] == f->shared) return SONDE_OK;
  sonde_unshare(h->helpers[helper], h->shared[helper]);
  h->shared[helper] = f->shared;
  return f->shared ? sonde_share(h->helpers[helper], f->shared, f->shared_bytes, f->shared_len, err)
                   : SONDE_OK;
}

static inline bool errand_begin(host *h, errands *x, const sonde_fragment *f, sonde_error *err) {
  if (x->n == x->cap) {
    x->cap = x->cap ? x->cap * 2 : 16;
    x->list = realloc(x->list, x->cap * sizeof *x->list);
    if (!x->list) abort();
  }
  uint64_t home = h->random && random_below(h->random, 4) == 0 ? random_next(h->random) : f->affinity;
  errand *a = &x->list[x->n];
  *a = (errand){.id = f->id, .engine = h->helpers[home % h->n_helpers]};
  if (host_share(h, (uint32_t)(home % h->n_helpers), f, err) != SONDE_OK) return false;
  a->job = sonde_fragment_start(a->engine, f->bytes, f->len, err);
  if (a->job) x->n++;
  h->n_taken++;
  return a->job != NULL;
}

static inline void errand_end(errands *x, uint32_t i) {
  sonde_job_free(x->list[i].job);
  x->list[i] = x->list[--x->n];
}

/* One thing happens to one fragment: its bytes come, it runs, its result is given, it is given back. */
static inline void errand_advance(host *h, sonde_job *lead, errands *x) {
  uint32_t i = host_pick(h, x->n);
  errand *a = &x->list[i];
  sonde_error err = {0};
  sonde_code code = SONDE_OK;
  if (a->done) {
    sonde_page result = sonde_job_page(a->job);
    sonde_job_give(lead, a->id, result.base, result.size);
    errand_end(x, i);
    return;
  }
  if (h->random && random_below(h->random, 30) == 0) {
    sonde_job_give_back(lead, a->id);
    errand_end(x, i);
    return;
  }
  if (a->needs) {
    code = host_answer(h, a->engine, a->job, &err);
    a->needs = false;
  } else {
    sonde_step s = sonde_job_step(a->job, h->budget_us, &err);
    if (s == SONDE_FAIL) code = err.code;
    a->done = s == SONDE_DONE;
    a->needs = s == SONDE_NEED;
  }
  if (code == SONDE_OK) return;
  sonde_job_give_error(lead, a->id, &err);
  errand_end(x, i);
}

static inline void host_take(host *h, sonde_job *j, errands *x) {
  sonde_fragment f;
  sonde_error err = {0};
  while (h->n_helpers && (!h->random || random_below(h->random, 8)) && sonde_job_take(j, &f))
    if (!errand_begin(h, x, &f, &err)) sonde_job_give_error(j, f.id, &err);
}

/* ---- jobs ---- */

static inline void host_keep_info(host *h, sonde_job *j) {
  sonde_str info = sonde_job_info(j);
  size_t n = info.len < HOST_INFO - 1 ? info.len : HOST_INFO - 1;
  memcpy(h->info, info.ptr, n);
  h->info[n] = 0;
}

static inline sonde_code host_spill(host *h, sonde_page rows) {
  if (h->spool_room && h->spool.len + rows.size > h->spool_room) {
    h->err.code = SONDE_BYTES;
    return SONDE_BYTES;
  }
  bytes_put(&h->spool, rows.base, rows.size);
  return sonde_source_add(h->lead, 2, h->spool.len, &h->err);
}

/* A spool is empty when a job begins. */
static inline sonde_code host_empty_spool(host *h) {
  h->spool.len = 0;
  sonde_source_drop(h->lead, 2);
  return sonde_source_add(h->lead, 2, 0, &h->err);
}

static inline sonde_step host_step(host *h, sonde_job *j, errands *x) {
  sonde_step s = sonde_job_step(j, h->budget_us, &h->err);
  if (s == SONDE_PAGE) {
    sonde_page page = sonde_job_page(j);
    bytes_put(&h->pages, page.base, page.size);
    h->n_pages++;
  }
  if (s == SONDE_SPILL) return host_spill(h, sonde_job_page(j)) == SONDE_OK ? s : SONDE_FAIL;
  if (s == SONDE_NEED && host_answer(h, h->lead, j, &h->err) != SONDE_OK) return SONDE_FAIL;
  if (s == SONDE_SPLIT || s == SONDE_YIELD) host_take(h, j, x);
  if (s == SONDE_FAIL || s == SONDE_DONE || !x->n) return s;
  do errand_advance(h, j, x);
  while (h->all_at_once && x->n);
  return s;
}

/* Runs a job to its end; info and pages are kept, or the error is in host->err. */
static inline sonde_code host_run(host *h, const char *spec) {
  h->pages.len = h->n_pages = 0;
  h->info[0] = 0;
  h->err = (sonde_error){0};
  if (strstr(spec, "\"spool\":2") && host_empty_spool(h) != SONDE_OK) return h->err.code;
  sonde_job *j = sonde_job_start(h->lead, text_of(spec), &h->err);
  if (!j) return h->err.code;
  errands x = {0};
  sonde_step s;
  h->steps = 0;
  do s = h->steps++ < h->steps_max ? host_step(h, j, &x) : SONDE_FAIL;
  while (s != SONDE_DONE && s != SONDE_FAIL);
  if (s == SONDE_DONE) host_keep_info(h, j);
  if (h->steps > h->steps_max && !h->patient) fprintf(stderr, "a job hangs: %s\n", spec);
  while (x.n) errand_end(&x, 0);
  free(x.list);
  sonde_job_free(j);
  return s == SONDE_DONE ? SONDE_OK : h->err.code ? h->err.code : SONDE_MISUSE;
}

/* Inflates table 1 to source 2. */
static inline sonde_code host_inflate(host *h) {
  sonde_code code = host_run(h, "{\"job\":\"inflate\",\"source\":1,\"table\":1}");
  if (code != SONDE_OK) return code;
  bytes_put(&h->spool, h->pages.data, h->pages.len);
  code = sonde_source_add(h->lead, 2, h->spool.len, &h->err);
  for (uint32_t i = 0; code == SONDE_OK && i < h->n_helpers; i++)
    code = sonde_source_add(h->helpers[i], 2, h->spool.len, &h->err);
  return code == SONDE_OK ? host_run(h, "{\"job\":\"spool\",\"table\":1,\"source\":2}") : code;
}

/* Opens the file as table 1 and inflates it if it is compressed. */
static inline sonde_code host_table(host *h) {
  sonde_code code = host_run(h, "{\"job\":\"open\",\"source\":1,\"name\":\"t\"}");
  return code == SONDE_OK && strstr(h->info, "\"needs_inflate\":true") ? host_inflate(h) : code;
}

/* The number behind "name": in the info; fails the comparison it is used in (UINT64_MAX) when it is not there. */
static inline uint64_t host_number(const host *h, const char *name) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = strstr(h->info, key);
  return at ? strtoull(at + strlen(key), NULL, 10) : UINT64_MAX;
}
#endif
