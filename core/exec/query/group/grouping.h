/* The inside of an aggregate operator: a table of groups for each grouping set. */
#ifndef QUERY_GROUPING_H
#define QUERY_GROUPING_H
#include "exec/query/aggregate/aggregate.h"
#include "exec/query/operator/spill.h"

typedef struct deal_piece deal_piece;
typedef struct {
  deal_piece *first, *last;
} group_part;

/* Rows of groups that a table does not have, dealt out in memory by their hash (grouping_deal.c). */
typedef struct {
  group_part *parts; /* NULL: none are */
  key_layout layout; /* of their words */
  uint32_t n_lanes;  /* of a row, behind its words: arguments */
  uint32_t next;     /* part to be gathered */
  uint64_t rows;
} dealt_groups;

typedef struct {
  uint64_t mask; /* groups that count in this set */
  keyer keys;
  key_table table;
  aggregate *calls;
  bool full; /* rows of groups that the table does not have are dealt out */
  spilled rest;
  dealt_groups dealt;
} group_set;

typedef struct {
  node **groups;
  group_set *sets;
  uint32_t n_sets;
  bool gathered;
  uint64_t rows;    /* taken in */
  uint32_t set, at; /* being answered */
  bool freed;       /* all is answered that was kept here */
} aggregate_op;

/* Whether the rows that come from now on are better dealt out: groups hardly repeat, and are too many for the cache. */
bool groups_may_deal(const op *, const group_set *, uint64_t rows);
/* The same of the rows of the first batch, whose groups have been numbered: no later row need then be looked up. */
bool groups_may_deal_all(const op *, const group_set *);
sonde_code groups_begin_dealing(op *, group_set *);
/* Some rows of a batch, which the keyer encoded and hashed last. */
sonde_code groups_deal(op *, group_set *, const batch *, const uint32_t *rows, uint32_t n);
uint64_t groups_dealt_held(const group_set *); /* bytes, about */
/* The table and the states begin anew with the groups of the next part; without any there is none left. */
sonde_code groups_next_part(op *, group_set *);
void groups_free_dealt(op *, group_set *);

/* grouping_parts.c. All of the operator's groups, as a stage answers them; and put together with those that are there. */
sonde_code groups_put(op *, const aggregate_op *, buf *out);
sonde_code groups_merge(op *, aggregate_op *, rd *);

#endif
