/* Parts of dates and times, cutting, differences, buckets, making. */
#include <math.h>

#include "base/number.h"
#include "exec/query/kernels/date_parts.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

#define DAY_NANOS 86400000000000
#define DAY_MICROS 86400000000

static sonde_code no_such_part(const kernel_call *c, sonde_str name) {
  return status_set(c->err, SONDE_VALUE, c->e->at, "'%.*s' is no part of a date or time",
                    (int)(name.len < 60 ? name.len : 60), name.ptr);
}

static sonde_code no_part_of(const kernel_call *c, const sql_type *t) {
  return status_set(c->err, SONDE_TYPE, c->e->at, "%s have no such part",
                    t->id == SQL_TIME ? "times of day" : "intervals");
}

/* ---- parts ---- */

static int64_t year_part(date_part p, int64_t year) {
  switch (p) {
  case PART_YEAR: return year;
  case PART_DECADE: return year / 10;
  case PART_CENTURY: return year > 0 ? (year - 1) / 100 + 1 : year / 100 - 1;
  case PART_MILLENNIUM: return year > 0 ? (year - 1) / 1000 + 1 : year / 1000 - 1;
  default: return year > 0; /* era */
  }
}

static int64_t week_part(date_part p, int64_t days) {
  int64_t year, week = iso_week(days, &year);
  return p == PART_WEEK ? week : p == PART_ISOYEAR ? year : year * 100 + (year > 0 ? week : -week);
}

static int64_t day_part(date_part p, int64_t days) {
  civil d;
  switch (p) {
  case PART_WEEK:
  case PART_ISOYEAR:
  case PART_YEARWEEK: return week_part(p, days);
  case PART_WEEKDAY: return iso_weekday(days) % 7;
  case PART_ISODOW: return iso_weekday(days);
  default: break;
  }
  d = civil_of_days(days);
  switch (p) {
  case PART_MONTH: return d.month;
  case PART_DAY: return d.day;
  case PART_QUARTER: return (d.month - 1) / 3 + 1;
  case PART_DAYOFYEAR: return days - days_of_civil((civil){d.year, 1, 1}) + 1;
  default: return year_part(p, d.year);
  }
}

static int64_t clock_part(date_part p, int64_t nanos) {
  switch (p) {
  case PART_HOUR: return nanos / 3600000000000;
  case PART_MINUTE: return nanos / 60000000000 % 60;
  case PART_SECOND: return nanos / 1000000000 % 60;
  case PART_MILLISECOND: return nanos % 60000000000 / 1000000;
  case PART_MICROSECOND: return nanos % 60000000000 / 1000;
  case PART_NANOSECOND: return nanos % 60000000000;
  default: return 0; /* everything is in UTC */
  }
}

static bool is_clock(date_part p) { return p >= PART_HOUR && p <= PART_TIMEZONE_MINUTE; }

static bool interval_part(date_part p, interval v, int64_t *out) {
  switch (p) {
  case PART_YEAR:
  case PART_DECADE: *out = v.months / 12 / (p == PART_DECADE ? 10 : 1); return true;
  case PART_CENTURY: *out = v.months / 1200; return true;
  case PART_MILLENNIUM: *out = v.months / 12000; return true;
  case PART_QUARTER: *out = v.months % 12 / 3 + 1; return true;
  case PART_MONTH: *out = v.months % 12; return true;
  case PART_DAY: *out = v.days; return true;
  case PART_HOUR: *out = v.micros / 3600000000; return true;
  default:
    if (!is_clock(p) || p >= PART_TIMEZONE) return false;
    *out = v.micros < 0 ? -clock_part(p, -v.micros * 1000) : clock_part(p, v.micros * 1000);
    return true;
  }
}

static double interval_epoch(interval v) {
  int64_t years = v.months / 12, months = v.months % 12;
  return (double)years * 31557600 + (double)(months * 30 + v.days) * 86400 + (double)v.micros / 1e6;
}

