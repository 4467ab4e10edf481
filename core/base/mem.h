/* Counted memory: every byte of an engine is asked for here, against a limit.
 * A mem is owned by its engine; whatever was allocated from it is freed to it with the same size. */
#ifndef BASE_MEM_H
#define BASE_MEM_H
#include <stdbool.h>

#include "base/status.h"

typedef struct mem {
  void *(*resize)(void *user, void *ptr, size_t old_size, size_t new_size);
  void *user;
  uint64_t limit, used, peak;
  uint64_t
      base; /* held when the limit was set for a while: what is left of the limit is for whoever it was set for */
  uint64_t refused; /* how often something did not fit since then */
  /* Called when there is no room: frees something that is held only for speed and answers true, or false when nothing is left.
   * NULL: nothing is. What may be given up, and in which order, is the owner's business. */
  bool (*reclaim)(void *owner);
  void *owner;
} mem;

void mem_init(mem *, uint64_t limit, void *(*resize)(void *, void *, size_t, size_t), void *user);
/* Reclaims first when there is no room; NULL and an error (SONDE_LIMIT names the budget, SONDE_NOMEM the allocator) when it cannot be had. `size` may be 0:
 * the answer is then NULL without an error. */
void *mem_alloc(mem *, size_t size, sonde_error *);
/* Keeps the old block when it fails. */
void *mem_resize(mem *, void *ptr, size_t old_size, size_t new_size, sonde_error *);
void mem_free(mem *, void *ptr, size_t size);

/* Whether so many bytes may be had; what is held only for speed is given up for them. */
bool mem_has_room(mem *, uint64_t more);
/* What may be held by whoever asks now, however much is used of it. */
static inline uint64_t mem_share(const mem *m) { return m->limit - m->base; }

#endif
