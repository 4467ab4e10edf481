/* Counts, sums, means, extremes, bits: aggregates over number lanes with states of a few words. */
#include <math.h>

#include "exec/query/aggregate/aggregate.h"
#include "exec/query/aggregate/float_sum.h"
#include "exec/query/expression/limits.h"

static const sql_type *arg_type(const aggregate *a) { return &a->call->args[0]->type; }

/* ---- count ---- */

static sonde_code count_rows(aggregate *a, void *states, const uint32_t *groups, const col *args,
                             uint32_t n) {
  int64_t *counts = states;
  (void)a;
  (void)args;
  if (!groups)
    *counts += n;
  else
    for (uint32_t i = 0; i < n; i++) counts[groups[i]]++;
  return SONDE_OK;
}

static sonde_code count_values(aggregate *a, void *states, const uint32_t *groups, const col *args,
                               uint32_t n) {
  if (!args[0].valid) return count_rows(a, states, groups, args, n);
  EACH_STATE(int64_t, &args[0], ++*s);
  return SONDE_OK;
}

static sonde_code finish_count(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                               arena *m) {
  const int64_t *counts = (const int64_t *)states + first;
  (void)a;
  (void)m;
  if (out->lane == LANE_I64)
    memcpy(col_lanes(out), counts, n * sizeof *counts);
  else
    for (uint32_t i = 0; i < n; i++) ((i128 *)col_lanes(out))[i] = counts[i];
  return SONDE_OK;
}

static sonde_code merge_count(aggregate *a, void *into, const void *from) {
  (void)a;
  *(int64_t *)into += *(const int64_t *)from;
  return SONDE_OK;
}

static const aggregate_class count_star_class = {8, count_rows, finish_count, merge_count, false},
                             count_class = {8, count_values, finish_count, merge_count, false};

/* ---- sums of whole numbers, in 128 bits ---- */

typedef struct {
  int64_t low, high; /* low + high * 2^64 */
  uint64_t n;
} whole_sum;

static inline void add_i64(whole_sum *s, int64_t v) {
  if (__builtin_add_overflow(s->low, v, &s->low)) s->high += v < 0 ? -1 : 1;
  s->n++;
}

/* Modulo 2^128: a sum near its end may have a high word one beyond. */
static inline i128 sum_value(const whole_sum *s) {
  return (i128)(((u128)(uint64_t)s->high << 64) + (u128)(i128)s->low);
}

static inline whole_sum sum_of(i128 total, uint64_t n) {
  int64_t low = (int64_t)total;
  return (whole_sum){low, (int64_t)(((u128)total - (u128)low) >> 64), n};
}

/* Halves of the words apart, as if unsigned, so that nothing overflows within a batch; each negative one was 2^64 too much. */
static void sum_all_i64(whole_sum *s, const int64_t *v, uint32_t n) {
  uint64_t low = 0, high = 0, negative = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t w = (uint64_t)v[i];
    low += w & UINT32_MAX;
    high += w >> 32;
    negative += w >> 63;
  }
  i128 total = sum_value(s) + (((i128)high - ((i128)negative << 32)) * ((i128)1 << 32) + low);
  *s = sum_of(total, s->n + n);
}

static sonde_code sum_i64(aggregate *a, void *states, const uint32_t *groups, const col *args, uint32_t n) {
  const col *x = &args[0];
  whole_sum *sums = states;
  (void)a;
  if (!groups && !x->valid && x->form == COL_FLAT) {
    sum_all_i64(sums, x->data, n);
  } else if (groups && !x->valid && x->form == COL_FLAT) {
    const int64_t *v = x->data;
    for (uint32_t i = 0; i < n; i++) add_i64(&sums[groups[i]], v[i]);
  } else {
    EACH_STATE(whole_sum, x, add_i64(s, COL_AT(x, int64_t, i)));
  }
  return SONDE_OK;
}

static sonde_code sum_bool(aggregate *a, void *states, const uint32_t *groups, const col *args, uint32_t n) {
  (void)a;
  EACH_STATE(whole_sum, &args[0], add_i64(s, COL_AT(&args[0], uint8_t, i)));
  return SONDE_OK;
}

