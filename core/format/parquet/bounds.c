/* See bounds.h. Which statistics to trust: parquet.thrift, "ColumnOrder" and struct Statistics. */
#include "format/parquet/bounds.h"

#include <math.h>
#include <string.h>

#include "format/parquet/convert.h"

static bool is_float(const pq_node *n) { return n->type.id == TYPE_FLOAT || n->type.id == TYPE_DOUBLE; }

bool value_of(const pq_node *leaf, sonde_str s, pq_value *out) {
  uint32_t offsets[2] = {0, (uint32_t)s.len};
  sonde_error ignored = {0};
  int128 room[1] = {{0, 0}};
  *out = (pq_value){0};
  if (leaf->conversion == PQ_AS_BYTES) return out->text = s, true;
  if (leaf->conversion == PQ_AS_BOOL) {
    out->i64 = s.len == 1 && s.ptr[0];
    return s.len == 1;
  }
  uint32_t width = physical_bytes(leaf);
  if (width ? s.len != width : s.len == 0) return false;
  sonde_code code = width ? convert_fixed(leaf, (const uint8_t *)s.ptr, 1, room, &ignored)
                          : convert_varying(leaf, s.ptr, offsets, 1, room, &ignored);
  if (code) return false;
  vec v = converted_vec(leaf);
  v.data = room;
  v.rows = 1;
  if (v.form == VEC_PACKED) out->i64 = vec_i64(&v, 0);
  if (v.form == VEC_F64) out->f64 = vec_f64(&v, 0);
  if (v.form == VEC_I128) out->i128 = room[0];
  return true;
}

/* The deprecated min and max were ordered as signed integers and floats, whatever the type: only there they are right. INT96 and
 * INTERVAL have no order at all. */
static bool trusted(const pq_node *leaf, bool ordered) {
  if (leaf->physical == PQ_INT96 || leaf->type.id == TYPE_INTERVAL || leaf->conversion == PQ_AS_WIDE_DECIMAL)
    return false;
  if (leaf->conversion == PQ_AS_NULL) return false;
  if (ordered) return true;
  bool whole = leaf->physical == PQ_INT32 || leaf->physical == PQ_INT64;
  bool is_unsigned = leaf->conversion == PQ_AS_UINT32 || leaf->conversion == PQ_AS_UINT64;
  return leaf->conversion == PQ_AS_BOOL || (whole && !is_unsigned) || is_float(leaf);
}

void bounds_of(const pq_node *leaf, bool ordered, sonde_str min, sonde_str max, pq_bounds *out) {
  *out = (pq_bounds){0};
  if (!trusted(leaf, ordered)) return;
  out->has_min = min.ptr && value_of(leaf, min, &out->min);
  out->has_max = max.ptr && value_of(leaf, max, &out->max);
  if (!is_float(leaf)) return;
  if ((out->has_min && isnan(out->min.f64)) || (out->has_max && isnan(out->max.f64)))
    out->has_min = out->has_max = false;
  if (out->min.f64 == 0) out->min.f64 = -0.0; /* writers differ in which zero they keep */
  if (out->max.f64 == 0) out->max.f64 = 0.0;
}

void pq_chunk_bounds(const pq_piece *p, uint32_t leaf, pq_bounds *out) {
  const pq_chunk *c = &p->chunks[leaf];
  bounds_of(p->leaves[leaf], c->ordered && !c->deprecated, c->min, c->max, out);
  out->values = c->values;
  out->has_nulls = c->nulls != UINT64_MAX;
  out->nulls = out->has_nulls ? c->nulls : 0;
}
