/* Aggregates that need all values of a group at once: lists, quantiles, modes, histograms, joined texts. */
#include <math.h>
#include <stdlib.h>

#include "exec/query/aggregate/aggregate.h"

static const sql_type *arg_type(const aggregate *a) { return &a->call->args[0]->type; }

static cell value_at(const rowset *s, const uint32_t *rows, uint32_t i) { return rowset_cell(s, 0, rows[i]); }

/* A parameter: the same in every row of a group. False: null, or there is none. */
static bool parameter(const aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t which,
                      cell *out) {
  if (which >= a->call->n_args || n == 0 || !rowset_valid(s, which, rows[0])) return false;
  *out = rowset_cell(s, which, rows[0]);
  return true;
}

/* Row numbers in the order of one column. */
static sonde_code sorted(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, order_by by,
                         arena *m, uint32_t **out) {
  *out = arena_copy(m, rows, n * sizeof *rows, a->run->err);
  if (!*out) return a->run->err->code;
  return sort_rows(a->run->mem, s, &by, 1, *out, n, NULL, a->run->err);
}

static sonde_code put_list(aggregate *a, nested *x, uint32_t row, col *out) {
  if (!x) return a->run->err->code;
  col_put(out, row, (cell){.n = x});
  return SONDE_OK;
}

/* ---- list, string_agg ---- */

static sonde_code gather_list(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t row,
                              col *out, arena *m) {
  if (n == 0) return col_put_null(out, row), SONDE_OK;
  nested *x = nested_new(n, true, m, a->run->err);
  for (uint32_t i = 0; x && i < n; i++) {
    nested_validity(x)[i] = rowset_valid(s, 0, rows[i]);
    nested_cells(x)[i] = value_at(s, rows, i);
  }
  return put_list(a, x, row, out);
}

static sonde_code join_texts(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t row,
                             col *out, arena *m) {
  cell separator;
  if (n == 0) return col_put_null(out, row), SONDE_OK;
  if (!parameter(a, s, rows, n, 1, &separator)) {
    if (a->call->n_args > 1) return col_put_null(out, row), SONDE_OK;
    separator.s = (sonde_str){",", 1};
  }
  size_t len = separator.s.len * (n - 1);
  for (uint32_t i = 0; i < n; i++) len += value_at(s, rows, i).s.len;
  char *text = arena_alloc(m, len, a->run->err), *p = text;
  if (!text) return a->run->err->code;
  for (uint32_t i = 0; i < n; i++) {
    sonde_str part = value_at(s, rows, i).s;
    if (i) p = (char *)memcpy(p, separator.s.ptr, separator.s.len) + separator.s.len;
    if (part.len) memcpy(p, part.ptr, part.len);
    p += part.len;
  }
  col_put(out, row, (cell){.s = {text, len}});
  return SONDE_OK;
}

/* ---- quantiles ---- */

static double as_double(const sql_type *t, cell v) {
  if (sql_lane(t) == LANE_F64) return v.f;
  return sql_lane(t) == LANE_I64 ? (double)v.i : (double)v.w;
}

/* `part` of the way from one whole number to a greater one, cut to a whole number as DuckDB does: half of it is exact. */
static i128 whole_between(i128 low, i128 high, double part) {
  u128 distance = (u128)high - (u128)low;
  return (i128)((u128)low + (part == 0.5 ? distance / 2 : (u128)((double)distance * part)));
}

/* Those of 128 bits are cut towards zero, negative ones upwards. */
static i128 wide_between(i128 low, i128 high, double part) {
  u128 distance = (u128)high - (u128)low;
  double way = (double)distance * part;
  i128 x = whole_between(low, high, part);
  bool cut = part == 0.5 ? distance & 1 : way > floor(way);
  return x < 0 && cut ? x + 1 : x;
}

