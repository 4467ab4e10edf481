/* Numbers, dates and booleans of a block that is complete: statistics over the values that are there, then the compact vec. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "column/sketch.h"
#include "format/csv/builder.h"

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/* Bits of the rows in word w that have a value. */
static uint64_t present_in(const builder *b, uint32_t w) {
  uint64_t bits = b->nulls ? b->validity[w] : ~(uint64_t)0;
  uint32_t rest = b->rows - w * 64;
  return rest < 64 ? bits & (((uint64_t)1 << rest) - 1) : bits;
}

static inline bool present(const builder *b, uint32_t i) {
  return !b->nulls || (b->validity[i >> 6] >> (i & 63) & 1) != 0;
}

/* ---- integers, also those that doubles are scaled to ---- */

typedef struct {
  int64_t low, high;
  int128 sum;
} whole_stats;

/* The sum is exact: halves of 32 bits of up to 2^32 rows cannot overflow 64. */
static whole_stats fold_whole(const builder *b) {
  const int64_t *v = b->values;
  int64_t low = INT64_MAX, high = INT64_MIN, upper = 0;
  uint64_t lower = 0;
  for (uint32_t w = 0; w * 64 < b->rows; w++) {
    uint64_t bits = present_in(b, w);
    uint32_t n = b->rows - w * 64 < 64 ? b->rows - w * 64 : 64;
    for (uint32_t k = 0; k < n; k++, bits >>= 1) {
      int64_t x = v[w * 64 + k];
      bool there = bits & 1;
      low = there && x < low ? x : low;
      high = there && x > high ? x : high;
      lower += there ? (uint32_t)x : 0u;
      upper += there ? x >> 32 : 0;
    }
  }
  uint64_t shifted = (uint64_t)upper << 32, sum = shifted + lower;
  return (whole_stats){low, high, {.low = sum, .high = (upper >> 32) + (sum < shifted)}};
}

static inline void sketch_whole(uint8_t *sketch, int64_t x, double power) {
  sketch_add(sketch, power == 1 ? hash_u64((uint64_t)x) : hash_double((double)x / power));
}

/* Where few values are possible, each of them is hashed once. */
static sonde_code sketch_values(const builder *b, const whole_stats *s, double power, uint8_t *sketch,
                                arena *scratch, sonde_error *err) {
  const int64_t *v = b->values;
  uint64_t range = (uint64_t)s->high - (uint64_t)s->low;
  if (range >= b->rows) {
    for (uint32_t i = 0; i < b->rows; i++)
      if (present(b, i)) sketch_whole(sketch, v[i], power);
    return SONDE_OK;
  }
  uint8_t *met = arena_zero(scratch, (size_t)range + 1, err);
  if (!met) return err->code;
  for (uint32_t i = 0; i < b->rows; i++)
    if (present(b, i)) met[(uint64_t)v[i] - (uint64_t)s->low] = 1;
  for (uint64_t k = 0; k <= range; k++)
    if (met[k]) sketch_whole(sketch, (int64_t)((uint64_t)s->low + k), power);
  return SONDE_OK;
}

static sonde_code stats_whole(const builder *b, csv_column *c, uint8_t *sketch, arena *scratch,
                              sonde_error *err) {
  whole_stats s = fold_whole(b);
  double power = b->scaled ? powers[b->scale] : 1;
  c->min_i64 = s.low;
  c->max_i64 = s.high;
  c->min_f64 = (double)s.low / power;
  c->max_f64 = (double)s.high / power;
  c->sum = int128_to_double(s.sum, b->scaled ? b->scale : 0);
  return sketch_values(b, &s, power, sketch, scratch, err);
}

/* ---- doubles and decimals ---- */

static double double_at(const builder *b, uint64_t i) {
  if (b->form.type.id == TYPE_DOUBLE) return ((const double *)b->values)[i];
  return int128_to_double(((const int128 *)b->values)[i], b->form.type.scale);
}

