/* See hybrid.h. */
#include "format/parquet/hybrid.h"

#include <stddef.h>

#include "format/parquet/bits.h"

static bool take_header(hybrid *h, uint32_t *header) {
  uint64_t v = 0;
  for (unsigned shift = 0; shift < 35 && h->p < h->end; shift += 7) {
    uint8_t b = *h->p++;
    v |= (uint64_t)(b & 0x7F) << shift;
    if (b < 0x80) return *header = (uint32_t)v, v <= UINT32_MAX;
  }
  return false;
}

/* Groups of eight values; the last run of a page may end early in its padding. */
static bool begin_packed(hybrid *h, uint32_t groups) {
  uint64_t left = (uint64_t)(h->end - h->p), bytes = (uint64_t)groups * h->width, n = (uint64_t)groups * 8;
  if (bytes > left) {
    bytes = left;
    n = left * 8 / h->width;
  }
  h->packed = h->p;
  h->p += bytes;
  h->packed_end = h->p;
  h->taken = 0;
  h->left = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
  return true;
}

static bool begin_repeated(hybrid *h, uint32_t n) {
  uint32_t bytes = (h->width + 7) / 8;
  if (bytes > (size_t)(h->end - h->p)) return false;
  h->value = 0;
  for (uint32_t i = 0; i < bytes; i++) h->value |= (uint32_t)*h->p++ << (8 * i);
  if (h->width < 32 && h->value >> h->width) return false;
  h->packed = NULL;
  h->left = n;
  return true;
}

bool hybrid_run(hybrid *h) {
  while (h->left == 0) {
    uint32_t header;
    if (!take_header(h, &header)) return false;
    if (!(header & 1 ? begin_packed(h, header >> 1) : begin_repeated(h, header >> 1))) return false;
  }
  return true;
}

bool hybrid_read(hybrid *h, uint32_t *out, uint32_t n) {
  while (n > 0) {
    if (!hybrid_run(h)) return false;
    uint32_t take = h->left < n ? h->left : n;
    if (h->packed)
      bits_unpack32(h->packed, h->packed_end, h->width, h->taken, out, take);
    else
      for (uint32_t i = 0; i < take; i++) out[i] = h->value;
    h->taken += take;
    h->left -= take;
    out += take;
    n -= take;
  }
  return true;
}

bool hybrid_skip(hybrid *h, uint32_t n) {
  while (n > 0) {
    if (!hybrid_run(h)) return false;
    uint32_t take = h->left < n ? h->left : n;
    h->taken += take;
    h->left -= take;
    n -= take;
  }
  return true;
}

uint32_t hybrid_read_bits(hybrid *h, uint64_t *bits, uint64_t at, uint32_t n) {
  uint32_t set = 0;
  while (n > 0) {
    if (!hybrid_run(h)) return UINT32_MAX;
    uint32_t take = h->left < n ? h->left : n;
    if (h->packed) {
      set += bits_copy(bits, at, h->packed, h->taken, take);
    } else if (h->value) {
      bits_set_range(bits, at, take);
      set += take;
    }
    h->taken += take;
    h->left -= take;
    at += take;
    n -= take;
  }
  return set;
}
