/* See estimate.h. A key of two tables is held by both where the one with fewer values has them all (containment); conditions
 * are independent, but for ranges of one column. What is not known of values is a fixed share, as in Selinger et al. 1979. */
#include "sql/estimate.h"

#include <math.h>
#include <string.h>

#include "base/datetime.h"
#include "base/number.h"
#include "column/sketch.h"

static const double rows_of_unknown = 1000;

/* ---- what is known of columns ---- */

static double known_rows(const node *n) { return fmax(1, n->p.rows > 0 ? n->p.rows : rows_of_unknown); }

double base_rows(const node *n) {
  while (n->p.n_inputs == 1 && n->p.kind != PLAN_AGGREGATE) n = n->input[0];
  return known_rows(n);
}

static bool counts_up(const sql_type *t) { return sql_is_integer(t) || t->id == SQL_DATE; }

/* Of whole numbers there are no more than their range has room for. */
static sql_column_stats stats_of_stored(const binder *b, const node *scan, uint32_t i) {
  const sql_table *t = &b->catalog->tables[scan->p.u.scan.table];
  if (!t->stats) return (sql_column_stats){0};
  sql_column_stats s = t->stats[scan->p.u.scan.columns[i]];
  double step = scan->p.columns[i].type.id == SQL_DATE ? 86400 : 1;
  if (s.distinct == 0 && s.ranged && counts_up(&scan->p.columns[i].type))
    s.distinct = (s.high - s.low) / step + 1;
  s.distinct = fmin(s.distinct, known_rows(scan));
  return s;
}

static sql_column_stats stats_of_id(const binder *b, const node *n, uint32_t id) {
  uint32_t i = 0;
  while (i < n->p.n_columns && n->ids[i] != id) i++;
  if (i == n->p.n_columns) return (sql_column_stats){0};
  switch (n->p.kind) {
  case PLAN_SCAN: return stats_of_stored(b, n, i);
  case PLAN_PROJECT: return stats_of(b, n->input[0], n->p.u.project.exprs[i]);
  case PLAN_AGGREGATE:
    if (i >= n->p.u.aggregate.n_groups) return (sql_column_stats){0};
    return stats_of(b, n->input[0], n->p.u.aggregate.groups[i]);
  case PLAN_CTE: return stats_of_id(b, n->input[1], id);
  case PLAN_RANGE: return (sql_column_stats){.distinct = known_rows(n)};
  case PLAN_SET: return (sql_column_stats){0};
  default: break;
  }
  for (uint32_t k = 0; k < n->p.n_inputs; k++) {
    if (node_has_id(n->input[k], id)) return stats_of_id(b, n->input[k], id);
  }
  return (sql_column_stats){0};
}

static bool is_on_a_scale(const sql_type *t) { return sql_is_numeric(t) || sql_is_temporal(t); }

sql_column_stats stats_of(const binder *b, const node *n, ex e) {
  while (e->kind == EXPR_CAST && is_on_a_scale(&e->type) && is_on_a_scale(&e->args[0]->type)) e = e->args[0];
  return ex_is_column(e) ? stats_of_id(b, n, e->index) : (sql_column_stats){0};
}

/* How many of `distinct` values are still met in so many of the rows (Yao 1977, as if drawn with replacement). */
static double distinct_left(double distinct, double base, double rows) {
  if (distinct <= 0) return 0;
  if (rows >= base) return fmin(distinct, rows);
  return fmax(1, distinct * (1 - pow(1 - rows / base, base / distinct)));
}

/* ---- constants as numbers ---- */

static const double day_seconds = 86400, month_seconds = 2629746;

