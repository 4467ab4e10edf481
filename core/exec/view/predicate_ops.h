/* Operators of compiled predicates, shared by compiling and running. */
#ifndef EXEC_PREDICATE_OPS_H
#define EXEC_PREDICATE_OPS_H
#include "exec/value_text.h"
#include "exec/view/predicate.h"

/* node := AND|OR u32 n, n nodes
 *       | leaf-op u32 column u8 negated …   (value := i64, f64, i128, u8 whole, str)
 *         EQ…GE value; BETWEEN value value; IN u8 null_too u32 n, n values; CONTAINS|STARTS|REGEX u8 match_case str; NULL|NOT_NULL */
enum {
  OP_AND = 1,
  OP_OR,
  OP_EQ,
  OP_NE,
  OP_LT,
  OP_LE,
  OP_GT,
  OP_GE,
  OP_BETWEEN,
  OP_IN,
  OP_CONTAINS,
  OP_STARTS,
  OP_REGEX,
  OP_NULL,
  OP_NOT_NULL
};

#endif