/* One part of a value that is there: `null` when it is infinite. */
static sonde_code part_of(const kernel_call *c, date_part p, const sql_type *t, cell v, value *out) {
  *out = (value){0};
  if (t->id == SQL_INTERVAL) {
    if (p == PART_EPOCH) return out->v.f = interval_epoch(interval_of(v.w)), SONDE_OK;
    return interval_part(p, interval_of(v.w), &out->v.i) ? SONDE_OK : no_part_of(c, t);
  }
  if (t->id == SQL_TIME) {
    int64_t nanos = t->unit == 9 ? v.i : v.i * 1000;
    if (p == PART_EPOCH) return out->v.f = (double)nanos / 1e9, SONDE_OK;
    out->v.i = clock_part(p, nanos);
    return is_clock(p) ? SONDE_OK : no_part_of(c, t);
  }
  moment m;
  out->null = !moment_of(t, v.i, &m);
  if (out->null) return SONDE_OK;
  if (p == PART_EPOCH)
    out->v.f = (double)m.days * 86400 + (double)(m.nanos / 1000) / 1e6;
  else if (p == PART_JULIAN)
    out->v.f = (double)m.days + 2440588 + (double)m.nanos / DAY_NANOS;
  else
    out->v.i = is_clock(p) ? clock_part(p, m.nanos) : day_part(p, m.days);
  return SONDE_OK;
}

static void put_value(col *out, uint32_t i, value v) {
  if (v.null)
    col_put_null(out, i);
  else
    col_put(out, i, v.v);
}

static sonde_code parts(const kernel_call *c, date_part p, uint32_t arg, col *out) {
  const col *x = &c->args[arg];
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    value v;
    if (!row_valid(out, i)) continue;
    SONDE_TRY(part_of(c, p, x->type, col_cell(x, i), &v));
    put_value(out, i, v);
  }
  return SONDE_OK;
}

sonde_code kernel_date_part(const kernel_call *c, col *out) {
  return parts(c, (date_part)(c->e->function - FN_PART_YEAR), 0, out);
}

/* The part that row i names; a constant is looked up once. */
static sonde_code part_at(const kernel_call *c, uint32_t i, bool *known, date_part *p) {
  if (*known && c->args[0].form == COL_CONST) return SONDE_OK;
  sonde_str name = text_at(c, 0, i);
  *known = date_part_named(name, p);
  return *known ? SONDE_OK : no_such_part(c, name);
}

sonde_code kernel_date_part_named(const kernel_call *c, col *out) {
  date_part p = PART_DAY;
  bool whole = sql_lane(&c->e->type) == LANE_I64, known = false;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    value v;
    if (!row_valid(out, i)) continue;
    SONDE_TRY(part_at(c, i, &known, &p));
    bool zone = p >= PART_TIMEZONE && p <= PART_TIMEZONE_MINUTE;
    SONDE_CHECK(!zone || c->args[1].type->id != SQL_DATE, c->err, SONDE_TYPE, c->e->at,
                "dates have no time zone");
    SONDE_TRY(part_of(c, p, c->args[1].type, col_cell(&c->args[1], i), &v));
    bool floating = p == PART_EPOCH || p == PART_JULIAN;
    if (floating && whole) v.v.i = (int64_t)v.v.f;
    if (!floating && !whole) v.v.f = (double)v.v.i;
    put_value(out, i, v);
  }
  return SONDE_OK;
}

sonde_code kernel_date_parts(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *wanted = COL_AT(&c->args[0], const nested *, i);
    nested *x = nested_new(wanted->n, true, c->a, c->err);
    if (!x) return c->err->code;
    for (uint32_t k = 0; k < wanted->n; k++) {
      date_part p;
      value v;
      if (!date_part_named(wanted->cells[k].s, &p)) return no_such_part(c, wanted->cells[k].s);
      SONDE_TRY(part_of(c, p, c->args[1].type, col_cell(&c->args[1], i), &v));
      if (p == PART_EPOCH || p == PART_JULIAN) v.v.i = (int64_t)v.v.f;
      nested_validity(x)[k] = !v.null;
      nested_cells(x)[k] = v.v;
    }
    col_put(out, i, (cell){.n = x});
  }
  return SONDE_OK;
}

/* ---- since 1970 ---- */

static i128 micros_of_interval(interval x) {
  int64_t months = x.months / 12 * 12, days = (x.months - months) * 30 + x.days;
  return (i128)(months / 12) * 31557600000000 + (i128)days * DAY_MICROS + x.micros;
}

