/* What the fragments of one stage share: bytes that come once, and what an engine makes of them and keeps from one fragment to the
 * next, until the stage is over or its memory is needed. */
#ifndef EXEC_SHARES_H
#define EXEC_SHARES_H
#include "base/mem.h"

struct stage; /* of exec/query/stage.h */

typedef struct share share;
struct share {
  share *next;
  uint32_t id; /* unique per lead engine */
  bool owned;  /* the bytes are freed with it */
  sonde_str bytes;
  struct stage *stage; /* NULL: to be made (again) */
  bool in_use;         /* by the task that runs now */
};

typedef struct {
  mem *mem;
  share *first;
} shares;

void shares_init(shares *, mem *);
void shares_free(shares *);
/* Bytes that go by a known number take the place of those before. Copied; or lent, then they have to outlive it. */
sonde_code shares_add(shares *, uint32_t id, sonde_str bytes, bool lent, sonde_error *);
void shares_drop(shares *, uint32_t id);
share *shares_find(shares *, uint32_t id); /* NULL: not there */
/* Gives up a stage that is not in use. False: there is none. */
bool shares_reclaim(shares *);

#endif
