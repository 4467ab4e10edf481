/* See span_filter.h. */
#include "exec/query/scan/span_filter.h"

#include "exec/query/batch/vec_read.h"

/* ---- from expressions ---- */

static bool compares_column(const expr *e) {
  if (e->kind != EXPR_CALL || e->n_args < 2 || e->args[0]->kind != EXPR_COLUMN) return false;
  if (sql_lane(&e->args[0]->type) != LANE_I64) return false;
  for (uint32_t i = 1; i < e->n_args; i++) {
    const expr *x = e->args[i];
    if (x->kind != EXPR_CONST || x->constant.null || sql_lane(&x->type) != LANE_I64) return false;
  }
  return true;
}

static bool span_of(const expr *e, span *out) {
  if (!compares_column(e)) return false;
  int64_t v = e->args[1]->constant.v.i;
  *out = (span){e->args[0]->index, INT64_MIN, INT64_MAX};
  switch (e->function) {
  case FN_BETWEEN:
    out->least = v;
    out->most = e->args[2]->constant.v.i;
    return true;
  case FN_EQ: out->least = out->most = v; return true;
  case FN_LE: out->most = v; return true;
  case FN_GE: out->least = v; return true;
  case FN_LT: return v != INT64_MIN && (out->most = v - 1, true);
  case FN_GT: return v != INT64_MAX && (out->least = v + 1, true);
  default: return false;
  }
}

uint32_t spans_of(const expr *filter, span *out, uint32_t max) {
  if (filter->kind != EXPR_AND) return max && span_of(filter, out);
  uint32_t n = 0;
  while (n < max && n < filter->n_args && span_of(filter->args[n], &out[n])) n++;
  return n;
}

/* ---- in packed columns ---- */

/* The part of the span that the column could hold, counted from its base; false: there is none. Eight bytes hold any number, counted
 * modulo 2^64: columns of Parquet files have negative ones above their base 0, and low may lie above high. */
static bool packed_part(const span *s, const vec *v, uint64_t *low, uint64_t *high) {
  if (v->width == 8) {
    *low = (uint64_t)s->least - (uint64_t)v->base;
    *high = (uint64_t)s->most - (uint64_t)v->base;
    return s->least <= s->most;
  }
  uint64_t widest = ((uint64_t)1 << (8 * v->width)) - 1;
  uint64_t room = (uint64_t)INT64_MAX - (uint64_t)v->base;
  if (widest > room) widest = room;
  if (s->most < v->base) return false;
  *low = s->least <= v->base ? 0 : (uint64_t)s->least - (uint64_t)v->base;
  *high = (uint64_t)s->most - (uint64_t)v->base;
  if (*high > widest) *high = widest;
  return *low <= *high;
}

#define AT_ONCE 256u /* then it is asked whether one was found */
#define ANY_INSIDE(T)                                                                                        \
  for (const T *p = (const T *)v->data + first, *end = p + n; p < end && !any;) {                            \
    uint32_t some = (size_t)(end - p) < AT_ONCE ? (uint32_t)(end - p) : AT_ONCE;                             \
    for (uint32_t i = 0; i < some; i++) any |= (T)(p[i] - (T)low) <= (T)(high - low);                        \
    p += some;                                                                                               \
  }

static bool any_inside(const vec *v, uint32_t first, uint32_t n, uint64_t low, uint64_t high) {
  bool any = v->width == 0;
  switch (v->width) {
  case 1: ANY_INSIDE(uint8_t) break;
  case 2: ANY_INSIDE(uint16_t) break;
  case 4: ANY_INSIDE(uint32_t) break;
  case 8: ANY_INSIDE(uint64_t) break;
  default: break;
  }
  return any;
}

bool span_misses_rows(const span *s, const vec *v, const sql_type *t, uint32_t first, uint32_t n) {
  uint64_t low, high;
  if (v->form == VEC_NULL) return true;
  if (!vec_is_packed(v, t)) return false;
  return !packed_part(s, v, &low, &high) || !any_inside(v, first, n, low, high);
}

bool span_misses_block(const span *s, const vec *v, const sql_type *t) {
  uint64_t low, high;
  return v->form == VEC_NULL || (vec_is_packed(v, t) && !packed_part(s, v, &low, &high));
}
