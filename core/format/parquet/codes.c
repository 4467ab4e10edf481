/* Dictionary codes (Encodings.md, "Dictionary Encoding"): in batches that stay in the first-level cache. */
#include <string.h>

#include "format/parquet/hybrid.h"
#include "format/parquet/values.h"

enum { BATCH = 1024 };

/* A page has their width, then the hybrid. */
static bool begin(hybrid *h, const page_values *v) {
  if (v->p == v->end || *v->p > 32) return false;
  hybrid_begin(h, v->p + 1, v->end, *v->p);
  return hybrid_skip(h, v->skip);
}

/* The next codes, all below n_values. */
static bool next_batch(hybrid *h, uint32_t n_values, uint32_t *codes, uint32_t n) {
  if (!hybrid_read(h, codes, n)) return false;
  uint32_t most = 0;
  for (uint32_t i = 0; i < n; i++) most = codes[i] > most ? codes[i] : most;
  return most < n_values;
}

#define GATHER(TYPE)                                                                                         \
  for (uint32_t i = 0; i < take; i++) ((TYPE *)out)[done + i] = ((const TYPE *)d->fixed)[codes[i]]

bool codes_gather(const dictionary *d, uint32_t width, const page_values *v, void *out) {
  hybrid h;
  uint32_t codes[BATCH], n = v->n;
  if (n == 0) return true;
  if (!begin(&h, v)) return false;
  for (uint32_t done = 0; done < n;) {
    uint32_t take = n - done < BATCH ? n - done : BATCH;
    if (!next_batch(&h, d->n, codes, take)) return false;
    if (width == 4) GATHER(uint32_t);
    if (width == 8) GATHER(uint64_t);
    if (width == 16) GATHER(int128);
    done += take;
  }
  return true;
}

#define NARROW(TYPE)                                                                                         \
  for (uint32_t i = 0; i < take; i++) ((TYPE *)out)[done + i] = (TYPE)codes[i]

bool codes_narrow(uint32_t n_values, uint32_t width, const page_values *v, void *out) {
  hybrid h;
  uint32_t codes[BATCH], n = v->n;
  if (n == 0) return true;
  if (!begin(&h, v)) return false;
  for (uint32_t done = 0; done < n;) {
    uint32_t take = n - done < BATCH ? n - done : BATCH;
    if (!next_batch(&h, n_values, codes, take)) return false;
    if (width == 1) NARROW(uint8_t);
    if (width == 2) NARROW(uint16_t);
    if (width == 4) NARROW(uint32_t);
    done += take;
  }
  return true;
}
