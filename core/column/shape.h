/* A shape: the whole type of a column, nested ones down to their leaves; what a writer needs to know before the first row, and
 * what a vec alone does not tell (a block of nulls has no children). Plain data: whoever made the arrays owns them. */
#ifndef COLUMN_SHAPE_H
#define COLUMN_SHAPE_H
#include "base/status.h"
#include "column/type.h"

/* What a type of SQL or of a file says beside column_type: values are within it. Zero where column_type says all. */
typedef struct {
  uint8_t
      bits; /* of whole numbers: 8, 16, 32; 64 only of unsigned ones, which are DECIMALs of scale 0 here */
  uint8_t is_unsigned;
  uint8_t digits; /* of a DECIMAL; 0: 38 */
  uint8_t unit;   /* of a TIMESTAMP: narrow_unit */
} narrow_type;

typedef enum { NARROW_NOT, NARROW_SECONDS, NARROW_MILLIS } narrow_unit;

typedef struct shape shape;
struct shape {
  sonde_str name; /* of the column, or of the STRUCT's field; whatever for the children of LIST and MAP */
  column_type type;
  uint32_t n_children; /* LIST: 1, the item; MAP: 2, key and value; STRUCT: its fields; others: 0 */
  const shape *children;
  narrow_type narrow;
};

#endif