static sonde_code too_large(const aggregate *a) {
  return status_set(a->run->err, SONDE_VALUE, a->call->at,
                    "the sum needs more than 38 digits; cast its argument to DOUBLE");
}

static sonde_code add_i128(const aggregate *a, whole_sum *s, i128 v) {
  i128 total;
  if (__builtin_add_overflow(sum_value(s), v, &total)) return too_large(a);
  *s = sum_of(total, s->n + 1);
  return SONDE_OK;
}

static sonde_code sum_i128(aggregate *a, void *states, const uint32_t *groups, const col *args, uint32_t n) {
  EACH_STATE(whole_sum, &args[0], SONDE_TRY(add_i128(a, s, COL_AT(&args[0], i128, i))));
  return SONDE_OK;
}

static sonde_code finish_sum(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                             arena *m) {
  const whole_sum *sums = (const whole_sum *)states + first;
  const limits l = limits_of(&a->call->type);
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    i128 total = sum_value(&sums[i]);
    if (total < l.min || total > l.max) return too_large(a);
    if (out->lane == LANE_I64)
      ((int64_t *)col_lanes(out))[i] = (int64_t)total;
    else
      ((i128 *)col_lanes(out))[i] = total;
    col_validity(out)[i] = sums[i].n != 0;
  }
  return SONDE_OK;
}

static sonde_code finish_mean(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                              arena *m) {
  const whole_sum *sums = (const whole_sum *)states + first;
  const double unit = pow(10, arg_type(a)->id == SQL_DECIMAL ? arg_type(a)->scale : 0);
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    const whole_sum *s = &sums[i];
    col_validity(out)[i] = s->n != 0;
    if (s->n == 0) continue;
    if (out->lane == LANE_I64)
      ((int64_t *)col_lanes(out))[i] = (int64_t)(sum_value(s) / (i128)s->n);
    else
      ((double *)col_lanes(out))[i] = (double)sum_value(s) / ((double)s->n * unit);
  }
  return SONDE_OK;
}

static sonde_code merge_sum(aggregate *a, void *into, const void *from) {
  whole_sum *s = into;
  const whole_sum *more = from;
  uint64_t n = s->n + more->n;
  SONDE_TRY(add_i128(a, s, sum_value(more)));
  s->n = n;
  return SONDE_OK;
}

static const aggregate_class sum_i64_class = {sizeof(whole_sum), sum_i64, finish_sum, merge_sum, false},
                             sum_i128_class = {sizeof(whole_sum), sum_i128, finish_sum, merge_sum, false},
                             sum_bool_class = {sizeof(whole_sum), sum_bool, finish_sum, merge_sum, false},
                             avg_i64_class = {sizeof(whole_sum), sum_i64, finish_mean, merge_sum, false},
                             avg_i128_class = {sizeof(whole_sum), sum_i128, finish_mean, merge_sum, false};

/* ---- sums of a column with a number added ---- */

typedef struct {
  uint32_t column;
  int64_t added;
} shifted;

static bool is_integer_column(const expr *e) {
  return e->kind == EXPR_COLUMN && sql_is_integer(&e->type) && sql_lane(&e->type) == LANE_I64;
}

static bool is_number(const expr *e, int64_t *out) {
  while (e->kind == EXPR_CAST && sql_is_integer(&e->type)) e = e->args[0];
  *out = e->constant.v.i;
  return e->kind == EXPR_CONST && !e->constant.null && sql_is_integer(&e->type) &&
         sql_lane(&e->type) == LANE_I64;
}

static bool is_shifted(const aggregate_call *c, shifted *out) {
  if (c->function != FN_SUM || c->distinct || c->filter || c->n_keys) return false;
  const expr *e = c->args[0], *column = e;
  *out = (shifted){0};
  if (e->kind == EXPR_CALL && (e->function == FN_ADD || e->function == FN_SUBTRACT) && e->n_args == 2) {
    column = e->args[0];
    if (sql_lane(&e->type) != LANE_I64 || !is_number(e->args[1], &out->added)) return false;
    if (e->function == FN_SUBTRACT && __builtin_sub_overflow((int64_t)0, out->added, &out->added))
      return false;
  }
  out->column = column->index;
  return is_integer_column(column);
}

