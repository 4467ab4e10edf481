/* Any bytes as a page header, its body, and the levels in it. */
#include <stdlib.h>

#include "format/parquet/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LEVELS_MAX = 1 << 16 };

static void open_page(const uint8_t *data, size_t size, uint8_t max_def, uint8_t max_rep, arena *memory) {
  page_head h;
  page_body b;
  bool at_end;
  sonde_error err = {0};
  pq_node leaf = {.max_def = max_def, .max_rep = max_rep, .physical = PQ_INT32};
  unpacker u = {.codecs = {.memory = memory}};
  size_t used = page_head_read(data, data + size, &h, &at_end);
  if (used == 0 || h.packed > size - used) return;
  h.body = data + used;
  h.wanted = h.values;
  h.here = h.packed;
  if (data[0] & 128 && h.values > 1) h.wanted = 1 + data[0] % h.values;
  sonde_code code = body_open(&u, data[0] % 7, &h, &leaf, false, &b, &err);
  if (code == SONDE_CORRUPT && b.cut) code = body_open(&u, data[0] % 7, &h, &leaf, true, &b, &err);
  if (code) return;
  if (h.type != PAGE_DATA && h.type != PAGE_DATA_V2) return; /* others have no levels */
  uint32_t n = h.values < LEVELS_MAX ? h.values : LEVELS_MAX;
  uint8_t *levels = malloc(n + 1);
  if (max_rep) levels_read(&b.reps, levels, n);
  if (max_def) levels_read(&b.defs, levels, n);
  free(levels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mem m;
  arena memory;
  mem_init(&m, 64 << 20, NULL, NULL);
  arena_init(&memory, &m);
  if (size > 2) {
    open_page(data + 1, size - 1, 0, 0, &memory);
    open_page(data + 1, size - 1, 1 + data[0] % 4, data[0] >> 4 & 3, &memory);
  }
  arena_free(&memory);
  if (m.used) abort();
  return 0;
}
