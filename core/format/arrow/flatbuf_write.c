/* Writing FlatBuffers. See flatbuf.h. */
#include <string.h>

#include "format/arrow/flatbuf.h"

void fb_set_u32(buf *b, size_t at, uint32_t v) {
  if (!b->failed) memcpy(b->data + at, &v, 4);
}

void fb_set_u64(buf *b, size_t at, uint64_t v) {
  if (!b->failed) memcpy(b->data + at, &v, 8);
}

static void set_u16(buf *b, size_t at, size_t v) {
  uint16_t narrow = (uint16_t)v;
  if (!b->failed) memcpy(b->data + at, &narrow, 2);
}

void fb_zeros(buf *b, size_t n) {
  uint8_t *p = n ? buf_extend(b, n) : NULL;
  if (p) memset(p, 0, n);
}

static void point_here(buf *b, size_t reference) { fb_set_u32(b, reference, (uint32_t)(b->len - reference)); }

size_t fb_reference(buf *b) {
  size_t at = b->len;
  buf_u32(b, 0);
  return at;
}

void fb_table(buf *b, size_t reference, fb_field *fields, uint32_t n) {
  buf_align(b, 2);
  size_t vtable = b->len, slots = n ? fields[n - 1].id + 1u : 0;
  fb_zeros(b, 4 + slots * 2);
  buf_align(b, 4);
  point_here(b, reference);
  size_t table = b->len;
  buf_u32(b, (uint32_t)(table - vtable));
  for (uint32_t i = 0; i < n; i++) {
    buf_align(b, fields[i].size);
    fields[i].at = b->len;
    buf_put(b, &fields[i].value, fields[i].size); /* little endian, as every host of ours */
    set_u16(b, vtable + 4 + fields[i].id * 2u, fields[i].at - table);
  }
  set_u16(b, vtable, 4 + slots * 2);
  set_u16(b, vtable + 2, b->len - table);
}

void fb_string(buf *b, size_t reference, sonde_str s) {
  buf_align(b, 4);
  point_here(b, reference);
  buf_str(b, s);
  buf_u8(b, 0);
}

void fb_vector(buf *b, size_t reference, uint32_t n, size_t alignment) {
  buf_align(b, 4);
  if ((b->len + 4) % alignment) buf_u32(b, 0);
  point_here(b, reference);
  buf_u32(b, n);
}

size_t fb_references(buf *b, size_t reference, uint32_t n) {
  fb_vector(b, reference, n, 4);
  size_t first = b->len;
  fb_zeros(b, (size_t)n * 4);
  return first;
}
