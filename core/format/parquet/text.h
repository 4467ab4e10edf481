/* Byte arrays of a page: PLAIN, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY (Encodings.md). */
#ifndef PARQUET_TEXT_H
#define PARQUET_TEXT_H
#include "base/arena.h"

/* Texts one behind the other. `ends[i]` is the end of text i. */
typedef struct {
  arena *memory;
  char *bytes;
  size_t len, cap;
} texts;

/* Room for n more bytes and some beyond, which copies may overwrite. */
sonde_code texts_reserve(texts *, size_t n, sonde_error *);
/* n texts out of [p, end); ends has room for n. `fixed` > 0: every text has to have so many bytes (and PLAIN has no lengths). */
sonde_code texts_plain(texts *, const uint8_t *p, const uint8_t *end, uint32_t fixed, uint32_t *ends,
                       uint32_t n, sonde_error *);
sonde_code texts_delta_length(texts *, const uint8_t *p, const uint8_t *end, uint32_t *ends, uint32_t n,
                              arena *scratch, sonde_error *);
sonde_code texts_delta(texts *, const uint8_t *p, const uint8_t *end, uint32_t fixed, uint32_t *ends,
                       uint32_t n, arena *scratch, sonde_error *);

#endif
