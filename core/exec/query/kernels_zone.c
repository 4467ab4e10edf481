/* AT TIME ZONE: points in time as local times, and the other way round. */
#include "exec/query/calendar.h"
#include "exec/query/kernels.h"
#include "exec/query/text_out.h"

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

sonde_code kernel_time_zone(const kernel_call *c, col *out) {
  const col *times = &c->args[1];
  bool local = times->type->id == SQL_TIMESTAMP, constant = c->args[0].form == COL_CONST;
  int64_t second = times->type->unit == 9 ? 1000000000 : 1000000, v;
  const time_zone *z = NULL;
  SONDE_TRY(kernel_out(c, out));
  SONDE_TRY(know_zones(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    if (!z || !constant) SONDE_TRY(zones_find(c->run->zones, text_at(c, 0, i), c->e->at, &z, c->err));
    SONDE_CHECK(shift(z, local, second, whole_at(c, 1, i), &v), c->err, SONDE_VALUE, c->e->at,
                "the timestamp is out of range in the other time zone");
    col_put(out, i, (cell){.i = v});
  }
  return SONDE_OK;
}
