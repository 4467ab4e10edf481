/* Functions and casts: kernels see plain arguments; what depends on one dictionary only runs once for its entries. */
#include "exec/query/expression/node.h"

static sonde_code merge_nulls(const kernel_call *c, col *out, bool nullable) {
  for (uint32_t i = 0; i < c->n_args; i++) nullable |= c->args[i].valid != NULL;
  SONDE_TRY(col_new(out, &c->e->type, c->n, nullable, c->a, c->err));
  uint8_t *valid = col_validity(out);
  for (uint32_t i = 0; i < c->n_args; i++) {
    const uint8_t *from = c->args[i].valid;
    if (!from) continue;
    if (c->args[i].form == COL_CONST && !from[0]) memset(valid, 0, c->n);
    for (uint32_t r = 0; c->args[i].form == COL_FLAT && r < c->n; r++) valid[r] &= from[r];
  }
  return SONDE_OK;
}

static bool is_strict(const kernel_call *c) {
  return kernel_get((function_id)c->e->function)->flags & KERNEL_STRICT;
}

sonde_code kernel_out(const kernel_call *c, col *out) {
  if (is_strict(c)) return merge_nulls(c, out, false);
  return col_new(out, &c->e->type, c->n, false, c->a, c->err);
}

sonde_code kernel_out_nullable(const kernel_call *c, col *out) {
  if (is_strict(c)) return merge_nulls(c, out, true);
  return col_new(out, &c->e->type, c->n, true, c->a, c->err);
}

static bool all_null(const col *args, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (args[i].form == COL_CONST && args[i].valid && !args[i].valid[0]) return true;
  return false;
}

static sonde_code null_constant(const node *x, arena *a, col *out) {
  value none = {.null = true};
  return col_constant(out, &x->e->type, &none, a, x->run->err);
}

static sonde_code run_kernel(node *x, const batch *b, const col *args, uint32_t n_args, uint32_t n, arena *a,
                             col *out) {
  kernel_call c = {x->run, x->e, args, n_args, n, a, x->run->err, &x->state, NULL, NULL, b};
  for (uint32_t i = 0; i < x->e->n_args; i++) {
    if (x->e->args[i]->kind != EXPR_LAMBDA) continue;
    c.lambda = x->args[i]->args[0];
    c.lambda_args = x->e->args[i];
  }
  if (x->kernel->flags & KERNEL_STRICT && all_null(args, n_args)) return null_constant(x, a, out);
  return x->kernel->run(&c, out);
}

/* The one argument that is a dictionary while all others are constant; UINT32_MAX: it is not so. */
static uint32_t only_dict(const node *x, const col *args) {
  uint32_t found = UINT32_MAX;
  if (x->row_bound) return UINT32_MAX;
  for (uint32_t i = 0; i < x->e->n_args; i++) {
    if (args[i].form == COL_CONST) continue;
    if (args[i].form != COL_DICT || !args[i].dict_id || found != UINT32_MAX) return UINT32_MAX;
    found = i;
  }
  return found != UINT32_MAX && args[found].dict_rows <= DICT_ROWS_MAX ? found : UINT32_MAX;
}

/* The value for each entry of the dictionary; false when one of them fails, which then is perhaps no row's. */
static bool eval_dictionary(node *x, const batch *b, const col *args, uint32_t which) {
  col whole[16];
  const col *dict = &args[which];
  if (x->dict_id == dict->dict_id) return true;
  arena_reset(&x->dict_memory);
  for (uint32_t i = 0; i < x->e->n_args; i++) whole[i] = i == which ? *dict->dict : args[i];
  sonde_error kept = *x->run->err;
  col out;
  sonde_code code = x->e->kind == EXPR_CALL
                        ? run_kernel(x, b, whole, x->e->n_args, dict->dict_rows, &x->dict_memory, &out)
                        : cast_col(x->run, whole, &x->e->type, x->e->kind == EXPR_TRY_CAST, dict->dict_rows,
                                   x->e->at, &x->dict_memory, &out);
  if (code == SONDE_OK) code = col_flatten(&out, dict->dict_rows, &x->of_dict, &x->dict_memory, x->run->err);
  x->dict_id = code == SONDE_OK ? dict->dict_id : 0;
  if (code != SONDE_OK) *x->run->err = kept;
  return code == SONDE_OK;
}

sonde_code on_dictionary(node *x, const col *from, uint32_t n, arena *a, col *out) {
  *out = *from;
  out->type = &x->e->type;
  out->lane = x->of_dict.lane;
  out->dict = &x->of_dict;
  if (out->lane == LANE_STR) {
    out->dict_id = 0; /* other texts than those of the id */
    return SONDE_OK;
  }
  col flat;
  SONDE_TRY(col_flatten(out, n, &flat, a, x->run->err));
  *out = flat;
  return SONDE_OK;
}

static bool every_constant(const col *args, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (args[i].form != COL_CONST) return false;
  return true;
}

/* Constants in, a constant out. A lambda may look at columns besides. */
static bool answers_once(const node *x, const col *args) {
  if (x->kernel->flags & KERNEL_VOLATILE || !every_constant(args, x->e->n_args)) return false;
  for (uint32_t i = 0; i < x->e->n_args; i++)
    if (x->e->args[i]->kind == EXPR_LAMBDA) return false;
  return true;
}

static sonde_code eval_args(node *x, const batch *b, arena *a, col *args) {
  for (uint32_t i = 0; i < x->e->n_args; i++) {
    if (x->e->args[i]->kind == EXPR_LAMBDA) {
      args[i] = (col){.form = COL_CONST, .lane = LANE_NESTED, .type = &x->e->args[i]->type};
      continue;
    }
    SONDE_TRY(node_eval(x->args[i], b, a, &args[i]));
  }
  return SONDE_OK;
}

sonde_code eval_call(node *x, const batch *b, arena *a, col *out) {
  uint32_t n_args = x->e->n_args;
  col *args = arena_array(a, n_args + 1u, sizeof *args, x->run->err);
  if (!args) return x->run->err->code;
  SONDE_TRY(eval_args(x, b, a, args));
  uint32_t dict = n_args <= 16 ? only_dict(x, args) : UINT32_MAX;
  if (dict != UINT32_MAX && x->kernel->flags & KERNEL_STRICT && eval_dictionary(x, b, args, dict))
    return on_dictionary(x, &args[dict], b->n, a, out);
  for (uint32_t i = 0; i < n_args; i++) {
    col plain;
    SONDE_TRY(col_plain(&args[i], b->n, &plain, a, x->run->err));
    args[i] = plain;
  }
  bool once = answers_once(x, args);
  SONDE_TRY(run_kernel(x, b, args, n_args, once ? 1 : b->n, a, out));
  if (once) out->form = COL_CONST;
  return SONDE_OK;
}

sonde_code eval_cast(node *x, const batch *b, arena *a, col *out) {
  col arg, plain;
  bool try_cast = x->e->kind == EXPR_TRY_CAST;
  SONDE_TRY(node_eval(x->args[0], b, a, &arg));
  if (only_dict(x, &arg) == 0 && eval_dictionary(x, b, &arg, 0)) return on_dictionary(x, &arg, b->n, a, out);
  SONDE_TRY(col_plain(&arg, b->n, &plain, a, x->run->err));
  bool once = plain.form == COL_CONST;
  SONDE_TRY(cast_col(x->run, &plain, &x->e->type, try_cast, once ? 1 : b->n, x->e->at, a, out));
  if (once) out->form = COL_CONST;
  return SONDE_OK;
}
