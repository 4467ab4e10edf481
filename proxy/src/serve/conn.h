/* conn.h — one client: reads request heads, has them answered, sends answers, in turn, never waiting.
 *
 * Idle it is this struct and nothing else: what a request needs is lent by its loop while it lasts. */
#ifndef SERVE_CONN_H
#define SERVE_CONN_H
#include "exchange.h"
#include "loop.h"
#include "routes.h"

typedef enum {
  CONN_READING,   /* the head of the next request, or nothing */
  CONN_RECEIVING, /* the body of a request */
  CONN_SENDING,
  CONN_WAITING,  /* for a worker or a disk */
  CONN_LINGERING /* has said its last word and waits for the client to hang up */
} conn_state;

struct conn {
  timer timer; /* first, so that a timer is its connection */
  loop *loop;
  conn *prev, *next, *next_ready;
  exchange *x; /* NULL unless a request is being answered */
  char *in; /* NULL, or REQUEST_HEAD_MAX bytes for a head that has not come whole, or requests sent ahead */
  uint32_t in_len;
  int fd;
  uint64_t window_sent; /* bytes since the send deadline was set last */
  address_key address;
  conn_state state : 8;
  bool readable, writable, hung_up;
  bool unparsed; /* `in` may hold a whole head */
  bool is_ready, trusted;
};

/* Takes the socket over; false: there is no memory, and it is closed. */
bool conn_open(loop *, int fd, bool trusted, address_key);
void conn_close(conn *); /* cuts what is under way */
void conn_event(conn *, uint32_t epoll_events);
void conn_run(conn *);   /* goes on as far as the sockets let it */
void conn_late(conn *);  /* its deadline passed */
void conn_drain(conn *); /* the server ends: closed as soon as it has nothing to do */
/* Says 503 to a socket for which there is no room, and closes it. */
void conn_refuse(loop *, int fd);

#endif
