/* Drives jobs: brings wanted bytes, hands fragments to the pool and their results back. */
#include "host.h"
#include "bytes.h"
#include "pool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Between two looks at progress. */
enum { STEP_US = 50000 };
/* What an engine may hold when nothing was said about it. */
enum { ENGINE_MEMORY = 256 << 20 };

typedef struct {
  int fd;
  uint64_t size;
  int failed; /* errno */
} spool;

struct host {
  char *path;
  struct stat stat; /* when it was opened */
  byte_sources sources;
  sonde_config lead, config; /* of the engine that runs jobs; of each other */
  sonde_engine *engine;
  unsigned threads;
  int niceness;
  pool *pool;     /* begun with the first fragments; NULL with one thread */
  uint32_t spool; /* source that queries spill to; 0: none */
  host_progress_fn progress;
  void *progress_user;
  host_stop_fn stop;
  void *stop_user;
  host_rest_fn rest;
  void *rest_user;
  uint64_t job_memory;
  bool ran_short, has_no_room;
};

__attribute__((format(printf, 3, 4))) static bool fail(sonde_error *err, sonde_code code, const char *format,
                                                       ...) {
  va_list args;
  va_start(args, format);
  *err = (sonde_error){.code = code};
  vsnprintf(err->message, sizeof err->message, format, args);
  va_end(args);
  return false;
}

static int open_ordinary(const char *path, struct stat *st, sonde_error *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(err, SONDE_BYTES, "cannot open %s: %s", path, strerror(errno));
  if (fd < 0 || (fstat(fd, st) == 0 && S_ISREG(st->st_mode))) return fd;
  fail(err, SONDE_BYTES, "%s is no ordinary file; a pipe or device has to be saved to one first", path);
  close(fd);
  return -1;
}

static bool open_file(host *h, sonde_error *err) {
  int fd = open_ordinary(h->path, &h->stat, err);
  if (fd < 0) return false;
  h->sources.files[0].fd = fd;
  h->sources.files[0].size = (uint64_t)h->stat.st_size;
  h->sources.count = 1;
  return true;
}

uint32_t host_add_open(host *h, int fd, sonde_error *err) {
  struct stat st;
  uint32_t at = h->sources.count;
  if (at == SOURCES_MAX || fstat(fd, &st) != 0) {
    close(fd);
    return fail(err, SONDE_LIMIT, "more than %d files", SOURCES_MAX);
  }
  h->sources.files[at].fd = fd;
  h->sources.files[at].size = (uint64_t)st.st_size;
  h->sources.count++;
  return bytes_register(h->engine, &h->sources, at, err) ? at + 1 : 0;
}

uint32_t host_add(host *h, const char *path, sonde_error *err) {
  struct stat st;
  int fd = open_ordinary(path, &st, err);
  return fd < 0 ? 0 : host_add_open(h, fd, err);
}

uint32_t host_sources(const host *h) { return h->sources.count; }

static sonde_config engine_config(uint64_t memory, const host_options *options) {
  return (sonde_config){.struct_size = sizeof(sonde_config),
                        .memory_limit = memory,
                        .keep_limit = options->keep_columns ? memory / 2 : 0,
                        .block_bytes = options->block_bytes};
}

/* One engine for the job and one for each thread. */
static void configure(host *h, const host_options *options) {
  unsigned others = h->threads > 1 ? h->threads : 0;
  uint64_t lead = options->memory ? options->memory / (others + 1) : ENGINE_MEMORY, other = lead;
  if (options->gathers && others) {
    lead = options->memory / 2;
    other = lead / others;
  }
  h->lead = engine_config(lead, options);
  h->config = engine_config(other, options);
}

host *host_open(const host_options *options, sonde_error *err) {
  host *h = memory_of(sizeof *h);
  *h = (host){.path = options->path ? strdup(options->path) : NULL,
              .threads = options->threads,
              .niceness = options->niceness,
              .job_memory = UINT64_MAX};
  configure(h, options);
  if (!options->path || (h->path && open_file(h, err))) h->engine = sonde_engine_new(&h->lead, err);
  if (h->engine && bytes_register(h->engine, &h->sources, 0, err)) return h;
  host_close(h);
  return NULL;
}

void host_close(host *h) {
  if (!h) return;
  pool_free(h->pool);
  sonde_engine_free(h->engine);
  for (uint32_t i = 0; i < h->sources.count; i++) close(h->sources.files[i].fd);
  free(h->path);
  free(h);
}

