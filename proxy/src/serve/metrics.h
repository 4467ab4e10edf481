/* metrics.h — what is counted: one set of counters a loop, so that loops do not wait for one another. */
#ifndef SERVE_METRICS_H
#define SERVE_METRICS_H
#include "out.h"
#include <stdatomic.h>

typedef enum {
  COUNT_ACCEPTED,
  COUNT_REFUSED_LIMIT,   /* connections, over the limit in all */
  COUNT_REFUSED_ADDRESS, /* connections, over the limit of an address */
  COUNT_REFUSED_RATE,    /* requests, over the rate of a user */
  COUNT_REFUSED_SIGNATURE,
  COUNT_REFUSED_HEAD,   /* requests that were malformed */
  COUNT_REFUSED_BUSY,   /* answers for which the queue had no room */
  COUNT_LATE_HEAD,      /* connections closed before their head was whole */
  COUNT_LATE_READER,    /* answers cut because nobody took them */
  COUNT_CUT_CHANGED,    /* answers cut because the file changed */
  COUNT_CUT_FAILED,     /* answers cut because making them failed */
  COUNT_COLD,           /* pieces of files that had to be read from the disk */
  COUNT_BYTES,          /* sent, heads included */
  COUNT_NO_DESCRIPTORS, /* times that accept ran out of file descriptors */
  COUNTERS
} counter;

enum { STATUS_CLASSES = 6, LATENCY_BUCKETS = 12 };

typedef struct {
  atomic_uint_fast64_t counts[COUNTERS];
  atomic_uint_fast64_t statuses[STATUS_CLASSES]; /* [4]: 4xx */
  atomic_uint_fast64_t latencies[LATENCY_BUCKETS + 1];
  atomic_uint_fast64_t latency_us;
} metrics;

static inline void metrics_add(metrics *m, counter c, uint64_t n) {
  atomic_fetch_add_explicit(&m->counts[c], n, memory_order_relaxed);
}
void metrics_answered(metrics *, int status, uint64_t microseconds);

/* Numbers that somebody else keeps. */
typedef struct {
  uint64_t connections, work_queued, work_running, log_lost;
} metrics_gauges;

/* In Prometheus' text format. */
void metrics_write(const metrics *const *sets, unsigned count, const metrics_gauges *, out *);

#endif
