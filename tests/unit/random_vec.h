/* random_vec.h — vecs of every type and form with random values, and shapes for them. What no reader may look at (values of null
 * rows, bits behind the last row, texts no code names) is garbage. Running out of memory ends the program. */
#ifndef SONDE_TESTS_RANDOM_VEC_H
#define SONDE_TESTS_RANDOM_VEC_H
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "column/shape.h"
#include "column/vec.h"
#include "random.h"

#define RANDOM_DAY_FIRST (-719162) /* 0001-01-01 */
#define RANDOM_DAYS 3652059u       /* to 9999-12-31 */

static inline void *random_room(arena *a, size_t n) {
  void *p = arena_zero(a, n ? n : 1, NULL);
  if (!p) abort();
  return p;
}

/* ---- one column of every type, then nested ones ---- */

static const shape random_leaves[] = {
    {{"truth", 5}, {TYPE_BOOL, 0}, 0, NULL, {0}},
    {{"whole", 5}, {TYPE_INT64, 0}, 0, NULL, {0}},
    {{"double", 6}, {TYPE_DOUBLE, 0}, 0, NULL, {0}},
    {{"float", 5}, {TYPE_FLOAT, 0}, 0, NULL, {0}},
    {{"decimal", 7}, {TYPE_DECIMAL, 3}, 0, NULL, {0}},
    {{"date", 4}, {TYPE_DATE, 0}, 0, NULL, {0}},
    {{"time", 4}, {TYPE_TIME, 0}, 0, NULL, {0}},
    {{"time_ns", 7}, {TYPE_TIME, SCALE_NANOS}, 0, NULL, {0}},
    {{"stamp", 5}, {TYPE_TIMESTAMP, 0}, 0, NULL, {0}},
    {{"stamp_ns", 8}, {TYPE_TIMESTAMP, SCALE_NANOS}, 0, NULL, {0}},
    {{"zoned", 5}, {TYPE_TIMESTAMPTZ, 0}, 0, NULL, {0}},
    {{"zoned_ns", 8}, {TYPE_TIMESTAMPTZ, SCALE_NANOS}, 0, NULL, {0}},
    {{"text \"ü\", \n", 12}, {TYPE_TEXT, 0}, 0, NULL, {0}},
    {{"blob", 4}, {TYPE_BLOB, 0}, 0, NULL, {0}},
    {{"uuid", 4}, {TYPE_UUID, 0}, 0, NULL, {0}},
    {{"interval", 8}, {TYPE_INTERVAL, 0}, 0, NULL, {0}},
    {{"none", 4}, {TYPE_NONE, 0}, 0, NULL, {0}},
};
static const shape random_point[] = {{{"x", 1}, {TYPE_DOUBLE, 0}, 0, NULL, {0}},
                                     {{"label", 5}, {TYPE_TEXT, 0}, 0, NULL, {0}}};
static const shape random_pair[] = {{{"", 0}, {TYPE_TEXT, 0}, 0, NULL, {0}},
                                    {{"", 0}, {TYPE_DATE, 0}, 0, NULL, {0}}};
static const shape random_points[] = {{{"", 0}, {TYPE_STRUCT, 0}, 2, random_point, {0}}};
static const shape random_path[] = {{{"points", 6}, {TYPE_LIST, 0}, 1, random_points, {0}},
                                    {{"tags", 4}, {TYPE_MAP, 0}, 2, random_pair, {0}}};
static const shape random_nested[] = {
    {{"list", 4}, {TYPE_LIST, 0}, 1, random_leaves + 1, {0}},
    {{"map", 3}, {TYPE_MAP, 0}, 2, random_pair, {0}},
    {{"struct", 6}, {TYPE_STRUCT, 0}, 2, random_point, {0}},
    {{"deep", 4}, {TYPE_STRUCT, 0}, 2, random_path, {0}},
    {{"json", 4}, {TYPE_LIST, 0}, 0, NULL, {0}},
};
enum {
  RANDOM_LEAVES = sizeof random_leaves / sizeof *random_leaves,
  RANDOM_COLUMNS = RANDOM_LEAVES + sizeof random_nested / sizeof *random_nested
};

static inline const shape *random_shape(uint32_t i) {
  return i < RANDOM_LEAVES ? &random_leaves[i] : &random_nested[i - RANDOM_LEAVES];
}

/* ---- values ---- */

static inline double random_double(random_state *r) {
  static const double odd[] = {0,   -0.0,     1,         0.1,  5e-324, -1.7976931348623157e308,
                               NAN, INFINITY, -INFINITY, 1e21, 1e-7,   123456789012345.67};
  uint32_t kind = random_below(r, 4);
  uint64_t bits = random_next(r);
  double x;
  if (kind == 0) return odd[random_below(r, sizeof odd / sizeof *odd)];
  if (kind < 3) return (double)(int64_t)(bits >> 40) / 64;
  memcpy(&x, &bits, 8);
  return isfinite(x) ? x : 7;
}

