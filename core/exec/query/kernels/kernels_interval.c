/* Arithmetic of dates, times and intervals. */
#include <math.h>

#include "exec/query/kernels/date_parts.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

#define DAY_MICROS 86400000000

static sonde_code out_of_range(const kernel_call *c) {
  return status_set(c->err, SONDE_VALUE, c->e->at, "the %s is out of range",
                    c->e->type.id == SQL_INTERVAL ? "interval" : "point in time");
}

/* ---- points in time ---- */

static bool add_to_moment(moment m, interval v, int sign, moment *out) {
  int64_t days, nanos = m.nanos + sign * (v.micros % DAY_MICROS) * 1000;
  if (!date_add_months(m.days, sign * (int64_t)v.months, &days)) return false;
  days += sign * ((int64_t)v.days + v.micros / DAY_MICROS);
  int64_t over = floor_divide(nanos, DAY_MICROS * 1000);
  *out = (moment){days + over, nanos - over * DAY_MICROS * 1000};
  return true;
}

static bool moved(const kernel_call *c, const sql_type *t, int64_t v, interval by, int sign, int64_t *out) {
  moment m;
  if (!moment_of(t, v, &m)) return *out = v > 0 ? INT64_MAX : -INT64_MAX, true;
  return add_to_moment(m, by, sign, &m) && moment_to(&c->e->type, m, out);
}

static bool day_moved(int64_t v, int64_t by, int sign, int64_t *out) {
  if (v == INT32_MAX || v == -INT32_MAX) return *out = v, true;
  *out = 0;
  if (by > INT32_MAX || by < -INT32_MAX) return false;
  *out = v + sign * by;
  return *out > -INT32_MAX && *out < INT32_MAX;
}

static int64_t time_moved(const sql_type *t, int64_t v, interval by, int sign) {
  int64_t scale = t->unit == 9 ? 1000 : 1, day = DAY_MICROS * scale;
  int64_t at = v + sign * (by.micros % DAY_MICROS) * scale;
  return at - floor_divide(at, day) * day;
}

/* Which argument is the point in time, and whether the other is taken away. */
typedef struct {
  uint32_t point, by;
  int sign;
} roles;

static roles roles_of(uint16_t fn) {
  switch (fn) {
  case FN_ADD_DATE_RIGHT:
  case FN_ADD_INTERVAL_RIGHT:
  case FN_ADD_TIME_RIGHT:
  case FN_ADD_TIME_DATE: return (roles){1, 0, 1};
  case FN_SUBTRACT_DATE:
  case FN_SUBTRACT_INTERVAL:
  case FN_SUBTRACT_TIME: return (roles){0, 1, -1};
  default: return (roles){0, 1, 1};
  }
}

static bool one_result(const kernel_call *c, roles r, uint32_t i, int64_t *out) {
  const col *point = &c->args[r.point], *by = &c->args[r.by];
  int64_t v = COL_AT(point, int64_t, i);
  switch (c->e->function) {
  case FN_ADD_DATE:
  case FN_ADD_DATE_RIGHT:
  case FN_SUBTRACT_DATE:
    return day_moved(v, by->lane == LANE_I64 ? COL_AT(by, int64_t, i) : (int64_t)COL_AT(by, i128, i), r.sign,
                     out);
  case FN_ADD_TIME:
  case FN_ADD_TIME_RIGHT:
  case FN_SUBTRACT_TIME:
    return *out = time_moved(point->type, v, interval_of(COL_AT(by, i128, i)), r.sign), true;
  case FN_ADD_DATE_TIME:
  case FN_ADD_TIME_DATE: {
    int64_t time = COL_AT(by, int64_t, i);
    if (by->type->unit == 9) time /= 1000;
    return !__builtin_mul_overflow(v, DAY_MICROS, out) && !__builtin_add_overflow(*out, time, out);
  }
  default: return moved(c, point->type, v, interval_of(COL_AT(by, i128, i)), r.sign, out);
  }
}

sonde_code kernel_date_arithmetic(const kernel_call *c, col *out) {
  roles r = roles_of(c->e->function);
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    int64_t v;
    if (!row_valid(out, i)) continue;
    if (!one_result(c, r, i, &v)) return out_of_range(c);
    col_put(out, i, (cell){.i = v});
  }
  return SONDE_OK;
}

/* ---- intervals ---- */

static bool sum(interval a, interval b, int sign, interval *out) {
  return !__builtin_add_overflow(a.months, (int64_t)sign * b.months, &out->months) &&
         !__builtin_add_overflow(a.days, (int64_t)sign * b.days, &out->days) &&
         !__builtin_add_overflow(a.micros, (i128)sign * b.micros, &out->micros);
}

