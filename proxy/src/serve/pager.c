/* See pager.h. Two mutexes: whoever runs a job on the engine has the `turn`, and what is known so far lies under `mutex`. The
 * background gives its turn away between two steps when somebody wants a page. */
#include "pager.h"
#include "cells.h"
#include "patience.h"
#include "peek.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_MOST = 4, MEMORY_EACH = 16 << 20 };
enum { PATIENCE_MS = 1000, GIVE_WAY_US = 200, GIVE_WAY_TIMES = 100 };
/* Small blocks: a page waits for one of them to end. Reading one takes several times its size. */
enum { BLOCK_MOST = 4 << 20, BLOCKS_IN_MEMORY = 16 };

struct pager {
  pager *next; /* newest use first */
  unsigned users;
  text identity, head;
  host *host;
  unsigned table;
  int fd; /* the host's */
  file_version version;

  pthread_t thread, background; /* the same; the latter is its own to set, in its turn */
  bool started;
  atomic_bool ending;
  atomic_uint wanted; /* who waits for the turn, or has it, for a page */
  pthread_mutex_t turn;

  pthread_mutex_t mutex;
  pthread_cond_t changed;
  pager_state state;
  uint64_t rows; /* counted so far */
  sonde_progress progress;
  text info;
};

struct pagers {
  pthread_mutex_t mutex;
  uint64_t memory; /* of each */
  unsigned kept;
  pager *list;
};

pagers *pagers_new(uint64_t memory) {
  pagers *all = calloc(1, sizeof *all);
  if (!all) return NULL;
  pthread_mutex_init(&all->mutex, NULL);
  uint64_t fit = memory / MEMORY_EACH;
  all->kept = fit < 1 ? 1 : fit > KEPT_MOST ? KEPT_MOST : (unsigned)fit;
  all->memory = memory / all->kept;
  return all;
}

static void free_pager(pager *p) {
  atomic_store(&p->ending, true);
  if (p->started) pthread_join(p->thread, NULL);
  host_close(p->host);
  text_free(&p->identity), text_free(&p->head), text_free(&p->info);
  pthread_mutex_destroy(&p->turn);
  pthread_mutex_destroy(&p->mutex);
  pthread_cond_destroy(&p->changed);
  free(p);
}

void pagers_free(pagers *all) {
  if (!all) return;
  for (pager *p = all->list, *next; p; p = next) {
    next = p->next;
    free_pager(p);
  }
  pthread_mutex_destroy(&all->mutex);
  free(all);
}

/* ---- what is found out ---- */

static uint64_t head_rows(const pager *p) {
  cells head;
  return cells_open(pager_head(p), &head) ? head.n_rows : 0;
}

static void learn(pager *p, pager_state state, sonde_str info) {
  pthread_mutex_lock(&p->mutex);
  p->state = state;
  p->progress = (sonde_progress){0};
  if (info.len) {
    text_clear(&p->info);
    text_add(&p->info, info.ptr, info.len);
    p->rows =
        state == PAGER_OPENED ? head_rows(p) : peek_u64(peek_member(peek_member(info, "rows"), "count"));
  }
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->mutex);
}

/* Steps of any job are told and asked about; these are those of the background's. */
static bool is_background(const pager *p) { return pthread_equal(pthread_self(), p->background) != 0; }

/* A host_progress_fn. Rows that are counted can be read while the others are. */
static void get_on(void *user, sonde_progress now) {
  pager *p = user;
  if (!is_background(p)) return;
  pthread_mutex_lock(&p->mutex);
  p->progress = now;
  if (p->state == PAGER_OPENED && p->rows < now.rows) p->rows = now.rows;
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->mutex);
}

/* A host_stop_fn. */
static bool give_way(void *user) {
  pager *p = user;
  if (!is_background(p)) return false;
  if (!atomic_load(&p->wanted)) return atomic_load(&p->ending);
  pthread_mutex_unlock(&p->turn);
  for (int i = 0; i < GIVE_WAY_TIMES && atomic_load(&p->wanted); i++) usleep(GIVE_WAY_US);
  pthread_mutex_lock(&p->turn);
  return atomic_load(&p->ending);
}

static bool run(pager *p, const char *job, const char *more, text *info) {
  text spec = {0};
  sonde_error err;
  text_print(&spec, "{\"job\":\"%s\",\"table\":%u%s}", job, p->table, more);
  bool done = host_run(p->host, text_str(&spec), NULL, NULL, info, &err);
  text_free(&spec);
  return done;
}

