/* The leaves of a compiled predicate, read back. */
#ifndef EXEC_CONDITION_H
#define EXEC_CONDITION_H
#include "exec/view/predicate_ops.h"

typedef struct {
  uint8_t op;
  bool negated;
  uint32_t column;
  bool null_too;   /* OP_IN: nulls satisfy it as well */
  bool match_case; /* OP_CONTAINS, OP_STARTS, OP_REGEX, and their text */
  sonde_str text;
  uint32_t n_values; /* the others */
  typed_value *values;
} condition;

/* What follows the byte of the operator; texts are borrowed. */
sonde_code condition_read(rd *, uint8_t op, arena *, condition *, sonde_error *);
static inline bool is_text_op(uint8_t op) { return op == OP_CONTAINS || op == OP_STARTS || op == OP_REGEX; }
static inline bool is_null_op(uint8_t op) { return op == OP_NULL || op == OP_NOT_NULL; }

/* Over one node, whatever it is; used[column] is set for the columns that it reads, all below `columns`. */
sonde_code predicate_skip(rd *, arena *, bool *used, uint32_t columns, sonde_error *);

#endif
