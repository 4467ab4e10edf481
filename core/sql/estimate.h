/* How many rows a node answers: guesses, from what is known of the tables' columns. They choose between plans with equal
 * answers. */
#ifndef SQL_ESTIMATE_H
#define SQL_ESTIMATE_H
#include "sql/bind.h"

/* Noted in every node of the tree; in scans as `passing`, because there `rows` stays the table's. */
double estimate_rows(const binder *, node *);
/* What estimate_rows noted; of a scan the rows that pass its filter. */
double noted_rows(const binder *, const node *);
/* Rows before filters: how many values a key of the node may have. */
double base_rows(const node *);
/* Of an expression over the node's columns: known of columns that come from a table, else all zero. */
sql_column_stats stats_of(const binder *, const node *, ex);
/* Share of the node's rows for which the condition is true. */
double passing_share(const binder *, const node *, ex condition);
/* Share of the rows of `left` that have a partner in the right input of the semi-join (or anti-join). */
double matched_share(const binder *, const node *left, const node *semi);

#endif
