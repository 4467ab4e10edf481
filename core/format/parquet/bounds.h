/* Statistics as values of our types. */
#ifndef PARQUET_BOUNDS_H
#define PARQUET_BOUNDS_H
#include "format/parquet/parquet.h"

/* `min`, `max` as written (ptr NULL: not known), `ordered`: in the order that the specification defines for the column's type.
 * Sets the limits that can be trusted; nulls and values are the caller's to set. */
void bounds_of(const pq_node *leaf, bool ordered, sonde_str min, sonde_str max, pq_bounds *out);
/* A value in the leaf's type, as statistics and PLAIN write it; false when it has another length. */
bool value_of(const pq_node *leaf, sonde_str written, pq_value *out);

#endif
