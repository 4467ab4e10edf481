/* What texts of a file have to be before others may rely on it: valid UTF-8, and distinct in a dictionary. */
#ifndef PARQUET_TEXT_CHECK_H
#define PARQUET_TEXT_CHECK_H
#include <stdbool.h>

#include "format/parquet/text.h"

/* Makes texts [0, n) valid UTF-8: `offsets` has n + 1 entries; bytes and offsets are written anew when one is not. */
sonde_code texts_make_valid(texts *, uint32_t *offsets, uint32_t n, sonde_error *);
sonde_code texts_distinct(const char *bytes, const uint32_t *offsets, uint32_t n, arena *scratch,
                          bool *distinct, sonde_error *);

#endif