/* Its parts may descend where the whole ascends. */
static interval interval_between(interval x, interval y, double part) {
  double micros = (double)y.micros - (double)x.micros;
  return (interval){(int32_t)(x.months + ((double)y.months - x.months) * part),
                    (int32_t)(x.days + ((double)y.days - x.days) * part),
                    (int64_t)((i128)x.micros + (i128)(micros * part))};
}

cell cell_between(const sql_type *t, cell low, cell high, double part) {
  if (sql_lane(t) == LANE_F64) return (cell){.f = low.f + (high.f - low.f) * part};
  if (t->id == SQL_INTERVAL)
    return (cell){.w = interval_pack(interval_between(interval_of(low.w), interval_of(high.w), part))};
  if (sql_lane(t) == LANE_I64) return (cell){.i = (int64_t)whole_between(low.i, high.i, part)};
  return (cell){.w = wide_between(low.w, high.w, part)};
}

static cell continuous(const aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, double q) {
  double at = q * (double)(n - 1), low = floor(at);
  cell x = value_at(s, rows, (uint32_t)low);
  if (low == at) return x;
  return cell_between(arg_type(a), x, value_at(s, rows, (uint32_t)low + 1), at - low);
}

static cell discrete(const rowset *s, const uint32_t *rows, uint32_t n, double q) {
  double at = ceil(q * (double)n) - 1;
  return value_at(s, rows, at < 0 ? 0 : at >= n ? n - 1 : (uint32_t)at);
}

static bool can_be_between(const sql_type *t) {
  return sql_is_numeric(t) || sql_is_temporal(t) || t->id == SQL_INTERVAL || t->id == SQL_TIME;
}

bool aggregate_is_continuous(const aggregate *a) {
  return a->call->function == FN_QUANTILE_CONT ||
         (a->call->function == FN_MEDIAN && can_be_between(arg_type(a)));
}

/* A fraction below 0 counts from the greatest. */
static sonde_code one_quantile(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, double q,
                               cell *out) {
  SONDE_CHECK(q >= -1 && q <= 1, a->run->err, SONDE_VALUE, a->call->at, "a quantile is from -1 to 1");
  bool from_top = signbit(q) && q < 0;
  if (aggregate_is_continuous(a)) {
    *out = continuous(a, s, rows, n, from_top ? 1 + q : q);
  } else if (from_top) {
    double at = ceil(-q * (double)n) - 1;
    *out = value_at(s, rows, n - 1 - (at < 0 ? 0 : (uint32_t)at));
  } else {
    *out = discrete(s, rows, n, q);
  }
  return SONDE_OK;
}

static sonde_code many_quantiles(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n,
                                 const nested *qs, uint32_t row, col *out, arena *m) {
  const sql_type *each = &a->call->args[1]->type.children[0];
  nested *x = nested_new(qs->n, true, m, a->run->err);
  if (!x) return a->run->err->code;
  for (uint32_t i = 0; i < qs->n; i++) {
    if (!nested_valid(qs, i))
      nested_validity(x)[i] = 0;
    else
      SONDE_TRY(one_quantile(a, s, rows, n, as_double(each, qs->cells[i]), &nested_cells(x)[i]));
  }
  return put_list(a, x, row, out);
}

static sonde_code quantiles(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t row,
                            col *out, arena *m) {
  uint32_t *order;
  cell q = {.f = 0.5}, v;
  if (n == 0) return col_put_null(out, row), SONDE_OK;
  bool descending = a->call->n_keys && a->call->keys[0].descending;
  bool given = a->call->n_args < 2 || parameter(a, s, rows, n, 1, &q);
  SONDE_CHECK(given, a->run->err, SONDE_VALUE, a->call->at, "a quantile cannot be NULL");
  SONDE_TRY(sorted(a, s, rows, n, (order_by){.column = 0, .descending = descending}, m, &order));
  if (a->call->n_args > 1 && a->call->args[1]->type.id == SQL_LIST)
    return many_quantiles(a, s, order, n, q.n, row, out, m);
  SONDE_TRY(one_quantile(a, s, order, n, q.f, &v));
  col_put(out, row, v);
  return SONDE_OK;
}

