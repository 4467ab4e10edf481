/* See builder.h: typed values. */
#include "format/csv/builder.h"

#include <math.h>
#include <string.h>

#include "base/datetime.h"
#include "base/number.h"
#include "base/utf8.h"
#include "column/sketch.h"

#define SAFE_INTEGER 9007199254740992 /* 2^53 */
#define SCALE_MAX 9u

static sonde_code start(builder *b, arena *scratch, sonde_error *err) {
  if (b->form.type.id == TYPE_TEXT) {
    b->text = text_builder_new(b->cap, scratch, err);
    if (!b->text) return err->code;
    for (uint32_t i = 0; i < b->rows; i++)
      SONDE_TRY(text_builder_add(b->text, (sonde_str){"", 0}, scratch, err));
    return SONDE_OK;
  }
  b->values = arena_array(scratch, b->cap, b->form.type.id == TYPE_DECIMAL ? 16 : 8, err);
  return b->values ? SONDE_OK : err->code;
}

static uint32_t round_up(uint32_t cap) { return (cap + 63) / 64 * 64; }

sonde_code builder_init(builder *b, const csv_plan *plan, uint32_t cap, const csv_dialect *d, bool valid_utf8,
                        arena *scratch, sonde_error *err) {
  cap = round_up(cap ? cap : 1);
  *b = (builder){.plan = *plan,
                 .form = plan->form,
                 .seen = plan->seen,
                 .decimal = (char)d->decimal,
                 .quote = d->quote,
                 .escape = d->escape,
                 .cap = cap,
                 .valid_utf8 = valid_utf8,
                 .scalable = true};
  if (plan->mode == CSV_INFER) b->form = csv_resolve(&plan->seen);
  b->validity = arena_alloc(scratch, cap / 8, err);
  if (!b->validity) return err->code;
  memset(b->validity, 0xff, cap / 8);
  return b->form.type.id == TYPE_NONE ? SONDE_OK : start(b, scratch, err);
}

/* Up to 18 digits without a leading zero; anything else is left to the general reader. */
static inline bool quick_int(const char *p, size_t n, int64_t *out) {
  bool negative = n > 1 && *p == '-';
  const char *q = p + negative;
  size_t digits = n - negative;
  if (digits == 0 || digits > 18 || (*q == '0' && digits > 1)) return false;
  int64_t v = 0;
  for (size_t i = 0; i < digits; i++) {
    unsigned d = (unsigned)(q[i] - '0');
    if (d > 9) return false;
    v = v * 10 + (int64_t)d;
  }
  *out = negative ? -v : v;
  return true;
}

static void saw_int(csv_seen *s, int64_t v) {
  s->kinds |= v >= -SAFE_INTEGER && v <= SAFE_INTEGER ? CSV_SAW_INT : CSV_SAW_BIGINT;
  uint64_t m = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
  uint8_t digits = 1;
  for (; m >= 10; m /= 10) digits++;
  if (digits > s->int_digits) s->int_digits = digits;
}

/* Whether what was seen still resolves to the form that is being built. */
static bool still(const builder *b, const csv_seen *s) {
  csv_form f = csv_resolve(s);
  return f.type.id == b->form.type.id && f.type.scale == b->form.type.scale && f.order == b->form.order;
}

static bool add_int(builder *b, uint32_t row, const char *p, size_t n) {
  int64_t *out = (int64_t *)b->values + row;
  if (quick_int(p, n, out)) {
    if (b->plan.mode == CSV_INFER && (*out > 999999 || *out < -999999 || b->seen.int_digits < 6))
      saw_int(&b->seen, *out);
    return true;
  }
  number_text t;
  return number_scan(p, n, b->decimal, &t) && !t.padded && !t.e && !t.point && number_to_int64(&t, p, n, out);
}

static bool add_double(builder *b, uint32_t row, const char *p, size_t n) {
  double *out = (double *)b->values + row;
  number_text t;
  if (!number_scan(p, n, b->decimal, &t)) {
    csv_seen s;
    csv_seen_init(&s);
    csv_seen_add(&s, p, n, b->decimal);
    if (s.kinds != CSV_SAW_EXPONENT) return false;
    bool nan = (p[n - 1] | 32) == 'n' && n <= 4;
    *out = nan ? NAN : *p == '-' ? -INFINITY : INFINITY;
    b->scalable = false;
    b->seen.kinds |= CSV_SAW_EXPONENT;
    return true;
  }
  if (t.padded) return false;
  *out = number_to_double(&t, p, n, b->decimal);
  if (t.e || t.digits > 15) b->scalable = false;
  if (t.fraction > b->max_fraction) b->max_fraction = t.fraction < 255 ? (uint8_t)t.fraction : 255;
  if (b->plan.mode != CSV_INFER) return true;
  if (!t.e && t.point && t.digits <= 15) {
    b->seen.kinds |= CSV_SAW_FRACTION;
    uint32_t integer = t.digits > t.fraction ? t.digits - t.fraction : 0;
    if (integer > b->seen.int_digits) b->seen.int_digits = (uint8_t)integer;
    if (t.fraction > b->seen.frac_digits) b->seen.frac_digits = (uint8_t)t.fraction;
    return true;
  }
  csv_seen_add(&b->seen, p, n, b->decimal);
  return still(b, &b->seen);
}

