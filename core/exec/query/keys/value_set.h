/* The different values of a DISTINCT that does nothing but count them. Each becomes two words, of which the first is a hash that together
 * with the other tells the value: equal words are equal values. By the hash they are dealt out to parts, and a part is rid of what it
 * has twice when it is full, so that what is looked up lies close together. Longer texts are interned instead. */
#ifndef QUERY_VALUE_SET_H
#define QUERY_VALUE_SET_H
#include "exec/query/keys/keys.h"

enum { VALUE_PARTS = 64 };

typedef struct {
  uint64_t hash, rest; /* rest: of a value that takes two words, or its group */
} set_value;

typedef struct {
  set_value *values;
  uint32_t n, cap;
} value_part;

typedef struct {
  mem *mem;
  value_part parts[VALUE_PARTS];
  uint32_t *slots, slots_cap; /* of the part at hand */
  intern texts;
  uint64_t dict_id; /* values of the dictionary seen last that were added already */
  uint8_t *met;
  uint32_t met_cap;
} value_set;

bool value_set_takes(const sql_type *, bool grouped);
void value_set_init(value_set *, mem *);
void value_set_free(value_set *);
uint64_t value_set_held(const value_set *); /* bytes */
/* n <= 2048 rows; nulls are no values. `groups` NULL: one group. */
sonde_code value_set_add(value_set *, const col *, const uint32_t *groups, uint32_t n, arena *,
                         sonde_error *);
/* How many each group has, added to what is there. */
sonde_code value_set_count(value_set *, bool grouped, int64_t *counts, sonde_error *);
/* As bytes, and values of such bytes added; without groups. */
sonde_code value_set_put(value_set *, buf *out, sonde_error *);
sonde_code value_set_get(value_set *, rd *in, sonde_error *);

#endif
