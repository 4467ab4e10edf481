/* The wheel turns one slot a tick; a timer found in a slot before its time goes back on. */
#include "wheel.h"
#include <stddef.h>

void wheel_init(wheel *w, uint32_t now) {
  w->now = now;
  for (unsigned i = 0; i < WHEEL_SLOTS; i++) w->slots[i].prev = w->slots[i].next = &w->slots[i];
}

void wheel_drop(timer *t) {
  if (!t->next) return;
  t->prev->next = t->next;
  t->next->prev = t->prev;
  t->prev = t->next = NULL;
}

static void hang(wheel *w, timer *t) {
  uint32_t ahead = t->due - w->now;
  if ((int32_t)ahead < 1) ahead = 1;
  if (ahead > WHEEL_SLOTS - 1) ahead = WHEEL_SLOTS - 1;
  t->slot = w->now + ahead;
  timer *head = &w->slots[t->slot % WHEEL_SLOTS];
  t->prev = head->prev;
  t->next = head;
  head->prev->next = t;
  head->prev = t;
}

void wheel_set(wheel *w, timer *t, uint32_t due) {
  t->due = due;
  if (t->next && (int32_t)(due - t->slot) >= 0) return;
  wheel_drop(t);
  hang(w, t);
}

timer *wheel_expire(wheel *w, uint32_t now) {
  for (;;) {
    timer *head = &w->slots[w->now % WHEEL_SLOTS], *t = head->next;
    if (t == head || t->slot != w->now) {
      if ((int32_t)(now - w->now) <= 0) return NULL;
      w->now++;
      continue;
    }
    wheel_drop(t);
    if ((int32_t)(t->due - w->now) <= 0) return t;
    hang(w, t);
  }
}
