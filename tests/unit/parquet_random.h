/* Random columns for writers: any shape to a depth, in every form that a vec of its type can have. Everything lies in an arena. */
#ifndef PARQUET_RANDOM_H
#define PARQUET_RANDOM_H
#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/number.h"
#include "column/shape.h"
#include "column/vec.h"
#include "random.h"

typedef struct {
  random_state random;
  arena *memory;
} maker;

static inline void *make_room(maker *m, size_t count, size_t size) {
  sonde_error err;
  return arena_zero(m->memory, count * size, &err);
}

static inline shape shape_of(const char *name, type_id id, uint8_t scale, uint32_t n, const shape *children) {
  return (shape){{name, strlen(name)}, {(uint8_t)id, scale}, n, children, {0}};
}

/* Of some 8 values few, of the others many: with chance 1/4 nulls, with chance 1/8 nothing but nulls. */
static inline void make_nulls(maker *m, vec *v) {
  uint32_t kind = random_below(&m->random, 8);
  if (kind > 2) return;
  uint64_t *bits = make_room(m, v->rows / 64 + 1, 8);
  v->nulls = 0;
  for (uint32_t i = 0; i < v->rows; i++) {
    bool valid = kind > 0 && random_below(&m->random, 4) > 0;
    bits[i >> 6] |= (uint64_t)valid << (i & 63);
    v->nulls += !valid;
  }
  v->validity = v->nulls ? bits : NULL;
}

static inline int64_t make_i64(maker *m, uint32_t kind, uint32_t row) {
  uint64_t any = random_next(&m->random);
  switch (kind) {
  case 0: return row;
  case 1: return (int64_t)(any % 5) - 2;
  case 2: return (int64_t)(1700000000000000u + row * 1000000u + any % 1000);
  case 3: return any & 1 ? INT64_MAX : INT64_MIN;
  default: return (int64_t)any;
  }
}

static inline void make_packed(maker *m, vec *v) {
  sonde_error err;
  int64_t *values = make_room(m, v->rows, 8);
  uint32_t kind = random_below(&m->random, 5);
  for (uint32_t i = 0; i < v->rows; i++) {
    values[i] = make_i64(m, kind, i);
    if (v->type.id == TYPE_DATE) values[i] = (int32_t)values[i];
    if (v->type.id == TYPE_TIME) values[i] = (int64_t)((uint64_t)values[i] % 86400000000u);
  }
  vec_pack_i64(v, v->type, values, v->validity, v->rows, m->memory, &err);
}

static inline double make_double(maker *m, uint32_t kind) {
  static const double odd[] = {0.0, -0.0, NAN, INFINITY, -INFINITY, 1.5, -2.25, 5e-324};
  uint64_t any = random_next(&m->random);
  if (kind == 0) return odd[any % 8];
  if (kind == 1) return (double)(int64_t)(any % 1000) / 8;
  return (double)(int64_t)any * 1e-7;
}

static inline void make_doubles(maker *m, vec *v) {
  uint32_t kind = random_below(&m->random, 4);
  if (kind == 3 && v->type.id == TYPE_DOUBLE) { /* two digits after the point */
    uint32_t *units = make_room(m, v->rows, 4);
    for (uint32_t i = 0; i < v->rows; i++) units[i] = random_below(&m->random, 100000);
    v->form = VEC_SCALED;
    v->width = 4;
    v->scale = 2;
    v->base = -5000;
    v->data = units;
    return;
  }
  double *values = make_room(m, v->rows, 8);
  for (uint32_t i = 0; i < v->rows; i++) {
    values[i] = make_double(m, kind);
    if (v->type.id == TYPE_FLOAT) values[i] = (double)(float)values[i];
  }
  v->form = VEC_F64;
  v->data = values;
}

/* Decimals below 10^37; intervals of whole milliseconds below 49 days. */
static inline void make_wide(maker *m, vec *v) {
  int128 *values = make_room(m, v->rows, 16);
  bool few = random_below(&m->random, 2);
  for (uint32_t i = 0; i < v->rows; i++) {
    uint64_t any = few ? random_below(&m->random, 9) : random_next(&m->random);
    values[i] = (int128){any * 1000003, (int64_t)any >> 8};
    if (v->type.id == TYPE_INTERVAL) values[i].low = any % 4000000000u * 1000;
    if (v->type.id == TYPE_UUID) values[i].high = (int64_t)random_next(&m->random);
  }
  v->form = VEC_I128;
  v->data = values;
}

