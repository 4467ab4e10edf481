/* For kernels that make texts: what they write grows in one buffer and is copied out at its true length. */
#ifndef QUERY_TEXT_OUT_H
#define QUERY_TEXT_OUT_H
#include "exec/query/expression/eval.h"

static inline sonde_str text_at(const kernel_call *c, uint32_t arg, uint32_t row) {
  return COL_AT(&c->args[arg], sonde_str, row);
}
static inline int64_t whole_at(const kernel_call *c, uint32_t arg, uint32_t row) {
  return COL_AT(&c->args[arg], int64_t, row);
}
static inline char lower_ascii(char ch) { return (char)(ch >= 'A' && ch <= 'Z' ? ch + 32 : ch); }

/* Room for n bytes; NULL: c->err. */
static inline char *text_room(const kernel_call *c, size_t n) { return arena_alloc(c->a, n, c->err); }

/* Copies what a buffer holds and empties it. */
static inline sonde_code text_take(const kernel_call *c, buf *b, sonde_str *out) {
  SONDE_TRY(buf_status(b, c->err));
  *out = (sonde_str){arena_copy(c->a, b->data, b->len, c->err), b->len};
  buf_clear(b);
  return out->ptr ? SONDE_OK : c->err->code;
}

/* Bytes of the first n code points; *n becomes what is missing. */
static inline size_t skip_points(sonde_str s, int64_t *n) {
  size_t at = 0;
  while (*n > 0 && at < s.len) {
    at++;
    while (at < s.len && ((unsigned char)s.ptr[at] & 0xC0) == 0x80) at++;
    --*n;
  }
  return at;
}

static inline int64_t count_points(sonde_str s) {
  int64_t n = 0;
  for (size_t i = 0; i < s.len; i++) n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
  return n;
}

/* A row function over a strict call's rows: writes one text. */
typedef sonde_code (*text_row)(const kernel_call *, uint32_t row, buf *);
sonde_code each_text(const kernel_call *, text_row, col *out);
/* The same for the rows of a column that are not null yet. */
sonde_code put_texts(const kernel_call *, text_row, col *out);

/* Where `needle` begins in `s` from `from` on; SIZE_MAX: nowhere. */
size_t text_find(sonde_str s, sonde_str needle, size_t from);

#endif
