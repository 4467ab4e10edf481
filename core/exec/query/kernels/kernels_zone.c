/* Points in time as local times of zones, and the other way round. The zone is the first argument. */
#include "exec/query/expression/cast.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"
#include "exec/query/time/calendar.h"

/* All zones that the rows name and the host has not told yet are found lacking at once. */
static sonde_code know_zones(const kernel_call *c, const col *out) {
  const time_zone *ignored;
  sonde_code code = SONDE_OK;
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    sonde_code found = zones_find(c->run->zones, text_at(c, 0, i), c->e->at, &ignored, c->err);
    if (found != SONDE_OK && found != SONDE_ZONE) return found;
    if (found == SONDE_ZONE) code = found;
    if (c->args[0].form == COL_CONST) break;
  }
  return code;
}

/* Infinite ones stay what they are. */
static bool shift(const time_zone *z, bool local, int64_t second, int64_t v, int64_t *out) {
  int64_t seconds = floor_divide(v, second);
  int64_t offset = local ? -(int64_t)zone_offset_local(z, seconds) : zone_offset(z, seconds);
  if (v == INT64_MAX || v == -INT64_MAX) return *out = v, true;
  return !__builtin_add_overflow(v, offset * second, out) && *out<INT64_MAX && * out> - INT64_MAX;
}

typedef struct {
  const kernel_call *c;
  const time_zone *zone; /* of the row */
} zoned;

/* Begins a kernel: the result, and all zones of the rows. */
static sonde_code begin(const kernel_call *c, zoned *x, col *out) {
  *x = (zoned){.c = c};
  SONDE_TRY(kernel_out(c, out));
  return know_zones(c, out);
}

static sonde_code find_zone(zoned *x, uint32_t i) {
  const kernel_call *c = x->c;
  if (x->zone && c->args[0].form == COL_CONST) return SONDE_OK;
  return zones_find(c->run->zones, text_at(c, 0, i), c->e->at, &x->zone, c->err);
}

static int64_t second_of(const sql_type *t) { return t->unit == 9 ? 1000000000 : 1000000; }

static sonde_code out_of_range(const kernel_call *c) {
  return status_set(c->err, SONDE_VALUE, c->e->at, "the point in time is out of range");
}

sonde_code kernel_time_zone(const kernel_call *c, col *out) {
  zoned x;
  bool local = c->args[1].type->id == SQL_TIMESTAMP;
  int64_t second = second_of(c->args[1].type), v;
  SONDE_TRY(begin(c, &x, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    SONDE_TRY(find_zone(&x, i));
    if (!shift(x.zone, local, second, whole_at(c, 1, i), &v)) return out_of_range(c);
    col_put(out, i, (cell){.i = v});
  }
  return SONDE_OK;
}

/* ---- moving ---- */

/* Where the local time comes twice, the one that has the offset from before. */
static bool move_days(const time_zone *z, int64_t utc, interval by, int64_t *out) {
  int32_t ahead = zone_offset(z, utc);
  int64_t local = utc + ahead, days = floor_divide(local, 86400), clock = local - days * 86400;
  if (!date_add_months(days, by.months, &days) || __builtin_add_overflow(days, by.days, &days)) return false;
  if (days > INT32_MAX || days < -INT32_MAX) return false;
  local = days * 86400 + clock;
  *out = local - ahead;
  if (zone_offset(z, *out) != ahead) *out = local - zone_offset_local(z, local);
  return true;
}

static bool move(const time_zone *z, int64_t second, int64_t v, interval by, int64_t *out) {
  int64_t utc = floor_divide(v, second), rest = v - utc * second, micros;
  if (v == INT64_MAX || v == -INT64_MAX) return *out = v, true;
  return move_days(z, utc, by, &utc) && !__builtin_mul_overflow(by.micros, second / 1000000, &micros) &&
         !__builtin_mul_overflow(utc, second, out) && !__builtin_add_overflow(*out, rest, out) &&
         !__builtin_add_overflow(*out, micros, out);
}

sonde_code kernel_zone_add(const kernel_call *c, col *out) {
  zoned x;
  int64_t second = second_of(c->args[1].type), v;
  SONDE_TRY(begin(c, &x, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    SONDE_TRY(find_zone(&x, i));
    interval by = interval_of(COL_AT(&c->args[2], i128, i));
    if (!move(x.zone, second, whole_at(c, 1, i), by, &v)) return out_of_range(c);
    col_put(out, i, (cell){.i = v});
  }
  return SONDE_OK;
}

/* ---- texts ---- */

sonde_code kernel_zone_format(const kernel_call *c, col *out) {
  zoned x;
  buf text;
  sonde_code code = SONDE_OK;
  SONDE_TRY(begin(c, &x, out));
  buf_init(&text, c->run->mem, 1 << 10);
  for (uint32_t i = 0; i < c->n && code == SONDE_OK; i++) {
    sonde_str s;
    if (!row_valid(out, i)) continue;
    code = find_zone(&x, i);
    if (code != SONDE_OK) break;
    value_print_zoned(&text, c->args[1].type, whole_at(c, 1, i), x.zone);
    code = text_take(c, &text, &s);
    if (code == SONDE_OK) col_put(out, i, (cell){.s = s});
  }
  buf_free(&text);
  return code;
}

/* A text with a zone's name: its local time there; any other one is read as casts do, without an offset as local time. */
static sonde_code parse(zoned *x, uint32_t i, int64_t *v) {
  const kernel_call *c = x->c;
  sonde_str s = text_at(c, 1, i), behind = {0};
  const time_zone *z = x->zone;
  i128 nanos;
  int64_t ignored;
  cell read;
  sql_type local = sql_simple(SQL_TIMESTAMP);
  bool dated = local_text(s, &nanos, &behind), elsewhere = behind.len && !offset_text(behind, &ignored);
  if (dated && elsewhere) {
    SONDE_TRY(zones_find(c->run->zones, behind, c->e->at, &z, c->err));
    s.len = (size_t)(behind.ptr - s.ptr);
  }
  if (!text_value(&local, s, c->a, &read, c->err))
    return cast_kernel_error(c->run, &c->args[1], i, &c->e->type, c->e->at);
  *v = read.i;
  if (behind.len && !elsewhere) return SONDE_OK;
  return shift(z, true, 1000000, read.i, v) ? SONDE_OK : out_of_range(c);
}

sonde_code kernel_zone_parse(const kernel_call *c, col *out) {
  zoned x;
  SONDE_TRY(begin(c, &x, out));
  for (uint32_t i = 0; i < c->n; i++) {
    int64_t v;
    if (!row_valid(out, i)) continue;
    SONDE_TRY(find_zone(&x, i));
    SONDE_TRY(parse(&x, i, &v));
    col_put(out, i, (cell){.i = v});
  }
  return SONDE_OK;
}
