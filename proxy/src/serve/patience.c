/* See patience.h. */
#include "patience.h"
#include <time.h>

void patience_init(pthread_cond_t *c) {
  pthread_condattr_t means;
  pthread_condattr_init(&means);
  pthread_condattr_setclock(&means, CLOCK_MONOTONIC);
  pthread_cond_init(c, &means);
  pthread_condattr_destroy(&means);
}

bool patience_wait(pthread_cond_t *c, pthread_mutex_t *m, unsigned milliseconds) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += milliseconds / 1000;
  until.tv_nsec += milliseconds % 1000 * 1000000L;
  if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
  return pthread_cond_timedwait(c, m, &until) == 0;
}
