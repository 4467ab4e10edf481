/* Comparisons, and functions that choose by them. */
#include "exec/query/kernels/kernels.h"

/* ---- =, <>, <, <=, >, >= ---- */

/* NaN is the greatest and equal to itself. */
static inline bool f64_less(double a, double b) { return a < b || (b != b && a == a); }
static inline bool f64_equal(double a, double b) { return a == b || (a != a && b != b); }

/* Constants are hoisted, so that compilers see plain arrays. */
#define LOOP(T, left, right, test)                                                                           \
  for (uint32_t i = 0; i < n; i++) {                                                                         \
    T a = left, b = right;                                                                                   \
    out[i] = (uint8_t)(test);                                                                                \
  }
#define FORMS(T, test)                                                                                       \
  do {                                                                                                       \
    const T *l = x->data, *r = y->data;                                                                      \
    if (x->form == COL_CONST) {                                                                              \
      T c = *l;                                                                                              \
      LOOP(T, c, r[i], test)                                                                                 \
    } else if (y->form == COL_CONST) {                                                                       \
      T c = *r;                                                                                              \
      LOOP(T, l[i], c, test)                                                                                 \
    } else {                                                                                                 \
      LOOP(T, l[i], r[i], test)                                                                              \
    }                                                                                                        \
  } while (0)

typedef enum { IS_EQ, IS_NE, IS_LT, IS_LE, IS_GT, IS_GE } comparison;

#define NUMBERS(T)                                                                                           \
  switch (op) {                                                                                              \
  case IS_EQ: FORMS(T, a == b); break;                                                                       \
  case IS_NE: FORMS(T, a != b); break;                                                                       \
  case IS_LT: FORMS(T, a < b); break;                                                                        \
  case IS_LE: FORMS(T, a <= b); break;                                                                       \
  case IS_GT: FORMS(T, a > b); break;                                                                        \
  case IS_GE: FORMS(T, a >= b); break;                                                                       \
  }

static void compare_i64(comparison op, const col *x, const col *y, uint32_t n, uint8_t *out) {
  NUMBERS(int64_t)
}
static void compare_bool(comparison op, const col *x, const col *y, uint32_t n, uint8_t *out) {
  NUMBERS(uint8_t)
}
static void compare_i128(comparison op, const col *x, const col *y, uint32_t n, uint8_t *out) {
  NUMBERS(i128)
}

static void compare_f64(comparison op, const col *x, const col *y, uint32_t n, uint8_t *out) {
  switch (op) {
  case IS_EQ: FORMS(double, f64_equal(a, b)); break;
  case IS_NE: FORMS(double, !f64_equal(a, b)); break;
  case IS_LT: FORMS(double, f64_less(a, b)); break;
  case IS_LE: FORMS(double, !f64_less(b, a)); break;
  case IS_GT: FORMS(double, f64_less(b, a)); break;
  case IS_GE: FORMS(double, !f64_less(a, b)); break;
  }
}

static bool holds(comparison op, int order) {
  switch (op) {
  case IS_EQ: return order == 0;
  case IS_NE: return order != 0;
  case IS_LT: return order < 0;
  case IS_LE: return order <= 0;
  case IS_GT: return order > 0;
  default: return order >= 0;
  }
}

static void compare_cells(comparison op, const col *x, const col *y, const uint8_t *valid, uint32_t n,
                          uint8_t *out) {
  const sql_type *t = x->type;
  for (uint32_t i = 0; i < n; i++)
    out[i] = (!valid || valid[i]) && holds(op, cell_compare(t, col_cell(x, i), col_cell(y, i)));
}

static void compare_strs(comparison op, const col *x, const col *y, const uint8_t *valid, uint32_t n,
                         uint8_t *out) {
  bool equality = op == IS_EQ || op == IS_NE;
  for (uint32_t i = 0; i < n; i++) {
    if (valid && !valid[i]) continue;
    sonde_str a = COL_AT(x, sonde_str, i), b = COL_AT(y, sonde_str, i);
    out[i] = equality ? str_equal(a, b) == (op == IS_EQ) : holds(op, str_compare(a, b));
  }
}

static void compare_cols(comparison op, const col *x, const col *y, const uint8_t *valid, uint32_t n,
                         uint8_t *out) {
  if (x->type->id == SQL_INTERVAL || x->lane == LANE_NESTED) {
    compare_cells(op, x, y, valid, n, out);
    return;
  }
  switch (x->lane) {
  case LANE_BOOL: compare_bool(op, x, y, n, out); break;
  case LANE_I64: compare_i64(op, x, y, n, out); break;
  case LANE_F64: compare_f64(op, x, y, n, out); break;
  case LANE_I128: compare_i128(op, x, y, n, out); break;
  default: compare_strs(op, x, y, valid, n, out);
  }
}

