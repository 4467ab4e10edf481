/* Sums of doubles. What rounding lost is kept beside the sum (Knuth's two-sum), so that the order in which values and blocks are added
 * hardly ever shows. */
#ifndef QUERY_FLOAT_SUM_H
#define QUERY_FLOAT_SUM_H
#include <math.h>
#include <stdint.h>

typedef struct {
  double sum, rest;
  uint64_t n; /* of values, where somebody counts them */
} float_sum;

static inline void add_double(float_sum *s, double v) {
  double t = s->sum + v, of_v = t - s->sum;
  s->rest += (s->sum - (t - of_v)) + (v - of_v);
  s->sum = t;
}

static inline void add_sum(float_sum *s, const float_sum *more) {
  add_double(s, more->sum);
  s->rest += more->rest;
  s->n += more->n;
}

/* Infinities and NaN leave no sensible rest. */
static inline double float_total(const float_sum *s) { return isfinite(s->sum) ? s->sum + s->rest : s->sum; }

#endif
