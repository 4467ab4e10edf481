/* Aggregates: states of fixed size, one for each group, that begin as zero bytes; or, for those that need all values, the
 * values themselves until the end. */
#ifndef QUERY_AGGREGATE_H
#define QUERY_AGGREGATE_H
#include "exec/query/expression/eval.h"
#include "exec/query/keys/keys.h"
#include "exec/query/keys/sort.h"
#include "exec/query/keys/value_set.h"

typedef struct aggregate aggregate;
typedef struct quantile_values quantile_values;

/* `groups` says to which state each row belongs; NULL: all to the first. Arguments are plain columns. */
typedef struct {
  size_t state;
  sonde_code (*update)(aggregate *, void *states, const uint32_t *groups, const col *args, uint32_t n);
  /* Writes the results of states [first, first + n) into rows 0.. of a nullable column. */
  sonde_code (*finish)(aggregate *, const void *states, uint32_t first, uint32_t n, col *out, arena *);
  /* Adds a state that others rows were gathered in, of which all come later. NULL: cannot be merged. */
  sonde_code (*merge)(aggregate *, void *into, const void *from);
  bool keeps; /* states refer to values in aggregate->memory */
} aggregate_class;

/* Those that need all values of a group: `rows` of the rowset, in the order they came (or are to be taken). */
typedef sonde_code (*holistic)(aggregate *, const rowset *, const uint32_t *rows, uint32_t n, uint32_t to_row,
                               col *out, arena *);

struct aggregate {
  run *run;
  const aggregate_call *call;
  const aggregate_class *class; /* NULL: holistic */
  holistic all;
  bool keeps_nulls; /* holistic: rows whose first argument is null count too */
  node **args, *filter;
  node **keys; /* of its own ORDER BY */
  arena memory;
  void *states;
  uint32_t n_states, states_cap;
  /* DISTINCT: keys of group (where there are any) and arguments. */
  bool grouped;
  keyer *seen_keys;
  key_table seen;
  value_set *values; /* instead, where they are only counted */
  /* Rows kept: arguments, then sort keys; and their groups. */
  bool buffered;
  rowset kept;
  uint32_t *groups, groups_cap;
  uint32_t *order, *begins; /* once finished: rows by group */
  quantile_values *numbers; /* instead of rows kept; aggregate_quantile.c */
  const aggregate *base; /* its sums are those of `base` and `shift` for each value; NULL: it has its own */
  i128 shift;
};

sonde_code aggregate_open(aggregate *, run *, const aggregate_call *, bool grouped);
void aggregate_close(aggregate *);
/* It keeps something for each row, not only for each group. */
static inline bool aggregate_grows(const aggregate *a) {
  return a->buffered || a->seen_keys || a->values || a->numbers;
}
static inline uint64_t aggregate_held(const aggregate *a) {
  uint64_t kept = arena_held(&a->memory) + (a->values ? value_set_held(a->values) : 0);
  return kept + (a->class ? a->states_cap * (uint64_t)a->class->state : 0);
}
/* Bytes that states of n_groups groups make it take beside those held: what it keeps of rows may double at any time. */
static inline uint64_t aggregate_growth(const aggregate *a, uint64_t n_groups) {
  uint64_t states = a->class && n_groups > a->states_cap ? a->states_cap * (uint64_t)a->class->state : 0;
  uint64_t values = a->values ? value_set_held(a->values) : 0;
  return 2 * states + values + (aggregate_grows(a) ? arena_held(&a->memory) : 0);
}
/* Rows of a batch; there are n_groups groups by now. `groups` NULL: one group. */
sonde_code aggregate_update(aggregate *, const batch *, const uint32_t *groups, uint32_t n_groups,
                            arena *scratch);
/* After all rows: prepares groups [0, n_groups). */
sonde_code aggregate_end(aggregate *, uint32_t n_groups);
/* Results of groups [first, first + n). */
sonde_code aggregate_result(aggregate *, uint32_t first, uint32_t n, col *out, arena *);

