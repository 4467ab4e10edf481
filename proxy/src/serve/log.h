/* log.h — lines for the log, written by a thread of their own: who logs never waits, neither for a disk nor for a reader.
 *
 * Lines that find no room, or that a full disk does not take, are lost and counted; the count is logged once there is room. */
#ifndef SERVE_LOG_H
#define SERVE_LOG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct request_log request_log;

/* "stderr", or the path of a file to append to; NULL for an error, with errno. */
request_log *log_open(const char *where);
/* Starts the writing thread, apart from opening so that a sandbox can come between. */
bool log_start(request_log *);
void log_close(request_log *); /* writes what is left; NULL is fine */

/* One whole line, with its line break. NULL: nothing is logged. */
void log_line(request_log *, const char *line, size_t len);
uint64_t log_lost(request_log *);

#endif