static bool constant_number(ex e, double *out) {
  if (e->constant.null) return false;
  switch (e->type.id) {
  case SQL_DATE: *out = (double)e->constant.v.i * day_seconds; return true;
  case SQL_TIMESTAMP:
  case SQL_TIMESTAMPTZ: *out = (double)e->constant.v.i / (e->type.unit == 9 ? 1e9 : 1e6); return true;
  case SQL_INTERVAL: {
    interval v = interval_of(e->constant.v.w);
    *out = v.months * month_seconds + v.days * day_seconds + (double)v.micros / 1e6;
    return true;
  }
  default: break;
  }
  if (!sql_is_numeric(&e->type)) return false;
  lane l = sql_lane(&e->type);
  double v = l == LANE_F64    ? e->constant.v.f
             : l == LANE_I128 ? (double)e->constant.v.w
                              : (double)e->constant.v.i;
  *out = e->type.id == SQL_DECIMAL ? v / pow(10, e->type.scale) : v;
  return true;
}

/* "3 MONTH", as the binder writes what stands behind INTERVAL. */
static bool interval_seconds(sonde_str s, double *out) {
  static const struct {
    const char *name;
    double seconds;
  } units[] = {{"year", 12 * month_seconds},
               {"month", month_seconds},
               {"week", 7 * day_seconds},
               {"day", day_seconds},
               {"hour", 3600},
               {"minute", 60},
               {"second", 1}};
  size_t digits = 0;
  while (digits < s.len && s.ptr[digits] != ' ') digits++;
  number_text count;
  if (digits == s.len || !number_scan(s.ptr, digits, '.', &count)) return false;
  sonde_str name = {s.ptr + digits + 1, s.len - digits - 1};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    size_t n = strlen(units[i].name); /* without what makes it plural */
    if (name.len < n || !same_name((sonde_str){name.ptr, n}, str_of(units[i].name))) continue;
    *out = number_to_double(&count, s.ptr, digits, '.') * units[i].seconds;
    return true;
  }
  return false;
}

/* Dates, points of time and intervals are texts that are cast until they are run. */
static bool text_number(sonde_str s, const sql_type *t, double *out) {
  int32_t days;
  int64_t micros;
  bool zoned;
  if (t->id == SQL_INTERVAL) return interval_seconds(s, out);
  if (!sql_is_temporal(t)) return false;
  if (date_parse(s.ptr, s.len, DATE_YMD, &days)) {
    *out = days * day_seconds;
    return true;
  }
  if (!timestamp_parse(s.ptr, s.len, DATE_YMD, &micros, &zoned)) return false;
  *out = (double)micros / 1e6;
  return true;
}

/* Roughly, in the units of sql_column_stats: a month has its mean length. */
static bool about_number(ex e, double *out) {
  double x, y;
  if (e->kind == EXPR_CONST) return constant_number(e, out);
  if (e->kind == EXPR_CAST) {
    ex of = e->args[0];
    bool text = of->kind == EXPR_CONST && of->type.id == SQL_TEXT && !of->constant.null;
    if (text) return text_number(of->constant.v.s, &e->type, out);
    return is_on_a_scale(&e->type) && about_number(of, out);
  }
  if (e->kind != EXPR_CALL || e->n_args != 2) return false;
  if (!about_number(e->args[0], &x) || !about_number(e->args[1], &y)) return false;
  switch (e->function) {
  case FN_ADD:
  case FN_ADD_INTERVAL:
  case FN_ADD_INTERVAL_RIGHT: *out = x + y; return true;
  case FN_ADD_DATE: *out = x + y * day_seconds; return true;
  case FN_SUBTRACT:
  case FN_SUBTRACT_INTERVAL: *out = x - y; return true;
  case FN_SUBTRACT_DATE: *out = x - y * day_seconds; return true;
  case FN_MULTIPLY: *out = x * y; return true;
  default: return false;
  }
}

/* ---- conditions ---- */

/* Which share of a column's values a condition leaves, by their order: from `low` to `high` of 0 to 1. */
typedef struct {
  ex column;
  double low, high, nulls;
} cut;

static double share_below(const sql_column_stats *s, double v) {
  if (s->high <= s->low) return v < s->low ? 0 : 1;
  return fmin(1, fmax(0, (v - s->low) / (s->high - s->low)));
}