bool aggregate_is_quantile(const aggregate *a) { return a->all == quantiles; }

static int by_double(const void *a, const void *b) {
  uint64_t x = double_order(*(const double *)a), y = double_order(*(const double *)b);
  return (x > y) - (x < y);
}

static cell mad_cell(const sql_type *out, double v) {
  if (out->id == SQL_INTERVAL) return (cell){.w = interval_pack((interval){0, 0, (int64_t)v})};
  if (sql_lane(out) == LANE_F64) return (cell){.f = v};
  return sql_lane(out) == LANE_I64 ? (cell){.i = (int64_t)v} : (cell){.w = (i128)v};
}

static sonde_code median_deviation(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n,
                                   uint32_t row, col *out, arena *m) {
  uint32_t *order;
  if (n == 0) return col_put_null(out, row), SONDE_OK;
  SONDE_TRY(sorted(a, s, rows, n, (order_by){.column = 0}, m, &order));
  double *far = arena_array(m, n, sizeof *far, a->run->err),
         median = as_double(arg_type(a), continuous(a, s, order, n, 0.5));
  if (!far) return a->run->err->code;
  for (uint32_t i = 0; i < n; i++) far[i] = fabs(as_double(arg_type(a), value_at(s, order, i)) - median);
  qsort(far, n, sizeof *far, by_double);
  uint32_t low = (n - 1) / 2;
  col_put(out, row, mad_cell(out->type, (far[low] + far[n / 2]) / 2));
  return SONDE_OK;
}

/* ---- how often ---- */

typedef struct {
  uint32_t first; /* row where it comes first */
  uint64_t times;
} counted;

/* Runs of equal values in sorted order; the sort is stable, so a run begins with the value's first row. */
static sonde_code count_values(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, arena *m,
                               counted **out, uint32_t *n_out) {
  uint32_t *order;
  order_by by = {.column = 0};
  SONDE_TRY(sorted(a, s, rows, n, by, m, &order));
  *out = arena_array(m, n, sizeof **out, a->run->err);
  if (!*out) return a->run->err->code;
  *n_out = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0 && same_keys(s, &by, 1, order[i - 1], order[i]))
      (*out)[*n_out - 1].times++;
    else
      (*out)[(*n_out)++] = (counted){order[i], 1};
  }
  return SONDE_OK;
}

static int by_row(const void *a, const void *b) {
  uint32_t x = ((const counted *)a)->first, y = ((const counted *)b)->first;
  return (x > y) - (x < y);
}

/* Of the most frequent values the one that comes first. */
static sonde_code mode(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t row,
                       col *out, arena *m) {
  counted *all;
  uint32_t count, kept = 0;
  uint64_t most = 0;
  if (n == 0) return col_put_null(out, row), SONDE_OK;
  SONDE_TRY(count_values(a, s, rows, n, m, &all, &count));
  for (uint32_t i = 0; i < count; i++)
    if (all[i].times > most) most = all[i].times;
  for (uint32_t i = 0; i < count; i++)
    if (all[i].times == most) all[kept++] = all[i];
  qsort(all, kept, sizeof *all, by_row);
  for (uint32_t i = 0; i < n; i++) {
    counted key = {.first = rows[i]};
    if (!bsearch(&key, all, kept, sizeof *all, by_row)) continue;
    col_put(out, row, rowset_cell(s, 0, rows[i]));
    break;
  }
  return SONDE_OK;
}

static sonde_code entropy(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t row,
                          col *out, arena *m) {
  counted *all;
  uint32_t count;
  double sum = 0;
  SONDE_TRY(count_values(a, s, rows, n, m, &all, &count));
  for (uint32_t i = 0; i < count; i++)
    sum += (double)all[i].times / n * log2((double)n / (double)all[i].times);
  col_put(out, row, (cell){.f = sum});
  return SONDE_OK;
}

