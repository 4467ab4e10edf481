/* Window functions that look at places and single values: ranks, lag and lead, first, last and nth value. */
#include "exec/query/window/window.h"

void window_put(partition *p, uint32_t place, value v) {
  uint32_t row = p->by_place ? place : p->order[place];
  if (v.null)
    col_put_null(p->out, row);
  else
    col_put(p->out, row, v.v);
}

static value arg_at(const partition *p, uint32_t which, uint32_t place) {
  uint32_t column = p->c->args[which], row = p->order[place];
  if (!rowset_valid(p->rows, column, row)) return (value){.null = true};
  return (value){.v = rowset_cell(p->rows, column, row)};
}

static int64_t bucket(uint32_t place, uint32_t n, int64_t buckets) {
  int64_t size = n / buckets, larger = n % buckets, at = place;
  if (at < larger * (size + 1)) return at / (size + 1) + 1;
  return larger + (at - larger * (size + 1)) / size + 1;
}

static sonde_code rank_value(const partition *p, uint32_t place, value *v) {
  uint32_t n = p->end - p->begin, at = place - p->begin, peers = p->peer_begin[at] - p->begin;
  *v = (value){0};
  switch (p->c->call->call.function) {
  case FN_ROW_NUMBER: v->v.i = (int64_t)at + 1; break;
  case FN_RANK: v->v.i = (int64_t)peers + 1; break;
  case FN_DENSE_RANK: v->v.i = (int64_t)p->peer_group[at] + 1; break;
  case FN_PERCENT_RANK: v->v.f = n > 1 ? (double)peers / (double)(n - 1) : 0; break;
  case FN_CUME_DIST: v->v.f = (double)(p->peer_end[at] - p->begin) / (double)n; break;
  default: {
    value buckets = arg_at(p, 0, place);
    *v = buckets;
    if (buckets.null) break;
    SONDE_CHECK(buckets.v.i > 0, p->run->err, SONDE_VALUE, p->c->call->call.at,
                "ntile needs a positive number");
    v->v.i = bucket(at, n, buckets.v.i > n ? n : buckets.v.i);
  }
  }
  return SONDE_OK;
}

/* ---- functions with an ORDER BY of their own: over the rows of the frame, in that order ---- */

typedef struct {
  order_by keys[8];
  uint32_t n_keys;
  uint32_t *rows, n; /* of the frame, sorted */
} own_order;

static sonde_code sort_frame(const partition *p, uint32_t place, own_order *o) {
  const aggregate_call *c = &p->c->call->call;
  frame f;
  SONDE_TRY(frame_of(p, place, &f));
  o->n = 0;
  o->n_keys = c->n_keys < 8 ? c->n_keys : 8;
  for (uint32_t i = 0; i < o->n_keys; i++)
    o->keys[i] = (order_by){p->c->keys[i], c->keys[i].descending, c->keys[i].nulls_first};
  arena_reset(p->scratch);
  o->rows = arena_array(p->scratch, f.to - f.from + 1u, sizeof *o->rows, p->run->err);
  if (!o->rows) return p->run->err->code;
  for (uint32_t at = f.from; at < f.to; at++)
    if (!is_excluded(p, place, at) &&
        (!c->ignore_nulls || rowset_valid(p->rows, p->c->args[0], p->order[at])))
      o->rows[o->n++] = p->order[at];
  return sort_rows(p->run->mem, p->rows, o->keys, o->n_keys, o->rows, o->n, NULL, p->run->err);
}

/* What a rank says of a row among n sorted ones: how many groups and rows are before it, and how many up to its peers. */
static value rank_among(const partition *p, uint32_t row, const own_order *o) {
  int64_t before = 0, groups = 0, up_to = 0, own = 0;
  for (uint32_t i = 0; i < o->n; i++) {
    int c = compare_keys(p->rows, o->keys, o->n_keys, o->rows[i], row);
    if (c < 0) groups += i == 0 || !same_keys(p->rows, o->keys, o->n_keys, o->rows[i - 1], o->rows[i]);
    before += c < 0;
    up_to += c <= 0;
    if (o->rows[i] == row) own = i;
  }
  switch (p->c->call->call.function) {
  case FN_ROW_NUMBER: return (value){.v.i = own + 1};
  case FN_RANK: return (value){.v.i = before + 1};
  case FN_DENSE_RANK: return (value){.v.i = groups + 1};
  case FN_PERCENT_RANK: return (value){.v.f = o->n > 1 ? (double)before / (double)(o->n - 1) : 0};
  default: return (value){.v.f = o->n ? (double)up_to / (double)o->n : 0};
  }
}

