/* See write_bounds.h. */
#include "format/parquet/write_bounds.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

/* ---- order ---- */

static const uint8_t *fixed_at(const write_values *v, uint32_t at) {
  return v->fixed + (size_t)at * v->leaf->width;
}

static int64_t int_at(const write_values *v, uint32_t at) {
  int64_t wide;
  int32_t narrow;
  if (v->leaf->width == 8) return memcpy(&wide, fixed_at(v, at), 8), wide;
  return memcpy(&narrow, fixed_at(v, at), 4), narrow;
}

static double float_at(const write_values *v, uint32_t at) {
  double wide;
  float narrow;
  if (v->leaf->width == 8) return memcpy(&wide, fixed_at(v, at), 8), wide;
  return memcpy(&narrow, fixed_at(v, at), 4), (double)narrow;
}

static int compare_texts(sonde_str a, sonde_str b) {
  size_t n = a.len < b.len ? a.len : b.len;
  int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
  return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* The sign decides first; of one sign, two's complement is ordered as bytes are. */
static int compare_signed(const uint8_t *a, const uint8_t *b, size_t n) {
  int signs = (b[0] >> 7) - (a[0] >> 7);
  return signs ? signs : memcmp(a, b, n);
}

int values_compare(const write_values *v, uint32_t a, uint32_t b) {
  switch (v->leaf->order) {
  case ORDER_UNSIGNED:
    return ((uint64_t)int_at(v, a) > (uint64_t)int_at(v, b)) -
           ((uint64_t)int_at(v, a) < (uint64_t)int_at(v, b));
  case ORDER_INT32:
  case ORDER_INT64: return (int_at(v, a) > int_at(v, b)) - (int_at(v, a) < int_at(v, b));
  case ORDER_FLOAT:
  case ORDER_DOUBLE: return (float_at(v, a) > float_at(v, b)) - (float_at(v, a) < float_at(v, b));
  case ORDER_SIGNED: return compare_signed(fixed_at(v, a), fixed_at(v, b), v->leaf->width);
  default: break;
  }
  if (v->leaf->width) return memcmp(fixed_at(v, a), fixed_at(v, b), v->leaf->width);
  return compare_texts(v->texts[a], v->texts[b]);
}

/* ---- bounds ---- */

static bool has_place(const write_values *v, uint32_t at) {
  uint8_t order = v->leaf->order;
  return (order != ORDER_FLOAT && order != ORDER_DOUBLE) || !isnan(float_at(v, at));
}

static void widen(const write_values *v, write_bounds *b, uint32_t at) {
  if (!has_place(v, at)) return;
  if (!b->known) *b = (write_bounds){true, at, at};
  if (values_compare(v, at, b->min) < 0) b->min = at;
  if (values_compare(v, at, b->max) > 0) b->max = at;
}

write_bounds bounds_of_values(const write_values *v, uint32_t first, uint32_t n) {
  write_bounds b = {0};
  if (v->leaf->order == ORDER_NONE) return b;
  for (uint32_t i = first; i < first + n; i++) widen(v, &b, i);
  return b;
}

write_bounds bounds_of_codes(const write_values *v, const write_dictionary *d, uint32_t first, uint32_t n,
                             uint32_t turn, uint32_t *seen) {
  write_bounds b = {0};
  if (v->leaf->order == ORDER_NONE) return b;
  for (uint32_t i = first; i < first + n; i++) {
    if (seen[d->codes[i]] == turn) continue;
    seen[d->codes[i]] = turn;
    widen(v, &b, i);
  }
  return b;
}

void bounds_join(const write_values *v, write_bounds *b, const write_bounds *more) {
  if (!more->known) return;
  widen(v, b, more->min);
  widen(v, b, more->max);
}

/* ---- as written ---- */

static sonde_code whole(const write_values *v, uint32_t at, arena *memory, bound_text *out,
                        sonde_error *err) {
  sonde_str from = v->leaf->width ? (sonde_str){(const char *)fixed_at(v, at), v->leaf->width} : v->texts[at];
  char *bytes = arena_copy(memory, from.ptr, from.len, err);
  *out = (bound_text){{bytes, from.len}, true};
  return bytes ? SONDE_OK : err->code;
}

static bool is_zero(const write_values *v, uint32_t at) {
  return (v->leaf->order == ORDER_FLOAT || v->leaf->order == ORDER_DOUBLE) && float_at(v, at) == 0;
}

/* The last byte of a little-endian float has its sign. */
static sonde_code zero(const write_values *v, bool negative, arena *memory, bound_text *out,
                       sonde_error *err) {
  char *bytes = arena_zero(memory, v->leaf->width, err);
  if (!bytes) return err->code;
  bytes[v->leaf->width - 1] = negative ? (char)0x80 : 0;
  *out = (bound_text){{bytes, v->leaf->width}, true};
  return SONDE_OK;
}

static size_t cut(const write_values *v, sonde_str s) {
  return v->leaf->order == ORDER_TEXT ? utf8_cut(s.ptr, s.len, BOUND_BYTES) : BOUND_BYTES;
}

/* The shortest text above all that begin with these n bytes; 0: there is none. */
static size_t next_bytes(uint8_t *bytes, size_t n) {
  while (n > 0 && bytes[n - 1] == 0xFF) n--;
  if (n > 0) bytes[n - 1]++;
  return n;
}

/* The same by code points: UTF-8 is ordered as they are. The new one may be a byte longer. */
static size_t next_text(char *bytes, size_t n) {
  while (n > 0) {
    size_t begin = n - 1;
    while (begin > 0 && ((uint8_t)bytes[begin] & 0xC0) == 0x80) begin--;
    uint32_t cp;
    bool valid;
    utf8_decode(bytes + begin, n - begin, &cp, &valid);
    n = begin;
    if (!valid || cp == 0x10FFFF) continue;
    return n + utf8_encode(cp == 0xD7FF ? 0xE000 : cp + 1, bytes + n);
  }
  return 0;
}

sonde_code bound_min(const write_values *v, uint32_t at, arena *memory, bound_text *out, sonde_error *err) {
  if (is_zero(v, at)) return zero(v, true, memory, out, err);
  SONDE_TRY(whole(v, at, memory, out, err));
  if (v->leaf->width || out->text.len <= BOUND_BYTES) return SONDE_OK;
  out->text.len = cut(v, out->text);
  out->exact = false;
  return SONDE_OK;
}

sonde_code bound_max(const write_values *v, uint32_t at, arena *memory, bound_text *out, sonde_error *err) {
  if (is_zero(v, at)) return zero(v, false, memory, out, err);
  SONDE_TRY(whole(v, at, memory, out, err));
  if (v->leaf->width || out->text.len <= BOUND_BYTES) return SONDE_OK;
  char bytes[BOUND_BYTES + 4];
  size_t n = cut(v, out->text);
  memcpy(bytes, out->text.ptr, n);
  n = v->leaf->order == ORDER_TEXT ? next_text(bytes, n) : next_bytes((uint8_t *)bytes, n);
  if (n == 0) return SONDE_OK; /* stays whole */
  char *kept = arena_copy(memory, bytes, n, err);
  *out = (bound_text){{kept, n}, false};
  return kept ? SONDE_OK : err->code;
}
