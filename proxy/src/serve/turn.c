/* See turn.h. */
#include "turn.h"

void turn_init(turn *t) {
  pthread_mutex_init(&t->mutex, NULL);
  pthread_cond_init(&t->moved, NULL);
  t->asked = t->given = 0;
}

void turn_destroy(turn *t) {
  pthread_mutex_destroy(&t->mutex);
  pthread_cond_destroy(&t->moved);
}

void turn_take(turn *t) {
  pthread_mutex_lock(&t->mutex);
  for (uint64_t mine = t->asked++; t->given != mine;) pthread_cond_wait(&t->moved, &t->mutex);
  pthread_mutex_unlock(&t->mutex);
}

void turn_give(turn *t) {
  pthread_mutex_lock(&t->mutex);
  t->given++;
  pthread_cond_broadcast(&t->moved);
  pthread_mutex_unlock(&t->mutex);
}

bool turn_is_wanted(turn *t) {
  pthread_mutex_lock(&t->mutex);
  bool wanted = t->asked > t->given + 1;
  pthread_mutex_unlock(&t->mutex);
  return wanted;
}