static void *find_out(void *context) {
  pager *p = context;
  text info = {0};
  pthread_mutex_lock(&p->turn);
  p->background = pthread_self();
  host_stop_when(p->host, give_way, p);
  host_watch(p->host, get_on, p);
  if (!run(p, "index", "", &info)) {
    learn(p, PAGER_UNFIT, (sonde_str){0});
  } else {
    learn(p, PAGER_COUNTED, text_str(&info));
    if (run(p, "import", ",\"keep\":false", &info)) learn(p, PAGER_EXACT, text_str(&info));
  }
  host_stop_when(p->host, NULL, NULL);
  pthread_mutex_unlock(&p->turn);
  text_free(&info);
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
  if (fstat(p->fd, &st) == 0) version_of(&st, &p->version);
  uint32_t source = host_add_open(p->host, p->fd, err);
  text_print(&spec, "{\"job\":\"open\",\"source\":%u,\"name\":", source);
  text_add_json(&spec, str_from(t->table->name));
  text_add(&spec, "}", 1);
  bool done = source && host_run(p->host, text_str(&spec), keep_head, p, info, err);
  text_free(&spec);
  return done;
}

static bool open_pager(pager *p, const table_now *t, uint64_t memory, sonde_error *err) {
  uint64_t block = memory / BLOCKS_IN_MEMORY;
  host_options means = {
      .threads = 1, .memory = memory, .block_bytes = block < BLOCK_MOST ? (uint32_t)block : BLOCK_MOST};
  text info = {0};
  p->host = host_open(&means, err);
  bool done = p->host && open_source(p, t, &info, err);
  if (done && is_plain_csv(text_str(&info))) {
    p->table = (unsigned)peek_u64(peek_member(text_str(&info), "table"));
    learn(p, PAGER_OPENED, text_str(&info));
    p->started = pthread_create(&p->thread, NULL, find_out, p) == 0;
  }
  if (!p->started) p->state = PAGER_UNFIT;
  text_free(&info);
  return done;
}

static pager *new_pager(const table_now *t, uint64_t memory, sonde_error *err) {
  pager *p = memory_of(sizeof *p);
  memset(p, 0, sizeof *p);
  pthread_mutex_init(&p->turn, NULL);
  pthread_mutex_init(&p->mutex, NULL);
  patience_init(&p->changed);
  text_add(&p->identity, t->identity.ptr, t->identity.len);
  if (open_pager(p, t, memory, err)) return p;
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
    if (have->len == t->identity.len && memcmp(have->ptr, t->identity.ptr, have->len) == 0)
      return unlist(link);
  }
  return NULL;
}

/* Those that were not used for longest go, unless somebody reads them now. */
static void forget_old(pagers *all) {
  unsigned n = 0;
  for (pager **link = &all->list; *link;) {
    if (++n >= all->kept && !(*link)->users)
      free_pager(unlist(link));
    else
      link = &(*link)->next;
  }
}

pager *pager_take(pagers *all, const table_now *t, sonde_error *err) {
  pthread_mutex_lock(&all->mutex);
  pager *p = find(all, t);
  if (!p) {
    forget_old(all);
    p = new_pager(t, all->memory, err);
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

void pager_tell(pager *p, uint64_t needed, pager_about *out) {
  pthread_mutex_lock(&p->mutex);
  while (p->state == PAGER_OPENED && p->rows < needed && patience_wait(&p->changed, &p->mutex, PATIENCE_MS))
    continue;
  *out = (pager_about){.state = p->state, .rows = p->rows, .progress = p->progress};
  text_add(&out->info, p->info.ptr ? p->info.ptr : "", p->info.len);
  pthread_mutex_unlock(&p->mutex);
  table_columns_put(&out->columns, text_str(&out->info));
}

void pager_about_free(pager_about *about) {
  text_free(&about->info);
  text_free(&about->columns);
}

sonde_page pager_head(const pager *p) { return (sonde_page){(const uint8_t *)p->head.ptr, p->head.len}; }

bool pager_read(pager *p, uint64_t first, uint64_t rows, sonde_str columns, host_page_fn on_page, void *user,
                sonde_error *err) {
  text spec = {0};
  text_print(&spec, "{\"job\":\"read\",\"table\":%u,\"row\":%llu,\"rows\":%llu,\"columns\":%.*s}", p->table,
             (unsigned long long)first, (unsigned long long)rows, (int)columns.len, columns.ptr);
  atomic_fetch_add(&p->wanted, 1);
  pthread_mutex_lock(&p->turn);
  bool done = host_run(p->host, text_str(&spec), on_page, user, NULL, err);
  pthread_mutex_unlock(&p->turn);
  atomic_fetch_sub(&p->wanted, 1);
  text_free(&spec);
  return done;
}

bool pager_is_unchanged(const pager *p) {
  struct stat st;
  return fstat(p->fd, &st) == 0 && version_holds(&p->version, &st);
}
