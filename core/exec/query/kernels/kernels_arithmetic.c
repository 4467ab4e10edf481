/* + - * / // % on numbers, bits. Results are checked against their type: overflow is gathered over the batch and looked for
 * row by row only when there was some, because null rows may hold anything. */
#include "exec/query/expression/limits.h"
#include "exec/query/kernels/kernels.h"

#include <math.h>

static sonde_code overflow(const kernel_call *c, uint32_t row) {
  char left[80] = "", right[80] = "";
  buf b;
  buf_init(&b, c->run->mem, 4096);
  for (uint32_t i = 0; i < 2 && i < c->n_args; i++) {
    buf_clear(&b);
    value_print(&b, c->args[i].type, col_cell(&c->args[i], row));
    size_t n = b.len < 79 ? b.len : 79;
    if (n) memcpy(i ? right : left, b.data, n);
  }
  buf_clear(&b);
  sql_type_print(&c->e->type, &b);
  const char *sign = function_get((function_id)c->e->function)->name;
  bool two = c->n_args > 1;
  status_set(c->err, SONDE_VALUE, c->e->at, "%s%s%s%s%s is out of range for %.*s; cast to a wider type",
             two ? left : sign, two ? " " : "", two ? sign : left, two ? " " : "", right, (int)b.len,
             b.len ? (const char *)b.data : "");
  buf_free(&b);
  return SONDE_VALUE;
}

/* ---- 64-bit lanes ---- */

static inline bool add_i64(int64_t a, int64_t b, int64_t *r) { return __builtin_add_overflow(a, b, r); }
static inline bool sub_i64(int64_t a, int64_t b, int64_t *r) { return __builtin_sub_overflow(a, b, r); }
static inline bool mul_i64(int64_t a, int64_t b, int64_t *r) { return __builtin_mul_overflow(a, b, r); }

#define CHECKED_LOOP(T, op, left, right)                                                                     \
  for (uint32_t i = 0; i < n; i++) {                                                                         \
    T r;                                                                                                     \
    bad |= op(left, right, &r) | (r < min) | (r > max);                                                      \
    out[i] = r;                                                                                              \
  }
#define CHECKED(T, op)                                                                                       \
  do {                                                                                                       \
    const T *l = x->data, *r_ = y->data;                                                                     \
    if (y->form == COL_CONST) {                                                                              \
      T k = *r_;                                                                                             \
      if (x->form == COL_CONST)                                                                              \
        CHECKED_LOOP(T, op, *l, k)                                                                           \
      else                                                                                                   \
        CHECKED_LOOP(T, op, l[i], k)                                                                         \
    } else if (x->form == COL_CONST) {                                                                       \
      T k = *l;                                                                                              \
      CHECKED_LOOP(T, op, k, r_[i])                                                                          \
    } else {                                                                                                 \
      CHECKED_LOOP(T, op, l[i], r_[i])                                                                       \
    }                                                                                                        \
  } while (0)

typedef enum { OP_ADD, OP_SUBTRACT, OP_MULTIPLY } operation;

/* Sums and differences of integers without a comparison a row: what shows overflow is gathered with "or". Of narrow types it is
 * the bits above the type's width (counted from its least value), of BIGINT a sign that cannot be. */
#define GATHER_LOOP(sign, wrong, left, right)                                                                \
  for (uint32_t i = 0; i < n; i++) {                                                                         \
    uint64_t a = (uint64_t)(left), b = (uint64_t)(right), r = a sign b;                                      \
    above |= r - min;                                                                                        \
    flipped |= (wrong);                                                                                      \
    out[i] = (int64_t)r;                                                                                     \
  }
#define GATHER(sign, wrong)                                                                                  \
  do {                                                                                                       \
    if (x->form == COL_FLAT && y->form == COL_FLAT)                                                          \
      GATHER_LOOP(sign, wrong, l[i], r_[i])                                                                  \
    else if (x->form == COL_FLAT)                                                                            \
      GATHER_LOOP(sign, wrong, l[i], *r_)                                                                    \
    else if (y->form == COL_FLAT)                                                                            \
      GATHER_LOOP(sign, wrong, *l, r_[i])                                                                    \
    else                                                                                                     \
      GATHER_LOOP(sign, wrong, *l, *r_)                                                                      \
  } while (0)

static bool add_integers(bool subtract, const col *x, const col *y, uint32_t n, limits range, int64_t *out) {
  const int64_t *l = x->data, *r_ = y->data;
  uint64_t min = (uint64_t)range.min, above = 0, flipped = 0;
  if (subtract)
    GATHER(-, (a ^ b) & (a ^ r));
  else
    GATHER(+, (a ^ r) & (b ^ r));
  bool whole = range.max == INT64_MAX;
  return whole ? flipped >> 63 : above > (uint64_t)(range.max - range.min);
}

