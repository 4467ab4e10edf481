/* Taking a sub-query's dependence on outer columns out of it, so that it can be joined. */
#ifndef SQL_DECORRELATE_H
#define SQL_DECORRELATE_H
#include "sql/bind.h"

typedef struct {
  node *root;   /* without outer columns; NULL: it cannot be done */
  ex condition; /* over outer columns and columns of root: which rows of it belong to an outer row */
  id_set zeros; /* columns that are 0, not null, where no row belongs: counts */
} pulled;

bool id_set_empty(const id_set *);
/* Columns of `left` that `right` refers to without producing them. */
id_set outer_ids(binder *, const node *left, const node *right);
/* The tree given stays as it is: what changes is copied. */
pulled pull_predicates(binder *, node *, const id_set *outer);
/* PLAN_APPLY: right is run for each row of left, its outer columns bound to slots. */
node *node_apply(binder *, join_kind, node *left, node *right, const id_set *outer);
ex through_project(binder *, const node *project, ex);

#endif
