/* Functions of numbers. */
#include <math.h>

#include "base/number.h"
#include "exec/query/expression/limits.h"
#include "exec/query/kernels/kernels.h"

static const double pi = 3.14159265358979323846;

static sonde_code out_of_domain(const kernel_call *c, double x) {
  char text[32];
  int length = (int)number_format_double(x, text);
  return status_set(c->err, SONDE_VALUE, c->e->at, "%s(%.*s) has no value",
                    function_get((function_id)c->e->function)->name, length, text);
}

/* ---- one double ---- */

static double unary(uint16_t fn, double x) {
  switch (fn) {
  case FN_SQRT: return sqrt(x);
  case FN_CBRT: return cbrt(x);
  case FN_EXP: return exp(x);
  case FN_LN: return log(x);
  case FN_LOG: return log10(x);
  case FN_LOG2: return log2(x);
  case FN_SIN: return sin(x);
  case FN_COS: return cos(x);
  case FN_TAN: return tan(x);
  case FN_COT: return 1 / tan(x);
  case FN_ASIN: return asin(x);
  case FN_ACOS: return acos(x);
  case FN_ATAN: return atan(x);
  case FN_SINH: return sinh(x);
  case FN_COSH: return cosh(x);
  case FN_TANH: return tanh(x);
  case FN_ASINH: return asinh(x);
  case FN_ACOSH: return acosh(x);
  case FN_ATANH: return atanh(x);
  case FN_DEGREES: return x * (180 / pi);
  case FN_RADIANS: return x * (pi / 180);
  case FN_GAMMA: return tgamma(x);
  case FN_LGAMMA: return lgamma(x);
  default: return x < 0 ? 2 * floor(x / 2) : 2 * ceil(x / 2); /* even */
  }
}

static bool in_domain(uint16_t fn, double x) {
  switch (fn) {
  case FN_SQRT: return !(x < 0);
  case FN_LN:
  case FN_LOG:
  case FN_LOG2: return !(x <= 0);
  case FN_ASIN:
  case FN_ACOS:
  case FN_ATANH: return !(x < -1 || x > 1);
  case FN_SIN:
  case FN_COS:
  case FN_TAN:
  case FN_COT: return !isinf(x) && !(fn == FN_COT && x == 0);
  case FN_GAMMA:
  case FN_LGAMMA: return x != 0;
  default: return true;
  }
}

sonde_code kernel_math(const kernel_call *c, col *out) {
  if (c->n_args == 0) {
    value v = {.v.f = pi};
    return col_constant(out, &c->e->type, &v, c->a, c->err);
  }
  if (c->n_args > 1) return kernel_math2(c, out);
  SONDE_TRY(kernel_out(c, out));
  double *lanes = col_lanes(out);
  for (uint32_t i = 0; i < c->n; i++) {
    double x = COL_AT(&c->args[0], double, i);
    if (!row_valid(out, i)) continue;
    if (!in_domain(c->e->function, x)) return out_of_domain(c, x);
    lanes[i] = unary(c->e->function, x);
  }
  return SONDE_OK;
}

/* ---- two doubles ---- */

static double binary(uint16_t fn, double x, double y) {
  switch (fn) {
  case FN_POWER: return pow(x, y);
  case FN_ATAN2: return atan2(x, y);
  case FN_LOG: return log(y) / log(x);
  case FN_FDIV: return floor(x / y);
  case FN_FMOD: return x - y * floor(x / y);
  default: return nextafter(x, y);
  }
}

sonde_code kernel_math2(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    double x = COL_AT(&c->args[0], double, i), y = COL_AT(&c->args[1], double, i);
    if (!row_valid(out, i)) continue;
    if (fn == FN_LOG && (x <= 0 || y <= 0 || x == 1)) return out_of_domain(c, x <= 0 || x == 1 ? x : y);
    if ((fn == FN_FDIV || fn == FN_FMOD) && y == 0)
      col_put_null(out, i);
    else
      col_put(out, i, (cell){.f = binary(fn, x, y)});
  }
  return SONDE_OK;
}

