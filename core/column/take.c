/* See take.h. */
#include "column/take.h"

#include <string.h>

typedef struct {
  const shape *shape;
  const page_cell *cells;
  uint32_t n;
  arena *memory;
  sonde_error *err;
} taking;

static bool present(const page_cell *c) { return c->vec && vec_valid(c->vec, c->row); }

static sonde_code take_validity(const taking *t, vec *out) {
  size_t words = ((size_t)t->n + 63) / 64;
  uint64_t *bits = arena_zero(t->memory, words * 8, t->err);
  if (!bits) return t->err->code;
  uint32_t valid = 0;
  for (uint32_t i = 0; i < t->n; i++) {
    bool set = present(&t->cells[i]);
    bits[i >> 6] |= (uint64_t)set << (i & 63);
    valid += set;
  }
  out->nulls = t->n - valid;
  out->validity = out->nulls ? bits : NULL;
  return SONDE_OK;
}

static sonde_code take_bits(const taking *t, vec *out) {
  uint64_t *bits = arena_zero(t->memory, ((size_t)t->n + 63) / 64 * 8, t->err);
  if (!bits) return t->err->code;
  for (uint32_t i = 0; i < t->n; i++)
    if (present(&t->cells[i]) && vec_i64(t->cells[i].vec, t->cells[i].row))
      bits[i >> 6] |= (uint64_t)1 << (i & 63);
  out->form = VEC_BITS;
  out->data = bits;
  return SONDE_OK;
}

static sonde_code take_i64(const taking *t, vec *out) {
  int64_t *to = arena_zero(t->memory, (size_t)t->n * 8, t->err);
  if (!to) return t->err->code;
  for (uint32_t i = 0; i < t->n; i++)
    if (present(&t->cells[i])) to[i] = vec_i64_as(t->cells[i].vec, t->cells[i].row, t->shape->type);
  out->form = VEC_PACKED;
  out->width = 8;
  out->data = to;
  return SONDE_OK;
}

static sonde_code take_f64(const taking *t, vec *out) {
  double *to = arena_zero(t->memory, (size_t)t->n * 8, t->err);
  if (!to) return t->err->code;
  for (uint32_t i = 0; i < t->n; i++)
    if (present(&t->cells[i])) to[i] = vec_f64(t->cells[i].vec, t->cells[i].row);
  out->form = VEC_F64;
  out->data = to;
  return SONDE_OK;
}

static sonde_code take_i128(const taking *t, vec *out) {
  int128 *to = arena_zero(t->memory, (size_t)t->n * sizeof *to, t->err);
  bool decimal = t->shape->type.id == TYPE_DECIMAL;
  if (!to) return t->err->code;
  for (uint32_t i = 0; i < t->n; i++) {
    const page_cell *c = &t->cells[i];
    if (!present(c)) continue;
    if (decimal)
      to[i] = vec_i128_as(c->vec, c->row, t->shape->type);
    else
      memcpy(&to[i], (const uint8_t *)c->vec->data + (size_t)c->row * 16, 16);
  }
  out->form = VEC_I128;
  out->data = to;
  return SONDE_OK;
}

/* ---- texts ---- */

/* The dictionary that all cells have their texts from; NULL: there is none, or it has more words than there are cells. */
static const vec *one_dictionary(const taking *t) {
  const vec *found = NULL;
  for (uint32_t i = 0; i < t->n; i++) {
    const vec *v = t->cells[i].vec;
    if (!v || v->form == VEC_NULL || v == found) continue;
    if (v->form != VEC_DICT || found) return NULL;
    found = v;
  }
  return found && found->n_values <= t->n ? found : NULL;
}

static sonde_code take_codes(const taking *t, const vec *from, vec *out) {
  uint32_t begin = from->offsets[0], bytes = from->offsets[from->n_values] - begin;
  uint32_t *codes = arena_zero(t->memory, (size_t)t->n * 4, t->err);
  uint32_t *offsets = arena_array(t->memory, (size_t)from->n_values + 1, 4, t->err);
  char *copy = arena_copy(t->memory, from->bytes + begin, bytes, t->err);
  if (!codes || !offsets || !copy) return t->err->code;
  for (uint32_t v = 0; v <= from->n_values; v++) offsets[v] = from->offsets[v] - begin;
  for (uint32_t i = 0; i < t->n; i++)
    if (present(&t->cells[i])) codes[i] = vec_code(from, t->cells[i].row);
  out->form = VEC_DICT;
  out->width = 4;
  out->data = codes;
  out->n_values = from->n_values;
  out->offsets = offsets;
  out->bytes = copy;
  return SONDE_OK;
}

static sonde_code take_texts(const taking *t, vec *out) {
  uint32_t *offsets = arena_array(t->memory, (size_t)t->n + 1, 4, t->err);
  uint64_t bytes = 0;
  if (!offsets) return t->err->code;
  offsets[0] = 0;
  for (uint32_t i = 0; i < t->n; i++) {
    if (present(&t->cells[i])) bytes += vec_str(t->cells[i].vec, t->cells[i].row).len;
    SONDE_CHECK(bytes <= UINT32_MAX, t->err, SONDE_LIMIT, 0, "a part of a column has more than 4 GB of text");
    offsets[i + 1] = (uint32_t)bytes;
  }
  char *to = arena_alloc(t->memory, (size_t)bytes, t->err);
  if (!to) return t->err->code;
  for (uint32_t i = 0; i < t->n; i++) {
    if (!present(&t->cells[i])) continue;
    sonde_str s = vec_str(t->cells[i].vec, t->cells[i].row);
    if (s.len) memcpy(to + offsets[i], s.ptr, s.len);
  }
  out->form = VEC_TEXT;
  out->offsets = offsets;
  out->bytes = to;
  return SONDE_OK;
}

