/* Bytes copied, filled, compared and searched, 16 at a time. Natively the C library does it as well; its counterpart in wasm goes
 * byte by byte wherever addresses are not aligned alike, so there these take its place (memcpy, memset, memcmp, memchr). */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H
#include <stddef.h>

void *bytes_copy(void *restrict to, const void *restrict from, size_t n);
void *bytes_fill(void *to, int byte, size_t n);
int bytes_compare(const void *, const void *, size_t n);
void *bytes_find(const void *, int byte, size_t n);

#endif
