/* See variant_value.h. */
#include "format/parquet/variant_value.h"

#include <math.h>
#include <string.h>

/* Little endian; false when it leaves the bytes. */
static bool take(sonde_str s, uint64_t at, unsigned bytes, uint64_t *out) {
  if (at > s.len || bytes > s.len - at) return false;
  *out = 0;
  for (unsigned i = 0; i < bytes; i++) *out |= (uint64_t)(uint8_t)s.ptr[at + i] << (8 * i);
  return true;
}

static bool slice(sonde_str s, uint64_t at, uint64_t n, sonde_str *out) {
  if (at > s.len || n > s.len - at) return false;
  *out = (sonde_str){s.ptr + at, (size_t)n};
  return true;
}

/* Metadata: header, number of names, their offsets, their bytes. */
static bool name_of(sonde_str metadata, uint64_t id, sonde_str *out) {
  uint64_t head, n, begin, end;
  if (!take(metadata, 0, 1, &head) || (head & 15) != 1) return false;
  unsigned width = (unsigned)(head >> 6) + 1;
  if (!take(metadata, 1, width, &n) || id >= n) return false;
  uint64_t offsets = 1 + width, bytes = offsets + (n + 1) * width;
  if (!take(metadata, offsets + id * width, width, &begin)) return false;
  if (!take(metadata, offsets + (id + 1) * width, width, &end) || begin > end) return false;
  return slice(metadata, bytes + begin, end - begin, out);
}

void variant_put_hex(buf *b, sonde_str s) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < s.len; i++) {
    char two[2] = {digits[(uint8_t)s.ptr[i] >> 4], digits[(uint8_t)s.ptr[i] & 15]};
    buf_put(b, two, 2);
  }
}

static void put_text(buf *b, sonde_str s, bool bare) {
  if (bare)
    buf_put(b, s.ptr, s.len);
  else
    json_put_str(b, s);
}

static void put_number(buf *b, double v, bool bare) {
  char text[32];
  put_text(b, (sonde_str){text, number_format_double(v, text)}, bare || isfinite(v));
}

static bool put_i64(buf *b, sonde_str v, unsigned bytes, column_type type, bool bare) {
  char text[VALUE_TEXT_MAX];
  uint64_t x;
  if (!take(v, 1, bytes, &x)) return false;
  int64_t value = (int64_t)(x << (64 - 8 * bytes)) >> (64 - 8 * bytes);
  put_text(b, (sonde_str){text, i64_format(value, type, text)}, bare || type.id == TYPE_INT64);
  return true;
}

static bool put_decimal(buf *b, sonde_str v, unsigned bytes) {
  char text[64];
  uint64_t scale, low, high;
  if (!take(v, 1, 1, &scale) || scale > 38 || !take(v, 2, bytes < 8 ? bytes : 8, &low)) return false;
  if (bytes == 4) low = (uint64_t)(int64_t)(int32_t)(uint32_t)low;
  high = low >> 63 ? UINT64_MAX : 0;
  if (bytes == 16 && !take(v, 10, 8, &high)) return false;
  buf_put(b, text, number_format_int128((int128){low, (int64_t)high}, (uint32_t)scale, text));
  return true;
}

static bool put_real(buf *b, sonde_str v, bool is_float, bool bare) {
  uint64_t bits;
  double d;
  float f;
  if (!take(v, 1, is_float ? 4 : 8, &bits)) return false;
  memcpy(&d, &bits, 8);
  memcpy(&f, &bits, 4);
  put_number(b, is_float ? (double)f : d, bare);
  return true;
}

static bool put_bytes(buf *b, sonde_str v, bool is_text, bool bare) {
  uint64_t n;
  sonde_str s;
  if (!take(v, 1, 4, &n) || !slice(v, 5, n, &s)) return false;
  if (is_text) {
    put_text(b, s, bare);
    return true;
  }
  if (!bare) buf_u8(b, '"');
  variant_put_hex(b, s);
  if (!bare) buf_u8(b, '"');
  return true;
}

static bool put_uuid(buf *b, sonde_str v, bool bare) {
  char text[40];
  uint64_t high = 0, low = 0;
  if (v.len < 17) return false;
  for (unsigned i = 0; i < 8; i++) {
    high = high << 8 | (uint8_t)v.ptr[1 + i];
    low = low << 8 | (uint8_t)v.ptr[9 + i];
  }
  int128 value = {low, (int64_t)(high ^ (uint64_t)1 << 63)};
  put_text(b, (sonde_str){text, uuid_format(value, text)}, bare);
  return true;
}