static inline int64_t random_i64(random_state *r, column_type t) {
  bool nanos = t.scale == SCALE_NANOS;
  int64_t day = (int64_t)random_below(r, RANDOM_DAYS) + RANDOM_DAY_FIRST;
  int64_t micros = (int64_t)(random_next(r) % 86400000000u);
  if (random_below(r, 2)) micros -= micros % 1000000;
  switch (t.id) {
  case TYPE_DATE: return day;
  case TYPE_TIME: return nanos ? micros * 1000 + random_below(r, 1000) : micros;
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ: return nanos ? (int64_t)random_next(r) / 2 : day * 86400000000 + micros;
  default: {
    uint64_t x = random_next(r);
    return (int64_t)(x >> random_below(r, 64)) * (x & 1 ? 1 : -1);
  }
  }
}

static inline int128 random_i128(random_state *r, column_type t) {
  uint64_t low = random_next(r), high = random_next(r);
  if (t.id == TYPE_INTERVAL) return (int128){low % 9000000000000000u, (int64_t)(high & 0x7FFFFFFF7FFFFFFF)};
  if (t.id == TYPE_UUID) return (int128){low, (int64_t)high};
  high >>= 3 + random_below(r, 61); /* below 10^38 */
  return random_below(r, 2) ? (int128){low, (int64_t)high} : (int128){~low, (int64_t)~high};
}

/* Pieces that ask for quotes, escapes, care. */
static inline size_t random_text(random_state *r, char out[64]) {
  static const char *const pieces[] = {"a",    "word", " ",    ",",   ";",  "\"",  "'",    "\n",
                                       "\r",   "\t",   "=1+2", "007", "-5", "ü",   "世界", "😀",
                                       "null", "\\N",  "@",    "#",   "0",  "1.5", "true", "-"};
  size_t n = 0;
  for (uint32_t k = random_below(r, 5); k > 0; k--) {
    const char *piece = pieces[random_below(r, sizeof pieces / sizeof *pieces)];
    memcpy(out + n, piece, strlen(piece));
    n += strlen(piece);
  }
  return n;
}

static inline size_t random_blob(random_state *r, char out[64]) {
  size_t n = random_below(r, 20);
  for (size_t i = 0; i < n; i++) out[i] = (char)random_next(r);
  return n;
}

static inline size_t random_json(random_state *r, char out[64]) {
  return (size_t)sprintf(out, "[%u,\"%u\",null]", random_below(r, 100), random_below(r, 100));
}

/* ---- vecs ---- */

static inline void random_nulls(random_state *r, vec *v, arena *a) {
  if (v->rows == 0 || random_below(r, 3) == 0) return;
  uint64_t *bits = random_room(a, ((size_t)v->rows + 63) / 64 * 8);
  for (uint32_t i = 0; i < (v->rows + 63) / 64; i++) bits[i] = random_next(r) | random_next(r);
  v->validity = bits;
  for (uint32_t i = 0; i < v->rows; i++) v->nulls += !vec_valid(v, i);
}

static inline void random_bits(random_state *r, vec *v, arena *a) {
  uint64_t *bits = random_room(a, ((size_t)v->rows + 63) / 64 * 8);
  for (uint32_t i = 0; i < (v->rows + 63) / 64; i++) bits[i] = random_next(r);
  v->form = VEC_BITS;
  v->data = bits;
}

/* Integers of few or of many bytes; null rows hold garbage. */
static inline void random_packed(random_state *r, vec *v, arena *a) {
  int64_t *values = random_room(a, (size_t)v->rows * 8);
  bool narrow = random_below(r, 2), same = random_below(r, 8) == 0;
  int64_t near = random_i64(r, v->type);
  for (uint32_t i = 0; i < v->rows; i++) {
    values[i] = same                                 ? near
                : narrow && v->type.id == TYPE_INT64 ? random_below(r, 70000)
                                                     : random_i64(r, v->type);
    if (!vec_valid(v, i)) values[i] = (int64_t)random_next(r);
  }
  if (vec_pack_i64(v, v->type, values, v->validity, v->rows, a, NULL)) abort();
}

static inline void random_f64(random_state *r, vec *v, arena *a) {
  double *values = random_room(a, (size_t)v->rows * 8);
  for (uint32_t i = 0; i < v->rows; i++)
    values[i] = v->type.id == TYPE_FLOAT ? (double)(float)random_double(r) : random_double(r);
  v->form = VEC_F64;
  v->data = values;
}

