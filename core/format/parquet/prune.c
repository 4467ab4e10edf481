/* What statistics rule out. A false here is a promise; whatever is not known answers true. */
#include <string.h>

#include "format/parquet/parquet.h"

static int compare_text(sonde_str a, sonde_str b) {
  size_t n = a.len < b.len ? a.len : b.len;
  int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
  return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* NaN is the largest and equal to itself, as in the engine's predicates. */
static int compare_f64(double a, double b) {
  if (a != a || b != b) return (a != a) - (b != b);
  return (a > b) - (a < b);
}

static int compare(column_type t, const pq_value *a, const pq_value *b) {
  switch (t.id) {
  case TYPE_FLOAT:
  case TYPE_DOUBLE: return compare_f64(a->f64, b->f64);
  case TYPE_DECIMAL:
  case TYPE_UUID: return int128_compare(a->i128, b->i128);
  case TYPE_TEXT:
  case TYPE_BLOB: return compare_text(a->text, b->text);
  default: return (a->i64 > b->i64) - (a->i64 < b->i64);
  }
}

static bool is_float(column_type t) { return t.id == TYPE_FLOAT || t.id == TYPE_DOUBLE; }
static bool is_nan(column_type t, const pq_value *v) { return is_float(t) && v->f64 != v->f64; }

/* Whether a value in [low, high] may be there; NULL: no limit. Limits say nothing about NaN, which lies above every `high`. */
static bool may_lie(column_type t, const pq_bounds *b, const pq_value *low, const pq_value *high) {
  bool with_nan = is_float(t) && (!high || is_nan(t, high));
  if (with_nan) return true;
  if (b->has_max && low && compare(t, &b->max, low) < 0) return false;
  if (b->has_min && high && compare(t, &b->min, high) > 0) return false;
  return true;
}

/* Whether a value other than x may be there. */
static bool may_differ(column_type t, const pq_bounds *b, const pq_value *x) {
  if (is_float(t) || t.id == TYPE_TEXT || t.id == TYPE_BLOB) return true; /* NaN; cut texts */
  bool only_x = b->has_min && b->has_max && compare(t, &b->min, x) == 0 && compare(t, &b->max, x) == 0;
  return !only_x;
}

/* A bound may be cut, so only its first bytes are compared. */
static bool may_start(const pq_bounds *b, sonde_str start) {
  if (b->has_max) {
    sonde_str max = b->max.text;
    if (compare_text(max, start) < 0) return false;
  }
  if (!b->has_min) return true;
  sonde_str min = b->min.text;
  if (min.len > start.len) min.len = start.len;
  return compare_text(min, start) <= 0;
}

static bool may_be_one_of(column_type t, const pq_bounds *b, const pq_test *test) {
  for (uint32_t i = 0; i < test->n_values; i++)
    if (may_lie(t, b, &test->values[i], &test->values[i])) return true;
  return false;
}

bool pq_may_match(column_type t, const pq_bounds *b, const pq_test *test) {
  const pq_value *v = test->values;
  if (test->op == PQ_IS_NULL) return !b->has_nulls || b->nulls > 0;
  if (b->has_nulls && b->values > 0 && b->nulls >= b->values) return false; /* nulls only */
  switch (test->op) {
  case PQ_EQ: return may_lie(t, b, v, v);
  case PQ_NE: return may_differ(t, b, v);
  case PQ_LT:
    if (b->has_min && !is_nan(t, v)) return compare(t, &b->min, v) < 0;
    return true;
  case PQ_LE: return may_lie(t, b, NULL, v);
  case PQ_GT:
    if (b->has_max && !is_float(t)) return compare(t, &b->max, v) > 0;
    return true;
  case PQ_GE: return may_lie(t, b, v, NULL);
  case PQ_BETWEEN: return may_lie(t, b, &v[0], &v[1]);
  case PQ_IN: return may_be_one_of(t, b, test);
  case PQ_STARTS_WITH: return t.id != TYPE_TEXT && t.id != TYPE_BLOB ? true : may_start(b, v->text);
  default: return true;
  }
}