static value value_among(const partition *p, const own_order *o, int64_t nth) {
  bool last = p->c->call->call.function == FN_LAST_VALUE;
  if (nth < 1 || nth > o->n) return (value){.null = true};
  uint32_t row = o->rows[last ? o->n - 1 : (uint32_t)nth - 1];
  if (!rowset_valid(p->rows, p->c->args[0], row)) return (value){.null = true};
  return (value){.v = rowset_cell(p->rows, p->c->args[0], row)};
}

static bool is_framed(uint16_t fn) {
  return fn == FN_FIRST_VALUE || fn == FN_LAST_VALUE || fn == FN_NTH_VALUE ||
         (fn >= FN_ROW_NUMBER && fn <= FN_CUME_DIST);
}

bool window_orders_frames(const window_call *c) { return c->call.n_keys && is_framed(c->call.function); }

static sonde_code in_own_order(partition *p) {
  uint16_t fn = p->c->call->call.function;
  for (; p->row < p->end && p->budget > 0; p->row++) {
    uint32_t place = p->row;
    own_order o;
    value nth = {.v.i = 1};
    SONDE_TRY(sort_frame(p, place, &o));
    p->budget -= 16 * (int64_t)o.n + 1;
    if (fn == FN_NTH_VALUE) nth = arg_at(p, 1, place);
    bool ranks = fn >= FN_ROW_NUMBER && fn <= FN_CUME_DIST;
    window_put(p, place,
               ranks ? rank_among(p, p->order[place], &o) : value_among(p, &o, nth.null ? 0 : nth.v.i));
  }
  return SONDE_OK;
}

sonde_code window_rank(partition *p) {
  if (window_orders_frames(p->c->call)) return in_own_order(p);
  for (; p->row < p->end && p->budget > 0; p->row++, p->budget--) {
    value v;
    SONDE_TRY(rank_value(p, p->row, &v));
    window_put(p, p->row, v);
  }
  return SONDE_OK;
}

/* ---- lag, lead ---- */

/* The place `by` values away; nulls are passed over if asked. UINT32_MAX: outside of the partition. */
static uint32_t away(partition *p, uint32_t place, int64_t by) {
  bool skip = p->c->call->call.ignore_nulls;
  int64_t at = place, direction = by < 0 ? -1 : 1;
  if (!skip) at += by;
  for (int64_t left = by < 0 ? -by : by; skip && left > 0;) {
    at += direction;
    if (at < p->begin || at >= p->end) return UINT32_MAX;
    if (!arg_at(p, 0, (uint32_t)at).null) left--;
    p->budget--;
  }
  return at < p->begin || at >= p->end ? UINT32_MAX : (uint32_t)at;
}

static value shifted(partition *p, uint32_t place) {
  const aggregate_call *c = &p->c->call->call;
  value by = {.v.i = 1};
  if (c->n_args > 1) by = arg_at(p, 1, place);
  if (by.null || by.v.i > INT32_MAX || by.v.i < -INT32_MAX) return (value){.null = true};
  uint32_t at = away(p, place, c->function == FN_LAG ? -by.v.i : by.v.i);
  if (at != UINT32_MAX) return arg_at(p, 0, at);
  return c->n_args > 2 ? arg_at(p, 2, place) : (value){.null = true};
}

bool window_shifts(const window_call *c) {
  const aggregate_call *a = &c->call;
  return (a->function == FN_LAG || a->function == FN_LEAD) && a->n_args == 1 && !a->ignore_nulls;
}

/* The lanes that most columns have, without a cell in between. */
static void shift_words(partition *p, uint32_t from, uint32_t to, int32_t by) {
  const kept_col *c = &p->rows->cols[p->c->args[0]];
  uint64_t *out = col_lanes(p->out);
  for (uint32_t place = from; place < to; place++) {
    uint32_t row = p->order[place], source = p->order[place + (uint32_t)by];
    out[p->by_place ? place : row] = KEPT_LANE(c, uint64_t, source);
  }
}

static void shift_nulls(partition *p, uint32_t from, uint32_t to, int32_t by) {
  const uint32_t column = p->c->args[0];
  for (uint32_t place = from; p->rows->cols[column].nullable && place < to; place++)
    if (!rowset_valid(p->rows, column, p->order[place + (uint32_t)by]))
      window_put(p, place, (value){.null = true});
}

