/* The inside of an aggregate operator: a table of groups for each grouping set. */
#ifndef QUERY_GROUPING_H
#define QUERY_GROUPING_H
#include "exec/query/aggregate.h"
#include "exec/query/spill.h"

typedef struct {
  uint64_t mask; /* groups that count in this set */
  keyer keys;
  key_table table;
  aggregate *calls;
  bool full; /* rows of groups that the table does not have are dealt out */
  spilled rest;
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

/* grouping_parts.c. All of the operator's groups, as a stage answers them; and put together with those that are there. */
sonde_code groups_put(op *, const aggregate_op *, buf *out);
sonde_code groups_merge(op *, aggregate_op *, rd *);

#endif
