/* Variance, covariance and what follows from them. Of one variable: sums in twice the digits of a double, which blocks may add up apart.
 * Of two: means and central moments, updated one value at a time (Welford 1962) and merged pairwise (Chan et al. 1979). */
#include <math.h>

#include "exec/query/aggregate/aggregate.h"
#include "exec/query/aggregate/float_sum.h"

/* ---- one variable ---- */

/* A product and what rounding lost of it (Dekker 1971). */
static inline double product(double a, double b, double *lost) {
  const double split = 134217729; /* 2^27 + 1 */
  double x = a * split, y = b * split, high_a = x - (x - a), high_b = y - (y - b), p = a * b;
  double low_a = a - high_a, low_b = b - high_b;
  *lost = ((high_a * high_b - p) + high_a * low_b + low_a * high_b) + low_a * low_b;
  return p;
}

typedef struct {
  float_sum values, squares;
  double first;
  uint32_t varies; /* 0: all are equal to the first */
  uint32_t shrunk; /* 1: the sums are of values times `shrinking` */
} variance_state;

/* Beyond `large` the squares of some values, or of their sum, would leave the range of doubles. */
static const double large = 0x1p400, shrinking = 0x1p-700;

static void shrink_sum(float_sum *s, double by) {
  s->sum *= by;
  s->rest *= by;
}

static void shrink(variance_state *s) {
  if (s->shrunk) return;
  s->shrunk = 1;
  shrink_sum(&s->values, shrinking);
  shrink_sum(&s->squares, shrinking);
  shrink_sum(&s->squares, shrinking);
}

static inline void add_scaled(variance_state *s, double v) {
  double lost, square = product(v, v, &lost);
  add_double(&s->values, v);
  add_double(&s->squares, square);
  s->squares.rest += lost;
  s->values.n++;
}

/* By value and apart, so that the loop around add_value keeps its state in registers. */
__attribute__((noinline)) static variance_state add_large(variance_state s, double v) {
  shrink(&s);
  add_scaled(&s, v * shrinking);
  return s;
}

static inline void add_value(variance_state *s, double v) {
  if (!s->values.n) s->first = v;
  s->varies |= v != s->first;
  if ((fabs(v) > large) | s->shrunk)
    *s = add_large(*s, v);
  else
    add_scaled(s, v);
}

static sonde_code add_values(aggregate *a, void *states, const uint32_t *groups, const col *args,
                             uint32_t n) {
  const col *x = &args[0];
  (void)a;
  EACH_STATE(variance_state, x, add_value(s, COL_AT(x, double, i)));
  return SONDE_OK;
}

/* Of the values' distances from their mean the squares' sum: sum(x * x) - sum(x)^2 / n. */
static double deviations(const variance_state *s) {
  double n = (double)s->values.n, of_sum, of_squares;
  if (s->values.n == 1) return 0;
  if (!s->varies) return 0 * s->first; /* NaN, if it is infinite */
  double sum = s->values.sum + s->values.rest, rest = s->values.rest - (sum - s->values.sum);
  double square = product(sum, sum, &of_sum), squares = product(s->squares.sum, n, &of_squares);
  double all = (squares - square) + (of_squares + s->squares.rest * n - (of_sum + 2 * sum * rest));
  return all < 0 ? 0 : all / n;
}

static double variance_of(uint16_t fn, const variance_state *s) {
  double n = (double)s->values.n, m2 = deviations(s);
  double sample = n > 1 ? m2 / (n - 1) : (double)NAN, all = n > 0 ? m2 / n : (double)NAN;
  double scale = s->shrunk ? 1 / shrinking : 1;
  switch (fn) {
  case FN_STDDEV_SAMP: return sqrt(sample) * scale;
  case FN_STDDEV_POP: return sqrt(all) * scale;
  case FN_VAR_SAMP: return sample * scale * scale;
  case FN_VAR_POP: return all * scale * scale;
  default: return sqrt(all) / sqrt(n) * scale;
  }
}

static bool needs_two(uint16_t fn) { return fn == FN_STDDEV_SAMP || fn == FN_VAR_SAMP; }

static sonde_code check_range(aggregate *a, bool within) {
  SONDE_CHECK(within, a->run->err, SONDE_VALUE, a->call->at, "%s is out of range",
              function_get((function_id)a->call->function)->name);
  return SONDE_OK;
}

static sonde_code put_double(aggregate *a, col *out, uint32_t i, bool null, double v) {
  SONDE_TRY(check_range(a, null || isfinite(v)));
  col_put(out, i, (cell){.f = v});
  if (null) col_put_null(out, i);
  return SONDE_OK;
}

static sonde_code finish_variance(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                                  arena *m) {
  const variance_state *all = states;
  uint16_t fn = a->call->function;
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    const variance_state *s = &all[first + i];
    SONDE_TRY(put_double(a, out, i, s->values.n < (needs_two(fn) ? 2 : 1), variance_of(fn, s)));
  }
  return SONDE_OK;
}

