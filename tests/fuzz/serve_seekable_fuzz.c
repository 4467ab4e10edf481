/* Any bytes as a file in zstd's seekable format: a frame that is found lies before the table. */
#include "seekable.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t table;
  uint64_t offset;
  seekable_entry entry;
  if (size < SEEKABLE_FOOTER || !seekable_footer_read(data + size - SEEKABLE_FOOTER, size, &table)) return 0;
  for (uint32_t n = 0; n < 64; n++) {
    if (!seekable_locate(data + size - table, table, size, n, &offset, &entry)) continue;
    if (offset + entry.compressed > size - table) abort();
  }
  return 0;
}