static bool is_upper(uint16_t function) { return function == FN_LT || function == FN_LE; }
static bool is_bound(uint16_t function) {
  return is_upper(function) || function == FN_GT || function == FN_GE;
}

static bool cut_of(const binder *b, const node *n, ex e, cut *out) {
  double low = -INFINITY, high = INFINITY, v;
  if (e->kind != EXPR_CALL) return false;
  if (e->function == FN_BETWEEN) {
    out->column = e->args[0];
    if (!about_number(e->args[1], &low) || !about_number(e->args[2], &high)) return false;
  } else {
    if (!is_bound(e->function)) return false;
    bool swapped = about_number(e->args[0], &v);
    out->column = e->args[swapped ? 1 : 0];
    if (!swapped && !about_number(e->args[1], &v)) return false;
    *(is_upper(e->function) == swapped ? &low : &high) = v;
  }
  sql_column_stats s = stats_of(b, n, out->column);
  out->low = share_below(&s, low);
  out->high = share_below(&s, high);
  out->nulls = s.nulls;
  return s.ranged;
}

/* All ranges of one column are one: counted where the first of them stands. */
static double cuts_share(const binder *b, const node *n, ex all, uint32_t first, const cut *c) {
  cut whole = *c, more;
  for (uint32_t i = 0; i < all->n_args; i++) {
    if (i == first || !cut_of(b, n, all->args[i], &more) || !ex_equal(more.column, c->column)) continue;
    if (i < first) return 1;
    whole.low = fmax(whole.low, more.low);
    whole.high = fmin(whole.high, more.high);
  }
  return fmax(0, whole.high - whole.low) * (1 - c->nulls);
}

static double and_share(const binder *b, const node *n, ex e) {
  double share = 1;
  cut c;
  for (uint32_t i = 0; i < e->n_args; i++) {
    bool range = cut_of(b, n, e->args[i], &c);
    share *= range ? cuts_share(b, n, e, i, &c) : passing_share(b, n, e->args[i]);
  }
  return share;
}

/* Of a constant as a table stores it. */
static bool stored_hash(ex e, uint64_t *out) {
  double v;
  if (e->kind == EXPR_CONST && !e->constant.null && e->type.id == SQL_TEXT) {
    *out = hash_bytes(e->constant.v.s.ptr, e->constant.v.s.len);
    return true;
  }
  if (e->kind == EXPR_CONST && !e->constant.null && e->type.id == SQL_BIGINT) {
    *out = hash_u64((uint64_t)e->constant.v.i); /* a double would lose digits */
    return true;
  }
  if (!about_number(e, &v)) return false;
  if (e->type.id == SQL_DATE) v /= day_seconds;
  if (e->type.id == SQL_TIMESTAMP || e->type.id == SQL_TIMESTAMPTZ) v = round(v * 1e6);
  *out = hash_double(v);
  return true;
}

/* Of the rows whose column has this value; 0: not known. */
static double value_share(const sql_column_stats *s, ex e) {
  uint64_t hash;
  double share = 0;
  if (s->frequent && stored_hash(e, &hash)) share = frequent_share(s->frequent, hash, s->distinct);
  if (share == 0 && s->distinct > 0) share = 1 / s->distinct;
  return share * (1 - s->nulls);
}

static double equal_share(const binder *b, const node *n, ex e) {
  sql_column_stats x = stats_of(b, n, e->args[0]), y = stats_of(b, n, e->args[1]);
  if (x.frequent && y.distinct == 0) return value_share(&x, e->args[1]);
  if (y.frequent && x.distinct == 0) return value_share(&y, e->args[0]);
  double distinct = fmax(x.distinct, y.distinct);
  return distinct > 0 ? (1 - x.nulls) * (1 - y.nulls) / distinct : 0.05;
}

static double in_share(const binder *b, const node *n, ex e) {
  sql_column_stats s = stats_of(b, n, e->args[0]);
  double share = 0;
  if (s.distinct <= 0) return fmin(0.5, 0.03 * (e->n_args - 1));
  for (uint32_t i = 1; i < e->n_args; i++) share += value_share(&s, e->args[i]);
  return fmin(1 - s.nulls, share);
}