static sonde_code merge_variance(aggregate *a, void *into, const void *from) {
  variance_state *s = into;
  const variance_state *more = from;
  (void)a;
  if (more->values.n == 0) return SONDE_OK;
  if (s->values.n == 0) s->first = more->first;
  s->varies |= more->varies | (more->first != s->first);
  variance_state other = *more;
  if (other.shrunk) shrink(s);
  if (s->shrunk) shrink(&other);
  add_sum(&s->values, &other.values);
  add_sum(&s->squares, &other.squares);
  return SONDE_OK;
}

static const aggregate_class variance_class = {sizeof(variance_state), add_values, finish_variance,
                                               merge_variance, false};

/* ---- skewness, kurtosis: sums of powers, as DuckDB has them ---- */

typedef struct {
  double n, sum, sum2, sum3, sum4;
} powers_state;

static sonde_code add_powers(aggregate *a, void *states, const uint32_t *groups, const col *args,
                             uint32_t n) {
  const col *x = &args[0];
  (void)a;
  EACH_STATE(powers_state, x, {
    double v = COL_AT(x, double, i);
    s->n++;
    s->sum += v;
    s->sum2 += v * v;
    s->sum3 += v * v * v;
    s->sum4 += v * v * v * v;
  });
  return SONDE_OK;
}

static double skewness(const powers_state *s) {
  double mean = s->sum / s->n, p = pow(s->sum2 / s->n - mean * mean, 3);
  if (p < 0) p = 0;
  double div = sqrt(p);
  if (div == 0) return (double)NAN;
  double adjust = sqrt(s->n * (s->n - 1)) / (s->n - 2);
  return adjust * (s->sum3 / s->n - 3 * s->sum2 / s->n * mean + 2 * mean * mean * mean) / div;
}

static double kurtosis(const powers_state *s, bool all) {
  double n = s->n, t = 1 / n, mean = s->sum * t;
  double m4 = t * (s->sum4 - 4 * s->sum3 * mean + 6 * s->sum2 * mean * mean -
                   4 * s->sum * mean * mean * mean + n * mean * mean * mean * mean);
  double m2 = t * (s->sum2 - s->sum * s->sum * t);
  if (m2 <= 0) return (double)NAN;
  if (all) return m4 / (m2 * m2) - 3;
  return (n - 1) * ((n + 1) * m4 / (m2 * m2) - 3 * (n - 1)) / ((n - 2) * (n - 3));
}

static sonde_code finish_powers(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                                arena *m) {
  const powers_state *all = states;
  uint16_t fn = a->call->function;
  double least = fn == FN_SKEWNESS ? 3 : fn == FN_KURTOSIS ? 4 : 1;
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    const powers_state *s = &all[first + i];
    bool few = s->n < least;
    double v = few ? 0 : fn == FN_SKEWNESS ? skewness(s) : kurtosis(s, fn == FN_KURTOSIS_POP);
    SONDE_TRY(check_range(a, !isnan(v) || isfinite(s->sum4)));
    SONDE_TRY(put_double(a, out, i, few || isnan(v), v));
  }
  return SONDE_OK;
}

static sonde_code merge_powers(aggregate *a, void *into, const void *from) {
  powers_state *s = into;
  const powers_state *more = from;
  (void)a;
  *s = (powers_state){s->n + more->n, s->sum + more->sum, s->sum2 + more->sum2, s->sum3 + more->sum3,
                      s->sum4 + more->sum4};
  return SONDE_OK;
}

static const aggregate_class powers_class = {sizeof(powers_state), add_powers, finish_powers, merge_powers,
                                             false};

/* ---- two variables: y, x ---- */

typedef struct {
  double n, mean_x, mean_y, xx, yy, xy;
} pair_state;

static sonde_code add_pairs(aggregate *a, void *states, const uint32_t *groups, const col *args, uint32_t n) {
  pair_state *all = states;
  (void)a;
  for (uint32_t i = 0; i < n; i++) {
    if (!col_valid(&args[0], i) || !col_valid(&args[1], i)) continue;
    pair_state *s = &all[groups ? groups[i] : 0];
    double y = COL_AT(&args[0], double, i), x = COL_AT(&args[1], double, i);
    double dx = x - s->mean_x, dy = y - s->mean_y;
    s->n++;
    s->mean_x += dx / s->n;
    s->mean_y += dy / s->n;
    s->xx += dx * (x - s->mean_x);
    s->yy += dy * (y - s->mean_y);
    s->xy += dx * (y - s->mean_y);
  }
  return SONDE_OK;
}