static bool add_decimal(builder *b, uint32_t row, const char *p, size_t n) {
  number_text t;
  int128 *out = (int128 *)b->values + row;
  bool ok = number_scan(p, n, b->decimal, &t) && !t.padded &&
            number_to_int128(&t, p, n, b->decimal, b->form.type.scale, out);
  if (!ok || b->plan.mode != CSV_INFER) return ok;
  csv_seen_add(&b->seen, p, n, b->decimal);
  return still(b, &b->seen);
}

static bool add_dated(builder *b, uint32_t row, const char *p, size_t n) {
  int64_t *out = (int64_t *)b->values + row;
  bool zoned = false, one_order = (b->seen.orders & (b->seen.orders - 1)) == 0;
  uint8_t id = b->form.type.id;
  int32_t days;
  uint32_t kind;
  if (id != TYPE_DATE && timestamp_parse(p, n, b->form.order, out, &zoned)) {
    kind = zoned ? CSV_SAW_TIMESTAMPTZ : CSV_SAW_TIMESTAMP;
    if (zoned != (id == TYPE_TIMESTAMPTZ)) return false;
  } else if (id != TYPE_TIMESTAMPTZ && date_parse(p, n, b->form.order, &days)) {
    kind = CSV_SAW_DATE;
    *out = id == TYPE_DATE ? days : days * 86400000000LL;
  } else {
    return false;
  }
  if (b->plan.mode != CSV_INFER) return true;
  b->seen.kinds |= kind;
  if (one_order) return true;
  csv_seen_add(&b->seen, p, n, b->decimal);
  return still(b, &b->seen);
}

static bool add_bool(builder *b, uint32_t row, const char *p, size_t n) {
  csv_seen s;
  csv_seen_init(&s);
  csv_seen_add(&s, p, n, b->decimal);
  ((int64_t *)b->values)[row] = (*p | 32) == 't';
  return s.kinds == CSV_SAW_BOOL;
}

/* Stores a value that is not null; false when it does not fit the form. */
static bool add_typed(builder *b, uint32_t row, const char *p, size_t n) {
  while (n && (*p == ' ' || *p == '\t')) p++, n--;
  while (n && (p[n - 1] == ' ' || p[n - 1] == '\t')) n--;
  if (n == 0) return false;
  switch (b->form.type.id) {
  case TYPE_INT64: return add_int(b, row, p, n);
  case TYPE_DOUBLE: return add_double(b, row, p, n);
  case TYPE_DECIMAL: return add_decimal(b, row, p, n);
  case TYPE_BOOL: return add_bool(b, row, p, n);
  case TYPE_TIME: return time_parse(p, n, (int64_t *)b->values + row);
  default: return add_dated(b, row, p, n);
  }
}

static void set_null(builder *b, uint32_t row) {
  b->validity[row >> 6] &= ~((uint64_t)1 << (row & 63));
  b->nulls++;
  if (b->values && b->form.type.id == TYPE_DECIMAL)
    ((int128 *)b->values)[row] = (int128){0, 0};
  else if (b->values)
    ((int64_t *)b->values)[row] = 0;
}

/* The field's value with doubled quotes and escapes undone and invalid bytes replaced. */
static sonde_code field_value(const builder *b, const uint8_t *text, const csv_field *f, sonde_str *out,
                              arena *scratch, sonde_error *err) {
  const char *p = (const char *)text + f->begin;
  *out = (sonde_str){p, f->len};
  if (f->flags & FIELD_ESCAPED) {
    char *clean = arena_alloc(scratch, f->len, err);
    if (!clean) return err->code;
    uint8_t quote = b->quote, escape = b->escape;
    size_t n = 0;
    for (uint32_t i = 0; i < f->len; i++) {
      bool doubled = (uint8_t)p[i] == quote && i + 1 < f->len && (uint8_t)p[i + 1] == quote;
      bool escaped = escape && escape != quote && (uint8_t)p[i] == escape && i + 1 < f->len;
      if (doubled || escaped) i++;
      clean[n++] = p[i];
    }
    *out = (sonde_str){clean, n};
  }
  if (b->valid_utf8 || utf8_valid(out->ptr, out->len)) return SONDE_OK;
  char *repaired = arena_alloc(scratch, utf8_repair_max(out->len), err);
  if (!repaired) return err->code;
  *out = (sonde_str){repaired, utf8_repair(out->ptr, out->len, repaired)};
  return SONDE_OK;
}