/* Words of 0 to 90 bytes, of some alphabets; blobs have any bytes. */
static inline size_t make_word(maker *m, type_id id, char *out) {
  static const char *const letters[] = {
      "a", "b", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"};
  size_t n = 0, length = random_below(&m->random, 8) ? random_below(&m->random, 12) : 20;
  uint32_t alphabet = 1 + random_below(&m->random, 6);
  for (size_t i = 0; i < length; i++) {
    if (id == TYPE_BLOB) {
      out[n++] = random_below(&m->random, 3) ? (char)0xFF : (char)random_next(&m->random);
      continue;
    }
    const char *letter = letters[random_below(&m->random, alphabet)];
    memcpy(out + n, letter, strlen(letter));
    n += strlen(letter);
  }
  return n;
}

static inline void make_words(maker *m, vec *v, uint32_t n) {
  uint32_t *offsets = make_room(m, (size_t)n + 1, 4);
  char *bytes = make_room(m, (size_t)n * 90 + 1, 1);
  for (uint32_t i = 0; i < n; i++) {
    char *word = bytes + offsets[i];
    size_t length = make_word(m, (type_id)v->type.id, word);
    if (v->form == VEC_DICT) { /* distinct: its number in front */
      char text[100];
      memcpy(text, word, length);
      int digits = snprintf(word, 12, "%u/", i);
      memcpy(word + digits, text, length);
      length += (size_t)digits;
    }
    offsets[i + 1] = offsets[i] + (uint32_t)length;
  }
  v->offsets = offsets;
  v->bytes = bytes;
}

static inline void make_texts(maker *m, vec *v) {
  v->form = random_below(&m->random, 2) ? VEC_DICT : VEC_TEXT;
  if (v->form == VEC_TEXT) {
    make_words(m, v, v->rows);
    return;
  }
  v->n_values = 1 + random_below(&m->random, 300);
  make_words(m, v, v->n_values);
  v->width = v->n_values <= 256 ? 1 : 2;
  uint8_t *narrow = make_room(m, v->rows, 1);
  uint16_t *wide = make_room(m, v->rows, 2);
  for (uint32_t i = 0; i < v->rows; i++)
    narrow[i] = (uint8_t)(wide[i] = (uint16_t)random_below(&m->random, v->n_values));
  v->data = v->width == 1 ? (const void *)narrow : wide;
}

static inline vec make_vec(maker *m, const shape *s, uint32_t rows, bool key);

/* Children of a list begin anywhere in theirs: offsets need not begin at 0, and items of nulls are passed over. */
static inline void make_items(maker *m, const shape *s, vec *v) {
  uint32_t *offsets = make_room(m, (size_t)v->rows + 1, 4);
  vec *children = make_room(m, s->n_children, sizeof *children);
  offsets[0] = random_below(&m->random, 3);
  for (uint32_t i = 0; i < v->rows; i++) offsets[i + 1] = offsets[i] + random_below(&m->random, 4);
  for (uint32_t k = 0; k < s->n_children; k++)
    children[k] = make_vec(m, &s->children[k], offsets[v->rows], s->type.id == TYPE_MAP && k == 0);
  v->form = s->type.id == TYPE_MAP ? VEC_MAP : VEC_LIST;
  v->offsets = offsets;
  v->children = children;
  v->n_children = s->n_children;
}

static inline void make_struct(maker *m, const shape *s, vec *v) {
  vec *children = make_room(m, s->n_children, sizeof *children);
  sonde_str *names = make_room(m, s->n_children, sizeof *names);
  for (uint32_t k = 0; k < s->n_children; k++) {
    children[k] = make_vec(m, &s->children[k], v->rows, false);
    names[k] = s->children[k].name;
  }
  v->form = VEC_STRUCT;
  v->children = children;
  v->names = names;
  v->n_children = s->n_children;
}

static inline void make_bits(maker *m, vec *v) {
  uint64_t *bits = make_room(m, v->rows / 64 + 1, 8);
  for (uint32_t i = 0; i <= v->rows / 64; i++) bits[i] = random_next(&m->random);
  v->form = VEC_BITS;
  v->data = bits;
}

static inline vec make_vec(maker *m, const shape *s, uint32_t rows, bool key) {
  vec v = {.type = s->type, .rows = rows};
  if (!key) make_nulls(m, &v);
  if (v.nulls == rows || s->type.id == TYPE_NONE)
    return (vec){.type = s->type, .form = VEC_NULL, .rows = rows, .nulls = rows};
  switch (s->type.id) {
  case TYPE_BOOL: make_bits(m, &v); break;
  case TYPE_DOUBLE:
  case TYPE_FLOAT: make_doubles(m, &v); break;
  case TYPE_DECIMAL:
  case TYPE_UUID:
  case TYPE_INTERVAL: make_wide(m, &v); break;
  case TYPE_TEXT:
  case TYPE_BLOB: make_texts(m, &v); break;
  case TYPE_STRUCT: make_struct(m, s, &v); break;
  case TYPE_LIST:
  case TYPE_MAP: make_items(m, s, &v); break;
  default: make_packed(m, &v); break;
  }
  return v;
}

/* Any type; nested ones no deeper than `depth`. */
static inline shape make_shape(maker *m, uint32_t depth) {
  static const type_id ids[] = {TYPE_BOOL,   TYPE_INT64,     TYPE_DOUBLE,      TYPE_DECIMAL, TYPE_DATE,
                                TYPE_TIME,   TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_TEXT,    TYPE_FLOAT,
                                TYPE_BLOB,   TYPE_UUID,      TYPE_INTERVAL,    TYPE_NONE,    TYPE_LIST,
                                TYPE_STRUCT, TYPE_MAP,       TYPE_LIST,        TYPE_STRUCT,  TYPE_MAP};
  type_id id = ids[random_below(&m->random, depth ? 20 : 14)];
  uint32_t n = id == TYPE_LIST     ? 1
               : id == TYPE_MAP    ? 2
               : id == TYPE_STRUCT ? 1 + random_below(&m->random, 3)
                                   : 0;
  bool times = id == TYPE_TIME || id == TYPE_TIMESTAMP || id == TYPE_TIMESTAMPTZ;
  uint8_t scale = id == TYPE_DECIMAL                     ? (uint8_t)random_below(&m->random, 20)
                  : times && random_below(&m->random, 2) ? SCALE_NANOS
                                                         : 0;
  static const char *const names[] = {"a", "b", "c"};
  shape *children = make_room(m, n, sizeof *children);
  for (uint32_t i = 0; i < n; i++) {
    children[i] = make_shape(m, id == TYPE_MAP && i == 0 ? 0 : depth - 1);
    if (id == TYPE_MAP && i == 0 && children[i].type.id == TYPE_NONE) children[i].type.id = TYPE_TEXT;
    children[i].name = (sonde_str){names[i], 1};
  }
  return shape_of("x", id, scale, n, children);
}

#endif
