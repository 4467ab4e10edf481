/* See vec_wire.h. */
#include "column/vec_wire.h"

#define DEPTH_MAX 64u
#define SCALE_MAX 22u /* of VEC_SCALED: greater powers of ten are not exact */

static bool has_offsets(uint8_t form) {
  return form == VEC_DICT || form == VEC_TEXT || form == VEC_LIST || form == VEC_MAP;
}

static uint32_t n_offsets(const vec *v) { return (v->form == VEC_DICT ? v->n_values : v->rows) + 1; }

static size_t validity_size(uint32_t rows) { return ((size_t)rows + 63) / 64 * 8; }

/* Of `data`. */
static size_t data_size(const vec *v) {
  switch (v->form) {
  case VEC_BITS: return validity_size(v->rows);
  case VEC_PACKED:
  case VEC_SCALED:
  case VEC_DICT: return (size_t)v->rows * v->width;
  case VEC_F64: return (size_t)v->rows * 8;
  case VEC_I128: return (size_t)v->rows * 16;
  default: return 0;
  }
}

/* ---- writing ---- */

static void put_texts(buf *out, const vec *v) {
  uint32_t first = v->offsets[0], last = v->offsets[n_offsets(v) - 1];
  if (v->form != VEC_DICT && v->form != VEC_TEXT) return;
  buf_u32(out, last - first);
  if (last > first) buf_put(out, v->bytes + first, last - first);
}

static void put_offsets(buf *out, const vec *v) {
  bool texts = v->form == VEC_DICT || v->form == VEC_TEXT;
  uint32_t from = texts ? v->offsets[0] : 0;
  if (from == 0) {
    buf_put(out, v->offsets, (size_t)n_offsets(v) * 4);
  } else {
    for (uint32_t i = 0; i < n_offsets(v); i++) buf_u32(out, v->offsets[i] - from);
  }
  put_texts(out, v);
}

void vec_put(buf *out, const vec *v) {
  buf_u8(out, v->type.id);
  buf_u8(out, v->type.scale);
  buf_u8(out, v->form);
  buf_u8(out, v->width);
  buf_u8(out, v->scale);
  buf_u8(out, v->validity != NULL);
  buf_u32(out, v->rows);
  buf_u32(out, v->nulls);
  buf_u64(out, (uint64_t)v->base);
  buf_u32(out, v->n_values);
  buf_u32(out, v->n_children);
  if (v->validity) buf_put(out, v->validity, validity_size(v->rows));
  if (data_size(v)) buf_put(out, v->data, data_size(v));
  if (has_offsets(v->form)) put_offsets(out, v);
  for (uint32_t i = 0; i < v->n_children; i++) {
    if (v->form == VEC_STRUCT) buf_str(out, v->names[i]);
    vec_put(out, &v->children[i]);
  }
}

/* ---- reading ---- */

typedef struct {
  rd *in;
  arena *memory;
  sonde_error *err;
} getter;

static sonde_code copy_bytes(const getter *g, size_t n, const void **out) {
  const uint8_t *bytes = rd_bytes(g->in, n);
  *out = bytes ? arena_copy(g->memory, bytes, n, g->err) : NULL;
  return *out || g->in->bad ? SONDE_OK : g->err->code;
}

static bool width_is_sound(const vec *v) {
  bool power = v->width == 1 || v->width == 2 || v->width == 4;
  if (v->form == VEC_DICT) return power;
  bool packed = v->form == VEC_PACKED || v->form == VEC_SCALED;
  if (v->form == VEC_SCALED && v->scale > SCALE_MAX) return false;
  return !packed || power || v->width == 0 || v->width == 8;
}

static bool children_are_sound(const vec *v) {
  if (v->form == VEC_STRUCT) return true;
  return v->n_children == (v->form == VEC_MAP ? 2u : v->form == VEC_LIST ? 1u : 0u);
}

