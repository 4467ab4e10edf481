/* DELTA_BINARY_PACKED (Encodings.md). */
#ifndef PARQUET_DELTA_H
#define PARQUET_DELTA_H
#include <stdbool.h>
#include <stdint.h>

/* The n integers that begin at *p, modulo 2^64; *p is then behind them. False: broken, or not n. */
bool delta_read(const uint8_t **p, const uint8_t *end, uint64_t *out, uint32_t n);

#endif
