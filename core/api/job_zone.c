/* {"job":"zone"}: the host tells a time zone that the engine wanted, or that there is none of that name. */
#include "api/job.h"
#include "base/nearest.h"

#define OFFSET_LIMIT 172800.0 /* seconds; no zone is two days ahead */
#define MOMENT_LIMIT 1e13

static sonde_step zone_step(sonde_job *j, sonde_error *err) {
  (void)j;
  (void)err;
  return SONDE_DONE;
}

static const job_kind zone_kind = {.step = zone_step, .info = no_info};

static uint32_t count(const json *list) {
  uint32_t n = 0;
  for (const json *x = list ? list->first : NULL; x; x = x->next) n++;
  return n;
}

static sonde_code read_seconds(const json *x, double most, int64_t *out, sonde_error *err) {
  bool fits = json_is(x, JSON_NUMBER) && x->number >= -most && x->number <= most;
  SONDE_CHECK(fits, err, SONDE_VALUE, x->at, "a time zone is told in seconds");
  *out = (int64_t)x->number;
  return SONDE_OK;
}

/* One offset more than begins: the first holds before all of them. */
static sonde_code read_zone(const json *spec, arena *a, time_zone *out, sonde_error *err) {
  const json *offset = json_get(spec, "offsets"), *begin = json_get(spec, "begins");
  uint32_t n = count(offset);
  SONDE_CHECK(n == 0 || n == count(begin) + 1, err, SONDE_VALUE, 0,
              "each change of a time zone needs an offset");
  int64_t *begins = arena_array(a, n, sizeof *begins, err), seconds;
  int32_t *offsets = arena_array(a, n, sizeof *offsets, err);
  if (!begins || !offsets) return err->code;
  *out = (time_zone){n, begins, offsets};
  offset = n ? offset->first : NULL;
  begin = n > 1 ? begin->first : NULL;
  for (uint32_t i = 0; i < n; i++, offset = offset->next) {
    begins[i] = INT64_MIN;
    if (i > 0) SONDE_TRY(read_seconds(begin, MOMENT_LIMIT, &begins[i], err));
    SONDE_CHECK(i == 0 || begins[i] > begins[i - 1], err, SONDE_VALUE, 0, "changes of a time zone ascend");
    if (i > 0) begin = begin->next;
    SONDE_TRY(read_seconds(offset, OFFSET_LIMIT, &seconds, err));
    offsets[i] = (int32_t)seconds;
  }
  return SONDE_OK;
}

/* "Rome" means Europe/Rome, before any name of about the same letters. */
static bool ends_with(sonde_str name, sonde_str end) {
  nearest_name same = {.wanted = end, .distance = 1};
  if (name.len <= end.len || name.ptr[name.len - end.len - 1] != '/') return false;
  same.best = end;
  nearest_try(&same, (sonde_str){name.ptr + name.len - end.len, end.len});
  return same.distance == 0;
}

static sonde_str nearest_of(const json *names, sonde_str wanted) {
  nearest_name nearest = {.wanted = wanted};
  for (const json *x = names ? names->first : NULL; x; x = x->next) {
    if (ends_with(json_str(x), wanted)) return json_str(x);
    nearest_try(&nearest, json_str(x));
  }
  return nearest.best;
}

sonde_code zone_start(sonde_job *j, const json *spec, sonde_error *err) {
  time_zone told;
  sonde_str name = json_str(json_get(spec, "name"));
  SONDE_TRY(read_zone(spec, &j->memory, &told, err));
  j->kind = &zone_kind;
  return zones_tell(&j->engine->zones, name, &told, nearest_of(json_get(spec, "names"), name), err);
}
