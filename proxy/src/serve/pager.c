/* See pager.h. Two locks: whoever uses the engine has the `turn`, and what is known so far lies under `mutex`. The background gives
 * its turn away while it waits for its threads, and between two steps when somebody wants a page. */
#include "pager.h"
#include "cells.h"
#include "kept_index.h"
#include "patience.h"
#include "peek.h"
#include "roots.h"
#include "turn.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_MOST = 4, MEMORY_EACH = 16 << 20 };
/* Of the threads: enough that answers hardly notice them. */
enum { NICENESS = 10 };
/* A file changed so shortly before it was read could change again without a sign of it. */
enum { SETTLED_MS = 100 };
enum { PATIENCE_MS = 1000, SECONDS_MOST = 60 };
/* Small blocks: a page waits for one of them to end. Reading one takes several times its size. */
enum { BLOCK_MOST = 4 << 20, BLOCKS_IN_MEMORY = 16 };

struct pager {
  pagers *all;
  pager *next; /* newest use first */
  unsigned users;
  text name, identity, head;
  host *host;
  unsigned table;
  int fd; /* the host's */
  file_version version;
  struct timespec changed; /* when it got it */

  pthread_t thread;
  bool started, settled; /* settled: before it began */
  atomic_bool ending;
  turn turn;

  pthread_mutex_t mutex;
  pthread_cond_t news;
  pager_state state;
  uint64_t rows; /* counted so far */
  sonde_progress progress;
  struct timespec begun; /* to count */
  text info;
};

struct pagers {
  pthread_mutex_t mutex;
  uint64_t memory; /* of each */
  unsigned kept, threads;
  cache_folder cache;
  pthread_mutex_t writing; /* to it */
  pager *list;
};

/* As many engines as have room enough, one of them for pages. */
static unsigned fitting_threads(uint64_t memory, unsigned most) {
  uint64_t fit = memory / MEMORY_EACH;
  return fit < 3 ? 1 : fit - 1 < most ? (unsigned)fit - 1 : most;
}

pagers *pagers_new(uint64_t memory, unsigned threads, cache_folder cache) {
  pagers *all = calloc(1, sizeof *all);
  if (!all) return NULL;
  pthread_mutex_init(&all->mutex, NULL);
  pthread_mutex_init(&all->writing, NULL);
  all->cache = cache;
  uint64_t fit = memory / MEMORY_EACH;
  all->kept = fit < 1 ? 1 : fit > KEPT_MOST ? KEPT_MOST : (unsigned)fit;
  all->memory = memory / all->kept;
  all->threads = fitting_threads(all->memory, threads);
  return all;
}

static void free_pager(pager *p) {
  atomic_store(&p->ending, true);
  if (p->started) pthread_join(p->thread, NULL);
  host_close(p->host);
  text_free(&p->name), text_free(&p->identity), text_free(&p->head), text_free(&p->info);
  turn_destroy(&p->turn);
  pthread_mutex_destroy(&p->mutex);
  pthread_cond_destroy(&p->news);
  free(p);
}

void pagers_free(pagers *all) {
  if (!all) return;
  for (pager *p = all->list, *next; p; p = next) {
    next = p->next;
    free_pager(p);
  }
  pthread_mutex_destroy(&all->mutex);
  pthread_mutex_destroy(&all->writing);
  free(all);
}

/* ---- what is found out ---- */

static uint64_t head_rows(const pager *p) {
  cells head;
  return cells_open(pager_head(p), &head) ? head.n_rows : 0;
}

static uint64_t rows_of(sonde_str info) { return peek_u64(peek_member(peek_member(info, "rows"), "count")); }

static void learn(pager *p, pager_state state, sonde_str info) {
  pthread_mutex_lock(&p->mutex);
  p->state = state;
  p->progress = (sonde_progress){0};
  if (info.len) {
    text_clear(&p->info);
    text_add(&p->info, info.ptr, info.len);
    p->rows = state == PAGER_OPENED ? head_rows(p) : rows_of(info);
  }
  pthread_cond_broadcast(&p->news);
  pthread_mutex_unlock(&p->mutex);
}