/* In units of which a second has so many; a value that is infinite is null. */
static i128 since_epoch(const sql_type *t, cell v, int64_t per_second, bool *null) {
  moment m = {0, 0};
  if (t->id == SQL_INTERVAL) {
    i128 micros = micros_of_interval(interval_of(v.w));
    return per_second >= 1000000 ? micros * (per_second / 1000000) : micros / (1000000 / per_second);
  }
  if (t->id == SQL_TIME)
    m.nanos = t->unit == 9 ? v.i : v.i * 1000;
  else
    *null = !moment_of(t, v.i, &m);
  return (i128)m.days * 86400 * per_second + m.nanos / (1000000000 / per_second);
}

sonde_code kernel_epoch(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  int64_t per_second = fn == FN_EPOCH_MS ? 1000 : fn == FN_EPOCH_US ? 1000000 : 1000000000;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    value v = {0};
    if (!row_valid(out, i)) continue;
    i128 n = since_epoch(c->args[0].type, col_cell(&c->args[0], i), per_second, &v.null);
    v.v.i = (int64_t)n;
    SONDE_CHECK(v.null || v.v.i == n, c->err, SONDE_VALUE, c->e->at, "the time since 1970 is out of range");
    put_value(out, i, v);
  }
  return SONDE_OK;
}

/* ---- cutting ---- */

static moment cut(date_part p, moment m) {
  if (is_clock(p)) {
    static const int64_t units[] = {3600000000000, 60000000000, 1000000000, 1000000, 1000, 1};
    int64_t unit = p <= PART_NANOSECOND ? units[p - PART_HOUR] : 1;
    return (moment){m.days, m.nanos / unit * unit};
  }
  civil d = civil_of_days(m.days);
  int64_t year = d.year, iso;
  switch (p) {
  case PART_MONTH: return (moment){m.days - (d.day - 1), 0};
  case PART_QUARTER: return (moment){days_of_civil((civil){year, (d.month - 1) / 3 * 3 + 1, 1}), 0};
  case PART_WEEK:
  case PART_YEARWEEK: return (moment){m.days - iso_weekday(m.days) + 1, 0};
  case PART_ISOYEAR:
    iso_week(m.days, &iso);
    m.days = days_of_civil((civil){iso, 1, 4});
    return (moment){m.days - iso_weekday(m.days) + 1, 0};
  case PART_YEAR: return (moment){days_of_civil((civil){year, 1, 1}), 0};
  case PART_DECADE: return (moment){days_of_civil((civil){year / 10 * 10, 1, 1}), 0};
  case PART_CENTURY: return (moment){days_of_civil((civil){year / 100 * 100, 1, 1}), 0};
  case PART_MILLENNIUM: return (moment){days_of_civil((civil){year / 1000 * 1000, 1, 1}), 0};
  default: return (moment){m.days, 0};
  }
}

static interval cut_interval(date_part p, interval v) {
  static const int64_t units[] = {3600000000, 60000000, 1000000, 1000, 1, 1};
  int32_t months = p == PART_MILLENNIUM ? 12000
                   : p == PART_CENTURY  ? 1200
                   : p == PART_DECADE   ? 120
                   : p == PART_QUARTER  ? 3
                   : p == PART_MONTH    ? 1
                                        : 12;
  if (is_clock(p))
    return (interval){v.months, v.days,
                      v.micros / units[p - PART_HOUR < 6 ? p - PART_HOUR : 5] *
                          units[p - PART_HOUR < 6 ? p - PART_HOUR : 5]};
  if (p == PART_WEEK) return (interval){v.months, v.days / 7 * 7, 0};
  if (p == PART_DAY || p == PART_WEEKDAY || p == PART_ISODOW || p == PART_DAYOFYEAR)
    return (interval){v.months, v.days, 0};
  return (interval){v.months / months * months, 0, 0};
}

/* Timestamps that are cut to days or more, as most are. False: one is too far away to be sure that its part begins in range. */
static bool cut_days(const kernel_call *c, date_part p, col *out) {
  const int64_t day = DAY_NANOS / 1000, far = (int64_t)1 << 62;
  const int64_t *from = c->args[1].data;
  int64_t *to = col_lanes(out);
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    if (from[i] <= -far || from[i] >= far) return false;
    to[i] = cut(p, (moment){floor_divide(from[i], day), 0}).days * day;
  }
  return true;
}

static bool is_micros(const sql_type *t) {
  return (t->id == SQL_TIMESTAMP || t->id == SQL_TIMESTAMPTZ) && t->unit != 9;
}

