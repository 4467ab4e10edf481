/* patience.h — waiting for a condition, but not longer than some time, whatever becomes of the clock on the wall. */
#ifndef SERVE_PATIENCE_H
#define SERVE_PATIENCE_H
#include <pthread.h>
#include <stdbool.h>

/* Of conditions that patience_wait may wait for. */
void patience_init(pthread_cond_t *);
/* False: the time is over. Like pthread_cond_wait it may end for no reason. */
bool patience_wait(pthread_cond_t *, pthread_mutex_t *, unsigned milliseconds);

#endif
