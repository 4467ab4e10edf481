/* Evaluation of expressions; see eval.h. */
#include "exec/query/expression/node.h"

/* The rows `rows` of the columns that a node looks at. */
static sonde_code sub_batch(const node *x, const batch *b, const uint32_t *rows, uint32_t n, arena *a,
                            batch *out) {
  *out = (batch){.n = n, .n_cols = b->n_cols};
  out->cols = arena_zero(a, (b->n_cols + 1u) * sizeof *out->cols, x->run->err);
  if (!out->cols) return x->run->err->code;
  for (uint32_t i = 0; i < x->n_used; i++)
    SONDE_TRY(col_gather(&b->cols[x->used[i]], rows, n, &out->cols[x->used[i]], a, x->run->err));
  return SONDE_OK;
}

sonde_code eval_rows(node *x, const batch *b, const uint32_t *rows, uint32_t n, arena *a, col *out) {
  batch part;
  if (x->is_constant || n == b->n) return node_eval(x, b, a, out);
  if (x->row_bound) {
    col all;
    SONDE_TRY(node_eval(x, b, a, &all));
    return col_gather(&all, rows, n, out, a, x->run->err);
  }
  SONDE_TRY(sub_batch(x, b, rows, n, a, &part));
  return node_eval(x, &part, a, out);
}

sonde_code node_eval(node *x, const batch *b, arena *a, col *out) {
  if (x->is_constant) return *out = x->constant, SONDE_OK;
  switch (x->e->kind) {
  case EXPR_COLUMN: *out = b->cols[x->e->index]; return SONDE_OK;
  case EXPR_OUTER: return col_constant(out, &x->e->type, &x->run->outer[x->e->index], a, x->run->err);
  case EXPR_LAMBDA_ARG: *out = *x->run->lambda[x->e->index]; return SONDE_OK;
  case EXPR_CALL: return eval_call(x, b, a, out);
  case EXPR_CAST:
  case EXPR_TRY_CAST: return eval_cast(x, b, a, out);
  case EXPR_CASE: return eval_case(x, b, a, out);
  case EXPR_COALESCE: return eval_coalesce(x, b, a, out);
  case EXPR_AND:
  case EXPR_OR: return eval_logic(x, b, a, out);
  case EXPR_NOT: return eval_not(x, b, a, out);
  case EXPR_IS_NULL:
  case EXPR_IS_NOT_NULL: return eval_is_null(x, b, a, out);
  case EXPR_IN: return eval_in(x, b, a, out);
  case EXPR_TRY: return eval_try(x, b, a, out);
  default:
    return status_set(x->run->err, SONDE_MISUSE, x->e->at, "a lambda is only an argument of a function");
  }
}

/* The rows that are 1. Conditions that many rows fail leave out eight at a time. */
static uint32_t list_true(const uint8_t *lanes, uint32_t n, uint32_t *rows) {
  uint32_t found = 0, i = 0;
  for (; i + 8 <= n; i += 8) {
    uint64_t eight;
    memcpy(&eight, lanes + i, 8);
    for (uint32_t k = 0; eight && k < 8; k++) {
      rows[found] = i + k;
      found += lanes[i + k];
    }
  }
  for (; i < n; i++) {
    rows[found] = i;
    found += lanes[i];
  }
  return found;
}

sonde_code node_select(node *x, const batch *b, arena *a, uint32_t *rows, uint32_t *n) {
  col condition, plain;
  SONDE_TRY(node_eval(x, b, a, &condition));
  SONDE_TRY(col_flatten(&condition, b->n, &plain, a, x->run->err));
  const uint8_t *lanes = plain.data;
  uint8_t *there = plain.valid ? arena_array(a, b->n, 1, x->run->err) : NULL;
  if (plain.valid && !there) return x->run->err->code;
  for (uint32_t i = 0; there && i < b->n; i++) there[i] = lanes[i] & plain.valid[i];
  *n = list_true(there ? there : lanes, b->n, rows);
  return SONDE_OK;
}