sonde_code kernel_date_trunc(const kernel_call *c, col *out) {
  const sql_type *t = c->args[1].type;
  date_part p = PART_DAY;
  bool known = false;
  SONDE_TRY(kernel_out_nullable(c, out));
  bool plain =
      c->args[0].form == COL_CONST && c->args[1].form == COL_FLAT && is_micros(t) && is_micros(&c->e->type);
  if (plain && row_valid(&c->args[0], 0)) {
    SONDE_TRY(part_at(c, 0, &known, &p));
    if (!is_clock(p) && cut_days(c, p, out)) return SONDE_OK;
  }
  for (uint32_t i = 0; i < c->n; i++) {
    moment m;
    value v = {0};
    if (!row_valid(out, i)) continue;
    SONDE_TRY(part_at(c, i, &known, &p));
    cell x = col_cell(&c->args[1], i);
    if (t->id == SQL_INTERVAL)
      v.v.w = interval_pack(cut_interval(p, interval_of(x.w)));
    else if (moment_of(t, x.i, &m))
      SONDE_CHECK(moment_to(&c->e->type, cut(p, m), &v.v.i), c->err, SONDE_VALUE, c->e->at,
                  "the begin of that part is out of range");
    else
      v.v.i = x.i > 0 ? INT64_MAX : -INT64_MAX;
    put_value(out, i, v);
  }
  return SONDE_OK;
}

/* ---- differences ---- */

static int64_t months_of(moment m) {
  civil d = civil_of_days(m.days);
  return d.year * 12 + d.month - 1;
}

/* The number of a moment's part since some begin; differences count borders. */
static i128 number_of(date_part p, moment m) {
  int64_t year;
  switch (p) {
  case PART_YEAR: return civil_of_days(m.days).year;
  case PART_ISOYEAR: iso_week(m.days, &year); return year;
  case PART_MONTH: return months_of(m);
  case PART_QUARTER: return months_of(m) / 3;
  case PART_DECADE: return civil_of_days(m.days).year / 10;
  case PART_CENTURY: return civil_of_days(m.days).year / 100;
  case PART_MILLENNIUM: return civil_of_days(m.days).year / 1000;
  case PART_HOUR: return m.days * 24 + m.nanos / 3600000000000;
  case PART_MINUTE: return m.days * 1440 + m.nanos / 60000000000;
  case PART_SECOND:
  case PART_EPOCH: return m.days * 86400 + m.nanos / 1000000000;
  case PART_MILLISECOND: return m.days * 86400000 + m.nanos / 1000000;
  case PART_MICROSECOND: return (i128)m.days * DAY_MICROS + m.nanos / 1000;
  case PART_NANOSECOND: return (i128)m.days * DAY_NANOS + m.nanos;
  default: return m.days;
  }
}

/* Borders between a and b; weeks have none, but are seven days. */
static i128 parts_between(date_part p, moment a, moment b) {
  if (p == PART_WEEK || p == PART_YEARWEEK) return (b.days - a.days) / 7;
  return number_of(p, b) - number_of(p, a);
}

static int compare_moments(moment a, moment b) {
  if (a.days != b.days) return a.days < b.days ? -1 : 1;
  return (a.nanos > b.nanos) - (a.nanos < b.nanos);
}

/* Whole months from a to b, where a is earlier. */
static int64_t whole_months(moment a, moment b) {
  int64_t n = months_of(b) - months_of(a), days;
  if (n == 0) return 0;
  if (!date_add_months(a.days, n, &days)) return n;
  civil da = civil_of_days(a.days), db = civil_of_days(b.days);
  bool end = da.day > month_length(db.year, db.month) && db.day == month_length(db.year, db.month);
  moment moved = {days, a.nanos};
  if (end && a.nanos <= b.nanos) return n;
  return compare_moments(moved, b) > 0 ? n - 1 : n;
}

