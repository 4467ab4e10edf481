/* The values of one leaf: pages in, a vec of its slots and, for nested columns, its levels out. */
#ifndef PARQUET_LEAF_H
#define PARQUET_LEAF_H
#include "format/parquet/pages.h"

/* A slot is a place for a value: an entry whose list, if it is in one, has an item there. Entries are what a page counts as
 * values: slots, and empty or null lists. */
typedef struct {
  const pq_node *node;
  vec values;                 /* one row a slot */
  const uint8_t *defs, *reps; /* per entry; NULL: all zero */
  uint32_t entries;
} leaf_data;

/* All of the pages listed. `nested`: the levels are kept as well. The vec lies in `memory`, levels in `scratch`. *too_few: a page that
 * is here in part does not tell its values; *out is void then. */
sonde_code leaf_read(const pq_piece *, uint32_t leaf, const page_list *, bool nested, arena *memory,
                     arena *scratch, leaf_data *out, bool *too_few, sonde_error *);

/* Brings the levels of several leaves together: the vec of a column with fields or items. `slots` is the number of rows that it
 * has to have. */
sonde_code nested_vec(const pq_node *, const leaf_data *leaves, uint32_t slots, arena *memory, vec *out,
                      sonde_error *);

/* Rows [first, first + n) of a vec, sharing its buffers where these allow. */
sonde_code slice_vec(const vec *, uint32_t first, uint32_t n, arena *memory, vec *out, sonde_error *);

#endif
