/* Frames: where they begin and end for each row; see window.h. */
#include "exec/query/time/calendar.h"
#include "exec/query/window/window.h"

static const window_call *call_of(const partition *p) { return p->c->call; }
static uint32_t peers_from(const partition *p, uint32_t place) { return p->peer_begin[place - p->begin]; }
static uint32_t peers_to(const partition *p, uint32_t place) { return p->peer_end[place - p->begin]; }

/* ---- offsets ---- */

static bool is_same_everywhere(const expr *e) {
  if (e->kind == EXPR_COLUMN || e->kind == EXPR_CALL) return false;
  for (uint32_t i = 0; i < e->n_args; i++)
    if (!is_same_everywhere(e->args[i])) return false;
  return true;
}

/* Rows lie far apart in memory: an offset that is the same for all is read where it was read before. */
static sonde_code offset_of(const partition *p, uint32_t place, uint32_t column, const expr *e, value *out) {
  uint32_t row = p->order[is_same_everywhere(e) ? p->begin : place];
  *out = (value){.null = !rowset_valid(p->rows, column, row)};
  SONDE_CHECK(!out->null, p->run->err, SONDE_VALUE, e->at, "the offset of a frame cannot be NULL");
  out->v = rowset_cell(p->rows, column, row);
  return SONDE_OK;
}

static sonde_code count_offset(const partition *p, uint32_t place, uint32_t column, const expr *e,
                               uint32_t *out) {
  value v;
  SONDE_TRY(offset_of(p, place, column, e, &v));
  SONDE_CHECK(v.v.i >= 0, p->run->err, SONDE_VALUE, e->at, "the offset of a frame cannot be negative");
  *out = v.v.i > UINT32_MAX ? UINT32_MAX : (uint32_t)v.v.i;
  return SONDE_OK;
}

/* ---- ROWS ---- */

static uint32_t minus(uint32_t a, uint32_t b, uint32_t least) { return a - least > b ? a - b : least; }
static uint32_t plus(uint32_t a, uint32_t b, uint32_t most) { return most - a > b ? a + b : most; }

static sonde_code rows_bound(const partition *p, uint32_t place, bool end, uint32_t *out) {
  const window_call *c = call_of(p);
  frame_bound b = end ? c->to : c->from;
  const expr *e = end ? c->to_offset : c->from_offset;
  uint32_t by = 0;
  if (b == BOUND_UNBOUNDED_PRECEDING) return *out = p->begin, SONDE_OK;
  if (b == BOUND_UNBOUNDED_FOLLOWING) return *out = p->end, SONDE_OK;
  if (b != BOUND_CURRENT) SONDE_TRY(count_offset(p, place, end ? p->c->to : p->c->from, e, &by));
  if (b == BOUND_PRECEDING)
    *out = end && by > place - p->begin ? p->begin : minus(place + end, by, p->begin);
  else
    *out = plus(place + end, by, p->end);
  return SONDE_OK;
}

/* ---- GROUPS ---- */

static uint32_t group_begin(const partition *p, uint32_t place, uint32_t back) {
  uint32_t at = peers_from(p, place);
  for (; back && at > p->begin; back--) at = peers_from(p, at - 1);
  return at;
}

static uint32_t group_end(const partition *p, uint32_t place, uint32_t on) {
  uint32_t at = peers_to(p, place);
  for (; on && at < p->end; on--) at = peers_to(p, at);
  return at;
}

static sonde_code groups_bound(const partition *p, uint32_t place, bool end, uint32_t *out) {
  const window_call *c = call_of(p);
  frame_bound b = end ? c->to : c->from;
  uint32_t by = 0, group = p->peer_group[place - p->begin], at = peers_from(p, place),
           last = peers_to(p, place);
  if (b == BOUND_UNBOUNDED_PRECEDING) return *out = p->begin, SONDE_OK;
  if (b == BOUND_UNBOUNDED_FOLLOWING) return *out = p->end, SONDE_OK;
  if (b == BOUND_CURRENT) return *out = end ? last : at, SONDE_OK;
  SONDE_TRY(count_offset(p, place, end ? p->c->to : p->c->from, end ? c->to_offset : c->from_offset, &by));
  if (b == BOUND_PRECEDING) {
    if (by > group) return *out = p->begin, SONDE_OK;
    uint32_t begin = group_begin(p, place, by);
    *out = end ? peers_to(p, begin) : begin;
    return SONDE_OK;
  }
  uint32_t behind = group_end(p, place, by);
  uint32_t groups_left = p->peer_group[p->end - 1 - p->begin] - group;
  *out = by > groups_left ? p->end : end ? behind : peers_from(p, behind - 1);
  return SONDE_OK;
}

/* ---- RANGE ---- */

