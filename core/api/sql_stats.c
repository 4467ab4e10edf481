/* What the planner may know of a table's columns. See sql_types.h. */
#include "api/sql_types.h"

/* In the units of sql_column_stats; false: the values lie on no scale. */
static bool range_of(const column_stats *s, double *low, double *high) {
  double unit = 1;
  switch (s->form.type.id) {
  case TYPE_DOUBLE:
  case TYPE_FLOAT:
    *low = s->min_f64;
    *high = s->max_f64;
    return true;
  case TYPE_DECIMAL:
    *low = int128_to_double(s->min_i128, s->form.type.scale);
    *high = int128_to_double(s->max_i128, s->form.type.scale);
    return true;
  case TYPE_DATE: unit = 86400; break;
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ: unit = s->form.type.scale == SCALE_NANOS ? 1e-9 : 1e-6; break;
  case TYPE_INT64: break;
  default: return false;
  }
  *low = (double)s->min_i64 * unit;
  *high = (double)s->max_i64 * unit;
  return true;
}

static sql_column_stats imported_stats(const column_stats *s) {
  sql_column_stats out = {0};
  if (s->stale || s->values == 0) return out;
  out.distinct = s->sketch ? sketch_estimate(s->sketch) : 0;
  out.frequent = s->frequent;
  out.nulls = (double)s->nulls / (double)(s->values + s->nulls);
  out.ranged = range_of(s, &out.low, &out.high);
  return out;
}

/* ---- Parquet ---- */

/* Of files with more row groups a few, evenly spread. */
enum { GROUPS_MAX = 8 };

static double nearer(double a, double b, bool high) { return (a > b) == high ? a : b; }

/* A row group's limits as statistics of so many rows. */
static sql_column_stats stats_of_bounds(const pq_bounds *x, csv_form form) {
  sql_column_stats out = {0};
  column_stats s = {.form = form,
                    .min_i64 = x->min.i64,
                    .max_i64 = x->max.i64,
                    .min_f64 = x->min.f64,
                    .max_f64 = x->max.f64,
                    .min_i128 = x->min.i128,
                    .max_i128 = x->max.i128};
  if (x->has_nulls && x->values) out.nulls = (double)x->nulls / (double)x->values;
  out.ranged = x->has_min && x->has_max && range_of(&s, &out.low, &out.high);
  return out;
}

static sql_column_stats footer_stats(const table *t, uint32_t c, arena *a) {
  sql_column_stats out = {0};
  sonde_error unread;
  uint32_t groups = t->parquet.n_groups, looked = groups < GROUPS_MAX ? groups : GROUPS_MAX;
  if (t->parquet.columns[c].node->kind != PQ_LEAF) return out;
  for (uint32_t i = 0; i < looked; i++) {
    pq_piece piece;
    pq_bounds bounds;
    uint32_t group = looked < 2 ? 0 : (uint32_t)((uint64_t)i * (groups - 1) / (looked - 1));
    if (pq_piece_of(&t->parquet, group, c, a, &piece, &unread) != SONDE_OK) return (sql_column_stats){0};
    pq_chunk_bounds(&piece, 0, &bounds);
    sql_column_stats s = stats_of_bounds(&bounds, t->forms[c]);
    if (!s.ranged) return (sql_column_stats){0};
    out.low = i ? nearer(out.low, s.low, false) : s.low;
    out.high = i ? nearer(out.high, s.high, true) : s.high;
    out.nulls += s.nulls / looked;
    out.ranged = true;
  }
  return out;
}

sonde_code table_column_stats(const table *t, arena *a, const sql_column_stats **out, sonde_error *err) {
  bool footer = t->format == FORMAT_PARQUET && t->n_members == 0;
  *out = NULL;
  if (!t->profiled && !footer) return SONDE_OK;
  sql_column_stats *stats = arena_zero(a, (t->columns + 1u) * sizeof *stats, err);
  if (!stats) return err->code;
  for (uint32_t c = 0; c < t->columns; c++)
    stats[c] = t->profiled ? imported_stats(&t->stats[c]) : footer_stats(t, c, a);
  *out = stats;
  return SONDE_OK;
}
