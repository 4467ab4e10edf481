/* pread into the memory that the engine reserved. */
#include "bytes.h"
#include "zones.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool bytes_register(sonde_engine *engine, const byte_sources *sources, uint32_t known, sonde_error *err) {
  for (uint32_t i = known; i < sources->count; i++)
    if (sonde_source_add(engine, i + 1, sources->files[i].size, err) != SONDE_OK) return false;
  return true;
}

/* Fewer bytes than asked when the file ends early; -1 with errno when it cannot be read. */
static ssize_t read_range(int fd, char *to, size_t length, uint64_t offset) {
  size_t got = 0;
  while (got < length) {
    ssize_t n = pread(fd, to + got, length - got, (off_t)(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    got += (size_t)n;
  }
  return (ssize_t)got;
}

static bool bring_one(sonde_engine *engine, const sonde_want *want, const byte_sources *sources,
                      sonde_error *err) {
  void *room = sonde_reserve(engine, want->source, want->offset, want->length, err);
  if (!room) return false;
  ssize_t got = read_range(sources->files[want->source - 1].fd, room, want->length, want->offset);
  if (got < 0) {
    const char *reason = strerror(errno);
    sonde_source_fail(engine, want->source, (sonde_str){reason, strlen(reason)});
  }
  sonde_commit(engine, room, got < 0 ? 0 : (uint32_t)got);
  return true;
}

/* As many ranges at a time as a job lists: a page of a wide table has one for each column. */
enum { WANTS_MOST = 64 };

/* A disk finds them side by side; read one after the other, a page of 20 columns that are not in memory waits 20 times. */
static void announce(const sonde_want *wants, size_t n, const byte_sources *sources) {
  for (size_t i = 0; i < n && n > 1; i++)
    posix_fadvise(sources->files[wants[i].source - 1].fd, (off_t)wants[i].offset, wants[i].length,
                  POSIX_FADV_WILLNEED);
}

/* Room for the most urgent range is enough to go on. */
bool bytes_bring(sonde_engine *engine, sonde_job *job, const byte_sources *sources, sonde_error *err) {
  sonde_want wants[WANTS_MOST];
  size_t n = sonde_job_wants(job, wants, WANTS_MOST);
  if (n == 1 && wants[0].source == 0) return zones_bring(engine, job, err);
  announce(wants, n, sources);
  for (size_t i = 0; i < n; i++)
    if (!bring_one(engine, &wants[i], sources, err)) return i > 0;
  if (n) return true;
  *err = (sonde_error){.code = SONDE_MISUSE, .message = "the engine wants bytes, but names none"};
  return false;
}