static i128 whole_parts(date_part p, moment a, moment b) {
  bool back = compare_moments(a, b) > 0;
  moment low = back ? b : a, high = back ? a : b;
  i128 nanos = (i128)(high.days - low.days) * DAY_NANOS + high.nanos - low.nanos;
  i128 n;
  int64_t months = whole_months(low, high);
  switch (p) {
  case PART_MONTH: n = months; break;
  case PART_QUARTER: n = months / 3; break;
  case PART_YEAR:
  case PART_ISOYEAR: n = months / 12; break;
  case PART_DECADE: n = months / 120; break;
  case PART_CENTURY: n = months / 1200; break;
  case PART_MILLENNIUM: n = months / 12000; break;
  case PART_WEEK:
  case PART_YEARWEEK: n = nanos / DAY_NANOS / 7; break;
  case PART_HOUR: n = nanos / 3600000000000; break;
  case PART_MINUTE: n = nanos / 60000000000; break;
  case PART_SECOND:
  case PART_EPOCH: n = nanos / 1000000000; break;
  case PART_MILLISECOND: n = nanos / 1000000; break;
  case PART_MICROSECOND: n = nanos / 1000; break;
  case PART_NANOSECOND: n = nanos; break;
  default: n = nanos / DAY_NANOS;
  }
  return back ? -n : n;
}

static bool side(const sql_type *t, cell v, moment *m) {
  if (t->id != SQL_TIME) return moment_of(t, v.i, m);
  *m = (moment){0, t->unit == 9 ? v.i : v.i * 1000};
  return true;
}

sonde_code kernel_date_diff(const kernel_call *c, col *out) {
  date_part p = PART_DAY;
  bool known = false;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    moment a, b;
    value v = {0};
    if (!row_valid(out, i)) continue;
    SONDE_TRY(part_at(c, i, &known, &p));
    const col *x = &c->args[1], *y = &c->args[2];
    v.null = !side(x->type, col_cell(x, i), &a) || !side(y->type, col_cell(y, i), &b);
    i128 n = v.null ? 0 : c->e->function == FN_DATE_SUB ? whole_parts(p, a, b) : parts_between(p, a, b);
    v.v.i = (int64_t)n;
    SONDE_CHECK(v.v.i == n, c->err, SONDE_VALUE, c->e->at, "the difference is out of range");
    put_value(out, i, v);
  }
  return SONDE_OK;
}

/* ---- age ---- */

static interval age(moment a, moment b) {
  bool back = compare_moments(a, b) < 0;
  moment low = back ? a : b, high = back ? b : a;
  civil x = civil_of_days(low.days), y = civil_of_days(high.days);
  int64_t months = (y.year - x.year) * 12 + y.month - x.month, days = y.day - x.day,
          nanos = high.nanos - low.nanos;
  if (nanos < 0) nanos += DAY_NANOS, days--;
  if (days < 0) {
    days += back ? month_length(y.month == 1 ? y.year - 1 : y.year, y.month == 1 ? 12 : y.month - 1)
                 : month_length(x.year, x.month);
    months--;
  }
  interval v = {(int32_t)months, (int32_t)days, nanos / 1000};
  return back ? (interval){-v.months, -v.days, -v.micros} : v;
}

sonde_code kernel_age(const kernel_call *c, col *out) {
  const sql_type *t = c->args[0].type;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    moment a, b;
    if (!row_valid(out, i)) continue;
    int64_t today = floor_divide(c->run->now, DAY_MICROS);
    bool there = moment_of(t, whole_at(c, 0, i), &a);
    if (c->n_args > 1)
      there = there && moment_of(t, whole_at(c, 1, i), &b);
    else
      b = a, a = (moment){today, 0};
    if (there)
      col_put(out, i, (cell){.w = interval_pack(age(a, b))});
    else
      col_put_null(out, i);
  }
  return SONDE_OK;
}

/* ---- names, last day ---- */

/* False: the row has none, and `out` is null there. */
static bool moment_at(const kernel_call *c, uint32_t i, col *out, moment *m) {
  if (!row_valid(out, i)) return false;
  if (moment_of(c->args[0].type, whole_at(c, 0, i), m)) return true;
  col_put_null(out, i);
  return false;
}

sonde_code kernel_last_day(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    moment m;
    if (!moment_at(c, i, out, &m)) continue;
    civil d = civil_of_days(m.days);
    d.day = month_length(d.year, d.month);
    int64_t last = days_of_civil(d);
    SONDE_CHECK(last < INT32_MAX, c->err, SONDE_VALUE, c->e->at, "the last day of the month is out of range");
    col_put(out, i, (cell){.i = last});
  }
  return SONDE_OK;
}