static bool put_primitive(buf *b, sonde_str v, unsigned type, bool bare) {
  static const column_type whole = {TYPE_INT64, 0}, date = {TYPE_DATE, 0}, time = {TYPE_TIME, 0};
  uint8_t nanos = type >= 18 ? SCALE_NANOS : 0;
  switch (type) {
  case 0: buf_put(b, "null", 4); return true;
  case 1: buf_put(b, "true", 4); return true;
  case 2: buf_put(b, "false", 5); return true;
  case 3:
  case 4:
  case 5:
  case 6: return put_i64(b, v, 1u << (type - 3), whole, bare);
  case 7: return put_real(b, v, false, bare);
  case 8:
  case 9:
  case 10: return put_decimal(b, v, 4u << (type - 8));
  case 11: return put_i64(b, v, 4, date, bare);
  case 12:
  case 18: return put_i64(b, v, 8, (column_type){TYPE_TIMESTAMPTZ, nanos}, bare);
  case 13:
  case 19: return put_i64(b, v, 8, (column_type){TYPE_TIMESTAMP, nanos}, bare);
  case 14: return put_real(b, v, true, bare);
  case 15: return put_bytes(b, v, false, bare);
  case 16: return put_bytes(b, v, true, bare);
  case 17: return put_i64(b, v, 8, time, bare);
  case 20: return put_uuid(b, v, bare);
  default: return false;
  }
}

/* The parts that objects and arrays have: ids (objects only), offsets, values. */
typedef struct {
  uint64_t n, ids, offsets, values;
  unsigned id_width, width;
} container;

static bool open_container(sonde_str v, container *c) {
  unsigned head = (uint8_t)v.ptr[0] >> 2;
  bool object = (v.ptr[0] & 3) == 2, large = head >> (object ? 4 : 2) & 1;
  c->width = (head & 3) + 1;
  c->id_width = object ? (head >> 2 & 3) + 1 : 0;
  if (!take(v, 1, large ? 4 : 1, &c->n)) return false;
  c->ids = large ? 5 : 2;
  c->offsets = c->ids + c->n * c->id_width;
  c->values = c->offsets + (c->n + 1) * c->width;
  return c->values <= v.len;
}

/* Item i; how long it is, it says itself. */
static bool item(sonde_str v, const container *c, uint64_t i, sonde_str *out) {
  uint64_t at;
  if (!take(v, c->offsets + i * c->width, c->width, &at)) return false;
  return at < v.len - c->values && slice(v, c->values + at, v.len - c->values - at, out);
}

bool variant_put_fields(buf *b, sonde_str metadata, sonde_str v, bool before, uint32_t depth) {
  container c;
  if (depth == 0 || v.len == 0 || (v.ptr[0] & 3) != 2 || !open_container(v, &c)) return false;
  for (uint64_t i = 0; i < c.n && !b->failed; i++) {
    uint64_t id;
    sonde_str name, field;
    if (!take(v, c.ids + i * c.id_width, c.id_width, &id) || !name_of(metadata, id, &name)) return false;
    if (!item(v, &c, i, &field)) return false;
    if (i > 0 || before) buf_u8(b, ',');
    json_put_str(b, name);
    buf_u8(b, ':');
    if (!variant_put(b, metadata, field, false, depth - 1)) return false;
  }
  return true;
}

static bool put_items(buf *b, sonde_str metadata, sonde_str v, uint32_t depth) {
  container c;
  if (!open_container(v, &c)) return false;
  for (uint64_t i = 0; i < c.n && !b->failed; i++) {
    sonde_str element;
    if (!item(v, &c, i, &element)) return false;
    if (i > 0) buf_u8(b, ',');
    if (!variant_put(b, metadata, element, false, depth - 1)) return false;
  }
  return true;
}

static bool put_braced(buf *b, sonde_str metadata, sonde_str v, bool object, uint32_t depth) {
  buf_u8(b, object ? '{' : '[');
  bool fine = object ? variant_put_fields(b, metadata, v, false, depth) : put_items(b, metadata, v, depth);
  buf_u8(b, object ? '}' : ']');
  return fine;
}

bool variant_put(buf *b, sonde_str metadata, sonde_str v, bool bare, uint32_t depth) {
  if (depth == 0 || v.len == 0) return false;
  unsigned head = (uint8_t)v.ptr[0] >> 2;
  sonde_str s;
  switch (v.ptr[0] & 3) {
  case 0: return put_primitive(b, v, head, bare);
  case 1:
    if (!slice(v, 1, head, &s)) return false;
    put_text(b, s, bare);
    return true;
  default: return put_braced(b, metadata, v, (v.ptr[0] & 3) == 2, depth);
  }
}
