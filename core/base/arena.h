/* An arena: many allocations, one free. Blocks are kept on reset and reused, because the first touch of fresh wasm
 * memory costs more than reading the file (0.4-2.4 GB/s). An arena belongs to the task or object it is embedded in. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include "base/mem.h"

typedef struct arena_block arena_block;
typedef struct arena {
  mem *mem;
  arena_block *blocks; /* the current one first */
  arena_block *spare;  /* kept by reset */
  size_t used;         /* in the current block */
  uint64_t held;       /* bytes of all blocks */
} arena;

void arena_init(arena *, mem *);
/* 16-byte aligned, not cleared. NULL with an error when memory cannot be had; size 0 gives a valid pointer. */
void *arena_alloc(arena *, size_t size, sonde_error *);
void *arena_zero(arena *, size_t size, sonde_error *);                /* cleared */
void *arena_array(arena *, size_t count, size_t size, sonde_error *); /* checked product, not cleared */
void *arena_copy(arena *, const void *src, size_t size, sonde_error *);
void arena_reset(arena *); /* keeps blocks for reuse */
void arena_free(arena *);  /* gives all back; the arena can be used again */
static inline uint64_t arena_held(const arena *a) { return a->held; }

#endif