void sums_share(aggregate *all, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    shifted x, y;
    if (!is_shifted(all[i].call, &x)) continue;
    for (uint32_t k = 0; k < i && !all[i].base; k++)
      if (!all[k].base && is_shifted(all[k].call, &y) && y.column == x.column) {
        all[i].base = &all[k];
        all[i].shift = (i128)x.added - y.added;
      }
  }
}

sonde_code shifted_sums(aggregate *a, uint32_t first, uint32_t n, col *out, arena *m) {
  const whole_sum *base = (const whole_sum *)a->base->states + first;
  whole_sum *sums = arena_array(m, n, sizeof *sums, a->run->err);
  if (!sums) return a->run->err->code;
  for (uint32_t i = 0; i < n; i++)
    sums[i] = sum_of(sum_value(&base[i]) + a->shift * (i128)base[i].n, base[i].n);
  return finish_sum(a, sums, 0, n, out, m);
}

/* ---- sums of floating-point numbers ---- */

static sonde_code sum_f64(aggregate *a, void *states, const uint32_t *groups, const col *args, uint32_t n) {
  const col *x = &args[0];
  float_sum *sums = states;
  (void)a;
  if (groups && !x->valid && x->form == COL_FLAT) {
    const double *v = x->data;
    for (uint32_t i = 0; i < n; i++) {
      add_double(&sums[groups[i]], v[i]);
      sums[groups[i]].n++;
    }
  } else {
    EACH_STATE(float_sum, x, (add_double(s, COL_AT(x, double, i)), s->n++));
  }
  return SONDE_OK;
}

static sonde_code finish_floats(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                                arena *m) {
  const float_sum *sums = states;
  bool mean = a->call->function == FN_AVG || a->call->function == FN_FAVG;
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    const float_sum *s = &sums[first + i];
    double total = float_total(s);
    ((double *)col_lanes(out))[i] = mean ? total / (double)s->n : total;
    col_validity(out)[i] = s->n != 0;
  }
  return SONDE_OK;
}

static sonde_code merge_floats(aggregate *a, void *into, const void *from) {
  (void)a;
  add_sum(into, from);
  return SONDE_OK;
}

static const aggregate_class sum_f64_class = {sizeof(float_sum), sum_f64, finish_floats, merge_floats, false};

/* ---- intervals ---- */

typedef struct {
  i128 micros;
  int64_t months, days, n;
} interval_sum;

static void add_interval(interval_sum *s, interval v) {
  s->months += v.months;
  s->days += v.days;
  s->micros += v.micros;
  s->n++;
}

static sonde_code sum_intervals(aggregate *a, void *states, const uint32_t *groups, const col *args,
                                uint32_t n) {
  (void)a;
  EACH_STATE(interval_sum, &args[0], add_interval(s, interval_of(COL_AT(&args[0], i128, i))));
  return SONDE_OK;
}

/* A part of a month counts 30 days, one of a day 24 hours. */
static interval mean_interval(const interval_sum *s) {
  double n = (double)s->n, months = (double)s->months / n,
         days = (double)s->days / n + (months - trunc(months)) * 30;
  return (interval){(int32_t)trunc(months), (int32_t)trunc(days),
                    (int64_t)round((double)s->micros / n + (days - trunc(days)) * 86400e6)};
}

static sonde_code finish_intervals(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                                   arena *m) {
  const interval_sum *sums = states;
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    const interval_sum *s = &sums[first + i];
    if (s->n == 0) {
      col_put_null(out, i);
      continue;
    }
    interval v = {(int32_t)s->months, (int32_t)s->days, (int64_t)s->micros};
    if (a->call->function == FN_AVG) v = mean_interval(s);
    bool fits =
        a->call->function == FN_AVG || (v.months == s->months && v.days == s->days && v.micros == s->micros);
    SONDE_CHECK(fits, a->run->err, SONDE_VALUE, a->call->at, "the sum of the intervals is out of range");
    col_put(out, i, (cell){.w = interval_pack(v)});
  }
  return SONDE_OK;
}