static sonde_code count_distinct(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n,
                                 uint32_t row, col *out, arena *m) {
  counted *all;
  uint32_t count;
  SONDE_TRY(count_values(a, s, rows, n, m, &all, &count));
  col_put(out, row, (cell){.i = count});
  return SONDE_OK;
}

static sonde_code histogram(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t row,
                            col *out, arena *m) {
  counted *all;
  uint32_t count;
  if (n == 0) return col_put_null(out, row), SONDE_OK;
  SONDE_TRY(count_values(a, s, rows, n, m, &all, &count));
  nested *x = nested_new(count * 2, false, m, a->run->err);
  for (uint32_t i = 0; x && i < count; i++) {
    nested_cells(x)[2 * i] = rowset_cell(s, 0, all[i].first);
    nested_cells(x)[2 * i + 1].w = (i128)all[i].times;
  }
  return put_list(a, x, row, out);
}

/* ---- histograms with given bounds ---- */

/* Pairs of bound and count; ascending, each bound once. */
static void insert_bound(const sql_type *t, nested *x, cell bound) {
  uint32_t at = x->n;
  while (at > 0 && cell_compare(t, x->cells[at - 2], bound) > 0) at -= 2;
  if (at > 0 && cell_compare(t, x->cells[at - 2], bound) == 0) return;
  memmove(&nested_cells(x)[at + 2], &nested_cells(x)[at], (x->n - at) * sizeof(cell));
  nested_cells(x)[at] = bound;
  nested_cells(x)[at + 1].w = 0;
  x->n += 2;
}

static sonde_code bounds_of(aggregate *a, const nested *bins, arena *m, nested **out) {
  nested *x = *out = nested_new(2 * bins->n + 2, false, m, a->run->err);
  if (!x) return a->run->err->code;
  x->n = 0;
  for (uint32_t i = 0; i < bins->n; i++) {
    SONDE_CHECK(nested_valid(bins, i), a->run->err, SONDE_VALUE, a->call->at,
                "a bound of a histogram cannot be NULL");
    insert_bound(arg_type(a), x, bins->cells[i]);
  }
  return SONDE_OK;
}

/* What no bound holds is counted under the greatest value of the type, where it has one. */
static bool greatest_value(const sql_type *t, cell *out) {
  static const int64_t most[] = {
      [SQL_TINYINT] = INT8_MAX, [SQL_SMALLINT] = INT16_MAX, [SQL_INTEGER] = INT32_MAX};
  if (sql_lane(t) == LANE_F64) return out->f = INFINITY, true;
  if (sql_lane(t) != LANE_I64) return false;
  out->i = t->id >= SQL_TINYINT && t->id <= SQL_INTEGER ? most[t->id] : INT64_MAX;
  return true;
}

static uint32_t bound_for(const sql_type *t, const nested *x, cell v) {
  uint32_t low = 0, high = x->n / 2;
  while (low < high) {
    uint32_t mid = (low + high) / 2;
    if (cell_compare(t, x->cells[2 * mid], v) < 0)
      low = mid + 1;
    else
      high = mid;
  }
  return 2 * low;
}

static sonde_code binned(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t row,
                         col *out, arena *m) {
  const sql_type *t = arg_type(a);
  bool exact = a->call->function == FN_HISTOGRAM_EXACT;
  cell bins, greatest;
  nested *x;
  uint32_t other = 0;
  if (n == 0) return col_put_null(out, row), SONDE_OK;
  bool given = parameter(a, s, rows, n, 1, &bins);
  SONDE_CHECK(given, a->run->err, SONDE_VALUE, a->call->at, "the bounds of a histogram cannot be NULL");
  SONDE_TRY(bounds_of(a, bins.n, m, &x));
  for (uint32_t r = 0; r < n; r++) {
    cell v = value_at(s, rows, r);
    uint32_t at = bound_for(t, x, v);
    bool hit = at < x->n && (!exact || cell_compare(t, v, x->cells[at]) == 0);
    if (hit)
      nested_cells(x)[at + 1].w++;
    else
      other++;
  }
  if (other && greatest_value(t, &greatest)) {
    nested_cells(x)[x->n] = greatest;
    nested_cells(x)[x->n + 1].w = other;
    x->n += 2;
  }
  return put_list(a, x, row, out);
}