/* By one row, for which few places have to be asked whether they are within the partition. */
static bool shift_all(partition *p) {
  const window_call *c = p->c->call;
  lane l = sql_lane(&c->call.type);
  if (!window_shifts(c) || (l != LANE_I64 && l != LANE_F64)) return false;
  bool lag = c->call.function == FN_LAG;
  uint32_t from = p->begin + lag, to = p->end - !lag;
  window_put(p, lag ? p->begin : to, (value){.null = true});
  shift_words(p, from, to, lag ? -1 : 1);
  shift_nulls(p, from, to, lag ? -1 : 1);
  p->row = p->end;
  return true;
}

/* ---- first, last, nth ---- */

static bool counts(partition *p, uint32_t place, uint32_t other) {
  p->budget--;
  if (is_excluded(p, place, other)) return false;
  return !p->c->call->call.ignore_nulls || !arg_at(p, 0, other).null;
}

static value from_front(partition *p, uint32_t place, frame f, int64_t nth) {
  for (uint32_t at = f.from; at < f.to; at++)
    if (counts(p, place, at) && --nth == 0) return arg_at(p, 0, at);
  return (value){.null = true};
}

static value from_back(partition *p, uint32_t place, frame f) {
  for (uint32_t at = f.to; at > f.from; at--)
    if (counts(p, place, at - 1)) return arg_at(p, 0, at - 1);
  return (value){.null = true};
}

static sonde_code framed(partition *p, uint32_t place, value *v) {
  frame f;
  SONDE_TRY(frame_of(p, place, &f));
  uint16_t fn = p->c->call->call.function;
  value nth = {.v.i = 1};
  if (fn == FN_NTH_VALUE) nth = arg_at(p, 1, place);
  bool plain = p->c->call->exclude == EXCLUDE_NONE && !p->c->call->call.ignore_nulls;
  if (fn == FN_LAST_VALUE || fn == FN_LAST)
    *v = from_back(p, place, f);
  else if (nth.null || nth.v.i < 1)
    *v = (value){.null = true};
  else if (plain)
    *v = nth.v.i <= f.to - f.from ? arg_at(p, 0, f.from + (uint32_t)nth.v.i - 1) : (value){.null = true};
  else
    *v = from_front(p, place, f, nth.v.i);
  return SONDE_OK;
}

/* ---- fill: a straight line by the order key between the values around ---- */

static double number_at(const partition *p, uint32_t column, uint32_t place) {
  cell v = rowset_cell(p->rows, column, p->order[place]);
  lane l = sql_lane(p->rows->cols[column].type);
  return l == LANE_F64 ? v.f : l == LANE_I64 ? (double)v.i : (double)v.w;
}

static value filled(partition *p, uint32_t place) {
  value v = arg_at(p, 0, place);
  uint32_t before = place, behind = place;
  if (!v.null || !p->c->call->n_order) return v;
  while (before > p->begin && arg_at(p, 0, before).null) before--;
  while (behind + 1 < p->end && arg_at(p, 0, behind).null) behind++;
  p->budget -= behind - before;
  bool left = !arg_at(p, 0, before).null, right = !arg_at(p, 0, behind).null;
  if (!left || !right) return left ? arg_at(p, 0, before) : arg_at(p, 0, behind);
  double x0 = number_at(p, p->c->order[0], before), x1 = number_at(p, p->c->order[0], behind),
         x = number_at(p, p->c->order[0], place);
  double y0 = number_at(p, p->c->args[0], before), y1 = number_at(p, p->c->args[0], behind);
  double y = x1 == x0 ? y0 : y0 + (y1 - y0) * (x - x0) / (x1 - x0);
  lane l = sql_lane(p->rows->cols[p->c->args[0]].type);
  return (value){.v = l == LANE_F64   ? (cell){.f = y}
                      : l == LANE_I64 ? (cell){.i = (int64_t)y}
                                      : (cell){.w = (i128)y}};
}

sonde_code window_value(partition *p) {
  uint16_t fn = p->c->call->call.function;
  if (window_orders_frames(p->c->call)) return in_own_order(p);
  if (shift_all(p)) return SONDE_OK;
  for (; p->row < p->end && p->budget > 0; p->row++, p->budget--) {
    uint32_t place = p->row;
    value v;
    if (fn == FN_LAG || fn == FN_LEAD)
      v = shifted(p, place);
    else if (fn == FN_FILL)
      v = filled(p, place);
    else
      SONDE_TRY(framed(p, place, &v));
    window_put(p, place, v);
  }
  return SONDE_OK;
}
