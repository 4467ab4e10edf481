/* Any bytes as dictionary codes and as levels: the RLE / bit-packing hybrid, and the deprecated BIT_PACKED. */
#include <stdlib.h>
#include <string.h>

#include "format/parquet/levels.h"
#include "format/parquet/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COUNT_MAX = 5000 };
static uint32_t codes[COUNT_MAX], tail[COUNT_MAX];
static uint64_t words[COUNT_MAX], gathered[COUNT_MAX];
static uint8_t levels[COUNT_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 4) return 0;
  uint32_t n = (uint32_t)(data[0] | data[1] << 8) % COUNT_MAX, n_words = 1 + data[2] * 19u;
  uint8_t *p = malloc(size - 3);
  memcpy(p, data + 3, size - 3);
  const uint8_t *end = p + size - 3;
  dictionary d = {.n = n_words, .fixed = words};
  page_values v = {.p = p, .end = end, .n = n};
  bool fine = codes_narrow(n_words, 4, &v, codes);
  if (fine != codes_gather(&d, 8, &v, gathered)) abort();
  for (uint32_t i = 0; fine && i < n; i++)
    if (codes[i] >= n_words) abort();
  if (fine && n > 0) { /* what is passed over changes nothing behind it */
    page_values later = {.p = p, .end = end, .n = n - n / 3, .skip = n / 3};
    if (!codes_narrow(n_words, 4, &later, tail)) abort();
    if (memcmp(tail, codes + n / 3, (n - n / 3) * sizeof *tail) != 0) abort();
  }
  for (int msb = 0; msb < 2; msb++) {
    level_bytes l = {p, end, (uint8_t)(data[2] % 70), msb};
    if (levels_read(&l, levels, n))
      for (uint32_t i = 0; i < n; i++)
        if (levels[i] > l.max) abort();
    uint64_t bits[COUNT_MAX / 64 + 2] = {0};
    l.max = 1;
    levels_read_bits(&l, bits, 7, n);
  }
  free(p);
  return 0;
}