const char *host_path(const host *h) { return h->path; }
uint64_t host_file_size(const host *h) { return h->sources.files[0].size; }

bool host_file_unchanged(const host *h, sonde_error *err) {
  struct stat s;
  bool same = fstat(h->sources.files[0].fd, &s) == 0 && s.st_size == h->stat.st_size &&
              s.st_mtim.tv_sec == h->stat.st_mtim.tv_sec && s.st_mtim.tv_nsec == h->stat.st_mtim.tv_nsec;
  return same || fail(err, SONDE_BYTES, "%s was changed while it was being read; read it again", h->path);
}

void host_watch(host *h, host_progress_fn progress, void *user) {
  h->progress = progress;
  h->progress_user = user;
}

void host_stop_when(host *h, host_stop_fn stop, void *user) {
  h->stop = stop;
  h->stop_user = user;
}

void host_rest_with(host *h, host_rest_fn rest, void *user) {
  h->rest = rest;
  h->rest_user = user;
}

void host_limit_jobs(host *h, uint64_t memory) { h->job_memory = memory; }
bool host_ran_short(const host *h) { return h->ran_short; }
bool host_has_no_room(const host *h) { return h->has_no_room; }

static pool_result *collect(host *h) {
  if (h->rest) h->rest(h->rest_user, true);
  pool_result *all = pool_collect(h->pool);
  if (h->rest) h->rest(h->rest_user, false);
  return all;
}

static void give_results(host *h, sonde_job *job) {
  pool_result *all = collect(h);
  for (const pool_result *r = all; r; r = r->next) {
    if (r->error.code == SONDE_OK)
      sonde_job_give(job, r->id, r->bytes, r->len);
    else
      sonde_job_give_error(job, r->id, &r->error);
  }
  pool_results_free(all);
}

/* Takes all fragments there are: the engine decides how many it offers at a time. With one thread none is taken, and
 * the job runs them itself. */
static bool split(host *h, sonde_job *job, sonde_error *err) {
  sonde_fragment fragment;
  if (h->threads < 2) return true;
  if (!h->pool) h->pool = pool_new(h->threads, h->niceness, &h->config, &h->sources, err);
  if (!h->pool) return false;
  while (sonde_job_take(job, &fragment)) pool_submit(h->pool, &fragment);
  give_results(h, job);
  return true;
}

/* Not /tmp, which is memory on many machines. */
static const char *spool_folder(void) {
  const char *named = getenv("TMPDIR");
  return named && *named ? named : "/var/tmp";
}

