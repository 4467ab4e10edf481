/* "bytes=a-b, c-, -n": read in 64 bits, an excess of digits being a position behind the end of every file. */
#include "range.h"
#include "request.h"
#include <string.h>
#include <strings.h>

enum { ASKED_MAX = 32, GAP = 80 };

/* Answers how many digits there were. */
static size_t take_number(sonde_str *s, uint64_t *value) {
  size_t digits = 0;
  *value = 0;
  for (; digits < s->len && s->ptr[digits] >= '0' && s->ptr[digits] <= '9'; digits++) {
    uint64_t digit = (uint64_t)(s->ptr[digits] - '0');
    *value = *value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *value * 10 + digit;
  }
  s->ptr += digits;
  s->len -= digits;
  return digits;
}

typedef enum { SPEC_MALFORMED, SPEC_OUTSIDE, SPEC_INSIDE } spec_kind;

static spec_kind suffix_of(uint64_t n, uint64_t size, byte_range *out) {
  uint64_t length = n < size ? n : size;
  *out = (byte_range){size - length, length};
  return length ? SPEC_INSIDE : SPEC_OUTSIDE;
}

static spec_kind read_spec(sonde_str spec, uint64_t size, byte_range *out) {
  uint64_t first, last;
  bool from = take_number(&spec, &first) > 0;
  if (!spec.len || *spec.ptr != '-') return SPEC_MALFORMED;
  spec.ptr++, spec.len--;
  bool to = take_number(&spec, &last) > 0;
  if (spec.len || (!from && !to) || (from && to && last < first)) return SPEC_MALFORMED;
  if (!from) return suffix_of(last, size, out);
  if (first >= size) return SPEC_OUTSIDE;
  uint64_t end = to && last < size ? last + 1 : size;
  *out = (byte_range){first, end - first};
  return SPEC_INSIDE;
}

static uint64_t end_of(byte_range r) { return r.first + r.length; }

static bool lie_close(byte_range a, byte_range b) {
  if (a.first > b.first) return lie_close(b, a);
  return b.first <= end_of(a) || b.first - end_of(a) < GAP;
}

static byte_range hull(byte_range a, byte_range b) {
  uint64_t first = a.first < b.first ? a.first : b.first;
  uint64_t end = end_of(a) > end_of(b) ? end_of(a) : end_of(b);
  return (byte_range){first, end - first};
}

/* A part that grew may now lie close to another one, so it is put in again. */
static unsigned put(byte_range *parts, unsigned count, byte_range r) {
  for (unsigned i = 0; i < count; i++) {
    if (!lie_close(parts[i], r)) continue;
    r = hull(parts[i], r);
    memmove(parts + i, parts + i + 1, (count - i - 1) * sizeof *parts);
    return put(parts, count - 1, r);
  }
  parts[count] = r;
  return count + 1;
}

byte_ranges range_read(sonde_str field, uint64_t size) {
  const byte_ranges whole = {.kind = RANGE_WHOLE}, refused = {.kind = RANGE_REFUSED};
  byte_range parts[ASKED_MAX], one;
  unsigned asked = 0, count = 0;
  sonde_str item;
  if (!field.ptr || field.len < 6 || strncasecmp(field.ptr, "bytes=", 6) != 0) return whole;
  field.ptr += 6, field.len -= 6;
  while (str_next_item(&field, &item)) {
    if (!item.len) continue;
    spec_kind kind = read_spec(item, size, &one);
    if (kind == SPEC_MALFORMED) return whole;
    if (++asked > ASKED_MAX) return refused;
    if (kind == SPEC_INSIDE) count = put(parts, count, one);
  }
  if (!asked) return whole;
  if (!count || count > RANGES_MAX) return refused;
  byte_ranges found = {.kind = RANGE_PARTS, .count = count};
  memcpy(found.parts, parts, count * sizeof *parts);
  return found;
}
