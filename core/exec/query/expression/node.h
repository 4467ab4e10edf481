/* The inside of expressions: a node, and one function for each kind of expression that is more than a look at something. */
#ifndef QUERY_NODE_H
#define QUERY_NODE_H
#include "exec/query/expression/eval.h"

/* Dictionaries up to this size are looked at once as a whole instead of row by row. */
#define DICT_ROWS_MAX 32768u

struct node {
  run *run;
  node *next;
  const expr *e;
  node **args;
  const kernel_entry *kernel;
  void *state;
  col constant; /* EXPR_CONST, and what was found to be constant */
  bool is_constant, can_fail;
  bool row_bound;  /* volatile or lambda: not the same for equal arguments */
  uint32_t n_used; /* input columns that it refers to */
  uint32_t *used;
  uint64_t dict_id; /* `of_dict` is its value for this dictionary */
  col of_dict;
  arena dict_memory;
};

sonde_code eval_call(node *, const batch *, arena *, col *out);
sonde_code eval_cast(node *, const batch *, arena *, col *out);
sonde_code eval_case(node *, const batch *, arena *, col *out);
sonde_code eval_coalesce(node *, const batch *, arena *, col *out);
sonde_code eval_try(node *, const batch *, arena *, col *out);
sonde_code eval_logic(node *, const batch *, arena *, col *out);
sonde_code eval_not(node *, const batch *, arena *, col *out);
sonde_code eval_is_null(node *, const batch *, arena *, col *out);
sonde_code eval_in(node *, const batch *, arena *, col *out);

/* Evaluates for some rows only. Inside of a lambda everything is evaluated, because its arguments are no columns of the batch. */
sonde_code eval_rows(node *, const batch *, const uint32_t *rows, uint32_t n, arena *, col *out);
/* A dictionary's column as the values that `of_dict` has for its entries. */
sonde_code on_dictionary(node *, const col *from, uint32_t n, arena *, col *out);

static inline uint32_t *row_list(run *r, uint32_t n, arena *a) {
  return arena_array(a, n, sizeof(uint32_t), r->err);
}

#endif
