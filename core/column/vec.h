/* A vec: one column of one block of rows, in compact form. Immutable once published; its buffers lie in the arena of
 * the chunk that holds it. Readers decode ranges into plain arrays (vec_i64s, vec_f64s) or look at single values. */
#ifndef COLUMN_VEC_H
#define COLUMN_VEC_H
#include <stdbool.h>

#include "base/arena.h"
#include "column/type.h"

typedef enum {
  VEC_NULL,   /* every row is null; no buffers */
  VEC_BITS,   /* bool: one bit a row in `data` (u64 words, least significant bit first) */
  VEC_PACKED, /* int64, date, time, timestamps: base + unsigned integers of `width` bytes (0, 1, 2, 4, 8) */
  VEC_SCALED, /* double: (base + unsigned integers of `width` bytes) / 10^scale, |value| < 2^53, scale <= 22: the
                 division rounds once, so it is the double that the text means (Clinger 1990) */
  VEC_F64,    /* double, float: as it is */
  VEC_I128, /* decimal (at `type.scale`), uuid, interval: little-endian two's complement, 16 bytes */
  VEC_DICT, /* text, blob: codes of `width` bytes (1, 2, 4) into `n_values` distinct strings (some may have no row) */
  VEC_TEXT, /* text, blob: `offsets` has rows + 1 entries; so also nested values that a page brought as JSON */
  VEC_LIST,  /* list: row r is rows [offsets[r], offsets[r + 1]) of children[0] */
  VEC_MAP,   /* map: the same, keys in children[0], values in children[1] */
  VEC_STRUCT /* struct: children of as many rows, called `names` */
} vec_form;

typedef struct vec vec;
struct vec {
  column_type type;
  uint8_t form, width, scale;
  uint32_t rows, nulls;
  int64_t base;
  const uint64_t *validity; /* bit set = value present; NULL when no row is null */
  const void *data;
  uint32_t n_values; /* VEC_DICT */
  const uint32_t
      *offsets; /* VEC_DICT: n_values + 1; VEC_TEXT, VEC_LIST, VEC_MAP: rows + 1, need not begin at 0 */
  const char *bytes;
  uint32_t n_children;
  const vec *children;
  const sonde_str *names; /* VEC_STRUCT: n_children */
};

static inline bool vec_valid(const vec *v, uint32_t row) {
  if (v->form == VEC_NULL) return false;
  return !v->validity || (v->validity[row >> 6] >> (row & 63) & 1) != 0;
}

/* Decode rows [first, first + n). Null rows hold anything. */
void vec_i64s(const vec *, uint32_t first, uint32_t n, int64_t *out); /* BITS (0/1), PACKED */
void vec_f64s(const vec *, uint32_t first, uint32_t n,
              double *out); /* PACKED (as double), SCALED, F64, I128 */
int64_t vec_i64(const vec *, uint32_t row);
double vec_f64(const vec *, uint32_t row);
uint32_t vec_code(const vec *, uint32_t row);    /* VEC_DICT */
sonde_str vec_value(const vec *, uint32_t code); /* VEC_DICT */
sonde_str vec_str(const vec *, uint32_t row);    /* DICT, TEXT; not null */

/* Compact encoders: copy `rows` values into `keep`. `validity` (NULL: none null) is copied; nulls may hold anything. */
sonde_code vec_pack_i64(vec *out, column_type, const int64_t *values, const uint64_t *validity, uint32_t rows,
                        arena *keep, sonde_error *);

/* A chunk: the columns of one block of rows that were decoded. Owns its arena. Columns not read have form VEC_NULL
 * and rows 0. */
typedef struct {
  arena memory;
  uint32_t rows, columns;
  vec *vecs;
} chunk;

#endif
