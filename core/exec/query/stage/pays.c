/* See pays.h. The limits were measured with two threads: a stage takes some milliseconds more than it saves for smaller tables, and
 * for more groups. Groups that are many are gathered here if the columns may lie here: dealt out to two workers of a browser, by
 * numbers as by texts, they took twice the processor time, and longer. */
#include "exec/query/stage/pays.h"

#include "exec/query/aggregate/aggregate.h"

#define STAGE_ROWS_MIN 2e6
#define AGGREGATE_ROWS_MIN                                                                                   \
  250e3 /* earlier, because what sorts or tells rows apart needs its columns here anyway */
#define STAGE_GROUPS_MAX 4096.0
#define PASSING_SHARE_MAX 0.125
#define STAGE_COLUMNS_MAX 8u

/* ---- pipelines ---- */

const plan *pipeline_scan(const plan *p) {
  while (p->kind != PLAN_SCAN) p = p->input[0];
  return p;
}

uint32_t pipeline_joins(const plan *p) {
  if (p->kind == PLAN_SCAN) return 0;
  return (p->kind == PLAN_JOIN) + pipeline_joins(p->input[0]);
}

static double table_rows(const cut_tables *t, const plan *pipeline) {
  return t->rows(t->self, pipeline_scan(pipeline)->u.scan.table);
}

bool columns_stay(const cut_tables *t, const plan *pipeline) {
  const plan *scan = pipeline_scan(pipeline);
  return t->stays(t->self, scan->u.scan.table, scan->n_columns);
}

/* ---- few rows ---- */

/* Estimated; of a scan those that pass its filter. */
static double rows_out_of(const plan *p) { return p->kind == PLAN_SCAN ? p->u.scan.passing : p->rows; }

static bool has_small_sides(const plan *p, double most) {
  if (p->kind == PLAN_SCAN) return true;
  return (p->kind != PLAN_JOIN || rows_out_of(p->input[1]) <= most) && has_small_sides(p->input[0], most);
}

bool few_rows_pay(const cut_tables *t, const plan *p, bool for_aggregate) {
  double rows = table_rows(t, p), few = rows * PASSING_SHARE_MAX, out = rows_out_of(p);
  bool early = for_aggregate && p->kind == PLAN_SCAN;
  return rows >= (early ? AGGREGATE_ROWS_MIN : STAGE_ROWS_MIN) && out > 0 && out <= few &&
         has_small_sides(p, few);
}

/* ---- few groups ---- */

bool aggregates_by_states(const plan *p) {
  for (uint32_t i = 0; i < p->u.aggregate.n_calls; i++) {
    const aggregate_call *a = &p->u.aggregate.calls[i];
    if (!aggregate_in_parts(a) || (a->distinct && p->u.aggregate.n_groups)) return false;
  }
  return true;
}

bool aggregates_distinct(const plan *p) {
  bool distinct = false;
  for (uint32_t i = 0; i < p->u.aggregate.n_calls; i++) distinct |= p->u.aggregate.calls[i].distinct;
  return distinct;
}

static bool are_few(double groups) { return groups > 0 && groups <= STAGE_GROUPS_MAX; }

static bool aggregate_pays(const plan *p, double rows) {
  bool is_simple = !aggregates_distinct(p) && pipeline_joins(p->input[0]) == 0;
  bool has_few_groups = p->u.aggregate.n_groups == 0 || are_few(p->rows);
  return aggregates_by_states(p) && has_few_groups &&
         rows >= (is_simple ? AGGREGATE_ROWS_MIN : STAGE_ROWS_MIN);
}

/* The first rows of any order need few blocks. */
bool top_pays(const cut_tables *t, const plan *p) {
  if (!columns_stay(t, p->input[0])) return true;
  double rows = table_rows(t, p->input[0]);
  switch (p->kind) {
  case PLAN_LIMIT: return true;
  case PLAN_AGGREGATE: return aggregate_pays(p, rows);
  case PLAN_SORT: return rows >= STAGE_ROWS_MIN || pipeline_scan(p)->n_columns > STAGE_COLUMNS_MAX;
  default: return p->kind == PLAN_DISTINCT && rows >= STAGE_ROWS_MIN && are_few(p->rows);
  }
}
