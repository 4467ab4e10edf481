/* See stats.h. */
#include "exec/import/stats.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "exec/refs.h"
#include "exec/value_text.h"

static void put_i128(buf *b, int128 v) {
  buf_u64(b, v.low);
  buf_u64(b, (uint64_t)v.high);
}

static int128 get_i128(rd *r) {
  uint64_t low = rd_u64(r);
  return (int128){low, (int64_t)rd_u64(r)};
}

static void put_sketch(buf *b, const csv_column *c, const vec *v) {
  frequent_values frequent = {0};
  buf_u8(b, c->sketch != NULL);
  if (!c->sketch) return;
  frequent_sample(&frequent, v);
  buf_put(b, c->sketch, SKETCH_BYTES);
  buf_put(b, &frequent, sizeof frequent);
}

void stats_put(buf *b, const csv_column *c, const vec *v, bool empty_text) {
  put_form(b, c->form);
  buf_u32(b, v->rows - c->nulls);
  buf_u32(b, c->nulls);
  buf_u64(b, (uint64_t)c->min_i64);
  buf_u64(b, (uint64_t)c->max_i64);
  uint64_t bits[3];
  memcpy(&bits[0], &c->min_f64, 8);
  memcpy(&bits[1], &c->max_f64, 8);
  memcpy(&bits[2], &c->sum, 8);
  for (int i = 0; i < 3; i++) buf_u64(b, bits[i]);
  put_i128(b, c->min_i128);
  put_i128(b, c->max_i128);
  buf_str(b, c->min_text);
  buf_str(b, c->max_text);
  buf_u8(b, empty_text);
  put_sketch(b, c, v);
}

static double get_f64(rd *r) {
  uint64_t bits = rd_u64(r);
  double v;
  memcpy(&v, &bits, 8);
  return v;
}

/* Turns the numbers of `s` into those of a form that its values can be read as. False: they cannot. Dates are no timestamps
 * here although they can be read as such: they went into the sketch as days. */
static bool convert(column_stats *s, csv_form to) {
  uint8_t from = s->form.type.id;
  bool dated = to.type.id == TYPE_DATE || to.type.id == TYPE_TIMESTAMP || to.type.id == TYPE_TIMESTAMPTZ;
  if (from == to.type.id) {
    bool same = (!dated || s->form.order == to.order) && s->form.type.scale == to.type.scale;
    return same;
  }
  if (from == TYPE_INT64 && to.type.id == TYPE_DOUBLE) {
    s->min_f64 = (double)s->min_i64;
    s->max_f64 = (double)s->max_i64;
  } else {
    return false;
  }
  s->form = to;
  return true;
}

static bool uses_text(csv_form f) { return family_of(f.type) == FAMILY_TEXT; }

static sonde_code ensure_text(column_stats *s, arena *a, sonde_error *err) {
  if (s->min_text) return SONDE_OK;
  s->min_text = arena_alloc(a, STATS_TEXT, err);
  s->max_text = arena_alloc(a, STATS_TEXT, err);
  return s->min_text && s->max_text ? SONDE_OK : err->code;
}

static void copy_text(char *to, uint32_t *len, sonde_str s) {
  *len = s.len < STATS_TEXT ? (uint32_t)s.len : STATS_TEXT;
  memcpy(to, s.ptr, *len);
}

static int compare_text(const char *a, size_t n, sonde_str b) {
  int c = memcmp(a, b.ptr, n < b.len ? n : b.len);
  return c ? c : (n > b.len) - (n < b.len);
}

static void merge_numbers(column_stats *s, const column_stats *o) {
  if (o->min_i64 < s->min_i64) s->min_i64 = o->min_i64;
  if (o->max_i64 > s->max_i64) s->max_i64 = o->max_i64;
  if (!(s->min_f64 <= o->min_f64)) s->min_f64 = o->min_f64;
  if (!(s->max_f64 >= o->max_f64)) s->max_f64 = o->max_f64;
  if (int128_compare(o->min_i128, s->min_i128) < 0) s->min_i128 = o->min_i128;
  if (int128_compare(o->max_i128, s->max_i128) > 0) s->max_i128 = o->max_i128;
}

static sonde_code merge_text(column_stats *s, bool first, sonde_str low, sonde_str high, arena *a,
                             sonde_error *err) {
  SONDE_TRY(ensure_text(s, a, err));
  if (first || compare_text(s->min_text, s->min_len, low) > 0) copy_text(s->min_text, &s->min_len, low);
  if (first || compare_text(s->max_text, s->max_len, high) < 0) copy_text(s->max_text, &s->max_len, high);
  return SONDE_OK;
}

static sonde_code ensure_sketch(column_stats *s, arena *a, sonde_error *err) {
  if (s->sketch) return SONDE_OK;
  s->sketch = arena_zero(a, SKETCH_BYTES, err);
  s->frequent = arena_zero(a, sizeof *s->frequent, err);
  return s->sketch && s->frequent ? SONDE_OK : err->code;
}

