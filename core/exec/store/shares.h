/* What the fragments of one stage share: bytes that come once, and what an engine makes of them and keeps from one fragment to the
 * next, until the stage is over or its memory is needed. */
#ifndef EXEC_SHARES_H
#define EXEC_SHARES_H
#include "exec/store/store.h"

struct stage; /* of exec/query/stage/stage.h */

typedef struct share share;
struct share {
  share *next;
  uint32_t id; /* unique per lead engine */
  bool owned;  /* the bytes are freed with it */
  sonde_str bytes;
  struct stage *stage; /* NULL: to be made (again) */
  bool in_use;         /* by the task that runs now */
  /* The fragment that the stage is in the middle of, and what it reads; NULL: none. */
  const void *runner;
  part *held;
  const vec **columns; /* in `memory` */
  uint32_t n_columns;
  arena memory;
};

typedef struct {
  mem *mem;
  store *store;
  share *first;
} shares;

void shares_init(shares *, mem *, store *);
void shares_free(shares *);
/* Bytes that go by a known number take the place of those before. Copied; or lent, then they have to outlive it. */
sonde_code shares_add(shares *, uint32_t id, sonde_str bytes, bool lent, sonde_error *);
void shares_drop(shares *, uint32_t id);
share *shares_find(shares *, uint32_t id); /* NULL: not there */
/* The stage is no longer in the middle of anything; what it read is given back. */
void share_rest(shares *, share *);
/* Ends the stage, which is made again when it is needed. */
void share_close_stage(shares *, share *);
/* A fragment is given up: the stage that is in the middle of it cannot go on. */
void shares_abandon(shares *, const void *runner);
/* Gives up a stage that is not in use. False: there is none. */
bool shares_reclaim(shares *);

#endif