static int open_spool(void) {
  int fd = open(spool_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return fd;
  text name = {0};
  text_print(&name, "%s/sonde-XXXXXX", spool_folder());
  fd = mkostemp(name.ptr, O_CLOEXEC);
  if (fd >= 0) unlink(name.ptr);
  text_free(&name);
  return fd;
}

static bool spool_page(void *user, sonde_page page) {
  spool *s = user;
  for (size_t done = 0; done < page.size && !s->failed;) {
    ssize_t n = write(s->fd, page.base + done, page.size - done);
    if (n > 0)
      done += (size_t)n;
    else if (errno != EINTR)
      s->failed = errno;
  }
  s->size += page.size;
  return !s->failed;
}

static bool cannot_keep(host *h, int failed, sonde_error *err) {
  h->has_no_room = true;
  return fail(err, SONDE_BYTES, "cannot keep bytes in %s: %s; TMPDIR names another folder", spool_folder(),
              strerror(failed));
}

static bool spill(host *h, sonde_page page, sonde_error *err) {
  uint32_t at = h->spool - 1;
  spool s = {.fd = h->sources.files[at].fd, .size = h->sources.files[at].size};
  if (!spool_page(&s, page)) return cannot_keep(h, s.failed, err);
  h->sources.files[at].size = s.size;
  return sonde_source_add(h->engine, h->spool, s.size, err) == SONDE_OK;
}

/* The next job begins with an empty spool: nothing that was read of this one may be taken for its bytes. */
static void empty_spool(host *h) {
  uint32_t at = h->spool - 1;
  if (!h->spool || h->sources.files[at].size == 0) return;
  sonde_error ignored;
  sonde_source_drop(h->engine, h->spool);
  h->sources.files[at].size = 0;
  if (ftruncate(h->sources.files[at].fd, 0) || lseek(h->sources.files[at].fd, 0, SEEK_SET) ||
      sonde_source_add(h->engine, h->spool, 0, &ignored) != SONDE_OK)
    h->spool = 0;
}

/* What a step asks for. False: the job has failed. */
static bool serve_step(host *h, sonde_job *job, sonde_step step, host_page_fn on_page, void *user,
                       sonde_error *err) {
  switch (step) {
  case SONDE_NEED: return bytes_bring(h->engine, job, &h->sources, err);
  case SONDE_PAGE: return !on_page || on_page(user, sonde_job_page(job));
  case SONDE_SPLIT: return split(h, job, err);
  case SONDE_SPILL: return spill(h, sonde_job_page(job), err);
  case SONDE_YIELD:
  case SONDE_DONE: return true;
  case SONDE_FAIL: break;
  }
  return false;
}

static bool drive(host *h, sonde_job *job, host_page_fn on_page, void *user, sonde_error *err) {
  for (;;) {
    sonde_step step = sonde_job_step(job, STEP_US, err);
    if (!serve_step(h, job, step, on_page, user, err)) return false;
    if (step == SONDE_DONE) return true;
    if (h->stop && h->stop(h->stop_user)) return fail(err, SONDE_CANCELLED, "it was ended");
    if (h->progress) h->progress(h->progress_user, sonde_job_progress(job));
  }
}

static bool run_job(host *h, sonde_str spec, host_page_fn on_page, void *user, text *info, sonde_error *err) {
  sonde_job *job = sonde_job_start(h->engine, spec, err);
  if (!job) return false;
  bool done = drive(h, job, on_page, user, err);
  if (done && info) {
    sonde_str said = sonde_job_info(job);
    text_clear(info);
    text_add(info, said.ptr, said.len);
  }
  sonde_job_free(job);
  return done;
}

bool host_run(host *h, sonde_str spec, host_page_fn on_page, void *user, text *info, sonde_error *err) {
  bool had_no_room = h->has_no_room;
  h->has_no_room = false;
  sonde_engine_allow(h->engine, h->job_memory);
  bool done = run_job(h, spec, on_page, user, info, err);
  bool refused = sonde_engine_allow(h->engine, UINT64_MAX);
  if (done)
    h->has_no_room = had_no_room;
  else
    h->ran_short = refused && err->code == SONDE_LIMIT;
  if (h->pool) pool_discard(h->pool); /* what a job that failed left under way */
  empty_spool(h);
  return done;
}

bool host_run_beside(host *h, sonde_str spec, host_page_fn on_page, void *user, sonde_error *err) {
  sonde_job *job = sonde_job_start(h->engine, spec, err);
  bool fine = job != NULL;
  for (sonde_step step = SONDE_YIELD; fine && step != SONDE_DONE;) {
    step = sonde_job_step(job, STEP_US, err);
    /* Fragments that nobody takes are run by the steps. */
    fine = step == SONDE_SPLIT || serve_step(h, job, step, on_page, user, err);
  }
  sonde_job_free(job);
  return fine;
}

void host_end_threads(host *h) {
  pool_free(h->pool);
  h->pool = NULL;
}

/* A new source, empty yet, in a file that has no name. */
static uint32_t add_spool(host *h, sonde_error *err) {
  uint32_t at = h->sources.count;
  if (at == SOURCES_MAX) return fail(err, SONDE_LIMIT, "more than %d files", SOURCES_MAX);
  int fd = open_spool();
  h->has_no_room = fd < 0;
  if (fd < 0) return fail(err, SONDE_BYTES, "cannot make a file in %s: %s", spool_folder(), strerror(errno));
  h->sources.files[at].fd = fd;
  h->sources.files[at].size = 0;
  h->sources.count = at + 1;
  return at + 1;
}

uint32_t host_spool(host *h) {
  sonde_error ignored;
  if (h->spool) return h->spool;
  uint32_t number = add_spool(h, &ignored);
  if (number && bytes_register(h->engine, &h->sources, number - 1, &ignored)) h->spool = number;
  return h->spool;
}

bool host_inflate(host *h, sonde_str spec, uint32_t *number, sonde_error *err) {
  *number = add_spool(h, err);
  if (!*number) return false;
  spool s = {.fd = h->sources.files[*number - 1].fd};
  bool done = host_run(h, spec, spool_page, &s, NULL, err);
  if (s.failed) cannot_keep(h, s.failed, err);
  h->sources.files[*number - 1].size = s.size;
  return done && bytes_register(h->engine, &h->sources, *number - 1, err);
}
