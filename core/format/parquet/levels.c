/* See levels.h. */
#include "format/parquet/levels.h"

#include "format/parquet/bits.h"
#include "format/parquet/hybrid.h"

enum { BATCH = 1024 };

uint32_t levels_width(uint8_t max) { return max ? 32 - (uint32_t)__builtin_clz(max) : 0; }

static bool below(const uint8_t *levels, uint32_t n, uint8_t max) {
  uint8_t most = 0;
  for (uint32_t i = 0; i < n; i++) most = levels[i] > most ? levels[i] : most;
  return most <= max;
}

static bool read_msb(const level_bytes *l, uint8_t *out, uint32_t n) {
  uint32_t width = levels_width(l->max);
  if (bits_bytes(n, width) > (uint64_t)(l->end - l->p)) return false;
  bits_unpack_msb(l->p, width, out, n);
  return below(out, n, l->max);
}

bool levels_read(const level_bytes *l, uint8_t *out, uint32_t n) {
  if (l->msb) return read_msb(l, out, n);
  hybrid h;
  uint32_t batch[BATCH];
  hybrid_begin(&h, l->p, l->end, levels_width(l->max));
  for (uint32_t done = 0; done < n;) {
    uint32_t take = n - done < BATCH ? n - done : BATCH;
    if (!hybrid_read(&h, batch, take)) return false;
    for (uint32_t i = 0; i < take; i++) out[done + i] = (uint8_t)batch[i];
    done += take;
  }
  return below(out, n, l->max);
}

static uint32_t read_msb_bits(const level_bytes *l, uint64_t *bits, uint64_t at, uint32_t n) {
  uint32_t set = 0;
  if (bits_bytes(n, 1) > (uint64_t)(l->end - l->p)) return UINT32_MAX;
  for (uint32_t i = 0; i < n; i++) {
    bool v = l->p[i / 8] >> (7 - i % 8) & 1;
    bits_put(bits, at + i, v);
    set += v;
  }
  return set;
}

uint32_t levels_read_bits(const level_bytes *l, uint64_t *bits, uint64_t at, uint32_t n) {
  if (l->msb) return read_msb_bits(l, bits, at, n);
  hybrid h;
  hybrid_begin(&h, l->p, l->end, 1);
  return hybrid_read_bits(&h, bits, at, n);
}