static sonde_code merge_intervals(aggregate *a, void *into, const void *from) {
  interval_sum *s = into;
  const interval_sum *more = from;
  (void)a;
  *s = (interval_sum){s->micros + more->micros, s->months + more->months, s->days + more->days,
                      s->n + more->n};
  return SONDE_OK;
}

static const aggregate_class intervals_class = {sizeof(interval_sum), sum_intervals, finish_intervals,
                                                merge_intervals, false};

/* ---- min and max of number lanes ---- */

typedef struct {
  int64_t v, seen;
} extreme_i64;
typedef struct {
  double v;
  int64_t seen;
} extreme_f64;

#define TAKE(s, x, better)                                                                                   \
  if (!(s)->seen || (better)) {                                                                              \
    (s)->v = x;                                                                                              \
    (s)->seen = 1;                                                                                           \
  }

static sonde_code extremes_i64(aggregate *a, void *states, const uint32_t *groups, const col *args,
                               uint32_t n) {
  const col *x = &args[0];
  bool max = a->call->function == FN_MAX;
  if (max)
    EACH_STATE(extreme_i64, x, {
      int64_t v = COL_AT(x, int64_t, i);
      TAKE(s, v, v > s->v)
    });
  else
    EACH_STATE(extreme_i64, x, {
      int64_t v = COL_AT(x, int64_t, i);
      TAKE(s, v, v < s->v)
    });
  return SONDE_OK;
}

static bool less_f64(double a, double b) { return a < b || (b != b && a == a); }

static sonde_code extremes_f64(aggregate *a, void *states, const uint32_t *groups, const col *args,
                               uint32_t n) {
  const col *x = &args[0];
  bool max = a->call->function == FN_MAX;
  EACH_STATE(extreme_f64, x, {
    double v = COL_AT(x, double, i);
    TAKE(s, v, max ? less_f64(s->v, v) : less_f64(v, s->v))
  });
  return SONDE_OK;
}

static sonde_code finish_extremes(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                                  arena *m) {
  const extreme_i64 *all = states; /* both kinds have one layout */
  (void)a;
  (void)m;
  memset(col_validity(out), 1, n);
  for (uint32_t i = 0; i < n; i++) {
    memcpy((int64_t *)col_lanes(out) + i, &all[first + i].v, 8);
    col_validity(out)[i] = all[first + i].seen != 0;
  }
  return SONDE_OK;
}

static sonde_code merge_extremes(aggregate *a, void *into, const void *from) {
  const extreme_i64 *more = from;
  col one = {.form = COL_FLAT, .lane = (uint8_t)sql_lane(arg_type(a)), .data = &more->v};
  if (!more->seen) return SONDE_OK;
  return one.lane == LANE_I64 ? extremes_i64(a, into, NULL, &one, 1) : extremes_f64(a, into, NULL, &one, 1);
}

static const aggregate_class extreme_i64_class = {sizeof(extreme_i64), extremes_i64, finish_extremes,
                                                  merge_extremes, false},
                             extreme_f64_class = {sizeof(extreme_f64), extremes_f64, finish_extremes,
                                                  merge_extremes, false};

/* ---- product, truth, bits ---- */

static sonde_code multiply(aggregate *a, void *states, const uint32_t *groups, const col *args, uint32_t n) {
  (void)a;
  EACH_STATE(extreme_f64, &args[0], (s->v = (s->seen ? s->v : 1) * COL_AT(&args[0], double, i), s->seen = 1));
  return SONDE_OK;
}

static sonde_code merge_product(aggregate *a, void *into, const void *from) {
  extreme_f64 *s = into;
  const extreme_f64 *more = from;
  (void)a;
  if (more->seen) s->v = (s->seen ? s->v : 1) * more->v;
  s->seen |= more->seen;
  return SONDE_OK;
}

typedef struct {
  uint8_t seen, truth;
} truth_state;

static sonde_code gather_truth(aggregate *a, void *states, const uint32_t *groups, const col *args,
                               uint32_t n) {
  bool all = a->call->function == FN_BOOL_AND;
  EACH_STATE(truth_state, &args[0], {
    uint8_t v = COL_AT(&args[0], uint8_t, i);
    s->truth = (uint8_t)(!s->seen ? v : all ? (s->truth & v) : (s->truth | v));
    s->seen = 1;
  });
  return SONDE_OK;
}