static sonde_code merge_sketch(column_stats *s, const column_stats *o, arena *a, sonde_error *err) {
  if (!o->sketch) return SONDE_OK;
  SONDE_TRY(ensure_sketch(s, a, err));
  sketch_merge(s->sketch, o->sketch);
  frequent_merge(s->frequent, o->frequent);
  return SONDE_OK;
}

/* All but sums. */
static sonde_code merge(column_stats *s, column_stats o, sonde_str low, sonde_str high, arena *a,
                        sonde_error *err) {
  bool first = s->values == 0;
  s->nulls += o.nulls;
  s->maybe_empty_text |= o.maybe_empty_text;
  SONDE_TRY(merge_sketch(s, &o, a, err));
  if (o.values == 0) return SONDE_OK;
  s->values += o.values;
  if (first) {
    s->form = o.form;
    s->min_i64 = o.min_i64, s->max_i64 = o.max_i64, s->min_f64 = o.min_f64, s->max_f64 = o.max_f64;
    s->min_i128 = o.min_i128, s->max_i128 = o.max_i128;
  } else if (!convert(s, o.form) && !convert(&o, s->form)) {
    s->stale = true;
  }
  merge_numbers(s, &o);
  return uses_text(o.form) ? merge_text(s, first, low, high, a, err) : SONDE_OK;
}

typedef struct {
  uint8_t distinct[SKETCH_BYTES];
  frequent_values frequent;
} sketches;

static void get_sketches(rd *r, column_stats *o, sketches *room) {
  const uint8_t *bytes = rd_u8(r) ? rd_bytes(r, sizeof *room) : NULL;
  if (!bytes) return;
  memcpy(room, bytes, sizeof *room);
  o->sketch = room->distinct;
  o->frequent = &room->frequent;
}

sonde_code stats_merge(column_stats *s, rd *r, double *sum, arena *a, sonde_error *err) {
  sketches room;
  column_stats o = {.form = get_form(r)};
  o.values = rd_u32(r);
  o.nulls = rd_u32(r);
  o.min_i64 = (int64_t)rd_u64(r);
  o.max_i64 = (int64_t)rd_u64(r);
  o.min_f64 = get_f64(r);
  o.max_f64 = get_f64(r);
  *sum = get_f64(r);
  o.min_i128 = get_i128(r);
  o.max_i128 = get_i128(r);
  sonde_str low = rd_str(r), high = rd_str(r);
  o.maybe_empty_text = rd_u8(r) != 0;
  get_sketches(r, &o, &room);
  SONDE_CHECK(!r->bad, err, SONDE_CORRUPT, 0, "the statistics of a block are cut short");
  return merge(s, o, low, high, a, err);
}

sonde_code stats_join(column_stats *s, const column_stats *o, arena *a, sonde_error *err) {
  sonde_str low = {o->min_text, o->min_len}, high = {o->max_text, o->max_len};
  s->stale |= o->stale;
  SONDE_TRY(merge(s, *o, low, high, a, err));
  stats_add(s, o->sum);
  s->lost += o->lost;
  return SONDE_OK;
}

sonde_code stats_of_constant(column_stats *s, csv_form form, sonde_str text, uint64_t rows, arena *a,
                             sonde_error *err) {
  *s = (column_stats){.form = form, .values = rows};
  if (rows == 0) return SONDE_OK;
  SONDE_TRY(ensure_sketch(s, a, err));
  bool number = ref_number((type_id)form.type.id, text, &s->min_i64);
  uint64_t hash = number ? hash_u64((uint64_t)s->min_i64) : hash_bytes(text.ptr, text.len);
  s->max_i64 = s->min_i64;
  s->sum = (double)s->min_i64 * (double)rows;
  sketch_add(s->sketch, hash);
  frequent_add(s->frequent, hash, (float)rows);
  return number ? SONDE_OK : merge_text(s, true, text, text, a, err);
}

void stats_add(column_stats *s, double x) {
  double t = s->sum + x;
  s->lost += fabs(s->sum) >= fabs(x) ? s->sum - t + x : x - t + s->sum;
  s->sum = t;
}

double stats_sum(const column_stats *s) { return isfinite(s->sum) ? s->sum + s->lost : s->sum; }

static bool same_form(csv_form a, csv_form b) {
  return a.type.id == b.type.id && a.type.scale == b.type.scale && a.order == b.order;
}

bool stats_hold(const column_stats *s, csv_form form) {
  bool differs = s->values > 0 && !same_form(s->form, form);
  bool emptied = s->maybe_empty_text && form.type.id == TYPE_TEXT;
  return !s->stale && !differs && !emptied;
}

void stats_clear(column_stats *s) {
  if (s->sketch) memset(s->sketch, 0, SKETCH_BYTES);
  if (s->frequent) *s->frequent = (frequent_values){0};
  *s = (column_stats){.min_text = s->min_text,
                      .max_text = s->max_text,
                      .sketch = s->sketch,
                      .frequent = s->frequent,
                      .stale = true};
}
