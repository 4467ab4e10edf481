/* See seats.h. A seat's engine is begun anew when it has used up the numbers that sources may have, or when its memory does not
 * hold what is asked for next to what it kept. */
#include "seats.h"
#include "bytes.h"
#include "peek.h"
#include "table_load.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VIEWS_KEPT = 16 };
enum { BLOCK_LEAST = 1 << 20, BLOCK_MOST = 16 << 20, BLOCKS_IN_MEMORY = 32 };

typedef struct known {
  struct known *next;
  text identity, info, columns;
  uint64_t rows;
  unsigned id, file_count;
  int *fds; /* the host's; only looked at */
  file_version *versions;
} known;

typedef struct {
  unsigned table, id;
  uint64_t rows, used;
  text spec;
} kept_view;

struct seat {
  seat *next; /* free ones */
  host *host; /* NULL until it is needed */
  uint64_t memory;
  known *tables;
  kept_view views[VIEWS_KEPT];
  uint64_t uses;
};

struct seats {
  pthread_mutex_t mutex;
  pthread_cond_t freed;
  seat *free;
  unsigned count;
  seat all[];
};

seats *seats_new(unsigned count, uint64_t memory) {
  seats *s = calloc(1, sizeof *s + count * sizeof *s->all);
  if (!s) return NULL;
  pthread_mutex_init(&s->mutex, NULL);
  pthread_cond_init(&s->freed, NULL);
  s->count = count;
  for (unsigned i = 0; i < count; i++) {
    s->all[i].memory = memory / count;
    s->all[i].next = s->free;
    s->free = &s->all[i];
  }
  return s;
}

/* ---- what a seat knows ---- */

static void free_known(known *k) {
  text_free(&k->identity);
  text_free(&k->info);
  text_free(&k->columns);
  free(k->fds);
  free(k->versions);
  free(k);
}

static void forget_views(seat *s, unsigned table) {
  for (unsigned i = 0; i < VIEWS_KEPT; i++) {
    if (s->views[i].table != table) continue;
    text_free(&s->views[i].spec);
    s->views[i] = (kept_view){0};
  }
}

static void forget_all(seat *s) {
  host_close(s->host);
  s->host = NULL;
  for (known *k = s->tables, *next; k; k = next) {
    next = k->next;
    forget_views(s, k->id);
    free_known(k);
  }
  s->tables = NULL;
}

void seats_free(seats *s) {
  if (!s) return;
  for (unsigned i = 0; i < s->count; i++) forget_all(&s->all[i]);
  pthread_mutex_destroy(&s->mutex);
  pthread_cond_destroy(&s->freed);
  free(s);
}

static bool run_spec(seat *s, text *spec, text *info, sonde_error *err) {
  bool done = host_run(s->host, text_str(spec), NULL, NULL, info, err);
  text_free(spec);
  return done;
}

static void drop(seat *s, const char *what, unsigned id) {
  text spec = {0};
  sonde_error ignored;
  text_print(&spec, "{\"job\":\"drop\",\"%s\":%u}", what, id);
  run_spec(s, &spec, NULL, &ignored);
}

static void forget(seat *s, known **link) {
  known *k = *link;
  *link = k->next;
  forget_views(s, k->id);
  drop(s, "table", k->id);
  free_known(k);
}

static known *find(const seat *s, const table_now *t) {
  known *k = s->tables;
  while (k && (k->identity.len != t->identity.len ||
               memcmp(k->identity.ptr, t->identity.ptr, k->identity.len) != 0))
    k = k->next;
  return k;
}

static bool is_current(const known *k) {
  struct stat st;
  for (unsigned i = 0; i < k->file_count; i++)
    if (fstat(k->fds[i], &st) != 0 || !version_holds(&k->versions[i], &st)) return false;
  return true;
}

static bool is_among(unsigned id, const seat_table *tables, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (tables[i].id == id) return true;
  return false;
}

bool seat_is_unchanged(seat *s, const seat_table *used, unsigned count) {
  bool all = true;
  for (known **link = &s->tables; *link;) {
    bool current = is_current(*link);
    all = all && (current || !is_among((*link)->id, used, count));
    if (current)
      link = &(*link)->next;
    else
      forget(s, link);
  }
  return all;
}

/* ---- taking one ---- */