static bool run_i64(operation op, const col *x, const col *y, uint32_t n, limits l_, int64_t *out) {
  int64_t min = (int64_t)l_.min, max = (int64_t)l_.max;
  bool bad = false;
  if (op == OP_ADD)
    CHECKED(int64_t, add_i64);
  else if (op == OP_SUBTRACT)
    CHECKED(int64_t, sub_i64);
  else
    CHECKED(int64_t, mul_i64);
  return bad;
}

static inline bool add_i128(i128 a, i128 b, i128 *r) { return __builtin_add_overflow(a, b, r); }
static inline bool sub_i128(i128 a, i128 b, i128 *r) { return __builtin_sub_overflow(a, b, r); }
/* Not the builtin: clang calls a library function for it that wasm does not have. */
static inline bool mul_i128(i128 a, i128 b, i128 *r) {
  *r = 0;
  if (a == 0 || b == 0) return false;
  const u128 most = (u128)1 << 127;
  bool negative = (a < 0) != (b < 0);
  u128 p = a < 0 ? -(u128)a : (u128)a, q = b < 0 ? -(u128)b : (u128)b;
  bool small = p >> 64 == 0 && q >> 64 == 0;
  if (!small && p > (most - !negative) / q) return true;
  u128 product = p * q;
  if (product > most - !negative) return true;
  *r = (i128)(negative ? -product : product);
  return false;
}

static bool run_i128(operation op, const col *x, const col *y, uint32_t n, limits l_, i128 *out) {
  i128 min = l_.min, max = l_.max;
  bool bad = false;
  if (op == OP_ADD)
    CHECKED(i128, add_i128);
  else if (op == OP_SUBTRACT)
    CHECKED(i128, sub_i128);
  else
    CHECKED(i128, mul_i128);
  return bad;
}

static bool row_overflows(operation op, const kernel_call *c, uint32_t i, limits l) {
  col x = col_slice(&c->args[0], i), y = col_slice(&c->args[1], i);
  int64_t narrow;
  i128 wide;
  return sql_lane(&c->e->type) == LANE_I64 ? run_i64(op, &x, &y, 1, l, &narrow)
                                           : run_i128(op, &x, &y, 1, l, &wide);
}

static sonde_code run_whole(operation op, const kernel_call *c, col *out) {
  limits l = limits_of(&c->e->type);
  const col *x = &c->args[0], *y = &c->args[1];
  bool bad;
  if (out->lane == LANE_I64 && op != OP_MULTIPLY && sql_is_integer(&c->e->type))
    bad = add_integers(op == OP_SUBTRACT, x, y, c->n, l, col_lanes(out));
  else if (out->lane == LANE_I64)
    bad = run_i64(op, x, y, c->n, l, col_lanes(out));
  else
    bad = run_i128(op, x, y, c->n, l, col_lanes(out));
  for (uint32_t i = 0; bad && i < c->n; i++)
    if (row_valid(out, i) && row_overflows(op, c, i, l)) return overflow(c, i);
  return SONDE_OK;
}

/* ---- floating point ---- */

static void run_f64(uint16_t fn, const col *x, const col *y, uint32_t n, double *out) {
  const double *l = x->data, *r = y->data;
  size_t lm = col_mask(x), rm = col_mask(y);
  switch (fn) {
  case FN_ADD:
    for (uint32_t i = 0; i < n; i++) out[i] = l[i & lm] + r[i & rm];
    break;
  case FN_SUBTRACT:
    for (uint32_t i = 0; i < n; i++) out[i] = l[i & lm] - r[i & rm];
    break;
  case FN_MULTIPLY:
    for (uint32_t i = 0; i < n; i++) out[i] = l[i & lm] * r[i & rm];
    break;
  case FN_MODULO:
    for (uint32_t i = 0; i < n; i++) out[i] = fmod(l[i & lm], r[i & rm]);
    break;
  case FN_INT_DIVIDE:
  case FN_DIV:
    for (uint32_t i = 0; i < n; i++) out[i] = trunc(l[i & lm] / r[i & rm]);
    break;
  default:
    for (uint32_t i = 0; i < n; i++) out[i] = l[i & lm] / r[i & rm];
  }
}

static void null_where_zero(const col *y, uint32_t n, col *out) {
  for (uint32_t i = 0; i < n; i++)
    if (COL_AT(y, double, i) == 0) col_put_null(out, i);
}

static sonde_code arithmetic_f64(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  bool divides = fn != FN_ADD && fn != FN_SUBTRACT && fn != FN_MULTIPLY;
  SONDE_TRY(divides ? kernel_out_nullable(c, out) : kernel_out(c, out));
  double *lanes = col_lanes(out);
  run_f64(fn, &c->args[0], &c->args[1], c->n, lanes);
  if (divides) null_where_zero(&c->args[1], c->n, out);
  for (uint32_t i = 0; c->e->type.id == SQL_FLOAT && i < c->n; i++) lanes[i] = (double)(float)lanes[i];
  return SONDE_OK;
}

