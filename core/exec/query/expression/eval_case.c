/* CASE, COALESCE and TRY: each branch is evaluated for the rows that get there, and its values are put where they belong. */
#include "exec/query/expression/node.h"

static void scatter_lanes(const col *part, const uint32_t *rows, uint32_t n, void *out) {
  const uint32_t *codes = part->form == COL_DICT ? part->data : NULL;
  const void *lanes = codes ? part->dict->data : part->data;
  size_t mask = col_mask(part);
#define SCATTER(T)                                                                                           \
  for (uint32_t i = 0; i < n; i++) ((T *)out)[rows[i]] = ((T const *)lanes)[codes ? codes[i] : i & mask]
  switch (part->lane) {
  case LANE_BOOL: SCATTER(uint8_t); break;
  case LANE_I64:
  case LANE_F64: SCATTER(uint64_t); break;
  case LANE_I128: SCATTER(i128); break;
  case LANE_STR: SCATTER(sonde_str); break;
  default: SCATTER(const nested *);
  }
#undef SCATTER
}

/* Writes a part's value into the rows it belongs to. */
static void scatter(const col *part, const uint32_t *rows, uint32_t n, col *out) {
  uint8_t *valid = col_validity(out);
  for (uint32_t i = 0; i < n; i++) valid[rows[i]] = col_valid(part, i);
  scatter_lanes(part, rows, n, col_lanes(out));
}

/* Splits the rows left by a condition that was evaluated for them. */
static void split_rows(const col *condition, uint32_t *left, uint32_t *n_left, uint32_t *hit,
                       uint32_t *n_hit) {
  uint32_t rest = 0;
  *n_hit = 0;
  for (uint32_t i = 0; i < *n_left; i++) {
    bool truth = col_valid(condition, i) && col_cell(condition, i).b;
    if (truth)
      hit[(*n_hit)++] = left[i];
    else
      left[rest++] = left[i];
  }
  *n_left = rest;
}

static sonde_code begin_parts(node *x, const batch *b, arena *a, col *out, uint32_t **left, uint32_t **hit) {
  *left = row_list(x->run, b->n, a);
  *hit = row_list(x->run, b->n, a);
  if (!*left || !*hit) return x->run->err->code;
  for (uint32_t i = 0; i < b->n; i++) (*left)[i] = i;
  return col_new(out, &x->e->type, b->n, true, a, x->run->err);
}

sonde_code eval_case(node *x, const batch *b, arena *a, col *out) {
  uint32_t *left, *hit, n_left = b->n, n_hit;
  col part;
  SONDE_TRY(begin_parts(x, b, a, out, &left, &hit));
  for (uint32_t i = 0; i + 1 < x->e->n_args && n_left; i += 2) {
    SONDE_TRY(eval_rows(x->args[i], b, left, n_left, a, &part));
    split_rows(&part, left, &n_left, hit, &n_hit);
    if (!n_hit) continue;
    SONDE_TRY(eval_rows(x->args[i + 1], b, hit, n_hit, a, &part));
    scatter(&part, hit, n_hit, out);
  }
  if (!n_left) return SONDE_OK;
  SONDE_TRY(eval_rows(x->args[x->e->n_args - 1], b, left, n_left, a, &part));
  scatter(&part, left, n_left, out);
  return SONDE_OK;
}

sonde_code eval_coalesce(node *x, const batch *b, arena *a, col *out) {
  uint32_t *left, *hit, n_left = b->n;
  SONDE_TRY(begin_parts(x, b, a, out, &left, &hit));
  for (uint32_t i = 0; i < x->e->n_args && n_left; i++) {
    col part;
    SONDE_TRY(eval_rows(x->args[i], b, left, n_left, a, &part));
    scatter(&part, left, n_left, out);
    uint32_t rest = 0;
    for (uint32_t r = 0; r < n_left; r++)
      if (!out->valid[left[r]]) left[rest++] = left[r];
    n_left = rest;
  }
  return SONDE_OK;
}

/* ---- TRY ---- */

/* What is no fault of a value. */
static bool is_lack(sonde_code code) {
  return code == SONDE_ZONE || code == SONDE_NOMEM || code == SONDE_LIMIT;
}

/* When something in the batch fails, row by row. */
sonde_code eval_try(node *x, const batch *b, arena *a, col *out) {
  sonde_error kept = *x->run->err;
  sonde_code code = node_eval(x->args[0], b, a, out);
  if (code == SONDE_OK || is_lack(code)) return code;
  SONDE_TRY(col_new(out, &x->e->type, b->n, true, a, x->run->err));
  memset(col_validity(out), 0, b->n);
  for (uint32_t i = 0; b->n > 1 && i < b->n; i++) {
    col one;
    code = eval_rows(x->args[0], b, &i, 1, a, &one);
    if (code == SONDE_OK) scatter(&one, &i, 1, out);
    if (is_lack(code)) return code;
  }
  *x->run->err = kept;
  return SONDE_OK;
}