static sonde_code add_text(builder *b, uint32_t row, sonde_str s, bool null, arena *scratch,
                           sonde_error *err) {
  if (null) set_null(b, row);
  return text_builder_add(b->text, null ? (sonde_str){"", 0} : s, scratch, err);
}

/* Decides what the column is from its first value. */
static sonde_code begin_form(builder *b, sonde_str s, arena *scratch, sonde_error *err) {
  csv_seen_add(&b->seen, s.ptr, s.len, b->decimal);
  b->form = csv_resolve(&b->seen);
  SONDE_TRY(start(b, scratch, err));
  if (b->values) memset(b->values, 0, (size_t)b->rows * (b->form.type.id == TYPE_DECIMAL ? 16 : 8));
  return SONDE_OK;
}

static sonde_code add_one(builder *b, sonde_str s, bool quoted, bool *bad, arena *scratch, sonde_error *err) {
  uint32_t row = b->rows;
  bool none = b->form.type.id == TYPE_NONE, text = b->form.type.id == TYPE_TEXT;
  bool null = s.len == 0 && !(quoted && text);
  if (b->mismatch) {
    if (!null) csv_seen_add(&b->seen, s.ptr, s.len, b->decimal);
  } else if (none && !null) {
    SONDE_TRY(begin_form(b, s, scratch, err));
    return add_one(b, s, quoted, bad, scratch, err);
  } else if (text) {
    if (!null) b->seen.kinds |= CSV_SAW_TEXT;
    SONDE_TRY(add_text(b, row, s, null, scratch, err));
  } else if (null) {
    set_null(b, row);
  } else if (!add_typed(b, row, s.ptr, s.len)) {
    *bad = b->plan.mode == CSV_FIXED;
    if (*bad) {
      set_null(b, row);
    } else {
      b->mismatch = true;
      csv_seen_add(&b->seen, s.ptr, s.len, b->decimal);
    }
  }
  b->rows++;
  return SONDE_OK;
}

sonde_code builder_add(builder *b, const uint8_t *text, const csv_field *fields, uint32_t stride, uint32_t n,
                       uint64_t *bad_rows, arena *scratch, sonde_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    const csv_field *f = &fields[(size_t)i * stride];
    sonde_str s;
    SONDE_TRY(field_value(b, text, f, &s, scratch, err));
    bool bad = false;
    SONDE_TRY(add_one(b, s, f->flags & FIELD_QUOTED, &bad, scratch, err));
    if (bad && bad_rows) bad_rows[i >> 6] |= (uint64_t)1 << (i & 63);
  }
  return SONDE_OK;
}

static bool present(const builder *b, uint32_t row) { return (b->validity[row >> 6] >> (row & 63) & 1) != 0; }

static void stats_i64(const builder *b, csv_column *c, uint8_t *sketch) {
  const int64_t *v = b->values;
  c->min_i64 = INT64_MAX;
  c->max_i64 = INT64_MIN;
  double sum = 0, lost = 0;
  for (uint32_t i = 0; i < b->rows; i++) {
    if (!present(b, i)) continue;
    if (v[i] < c->min_i64) c->min_i64 = v[i];
    if (v[i] > c->max_i64) c->max_i64 = v[i];
    double x = (double)v[i], t = sum + x; /* Neumaier 1974 */
    lost += fabs(sum) >= fabs(x) ? sum - t + x : x - t + sum;
    sum = t;
    if (sketch) sketch_add(sketch, hash_u64((uint64_t)v[i]));
  }
  c->sum = sum + lost;
}

static void stats_f64(const builder *b, csv_column *c, uint8_t *sketch) {
  double sum = 0, lost = 0;
  c->min_f64 = INFINITY;
  c->max_f64 = -INFINITY;
  for (uint32_t i = 0; i < b->rows; i++) {
    if (!present(b, i)) continue;
    double x;
    if (b->form.type.id == TYPE_DECIMAL)
      x = int128_to_double(((const int128 *)b->values)[i], b->form.type.scale);
    else
      x = ((const double *)b->values)[i];
    if (x < c->min_f64) c->min_f64 = x;
    if (x > c->max_f64) c->max_f64 = x;
    double t = sum + x;
    lost += fabs(sum) >= fabs(x) ? sum - t + x : x - t + sum;
    sum = t;
    bool whole = x >= -9e15 && x <= 9e15 && x == (double)(int64_t)x;
    uint64_t bits;
    memcpy(&bits, &x, 8);
    if (sketch) sketch_add(sketch, hash_u64(whole ? (uint64_t)(int64_t)x : bits));
  }
  c->sum = isfinite(sum) ? sum + lost : sum;
}

