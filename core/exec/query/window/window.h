/* Window functions over rows that lie sorted by partition and order. */
#ifndef QUERY_WINDOW_H
#define QUERY_WINDOW_H
#include "exec/query/aggregate/aggregate.h"

/* Columns of the rowset that one call refers to. */
typedef struct {
  const window_call *call;
  uint32_t *args, *keys, filter; /* of the call: its arguments, own sort keys and filter */
  uint32_t *partition, *order, from, to;
} window_columns;

typedef struct framing framing; /* of window_aggregate.c */

typedef struct {
  run *run;
  const rowset *rows;
  const window_columns *c;
  const uint32_t *order;                        /* sorted rows */
  uint32_t begin, end;                          /* the partition: places in `order` */
  uint32_t *peer_begin, *peer_end, *peer_group; /* by place - begin */
  uint32_t row;   /* the place at hand: begin at first, end when the partition is done */
  int64_t budget; /* rows that may still be looked at before the host gets a say */
  framing *framing;
  aggregate agg; /* of aggregate calls */
  col *out;      /* lanes by row number, or by place */
  bool by_place;
  arena *keep; /* of results */
  arena *scratch;
} partition;

/* The frame of a place before EXCLUDE: [from, to). */
typedef struct {
  uint32_t from, to;
} frame;
sonde_code frame_of(const partition *, uint32_t place, frame *);
/* Whether EXCLUDE leaves a place out of another one's frame. */
bool is_excluded(const partition *, uint32_t place, uint32_t other);

/* One function for each kind of call; fills `out` for places from `row` on, as far as the budget goes. `scratch` is reset
 * before a partition begins. */
sonde_code window_rank(partition *);
sonde_code window_value(partition *);
sonde_code window_aggregate(partition *);
/* Whether a call sorts each frame by an ORDER BY of its own. Other window functions with one are computed in that order. */
bool window_orders_frames(const window_call *);
/* Whether a call only looks at the row before or behind in the sorted partition: peers do not matter then. */
bool window_shifts(const window_call *);
void window_put(partition *, uint32_t place, value);

#endif