/* What is met by words of people is rarely one value and rarely a tenth of them: the cube root of their number lies within a
 * factor of 3 of `San%` among cities, and of what TPC-H seeks in names, types and comments. */
static double like_share(const binder *b, const node *n, ex e) {
  sql_column_stats s = stats_of(b, n, e->args[0]);
  return s.distinct > 1 ? (1 - s.nulls) / cbrt(s.distinct) : 0.1;
}

static double call_share(const binder *b, const node *n, ex e) {
  cut c;
  switch (e->function) {
  case FN_EQ:
  case FN_NOT_DISTINCT_FROM: return equal_share(b, n, e);
  case FN_NE:
  case FN_DISTINCT_FROM: return 1 - equal_share(b, n, e);
  case FN_BETWEEN:
  case FN_LT:
  case FN_LE:
  case FN_GT:
  case FN_GE:
    if (cut_of(b, n, e, &c)) return fmax(0, c.high - c.low) * (1 - c.nulls);
    return e->function == FN_BETWEEN ? 0.2 : 0.35;
  case FN_LIKE:
  case FN_ILIKE: return like_share(b, n, e);
  case FN_NOT_LIKE:
  case FN_NOT_ILIKE: return 1 - like_share(b, n, e);
  default: return 0.4;
  }
}

static double null_share(const binder *b, const node *n, ex e) {
  sql_column_stats s = stats_of(b, n, e);
  return s.distinct > 0 ? s.nulls : 0.1;
}

double passing_share(const binder *b, const node *n, ex e) {
  double share = 1;
  switch (e->kind) {
  case EXPR_AND: return and_share(b, n, e);
  case EXPR_OR:
    for (uint32_t i = 0; i < e->n_args; i++) share *= 1 - passing_share(b, n, e->args[i]);
    return 1 - share;
  case EXPR_NOT: return 1 - passing_share(b, n, e->args[0]);
  case EXPR_IN: return in_share(b, n, e);
  case EXPR_IS_NULL: return null_share(b, n, e->args[0]);
  case EXPR_IS_NOT_NULL: return 1 - null_share(b, n, e->args[0]);
  case EXPR_CALL: return call_share(b, n, e);
  default: return 0.5;
  }
}

/* ---- joins ---- */

/* Values of the keys of one input among so many of its rows; at most one a row. */
static double key_values(const binder *b, const node *n, const node *join, bool right, double rows) {
  double values = 1;
  for (uint32_t i = 0; i < join->p.u.join.n_keys; i++) {
    const join_key *k = &join->p.u.join.keys[i];
    double distinct = stats_of(b, n, right ? k->right : k->left).distinct;
    values *= distinct > 0 ? distinct_left(distinct, base_rows(n), rows) : rows;
  }
  return fmax(1, fmin(values, rows));
}

double matched_share(const binder *b, const node *left, const node *semi) {
  double share = 0.5, rows = noted_rows(b, semi->input[1]);
  if (semi->p.u.join.n_keys)
    share = fmin(1, key_values(b, semi->input[1], semi, true, rows) /
                        key_values(b, left, semi, false, base_rows(left)));
  return semi->p.u.join.residual ? share * passing_share(b, semi, semi->p.u.join.residual) : share;
}

static double inner_rows(const binder *b, const node *n, double left, double right) {
  double rows = left * right;
  if (n->p.u.join.n_keys) {
    double l = key_values(b, n->input[0], n, false, base_rows(n->input[0]));
    double r = key_values(b, n->input[1], n, true, base_rows(n->input[1]));
    rows /= n->p.u.join.n_keys > 1 ? fmin(l, r) : fmax(l, r);
  }
  return n->p.u.join.residual ? rows * passing_share(b, n, n->p.u.join.residual) : rows;
}

