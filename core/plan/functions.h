/* The one registry of functions and operators: names, overloads, result types, documentation. Operators are functions
 * whose names are their signs. Kernels are attached by id in exec/query. */
#ifndef PLAN_FUNCTIONS_H
#define PLAN_FUNCTIONS_H
#include "plan/sql_type.h"
#include "plan/value.h"

typedef enum {
  FUNCTION_SCALAR,
  FUNCTION_AGGREGATE,
  FUNCTION_WINDOW /* only with OVER; aggregates may have one too */
} function_kind;

#define FN(id, name, kind, parameters, result, description, example) FN_##id,
typedef enum {
  FN_NONE,
#include "plan/function_table.h"
  FN_COUNT_IDS
} function_id;
#undef FN

/* Parameters: alternatives parted by '|', types by ','; '?' behind the last ones: may be left out, '*': any number.
 * Types: names of SQL types; any (as it is), num, int, temporal (each as it is); T, U (all of one letter are unified), T[];
 * list, map, struct, lambda. Result: a type, a letter, '1'…'9' (as that argument), or '@rule'; or, for a function of just these parameters
 * that is made of others, '=' and the SQL that it stands for, in which $1…$9 are its arguments. */
typedef struct {
  const char *name;
  function_kind kind;
  const char *parameters, *result, *description, *example;
} function_info;

/* `id` from 1 to FN_COUNT_IDS - 1. */
const function_info *function_get(function_id);
/* Other names of functions, in pairs; `i` from 0 on, false after the last. */
bool function_alias(uint32_t i, const char **alias, const char **name);

/* An argument of a call that is being bound. */
typedef struct {
  sql_type type;
  const value *
      constant; /* NULL: not known yet; some results depend on it (a struct's field, the name of an aggregate) */
  sonde_str name; /* struct_pack(name := …); else empty */
} function_argument;

typedef struct {
  function_id id;
  sql_type result;
  sql_type *parameters; /* what each argument has to be cast to; as many as arguments were given */
} function_binding;

/* Chooses the overload that fits the arguments with the cheapest casts. Of kind FUNCTION_SCALAR: scalar functions only;
 * FUNCTION_AGGREGATE: aggregates only; FUNCTION_WINDOW: window functions, then aggregates. SONDE_NAME when there is none of
 * this kind and name; the message names the nearest one. SONDE_TYPE when no overload fits: the message says what was given.
 * `at` is the call's byte in the SQL text. A lambda's argument has type SQL_LAMBDA with its result as child. */
sonde_code function_bind(sonde_str name, function_kind, const function_argument *args, uint32_t n,
                         uint32_t at, arena *, function_binding *, sonde_error *);
/* The first overload of a function (by its name or another one for it, any case) of any kind; FN_NONE: there is none. */
function_id function_find(sonde_str name);

#endif
