/* cold.h — bytes of files that are not in memory are read by helper threads first, so that no loop waits for a disk. */
#ifndef SERVE_COLD_H
#define SERVE_COLD_H
#include "mail.h"
#include <stdint.h>
#include <sys/types.h>

typedef struct cold_reader cold_reader;
typedef struct cold_job cold_job;

cold_reader *cold_new(void);
bool cold_start(cold_reader *, unsigned threads);
void cold_free(cold_reader *); /* NULL is fine */

/* Reads a part of a file, to have it in memory; then `deliver(owner)` on the loop of `box`. `fd` stays open until then,
 * also after cold_abandon: `done(resource)` is called on the loop's thread when it is no longer needed. NULL: no memory. */
typedef struct {
  int fd;
  uint64_t offset, length;
  mailbox *box;
  void (*deliver)(void *owner);
  void *owner;
  void (*done)(void *resource);
  void *resource;
} cold_order;
cold_job *cold_submit(cold_reader *, const cold_order *);
void cold_abandon(cold_job *); /* on the loop's thread, before it was delivered */

/* Reads what is in memory, and no more: -1 with EAGAIN when the first byte is not. */
ssize_t cold_read_warm(int fd, void *to, size_t len, uint64_t offset);
/* Whether the first and the last byte of a part are in memory; what lies between was read with them. */
bool cold_is_warm(int fd, uint64_t offset, uint64_t length);

#endif
