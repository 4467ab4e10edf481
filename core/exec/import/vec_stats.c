/* See vec_stats.h. */
#include "exec/import/vec_stats.h"

#include <math.h>
#include <string.h>

#include "column/sketch.h"
#include "exec/value_text.h"

#define BATCH 256u
#define EXTREME_BYTES 256u

/* The sum is exact: halves of 32 bits of up to 2^32 rows cannot overflow 64. */
static void whole_stats(const vec *v, csv_column *c, uint8_t *sketch) {
  int64_t values[BATCH], upper = 0;
  uint64_t lower = 0;
  c->min_i64 = INT64_MAX;
  c->max_i64 = INT64_MIN;
  for (uint32_t at = 0; at < v->rows; at += BATCH) {
    uint32_t n = v->rows - at < BATCH ? v->rows - at : BATCH;
    vec_i64s(v, at, n, values);
    for (uint32_t i = 0; i < n; i++) {
      if (!vec_valid(v, at + i)) continue;
      int64_t x = values[i];
      if (x < c->min_i64) c->min_i64 = x;
      if (x > c->max_i64) c->max_i64 = x;
      lower += (uint32_t)x;
      upper += x >> 32;
      sketch_add(sketch, hash_u64((uint64_t)x));
    }
  }
  uint64_t shifted = (uint64_t)upper << 32, sum = shifted + lower;
  c->sum = int128_to_double((int128){sum, (upper >> 32) + (sum < shifted)}, 0);
}

/* Neumaier 1974. */
typedef struct {
  double sum, lost;
} total;

static void add_to(total *t, double x) {
  double next = t->sum + x;
  t->lost += fabs(t->sum) >= fabs(x) ? t->sum - next + x : x - next + t->sum;
  t->sum = next;
}

static void double_stats(const vec *v, csv_column *c, uint8_t *sketch) {
  double values[BATCH];
  total t = {0, 0};
  c->min_f64 = INFINITY;
  c->max_f64 = -INFINITY;
  for (uint32_t at = 0; at < v->rows; at += BATCH) {
    uint32_t n = v->rows - at < BATCH ? v->rows - at : BATCH;
    vec_f64s(v, at, n, values);
    for (uint32_t i = 0; i < n; i++) {
      if (!vec_valid(v, at + i)) continue;
      double x = values[i];
      if (x < c->min_f64) c->min_f64 = x;
      if (x > c->max_f64) c->max_f64 = x;
      add_to(&t, x);
      sketch_add(sketch, hash_double(x));
    }
  }
  c->sum = isfinite(t.sum) ? t.sum + t.lost : t.sum;
}

static void decimal_stats(const vec *v, csv_column *c, uint8_t *sketch) {
  const int128 *values = v->data;
  total t = {0, 0};
  bool first = true;
  for (uint32_t i = 0; i < v->rows; i++) {
    if (!vec_valid(v, i)) continue;
    double x = int128_to_double(values[i], v->type.scale);
    if (first || int128_compare(values[i], c->min_i128) < 0) c->min_i128 = values[i];
    if (first || int128_compare(values[i], c->max_i128) > 0) c->max_i128 = values[i];
    first = false;
    add_to(&t, x);
    sketch_add(sketch, hash_double(x));
  }
  c->sum = t.sum + t.lost;
}

static int compare(sonde_str a, sonde_str b) {
  int c = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
  return c ? c : (a.len > b.len) - (a.len < b.len);
}

typedef struct {
  sonde_str low, high;
  bool any;
} extremes;

static void meet(extremes *x, sonde_str s, uint8_t *sketch) {
  sketch_add(sketch, hash_bytes(s.ptr, s.len));
  if (!x->any || compare(s, x->low) < 0) x->low = s;
  if (!x->any || compare(s, x->high) > 0) x->high = s;
  x->any = true;
}

/* Only those texts of a dictionary that a row has. */
static sonde_code dictionary_extremes(const vec *v, extremes *x, uint8_t *sketch, arena *scratch,
                                      sonde_error *err) {
  uint8_t *met = arena_zero(scratch, v->n_values, err);
  if (!met) return err->code;
  for (uint32_t i = 0; i < v->rows; i++)
    if (vec_valid(v, i)) met[vec_code(v, i)] = 1;
  for (uint32_t k = 0; k < v->n_values; k++)
    if (met[k]) meet(x, vec_value(v, k), sketch);
  return SONDE_OK;
}

static sonde_str kept(sonde_str s, arena *keep, sonde_error *err) {
  size_t n = s.len < EXTREME_BYTES ? s.len : EXTREME_BYTES;
  return (sonde_str){arena_copy(keep, s.ptr, n, err), n};
}

static sonde_code text_stats(const vec *v, csv_column *c, uint8_t *sketch, arena *keep, sonde_error *err) {
  extremes x = {{"", 0}, {"", 0}, false};
  if (v->form == VEC_DICT) {
    SONDE_TRY(dictionary_extremes(v, &x, sketch, keep, err));
  } else {
    for (uint32_t i = 0; i < v->rows; i++)
      if (vec_valid(v, i)) meet(&x, vec_str(v, i), sketch);
  }
  c->min_text = kept(x.low, keep, err);
  c->max_text = kept(x.high, keep, err);
  return c->min_text.ptr && c->max_text.ptr ? SONDE_OK : err->code;
}

sonde_code vec_stats(const vec *v, csv_column *c, arena *keep, sonde_error *err) {
  c->nulls = v->form == VEC_NULL ? v->rows : v->nulls;
  if (c->nulls == v->rows || family_of(v->type) == FAMILY_SHOWN) return SONDE_OK;
  uint8_t *sketch = arena_zero(keep, SKETCH_BYTES, err);
  if (!sketch) return err->code;
  c->sketch = sketch;
  switch (family_of(v->type)) {
  case FAMILY_WHOLE: whole_stats(v, c, sketch); return SONDE_OK;
  case FAMILY_DOUBLE: double_stats(v, c, sketch); return SONDE_OK;
  case FAMILY_DECIMAL: decimal_stats(v, c, sketch); return SONDE_OK;
  default: return text_stats(v, c, sketch, keep, err);
  }
}
