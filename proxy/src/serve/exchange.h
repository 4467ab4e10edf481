/* exchange.h — one request and its answer, while it is being answered. What is sent, in this order: the head, the body,
 * then bytes of the file; then, when there are more parts or a worker has more, all of that again. */
#ifndef SERVE_EXCHANGE_H
#define SERVE_EXCHANGE_H
#include "cold.h"
#include "opened.h"
#include "out.h"
#include "range.h"
#include "request.h"
#include "sign.h"
#include "work_pool.h"

enum { EXCHANGE_HEAD_MAX = 3072, EXCHANGE_TARGET_MAX = 512, TRACE_MAX = 56 };

/* The parts of a multipart/byteranges body that are still to come. */
typedef struct {
  byte_ranges ranges;
  unsigned next;
  const char *type;
  char boundary[33];
} multipart;

struct exchange {
  struct exchange *next; /* in the loop's spare list */
  out head;
  size_t head_sent;
  char *body; /* owned */
  size_t body_len, body_sent;
  opened *file;
  uint64_t offset, length;
  uint64_t warm_until; /* bytes of the file before this were brought by a helper */
  multipart *parts;    /* owned */
  work *work;
  cold_job *cold;
  bool keep_alive, only_head;
  bool work_ended, chunked;
  bool chunk_open; /* the line break after the last chunk is not written yet */
  bool timed;      /* its reader does not keep up, and has a deadline */
  bool stepped;    /* it took more than one go, so that the file may have changed meanwhile */
  bool done;       /* nothing more will be put into it */

  /* A request with a body, until it has come. */
  char *input;
  size_t input_len, input_cap;
  char *input_head; /* the head's bytes, in which the texts of `request` lie */
  size_t input_head_len;
  http_request *request;
  work_handler *handler;

  /* For the log. */
  http_method method;
  int status;
  uint64_t sent, begun_ns;
  char target[EXCHANGE_TARGET_MAX];
  size_t target_len;
  char trace[TRACE_MAX];
  size_t trace_len;
  sign_grant *grant; /* owned; NULL: nobody is named */

  char head_bytes[EXCHANGE_HEAD_MAX];
};
typedef struct exchange exchange;

void exchange_init(exchange *);
void exchange_clear(exchange *); /* frees what it holds, not itself */
/* Whether nothing is left to be sent of what is in it now. */
bool exchange_is_sent(const exchange *);

#endif
