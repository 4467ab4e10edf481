/* access_log.h — one line of JSON for each request, once it is answered or cut. */
#ifndef SERVE_ACCESS_LOG_H
#define SERVE_ACCESS_LOG_H
#include <stdbool.h>
#include <stdint.h>

struct conn;

uint64_t access_log_clock(void); /* nanoseconds, monotonic */
/* Counts the connection's request, and logs it where a log is kept. */
void access_log(const struct conn *, bool was_cut);

#endif
