/* {"job":"functions"}: the functions that SQL knows, for completion and reference. */
#include "api/job.h"
#include "plan/functions.h"

static sonde_step instant(sonde_job *j, sonde_error *err) {
  (void)j;
  (void)err;
  return SONDE_DONE;
}

static void put_member(buf *b, const char *name, const char *text) {
  buf_printf(b, ",\"%s\":", name);
  json_put_cstr(b, text);
}

static void put_function(buf *b, const function_info *f) {
  static const char *const kinds[] = {"scalar", "aggregate", "window"};
  buf_printf(b, "{\"name\":");
  json_put_cstr(b, f->name);
  put_member(b, "kind", kinds[f->kind]);
  put_member(b, "parameters", f->parameters);
  put_member(b, "result", f->result);
  put_member(b, "description", f->description);
  put_member(b, "example", f->example);
  buf_u8(b, '}');
}

static void functions_info(sonde_job *j, buf *out) {
  const char *alias, *name;
  (void)j;
  buf_printf(out, "{\"functions\":[");
  for (uint32_t id = 1; id < FN_COUNT_IDS; id++) {
    if (id > 1) buf_u8(out, ',');
    put_function(out, function_get((function_id)id));
  }
  buf_printf(out, "],\"aliases\":{");
  for (uint32_t i = 0; function_alias(i, &alias, &name); i++) {
    if (i) buf_u8(out, ',');
    json_put_cstr(out, alias);
    buf_u8(out, ':');
    json_put_cstr(out, name);
  }
  buf_printf(out, "}}");
}

static const job_kind functions_kind = {.step = instant, .info = functions_info};

sonde_code functions_start(sonde_job *j, const json *spec, sonde_error *err) {
  (void)spec;
  (void)err;
  j->kind = &functions_kind;
  return SONDE_OK;
}