/* A host_progress_fn. Rows that are counted can be read while the others are. */
static void get_on(void *user, sonde_progress now) {
  pager *p = user;
  pthread_mutex_lock(&p->mutex);
  p->progress = now;
  if (p->state == PAGER_OPENED && p->rows < now.rows) p->rows = now.rows;
  pthread_cond_broadcast(&p->news);
  pthread_mutex_unlock(&p->mutex);
}

/* A host_stop_fn. */
static bool give_way(void *user) {
  pager *p = user;
  if (turn_is_wanted(&p->turn)) turn_give(&p->turn), turn_take(&p->turn);
  return atomic_load(&p->ending);
}

/* A host_rest_fn. */
static void lend_turn(void *user, bool rests) {
  pager *p = user;
  if (rests)
    turn_give(&p->turn);
  else
    turn_take(&p->turn);
}

static bool run(pager *p, const char *job, const char *more, host_page_fn on_page, text *pages, text *info) {
  text spec = {0};
  sonde_error err;
  text_print(&spec, "{\"job\":\"%s\",\"table\":%u%s}", job, p->table, more);
  bool done = host_run(p->host, text_str(&spec), on_page, pages, info, &err);
  text_free(&spec);
  return done;
}

/* ---- what is kept of it ---- */

static bool is_settled(const pager *p, struct timespec now) {
  int64_t ms =
      (int64_t)(now.tv_sec - p->changed.tv_sec) * 1000 + (now.tv_nsec - p->changed.tv_nsec) / 1000000;
  return ms > SETTLED_MS;
}

static bool add_page(void *user, sonde_page page) {
  text_add(user, (const char *)page.base, page.size);
  return true;
}

static void keep(pager *p, sonde_str info) {
  text index = {0};
  if (p->all->cache.folder == NO_ROOT || !p->settled) return;
  if (run(p, "remember", "", add_page, &index, NULL) && pager_is_unchanged(p)) {
    turn_give(&p->turn);
    pthread_mutex_lock(&p->all->writing);
    kept_index_write(&p->all->cache, &p->version, p->changed, text_str(&index), info);
    pthread_mutex_unlock(&p->all->writing);
    turn_take(&p->turn);
  }
  text_free(&index);
}

static bool same_columns(sonde_str one, sonde_str other) {
  text a = {0}, b = {0};
  table_columns_put(&a, one);
  table_columns_put(&b, other);
  bool same = a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
  text_free(&a), text_free(&b);
  return same;
}

/* What is kept says more than the engine learns from it, of the same columns and rows. */
static void take_kept(pager *p, int fd, uint64_t length, sonde_str kept) {
  text more = {0}, info = {0};
  sonde_error ignored;
  uint32_t source = host_add_open(p->host, fd, &ignored);
  text_print(&more, ",\"source\":%u,\"length\":%llu", source, (unsigned long long)length);
  bool exact = peek_is(peek_member(kept, "state"), "imported");
  if (source && run(p, "recall", more.ptr, NULL, NULL, &info) &&
      peek_is(peek_member(text_str(&info), "state"), exact ? "imported" : "indexed") &&
      same_columns(text_str(&info), kept) && rows_of(text_str(&info)) == rows_of(kept))
    learn(p, exact ? PAGER_EXACT : PAGER_COUNTED, kept);
  text_free(&more), text_free(&info);
}

static void recall(pager *p) {
  text kept = {0};
  uint64_t length;
  int fd = kept_index_open(&p->all->cache, &p->version, p->changed, &length, &kept);
  if (fd >= 0) take_kept(p, fd, length, text_str(&kept));
  text_free(&kept);
}

/* ---- in the background ---- */

static bool find_next(pager *p, const char *job, const char *more, pager_state then) {
  text info = {0};
  bool done = run(p, job, more, NULL, NULL, &info);
  if (done) {
    learn(p, then, text_str(&info));
    keep(p, text_str(&info));
  }
  text_free(&info);
  return done;
}

