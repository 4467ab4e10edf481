/* One page's values in one encoding, for the fuzz targets of the encoding families. The first bytes choose type and number. */
#ifndef PARQUET_VALUES_FUZZ_H
#define PARQUET_VALUES_FUZZ_H
#include <stdlib.h>

#include "format/parquet/bits.h"
#include "format/parquet/convert.h"
#include "format/parquet/values.h"

static inline void fuzz_texts(const page_values *v, arena *memory) {
  texts t = {.memory = memory};
  sonde_error err = {0};
  uint32_t *ends = malloc((size_t)v->n * 4 + 4);
  if (values_texts(v, &t, ends, &err) == SONDE_OK && v->n > 0 && ends[v->n - 1] != t.len) abort();
  free(ends);
}

static inline void fuzz_values(page_encoding encoding, pq_conversion as, pq_physical physical, uint32_t fixed,
                               const uint8_t *p, size_t size, uint32_t n) {
  mem m;
  arena memory;
  sonde_error err = {0};
  mem_init(&m, 64 << 20, NULL, NULL);
  arena_init(&memory, &m);
  pq_node leaf = {.physical = (uint8_t)physical, .conversion = (uint8_t)as, .fixed_bytes = fixed};
  page_values v = {&leaf, encoding, p, p + size, n, &memory, 0};
  uint32_t width = converted_bytes(&leaf);
  void *out = calloc(bits_words(n) * 8 + (size_t)n * width + 16, 1);
  if (width)
    values_fixed(&v, out, &err);
  else if (as == PQ_AS_BOOL)
    values_bits(&v, out, 0, &err);
  else
    fuzz_texts(&v, &memory);
  free(out);
  arena_free(&memory);
  if (m.used) abort();
}

static inline void fuzz_every_type(page_encoding encoding, const uint8_t *data, size_t size) {
  static const struct {
    uint8_t as, physical, fixed;
  } types[] = {
      {PQ_AS_BOOL, PQ_BOOLEAN, 0},        {PQ_AS_INT32, PQ_INT32, 0},    {PQ_AS_MILLIS32, PQ_INT32, 0},
      {PQ_AS_INT64, PQ_INT64, 0},         {PQ_AS_MILLIS64, PQ_INT64, 0}, {PQ_AS_UINT64, PQ_INT64, 0},
      {PQ_AS_INT96, PQ_INT96, 0},         {PQ_AS_FLOAT, PQ_FLOAT, 0},    {PQ_AS_DOUBLE, PQ_DOUBLE, 0},
      {PQ_AS_FLOAT16, PQ_FIXED, 2},       {PQ_AS_DECIMAL, PQ_FIXED, 5},  {PQ_AS_DECIMAL, PQ_BYTE_ARRAY, 0},
      {PQ_AS_DECIMAL, PQ_INT32, 0},       {PQ_AS_UUID, PQ_FIXED, 16},    {PQ_AS_INTERVAL, PQ_FIXED, 12},
      {PQ_AS_WIDE_DECIMAL, PQ_FIXED, 20}, {PQ_AS_BYTES, PQ_FIXED, 3},    {PQ_AS_BYTES, PQ_BYTE_ARRAY, 0}};
  if (size < 3) return;
  uint8_t which = data[0] % (sizeof types / sizeof types[0]);
  uint32_t n = (uint32_t)(data[1] | data[2] << 8);
  uint8_t *exact = malloc(size - 3 + 1); /* so that a read beyond the end is seen */
  for (size_t i = 3; i < size; i++) exact[i - 3] = data[i];
  fuzz_values(encoding, types[which].as, types[which].physical, types[which].fixed, exact, size - 3, n);
  free(exact);
}

#endif