/* ---- the most frequent ---- */

static int by_times(const void *a, const void *b) {
  const counted *x = a, *y = b;
  if (x->times != y->times) return x->times > y->times ? -1 : 1;
  return (x->first > y->first) - (x->first < y->first);
}

static sonde_code count_of(const aggregate *a, cell k, uint32_t n, uint32_t *out) {
  SONDE_CHECK(k.i > 0 && k.i < 1000000, a->run->err, SONDE_VALUE, a->call->at,
              "how many is from 1 to 999,999");
  *out = k.i < n ? (uint32_t)k.i : n;
  return SONDE_OK;
}

static sonde_code top_k(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t row,
                        col *out, arena *m) {
  counted *all;
  uint32_t count, take = 0;
  cell k;
  if (!parameter(a, s, rows, n, 1, &k)) return col_put_null(out, row), SONDE_OK;
  SONDE_TRY(count_values(a, s, rows, n, m, &all, &count));
  qsort(all, count, sizeof *all, by_times);
  SONDE_TRY(count_of(a, k, count, &take));
  nested *x = nested_new(take, false, m, a->run->err);
  for (uint32_t i = 0; x && i < take; i++) nested_cells(x)[i] = rowset_cell(s, 0, all[i].first);
  return put_list(a, x, row, out);
}

/* ---- the n least or greatest ---- */

static sonde_code extremes_n(aggregate *a, const rowset *s, const uint32_t *rows, uint32_t n, uint32_t row,
                             col *out, arena *m) {
  uint16_t fn = a->call->function;
  bool by_other = fn == FN_ARG_MIN_N || fn == FN_ARG_MAX_N, max = fn == FN_MAX_N || fn == FN_ARG_MAX_N;
  uint32_t *order, take = 0, there = 0;
  cell k;
  if (!parameter(a, s, rows, n, by_other ? 2 : 1, &k)) return col_put_null(out, row), SONDE_OK;
  uint32_t *with_key = arena_array(m, n, sizeof *with_key, a->run->err);
  if (!with_key) return a->run->err->code;
  for (uint32_t i = 0; i < n; i++)
    if (rowset_valid(s, by_other, rows[i])) with_key[there++] = rows[i];
  SONDE_TRY(sorted(a, s, with_key, there, (order_by){.column = by_other, .descending = max}, m, &order));
  SONDE_TRY(count_of(a, k, there, &take));
  return gather_list(a, s, order, take, row, out, m);
}

holistic holistic_of(const aggregate_call *c, bool *keeps_nulls) {
  *keeps_nulls = c->function == FN_LIST;
  switch (c->function) {
  case FN_LIST: return gather_list;
  case FN_STRING_AGG: return join_texts;
  case FN_MEDIAN:
  case FN_QUANTILE_CONT:
  case FN_QUANTILE_DISC:
  case FN_APPROX_QUANTILE: return quantiles;
  case FN_MAD: return median_deviation;
  case FN_MODE: return mode;
  case FN_ENTROPY: return entropy;
  case FN_APPROX_COUNT_DISTINCT: return count_distinct;
  case FN_HISTOGRAM: return histogram;
  case FN_HISTOGRAM_BINS:
  case FN_HISTOGRAM_EXACT: return binned;
  case FN_APPROX_TOP_K: return top_k;
  case FN_MIN_N:
  case FN_MAX_N:
  case FN_ARG_MIN_N:
  case FN_ARG_MAX_N: return extremes_n;
  default: return NULL;
  }
}
