/* Rows of a rowset in order: radix sort of 64-bit words made from the keys, refined where words are equal. Stable. */
#ifndef QUERY_SORT_H
#define QUERY_SORT_H
#include "exec/query/batch/rowset.h"

typedef struct {
  uint32_t column;
  bool descending, nulls_first;
} order_by;

typedef struct {
  uint64_t word;
  uint32_t row;
} sort_entry;

/* Rows that are equal up to here: from this key and, in it, this word on. */
typedef struct {
  uint32_t from, n, key, depth;
} sort_part;

typedef struct {
  mem *mem;
  const rowset *rows;
  const order_by *keys;
  uint32_t n_keys, n;
  uint32_t *all; /* the whole of what is sorted: n */
  sort_entry *a, *b;
  uint32_t *spare;
  uint8_t *differ;      /* or NULL */
  const uint32_t *ends; /* of the groups that rows lie in, by the first key */
  uint32_t n_ends, group;
  bool laid_out; /* with the words of the second key */
  sort_part *waiting;
  uint32_t n_waiting;
  /* The part under way. */
  sort_part now;
  uint8_t phase;
  unsigned shift;     /* of the digit entries are being moved by */
  uint64_t differing; /* bits in which words differ */
  uint32_t at, kept, nulls;
  sort_entry *from, *to;
  uint32_t counts[2][256]; /* of this digit and the next */
} sorter;

/* Sorts row numbers in place. `differ`, if not NULL, is told for each place in which key (the first one) its row differs from
 * the row before: 255 when in none, also at place 0. At most 255 keys then. */
sonde_code sort_rows(mem *, const rowset *, const order_by *, uint32_t n_keys, uint32_t *rows, uint32_t n,
                     uint8_t *differ, sonde_error *);
/* The same in steps of some milliseconds, for many rows: true when done. */
sonde_code sorter_open(sorter *, mem *, const rowset *, const order_by *, uint32_t n_keys, uint32_t *rows,
                       uint32_t n, uint8_t *differ, sonde_error *);
/* Before the first step: rows lie in groups by their first key, in its order, each up to one of `ends`. */
void sorter_grouped(sorter *, const uint32_t *ends, uint32_t n);
/* Where the rows from `first` on go, at most SORTER_ROWS: all have to be told, in their order. */
#define SORTER_ROWS 512u
void sorter_lay_out(sorter *, uint32_t first, uint32_t n, const uint32_t *places);
bool sorter_step(sorter *);
void sorter_close(sorter *);
/* A word that ascends as values do (or descends); unequal values may have equal ones. */
uint64_t sort_word(const sql_type *, cell, bool descending);
/* Whether two rows are equal in the first n_keys keys; nulls are equal. */
bool same_keys(const rowset *, const order_by *, uint32_t n_keys, uint32_t a, uint32_t b);
int compare_keys(const rowset *, const order_by *, uint32_t n_keys, uint32_t a, uint32_t b);

#endif