static unsigned known_of(const seat *s, const table_now *wanted, unsigned count) {
  unsigned n = 0;
  for (unsigned i = 0; i < count; i++) n += find(s, &wanted[i]) != NULL;
  return n;
}

seat *seats_take(seats *s, const table_now *wanted, unsigned count) {
  pthread_mutex_lock(&s->mutex);
  while (!s->free) pthread_cond_wait(&s->freed, &s->mutex);
  seat **best = &s->free;
  for (seat **at = &s->free->next; *at; at = &(*at)->next)
    if (known_of(*at, wanted, count) > known_of(*best, wanted, count)) best = at;
  seat *taken = *best;
  *best = taken->next;
  pthread_mutex_unlock(&s->mutex);
  return taken;
}

static void heed_nobody(host *h) {
  host_stop_when(h, NULL, NULL);
  host_limit_jobs(h, UINT64_MAX);
}

void seats_give_back(seats *s, seat *given) {
  if (given->host) heed_nobody(given->host);
  pthread_mutex_lock(&s->mutex);
  given->next = s->free;
  s->free = given;
  pthread_cond_signal(&s->freed);
  pthread_mutex_unlock(&s->mutex);
}

host *seat_host(const seat *s) { return s->host; }

/* ---- opening tables ---- */

/* One thread runs all blocks of a table one after the other: the larger they are, the more often texts of a column repeat in one
 * and have numbers there. Reading one takes several times its size. */
static uint32_t block_bytes(uint64_t memory) {
  uint64_t bytes = memory / BLOCKS_IN_MEMORY;
  return bytes < BLOCK_LEAST ? BLOCK_LEAST : bytes > BLOCK_MOST ? BLOCK_MOST : (uint32_t)bytes;
}

static bool begin(seat *s, sonde_error *err) {
  host_options means = {
      .threads = 1, .memory = s->memory, .keep_columns = true, .block_bytes = block_bytes(s->memory)};
  if (!s->host) s->host = host_open(&means, err);
  return s->host != NULL;
}

static bool load_file(seat *s, table_now *t, unsigned i, known *k, text *info, sonde_error *err) {
  struct stat st;
  k->fds[i] = fcntl(t->fds[i], F_DUPFD_CLOEXEC, 0);
  if (fstat(k->fds[i], &st) == 0) version_of(&st, &k->versions[i]);
  uint32_t source = host_add_open(s->host, k->fds[i], err);
  return source && table_load(s->host, source, str_from(t->table->name), str_from("{}"), info, err);
}

static void drop_all(seat *s, sonde_str ids) {
  sonde_str id;
  for (size_t at = 0; peek_next(ids, &at, &id);) drop(s, "table", (unsigned)peek_u64(id));
}

static unsigned table_in(const text *info) {
  return info->len ? (unsigned)peek_u64(peek_member(text_str(info), "table")) : 0;
}

static bool unite(seat *s, const char *name, sonde_str ids, text *info, sonde_error *err) {
  text spec = {0};
  text_print(&spec, "{\"job\":\"union\",\"tables\":%.*s,\"name\":", (int)ids.len, ids.ptr);
  text_add_json(&spec, str_from(name));
  text_add(&spec, "}", 1);
  return run_spec(s, &spec, info, err);
}

/* What was opened before the one that failed is of no use. */
static bool load_files(seat *s, table_now *t, known *k, sonde_error *err) {
  text ids = {0};
  bool done = true;
  text_add(&ids, "[", 1);
  for (unsigned i = 0; i < k->file_count && done; i++) {
    text_clear(&k->info);
    done = load_file(s, t, i, k, &k->info, err);
    if (table_in(&k->info)) text_print(&ids, "%s%u", i ? "," : "", table_in(&k->info));
  }
  text_add(&ids, "]", 1);
  if (done && k->file_count > 1) done = unite(s, t->table->name, text_str(&ids), &k->info, err);
  if (!done) drop_all(s, text_str(&ids));
  text_free(&ids);
  return done;
}

void table_columns_put(text *out, sonde_str info) {
  sonde_str all = peek_member(info, "columns"), column;
  const char *before = "";
  text_add(out, "[", 1);
  for (size_t at = 0; peek_next(all, &at, &column); before = ",") {
    sonde_str name = peek_member(column, "name"), type = peek_member(column, "type");
    text_print(out, "%s{\"name\":%.*s,\"type\":%.*s}", before, (int)name.len, name.ptr, (int)type.len,
               type.ptr);
  }
  text_add(out, "]", 1);
}

