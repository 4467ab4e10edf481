/* Any bytes as the values of a page in encoding RLE, as every type. */
#include "fuzz/parquet_values_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_every_type(ENCODING_RLE, data, size);
  return 0;
}
