/* See arena.h. */
#include "base/arena.h"

#include <string.h>

#include "base/checked.h"

struct arena_block {
  arena_block *next;
  size_t cap; /* bytes after the header */
};

#define ARENA_ALIGN 16u
#define ARENA_FIRST 4096u
#define ARENA_GROW_MAX ((size_t)256 << 10)
#define HEADER ((sizeof(arena_block) + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1))

void arena_init(arena *a, mem *m) { *a = (arena){.mem = m}; }

static arena_block *take_spare(arena *a, size_t size) {
  for (arena_block **link = &a->spare; *link; link = &(*link)->next) {
    if ((*link)->cap < size) continue;
    arena_block *found = *link;
    *link = found->next;
    return found;
  }
  return NULL;
}

static arena_block *new_block(arena *a, size_t size, sonde_error *err) {
  size_t cap = a->blocks ? a->blocks->cap * 2 : ARENA_FIRST - HEADER;
  if (cap > ARENA_GROW_MAX) cap = ARENA_GROW_MAX;
  if (cap < size) cap = size;
  arena_block *block = mem_alloc(a->mem, HEADER + cap, err);
  if (!block) return NULL;
  block->cap = cap;
  a->held += HEADER + cap;
  return block;
}

void *arena_alloc(arena *a, size_t size, sonde_error *err) {
  if (size > SIZE_MAX / 2) {
    status_set(err, SONDE_LIMIT, 0, "an allocation of %llu bytes is too large", (unsigned long long)size);
    return NULL;
  }
  size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
  if (!a->blocks || a->blocks->cap - a->used < size) {
    arena_block *block = take_spare(a, size);
    if (!block) block = new_block(a, size, err);
    if (!block) return NULL;
    block->next = a->blocks;
    a->blocks = block;
    a->used = 0;
  }
  void *p = (uint8_t *)a->blocks + HEADER + a->used;
  a->used += size;
  return p;
}

void *arena_zero(arena *a, size_t size, sonde_error *err) {
  void *p = arena_alloc(a, size, err);
  if (p) memset(p, 0, size);
  return p;
}

void *arena_array(arena *a, size_t count, size_t size, sonde_error *err) {
  size_t bytes;
  if (!checked_mul(&bytes, count, size)) {
    status_set(err, SONDE_LIMIT, 0, "an array of %llu elements is too large", (unsigned long long)count);
    return NULL;
  }
  return arena_alloc(a, bytes, err);
}

void *arena_copy(arena *a, const void *src, size_t size, sonde_error *err) {
  void *p = arena_alloc(a, size, err);
  if (p && size) memcpy(p, src, size);
  return p;
}

void arena_reset(arena *a) {
  while (a->blocks) {
    arena_block *block = a->blocks;
    a->blocks = block->next;
    block->next = a->spare;
    a->spare = block;
  }
  a->used = 0;
}

static void free_list(arena *a, arena_block *block) {
  while (block) {
    arena_block *next = block->next;
    mem_free(a->mem, block, HEADER + block->cap);
    block = next;
  }
}

void arena_free(arena *a) {
  free_list(a, a->blocks);
  free_list(a, a->spare);
  arena_init(a, a->mem);
}
