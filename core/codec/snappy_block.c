/* Snappy's raw format (format_description.txt of the project): a length, then literals and copies. */
#include <stdbool.h>
#include <string.h>

#include "codec/block.h"

/* Copies may write up to this much beyond their end where there is room: one move instead of a loop. */
enum { SLACK = 16 };

/* With every step inlined the state lives in registers. */
#define INLINE static inline __attribute__((always_inline))

typedef struct {
  const uint8_t *in, *in_end;
  uint8_t *out, *begin, *out_end;
  bool cut; /* the output may end anywhere */
} snappy;

static bool take_length(snappy *s, uint64_t *length) {
  *length = 0;
  for (unsigned shift = 0; shift < 35 && s->in < s->in_end; shift += 7) {
    uint8_t b = *s->in++;
    *length |= (uint64_t)(b & 0x7F) << shift;
    if (b < 0x80) return true;
  }
  return false;
}

INLINE uint32_t little_endian(const uint8_t *p, unsigned bytes) {
  uint32_t v = 0;
  for (unsigned i = 0; i < bytes; i++) v |= (uint32_t)p[i] << (8 * i);
  return v;
}

INLINE bool take_literal(snappy *s, uint8_t tag) {
  size_t n = (size_t)(tag >> 2) + 1, left = (size_t)(s->in_end - s->in), room = (size_t)(s->out_end - s->out);
  if (n <= SLACK && left >= SLACK && room >= SLACK) {
    memcpy(s->out, s->in, SLACK);
    s->in += n;
    s->out += n;
    return true;
  }
  if (n <= 2 * SLACK && left >= 2 * SLACK && room >= 2 * SLACK) {
    memcpy(s->out, s->in, SLACK);
    memcpy(s->out + SLACK, s->in + SLACK, SLACK);
    s->in += n;
    s->out += n;
    return true;
  }
  if (n > 60) {
    unsigned bytes = (unsigned)n - 60;
    if (left < bytes) return false;
    n = (size_t)little_endian(s->in, bytes) + 1;
    s->in += bytes;
    left -= bytes;
  }
  if (n > room && s->cut) n = room;
  if (n == 0 || n > left || n > room) return false;
  memcpy(s->out, s->in, n);
  s->in += n;
  s->out += n;
  return true;
}

/* The source may overlap what is written: a distance below the length repeats a pattern. */
INLINE bool copy_back(snappy *s, size_t distance, size_t n) {
  size_t room = (size_t)(s->out_end - s->out);
  if (n > room && s->cut) n = room;
  if (distance == 0 || distance > (size_t)(s->out - s->begin) || n > room) return false;
  const uint8_t *from = s->out - distance;
  if (distance >= SLACK && room >= 64 + SLACK) { /* n <= 64 */
    memcpy(s->out, from, SLACK);
    for (size_t i = SLACK; i < n; i += SLACK) memcpy(s->out + i, from + i, SLACK);
  } else if (distance >= 8 && room >= 64 + SLACK) {
    for (size_t i = 0; i < n; i += 8) memcpy(s->out + i, from + i, 8);
  } else if (distance >= n) {
    memcpy(s->out, from, n);
  } else {
    for (size_t i = 0; i < n; i++) s->out[i] = from[i];
  }
  s->out += n;
  return true;
}

INLINE bool take_copy(snappy *s, uint8_t tag) {
  size_t left = (size_t)(s->in_end - s->in);
  if ((tag & 3) == 1) {
    if (left < 1) return false;
    size_t distance = (size_t)(tag >> 5) << 8 | *s->in++;
    return copy_back(s, distance, (size_t)(tag >> 2 & 7) + 4);
  }
  unsigned bytes = (tag & 3) == 2 ? 2 : 4;
  if (left < bytes) return false;
  size_t distance = little_endian(s->in, bytes);
  s->in += bytes;
  return copy_back(s, distance, (size_t)(tag >> 2) + 1);
}

static sonde_code unpack(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len, bool cut,
                         sonde_error *err) {
  snappy s = {in, in + in_len, out, out, out + out_len, cut};
  uint64_t length;
  if (!take_length(&s, &length)) return block_damaged("snappy", "it has no length", err);
  if (cut ? length < out_len : length != out_len)
    return block_damaged("snappy", "its length is not the page's", err);
  while (s.in < s.in_end && !(cut && s.out == s.out_end)) {
    uint8_t tag = *s.in++;
    bool fine = (tag & 3) == 0 ? take_literal(&s, tag) : take_copy(&s, tag);
    if (!fine) return block_damaged("snappy", "a copy or literal leaves the block", err);
  }
  return s.out == s.out_end ? SONDE_OK : block_damaged("snappy", "it ends early", err);
}

sonde_code snappy_block(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len, sonde_error *err) {
  return unpack(in, in_len, out, out_len, false, err);
}

sonde_code snappy_begin(const uint8_t *in, size_t in_len, uint8_t *out, size_t room, sonde_error *err) {
  return unpack(in, in_len, out, room, true, err);
}
