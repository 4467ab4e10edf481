/* results.h — whole answers, kept under their entity tags for the next who asks the same. The least used go first; one that took longer to
 * make than what needs its room is passed over, each time as if it had taken half as long: a thousand pages drive out no answer over
 * all rows. */
#ifndef SERVE_RESULTS_H
#define SERVE_RESULTS_H
#include <sonde.h>
#include <stdbool.h>

enum { TAG_SIZE = 35 }; /* 32 digits in quotes, terminated */

typedef struct results results;
results *results_new(uint64_t bytes);
void results_free(results *);

typedef struct {
  const char *fields; /* of the head, terminated */
  sonde_str body;
} result;

/* Shared until results_release; NULL: not there. */
const result *results_find(results *, const char tag[TAG_SIZE]);
void results_release(results *, const result *);
/* Copies it, unless it would take more than an eighth of all room. `ns`: how long it took to make. */
void results_keep(results *, const char tag[TAG_SIZE], const char *fields, sonde_str body, uint64_t ns);
/* That somebody makes the answer with this tag, for all who ask for it meanwhile. Lies in the maker's memory until results_unclaim. */
typedef struct result_claim {
  struct result_claim *next;
  char tag[TAG_SIZE];
} result_claim;
/* True: nobody was making it, and now the caller is. False: somebody was, and has ended; or `over` says that waiting is in vain. */
bool results_claim(results *, const char tag[TAG_SIZE], result_claim *, bool (*over)(void *user), void *user);
void results_unclaim(results *, result_claim *);

/* Whether one of this size could be kept. */
bool results_has_room(const results *, uint64_t bytes);

#endif
