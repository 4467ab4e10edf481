/* Time zones by their IANA names. The engine has no tables: the host knows them and is asked for those that a query names
 * (SONDE_ZONE, see sonde_want); what it told is kept. Years up to 2099 are in the tables, later ones repeat them. */
#ifndef QUERY_ZONES_H
#define QUERY_ZONES_H
#include "base/arena.h"
#include "base/buf.h"

/* A time zone: from begins[i] on, seconds since 1970 UTC, ascending, local time is offsets[i] seconds ahead of UTC.
 * begins[0] is INT64_MIN. */
typedef struct {
  uint32_t n;
  const int64_t *begins;
  const int32_t *offsets;
} time_zone;

typedef struct zone_entry zone_entry;

/* Of one engine; cleared memory with `memory` set is one without zones. */
typedef struct {
  arena memory;
  zone_entry *first;
} zones;

/* Looks a name up, in any case. SONDE_ZONE: the host has not told it yet and will be asked; SONDE_NAME: there is none, the
 * message names the nearest. `at`: byte of the SQL. */
sonde_code zones_find(zones *, sonde_str name, uint64_t at, const time_zone **out, sonde_error *);
/* What the host told: copied. `n` 0: there is no such zone, `nearest` (perhaps empty) may have been meant. */
sonde_code zones_tell(zones *, sonde_str name, const time_zone *, sonde_str nearest, sonde_error *);
/* The names that the host is to be asked for, as a JSON array. */
void zones_wanted(const zones *, buf *);

/* An offset from UTC: Z, UTC, +02, -0330, +00:49:56. */
bool offset_text(sonde_str, int64_t *micros);
/* Seconds that local time is ahead at a moment (seconds since 1970, UTC). */
int32_t zone_offset(const time_zone *, int64_t utc);
/* The same at a local time. What a change skips counts on from before it (02:30 is 03:30), of what it repeats the later is
 * meant, as ICU has it. */
int32_t zone_offset_local(const time_zone *, int64_t local);

#endif