static sonde_code finish_truth(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                               arena *m) {
  const truth_state *all = states;
  (void)a;
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    col_put(out, i, (cell){.b = all[first + i].truth != 0});
    if (!all[first + i].seen) col_put_null(out, i);
  }
  return SONDE_OK;
}

static sonde_code merge_truth(aggregate *a, void *into, const void *from) {
  truth_state *s = into;
  const truth_state *more = from;
  bool all = a->call->function == FN_BOOL_AND;
  if (!more->seen) return SONDE_OK;
  s->truth = (uint8_t)(!s->seen ? more->truth : all ? (s->truth & more->truth) : (s->truth | more->truth));
  s->seen = 1;
  return SONDE_OK;
}

typedef struct {
  i128 bits;
  uint64_t seen;
} bits_state;

static void add_bits(bits_state *s, uint16_t fn, i128 v) {
  if (!s->seen)
    s->bits = v;
  else
    s->bits = fn == FN_AGG_BIT_AND ? s->bits & v : fn == FN_AGG_BIT_OR ? s->bits | v : s->bits ^ v;
  s->seen = 1;
}

static sonde_code gather_bits(aggregate *a, void *states, const uint32_t *groups, const col *args,
                              uint32_t n) {
  const col *x = &args[0];
  EACH_STATE(
      bits_state, x,
      add_bits(s, a->call->function, x->lane == LANE_I64 ? (i128)COL_AT(x, int64_t, i) : COL_AT(x, i128, i)));
  return SONDE_OK;
}

static sonde_code finish_bits(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out,
                              arena *m) {
  const bits_state *all = states;
  (void)a;
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    const bits_state *s = &all[first + i];
    col_put(out, i, out->lane == LANE_I64 ? (cell){.i = (int64_t)s->bits} : (cell){.w = s->bits});
    if (!s->seen) col_put_null(out, i);
  }
  return SONDE_OK;
}

static sonde_code merge_bits(aggregate *a, void *into, const void *from) {
  const bits_state *more = from;
  if (more->seen) add_bits(into, a->call->function, more->bits);
  return SONDE_OK;
}

static const aggregate_class product_class = {sizeof(extreme_f64), multiply, finish_extremes, merge_product,
                                              false},
                             truth_class = {sizeof(truth_state), gather_truth, finish_truth, merge_truth,
                                            false},
                             bits_class = {sizeof(bits_state), gather_bits, finish_bits, merge_bits, false};

/* ---- which ---- */

static const aggregate_class *sum_class(const sql_type *t, bool mean) {
  switch (sql_lane(t)) {
  case LANE_BOOL: return &sum_bool_class;
  case LANE_I64: return mean ? &avg_i64_class : &sum_i64_class;
  case LANE_F64: return &sum_f64_class;
  default:
    if (t->id == SQL_INTERVAL) return &intervals_class;
    return mean ? &avg_i128_class : &sum_i128_class;
  }
}

static const aggregate_class *extreme_class(const sql_type *t) {
  if (sql_lane(t) == LANE_I64) return &extreme_i64_class;
  return sql_lane(t) == LANE_F64 ? &extreme_f64_class : NULL;
}

const aggregate_class *simple_class(const aggregate_call *c) {
  const sql_type *t = c->n_args ? &c->args[0]->type : NULL;
  switch (c->function) {
  case FN_COUNT_STAR: return &count_star_class;
  case FN_COUNT: return &count_class;
  case FN_COUNT_IF: /* as a sum it is NULL where there is nothing to count */
  case FN_SUM: return sum_class(t, false);
  case FN_AVG: return sum_class(t, true);
  case FN_FSUM:
  case FN_FAVG: return &sum_f64_class;
  case FN_MIN:
  case FN_MAX: return extreme_class(t);
  case FN_PRODUCT: return &product_class;
  case FN_BOOL_AND:
  case FN_BOOL_OR: return &truth_class;
  case FN_AGG_BIT_AND:
  case FN_AGG_BIT_OR:
  case FN_AGG_BIT_XOR: return &bits_class;
  default: return NULL;
  }
}