/* Room for the states of n groups. */
sonde_code aggregate_reserve(aggregate *, uint32_t n_groups);
/* Rows of arguments, then keys, as they were evaluated and filtered elsewhere. */
sonde_code aggregate_take(aggregate *, const batch *, const uint32_t *groups, uint32_t n_groups,
                          arena *scratch);

/* It has a state for each group and nothing else, and takes words: its rows can be kept as those. */
bool aggregate_takes_words(const aggregate *);
/* Its arguments for aggregate_take, as plain columns. */
sonde_code aggregate_args(aggregate *, const batch *, col *out, arena *);
/* Forgets all groups, keeps the room. */
static inline void aggregate_clear(aggregate *a) { a->n_states = 0; }

/* ---- aggregate_parts.c: blocks apart, then put together ---- */

/* Whether blocks can be gathered apart, with the answer of one gathering to the last bit. */
bool aggregate_in_parts(const aggregate_call *);
sonde_code aggregate_put(aggregate *, uint32_t n_groups, buf *out, arena *scratch);

/* Groups 0 to n - 1 of some bytes, of which number i is numbers[i] among the n_here that are known here by now. */
typedef struct {
  const uint32_t *numbers;
  uint32_t n, n_here;
} known_groups;
sonde_code aggregate_merge(aggregate *, rd *, const known_groups *, arena *scratch);

/* State of an aggregate that keeps a value (aggregate_cells.c). */
typedef struct {
  cell v, by;
  uint8_t seen, null;
} kept_state;

#define AGGREGATE_STATE_MAX 64u

/* aggregate_simple.c, aggregate_moments.c: by fixed state; NULL: not one of these. */
const aggregate_class *simple_class(const aggregate_call *);
const aggregate_class *moments_class(const aggregate_call *);
bool is_variance(
    const aggregate_call
        *); /* or what follows from one variable's variance: its states add up as sums of doubles do */
const aggregate_class *cell_class(const aggregate_call *);
/* aggregate_holistic.c; NULL: unknown. */
holistic holistic_of(const aggregate_call *, bool *keeps_nulls);

bool aggregate_is_quantile(const aggregate *);
bool aggregate_is_continuous(const aggregate *);
/* `part` of the way from one value to another; what is exact is cut to its own digits, as DuckDB does. */
cell cell_between(const sql_type *, cell low, cell high, double part);

/* aggregate_quantile.c: an aggregate that was opened may do with numbers alone; it has `numbers` then. */
sonde_code quantile_open(aggregate *);
void quantile_close(aggregate *);
sonde_code quantile_add(aggregate *, const col *x, const uint32_t *groups, uint32_t n);
sonde_code quantile_end(aggregate *, uint32_t n_groups);
void quantile_result(aggregate *, uint32_t first, uint32_t n, col *out);

/* Of several that were opened: sum(x + 2) follows from sum(x + 1). Only those without `base` need rows. */
void sums_share(aggregate *, uint32_t n);
sonde_code shifted_sums(aggregate *, uint32_t first, uint32_t n, col *out, arena *);

/* Loops over rows that are there: `s` is the row's state. A single one is worked on in registers. */
#define EACH_STATE(T, valid_of, ...)                                                                         \
  do {                                                                                                       \
    T *all_states = states;                                                                                  \
    const col *which = (valid_of);                                                                           \
    const uint8_t *there = which->form == COL_CONST ? NULL : which->valid;                                   \
    if (which->form == COL_CONST && which->valid && !which->valid[0]) break;                                 \
    if (!groups) {                                                                                           \
      T single = *all_states, *s = &single;                                                                  \
      for (uint32_t i = 0; i < n; i++)                                                                       \
        if (!there || there[i]) {                                                                            \
          __VA_ARGS__;                                                                                       \
        }                                                                                                    \
      *all_states = single;                                                                                  \
      break;                                                                                                 \
    }                                                                                                        \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      if (there && !there[i]) continue;                                                                      \
      T *s = &all_states[groups[i]];                                                                         \
      __VA_ARGS__;                                                                                           \
    }                                                                                                        \
  } while (0)

#endif