/* ---- sign and rounding, of any number ---- */

static i128 whole(const col *x, uint32_t i) {
  return x->lane == LANE_I64 ? (i128)COL_AT(x, int64_t, i) : COL_AT(x, i128, i);
}

static cell as_cell(lane l, i128 w) { return l == LANE_I64 ? (cell){.i = (int64_t)w} : (cell){.w = w}; }

sonde_code kernel_abs(const kernel_call *c, col *out) {
  const col *x = &c->args[0];
  limits l = limits_of(&c->e->type);
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    if (out->lane == LANE_F64) {
      col_put(out, i, (cell){.f = fabs(COL_AT(x, double, i))});
      continue;
    }
    i128 w = whole(x, i);
    SONDE_CHECK(w != l.min || w >= 0 || c->e->type.id == SQL_DECIMAL, c->err, SONDE_VALUE, c->e->at,
                "the absolute value of the least number of its type does not fit it");
    col_put(out, i, as_cell(out->lane, w < 0 ? -w : w));
  }
  return SONDE_OK;
}

sonde_code kernel_sign(const kernel_call *c, col *out) {
  const col *x = &c->args[0];
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    double f = x->lane == LANE_F64 ? COL_AT(x, double, i) : 0;
    i128 w = x->lane == LANE_F64 ? (f > 0) - (f < 0) : whole(x, i);
    col_put(out, i, (cell){.i = (w > 0) - (w < 0)});
  }
  return SONDE_OK;
}

static double round_at(double x, int64_t digits, bool even) {
  double by = pow(10, fabs((double)digits)), scaled = digits < 0 ? x / by : x * by;
  if (isinf(scaled) || isnan(scaled)) return digits < 0 ? 0 : x;
  double r = even ? nearbyint(scaled) : round(scaled);
  return digits < 0 ? r * by : r / by;
}

static double rounded(uint16_t fn, double x, int64_t digits) {
  switch (fn) {
  case FN_CEIL: return ceil(x);
  case FN_FLOOR: return floor(x);
  case FN_TRUNC: return trunc(x);
  default: return digits == 0 && fn == FN_ROUND ? round(x) : round_at(x, digits, fn == FN_ROUND_EVEN);
  }
}

/* w in units of `by`, as the function rounds. */
static i128 in_units(uint16_t fn, i128 w, i128 by) {
  i128 q = w / by, rest = w % by;
  switch (fn) {
  case FN_CEIL: return q + (rest > 0);
  case FN_FLOOR: return q - (rest < 0);
  case FN_TRUNC: return q;
  default: {
    i128 twice = rest < 0 ? -rest * 2 : rest * 2;
    bool up = twice > by || (twice == by && (fn == FN_ROUND || q % 2 != 0));
    return up ? q + (w < 0 ? -1 : 1) : q;
  }
  }
}

/* A decimal keeps as many digits as its result type says; `digits` below 0 make it a multiple of a power of ten. */
static bool round_whole(const kernel_call *c, i128 w, int64_t digits, i128 *out) {
  const sql_type *from = c->args[0].type, *to = &c->e->type;
  unsigned from_scale = from->id == SQL_DECIMAL ? from->scale : 0,
           to_scale = to->id == SQL_DECIMAL ? to->scale : 0;
  int64_t drop = (int64_t)from_scale - (digits < (int64_t)to_scale ? digits : (int64_t)to_scale);
  limits l = limits_of(to);
  if (drop <= 0) return *out = w * power_of_ten((unsigned)(to_scale - from_scale)), true;
  *out = drop > 37 ? 0 : in_units(c->e->function, w, power_of_ten((unsigned)drop));
  if (digits < 0 && *out && __builtin_mul_overflow(*out, power_of_ten((unsigned)-digits + to_scale), out))
    return false;
  return *out >= l.min && *out <= l.max;
}

