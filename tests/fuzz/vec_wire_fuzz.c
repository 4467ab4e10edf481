/* Any bytes as a column that another engine sent: refused, or every reader stays within it, and it comes back from its own bytes. */
#include <stdlib.h>
#include <string.h>

#include "column/vec_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

/* Every byte of a text, so that a sanitizer sees one that is not there. */
static uint32_t weigh(sonde_str s) {
  uint32_t sum = 0;
  for (size_t i = 0; i < s.len; i++) sum += (uint8_t)s.ptr[i];
  return sum;
}

static uint32_t weigh_row(const vec *v, uint32_t row) {
  switch (v->form) {
  case VEC_BITS:
  case VEC_PACKED: return (uint32_t)vec_i64(v, row);
  case VEC_SCALED:
  case VEC_F64: return vec_f64(v, row) > 0;
  case VEC_I128: return ((const uint8_t *)v->data)[(size_t)row * 16 + 15];
  case VEC_DICT: return vec_code(v, row);
  case VEC_TEXT: return weigh(vec_str(v, row));
  default: return 0;
  }
}

static uint32_t weigh_vec(const vec *v) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < v->rows && i < 4096; i++) sum += vec_valid(v, i) ? weigh_row(v, i) : 1;
  for (uint32_t i = 0; v->form == VEC_DICT && i < v->n_values; i++) sum += weigh(vec_value(v, i));
  for (uint32_t i = 0; i < v->n_children; i++) sum += weigh_vec(&v->children[i]);
  return sum;
}

static void check_again(const vec *v, mem *m, arena *memory) {
  sonde_error err = {0};
  vec again;
  buf bytes, bytes_again;
  buf_init(&bytes, m, 64 << 20);
  buf_init(&bytes_again, m, 64 << 20);
  vec_put(&bytes, v);
  rd in = {.data = bytes.data, .len = bytes.len};
  require(bytes.failed || vec_get(&in, memory, &again, &err) == SONDE_OK);
  if (!bytes.failed) {
    require(in.pos == in.len && weigh_vec(&again) == weigh_vec(v));
    vec_put(&bytes_again, &again);
    require(bytes.len == bytes_again.len && memcmp(bytes.data, bytes_again.data, bytes.len) == 0);
  }
  buf_free(&bytes);
  buf_free(&bytes_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mem m;
  arena memory;
  sonde_error err = {0};
  vec v;
  rd in = {.data = data, .len = size};
  mem_init(&m, 256 << 20, NULL, NULL);
  arena_init(&memory, &m);
  sonde_code code = vec_get(&in, &memory, &v, &err);
  require(code == SONDE_OK || (err.code == code && err.message[0]));
  if (code == SONDE_OK) check_again(&v, &m, &memory);
  arena_free(&memory);
  require(m.used == 0);
  return 0;
}
