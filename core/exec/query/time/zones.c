/* See zones.h. */
#include "exec/query/time/zones.h"

#include <string.h>

#include "base/json.h"
#include "exec/query/time/calendar.h"

#define DAY_SECONDS 86400

struct zone_entry {
  zone_entry *next;
  sonde_str name;
  time_zone zone; /* without offsets: there is no such zone */
  sonde_str nearest;
  bool told;
};

/* ---- names ---- */

static char lower(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

static bool same_name(sonde_str a, sonde_str b) {
  bool same = a.len == b.len;
  for (size_t i = 0; same && i < a.len; i++) same = lower(a.ptr[i]) == lower(b.ptr[i]);
  return same;
}

/* The entry of a name, made where it is missing; NULL: *err. It comes to the front, where the next row looks first. */
static zone_entry *entry_of(zones *z, sonde_str name, sonde_error *err) {
  for (zone_entry **link = &z->first; *link; link = &(*link)->next) {
    zone_entry *e = *link;
    if (!same_name(e->name, name)) continue;
    *link = e->next;
    e->next = z->first;
    return z->first = e;
  }
  zone_entry *e = arena_zero(&z->memory, sizeof *e, err);
  const char *copy = e ? arena_copy(&z->memory, name.ptr, name.len, err) : NULL;
  if (!copy) return NULL;
  *e = (zone_entry){.next = z->first, .name = {copy, name.len}};
  return z->first = e;
}

static bool is_named(sonde_str s, const char *name) { return same_name(s, (sonde_str){name, strlen(name)}); }

/* ±h[h][[:]mm[[:]ss]] */
bool offset_text(sonde_str s, int64_t *micros) {
  int64_t field[3] = {0};
  unsigned f = 0, digits = 0;
  if (is_named(s, "z") || is_named(s, "utc")) return *micros = 0, true;
  if (s.len < 2 || (s.ptr[0] != '+' && s.ptr[0] != '-')) return false;
  for (size_t i = 1; i < s.len; i++) {
    bool colon = s.ptr[i] == ':';
    if ((colon && digits > 0) || digits == 2) f++, digits = 0;
    if (colon) continue;
    if (f > 2 || s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    field[f] = field[f] * 10 + (s.ptr[i] - '0');
    digits++;
  }
  *micros = (field[0] * 3600 + field[1] * 60 + field[2]) * 1000000 * (s.ptr[0] == '-' ? -1 : 1);
  return digits > 0 && field[0] < 24 && field[1] < 60 && field[2] < 60;
}

/* UTC and offsets like +02:00 need no host. */
static sonde_code settle_fixed(zones *z, sonde_str name, sonde_error *err) {
  static const int64_t always = INT64_MIN;
  int64_t micros;
  bool greenwich = is_named(name, "gmt");
  if (!greenwich && !offset_text(name, &micros)) return SONDE_OK;
  int32_t offset = greenwich ? 0 : (int32_t)(micros / 1000000);
  return zones_tell(z, name, &(time_zone){1, &always, &offset}, (sonde_str){0}, err);
}

sonde_code zones_find(zones *z, sonde_str name, uint64_t at, const time_zone **out, sonde_error *err) {
  SONDE_CHECK(name.len > 0 && name.len <= 60, err, SONDE_NAME, at, "a time zone is named like Europe/Rome");
  const zone_entry *e = entry_of(z, name, err);
  if (!e) return err->code;
  if (!e->told) SONDE_TRY(settle_fixed(z, name, err));
  SONDE_CHECK(e->told, err, SONDE_ZONE, at, "the time zone %.*s is not known yet", (int)name.len, name.ptr);
  bool near = e->nearest.len > 0;
  SONDE_CHECK(e->zone.n, err, SONDE_NAME, at, "there is no time zone %.*s%s%.*s%s", (int)name.len, name.ptr,
              near ? "; did you mean " : "", (int)e->nearest.len, near ? e->nearest.ptr : "",
              near ? "?" : "");
  *out = &e->zone;
  return SONDE_OK;
}

sonde_code zones_tell(zones *z, sonde_str name, const time_zone *known, sonde_str nearest, sonde_error *err) {
  zone_entry *e = entry_of(z, name, err);
  if (!e) return err->code;
  if (e->told) return SONDE_OK; /* jobs that were asked at the same time */
  const int64_t *begins = arena_copy(&z->memory, known->begins, known->n * sizeof *begins, err);
  const int32_t *offsets = arena_copy(&z->memory, known->offsets, known->n * sizeof *offsets, err);
  const char *near = arena_copy(&z->memory, nearest.ptr, nearest.len, err);
  if (!begins || !offsets || !near) return err->code;
  e->zone = (time_zone){known->n, begins, offsets};
  e->nearest = (sonde_str){near, nearest.len};
  e->told = true;
  return SONDE_OK;
}

void zones_wanted(const zones *z, buf *out) {
  bool any = false;
  buf_u8(out, '[');
  for (const zone_entry *e = z->first; e; e = e->next) {
    if (e->told) continue;
    if (any) buf_u8(out, ',');
    json_put_str(out, e->name);
    any = true;
  }
  buf_u8(out, ']');
}

/* ---- offsets ---- */

static int64_t new_year(int64_t year) { return days_of_civil((civil){year, 1, 1}); }

/* The same point of a year that the tables have: one of 2072 to 2099 that is as long and begins with the same weekday, so
 * that rules by weekday fall on the same days. */
static int64_t within_tables(int64_t seconds) {
  int64_t year = civil_of_days(floor_divide(seconds, DAY_SECONDS)).year, like = 2072;
  if (year < 2100) return seconds;
  while (is_leap(like) != is_leap(year) || (new_year(year) - new_year(like)) % 7 != 0) like++;
  return seconds - (new_year(year) - new_year(like)) * DAY_SECONDS;
}

/* Which offset holds: the last one whose begin, in the reckoning of the seconds given, has come. */
static int32_t offset_at(const time_zone *z, int64_t seconds, bool local) {
  uint32_t low = 0, high = z->n;
  seconds = within_tables(seconds);
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (z->begins[middle] + (local ? z->offsets[middle] : 0) <= seconds)
      low = middle;
    else
      high = middle;
  }
  return z->offsets[low];
}

int32_t zone_offset(const time_zone *z, int64_t utc) { return offset_at(z, utc, false); }
int32_t zone_offset_local(const time_zone *z, int64_t local) { return offset_at(z, local, true); }
