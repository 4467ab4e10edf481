/* See mem.h. */
#include "base/mem.h"

#include <stdlib.h>

static void *resize_libc(void *user, void *ptr, size_t old_size, size_t new_size) {
  (void)user;
  (void)old_size;
  if (new_size == 0) {
    free(ptr);
    return NULL;
  }
  return realloc(ptr, new_size);
}

void mem_init(mem *m, uint64_t limit, void *(*resize)(void *, void *, size_t, size_t), void *user) {
  *m = (mem){.resize = resize ? resize : resize_libc, .user = user, .limit = limit};
}

static bool fits(const mem *m, uint64_t more) { return m->used <= m->limit && more <= m->limit - m->used; }

static bool reclaim(mem *m) { return m->reclaim && m->reclaim(m->owner); }

/* What could not be had even if nothing else were held is not worth giving anything up for. */
bool mem_has_room(mem *m, uint64_t more) {
  while (!fits(m, more))
    if (more > m->limit || !reclaim(m)) return false;
  return true;
}

void *mem_resize(mem *m, void *ptr, size_t old_size, size_t new_size, sonde_error *err) {
  size_t more = new_size > old_size ? new_size - old_size : 0;
  if (more && !mem_has_room(m, more)) {
    m->refused++;
    status_set(
        err, SONDE_LIMIT, 0,
        "the memory budget of %llu MB is used up (%llu MB held, %llu more bytes wanted); raise it or close tables",
        (unsigned long long)(m->limit >> 20), (unsigned long long)(m->used >> 20), (unsigned long long)more);
    return NULL;
  }
  void *moved = m->resize(m->user, ptr, old_size, new_size);
  while (!moved && new_size > 0 && reclaim(m)) moved = m->resize(m->user, ptr, old_size, new_size);
  if (!moved && new_size > 0) {
    status_set(err, SONDE_NOMEM, 0, "the system refused %llu bytes of memory", (unsigned long long)new_size);
    return NULL;
  }
  m->used = m->used - old_size + new_size;
  if (m->used > m->peak) m->peak = m->used;
  return moved;
}

void *mem_alloc(mem *m, size_t size, sonde_error *err) {
  return size == 0 ? NULL : mem_resize(m, NULL, 0, size, err);
}

void mem_free(mem *m, void *ptr, size_t size) {
  if (ptr) mem_resize(m, ptr, size, 0, NULL);
}
