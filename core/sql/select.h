/* The inside of bind_select.c: one SELECT on its way from clauses to nodes. */
#ifndef SQL_SELECT_H
#define SQL_SELECT_H
#include "sql/bind.h"

typedef struct {
  binder *b;
  const ast_query *query;
  select_state s;
  node *n;                /* what is planned so far */
  LIST_OF(uint64_t) sets; /* of GROUPING SETS: masks over groups */
  ex_list groups;
  ex having, qualify;
  ex_list distinct_on;
  LIST_OF(sort_key) order;
  id_set from_ids;
} selection;

/* What is bound from now on belongs to this clause; it may use the first `visible` items by name. */
void enter_clause(selection *, const char *clause, bool aggregates, bool windows, uint32_t visible);

/* select_items.c: the clauses that list columns. */
void bind_select_items(selection *);
ex bind_where(selection *, const ast_expr *);
void bind_order_by(selection *);
/* Whether an integer stands for an item, by its number from 1; *out from 0. */
bool ordinal_of(binder *, const ast_expr *, uint32_t count, uint32_t *out);

/* select_groups.c */
void bind_group_by(selection *);

/* select_aggregate.c: the aggregate node, and what stands above it over its columns. */
bool is_aggregated(const selection *);
void plan_aggregate(selection *);
ex over_aggregate(void *selection, ex);

/* select_nodes.c: the nodes above that. `over`: what FROM's columns are by now. */
void change_all(selection *, ex_change);
void plan_windows(selection *, ex_change over);
void plan_unnests(selection *, ex_change over);
void plan_projection(selection *);

#endif
