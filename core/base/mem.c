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

void *mem_resize(mem *m, void *ptr, size_t old_size, size_t new_size, sonde_error *err) {
  if (new_size > old_size && new_size - old_size > m->limit - m->used) {
    status_set(
        err, SONDE_LIMIT, 0,
        "the memory budget of %llu MB is used up (%llu MB held, %llu more bytes wanted); raise it or close tables",
        (unsigned long long)(m->limit >> 20), (unsigned long long)(m->used >> 20),
        (unsigned long long)(new_size - old_size));
    return NULL;
  }
  void *moved = m->resize(m->user, ptr, old_size, new_size);
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