static void stats_double(const builder *b, csv_column *c, uint8_t *sketch) {
  double sum = 0, lost = 0; /* Neumaier 1974 */
  c->min_f64 = INFINITY;
  c->max_f64 = -INFINITY;
  for (uint32_t i = 0; i < b->rows; i++) {
    if (!present(b, i)) continue;
    double x = double_at(b, i), t = sum + x;
    if (x < c->min_f64) c->min_f64 = x;
    if (x > c->max_f64) c->max_f64 = x;
    lost += fabs(sum) >= fabs(x) ? sum - t + x : x - t + sum;
    sum = t;
    sketch_add(sketch, hash_double(x));
  }
  c->sum = isfinite(sum) ? sum + lost : sum;
}

static void extremes_decimal(const builder *b, csv_column *c) {
  const int128 *v = b->values;
  bool first = true;
  for (uint32_t i = 0; i < b->rows; i++) {
    if (!present(b, i)) continue;
    if (first || int128_compare(v[i], c->min_i128) < 0) c->min_i128 = v[i];
    if (first || int128_compare(v[i], c->max_i128) > 0) c->max_i128 = v[i];
    first = false;
  }
}

/* ---- vecs ---- */

static sonde_code copy_plain(const builder *b, vec *out, vec_form form, size_t width, arena *memory,
                             sonde_error *err) {
  *out = (vec){.type = b->form.type, .form = (uint8_t)form, .rows = b->rows, .nulls = b->nulls};
  out->data = arena_copy(memory, b->values, b->rows * width, err);
  out->validity = b->nulls ? arena_copy(memory, b->validity, ((size_t)b->rows + 63) / 64 * 8, err) : NULL;
  return out->data && (out->validity || !b->nulls) ? SONDE_OK : err->code;
}

static sonde_code finish_whole(const builder *b, vec *out, arena *memory, sonde_error *err) {
  SONDE_TRY(vec_pack_i64(out, b->form.type, b->values, b->nulls ? b->validity : NULL, b->rows, memory, err));
  if (b->scaled && out->form == VEC_PACKED) {
    out->form = VEC_SCALED;
    out->scale = b->scale;
  }
  return SONDE_OK;
}

static sonde_code finish_bool(const builder *b, vec *out, arena *memory, sonde_error *err) {
  size_t words = ((size_t)b->rows + 63) / 64;
  uint64_t *bits = arena_zero(memory, words * 8, err);
  if (!bits) return err->code;
  for (uint32_t i = 0; i < b->rows; i++)
    bits[i >> 6] |= (uint64_t)(((const int64_t *)b->values)[i] != 0) << (i & 63);
  *out = (vec){.type = b->form.type, .form = VEC_BITS, .rows = b->rows, .nulls = b->nulls, .data = bits};
  out->validity = b->nulls ? arena_copy(memory, b->validity, words * 8, err) : NULL;
  return out->validity || !b->nulls ? SONDE_OK : err->code;
}

static sonde_code put_stats(const builder *b, bool whole, csv_column *c, arena *keep, arena *scratch,
                            sonde_error *err) {
  uint8_t *sketch = arena_zero(keep, SKETCH_BYTES, err);
  if (!sketch) return err->code;
  c->sketch = sketch;
  if (whole) return stats_whole(b, c, sketch, scratch, err);
  stats_double(b, c, sketch);
  if (b->form.type.id == TYPE_DECIMAL) extremes_decimal(b, c);
  return SONDE_OK;
}

sonde_code builder_finish_values(builder *b, vec *out, csv_column *c, arena *memory, arena *keep,
                                 arena *scratch, sonde_error *err) {
  uint8_t id = b->form.type.id;
  bool whole = id != TYPE_DECIMAL && (id != TYPE_DOUBLE || b->scaled);
  if (b->stats) SONDE_TRY(put_stats(b, whole, c, keep, scratch, err));
  if (id == TYPE_DECIMAL) return copy_plain(b, out, VEC_I128, 16, memory, err);
  if (id == TYPE_BOOL) return finish_bool(b, out, memory, err);
  return whole ? finish_whole(b, out, memory, err) : copy_plain(b, out, VEC_F64, 8, memory, err);
}