/* Also where the product is none that a double holds. */
static double geometric_mean(double a, double b) {
  double product_of_both = a * b;
  bool held = isfinite(product_of_both) && product_of_both > 0;
  return held ? sqrt(product_of_both) : sqrt(a) * sqrt(b);
}

/* NaN: null. */
static double pair_value(uint16_t fn, const pair_state *s) {
  switch (fn) {
  case FN_CORR: return s->xx == 0 || s->yy == 0 ? (double)NAN : s->xy / geometric_mean(s->xx, s->yy);
  case FN_COVAR_SAMP: return s->n > 1 ? s->xy / (s->n - 1) : (double)NAN;
  case FN_COVAR_POP: return s->xy / s->n;
  case FN_REGR_AVGX: return s->mean_x;
  case FN_REGR_AVGY: return s->mean_y;
  case FN_REGR_SXX: return s->xx;
  case FN_REGR_SYY: return s->yy;
  case FN_REGR_SXY: return s->xy;
  case FN_REGR_SLOPE: return s->xx == 0 ? (double)NAN : s->xy / s->xx;
  case FN_REGR_INTERCEPT: return s->xx == 0 ? (double)NAN : s->mean_y - s->xy / s->xx * s->mean_x;
  default: return s->xx == 0 ? (double)NAN : s->yy == 0 ? 1 : s->xy / s->xx * (s->xy / s->yy);
  }
}

static sonde_code finish_pairs(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                               arena *m) {
  const pair_state *all = states;
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    const pair_state *s = &all[first + i];
    bool related = a->call->function == FN_CORR || a->call->function == FN_REGR_R2;
    SONDE_TRY(check_range(a, !related || s->n < 2 || (isfinite(s->xx) && isfinite(s->yy))));
    double v = s->n > 0 ? pair_value(a->call->function, s) : (double)NAN;
    bool ratio = a->call->function == FN_CORR || a->call->function == FN_REGR_SLOPE;
    if (a->call->function == FN_REGR_COUNT)
      col_put(out, i, (cell){.i = (int64_t)s->n});
    else if (ratio && s->n > 0 && isnan(v)) /* 0 / 0: rows are there, but nothing varies */
      col_put(out, i, (cell){.f = v});
    else
      SONDE_TRY(put_double(a, out, i, isnan(v), v));
  }
  return SONDE_OK;
}

static sonde_code merge_pairs(aggregate *a, void *into, const void *from) {
  pair_state *s = into;
  const pair_state *more = from;
  (void)a;
  if (more->n == 0) return SONDE_OK;
  double n = s->n + more->n, dx = more->mean_x - s->mean_x, dy = more->mean_y - s->mean_y,
         part = s->n * more->n / n;
  s->xx += more->xx + dx * dx * part;
  s->yy += more->yy + dy * dy * part;
  s->xy += more->xy + dx * dy * part;
  s->mean_x += dx * more->n / n;
  s->mean_y += dy * more->n / n;
  s->n = n;
  return SONDE_OK;
}

static const aggregate_class pair_class = {sizeof(pair_state), add_pairs, finish_pairs, merge_pairs, false};

/* ---- geometric mean ---- */

static sonde_code add_logs(aggregate *a, void *states, const uint32_t *groups, const col *args, uint32_t n) {
  (void)a;
  EACH_STATE(float_sum, &args[0], (s->sum += log(COL_AT(&args[0], double, i)), s->n++));
  return SONDE_OK;
}

static sonde_code finish_logs(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                              arena *m) {
  const float_sum *all = states;
  (void)a;
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    const float_sum *s = &all[first + i];
    col_put(out, i, (cell){.f = exp(s->sum / (double)s->n)});
    if (s->n == 0) col_put_null(out, i);
  }
  return SONDE_OK;
}

static const aggregate_class logs_class = {sizeof(float_sum), add_logs, finish_logs, NULL, false};

bool is_variance(const aggregate_call *c) { return moments_class(c) == &variance_class; }

const aggregate_class *moments_class(const aggregate_call *c) {
  switch (c->function) {
  case FN_STDDEV_SAMP:
  case FN_STDDEV_POP:
  case FN_VAR_SAMP:
  case FN_VAR_POP:
  case FN_SEM: return &variance_class;
  case FN_SKEWNESS:
  case FN_KURTOSIS:
  case FN_KURTOSIS_POP: return &powers_class;
  case FN_GEOMEAN: return &logs_class;
  case FN_CORR:
  case FN_COVAR_SAMP:
  case FN_COVAR_POP:
  case FN_REGR_AVGX:
  case FN_REGR_AVGY:
  case FN_REGR_COUNT:
  case FN_REGR_INTERCEPT:
  case FN_REGR_R2:
  case FN_REGR_SLOPE:
  case FN_REGR_SXX:
  case FN_REGR_SXY:
  case FN_REGR_SYY: return &pair_class;
  default: return NULL;
  }
}