sonde_code kernel_compare(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  compare_cols((comparison)(c->e->function - FN_EQ), &c->args[0], &c->args[1], out->valid, c->n,
               col_lanes(out));
  return SONDE_OK;
}

/* x >= low AND x <= high, three-valued: one bound that x misses decides. */
static void between_cells(const kernel_call *c, uint8_t *lanes, uint8_t *valid) {
  const sql_type *t = c->args[0].type;
  for (uint32_t i = 0; i < c->n; i++) {
    bool there[3];
    for (uint32_t k = 0; k < 3; k++) there[k] = col_valid(&c->args[k], i);
    bool below =
        there[0] && there[1] && cell_compare(t, col_cell(&c->args[0], i), col_cell(&c->args[1], i)) < 0;
    bool above =
        there[0] && there[2] && cell_compare(t, col_cell(&c->args[0], i), col_cell(&c->args[2], i)) > 0;
    lanes[i] = !below && !above;
    valid[i] = below || above || (there[0] && there[1] && there[2]);
  }
}

static bool is_bound(const col *c) { return c->form == COL_CONST && !c->valid; }

sonde_code kernel_between(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  const col *x = &c->args[0];
  uint8_t *lanes = col_lanes(out), *valid = col_validity(out);
  bool numbers = x->lane == LANE_I64 || x->lane == LANE_F64;
  if (x->form != COL_FLAT || !numbers || !is_bound(&c->args[1]) || !is_bound(&c->args[2])) {
    between_cells(c, lanes, valid);
    return SONDE_OK;
  }
  if (x->valid) memcpy(valid, x->valid, c->n);
  if (x->lane == LANE_I64) {
    int64_t low = *(const int64_t *)c->args[1].data, high = *(const int64_t *)c->args[2].data;
    const int64_t *v = x->data;
    for (uint32_t i = 0; i < c->n; i++) lanes[i] = (v[i] >= low) & (v[i] <= high);
  } else {
    double low = *(const double *)c->args[1].data, high = *(const double *)c->args[2].data;
    const double *v = x->data;
    for (uint32_t i = 0; i < c->n; i++) lanes[i] = !((int)f64_less(v[i], low) | (int)f64_less(high, v[i]));
  }
  return SONDE_OK;
}

sonde_code kernel_distinct_from(const kernel_call *c, col *out) {
  const col *x = &c->args[0], *y = &c->args[1];
  bool want = c->e->function == FN_DISTINCT_FROM;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    bool a = col_valid(x, i), b = col_valid(y, i);
    bool differ = a != b || (a && cell_compare(x->type, col_cell(x, i), col_cell(y, i)) != 0);
    ((uint8_t *)col_lanes(out))[i] = differ == want;
  }
  return SONDE_OK;
}

/* ---- greatest, least, if, nullif ---- */

sonde_code kernel_extreme(const kernel_call *c, col *out) {
  int sign = c->e->function == FN_GREATEST ? 1 : -1;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    const col *best = NULL;
    for (uint32_t k = 0; k < c->n_args; k++) {
      const col *x = &c->args[k];
      if (col_valid(x, i) && (!best || cell_compare(x->type, col_cell(x, i), col_cell(best, i)) * sign > 0))
        best = x;
    }
    if (best)
      col_put(out, i, col_cell(best, i));
    else
      col_put_null(out, i);
  }
  return SONDE_OK;
}

static void take(const col *from, uint32_t i, col *out) {
  if (col_valid(from, i))
    col_put(out, i, col_cell(from, i));
  else
    col_put_null(out, i);
}

sonde_code kernel_if(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++)
    take(col_valid(&c->args[0], i) && col_cell(&c->args[0], i).b ? &c->args[1] : &c->args[2], i, out);
  return SONDE_OK;
}

sonde_code kernel_nullif(const kernel_call *c, col *out) {
  const col *x = &c->args[0], *y = &c->args[1];
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    bool equal =
        col_valid(x, i) && col_valid(y, i) && cell_compare(x->type, col_cell(x, i), col_cell(y, i)) == 0;
    if (equal)
      col_put_null(out, i);
    else
      take(x, i, out);
  }
  return SONDE_OK;
}
