/* Two buffers that change places: one is filled under the mutex, the other is written without it. */
#include "log.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 256 << 10, END_SECONDS = 2 };

struct request_log {
  int fd;
  bool running, ending;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t filled;
  char *buffer, *spare;
  size_t len;
  uint64_t lines, lost, told; /* lines in the buffer; lost so far; of them, said in the log */
};

request_log *log_open(const char *where) {
  request_log *l = calloc(1, sizeof *l);
  if (!l) return NULL;
  bool to_stderr = strcmp(where, "stderr") == 0;
  l->fd = to_stderr ? dup(STDERR_FILENO)
                    : open(where, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
  l->buffer = malloc(BUFFER);
  l->spare = malloc(BUFFER);
  if (l->fd >= 0 && l->buffer && l->spare) {
    pthread_mutex_init(&l->mutex, NULL);
    pthread_cond_init(&l->filled, NULL);
    return l;
  }
  if (l->fd >= 0) close(l->fd);
  free(l->buffer), free(l->spare), free(l);
  return NULL;
}

/* Answers how many whole lines could not be written. A line that was cut by a full disk is ended as soon as there is room. */
static uint64_t write_lines(int fd, const char *bytes, size_t len, bool *torn) {
  if (*torn && write(fd, "\n", 1) == 1) *torn = false;
  size_t done = 0;
  while (done < len && !*torn) {
    ssize_t n = write(fd, bytes + done, len - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += (size_t)n;
  }
  uint64_t lost = 0;
  for (size_t i = done; i < len; i++) lost += bytes[i] == '\n';
  if (done && done < len) *torn = bytes[done - 1] != '\n';
  return lost;
}

/* Loses at most what is said here: the line about lost lines is lost with the next ones. */
static size_t say_lost(request_log *l) {
  if (l->lost == l->told || BUFFER - l->len < 128) return 0;
  int n = snprintf(l->buffer + l->len, 128, "{\"event\":\"log_lines_lost\",\"total\":%llu}\n",
                   (unsigned long long)l->lost);
  l->told = l->lost;
  return (size_t)n;
}

static void *write_all(void *context) {
  request_log *l = context;
  bool torn = false;
  pthread_mutex_lock(&l->mutex);
  for (;;) {
    while (!l->len && !l->ending) pthread_cond_wait(&l->filled, &l->mutex);
    if (!l->len) break;
    l->len += say_lost(l);
    char *bytes = l->buffer;
    size_t len = l->len;
    l->buffer = l->spare, l->spare = bytes, l->len = 0;
    pthread_mutex_unlock(&l->mutex);
    uint64_t lost = write_lines(l->fd, bytes, len, &torn);
    pthread_mutex_lock(&l->mutex);
    l->lost += lost;
  }
  pthread_mutex_unlock(&l->mutex);
  return NULL;
}

bool log_start(request_log *l) {
  if (l) l->running = pthread_create(&l->thread, NULL, write_all, l) == 0;
  return !l || l->running;
}

/* A reader that does not take the last lines does not keep the server from ending; the thread ends with the process then. */
static bool has_ended(request_log *l) {
  struct timespec patience;
  if (!l->running) return true;
  clock_gettime(CLOCK_MONOTONIC, &patience);
  patience.tv_sec += END_SECONDS;
  return pthread_clockjoin_np(l->thread, NULL, CLOCK_MONOTONIC, &patience) == 0;
}

void log_close(request_log *l) {
  if (!l) return;
  pthread_mutex_lock(&l->mutex);
  l->ending = true;
  pthread_cond_signal(&l->filled);
  pthread_mutex_unlock(&l->mutex);
  if (!has_ended(l)) return;
  close(l->fd);
  pthread_mutex_destroy(&l->mutex);
  pthread_cond_destroy(&l->filled);
  free(l->buffer), free(l->spare), free(l);
}

void log_line(request_log *l, const char *line, size_t len) {
  if (!l) return;
  pthread_mutex_lock(&l->mutex);
  bool was_empty = l->len == 0;
  if (len <= BUFFER - l->len) {
    memcpy(l->buffer + l->len, line, len);
    l->len += len;
  } else {
    l->lost++;
  }
  if (was_empty) pthread_cond_signal(&l->filled);
  pthread_mutex_unlock(&l->mutex);
}

uint64_t log_lost(request_log *l) {
  if (!l) return 0;
  pthread_mutex_lock(&l->mutex);
  uint64_t lost = l->lost;
  pthread_mutex_unlock(&l->mutex);
  return lost;
}
