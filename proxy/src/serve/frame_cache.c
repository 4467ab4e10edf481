/* See frame_cache.h. */
#include "frame_cache.h"
#include "frames.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zstd.h>

enum { WANTED_MAX = 16, MAKER_NICE = 19 };
#define KIND "zst"

typedef struct {
  int fd;
  file_version version;
} wanted;

struct frame_cache {
  cache_folder folder;
  pthread_t thread;
  bool running;
  atomic_bool ending;
  pthread_mutex_t mutex;
  pthread_cond_t more;
  wanted list[WANTED_MAX]; /* [0] is being made */
  unsigned count;
};

size_t frame_compress(void *context, const void *bytes, size_t len, void **to, size_t *cap) {
  size_t bound = ZSTD_compressBound(len);
  if (*cap < bound) {
    void *grown = realloc(*to, bound);
    if (!grown) return 0;
    *to = grown;
    *cap = bound;
  }
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, FRAME_LEVEL);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  size_t size = ZSTD_compress2(context, *to, *cap, bytes, len);
  return ZSTD_isError(size) ? 0 : size;
}

/* The table of a copy: its caller's to free; NULL when it is none. */
static uint8_t *read_table(int fd, uint64_t file_size, size_t *size) {
  uint8_t footer[SEEKABLE_FOOTER];
  if (file_size < SEEKABLE_FOOTER) return NULL;
  if (pread(fd, footer, sizeof footer, (off_t)(file_size - sizeof footer)) != (ssize_t)sizeof footer)
    return NULL;
  if (!seekable_footer_read(footer, file_size, size)) return NULL;
  uint8_t *table = malloc(*size);
  if (table && pread(fd, table, *size, (off_t)(file_size - *size)) == (ssize_t)*size) return table;
  free(table);
  return NULL;
}

int frame_cache_open(frame_cache *c, const file_version *v, uint32_t n, uint64_t *offset,
                     seekable_entry *entry) {
  struct stat file;
  size_t size;
  if (!c) return -1;
  int fd = cache_open(&c->folder, v, KIND);
  if (fd < 0) return -1;
  uint8_t *table = fstat(fd, &file) == 0 ? read_table(fd, (uint64_t)file.st_size, &size) : NULL;
  bool found = table && seekable_locate(table, size, (uint64_t)file.st_size, n, offset, entry);
  free(table);
  if (found) return fd;
  close(fd);
  return -1;
}

static bool is_wanted(const frame_cache *c, const file_version *v) {
  for (unsigned i = 0; i < c->count; i++)
    if (strcmp(c->list[i].version.etag, v->etag) == 0) return true;
  return false;
}

void frame_cache_want(frame_cache *c, const file_version *v, int fd) {
  bool taken = false;
  if (c && fd >= 0) {
    pthread_mutex_lock(&c->mutex);
    taken = c->count < WANTED_MAX && !is_wanted(c, v);
    if (taken) c->list[c->count++] = (wanted){fd, *v};
    pthread_cond_signal(&c->more);
    pthread_mutex_unlock(&c->mutex);
  }
  if (!taken && fd >= 0) close(fd);
}

/* What making one copy takes. */
typedef struct {
  ZSTD_CCtx *context;
  char *plain;
  void *packed;
  size_t packed_cap;
  seekable_entry *entries;
} maker;

static bool copy_frame(const wanted *w, maker *m, uint32_t i, int to) {
  uint64_t left = w->version.size - (uint64_t)i * FRAME_BYTES;
  size_t len = left < FRAME_BYTES ? (size_t)left : FRAME_BYTES;
  if (pread(w->fd, m->plain, len, (off_t)i * FRAME_BYTES) != (ssize_t)len) return false;
  size_t size = frame_compress(m->context, m->plain, len, &m->packed, &m->packed_cap);
  m->entries[i] = (seekable_entry){(uint32_t)size, (uint32_t)len};
  return size && cache_write(to, m->packed, size);
}

static bool write_table(const maker *m, uint32_t count, int to) {
  size_t size = seekable_table_size(count);
  uint8_t *table = malloc(size);
  if (table) seekable_table_write(m->entries, count, table);
  bool written = table && cache_write(to, table, size);
  free(table);
  return written;
}

static bool copy_all(const frame_cache *c, const wanted *w, int to) {
  uint32_t count = (uint32_t)((w->version.size + FRAME_BYTES - 1) / FRAME_BYTES);
  maker m = {.context = ZSTD_createCCtx(),
             .plain = malloc(FRAME_BYTES),
             .entries = calloc(count, sizeof *m.entries)};
  bool good = m.context && m.plain && m.entries && count <= SEEKABLE_FRAMES_MAX;
  for (uint32_t i = 0; i < count && good; i++) good = !atomic_load(&c->ending) && copy_frame(w, &m, i, to);
  good = good && write_table(&m, count, to);
  ZSTD_freeCCtx(m.context);
  free(m.plain), free(m.packed), free(m.entries);
  return good;
}

static bool source_is_unchanged(const wanted *w) {
  struct stat now;
  return fstat(w->fd, &now) == 0 && version_holds(&w->version, &now);
}

static void make_copy(const frame_cache *c, const wanted *w) {
  if (cache_holds(&c->folder, &w->version, KIND)) return;
  int to = cache_begin(&c->folder, &w->version, KIND);
  if (to < 0) return;
  bool made = copy_all(c, w, to) && source_is_unchanged(w);
  cache_end(&c->folder, &w->version, KIND, to, made);
}

static void take_off(frame_cache *c) {
  close(c->list[0].fd);
  memmove(c->list, c->list + 1, --c->count * sizeof *c->list);
}

static void *make_all(void *context) {
  frame_cache *c = context;
  setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), MAKER_NICE);
  pthread_mutex_lock(&c->mutex);
  for (;;) {
    while (!c->count && !atomic_load(&c->ending)) pthread_cond_wait(&c->more, &c->mutex);
    if (atomic_load(&c->ending)) break;
    wanted w = c->list[0];
    pthread_mutex_unlock(&c->mutex);
    make_copy(c, &w);
    pthread_mutex_lock(&c->mutex);
    take_off(c);
  }
  while (c->count) take_off(c);
  pthread_mutex_unlock(&c->mutex);
  return NULL;
}

frame_cache *frame_cache_new(cache_folder folder) {
  frame_cache *c = calloc(1, sizeof *c);
  if (!c) return NULL;
  c->folder = folder;
  pthread_mutex_init(&c->mutex, NULL);
  pthread_cond_init(&c->more, NULL);
  return c;
}

bool frame_cache_start(frame_cache *c) {
  if (c) c->running = pthread_create(&c->thread, NULL, make_all, c) == 0;
  return !c || c->running;
}

void frame_cache_free(frame_cache *c) {
  if (!c) return;
  atomic_store(&c->ending, true);
  pthread_mutex_lock(&c->mutex);
  pthread_cond_signal(&c->more);
  pthread_mutex_unlock(&c->mutex);
  if (c->running) pthread_join(c->thread, NULL);
  pthread_mutex_destroy(&c->mutex);
  pthread_cond_destroy(&c->more);
  free(c);
}
