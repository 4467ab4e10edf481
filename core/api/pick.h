/* Which rows of a table the rows [first, first + n) of a table or view are, and in which blocks they lie. */
#ifndef API_PICK_H
#define API_PICK_H
#include "api/engine.h"

typedef struct {
  uint32_t block, begin, end; /* positions in `by_row` */
} pick_piece;

typedef struct {
  uint64_t first;
  uint32_t n;
  uint64_t *ids;    /* table row of each row */
  uint32_t *by_row; /* the rows in the order of their table rows */
  uint32_t *room;
  pick_piece *pieces; /* one per block that has some of them, ascending */
  uint32_t n_pieces;
} pick;

/* Room for up to `most` rows. */
sonde_code pick_room(pick *, uint32_t most, arena *, sonde_error *);
/* `view` may be NULL: rows of the table as they come. They have to be there. */
void pick_rows(pick *, const table *, const view *, uint64_t first, uint32_t n);

#endif
