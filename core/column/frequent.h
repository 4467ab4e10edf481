/* Which values many rows of a column have, and how many: a majority vote (Boyer, Moore 1981) in each of a few slots, into which
 * values are dealt by their hash. What half of a slot's rows have wins it; merged in any order. */
#ifndef COLUMN_FREQUENT_H
#define COLUMN_FREQUENT_H
#include "column/vec.h"

#define FREQUENT_SLOTS 32u

typedef struct {
  uint32_t hash; /* upper half of that of the value that wins */
  float rows;    /* whose values fell into the slot */
  float ahead;   /* by so many rows the winner's are more than all others */
} frequent_slot;

typedef struct {
  frequent_slot slots[FREQUENT_SLOTS];
} frequent_values;

/* So many rows with the value of this hash (sketch.h). */
void frequent_add(frequent_values *, uint64_t hash, float rows);
/* A sample of a vec's rows, standing for all of them; not of uuids, intervals, lists, structs and maps. */
void frequent_sample(frequent_values *, const vec *);
void frequent_merge(frequent_values *into, const frequent_values *from);
/* Which share of the rows that are not null has the value, of `distinct` ones in all: values that won no slot share what the
 * winners leave. 0: not known. */
double frequent_share(const frequent_values *, uint64_t hash, double distinct);

#endif
