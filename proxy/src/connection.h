/* connection.h — one client of the file server: reads request heads, sends answers, in turn, never waiting. */
#ifndef CONNECTION_H
#define CONNECTION_H
#include "http.h"

typedef struct connection connection;

/* Takes the socket over. `slot` is kept for the owner. NULL when memory is short; the socket stays the caller's then. */
connection *connection_new(int fd, size_t slot);
void connection_free(connection *);
int connection_fd(const connection *);
size_t connection_slot(const connection *);

/* Goes on as far as the socket lets it, and says what to wait for. */
typedef enum { CONNECTION_READS, CONNECTION_WRITES, CONNECTION_ENDS } connection_next;
connection_next connection_advance(connection *, const http_site *);
/* It had its time: for a whole request head, for taking more of an answer, for a next request. */
bool connection_is_late(const connection *);

/* Says 503 to a socket for which there is no room, and closes it. */
void connection_refuse(int fd, const http_site *);

#endif
