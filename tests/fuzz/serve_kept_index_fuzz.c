/* Any bytes as the end of a file that keeps an index: what it says of its parts makes up the file. */
#include "kept_index.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  index_trailer t;
  if (size < INDEX_TRAILER || !index_trailer_read(data + size - INDEX_TRAILER, size, &t)) return 0;
  if (t.index > size || t.info > size || t.index + t.info + INDEX_TRAILER != size) abort();
  return 0;
}
