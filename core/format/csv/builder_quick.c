/* Quick readers of plain fields. See builder.h. They only ever accept what the general readers read the same way. */
#include "base/datetime.h"
#include "base/digits.h"
#include "format/csv/builder.h"

#define SAFE_INTEGER 9007199254740992u /* 2^53 */
#define READ_AHEAD                                                                                           \
  64u /* a field that begins so far before the end of the text may be read eight bytes at a time */

static const int64_t powers[] = {1,
                                 10,
                                 100,
                                 1000,
                                 10000,
                                 100000,
                                 1000000,
                                 10000000,
                                 100000000,
                                 1000000000,
                                 10000000000,
                                 100000000000,
                                 1000000000000,
                                 10000000000000,
                                 100000000000000,
                                 1000000000000000};

static uint8_t digits_of(uint64_t v) {
  uint8_t n = 0;
  for (; v > 0; v /= 10) n++;
  return n;
}

static inline void at_most(uint8_t *largest, uint32_t n) {
  if (n > *largest) *largest = (uint8_t)n;
}

static inline const csv_field *field_at(const field_run *x, uint32_t i) {
  return &x->fields[(size_t)i * x->stride];
}

/* ---- integers ---- */

static uint32_t quick_ints(builder *b, const field_run *x, uint32_t from, uint32_t limit) {
  int64_t *out = b->values;
  uint64_t largest = 0;
  bool small = false, big = false;
  uint32_t i = from, row = b->rows;
  for (; i < x->n; i++, row++) {
    const csv_field *f = field_at(x, i);
    if (f->len == 0) {
      out[row] = 0;
      builder_null(b, row);
      continue;
    }
    if (f->begin >= limit) break;
    const uint8_t *p = x->text + f->begin;
    uint32_t negative = *p == '-', n = f->len - negative;
    uint64_t v;
    p += negative;
    if (n - 1 > 15 || (*p == '0' && n > 1) || !digits_read(p, n, &v)) break;
    out[row] = negative ? -(int64_t)v : (int64_t)v;
    largest = v > largest ? v : largest;
    big |= v > SAFE_INTEGER;
    small |= v <= SAFE_INTEGER;
  }
  b->rows = row;
  b->seen.kinds |= (small ? CSV_SAW_INT : 0u) | (big ? CSV_SAW_BIGINT : 0u);
  at_most(&b->seen.int_digits, digits_of(largest));
  return i;
}

/* ---- decimal fractions ---- */

typedef struct {
  uint64_t whole, mantissa;
  uint32_t fraction; /* digits behind the point; 0: there is no point */
} plain_number;

/* Where the point is among the first sixteen characters; 16 when it is not there. */
static inline uint32_t find_point(const uint8_t *p, uint8_t point) {
  const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
  uint64_t w = digits_load(p) ^ ones * point, hit = (w - ones) & ~w & highs;
  if (hit) return (uint32_t)__builtin_ctzll(hit) >> 3;
  w = digits_load(p + 8) ^ ones * point;
  hit = (w - ones) & ~w & highs;
  return hit ? 8 + ((uint32_t)__builtin_ctzll(hit) >> 3) : 16;
}

/* At most 15 digits, some before the point and, if there is one, some behind it; no zeros in front. */
static inline bool read_plain(const uint8_t *p, uint32_t n, uint8_t point, plain_number *out) {
  if (n - 1 > 15) return false;
  uint32_t at = find_point(p, point);
  if (at >= n) at = n;
  out->fraction = at < n ? n - at - 1 : 0;
  if (at == 0 || n - (at < n) > 15 || (*p == '0' && at > 1)) return false;
  if (!digits_read(p, at, &out->whole)) return false;
  out->mantissa = out->whole;
  if (at == n) return true;
  uint64_t rest;
  if (out->fraction == 0 || !digits_read(p + at + 1, out->fraction, &rest)) return false;
  out->mantissa = out->whole * (uint64_t)powers[out->fraction] + rest;
  return true;
}

/* All scaled values by another power of ten, if they stay below 2^53. */
static bool rescale(builder *b, uint32_t row, uint32_t scale) {
  if (scale > BUILDER_SCALE_MAX) return false;
  int64_t power = powers[scale - b->scale], *v = b->values;
  if (b->largest > SAFE_INTEGER / (uint64_t)power) return false;
  for (uint32_t i = 0; i < row; i++) v[i] *= power;
  b->largest *= (uint64_t)power;
  b->scale = (uint8_t)scale;
  return true;
}

bool builder_put_scaled(builder *b, uint32_t row, int64_t mantissa, uint32_t fraction) {
  if (fraction > b->scale && !rescale(b, row, fraction)) return false;
  int64_t power = powers[b->scale - fraction];
  uint64_t magnitude = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
  if (magnitude > SAFE_INTEGER / (uint64_t)power) return false;
  ((int64_t *)b->values)[row] = mantissa * power;
  magnitude *= (uint64_t)power;
  if (magnitude > b->largest) b->largest = magnitude;
  return true;
}