static void *find_out(void *context) {
  pager *p = context;
  turn_take(&p->turn);
  host_stop_when(p->host, give_way, p);
  host_watch(p->host, get_on, p);
  host_rest_with(p->host, lend_turn, p);
  bool counted = p->state == PAGER_COUNTED || find_next(p, "index", "", PAGER_COUNTED);
  if (!counted && !atomic_load(&p->ending)) learn(p, PAGER_UNFIT, (sonde_str){0});
  if (counted) find_next(p, "import", ",\"keep\":false", PAGER_EXACT);
  host_end_threads(p->host);
  turn_give(&p->turn);
  return NULL;
}

/* ---- opening ---- */

static bool keep_head(void *user, sonde_page page) {
  pager *p = user;
  text_clear(&p->head);
  text_add(&p->head, (const char *)page.base, page.size);
  return true;
}

static bool is_plain_csv(sonde_str info) {
  return peek_is(peek_member(info, "format"), "csv") && !peek_is_true(peek_member(info, "needs_inflate")) &&
         peek_is(peek_member(info, "state"), "sniffed");
}

static bool open_source(pager *p, const table_now *t, text *info, sonde_error *err) {
  text spec = {0};
  struct stat st;
  p->fd = fcntl(t->fds[0], F_DUPFD_CLOEXEC, 0);
  if (fstat(p->fd, &st) == 0) version_of(&st, &p->version), p->changed = st.st_ctim;
  uint32_t source = host_add_open(p->host, p->fd, err);
  text_print(&spec, "{\"job\":\"open\",\"source\":%u,\"name\":", source);
  text_add_json(&spec, str_from(t->table->name));
  text_add(&spec, "}", 1);
  bool done = source && host_run(p->host, text_str(&spec), keep_head, p, info, err);
  text_free(&spec);
  return done;
}

static host_options means_of(const pagers *all) {
  unsigned engines = all->threads > 1 ? all->threads + 1 : 1;
  uint64_t block = all->memory / engines / BLOCKS_IN_MEMORY;
  return (host_options){.threads = all->threads,
                        .niceness = NICENESS,
                        .memory = all->memory,
                        .block_bytes = block < BLOCK_MOST ? (uint32_t)block : BLOCK_MOST};
}

static void begin(pager *p) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  p->settled = is_settled(p, now);
  clock_gettime(CLOCK_MONOTONIC, &p->begun);
  if (p->state == PAGER_EXACT) return;
  p->started = pthread_create(&p->thread, NULL, find_out, p) == 0;
  if (!p->started) p->state = PAGER_UNFIT;
}

static bool open_pager(pager *p, const table_now *t, sonde_error *err) {
  host_options means = means_of(p->all);
  text info = {0};
  p->host = host_open(&means, err);
  bool done = p->host && open_source(p, t, &info, err);
  if (done && is_plain_csv(text_str(&info))) {
    p->table = (unsigned)peek_u64(peek_member(text_str(&info), "table"));
    learn(p, PAGER_OPENED, text_str(&info));
    recall(p);
    begin(p);
  } else {
    p->state = PAGER_UNFIT;
  }
  text_free(&info);
  return done;
}

static pager *new_pager(pagers *all, const table_now *t, sonde_error *err) {
  pager *p = memory_of(sizeof *p);
  memset(p, 0, sizeof *p);
  p->all = all;
  turn_init(&p->turn);
  pthread_mutex_init(&p->mutex, NULL);
  patience_init(&p->news);
  text_add(&p->name, t->table->name, strlen(t->table->name));
  text_add(&p->identity, t->identity.ptr, t->identity.len);
  if (open_pager(p, t, err)) return p;
  free_pager(p);
  return NULL;
}

/* ---- taking one ---- */

static pager *unlist(pager **link) {
  pager *p = *link;
  *link = p->next;
  return p;
}

