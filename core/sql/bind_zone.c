/* Time zones while binding. Points in time are UTC; in a session with a zone of its own, what depends on the clock on the wall
 * is computed over timezone(zone, t), the local time, and brought back where a point in time is the result. */
#include <string.h>

#include "sql/bind.h"

void note_zone(binder *b, sonde_str name, size_t at) {
  sql_zone z = {name, (uint32_t)at};
  PUSH(b, &b->zones, z);
}

static ex call_in_zone(binder *b, const char *function, ex e) {
  sonde_str zone = b->zone.len ? b->zone : str_of("UTC");
  return ex_call(b, function, e->at, 2, (ex[]){ex_text(b, zone, e->at), e});
}

/* The local time of a point in time, and the other way round. */
static ex turned(binder *b, ex e) { return call_in_zone(b, "timezone", e); }

/* ---- casts ---- */

/* A text may name its zone, so it is read by a function even where the session is in UTC. */
static ex parsed(binder *b, ex e, sql_type type, bool try_cast) {
  ex point = ex_cast(b, call_in_zone(b, "timezone_parse", ex_cast(b, e, sql_simple(SQL_TEXT))), type);
  return try_cast ? ex_try(b, point) : point;
}

ex zone_cast(binder *b, ex e, sql_type type, bool try_cast) {
  bool from = e->type.id == SQL_TIMESTAMPTZ, to = type.id == SQL_TIMESTAMPTZ;
  if (b->failed || from == to) return NULL;
  if (to && e->type.id == SQL_TEXT) return parsed(b, e, type, try_cast);
  if (!b->zone.len) return NULL;
  if (from && type.id == SQL_TEXT) return call_in_zone(b, "timezone_format", e);
  if (from && (type.id == SQL_DATE || type.id == SQL_TIME || type.id == SQL_TIMESTAMP))
    return ex_cast(b, turned(b, e), type);
  if (to && (e->type.id == SQL_DATE || e->type.id == SQL_TIMESTAMP)) return ex_cast(b, turned(b, e), type);
  return NULL;
}

/* ---- calls ---- */

static bool is_one_of(sonde_str name, const char *const *list) {
  for (; *list; list++)
    if (name_is(name, *list)) return true;
  return false;
}

/* Hours and what is shorter pass at the same pace everywhere. */
static bool is_of_clock(ex part) {
  static const char *const names[] = {
      "hour",        "hours",        "hr",          "hrs",          "h",     "minute", "minutes",
      "min",         "mins",         "m",           "sec",          "secs",  "s",      "second",
      "seconds",     "ms",           "msec",        "msecs",        "us",    "usec",   "usecs",
      "millisecond", "milliseconds", "microsecond", "microseconds", "epoch", NULL};
  return part->kind == EXPR_CONST && !part->constant.null && is_one_of(part->constant.v.s, names);
}

static bool is_part(ex part, const char *name) {
  return part->kind == EXPR_CONST && !part->constant.null && name_is(part->constant.v.s, name);
}

/* Seconds that local time is ahead; `per` of them, what is left of `within`. */
static ex offset_of(binder *b, ex t, int64_t within, int64_t per) {
  ex local = turned(b, t),
     ahead[] = {ex_call(b, "epoch_us", t->at, 1, &local), ex_call(b, "epoch_us", t->at, 1, &t)};
  ex micros = ex_call(b, "-", t->at, 2, ahead);
  ex left = ex_call(b, "%", t->at, 2, (ex[]){micros, ex_integer(b, within * 1000000, t->at)});
  return ex_call(b, "//", t->at, 2, (ex[]){left, ex_integer(b, per * 1000000, t->at)});
}

enum { MINUTE = 60, HOUR = 3600, ALWAYS = 10 * 86400 };

/* date_part('timezone', t) and its sisters; NULL: another part. */
static ex zone_part(binder *b, ex part, ex t) {
  if (is_part(part, "timezone")) return offset_of(b, t, ALWAYS, 1);
  if (is_part(part, "timezone_hour")) return offset_of(b, t, ALWAYS, HOUR);
  return is_part(part, "timezone_minute") ? offset_of(b, t, HOUR, MINUTE) : NULL;
}

