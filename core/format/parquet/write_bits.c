/* See write_bits.h. */
#include "format/parquet/write_bits.h"

#include <string.h>

#include "format/parquet/bits.h"

void put_varint(buf *b, uint64_t v) {
  for (; v >= 0x80; v >>= 7) buf_u8(b, (uint8_t)(v | 0x80));
  buf_u8(b, (uint8_t)v);
}

/* ---- packing ---- */

/* Values go into a word from its low end; a full word leaves, what did not fit begins the next one. */
typedef struct {
  uint8_t *at;
  uint64_t word;
  uint32_t filled;
} packer;

static inline void pack(packer *p, uint64_t v, uint32_t width) {
  p->word |= v << p->filled;
  p->filled += width;
  if (p->filled < 64) return;
  memcpy(p->at, &p->word, 8);
  p->at += 8;
  p->filled -= 64;
  p->word = p->filled ? v >> (width - p->filled) : 0;
}

static void pack_end(packer *p) {
  size_t n = (p->filled + 7) / 8;
  if (n) memcpy(p->at, &p->word, n);
}

/* ---- the hybrid ---- */

enum { GROUP = 8 };

static void put_packed_run(buf *b, const uint32_t *values, uint32_t n, uint32_t width) {
  if (n == 0) return;
  uint32_t groups = (n + GROUP - 1) / GROUP;
  put_varint(b, (uint64_t)groups << 1 | 1);
  size_t bytes = (size_t)groups * width;
  packer p = {.at = buf_extend(b, bytes)};
  if (!p.at) return;
  memset(p.at, 0, bytes);
  for (uint32_t i = 0; i < n; i++) pack(&p, values[i], width);
  pack_end(&p);
}

static void put_repeated_run(buf *b, uint32_t value, uint32_t n, uint32_t width) {
  put_varint(b, (uint64_t)n << 1);
  for (uint32_t i = 0; i < (width + 7) / 8; i++) buf_u8(b, (uint8_t)(value >> (8 * i)));
}

static uint32_t run_length(const uint32_t *values, uint32_t n) {
  uint32_t run = 1;
  while (run < n && values[run] == values[0]) run++;
  return run;
}

/* A packed run holds whole groups unless it is the last: it takes from the run of one value behind it what it lacks. */
void put_hybrid(buf *b, const uint32_t *values, uint32_t n, uint32_t width) {
  uint32_t packed = 0; /* where the packed run at hand begins */
  for (uint32_t i = 0; i < n;) {
    uint32_t run = run_length(values + i, n - i), lacking = (GROUP - (i - packed) % GROUP) % GROUP;
    if (run < lacking + GROUP) {
      i += run;
      continue;
    }
    put_packed_run(b, values + packed, i + lacking - packed, width);
    put_repeated_run(b, values[i], run - lacking, width);
    packed = i += run;
  }
  put_packed_run(b, values + packed, n - packed, width);
}

/* ---- delta ---- */

enum { BLOCK = 128, MINI = 32, MINIS = BLOCK / MINI };

typedef struct {
  int64_t least;
  uint64_t above[BLOCK]; /* the differences, above the least one */
  uint32_t n, widths[MINIS];
} delta_block;

static int64_t integer_at(const uint8_t *raw, uint32_t width, uint32_t i) {
  if (width == 8) {
    int64_t v;
    memcpy(&v, raw + (size_t)i * 8, 8);
    return v;
  }
  int32_t v;
  memcpy(&v, raw + (size_t)i * 4, 4);
  return v;
}

/* Differences wrap around in the width of the values, as the specification asks. */
static int64_t difference(int64_t a, int64_t b, uint32_t width) {
  uint64_t d = (uint64_t)b - (uint64_t)a;
  return width == 8 ? (int64_t)d : (int32_t)(uint32_t)d;
}

/* The differences to values [first, first + n) from the ones before. */
static void take_block(const uint8_t *raw, uint32_t width, uint32_t first, uint32_t n, delta_block *d) {
  int64_t deltas[BLOCK], before = integer_at(raw, width, first - 1);
  *d = (delta_block){.least = INT64_MAX, .n = n};
  for (uint32_t i = 0; i < n; i++) {
    int64_t v = integer_at(raw, width, first + i);
    deltas[i] = difference(before, v, width);
    if (deltas[i] < d->least) d->least = deltas[i];
    before = v;
  }
  uint64_t all[MINIS] = {0}, mask = width == 8 ? UINT64_MAX : UINT32_MAX;
  for (uint32_t i = 0; i < n; i++) {
    d->above[i] = ((uint64_t)deltas[i] - (uint64_t)d->least) & mask;
    all[i / MINI] |= d->above[i];
  }
  for (uint32_t m = 0; m < MINIS; m++) d->widths[m] = bit_width(all[m]);
}

static uint32_t minis_of(const delta_block *d) { return (d->n + MINI - 1) / MINI; }

static void put_mini(buf *b, const delta_block *d, uint32_t m) {
  size_t bytes = (size_t)d->widths[m] * MINI / 8;
  packer p = {.at = buf_extend(b, bytes)};
  if (!p.at || bytes == 0) return;
  for (uint32_t i = 0; i < MINI; i++) pack(&p, d->above[m * MINI + i], d->widths[m]);
  pack_end(&p);
}

static void put_block(buf *b, const delta_block *d) {
  put_varint(b, zigzag(d->least));
  for (uint32_t m = 0; m < MINIS; m++) buf_u8(b, (uint8_t)d->widths[m]);
  for (uint32_t m = 0; m < minis_of(d); m++) put_mini(b, d, m);
}

void put_delta(buf *b, const uint8_t *raw, uint32_t width, uint32_t n) {
  delta_block d;
  put_varint(b, BLOCK);
  put_varint(b, MINIS);
  put_varint(b, n);
  put_varint(b, n ? zigzag(integer_at(raw, width, 0)) : 0);
  for (uint32_t i = 1; i < n; i += d.n) {
    take_block(raw, width, i, n - i < BLOCK ? n - i : BLOCK, &d);
    put_block(b, &d);
  }
}

uint64_t delta_bytes(const uint8_t *raw, uint32_t width, uint32_t n) {
  uint64_t bytes = 20;
  delta_block d;
  for (uint32_t i = 1; i < n; i += d.n) {
    take_block(raw, width, i, n - i < BLOCK ? n - i : BLOCK, &d);
    bytes += (bit_width(zigzag(d.least)) + 6) / 7 + MINIS;
    for (uint32_t m = 0; m < minis_of(&d); m++) bytes += d.widths[m] * MINI / 8;
  }
  return bytes;
}