static pager *find(pagers *all, const table_now *t) {
  for (pager **link = &all->list; *link; link = &(*link)->next) {
    const text *have = &(*link)->identity;
    if (atomic_load(&(*link)->ending)) continue;
    if (have->len == t->identity.len && memcmp(have->ptr, t->identity.ptr, have->len) == 0)
      return unlist(link);
  }
  return NULL;
}

/* Nobody will ask for what is found out of another version. */
static void give_up_others(const pagers *all, const catalog_table *t) {
  for (pager *p = all->list; p; p = p->next)
    if (strcmp(p->name.ptr, t->name) == 0) atomic_store(&p->ending, true);
}

/* Those that were not used for longest go, and those that were given up, unless somebody reads them now. */
static void forget_old(pagers *all) {
  unsigned n = 0;
  for (pager **link = &all->list; *link;) {
    bool goes = ++n >= all->kept || atomic_load(&(*link)->ending);
    if (goes && !(*link)->users)
      free_pager(unlist(link));
    else
      link = &(*link)->next;
  }
}

pager *pager_take(pagers *all, const table_now *t, sonde_error *err) {
  pthread_mutex_lock(&all->mutex);
  pager *p = find(all, t);
  if (!p) {
    give_up_others(all, t->table);
    forget_old(all);
    p = new_pager(all, t, err);
  }
  if (p) {
    p->users++;
    p->next = all->list;
    all->list = p;
  }
  pthread_mutex_unlock(&all->mutex);
  return p;
}

void pager_release(pagers *all, pager *p) {
  pthread_mutex_lock(&all->mutex);
  p->users--;
  pthread_mutex_unlock(&all->mutex);
}

/* ---- using one ---- */

static uint64_t ms_since(struct timespec begun) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)((int64_t)(now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000);
}

static bool lacks(const pager *p, uint64_t needed) { return p->state == PAGER_OPENED && p->rows < needed; }

/* Who asks shall not hold a worker for long. */
static double wait_for_rows(pager *p, uint64_t needed) {
  struct timespec asked;
  double rest = 0;
  clock_gettime(CLOCK_MONOTONIC, &asked);
  while (lacks(p, needed)) {
    rest = pager_rest_ms(&p->progress, needed, ms_since(p->begun));
    if ((double)ms_since(asked) + rest > PATIENCE_MS) break;
    patience_wait(&p->news, &p->mutex, PATIENCE_MS / 10);
  }
  return rest;
}

void pager_tell(pager *p, uint64_t needed, pager_about *out) {
  pthread_mutex_lock(&p->mutex);
  double rest = wait_for_rows(p, needed);
  *out = (pager_about){.state = p->state, .rows = p->rows, .progress = p->progress};
  if (lacks(p, needed))
    out->seconds = rest < SECONDS_MOST * 1000 ? 1 + (unsigned)(rest / 1000) : SECONDS_MOST;
  text_add(&out->info, p->info.ptr ? p->info.ptr : "", p->info.len);
  pthread_mutex_unlock(&p->mutex);
  table_columns_put(&out->columns, text_str(&out->info));
}

sonde_page pager_head(const pager *p) { return (sonde_page){(const uint8_t *)p->head.ptr, p->head.len}; }

bool pager_read(pager *p, uint64_t first, uint64_t rows, sonde_str columns, host_page_fn on_page, void *user,
                sonde_error *err) {
  text spec = {0};
  text_print(&spec, "{\"job\":\"read\",\"table\":%u,\"row\":%llu,\"rows\":%llu,\"columns\":%.*s}", p->table,
             (unsigned long long)first, (unsigned long long)rows, (int)columns.len, columns.ptr);
  turn_take(&p->turn);
  bool done = host_run_beside(p->host, text_str(&spec), on_page, user, err);
  turn_give(&p->turn);
  text_free(&spec);
  return done;
}

bool pager_is_unchanged(const pager *p) {
  struct stat st;
  return fstat(p->fd, &st) == 0 && version_holds(&p->version, &st);
}
