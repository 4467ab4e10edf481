/* What functions.c and function_rules.c share: a call on its way to be bound. */
#ifndef PLAN_FUNCTION_RULES_H
#define PLAN_FUNCTION_RULES_H
#include "plan/functions.h"

typedef struct {
  arena *mem;
  sonde_error *err;
  const function_argument *args;
  uint32_t n;
  sql_type *parameters; /* matched so far; rules may change them */
  sql_type letters[4];  /* T, U, V, W where `bound` says so */
  bool bound[4];
} call;

/* The result type that a rule ("@…") gives; false when the arguments do not fit (then err may say why). */
bool function_rule(call *, const char *rule, sql_type *out);

#endif
