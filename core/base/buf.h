/* A growing byte buffer made with its maximum. Owned by whoever holds the struct; freed with buf_free.
 * Writers latch the first failure in `failed`, so a sequence of puts is checked once at its end with buf_status. */
#ifndef BASE_BUF_H
#define BASE_BUF_H
#include <stdbool.h>

#include "base/mem.h"

typedef struct buf {
  mem *mem;
  uint8_t *data;
  size_t len, cap, max;
  sonde_code failed;
  sonde_error error;
} buf;

void buf_init(buf *, mem *, size_t max);
void buf_free(buf *);
void buf_clear(buf *); /* keeps the memory and forgets a failure */
/* Room for n more bytes at the end, counted in; NULL after a failure. Valid until the next put. */
uint8_t *buf_extend(buf *, size_t n);
void buf_put(buf *, const void *src, size_t n);
void buf_u8(buf *, uint8_t);
void buf_u32(buf *, uint32_t); /* little endian */
void buf_u64(buf *, uint64_t);
void buf_str(buf *, sonde_str);          /* u32 length, bytes */
void buf_align(buf *, size_t alignment); /* zero bytes up to a multiple (power of two) */
void buf_printf(buf *, const char *format, ...) SONDE_PRINTF(2, 3);
sonde_code buf_status(const buf *, sonde_error *);

/* Reading back: never past the end; latches `bad` and answers zeros. */
typedef struct {
  const uint8_t *data;
  size_t len, pos;
  bool bad;
} rd;
const uint8_t *rd_bytes(rd *, size_t n); /* NULL when bad */
uint8_t rd_u8(rd *);
uint32_t rd_u32(rd *);
uint64_t rd_u64(rd *);
sonde_str rd_str(rd *); /* borrowed from the data */
void rd_align(rd *, size_t alignment);
/* A count of elements that take at least `each` bytes (>= 1) each: checked against what is left before anything is reserved. */
uint32_t rd_count(rd *, size_t each);

#endif
