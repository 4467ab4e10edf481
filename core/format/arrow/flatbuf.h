/* FlatBuffers, the little of it that Arrow's metadata is written with: tables, strings, vectors. Reading never leaves the
 * bytes, latches what went wrong and answers defaults. */
#ifndef ARROW_FLATBUF_H
#define ARROW_FLATBUF_H
#include "base/buf.h"

/* ---- writing ---- */

/* References point forwards only, so a parent is written before its children: a child is told where its parent's reference
 * to it lies. Positions count from the buffer's begin; what is written begins at a multiple of 8. */

typedef struct {
  uint16_t id;
  uint8_t size; /* 1, 2, 4, 8; a reference takes 4 */
  uint64_t value;
  size_t at; /* answered: the field's position */
} fb_field;

size_t fb_reference(buf *); /* the root's; its position */
/* Fields in the order of their ids. */
void fb_table(buf *, size_t reference, fb_field *fields, uint32_t n);
void fb_string(buf *, size_t reference, sonde_str);
/* The head of a vector; n elements aligned to `alignment` (4 or 8) follow. */
void fb_vector(buf *, size_t reference, uint32_t n, size_t alignment);
/* A vector of references, all to be set; the position of the first. */
size_t fb_references(buf *, size_t reference, uint32_t n);
void fb_zeros(buf *, size_t n);
/* Overwrites what was written as 0 because it was not known yet. */
void fb_set_u32(buf *, size_t at, uint32_t);
void fb_set_u64(buf *, size_t at, uint64_t);

/* ---- reading ---- */

typedef struct {
  const uint8_t *data;
  size_t len;
  bool bad;
} fb_bytes;

/* A table that may be absent (`of` NULL): all its fields are absent then. */
typedef struct {
  fb_bytes *of;
  size_t at, vtable;
  uint32_t slots;
} fb_view;

typedef struct {
  fb_bytes *of;
  size_t at;
  uint32_t n;
} fb_list;

fb_view fb_root(fb_bytes *);
uint64_t fb_uint(fb_view, uint32_t id, uint32_t size, uint64_t absent);
int64_t fb_int(fb_view, uint32_t id, uint32_t size, int64_t absent);
fb_view fb_child(fb_view, uint32_t id);
sonde_str fb_text(fb_view, uint32_t id); /* ptr NULL: absent */
/* A vector of n elements of `each` bytes, which all lie in the bytes. */
fb_list fb_elements(fb_view, uint32_t id, size_t each);
fb_view fb_element(fb_list, uint32_t i); /* of a vector of references to tables */
uint64_t fb_element_u64(fb_list, uint32_t i, size_t each, size_t at); /* at a place inside of a struct */

#endif
