/* The values of one buffer, as Arrow lays them out. See write_body.h. */
#include <string.h>

#include "base/number.h"
#include "column/page.h"
#include "format/arrow/write_body.h"

enum { RUN = 256 }; /* values decoded at a time where Arrow's are narrower than ours */

/* Up to 64 bits from bit `first` on; reads no word that holds none of them. */
static uint64_t bits_at(const uint64_t *bits, uint32_t first, uint32_t n) {
  uint32_t shift = first & 63;
  uint64_t w = bits[first >> 6] >> shift;
  if (shift && shift + n > 64) w |= bits[(first >> 6) + 1] << (64 - shift);
  return n < 64 ? w & (((uint64_t)1 << n) - 1) : w;
}

static uint32_t run_of(uint32_t left, uint32_t most) { return left < most ? left : most; }

void arrow_put_bits(buf *b, const uint64_t *bits, uint32_t first, uint32_t n) {
  for (uint32_t i = 0; i < n; i += 64) {
    uint32_t run = run_of(n - i, 64);
    uint64_t w = bits ? bits_at(bits, first + i, run) : 0;
    buf_put(b, &w, (run + 7) / 8);
  }
}

uint32_t arrow_count_nulls(arrow_rows r) {
  if (r.vec->form == VEC_NULL) return r.n;
  if (!r.vec->validity) return 0;
  uint32_t valid = 0;
  for (uint32_t i = 0; i < r.n; i += 64)
    valid += (uint32_t)__builtin_popcountll(bits_at(r.vec->validity, r.first + i, run_of(r.n - i, 64)));
  return r.n - valid;
}

/* Rows that are null hold anything, even what was in memory before: none of that leaves. */
static void clear_nulls(uint8_t *out, arrow_rows r, size_t width) {
  if (!r.vec->validity) return;
  for (uint32_t i = 0; i < r.n; i += 64) {
    uint32_t run = run_of(r.n - i, 64);
    uint64_t nulls = ~bits_at(r.vec->validity, r.first + i, run);
    if (run < 64) nulls &= ((uint64_t)1 << run) - 1;
    for (; nulls; nulls &= nulls - 1) memset(out + (i + (uint32_t)__builtin_ctzll(nulls)) * width, 0, width);
  }
}

/* ---- fixed width ---- */

static void put_i64s(void *out, arrow_rows r, column_type t) {
  if (r.vec->type.id == t.id) {
    vec_i64s(r.vec, r.first, r.n, out);
    return;
  }
  for (uint32_t i = 0; i < r.n; i++) ((int64_t *)out)[i] = vec_i64_as(r.vec, r.first + i, t);
}

static bool fits(int64_t x, narrow_type t) {
  return t.is_unsigned ? (uint64_t)x >> t.bits == 0 : x >> (t.bits - 1) == x >> 63;
}

/* False: a value is not what its file says of it. */
static bool put_narrow(uint8_t *out, arrow_rows r, narrow_type t) {
  int64_t run[RUN];
  size_t width = t.bits / 8u;
  for (uint32_t i = 0; i < r.n; i += RUN) {
    uint32_t n = run_of(r.n - i, RUN);
    vec_i64s(r.vec, r.first + i, n, run);
    for (uint32_t k = 0; k < n; k++, out += width) {
      if (!fits(run[k], t) && vec_valid(r.vec, r.first + i + k)) return false;
      memcpy(out, &run[k], width); /* little endian: the low bytes */
    }
  }
  return true;
}

static bool put_u64s(uint64_t *out, arrow_rows r, column_type t) {
  for (uint32_t i = 0; i < r.n; i++) {
    if (!vec_valid(r.vec, r.first + i)) continue;
    int128 x = vec_i128_as(r.vec, r.first + i, t);
    if (x.high) return false;
    out[i] = x.low;
  }
  return true;
}

static void put_days(int32_t *out, arrow_rows r) {
  int64_t run[RUN];
  for (uint32_t i = 0; i < r.n; i += RUN) {
    uint32_t n = run_of(r.n - i, RUN);
    vec_i64s(r.vec, r.first + i, n, run);
    for (uint32_t k = 0; k < n; k++) out[i + k] = (int32_t)run[k];
  }
}

static void put_floats(float *out, arrow_rows r) {
  double run[RUN];
  for (uint32_t i = 0; i < r.n; i += RUN) {
    uint32_t n = run_of(r.n - i, RUN);
    vec_f64s(r.vec, r.first + i, n, run);
    for (uint32_t k = 0; k < n; k++) out[i + k] = (float)run[k];
  }
}

static void put_decimals(uint8_t *out, arrow_rows r, column_type t) {
  for (uint32_t i = 0; i < r.n; i++) {
    if (!vec_valid(r.vec, r.first + i)) continue; /* scaling up what is no value may overflow */
    int128 x = vec_i128_as(r.vec, r.first + i, t);
    memcpy(out + (size_t)i * 16, &x, 16);
  }
}

static int128 i128_at(const vec *v, uint32_t row) {
  int128 x;
  memcpy(&x, (const uint8_t *)v->data + (size_t)row * 16, 16);
  return x;
}