sonde_code kernel_day_name(const kernel_call *c, col *out) {
  static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};
  static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    moment m;
    if (!moment_at(c, i, out, &m)) continue;
    const char *name = c->e->function == FN_DAYNAME ? days[iso_weekday(m.days) - 1]
                                                    : months[civil_of_days(m.days).month - 1];
    col_put(out, i, (cell){.s = {name, strlen(name)}});
  }
  return SONDE_OK;
}

/* ---- buckets ---- */

/* Buckets of months count from 2000-01-01, others from Monday 2000-01-03. */
static const int64_t origin_months = 360, origin_days = 10959;

static sonde_code bucket(const kernel_call *c, interval width, moment m, moment origin, bool own,
                         moment *out) {
  bool months = width.months != 0, times = width.days != 0 || width.micros != 0;
  SONDE_CHECK(months != times, c->err, SONDE_VALUE, c->e->at,
              "the width of a bucket is either months or days and time");
  SONDE_CHECK(months ? width.months > 0 : width.days * (i128)DAY_MICROS + width.micros > 0, c->err,
              SONDE_VALUE, c->e->at, "the width of a bucket has to be positive");
  if (months) {
    int64_t from = own ? months_of(origin) : origin_months, at = months_of(m) - from, days;
    int64_t begin = from + floor_divide(at, width.months) * width.months;
    *out = (moment){days_of_civil((civil){floor_divide(begin, 12),
                                          (int32_t)(begin - floor_divide(begin, 12) * 12) + 1, 1}),
                    0};
    if (own && date_add_months(origin.days, begin - from, &days)) *out = (moment){days, origin.nanos};
    if (own && compare_moments(*out, m) > 0 &&
        date_add_months(origin.days, begin - from - width.months, &days))
      *out = (moment){days, origin.nanos};
    return SONDE_OK;
  }
  if (!own) origin = (moment){origin_days, 0};
  i128 size = (i128)width.days * DAY_NANOS + (i128)width.micros * 1000;
  i128 at = (i128)(m.days - origin.days) * DAY_NANOS + m.nanos - origin.nanos,
       n = at / size - (at % size < 0);
  i128 begin = (i128)origin.days * DAY_NANOS + origin.nanos + n * size;
  i128 days = begin / DAY_NANOS - (begin % DAY_NANOS < 0);
  *out = (moment){(int64_t)days, (int64_t)(begin - days * DAY_NANOS)};
  return SONDE_OK;
}

static bool moved(moment m, interval v, int sign, moment *out) {
  int64_t days;
  if (!date_add_months(m.days, sign * (int64_t)v.months, &days)) return false;
  int64_t nanos = m.nanos + sign * (v.micros % DAY_MICROS) * 1000;
  days += sign * ((int64_t)v.days + v.micros / DAY_MICROS);
  int64_t over = floor_divide(nanos, DAY_NANOS);
  *out = (moment){days + over, nanos - over * DAY_NANOS};
  return true;
}

sonde_code kernel_time_bucket(const kernel_call *c, col *out) {
  const sql_type *t = c->args[1].type;
  bool offset = c->n_args > 2 && c->args[2].type->id == SQL_INTERVAL, own = c->n_args > 2 && !offset;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    moment m, origin = {0, 0}, begin = {0, 0};
    value v = {0};
    if (!row_valid(out, i)) continue;
    interval width = interval_of(COL_AT(&c->args[0], i128, i)), by = {0, 0, 0};
    if (offset) by = interval_of(COL_AT(&c->args[2], i128, i));
    v.null = own && !moment_of(c->args[2].type, whole_at(c, 2, i), &origin);
    if (!moment_of(t, whole_at(c, 1, i), &m)) {
      col_put(out, i, (cell){.i = whole_at(c, 1, i)});
      continue;
    }
    /* Days and times are counted in microseconds, which not every date has. */
    int64_t ignored;
    sql_type micros = sql_simple(SQL_TIMESTAMP);
    bool in_micros = t->id == SQL_DATE && (!width.months || offset);
    bool fits = (!in_micros || moment_to(&micros, m, &ignored)) && moved(m, by, -1, &m);
    if (fits) SONDE_TRY(bucket(c, width, m, origin, own, &begin));
    fits = fits && (!in_micros || moment_to(&micros, begin, &ignored));
    fits = fits && moved(begin, by, 1, &begin) && moment_to(&c->e->type, begin, &v.v.i);
    SONDE_CHECK(v.null || fits, c->err, SONDE_VALUE, c->e->at, "the bucket is out of range");
    put_value(out, i, v);
  }
  return SONDE_OK;
}

