/* A shape: the whole type of a column, nested ones down to their leaves; what a writer needs to know before the first row, and
 * what a vec alone does not tell (a block of nulls has no children). Plain data: whoever made the arrays owns them. */
#ifndef COLUMN_SHAPE_H
#define COLUMN_SHAPE_H
#include "base/status.h"
#include "column/type.h"

typedef struct shape shape;
struct shape {
  sonde_str name; /* of the column, or of the STRUCT's field; whatever for the children of LIST and MAP */
  column_type type;
  uint32_t n_children; /* LIST: 1, the item; MAP: 2, key and value; STRUCT: its fields; others: 0 */
  const shape *children;
};

#endif