/* Most significant byte first, without the flipped bit that makes our order theirs. */
static void put_uuids(uint8_t *out, arrow_rows r) {
  for (uint32_t i = 0; i < r.n; i++, out += 16) {
    int128 x = i128_at(r.vec, r.first + i);
    uint64_t half[2] = {(uint64_t)x.high ^ (uint64_t)1 << 63, x.low};
    for (uint32_t k = 0; k < 16; k++) out[k] = (uint8_t)(half[k / 8] >> (56 - k % 8 * 8));
  }
}

/* False: one is too long. */
static bool put_intervals(uint8_t *out, arrow_rows r) {
  for (uint32_t i = 0; i < r.n; i++, out += 16) {
    if (!vec_valid(r.vec, r.first + i)) continue;
    int128 x = i128_at(r.vec, r.first + i);
    uint32_t parts[2] = {(uint32_t)((uint64_t)x.high >> 32), (uint32_t)x.high};
    bool fits = parts[0] <= INT32_MAX && parts[1] <= INT32_MAX && x.low <= INT64_MAX / 1000;
    if (!fits) return false;
    uint64_t nanos = x.low * 1000;
    memcpy(out, parts, 8);
    memcpy(out + 8, &nanos, 8);
  }
  return true;
}

static void put_coarse(int64_t *out, arrow_rows r, uint8_t unit) {
  vec_i64s(r.vec, r.first, r.n, out);
  for (uint32_t i = 0; i < r.n; i++) out[i] /= unit == NARROW_MILLIS ? 1000 : 1000000;
}

static size_t width_of(const shape *s) {
  column_type t = s->type;
  if (s->narrow.bits) return s->narrow.bits / 8u;
  if (t.id == TYPE_DATE || t.id == TYPE_FLOAT) return 4;
  return t.id == TYPE_DECIMAL || t.id == TYPE_UUID || t.id == TYPE_INTERVAL ? 16 : 8;
}

static bool put_fixed(void *out, arrow_rows r, const shape *s) {
  column_type t = s->type;
  if (s->narrow.bits) return t.id == TYPE_DECIMAL ? put_u64s(out, r, t) : put_narrow(out, r, s->narrow);
  if (s->narrow.unit) return put_coarse(out, r, s->narrow.unit), true;
  switch (t.id) {
  case TYPE_DATE: put_days(out, r); break;
  case TYPE_FLOAT: put_floats(out, r); break;
  case TYPE_DOUBLE: vec_f64s(r.vec, r.first, r.n, out); break;
  case TYPE_DECIMAL: put_decimals(out, r, t); break;
  case TYPE_UUID: put_uuids(out, r); break;
  case TYPE_INTERVAL: return put_intervals(out, r);
  default: put_i64s(out, r, t); break;
  }
  return true;
}

bool arrow_put_values(buf *b, arrow_rows r, const shape *s) {
  bool none = r.vec->form == VEC_NULL;
  if (s->type.id == TYPE_BOOL) {
    arrow_put_bits(b, none ? NULL : r.vec->data, r.first, r.n);
    return true;
  }
  size_t width = width_of(s), begin = b->len;
  fb_zeros(b, r.n * width);
  if (none || r.n == 0 || b->failed) return true;
  if (!put_fixed(b->data + begin, r, s)) return false;
  clear_nulls(b->data + begin, r, width);
  return true;
}

/* ---- offsets ---- */

/* Of n + 1 offsets; NULL after a failure. */
static void *offsets_room(buf *b, uint32_t n, bool large) {
  return buf_extend(b, ((size_t)n + 1) * (large ? 8 : 4));
}

static void put_offset(void *out, uint32_t i, uint64_t x, bool large) {
  if (large)
    ((uint64_t *)out)[i] = x;
  else
    ((uint32_t *)out)[i] = (uint32_t)x;
}

uint64_t arrow_put_offsets(buf *b, arrow_rows r, bool large) {
  const uint32_t *from = r.vec->form == VEC_NULL ? NULL : r.vec->offsets + r.first;
  void *out = offsets_room(b, r.n, large);
  for (uint32_t i = 0; i <= r.n && out; i++) put_offset(out, i, from ? from[i] - from[0] : 0, large);
  return from ? from[r.n] - from[0] : 0;
}

uint64_t arrow_put_code_offsets(buf *b, arrow_rows r, bool large) {
  const uint32_t *ends = r.vec->offsets;
  uint64_t at = 0;
  void *out = offsets_room(b, r.n, large);
  if (!out) return 0;
  put_offset(out, 0, 0, large);
  for (uint32_t i = 0; i < r.n; i++) {
    uint32_t code = vec_valid(r.vec, r.first + i) ? vec_code(r.vec, r.first + i) : 0;
    if (vec_valid(r.vec, r.first + i)) at += ends[code + 1] - ends[code];
    put_offset(out, i + 1, at, large);
  }
  return at;
}

void arrow_put_code_texts(buf *b, arrow_rows r, size_t bytes) {
  uint8_t *out = bytes ? buf_extend(b, bytes) : NULL;
  if (!out) return;
  for (uint32_t i = 0; i < r.n; i++) {
    if (!vec_valid(r.vec, r.first + i)) continue;
    sonde_str s = vec_str(r.vec, r.first + i);
    memcpy(out, s.ptr, s.len);
    out += s.len;
  }
}
