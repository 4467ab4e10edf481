/* See delta.h. */
#include "format/parquet/delta.h"

#include <stddef.h>

#include "format/parquet/bits.h"

enum { BATCH = 256 };

typedef struct {
  const uint8_t *p, *end;
  uint32_t per_mini, n_mini;
  uint64_t last;
} delta;

static bool take_varint(delta *d, uint64_t *out) {
  *out = 0;
  for (unsigned shift = 0; shift < 64 && d->p < d->end; shift += 7) {
    uint8_t b = *d->p++;
    *out |= (uint64_t)(b & 0x7F) << shift;
    if (b < 0x80) return true;
  }
  return false;
}

static bool take_zigzag(delta *d, uint64_t *out) {
  uint64_t v;
  if (!take_varint(d, &v)) return false;
  *out = v >> 1 ^ (0 - (v & 1));
  return true;
}

static void add_up(delta *d, uint64_t least, const uint64_t *deltas, uint32_t n, uint64_t *out) {
  uint64_t last = d->last;
  for (uint32_t i = 0; i < n; i++) out[i] = last += least + deltas[i];
  d->last = last;
}

static void add_up32(delta *d, uint64_t least, const uint32_t *deltas, uint32_t n, uint64_t *out) {
  uint64_t last = d->last;
  for (uint32_t i = 0; i < n; i++) out[i] = last += least + deltas[i];
  d->last = last;
}

/* Differences that are all the same. */
static void count_up(delta *d, uint64_t least, uint64_t *out, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) out[i] = d->last + (i + 1) * least;
  d->last += n * least;
}

/* A miniblock takes its whole width even when it holds fewer values; the last one may be cut off in its padding. */
static bool read_mini(delta *d, uint32_t width, uint64_t least, uint64_t *out, uint32_t n) {
  uint64_t whole = bits_bytes(d->per_mini, width), left = (uint64_t)(d->end - d->p);
  if (width > 64 || bits_bytes(n, width) > left) return false;
  if (width == 0) {
    count_up(d, least, out, n);
    return true;
  }
  for (uint32_t done = 0; done < n; done += BATCH) {
    uint32_t take = n - done < BATCH ? n - done : BATCH, narrow[BATCH];
    if (width <= 32) {
      bits_unpack32(d->p, d->end, width, done, narrow, take);
      add_up32(d, least, narrow, take, out + done);
    } else {
      bits_unpack64(d->p, d->end, width, done, out + done, take);
      add_up(d, least, out + done, take, out + done);
    }
  }
  d->p += whole < left ? whole : left;
  return true;
}

static bool read_block(delta *d, uint64_t *out, uint32_t n) {
  uint64_t least;
  if (!take_zigzag(d, &least) || d->n_mini > (size_t)(d->end - d->p)) return false;
  const uint8_t *widths = d->p;
  d->p += d->n_mini;
  for (uint32_t m = 0; m < d->n_mini && n > 0; m++) {
    uint32_t take = n < d->per_mini ? n : d->per_mini;
    if (!read_mini(d, widths[m], least, out, take)) return false;
    out += take;
    n -= take;
  }
  return true;
}

bool delta_read(const uint8_t **p, const uint8_t *end, uint64_t *out, uint32_t n) {
  delta d = {.p = *p, .end = end};
  uint64_t block, minis, count;
  if (!take_varint(&d, &block) || !take_varint(&d, &minis) || !take_varint(&d, &count)) return false;
  if (!take_zigzag(&d, &d.last) || count != n) return false;
  if (minis == 0 || block > UINT32_MAX / 2 || minis > block || block % minis || block / minis % 8)
    return false;
  d.n_mini = (uint32_t)minis;
  d.per_mini = (uint32_t)(block / minis);
  if (n > 0) out[0] = d.last;
  uint32_t per_block = (uint32_t)block;
  for (uint32_t done = 1; done < n;) {
    uint32_t take = n - done < per_block ? n - done : per_block;
    if (!read_block(&d, out + done, take)) return false;
    done += take;
  }
  *p = d.p;
  return true;
}