static bool times(interval a, int64_t n, interval *out) {
  return !__builtin_mul_overflow(a.months, n, &out->months) &&
         !__builtin_mul_overflow(a.days, n, &out->days) && !__builtin_mul_overflow(a.micros, n, &out->micros);
}

/* What is left of months becomes days of 30, of days hours. */
static interval parted(interval a, int64_t n) {
  int64_t months = a.months / n, month_rest = a.months % n;
  int64_t days_all = a.days + month_rest * 30, days = days_all / n, day_rest = days_all % n;
  return (interval){(int32_t)months, (int32_t)days,
                    (int64_t)(((i128)a.micros + (i128)day_rest * DAY_MICROS) / n)};
}

static interval between(const kernel_call *c, uint32_t i) {
  moment a, b;
  if (!moment_of(c->args[0].type, whole_at(c, 0, i), &a) ||
      !moment_of(c->args[1].type, whole_at(c, 1, i), &b))
    return (interval){0, 0, 0};
  i128 micros = (i128)(a.days - b.days) * DAY_MICROS + (a.nanos - b.nanos) / 1000;
  return (interval){0, (int32_t)(micros / DAY_MICROS), (int64_t)(micros % DAY_MICROS)};
}

static bool interval_result(const kernel_call *c, uint32_t i, interval *out, bool *null) {
  uint16_t fn = c->e->function;
  *null = false;
  switch (fn) {
  case FN_SUBTRACT_TIMESTAMPS: return *out = between(c, i), true;
  case FN_MULTIPLY_INTERVAL: return times(interval_of(COL_AT(&c->args[0], i128, i)), whole_at(c, 1, i), out);
  case FN_MULTIPLY_INTERVAL_RIGHT:
    return times(interval_of(COL_AT(&c->args[1], i128, i)), whole_at(c, 0, i), out);
  case FN_DIVIDE_INTERVAL:
    *null = whole_at(c, 1, i) == 0;
    if (!*null) *out = parted(interval_of(COL_AT(&c->args[0], i128, i)), whole_at(c, 1, i));
    return true;
  default:
    return sum(interval_of(COL_AT(&c->args[0], i128, i)), interval_of(COL_AT(&c->args[1], i128, i)),
               fn == FN_SUBTRACT_INTERVALS ? -1 : 1, out);
  }
}

static sonde_code dates_apart(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) col_put(out, i, (cell){.i = whole_at(c, 0, i) - whole_at(c, 1, i)});
  return SONDE_OK;
}

sonde_code kernel_interval_arithmetic(const kernel_call *c, col *out) {
  if (c->e->function == FN_SUBTRACT_DATES) return dates_apart(c, out);
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    interval v = {0, 0, 0};
    bool null;
    if (!row_valid(out, i)) continue;
    if (!interval_result(c, i, &v, &null)) return out_of_range(c);
    col_put(out, i, (cell){.w = interval_pack(v)});
    if (null) col_put_null(out, i);
  }
  return SONDE_OK;
}

/* ---- to_years, to_seconds, … ---- */

static bool made(const kernel_call *c, uint32_t i, interval *out) {
  static const struct {
    uint16_t fn;
    int32_t months, days;
    int64_t micros;
  } units[] = {
      {FN_TO_YEARS, 12, 0, 0},         {FN_TO_MONTHS, 1, 0, 0},        {FN_TO_DAYS, 0, 1, 0},
      {FN_TO_WEEKS, 0, 7, 0},          {FN_TO_QUARTERS, 3, 0, 0},      {FN_TO_DECADES, 120, 0, 0},
      {FN_TO_CENTURIES, 1200, 0, 0},   {FN_TO_MILLENNIA, 12000, 0, 0}, {FN_TO_HOURS, 0, 0, 3600000000},
      {FN_TO_MINUTES, 0, 0, 60000000}, {FN_TO_MICROSECONDS, 0, 0, 1},  {FN_TO_SECONDS, 0, 0, 1000000},
      {FN_TO_MILLISECONDS, 0, 0, 1000}};
  for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
    if (units[u].fn != c->e->function) continue;
    if (c->args[0].lane == LANE_F64) {
      double micros = round(COL_AT(&c->args[0], double, i) * (double)units[u].micros);
      *out = (interval){0, 0, (int64_t)micros};
      return fabs(micros) < 9.2e18;
    }
    return times((interval){units[u].months, units[u].days, units[u].micros}, whole_at(c, 0, i), out);
  }
  return false;
}

sonde_code kernel_to_interval(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    interval v;
    if (!row_valid(out, i)) continue;
    if (!made(c, i, &v)) return out_of_range(c);
    col_put(out, i, (cell){.w = interval_pack(v)});
  }
  return SONDE_OK;
}