/* ---- making ---- */

static bool valid_date(int64_t y, int64_t m, int64_t d) {
  if (y < -5877641 || y > 5881580 || m < 1 || m > 12 || d < 1 || d > month_length(y, (int32_t)m))
    return false;
  int64_t days = days_of_civil((civil){y, (int32_t)m, (int32_t)d});
  return days < INT32_MAX && days > -INT32_MAX;
}

static bool valid_clock(int64_t h, int64_t m, double s) {
  return h >= 0 && h < 24 && m >= 0 && m < 60 && s >= 0 && s < 60;
}

sonde_code kernel_make_date(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    int64_t y = whole_at(c, 0, i), m = c->n_args > 1 ? whole_at(c, 1, i) : 0,
            d = c->n_args > 1 ? whole_at(c, 2, i) : 0;
    if (c->n_args > 1) {
      SONDE_CHECK(valid_date(y, m, d), c->err, SONDE_VALUE, c->e->at, "there is no date %lld-%lld-%lld",
                  (long long)y, (long long)m, (long long)d);
      y = days_of_civil((civil){y, (int32_t)m, (int32_t)d});
    }
    col_put(out, i, (cell){.i = y});
  }
  return SONDE_OK;
}

static int64_t clock_micros(int64_t h, int64_t m, double s) {
  return (h * 60 + m) * 60000000 + (int64_t)round(s * 1e6);
}

sonde_code kernel_make_time(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    int64_t h = whole_at(c, 0, i), m = whole_at(c, 1, i);
    double s = COL_AT(&c->args[2], double, i);
    char seconds[32];
    int length = (int)number_format_double(s, seconds);
    SONDE_CHECK(valid_clock(h, m, s), c->err, SONDE_VALUE, c->e->at, "there is no time %lld:%lld:%.*s",
                (long long)h, (long long)m, length, seconds);
    col_put(out, i, (cell){.i = clock_micros(h, m, s)});
  }
  return SONDE_OK;
}

static bool from_ticks(uint16_t fn, int64_t v, int64_t *out) {
  bool millis = fn == FN_MAKE_TIMESTAMP_MS || fn == FN_EPOCH_MS_TO;
  return !__builtin_mul_overflow(v, (int64_t)(millis ? 1000 : 1), out) &&
         *out<INT64_MAX && * out> - INT64_MAX;
}

/* Of year, month, day, hour, minute and second. */
static bool from_parts(const kernel_call *c, uint32_t i, int64_t *out) {
  sql_type timestamp = sql_simple(SQL_TIMESTAMP);
  int64_t y = whole_at(c, 0, i), mo = whole_at(c, 1, i), d = whole_at(c, 2, i), h = whole_at(c, 3, i),
          m = whole_at(c, 4, i);
  double s = COL_AT(&c->args[5], double, i);
  if (!valid_date(y, mo, d) || !valid_clock(h, m, s)) return false;
  moment at = {days_of_civil((civil){y, (int32_t)mo, (int32_t)d}), clock_micros(h, m, s) * 1000};
  return moment_to(&timestamp, at, out);
}

sonde_code kernel_make_timestamp(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    int64_t v;
    if (!row_valid(out, i)) continue;
    bool made = c->n_args == 1 ? from_ticks(c->e->function, whole_at(c, 0, i), &v) : from_parts(c, i, &v);
    SONDE_CHECK(made, c->err, SONDE_VALUE, c->e->at, "there is no such point in time");
    col_put(out, i, (cell){.i = v});
  }
  return SONDE_OK;
}

sonde_code kernel_to_timestamp(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    double s = COL_AT(&c->args[0], double, i);
    SONDE_CHECK(fabs(s) < 9.2e12, c->err, SONDE_VALUE, c->e->at, "the timestamp is out of range");
    col_put(out, i, (cell){.i = (int64_t)nearbyint(s * 1e6)});
  }
  return SONDE_OK;
}

sonde_code kernel_now(const kernel_call *c, col *out) {
  int64_t now = c->run->now, day = floor_divide(now, DAY_MICROS);
  value v = {.v.i = c->e->type.id == SQL_DATE   ? day
                    : c->e->type.id == SQL_TIME ? now - day * DAY_MICROS
                                                : now};
  return col_constant(out, &c->e->type, &v, c->a, c->err);
}