sonde_code kernel_round(const kernel_call *c, col *out) {
  const col *x = &c->args[0];
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    int64_t digits = c->n_args > 1 ? COL_AT(&c->args[1], int64_t, i) : 0;
    if (out->lane == LANE_F64) {
      col_put(out, i, (cell){.f = rounded(c->e->function, COL_AT(x, double, i), digits)});
      continue;
    }
    i128 w;
    SONDE_CHECK(round_whole(c, whole(x, i), digits, &w), c->err, SONDE_VALUE, c->e->at,
                "the rounded number is out of range; cast to a wider type");
    col_put(out, i, as_cell(out->lane, w));
  }
  return SONDE_OK;
}

/* ---- tests ---- */

static bool test_value(uint16_t fn, const col *x, uint32_t i) {
  if (x->lane == LANE_I64) {
    int64_t v = COL_AT(x, int64_t, i), most = x->type->id == SQL_DATE ? INT32_MAX : INT64_MAX;
    bool infinite = v == most || v == -most;
    return fn == FN_IS_INF ? infinite : !infinite;
  }
  double v = COL_AT(x, double, i);
  switch (fn) {
  case FN_IS_NAN: return isnan(v);
  case FN_IS_INF: return isinf(v);
  case FN_IS_FINITE: return isfinite(v);
  default: return signbit(v);
  }
}

sonde_code kernel_float_test(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++)
    if (row_valid(out, i)) col_put(out, i, (cell){.b = test_value(c->e->function, &c->args[0], i)});
  return SONDE_OK;
}

sonde_code kernel_random(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++)
    col_put(out, i, (cell){.f = (double)(random_next_u64(c->run) >> 11) * 0x1p-53});
  return SONDE_OK;
}

/* ---- whole numbers ---- */

sonde_code kernel_factorial(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    int64_t n = COL_AT(&c->args[0], int64_t, i);
    SONDE_CHECK(n <= 33, c->err, SONDE_VALUE, c->e->at, "%lld! is out of range", (long long)n);
    i128 product = 1;
    for (int64_t k = 2; k <= n; k++) product *= k;
    col_put(out, i, (cell){.w = product});
  }
  return SONDE_OK;
}

static i128 common_divisor(i128 a, i128 b) {
  while (b) {
    i128 rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

/* Of numbers that have an absolute value. */
static bool common(uint16_t fn, i128 a, i128 b, i128 *out) {
  i128 divisor = common_divisor(a, b), part = divisor ? a / divisor : 0;
  *out = divisor;
  if (fn != FN_LCM || !divisor) return true;
  return !__builtin_mul_overflow(part < 0 ? -part : part, b < 0 ? -b : b, out);
}

sonde_code kernel_gcd(const kernel_call *c, col *out) {
  const i128 least = -(i128)(((u128)1 << 127) - 1) - 1;
  limits l = limits_of(&c->e->type);
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    i128 a = whole(&c->args[0], i), b = whole(&c->args[1], i), r = 0;
    bool fits = a != least && b != least && common(c->e->function, a, b, &r) && r <= l.max;
    SONDE_CHECK(fits, c->err, SONDE_VALUE, c->e->at,
                "the greatest common divisor or least common multiple is out of range");
    col_put(out, i, as_cell(out->lane, r));
  }
  return SONDE_OK;
}

sonde_code kernel_bit_count(const kernel_call *c, col *out) {
  static const uint8_t widths[] = {
      [SQL_TINYINT] = 8, [SQL_SMALLINT] = 16, [SQL_INTEGER] = 32, [SQL_BIGINT] = 64};
  SONDE_TRY(kernel_out(c, out));
  uint8_t id = c->args[0].type->id;
  u128 mask = id <= SQL_BIGINT ? ((u128)1 << widths[id]) - 1 : (u128)0 - 1;
  for (uint32_t i = 0; i < c->n; i++) {
    u128 w = (u128)whole(&c->args[0], i) & mask;
    int n = __builtin_popcountll((uint64_t)w) + __builtin_popcountll((uint64_t)(w >> 64));
    col_put(out, i, (cell){.i = n});
  }
  return SONDE_OK;
}
