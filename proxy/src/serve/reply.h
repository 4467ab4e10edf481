/* reply.h — one answer of rows on its way: counted against its limits, gathered while it is small, kept for the next who asks,
 * and refused by a problem as long as nothing has left. */
#ifndef SERVE_REPLY_H
#define SERVE_REPLY_H
#include "form.h"
#include "results.h"
#include "text.h"
#include "work.h"

typedef struct host host;

typedef struct {
  uint64_t rows, bytes; /* UINT64_MAX: as many as there are */
  uint64_t
      memory; /* that its engine may hold for it beside what it keeps; UINT64_MAX: as much as it may hold at all */
  uint64_t seconds; /* 0: the server's own deadline holds */
} reply_limits;

/* None but those of the server. */
extern const reply_limits reply_unlimited;

typedef enum {
  REPLY_GOING,
  REPLY_GONE,
  REPLY_TOO_MANY_ROWS,
  REPLY_TOO_MANY_BYTES,
  REPLY_TOO_MUCH_MEMORY,
  REPLY_NO_ROOM,
  REPLY_TOO_SLOW
} reply_state;

typedef struct {
  work *work;
  const work_request *request;
  results *results;
  form form;
  reply_limits limits;
  char tag[TAG_SIZE]; /* "": what is answered depends on more than the tag could say */
  text more_fields;   /* of the head: whole lines */

  uint64_t begun_ns, deadline_ns; /* the latter 0: none */
  reply_state state;
  bool begun, keeping, claimed;
  result_claim claim;
  uint64_t rows, bytes;
  text gathered; /* all of it while it is kept, else what has not left */
  size_t left_at;
} reply;

/* `work`, `request`, `results`, `form`, `limits` and `tag` are set by whoever asks. */
void reply_begin(reply *);
void reply_free(reply *);

/* Answers 304, or what is kept, perhaps after waiting for somebody who is making it; then there is nothing left to do. */
bool reply_known(reply *);
/* False: it is over, `state` says why. */
bool reply_write(reply *, const char *bytes, size_t len);
bool reply_count_rows(reply *, uint64_t more);
/* Sends what has not left; before that nothing was said, if it was little. */
void reply_end(reply *);
/* Jobs of the host end once the answer has no reader or no time left, and hold no more memory than it may. */
void reply_bind(reply *, host *);
/* A problem, or a broken stream. */
void reply_fail(reply *, const sonde_error *);
/* The same for tables that could not be opened; `host` may be NULL. */
void reply_fail_opening(reply *, const host *, const sonde_error *);
/* The same for a job that did not come to its end. */
void reply_fail_job(reply *, const host *, const sonde_error *);
/* The same for what is wrong with the request. `members`: as work_problem has them. */
void reply_refuse(work *, const char *code, const char *detail, const char *members);

#endif