static ex over_local(binder *b, expr *call) {
  for (uint32_t i = 0; i < call->n_args; i++)
    if (call->args[i]->type.id == SQL_TIMESTAMPTZ) call->args[i] = turned(b, call->args[i]);
  return call;
}

static ex truncated(binder *b, expr *call) {
  over_local(b, call);
  call->type = sql_simple(SQL_TIMESTAMP);
  return turned(b, call);
}

/* Months and days are added to the local time, hours to the point in time. */
static ex moved(binder *b, const expr *call, uint32_t point, bool back) {
  ex t = call->args[point], by = call->args[1 - point], zone = ex_text(b, b->zone, call->at);
  if (back) by = ex_call(b, "-", call->at, 1, &by);
  return ex_call(b, "timezone_add", call->at, 3, (ex[]){zone, t, by});
}

static ex formatted(binder *b, const expr *call, ex t, ex pattern) {
  if (call->n_args > 2) return call;
  return ex_call(b, "strftime", call->at, 3, (ex[]){t, pattern, ex_text(b, b->zone, call->at)});
}

static ex local_now(binder *b, const expr *call) {
  return ex_cast(b, ex_call(b, "now", call->at, 0, NULL), call->type);
}

static bool has_point(const expr *call) {
  for (uint32_t i = 0; i < call->n_args; i++)
    if (call->args[i]->type.id == SQL_TIMESTAMPTZ) return true;
  return false;
}

static ex call_on_point(binder *b, expr *e) {
  if (e->function >= FN_PART_YEAR && e->function <= FN_PART_NANOSECOND) return over_local(b, e);
  switch (e->function) {
  case FN_PART_TIMEZONE: return offset_of(b, e->args[0], ALWAYS, 1);
  case FN_PART_TIMEZONE_HOUR: return offset_of(b, e->args[0], ALWAYS, HOUR);
  case FN_PART_TIMEZONE_MINUTE: return offset_of(b, e->args[0], HOUR, MINUTE);
  case FN_DATE_PART: {
    ex zone = zone_part(b, e->args[0], e->args[1]);
    return zone ? zone : is_part(e->args[0], "epoch") ? e : over_local(b, e);
  }
  case FN_DATE_DIFF:
  case FN_DATE_SUB: return is_of_clock(e->args[0]) ? e : over_local(b, e);
  case FN_PART_JULIAN:
  case FN_DATE_PARTS:
  case FN_AGE:
  case FN_LAST_DAY:
  case FN_DAYNAME:
  case FN_MONTHNAME:
  case FN_SUBTRACT_TIMESTAMPS: return over_local(b, e);
  case FN_STRFTIME: return formatted(b, e, e->args[0], e->args[1]);
  case FN_STRFTIME_RIGHT: return formatted(b, e, e->args[1], e->args[0]);
  case FN_DATE_TRUNC: return truncated(b, e);
  case FN_DATE_ADD:
  case FN_ADD_INTERVAL: return moved(b, e, 0, false);
  case FN_ADD_INTERVAL_RIGHT: return moved(b, e, 1, false);
  case FN_SUBTRACT_INTERVAL: return moved(b, e, 0, true);
  default: return e;
  }
}

ex zone_call(binder *b, expr *e) {
  bool named = e->function == FN_AT_TIME_ZONE && e->n_args && e->args[0]->kind == EXPR_CONST;
  if (named && !e->args[0]->constant.null) note_zone(b, e->args[0]->constant.v.s, e->args[0]->at);
  if (!b->zone.len || b->failed) return e;
  if (e->function == FN_CURRENT_DATE || e->function == FN_CURRENT_TIMESTAMP || e->function == FN_CURRENT_TIME)
    return local_now(b, e);
  return has_point(e) ? call_on_point(b, e) : e;
}
