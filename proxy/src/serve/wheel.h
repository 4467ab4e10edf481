/* wheel.h — deadlines of many connections: a wheel of lists, one a tick, so that setting one costs nothing.
 *
 * A deadline that moves away leaves its timer where it is; it is put further on when the wheel comes by. */
#ifndef SERVE_WHEEL_H
#define SERVE_WHEEL_H
#include <stdbool.h>
#include <stdint.h>

enum { WHEEL_SLOTS = 512, WHEEL_TICK_MS = 100 };

typedef struct timer {
  struct timer *prev, *next; /* NULL: not on the wheel */
  uint32_t due, slot;        /* in ticks; where it hangs, which is not behind `due` */
} timer;

typedef struct {
  timer slots[WHEEL_SLOTS]; /* heads of rings */
  uint32_t now;
} wheel;

void wheel_init(wheel *, uint32_t now);
void wheel_set(wheel *, timer *, uint32_t due);
void wheel_drop(timer *);
/* A timer whose time has come, off the wheel; NULL when there is none up to `now`. */
timer *wheel_expire(wheel *, uint32_t now);

#endif