static sonde_code take_strings(const taking *t, vec *out) {
  const vec *dictionary = one_dictionary(t);
  return dictionary ? take_codes(t, dictionary, out) : take_texts(t, out);
}

/* ---- nested ---- */

static bool any_as_json(const taking *t) {
  for (uint32_t i = 0; i < t->n; i++)
    if (present(&t->cells[i]) && t->cells[i].vec->form == VEC_TEXT) return true;
  return false;
}

static sonde_code take_child(const taking *t, uint32_t child, const page_cell *cells, uint32_t n, vec *out) {
  return vec_take(&t->shape->children[child], cells, n, t->memory, out, t->err);
}

static sonde_code take_struct(const taking *t, vec *out) {
  uint32_t fields = t->shape->n_children;
  vec *children = arena_array(t->memory, fields, sizeof *children, t->err);
  sonde_str *names = arena_array(t->memory, fields, sizeof *names, t->err);
  page_cell *cells = arena_array(t->memory, t->n, sizeof *cells, t->err);
  if (!children || !names || !cells) return t->err->code;
  for (uint32_t f = 0; f < fields; f++) {
    names[f] = t->shape->children[f].name;
    for (uint32_t i = 0; i < t->n; i++) {
      const page_cell *c = &t->cells[i];
      cells[i] = present(c) ? (page_cell){&c->vec->children[f], c->row} : (page_cell){NULL, 0};
    }
    SONDE_TRY(take_child(t, f, cells, t->n, &children[f]));
  }
  out->form = VEC_STRUCT;
  out->n_children = fields;
  out->children = children;
  out->names = names;
  return SONDE_OK;
}

static sonde_code take_offsets(const taking *t, uint32_t **out) {
  uint64_t items = 0;
  *out = arena_array(t->memory, (size_t)t->n + 1, 4, t->err);
  if (!*out) return t->err->code;
  (*out)[0] = 0;
  for (uint32_t i = 0; i < t->n; i++) {
    const page_cell *c = &t->cells[i];
    if (present(c)) items += c->vec->offsets[c->row + 1] - c->vec->offsets[c->row];
    SONDE_CHECK(items <= UINT32_MAX, t->err, SONDE_LIMIT, 0,
                "a part of a nested column has more than 2^32 items");
    (*out)[i + 1] = (uint32_t)items;
  }
  return SONDE_OK;
}

/* The items of all rows, of a list's child or of a map's keys or values. */
static sonde_code take_items(const taking *t, uint32_t child, const uint32_t *offsets, vec *out) {
  page_cell *cells = arena_array(t->memory, offsets[t->n], sizeof *cells, t->err);
  if (!cells) return t->err->code;
  uint32_t at = 0;
  for (uint32_t i = 0; i < t->n; i++) {
    const page_cell *c = &t->cells[i];
    if (!present(c)) continue;
    for (uint32_t item = c->vec->offsets[c->row]; item < c->vec->offsets[c->row + 1]; item++)
      cells[at++] = (page_cell){&c->vec->children[child], item};
  }
  return take_child(t, child, cells, at, out);
}

static sonde_code take_lists(const taking *t, vec *out) {
  uint32_t *offsets;
  vec *children = arena_array(t->memory, t->shape->n_children, sizeof *children, t->err);
  if (!children) return t->err->code;
  SONDE_TRY(take_offsets(t, &offsets));
  for (uint32_t i = 0; i < t->shape->n_children; i++) SONDE_TRY(take_items(t, i, offsets, &children[i]));
  out->form = t->shape->type.id == TYPE_LIST ? VEC_LIST : VEC_MAP;
  out->offsets = offsets;
  out->n_children = t->shape->n_children;
  out->children = children;
  return SONDE_OK;
}

static sonde_code take_values(const taking *t, vec *out) {
  switch (t->shape->type.id) {
  case TYPE_BOOL: return take_bits(t, out);
  case TYPE_DOUBLE:
  case TYPE_FLOAT: return take_f64(t, out);
  case TYPE_DECIMAL:
  case TYPE_UUID:
  case TYPE_INTERVAL: return take_i128(t, out);
  case TYPE_TEXT:
  case TYPE_BLOB: return take_strings(t, out);
  case TYPE_STRUCT: return any_as_json(t) ? take_texts(t, out) : take_struct(t, out);
  case TYPE_LIST:
  case TYPE_MAP: return any_as_json(t) ? take_texts(t, out) : take_lists(t, out);
  default: return take_i64(t, out);
  }
}

sonde_code vec_take(const shape *s, const page_cell *cells, uint32_t n, arena *memory, vec *out,
                    sonde_error *err) {
  taking t = {s, cells, n, memory, err};
  *out = (vec){.type = s->type, .form = VEC_NULL, .rows = n, .nulls = n};
  SONDE_TRY(take_validity(&t, out));
  if (out->nulls == n || s->type.id == TYPE_NONE) {
    out->nulls = n;
    out->validity = NULL;
    return SONDE_OK;
  }
  return take_values(&t, out);
}
