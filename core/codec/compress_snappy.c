/* Snappy's raw format (format_description.txt of the project), greedily: what stood at most 64 KB before with the same four bytes is
 * copied. */
#include <string.h>

#include "codec/block.h"

enum {
  HASH_BITS = 14,
  FRAGMENT = 1 << 16, /* matches do not reach beyond: positions fit 16 bits, copies two bytes of offset */
  TAIL = 4,           /* too few bytes are left for a match */
  COPY_MAX = 64
};

typedef struct {
  const uint8_t *in;
  uint8_t *out;
  uint16_t *table; /* hash of four bytes → where in the fragment they stood last */
} encoder;

static uint32_t load32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}

static uint32_t hash4(const uint8_t *p) { return (load32(p) * 0x1E35A7BDu) >> (32 - HASH_BITS); }

static void put_literal(encoder *e, const uint8_t *from, size_t n) {
  if (n == 0) return;
  uint32_t less = (uint32_t)n - 1;
  if (less < 60) {
    *e->out++ = (uint8_t)(less << 2);
  } else if (less < 256) {
    *e->out++ = 60 << 2;
    *e->out++ = (uint8_t)less;
  } else {
    *e->out++ = 61 << 2;
    *e->out++ = (uint8_t)less;
    *e->out++ = (uint8_t)(less >> 8);
  }
  memcpy(e->out, from, n);
  e->out += n;
}

static void put_copy(encoder *e, size_t offset, size_t n) {
  for (; n > 0;) {
    size_t take = n < COPY_MAX ? n : COPY_MAX;
    *e->out++ = (uint8_t)((take - 1) << 2 | 2);
    *e->out++ = (uint8_t)offset;
    *e->out++ = (uint8_t)(offset >> 8);
    n -= take;
  }
}

static size_t match_length(const uint8_t *a, const uint8_t *b, const uint8_t *end) {
  const uint8_t *begin = b;
  while (b < end && *a == *b) a++, b++;
  return (size_t)(b - begin);
}

/* The longer nothing repeats, the larger the steps: bytes that do not compress pass quickly. */
static void put_fragment(encoder *e, size_t n) {
  const uint8_t *base = e->in, *end = base + n, *literal = base, *p = base + 1;
  memset(e->table, 0, sizeof *e->table << HASH_BITS);
  for (uint32_t misses = 32; n > TAIL && p + TAIL <= end;) {
    uint16_t *slot = &e->table[hash4(p)];
    const uint8_t *before = base + *slot;
    *slot = (uint16_t)(p - base);
    if (load32(before) != load32(p)) {
      p += misses++ >> 5;
      continue;
    }
    put_literal(e, literal, (size_t)(p - literal));
    size_t length = match_length(before, p, end);
    put_copy(e, (size_t)(p - before), length);
    literal = p += length;
    misses = 32;
  }
  put_literal(e, literal, (size_t)(end - literal));
  e->in = end;
}

static void put_length(encoder *e, size_t n) {
  for (; n >= 0x80; n >>= 7) *e->out++ = (uint8_t)(n | 0x80);
  *e->out++ = (uint8_t)n;
}

/* A match of four bytes takes three, so only literals make it longer: three bytes for 64 KB, or one between two copies. */
static size_t most_bytes(size_t n) { return 32 + n + n / 6; }

sonde_code snappy_compress(codec_compressor *c, const uint8_t *in, size_t n, buf *out, sonde_error *err) {
  if (!c->snappy) c->snappy = arena_alloc(c->memory, sizeof *c->snappy << HASH_BITS, err);
  if (!c->snappy) return err->code;
  size_t before = out->len;
  uint8_t *room = buf_extend(out, most_bytes(n));
  if (!room) return buf_status(out, err);
  encoder e = {in, room, c->snappy};
  put_length(&e, n);
  for (size_t left = n; left > 0;) {
    size_t take = left < FRAGMENT ? left : FRAGMENT;
    put_fragment(&e, take);
    left -= take;
  }
  out->len = before + (size_t)(e.out - room);
  return SONDE_OK;
}
