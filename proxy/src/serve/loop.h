/* loop.h — one event loop: a thread, an epoll, listeners, connections. Loops share only what site.h has. */
#ifndef SERVE_LOOP_H
#define SERVE_LOOP_H
#include "listen.h"
#include "mail.h"
#include "metrics.h"
#include "opened.h"
#include "request.h"
#include "site.h"
#include "wheel.h"

/* ROUND_BYTES: of files that leave before the loop looks again who has come and which answers are ready. */
enum { LOOP_SCRATCH = 72 << 10, ROUND_BYTES = 1 << 20 };

typedef struct conn conn;
typedef struct exchange exchange;

struct loop {
  site *site;
  pthread_t thread;
  int epoll, reserve; /* a descriptor kept back for when none is left */
  mailbox box;
  wheel timers;
  uint64_t now_ms;
  time_t wall;
  char date[HTTP_DATE_SIZE];
  listener listeners[LISTEN_MAX];
  unsigned listener_count;
  conn *connections;        /* all, for ending */
  conn *ready, **ready_end; /* those that used up their turn, in the order in which they did */
  size_t round_sent;
  exchange *spare; /* for reuse */
  unsigned spare_count;
  opened_files files;
  metrics metrics;
  keyring keys;
  unsigned keys_generation;
  bool draining;
  uint64_t drain_until_ms;
  http_request request; /* the one being answered */
  char in[REQUEST_HEAD_MAX];
  char scratch[LOOP_SCRATCH];
};

/* NULL: no memory or descriptors. Listeners are added before it runs; they become the loop's to close. */
loop *loop_new(site *);
void loop_free(loop *);
bool loop_add_listener(loop *, const listener *);
void *loop_run(void *);  /* a thread's main function; returns when the site drains and nothing is left */
void loop_round(loop *); /* one look at who has come, and a turn for each: what it runs */
void loop_wake(loop *);  /* any thread */

/* For connections. */
bool loop_watch(loop *, int fd, void *who);
void loop_make_ready(loop *, conn *);
void loop_forget_ready(loop *, const conn *);
/* From now on, in seconds. */
void loop_set_deadline(loop *, timer *, unsigned seconds);

#endif
