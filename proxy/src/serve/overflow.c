/* See overflow.h. */
#include "overflow.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

overflow_room *overflow_room_new(int folder, uint64_t most) {
  overflow_room *room = calloc(1, sizeof *room);
  if (!room) return NULL;
  room->folder = folder;
  room->most = most;
  atomic_init(&room->users, 1);
  return room;
}

void overflow_room_leave(overflow_room *room) {
  if (atomic_fetch_sub(&room->users, 1) == 1) free(room);
}

void overflow_init(overflow *o, overflow_room *room) {
  atomic_fetch_add(&room->users, 1);
  *o = (overflow){.room = room, .fd = -1};
}

static void give_back(overflow *o) {
  atomic_fetch_sub(&o->room->used, o->end);
  o->begin = o->end = 0;
}

void overflow_free(overflow *o) {
  give_back(o);
  if (o->fd >= 0) close(o->fd);
  overflow_room_leave(o->room);
}

bool overflow_holds(const overflow *o) { return o->begin < o->end; }

static bool reserve(overflow *o, size_t len) {
  if (atomic_fetch_add(&o->room->used, len) + len <= o->room->most) return true;
  atomic_fetch_sub(&o->room->used, len);
  return false;
}

static bool write_all(int fd, const char *bytes, size_t len, uint64_t at) {
  for (size_t done = 0; done < len;) {
    ssize_t n = pwrite(fd, bytes + done, len - done, (off_t)(at + done));
    if (n <= 0) return false;
    done += (size_t)n;
  }
  return true;
}

bool overflow_put(overflow *o, const void *bytes, size_t len) {
  if (o->room->folder < 0 || !reserve(o, len)) return false;
  if (o->fd < 0) o->fd = openat(o->room->folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (o->fd >= 0 && write_all(o->fd, bytes, len, o->end)) {
    o->end += len;
    return true;
  }
  atomic_fetch_sub(&o->room->used, len);
  return false;
}

/* What has been taken takes no more room once all has. */
static void empty(overflow *o) {
  (void)!ftruncate(o->fd, 0);
  give_back(o);
}

size_t overflow_take(overflow *o, void *to, size_t most) {
  uint64_t left = o->end - o->begin;
  ssize_t n = pread(o->fd, to, left < most ? (size_t)left : most, (off_t)o->begin);
  if (n <= 0) return 0;
  o->begin += (uint64_t)n;
  if (o->begin == o->end) empty(o);
  return (size_t)n;
}
