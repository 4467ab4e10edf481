/* What the rewriter's files share. */
#ifndef SQL_REWRITE_H
#define SQL_REWRITE_H
#include "sql/bind.h"

/* The node with the predicates applied to what comes out of it, as far below as they can go. */
node *push_predicates(binder *, node *, ex_list *predicates);
/* The tables of neighbouring inner joins and the conditions over them, joined anew in an order that keeps results small. */
node *order_joins(binder *, node *, ex_list *predicates);
/* Of outer joins and semi-joins the smaller input is kept in memory; after estimate_rows. */
void choose_sides(binder *, node *);
/* The right side of a semi-join is done; what its condition says of the left side alone goes to `left`. */
void push_semi_right(binder *, node *semi, ex_list *left);
/* Takes out of OR what all its branches demand: (a AND b) OR (a AND c) is a AND (b OR c). */
void split_predicate(binder *, ex, ex_list *out);
/* Whether the condition can hold only where the columns are not all null. */
bool rejects_nulls(ex, const id_set *columns);
/* The same value each time it is computed. */
bool ex_is_steady(ex);
ex join_condition(binder *, const node *join); /* of keys and residual; NULL: none */

#endif