static void get_head(rd *in, vec *v, bool *nullable) {
  *v = (vec){.type = {.id = rd_u8(in)}};
  v->type.scale = rd_u8(in);
  v->form = rd_u8(in);
  v->width = rd_u8(in);
  v->scale = rd_u8(in);
  *nullable = rd_u8(in) != 0;
  v->rows = rd_u32(in);
  v->nulls = rd_u32(in);
  v->base = (int64_t)rd_u64(in);
  v->n_values = rd_u32(in);
  v->n_children = rd_u32(in);
  if (v->type.id > TYPE_LAST || v->form > VEC_STRUCT || !width_is_sound(v) || !children_are_sound(v))
    in->bad = true;
  if (v->rows == UINT32_MAX || v->n_values == UINT32_MAX) in->bad = true; /* one more offset is counted */
}

static void check_offsets(rd *in, const vec *v, uint32_t end) {
  for (uint32_t i = 0; i + 1 < n_offsets(v); i++)
    if (v->offsets[i] > v->offsets[i + 1]) in->bad = true;
  if (v->offsets[n_offsets(v) - 1] > end) in->bad = true;
}

static sonde_code get_offsets(const getter *g, vec *v) {
  const void *offsets, *bytes;
  SONDE_TRY(copy_bytes(g, (size_t)n_offsets(v) * 4, &offsets));
  v->offsets = offsets;
  if (g->in->bad || v->form == VEC_LIST || v->form == VEC_MAP) return SONDE_OK;
  uint32_t size = rd_count(g->in, 1);
  SONDE_TRY(copy_bytes(g, size, &bytes));
  v->bytes = bytes;
  if (!g->in->bad) check_offsets(g->in, v, size);
  return SONDE_OK;
}

static sonde_code get(const getter *g, vec *v, uint32_t depth);

static sonde_code get_children(const getter *g, vec *v, uint32_t depth) {
  if (v->n_children > g->in->len - g->in->pos || depth == DEPTH_MAX) g->in->bad = true;
  if (g->in->bad || v->n_children == 0) return SONDE_OK;
  vec *children = arena_zero(g->memory, (size_t)v->n_children * sizeof *children, g->err);
  sonde_str *names = arena_zero(g->memory, (size_t)v->n_children * sizeof *names, g->err);
  if (!children || !names) return g->err->code;
  for (uint32_t i = 0; i < v->n_children && !g->in->bad; i++) {
    const void *name;
    sonde_str text = v->form == VEC_STRUCT ? rd_str(g->in) : (sonde_str){"", 0};
    name = arena_copy(g->memory, text.ptr, text.len, g->err);
    if (!name) return g->err->code;
    names[i] = (sonde_str){name, text.len};
    SONDE_TRY(get(g, &children[i], depth + 1));
    if (v->form == VEC_STRUCT && children[i].rows != v->rows) g->in->bad = true;
  }
  v->children = children;
  v->names = names;
  if (!g->in->bad && v->offsets) check_offsets(g->in, v, children[0].rows);
  return SONDE_OK;
}

static sonde_code get(const getter *g, vec *v, uint32_t depth) {
  const void *validity = NULL;
  bool nullable;
  get_head(g->in, v, &nullable);
  if (g->in->bad) return SONDE_OK;
  if (nullable) SONDE_TRY(copy_bytes(g, validity_size(v->rows), &validity));
  v->validity = validity;
  if (data_size(v)) SONDE_TRY(copy_bytes(g, data_size(v), &v->data));
  if (has_offsets(v->form) && !g->in->bad) SONDE_TRY(get_offsets(g, v));
  return g->in->bad ? SONDE_OK : get_children(g, v, depth);
}

sonde_code vec_get(rd *in, arena *memory, vec *out, sonde_error *err) {
  const getter g = {in, memory, err};
  SONDE_TRY(get(&g, out, 0));
  SONDE_CHECK(!in->bad, err, SONDE_CORRUPT, 0, "a column that another engine sent is broken");
  return SONDE_OK;
}
