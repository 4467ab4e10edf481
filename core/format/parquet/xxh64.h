/* XXH64 with seed 0 (xxhash_spec.md): the hash of Parquet's bloom filters. */
#ifndef PARQUET_XXH64_H
#define PARQUET_XXH64_H
#include <stddef.h>
#include <stdint.h>

uint64_t xxh64(const void *, size_t);

#endif
