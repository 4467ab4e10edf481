/* overflow.h — what a worker wrote ahead of a reader who does not keep up, in a file without a name: bytes leave in the order in which they
 * came. Not locked. */
#ifndef SERVE_OVERFLOW_H
#define SERVE_OVERFLOW_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of all answers together; its last user frees it, as answers outlive the pool of workers that made it. */
typedef struct {
  int folder; /* -1: there is none to write in */
  uint64_t most;
  atomic_uint_least64_t used;
  atomic_uint users;
} overflow_room;

/* With one user, who makes it; NULL: no memory. */
overflow_room *overflow_room_new(int folder, uint64_t most);
void overflow_room_leave(overflow_room *);

typedef struct {
  overflow_room *room;
  int fd; /* -1: not needed yet */
  uint64_t begin, end;
} overflow;

void overflow_init(overflow *, overflow_room *);
void overflow_free(overflow *);
bool overflow_holds(const overflow *);
/* All or nothing; false: there is no room. */
bool overflow_put(overflow *, const void *bytes, size_t len);
/* How many bytes were taken, at most `most`; 0 where some are held: they cannot be read. */
size_t overflow_take(overflow *, void *to, size_t most);

#endif