static double join_rows(const binder *b, const node *n, double left, double right) {
  switch (n->p.u.join.kind) {
  case JOIN_SEMI: return left * matched_share(b, n->input[0], n);
  case JOIN_ANTI: return left * fmax(0.05, 1 - matched_share(b, n->input[0], n));
  case JOIN_MARK:
  case JOIN_SINGLE: return left;
  case JOIN_POSITIONAL: return fmax(left, right);
  case JOIN_LEFT: return fmax(left, inner_rows(b, n, left, right));
  case JOIN_RIGHT: return fmax(right, inner_rows(b, n, left, right));
  case JOIN_FULL: return left + right;
  default: return inner_rows(b, n, left, right);
  }
}

/* ---- nodes ---- */

static double group_rows(const binder *b, const node *n, double rows) {
  double groups = 1;
  for (uint32_t i = 0; i < n->p.u.aggregate.n_groups; i++) {
    double distinct = stats_of(b, n->input[0], n->p.u.aggregate.groups[i]).distinct;
    groups *= distinct > 0 ? distinct_left(distinct, base_rows(n->input[0]), rows) : sqrt(rows);
  }
  return fmin(groups, rows) * fmax(1, n->p.u.aggregate.n_sets);
}

static double limited(double rows, const node *n) {
  if (n->p.kind == PLAN_SORT) return fmin(rows, (double)n->p.u.sort.limit);
  ex limit = n->p.u.limit.limit;
  bool known = limit && limit->kind == EXPR_CONST && limit->type.id == SQL_BIGINT;
  return known ? fmin(rows, (double)limit->constant.v.i) : rows;
}

static double scanned_rows(const binder *b, const node *n) {
  return known_rows(n) * (n->p.u.scan.filter ? passing_share(b, n, n->p.u.scan.filter) : 1);
}

static double range_rows(const node *n) {
  double start = 0, stop, step = 1;
  bool known = n->p.u.range.stop && about_number(n->p.u.range.stop, &stop) &&
               (!n->p.u.range.start || about_number(n->p.u.range.start, &start)) &&
               (!n->p.u.range.step || about_number(n->p.u.range.step, &step));
  return known && step != 0 ? (stop - start) / step : rows_of_unknown;
}

static double rows_of(const binder *b, const node *n, double left, double right) {
  switch (n->p.kind) {
  case PLAN_ONE: return 1;
  case PLAN_NONE: return 0;
  case PLAN_SCAN: return scanned_rows(b, n);
  case PLAN_VALUES: return n->p.u.values.n_rows;
  case PLAN_FILTER: return left * passing_share(b, n->input[0], n->p.u.filter.condition);
  case PLAN_AGGREGATE: return group_rows(b, n, left);
  case PLAN_DISTINCT: return left * 0.5;
  case PLAN_SORT:
  case PLAN_LIMIT: return limited(left, n);
  case PLAN_JOIN: return join_rows(b, n, left, right);
  case PLAN_SET: return n->p.u.set.kind == SET_UNION ? left + right : left;
  case PLAN_CTE: return right;
  case PLAN_RECURSIVE: return left * 10;
  case PLAN_UNNEST: return left * 4;
  case PLAN_CTE_REF: return rows_of_unknown;
  case PLAN_RANGE: return range_rows(n);
  default: return left;
  }
}

double estimate_rows(const binder *b, node *n) {
  double left = n->p.n_inputs > 0 ? estimate_rows(b, n->input[0]) : 0;
  double right = n->p.n_inputs > 1 ? estimate_rows(b, n->input[1]) : 0;
  double rows = n->p.kind == PLAN_NONE ? 0 : fmax(1, rows_of(b, n, left, right));
  *(n->p.kind == PLAN_SCAN ? &n->p.u.scan.passing : &n->p.rows) = rows;
  return rows;
}

double noted_rows(const binder *b, const node *n) {
  return n->p.kind == PLAN_SCAN ? fmax(1, scanned_rows(b, n)) : n->p.rows;
}
