/* turn.h — a lock that is had in the order in which it was asked for: a mutex goes to whoever is quickest, which may never be who has waited
 * longest. */
#ifndef SERVE_TURN_H
#define SERVE_TURN_H
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t moved;
  uint64_t asked, given; /* the next to be asked for; whose turn it is */
} turn;

void turn_init(turn *);
void turn_destroy(turn *);
void turn_take(turn *);
void turn_give(turn *);
/* Whether somebody waits while the caller has it. */
bool turn_is_wanted(turn *);

#endif