static inline void random_scaled(random_state *r, vec *v, arena *a) {
  uint32_t *values = random_room(a, (size_t)v->rows * 4);
  for (uint32_t i = 0; i < v->rows; i++) values[i] = (uint32_t)random_next(r) >> random_below(r, 32);
  *v = (vec){.type = v->type,
             .form = VEC_SCALED,
             .width = 4,
             .scale = (uint8_t)random_below(r, 13),
             .rows = v->rows,
             .nulls = v->nulls,
             .validity = v->validity,
             .data = values,
             .base = -1000000};
}

static inline void random_wide(random_state *r, vec *v, arena *a) {
  int128 *values = random_room(a, (size_t)v->rows * 16);
  for (uint32_t i = 0; i < v->rows; i++) values[i] = random_i128(r, v->type);
  v->form = VEC_I128;
  v->data = values;
}

/* n texts, the first of them somewhere behind the begin. */
static inline void random_texts(random_state *r, vec *v, uint32_t n, arena *a) {
  uint32_t *offsets = random_room(a, ((size_t)n + 1) * 4);
  char *text = random_room(a, (size_t)n * 64 + 64);
  uint32_t at = offsets[0] = random_below(r, 5);
  for (uint32_t i = 0; i < n; i++) {
    if (v->type.id == TYPE_TEXT) at += (uint32_t)random_text(r, text + at);
    if (v->type.id == TYPE_BLOB) at += (uint32_t)random_blob(r, text + at);
    if (v->type.id == TYPE_LIST) at += (uint32_t)random_json(r, text + at);
    offsets[i + 1] = at;
  }
  v->offsets = offsets;
  v->bytes = text;
}

static inline void random_codes(random_state *r, vec *v, arena *a) {
  uint16_t *codes = random_room(a, (size_t)v->rows * 2);
  v->form = VEC_DICT;
  v->width = 2;
  v->n_values = 1 + random_below(r, 20);
  v->data = codes;
  random_texts(r, v, v->n_values, a);
  for (uint32_t i = 0; i < v->rows; i++)
    codes[i] = (uint16_t)(vec_valid(v, i) ? random_below(r, v->n_values) : random_next(r));
}

static inline vec random_vec(random_state *r, const shape *s, uint32_t rows, bool nullable, arena *a);

static inline void random_list(random_state *r, vec *v, const shape *s, arena *a) {
  uint32_t *offsets = random_room(a, ((size_t)v->rows + 1) * 4);
  uint32_t at = offsets[0] = random_below(r, 3);
  for (uint32_t i = 0; i < v->rows; i++) offsets[i + 1] = at += random_below(r, 4);
  vec *children = random_room(a, sizeof *children * 2);
  for (uint32_t i = 0; i < s->n_children; i++)
    children[i] =
        random_vec(r, &s->children[i], at + random_below(r, 3), s->type.id == TYPE_LIST || i == 1, a);
  v->form = s->type.id == TYPE_MAP ? VEC_MAP : VEC_LIST;
  v->offsets = offsets;
  v->n_children = s->n_children;
  v->children = children;
}

static inline void random_struct(random_state *r, vec *v, const shape *s, arena *a) {
  vec *children = random_room(a, sizeof *children * s->n_children);
  sonde_str *names = random_room(a, sizeof *names * s->n_children);
  for (uint32_t i = 0; i < s->n_children; i++) {
    children[i] = random_vec(r, &s->children[i], v->rows, true, a);
    names[i] = s->children[i].name;
  }
  v->form = VEC_STRUCT;
  v->n_children = s->n_children;
  v->children = children;
  v->names = names;
}

static inline void random_values(random_state *r, vec *v, const shape *s, arena *a) {
  bool other = random_below(r, 2);
  switch (s->type.id) {
  case TYPE_BOOL: random_bits(r, v, a); break;
  case TYPE_DOUBLE: other ? random_f64(r, v, a) : random_scaled(r, v, a); break;
  case TYPE_FLOAT: random_f64(r, v, a); break;
  case TYPE_DECIMAL:
  case TYPE_UUID:
  case TYPE_INTERVAL: random_wide(r, v, a); break;
  case TYPE_TEXT:
  case TYPE_BLOB: other ? random_codes(r, v, a) : random_texts(r, v, v->rows, a); break;
  case TYPE_LIST: s->n_children ? random_list(r, v, s, a) : random_texts(r, v, v->rows, a); break;
  case TYPE_MAP: random_list(r, v, s, a); break;
  case TYPE_STRUCT: random_struct(r, v, s, a); break;
  default: random_packed(r, v, a); break;
  }
}

static inline vec random_vec(random_state *r, const shape *s, uint32_t rows, bool nullable, arena *a) {
  vec v = {.type = s->type, .form = VEC_NULL, .rows = rows, .nulls = rows};
  if (s->type.id == TYPE_NONE || (nullable && random_below(r, 10) == 0)) return v;
  v.nulls = 0;
  v.form = VEC_TEXT; /* until the values say which */
  if (nullable) random_nulls(r, &v, a);
  random_values(r, &v, s, a);
  return v;
}

#endif
