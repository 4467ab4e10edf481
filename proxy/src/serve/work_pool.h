/* work_pool.h — the loops' side of work.h: handing requests to workers, and taking what they answer. */
#ifndef SERVE_WORK_POOL_H
#define SERVE_WORK_POOL_H
#include "mail.h"
#include "work.h"

typedef struct work_pool work_pool;

typedef struct {
  unsigned threads; /* that may be busy for one user; there is one more, for whoever else asks */
  unsigned queue; /* requests that may wait, in all; one user's may be a quarter of them, but at least one */
  void *context;  /* for all handlers */
  int overflow; /* a folder for what slow readers have not taken, so that no worker waits for them; -1: none */
  uint64_t overflow_bytes; /* of all answers together */
} work_config;

work_pool *work_pool_new(const work_config *);
/* Starts the threads; apart, so that a sandbox can come between. */
bool work_pool_start(work_pool *);
/* Cancels what is under way and waits for it. NULL is fine. */
void work_pool_free(work_pool *);
/* Whether an answer waits or is being made; cheap. */
bool work_pool_is_busy(const work_pool *);
void work_pool_gauges(work_pool *, uint64_t *queued, uint64_t *running);

/* What a worker is given. Everything is copied but `body`, which becomes the work's to free. */
typedef struct {
  work_handler *answer;
  const http_request *request;
  sonde_str head; /* the bytes in which the request's texts lie */
  char *body;
  size_t body_len;
  const char *user, *tables;
  mailbox *box;                 /* of the loop that waits */
  void (*deliver)(void *owner); /* called there when there is something to take */
  void *owner;
} work_order;

typedef enum {
  WORK_FULL,      /* the queue is, or the user's share of it, or memory is short */
  WORK_NAME_TAKEN /* the same user has a request of this name (Sonde-Query) under way */
} work_refusal;

/* NULL: it is not taken, and the body is freed. */
work *work_submit(work_pool *, const work_order *, work_refusal *);
/* Ends what the same user asked under this id, waiting or under way; false: there is none such. */
bool work_cancel_named(work_pool *, const char *user, sonde_str id);

/* The name that the client chose for its request, or a number that is never used again. */
enum { WORK_ID_MAX = 64 };
bool work_name_is_sane(sonde_str);
sonde_str work_id(const work *);

/* The first part of an answer comes with `begun`; bytes are the taker's to free. */
typedef struct {
  bool begun;
  int status;
  uint64_t length;    /* or WORK_UNKNOWN_LENGTH */
  const char *fields; /* live until work_release */
  char *bytes;
  size_t len;
  int fd; /* -1, or an open file to send in place of bytes; the taker's to close */
  uint64_t offset, file_length;
  bool ended, failed;
  bool ended_by_user; /* why it failed */
} work_news;

work_news work_take(work *);
/* The loop needs no more of it: nothing is delivered after this. */
void work_release(work *);
const http_request *work_request_of(const work *);

#endif
