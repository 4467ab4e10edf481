/* pool.h — threads that run fragments, each on an engine of its own. Everything here is called on one thread, the one
 * that steps the job; results come back to it. */
#ifndef POOL_H
#define POOL_H
#include "bytes.h"

typedef struct pool pool;

typedef struct pool_result {
  uint32_t id; /* of the fragment */
  uint8_t *bytes;
  size_t len;
  sonde_error error; /* code SONDE_OK: it succeeded */
  struct pool_result *next;
} pool_result;

/* Every thread's engine gets this configuration. `niceness`: of the threads; 0: that of the process. `sources` is borrowed; it may
 * gain members while nothing is pending. */
pool *pool_new(unsigned threads, int niceness, const sonde_config *, const byte_sources *sources,
               sonde_error *);
void pool_free(pool *); /* waits for fragments under way */

void pool_submit(pool *, const sonde_fragment *); /* the fragment's bytes are copied */
/* Finished ones, as a list that the caller frees; waits until there is one. NULL when nothing is pending. */
pool_result *pool_collect(pool *);
void pool_results_free(pool_result *);
/* Nothing is pending afterwards: what nobody has begun is forgotten, what is being run is waited for. */
void pool_discard(pool *);

#endif