static known *load(seat *s, table_now *t, sonde_error *err) {
  known *k = memory_of(sizeof *k);
  *k = (known){.file_count = t->table->file_count};
  k->fds = memory_of(k->file_count * sizeof *k->fds);
  k->versions = memory_of(k->file_count * sizeof *k->versions);
  if (!load_files(s, t, k, err)) {
    free_known(k);
    return NULL;
  }
  text_add(&k->identity, t->identity.ptr, t->identity.len);
  k->id = table_in(&k->info);
  k->rows = peek_u64(peek_member(peek_member(text_str(&k->info), "rows"), "count"));
  table_columns_put(&k->columns, text_str(&k->info));
  k->next = s->tables;
  s->tables = k;
  return k;
}

/* Each file is a source, and what it is inflated to another. */
static bool is_worn_out(const seat *s, const table_now *tables, unsigned count) {
  uint32_t more = 0;
  for (unsigned i = 0; i < count; i++) more += 2 * tables[i].table->file_count;
  return s->host && host_sources(s->host) + more >= SOURCES_MAX;
}

static bool open_all(seat *s, table_now *tables, unsigned count, seat_table *out, sonde_error *err) {
  for (unsigned i = 0; i < count; i++) {
    known *k = find(s, &tables[i]);
    if (!k) k = load(s, &tables[i], err);
    if (!k) return false;
    out[i] = (seat_table){k->id, k->rows, text_str(&k->columns), text_str(&k->info)};
  }
  return true;
}

static bool is_draining(void *draining) { return atomic_load((const atomic_bool *)draining); }

static bool try_open(seat *s, table_now *tables, unsigned count, seat_table *out, const atomic_bool *draining,
                     sonde_error *err) {
  if (!begin(s, err)) return false;
  host_stop_when(s->host, is_draining, (void *)(uintptr_t)draining);
  bool opened = open_all(s, tables, count, out, err);
  host_stop_when(s->host, NULL, NULL);
  return opened;
}

bool seat_open(seat *s, table_now *tables, unsigned count, seat_table *out, const atomic_bool *draining,
               sonde_error *err) {
  if (is_worn_out(s, tables, count)) forget_all(s);
  if (try_open(s, tables, count, out, draining, err)) return true;
  if (err->code != SONDE_LIMIT || !s->tables) return false;
  forget_all(s);
  return try_open(s, tables, count, out, draining, err);
}

/* ---- views ---- */

static kept_view *oldest_view(seat *s) {
  kept_view *oldest = &s->views[0];
  for (unsigned i = 1; i < VIEWS_KEPT; i++)
    if (s->views[i].used < oldest->used) oldest = &s->views[i];
  return oldest;
}

static kept_view *find_view(seat *s, unsigned table, sonde_str spec) {
  for (unsigned i = 0; i < VIEWS_KEPT; i++) {
    kept_view *v = &s->views[i];
    if (v->table == table && v->spec.len == spec.len && memcmp(v->spec.ptr, spec.ptr, spec.len) == 0)
      return v;
  }
  return NULL;
}

static kept_view *make_view(seat *s, unsigned table, sonde_str members, sonde_error *err) {
  text spec = {0}, info = {0};
  kept_view *v = oldest_view(s);
  if (v->table) drop(s, "view", v->id);
  text_free(&v->spec);
  *v = (kept_view){0};
  text_print(&spec, "{\"job\":\"view\",\"table\":%u,%.*s}", table, (int)members.len, members.ptr);
  bool done = run_spec(s, &spec, &info, err);
  if (done) {
    *v = (kept_view){.table = table, .id = (unsigned)peek_u64(peek_member(text_str(&info), "view"))};
    v->rows = peek_u64(peek_member(text_str(&info), "rows"));
    text_add(&v->spec, members.ptr, members.len);
  }
  text_free(&info);
  return done ? v : NULL;
}

bool seat_see(seat *s, const seat_table *t, sonde_str spec, seat_view *out, sonde_error *err) {
  kept_view *v = find_view(s, t->id, spec);
  if (!v) v = make_view(s, t->id, spec, err);
  if (!v) return false;
  v->used = ++s->uses;
  *out = (seat_view){v->id, v->rows};
  return true;
}