static bool shifted_time(const sql_type *t, int64_t v, interval by, int sign, int64_t *out) {
  const int64_t day = t->unit == 9 ? 86400000000000 : 86400000000;
  int64_t days = t->id == SQL_DATE ? v : v / day - (v % day < 0),
          rest = t->id == SQL_DATE ? 0 : v - days * day;
  if (!date_add_months(days, sign * (int64_t)by.months, &days)) return false;
  days += sign * (int64_t)by.days;
  int64_t micros = sign * by.micros * (t->unit == 9 ? 1000 : 1);
  if (t->id == SQL_DATE)
    *out = days + micros / 86400000000;
  else
    *out = days * day + rest + micros;
  return true;
}

/* The order key of a place, moved by an offset. */
static sonde_code moved_key(const partition *p, uint32_t place, uint32_t column, const expr *e, int sign,
                            cell *out) {
  value by;
  const sql_type *t = p->rows->cols[p->c->order[0]].type;
  SONDE_TRY(offset_of(p, place, column, e, &by));
  *out = rowset_cell(p->rows, p->c->order[0], p->order[place]);
  bool fits = true;
  if (e->type.id == SQL_INTERVAL && t->id != SQL_INTERVAL) {
    fits = shifted_time(t, out->i, interval_of(by.v.w), sign, &out->i);
  } else if (t->id == SQL_INTERVAL) {
    interval a = interval_of(out->w), b = interval_of(by.v.w);
    out->w = interval_pack(
        (interval){a.months + sign * b.months, a.days + sign * b.days, a.micros + sign * b.micros});
  } else if (sql_lane(t) == LANE_F64) {
    SONDE_CHECK(by.v.f >= 0, p->run->err, SONDE_VALUE, e->at, "the offset of a frame cannot be negative");
    out->f += sign * by.v.f;
  } else if (sql_lane(t) == LANE_I64) {
    SONDE_CHECK(by.v.i >= 0, p->run->err, SONDE_VALUE, e->at, "the offset of a frame cannot be negative");
    if (__builtin_add_overflow(out->i, sign * by.v.i, &out->i)) out->i = sign > 0 ? INT64_MAX : INT64_MIN;
  } else {
    fits = !__builtin_add_overflow(out->w, sign * by.v.w, &out->w);
  }
  SONDE_CHECK(fits, p->run->err, SONDE_VALUE, e->at, "the bound of a frame is out of range");
  return SONDE_OK;
}

/* The first place whose key is not before the bound (or, at an end, the first behind it). Nulls lie at one end. */
static uint32_t search(const partition *p, cell bound, bool end) {
  const sort_key *k = &call_of(p)->order[0];
  const sql_type *t = p->rows->cols[p->c->order[0]].type;
  uint32_t low = p->begin, high = p->end;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2, row = p->order[mid];
    bool before;
    if (!rowset_valid(p->rows, p->c->order[0], row)) {
      before = k->nulls_first;
    } else {
      int c = cell_compare(t, rowset_cell(p->rows, p->c->order[0], row), bound);
      if (k->descending) c = -c;
      before = end ? c <= 0 : c < 0;
    }
    if (before)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

static sonde_code range_bound(const partition *p, uint32_t place, bool end, uint32_t *out) {
  const window_call *c = call_of(p);
  frame_bound b = end ? c->to : c->from;
  if (b == BOUND_UNBOUNDED_PRECEDING) return *out = p->begin, SONDE_OK;
  if (b == BOUND_UNBOUNDED_FOLLOWING) return *out = p->end, SONDE_OK;
  bool null = c->n_order && !rowset_valid(p->rows, p->c->order[0], p->order[place]);
  if (b == BOUND_CURRENT || null) return *out = end ? peers_to(p, place) : peers_from(p, place), SONDE_OK;
  cell bound;
  int sign = (b == BOUND_PRECEDING) != c->order[0].descending ? -1 : 1;
  SONDE_TRY(
      moved_key(p, place, end ? p->c->to : p->c->from, end ? c->to_offset : c->from_offset, sign, &bound));
  *out = search(p, bound, end);
  return SONDE_OK;
}

sonde_code frame_of(const partition *p, uint32_t place, frame *f) {
  sonde_code (*bound)(const partition *, uint32_t, bool, uint32_t *) =
      call_of(p)->unit == FRAME_ROWS     ? rows_bound
      : call_of(p)->unit == FRAME_GROUPS ? groups_bound
                                         : range_bound;
  SONDE_TRY(bound(p, place, false, &f->from));
  SONDE_TRY(bound(p, place, true, &f->to));
  if (f->to < f->from) f->to = f->from;
  return SONDE_OK;
}

bool is_excluded(const partition *p, uint32_t place, uint32_t other) {
  switch (call_of(p)->exclude) {
  case EXCLUDE_CURRENT: return place == other;
  case EXCLUDE_GROUP: return other >= peers_from(p, place) && other < peers_to(p, place);
  case EXCLUDE_TIES: return place != other && other >= peers_from(p, place) && other < peers_to(p, place);
  default: return false;
  }
}
