/* The first two bytes are the size of a file, the rest is a Range field: parts lie in the file, far enough from each other. */
#include "range.h"
#include <stdbool.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check(const byte_ranges *r, uint64_t size) {
  require(r->count >= 1 && r->count <= RANGES_MAX);
  for (unsigned i = 0; i < r->count; i++) {
    byte_range a = r->parts[i];
    require(a.length > 0 && a.first < size && a.length <= size - a.first);
    for (unsigned k = 0; k < i; k++) {
      byte_range b = r->parts[k];
      require(a.first > b.first ? a.first > b.first + b.length : b.first > a.first + a.length);
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  uint64_t small = (uint64_t)data[0] << 8 | data[1];
  const uint64_t sizes[] = {small, small << 40, UINT64_MAX};
  sonde_str field = {(const char *)data + 2, size - 2};
  for (int i = 0; i < 3; i++) {
    byte_ranges r = range_read(field, sizes[i]);
    if (r.kind == RANGE_PARTS) check(&r, sizes[i]);
  }
  return 0;
}
