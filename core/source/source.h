/* Sources and the bytes of them at hand. The engine never reads: a task asks for a range, and when no extent covers it
 * the range becomes a want that the host answers through reserve and commit.
 * `sources` owns all extents; a pointer into one is valid until the task that asked for it ends. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H
#include <stdbool.h>

#include "base/mem.h"

typedef struct extent extent;
struct extent {
  extent *next;
  uint64_t offset;
  uint32_t length;
  bool committed;
  bool awaited; /* a task that has not ended wants it: given up last */
  bool in_use;  /* read by the task that runs now: never given up */
  uint8_t *data;
};

typedef struct {
  sonde_source id;
  bool failed;
  bool used; /* some extent is in use */
  char reason[160];
  uint64_t size;
  extent *extents; /* most recently used first */
} source;

typedef struct {
  mem *mem;
  source *list;
  uint32_t count, cap;
  uint32_t extents;  /* of all sources */
  uint64_t held;     /* bytes of all extents */
  uint64_t limit;    /* beyond it, reserve lets go of what was used longest ago */
  uint64_t squeezed; /* awaited extents given up so far: they will have to be brought again */
} sources;

void sources_init(sources *, mem *, uint64_t limit);
void sources_free(sources *);
sonde_code sources_add(sources *, sonde_source, uint64_t size, sonde_error *);
void sources_drop(sources *, sonde_source);
source *sources_find(sources *, sonde_source); /* NULL: unknown. Borrowed until the next add or drop. */

/* The bytes [offset, offset + length) when one extent covers them; else NULL. */
const uint8_t *source_bytes(source *, uint64_t offset, uint32_t length);
/* What there is of [begin, end): committed extents (whole ones) that touch it, by offset; answers how many, at most `cap`. */
typedef struct {
  uint64_t offset;
  uint32_t length;
  const uint8_t *bytes;
} source_piece;
uint32_t source_pieces(source *, uint64_t begin, uint64_t end, source_piece *out, uint32_t cap);
/* Lets go of every committed extent that lies inside [begin, end). */
void source_release(sources *, source *, uint64_t begin, uint64_t end);

/* A task has ended (`awaits`: not yet, it lacks bytes and will run again): nothing is in use. */
void sources_rest(sources *, bool awaits);
/* Gives up the idle extent that was used longest ago, or with `awaited` one of any kind that is not in use. False: there is
 * none. */
bool sources_reclaim(sources *, bool awaited);

void *sources_reserve(sources *, sonde_source, uint64_t offset, uint32_t length, sonde_error *);
void sources_commit(sources *, void *reserved, uint32_t length);
void source_fail(source *, sonde_str reason);

/* The wants of one job, in the order of their urgency; a range is listed once. */
#define WANTS_MAX 64u
typedef struct {
  sonde_want list[WANTS_MAX];
  uint32_t count;
} wants;
void wants_add(wants *, sonde_source, uint64_t offset, uint32_t length);
/* Makes one want of neighbours that lie at most `gap` bytes apart: a request costs more than bytes that nobody needs. */
void wants_join(wants *, uint32_t gap);

#endif