/* Doubles as integers over a power of ten, where that gives back every one of them. */
static bool scale_doubles(builder *b, int64_t *out) {
  if (!b->scalable || b->max_fraction > SCALE_MAX) return false;
  double power = 1;
  for (uint8_t i = 0; i < b->max_fraction; i++) power *= 10;
  const double *v = b->values;
  for (uint32_t i = 0; i < b->rows; i++) {
    if (!present(b, i)) {
      out[i] = 0;
      continue;
    }
    double scaled = nearbyint(v[i] * power);
    if (!(fabs(scaled) < (double)SAFE_INTEGER) || scaled / power != v[i] || (scaled == 0 && signbit(v[i])))
      return false;
    out[i] = (int64_t)scaled;
  }
  return true;
}

static sonde_code copy_plain(builder *b, vec *out, vec_form form, size_t width, arena *memory,
                             sonde_error *err) {
  *out = (vec){.type = b->form.type, .form = (uint8_t)form, .rows = b->rows, .nulls = b->nulls};
  out->data = arena_copy(memory, b->values, b->rows * width, err);
  out->validity = b->nulls ? arena_copy(memory, b->validity, ((size_t)b->rows + 63) / 64 * 8, err) : NULL;
  return out->data && (out->validity || !b->nulls) ? SONDE_OK : err->code;
}

static sonde_code finish_double(builder *b, vec *out, arena *memory, arena *scratch, sonde_error *err) {
  int64_t *scaled = arena_array(scratch, b->rows, 8, err);
  if (!scaled) return err->code;
  if (!scale_doubles(b, scaled)) return copy_plain(b, out, VEC_F64, 8, memory, err);
  SONDE_TRY(vec_pack_i64(out, b->form.type, scaled, b->nulls ? b->validity : NULL, b->rows, memory, err));
  if (out->form == VEC_PACKED) out->form = VEC_SCALED;
  out->scale = b->max_fraction;
  return SONDE_OK;
}

static sonde_code finish_bool(builder *b, vec *out, arena *memory, sonde_error *err) {
  size_t words = ((size_t)b->rows + 63) / 64;
  uint64_t *bits = arena_zero(memory, words * 8, err);
  if (!bits) return err->code;
  for (uint32_t i = 0; i < b->rows; i++)
    if (((const int64_t *)b->values)[i]) bits[i >> 6] |= (uint64_t)1 << (i & 63);
  *out = (vec){.type = b->form.type, .form = VEC_BITS, .rows = b->rows, .nulls = b->nulls, .data = bits};
  out->validity = b->nulls ? arena_copy(memory, b->validity, words * 8, err) : NULL;
  return out->validity || !b->nulls ? SONDE_OK : err->code;
}

sonde_code builder_finish(builder *b, bool stats, vec *out, csv_column *c, arena *memory, arena *keep,
                          arena *scratch, sonde_error *err) {
  c->seen = b->seen;
  c->form = b->form;
  c->nulls = b->nulls;
  uint8_t id = b->form.type.id;
  if (id == TYPE_NONE || b->nulls == b->rows) {
    *out = (vec){.type = b->form.type, .form = VEC_NULL, .rows = b->rows, .nulls = b->rows};
    c->nulls = b->rows;
    return SONDE_OK;
  }
  uint8_t *sketch = NULL;
  if (stats) {
    c->sketch = sketch = arena_zero(keep, SKETCH_BYTES, err);
    if (!sketch) return err->code;
  }
  if (id == TYPE_TEXT)
    return text_builder_finish(b->text, b->nulls ? b->validity : NULL, b->nulls, out, c, sketch, memory, keep,
                               err);
  if (stats && (id == TYPE_DOUBLE || id == TYPE_DECIMAL))
    stats_f64(b, c, sketch);
  else if (stats)
    stats_i64(b, c, sketch);
  if (id == TYPE_DOUBLE) return finish_double(b, out, memory, scratch, err);
  if (id == TYPE_DECIMAL) return copy_plain(b, out, VEC_I128, 16, memory, err);
  if (id == TYPE_BOOL) return finish_bool(b, out, memory, err);
  return vec_pack_i64(out, b->form.type, b->values, b->nulls ? b->validity : NULL, b->rows, memory, err);
}