/* ---- // and % on whole numbers and decimals ---- */

static i128 wide_at(const col *x, uint32_t i) {
  return x->lane == LANE_I64 ? (i128)COL_AT(x, int64_t, i) : COL_AT(x, i128, i);
}

static sonde_code divide_whole(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  bool modulo = c->e->function == FN_MODULO;
  limits l = limits_of(&c->e->type);
  i128 unit = c->e->type.id == SQL_DECIMAL && !modulo ? power_of_ten(c->e->type.scale) : 1;
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    i128 a = wide_at(&c->args[0], i), b = wide_at(&c->args[1], i), r;
    if (b == 0) {
      col_put_null(out, i);
      continue;
    }
    if (b == -1 && a == l.min && !modulo) return overflow(c, i);
    r = b == -1 ? (modulo ? 0 : -a * unit) : modulo ? a % b : a / b * unit;
    col_put(out, i, out->lane == LANE_I64 ? (cell){.i = (int64_t)r} : (cell){.w = r});
  }
  return SONDE_OK;
}

sonde_code kernel_arithmetic(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  if (sql_lane(&c->e->type) == LANE_F64) return arithmetic_f64(c, out);
  if (fn == FN_INT_DIVIDE || fn == FN_MODULO || fn == FN_DIV) return divide_whole(c, out);
  SONDE_TRY(kernel_out(c, out));
  return run_whole(fn == FN_ADD ? OP_ADD : fn == FN_SUBTRACT ? OP_SUBTRACT : OP_MULTIPLY, c, out);
}

/* ---- one operand ---- */

static cell negated(const sql_type *t, cell v) {
  if (t->id == SQL_INTERVAL) {
    interval x = interval_of(v.w);
    return (cell){.w = interval_pack((interval){-x.months, -x.days, -x.micros})};
  }
  switch (sql_lane(t)) {
  case LANE_F64: return (cell){.f = -v.f};
  case LANE_I64: return (cell){.i = (int64_t)(0 - (uint64_t)v.i)};
  default: return (cell){.w = (i128)(0 - (u128)v.w)};
  }
}

static bool is_least(const sql_type *t, cell v) {
  limits l = limits_of(t);
  if (t->id == SQL_INTERVAL || sql_lane(t) == LANE_F64 || t->id == SQL_DECIMAL) return false;
  return (sql_lane(t) == LANE_I64 ? (i128)v.i : v.w) == l.min;
}

sonde_code kernel_negate(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    cell v = col_cell(&c->args[0], i);
    if (row_valid(out, i) && sql_is_signed(&c->e->type) && is_least(&c->e->type, v)) return overflow(c, i);
    col_put(out, i, negated(&c->e->type, v));
  }
  return SONDE_OK;
}

sonde_code kernel_first(const kernel_call *c, col *out) {
  *out = c->args[0];
  out->type = &c->e->type;
  return SONDE_OK;
}

/* ---- bits ---- */

static i128 bits_of(uint16_t fn, i128 a, i128 b) {
  switch (fn) {
  case FN_BIT_AND: return a & b;
  case FN_BIT_OR: return a | b;
  case FN_BIT_XOR: return a ^ b;
  default: return ~a;
  }
}

sonde_code kernel_bits(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  limits l = limits_of(&c->e->type);
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    i128 r = bits_of(c->e->function, wide_at(&c->args[0], i), c->n_args > 1 ? wide_at(&c->args[1], i) : 0);
    if (!sql_is_signed(&c->e->type)) r &= l.max;
    col_put(out, i, out->lane == LANE_I64 ? (cell){.i = (int64_t)r} : (cell){.w = r});
  }
  return SONDE_OK;
}

static bool shifted(const kernel_call *c, i128 a, i128 by, i128 *r) {
  limits l = limits_of(&c->e->type);
  if (c->e->function == FN_SHIFT_RIGHT) return *r = by < 0 || by > 126 ? 0 : a >> by, true;
  if (a == 0) return *r = 0, true;
  if (a < 0 || by < 0 || by > 126 || a > l.max >> by) return false;
  return *r = a << by, true;
}

sonde_code kernel_shift(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    i128 r;
    if (!row_valid(out, i)) continue;
    if (!shifted(c, wide_at(&c->args[0], i), wide_at(&c->args[1], i), &r)) return overflow(c, i);
    col_put(out, i, out->lane == LANE_I64 ? (cell){.i = (int64_t)r} : (cell){.w = r});
  }
  return SONDE_OK;
}