/* Each is the double that its text means: one correctly rounded division of exact integers (Clinger 1990). */
void builder_unscale(builder *b) {
  int64_t *from = b->values;
  double *to = b->values, power = (double)powers[b->scale];
  for (uint32_t i = 0; i < b->rows; i++) to[i] = (double)from[i] / power;
  b->scaled = false;
}

static uint32_t quick_doubles(builder *b, const field_run *x, uint32_t from, uint32_t limit) {
  uint64_t whole = 0;
  uint32_t fraction = 0, i = from, row = b->rows;
  bool ints = false;
  for (; i < x->n; i++, row++) {
    const csv_field *f = field_at(x, i);
    if (f->len == 0) {
      ((int64_t *)b->values)[row] = 0;
      builder_null(b, row);
      continue;
    }
    if (f->begin >= limit) break;
    const uint8_t *p = x->text + f->begin;
    uint32_t negative = *p == '-';
    plain_number v;
    if (!read_plain(p + negative, f->len - negative, (uint8_t)b->decimal, &v)) break;
    if (negative && v.mantissa == 0) break; /* -0 */
    int64_t mantissa = negative ? -(int64_t)v.mantissa : (int64_t)v.mantissa;
    if (!b->scaled) {
      ((double *)b->values)[row] = (double)mantissa / (double)powers[v.fraction];
    } else if (!builder_put_scaled(b, row, mantissa, v.fraction)) {
      break;
    }
    whole = v.whole > whole ? v.whole : whole;
    fraction = v.fraction > fraction ? v.fraction : fraction;
    ints |= v.fraction == 0;
  }
  if (i > from) b->seen.kinds |= (ints ? CSV_SAW_INT : 0u) | (fraction ? CSV_SAW_FRACTION : 0u);
  b->rows = row;
  at_most(&b->seen.int_digits, digits_of(whole));
  at_most(&b->seen.frac_digits, fraction);
  return i;
}

/* ---- dates, times, booleans ---- */

typedef bool (*reads)(const char *p, size_t n, int64_t *out);

static bool iso_date(const char *p, size_t n, int64_t *out) {
  int32_t days;
  if (n != 10 || !date_parse(p, n, DATE_YMD, &days)) return false;
  *out = days;
  return true;
}

static bool local_timestamp(const char *p, size_t n, int64_t *out) {
  bool zoned;
  return n >= 19 && timestamp_parse(p, n, DATE_YMD, out, &zoned) && !zoned;
}

static bool zoned_timestamp(const char *p, size_t n, int64_t *out) {
  bool zoned;
  return n >= 19 && timestamp_parse(p, n, DATE_YMD, out, &zoned) && zoned;
}

static bool plain_time(const char *p, size_t n, int64_t *out) { return n == 8 && time_parse(p, n, out); }

static bool plain_bool(const char *p, size_t n, int64_t *out) {
  uint32_t w = 0;
  if (n < 4 || n > 5) return false;
  memcpy(&w, p, 4);
  w |= 0x20202020u;
  *out = n == 4;
  return n == 4 ? w == 0x65757274u /* true */ : w == 0x736C6166u /* fals */ && (p[4] | 0x20) == 'e';
}

/* What all values of a run have in common is noted once. */
static inline uint32_t quick_with(builder *b, const field_run *x, uint32_t from, reads read, uint32_t kind) {
  int64_t *out = b->values;
  uint32_t i = from, row = b->rows, nulls = b->nulls;
  for (; i < x->n; i++, row++) {
    const csv_field *f = field_at(x, i);
    if (f->len == 0) {
      out[row] = 0;
      builder_null(b, row);
    } else if (!read((const char *)x->text + f->begin, f->len, &out[row])) {
      break;
    }
  }
  if (i - from > b->nulls - nulls) b->seen.kinds |= kind;
  b->rows = row;
  return i;
}

static uint32_t quick_dated(builder *b, const field_run *x, uint32_t from) {
  uint8_t orders = b->seen.orders & DATE_YMD; /* a year of four digits in front fits no other order */
  if (b->form.order != DATE_YMD || (b->plan.mode == CSV_INFER && !orders)) return from;
  uint32_t i;
  switch (b->form.type.id) {
  case TYPE_DATE: i = quick_with(b, x, from, iso_date, CSV_SAW_DATE); break;
  case TYPE_TIMESTAMP: i = quick_with(b, x, from, local_timestamp, CSV_SAW_TIMESTAMP); break;
  default: i = quick_with(b, x, from, zoned_timestamp, CSV_SAW_TIMESTAMPTZ); break;
  }
  if (i > from) b->seen.orders = orders;
  return i;
}

uint32_t builder_quick(builder *b, const field_run *x, uint32_t from) {
  uint32_t limit = x->len > READ_AHEAD ? x->len - READ_AHEAD : 0;
  switch (b->form.type.id) {
  case TYPE_INT64: return quick_ints(b, x, from, limit);
  case TYPE_DOUBLE: return quick_doubles(b, x, from, limit);
  case TYPE_BOOL: return quick_with(b, x, from, plain_bool, CSV_SAW_BOOL);
  case TYPE_TIME: return quick_with(b, x, from, plain_time, CSV_SAW_TIME);
  case TYPE_DATE:
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ: return quick_dated(b, x, from);
  default: return from;
  }
}
