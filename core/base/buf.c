/* See buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <string.h>

#include "base/checked.h"
#include "base/print.h"

void buf_init(buf *b, mem *m, size_t max) { *b = (buf){.mem = m, .max = max}; }

void buf_free(buf *b) {
  mem_free(b->mem, b->data, b->cap);
  buf_init(b, b->mem, b->max);
}

void buf_clear(buf *b) {
  b->len = 0;
  b->failed = SONDE_OK;
}

static bool grow(buf *b, size_t n) {
  size_t want;
  if (!checked_add(&want, b->len, n) || want > b->max) {
    b->failed = status_set(&b->error, SONDE_LIMIT, 0, "a buffer reached its limit of %llu bytes",
                           (unsigned long long)b->max);
    return false;
  }
  size_t cap = b->cap < 256 ? 256 : b->cap;
  while (cap < want) cap = cap > b->max / 2 ? b->max : cap * 2;
  void *data = mem_resize(b->mem, b->data, b->cap, cap, &b->error);
  if (!data) {
    b->failed = b->error.code;
    return false;
  }
  b->data = data;
  b->cap = cap;
  return true;
}

uint8_t *buf_extend(buf *b, size_t n) {
  if (b->failed) return NULL;
  if (n > b->cap - b->len && !grow(b, n)) return NULL;
  uint8_t *p = b->data + b->len;
  b->len += n;
  return p;
}

void buf_put(buf *b, const void *src, size_t n) {
  if (n == 0) return;
  uint8_t *p = buf_extend(b, n);
  if (p) memcpy(p, src, n);
}

void buf_u8(buf *b, uint8_t v) { buf_put(b, &v, 1); }

void buf_u32(buf *b, uint32_t v) {
  uint8_t le[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
  buf_put(b, le, 4);
}

void buf_u64(buf *b, uint64_t v) {
  buf_u32(b, (uint32_t)v);
  buf_u32(b, (uint32_t)(v >> 32));
}

void buf_str(buf *b, sonde_str s) {
  buf_u32(b, (uint32_t)s.len);
  buf_put(b, s.ptr, s.len);
}

void buf_align(buf *b, size_t alignment) {
  size_t pad = (alignment - b->len % alignment) % alignment;
  if (pad == 0) return;
  uint8_t *p = buf_extend(b, pad);
  if (p) memset(p, 0, pad);
}

void buf_printf(buf *b, const char *format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  int n = print_list(text, sizeof text, format, args);
  va_end(args);
  if (n > 0) buf_put(b, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

sonde_code buf_status(const buf *b, sonde_error *err) {
  if (b->failed && err) *err = b->error;
  return b->failed;
}

const uint8_t *rd_bytes(rd *r, size_t n) {
  if (r->bad || n > r->len - r->pos) {
    r->bad = true;
    return NULL;
  }
  const uint8_t *p = r->data + r->pos;
  r->pos += n;
  return p;
}

uint8_t rd_u8(rd *r) {
  const uint8_t *p = rd_bytes(r, 1);
  return p ? *p : 0;
}

uint32_t rd_u32(rd *r) {
  const uint8_t *p = rd_bytes(r, 4);
  return p ? (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24 : 0;
}

uint64_t rd_u64(rd *r) {
  uint64_t low = rd_u32(r);
  return low | (uint64_t)rd_u32(r) << 32;
}

sonde_str rd_str(rd *r) {
  uint32_t n = rd_u32(r);
  const uint8_t *p = rd_bytes(r, n);
  return (sonde_str){(const char *)p, p ? n : 0};
}

void rd_align(rd *r, size_t alignment) { rd_bytes(r, (alignment - r->pos % alignment) % alignment); }

uint32_t rd_count(rd *r, size_t each) {
  uint32_t n = rd_u32(r);
  if (n > (r->len - r->pos) / each) r->bad = true;
  return r->bad ? 0 : n;
}
