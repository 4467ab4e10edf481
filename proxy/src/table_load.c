/* See table_load.h. */
#include "table_load.h"
#include "peek.h"

static bool ask(host *h, text *spec, text *info, sonde_error *err) {
  bool done = host_run(h, text_str(spec), NULL, NULL, info, err);
  text_clear(spec);
  return done;
}

static bool inflate(host *h, uint32_t source, uint64_t id, text *spec, sonde_error *err) {
  uint32_t spool;
  text_print(spec, "{\"job\":\"inflate\",\"source\":%u,\"table\":%llu}", source, (unsigned long long)id);
  bool done = host_inflate(h, text_str(spec), &spool, err);
  text_clear(spec);
  if (!done) return false;
  text_print(spec, "{\"job\":\"spool\",\"table\":%llu,\"source\":%u}", (unsigned long long)id, spool);
  return ask(h, spec, NULL, err);
}

static bool load_opened(host *h, uint32_t source, text *info, text *spec, sonde_error *err) {
  unsigned long long id = peek_u64(peek_member(text_str(info), "table"));
  bool packed = peek_is_true(peek_member(text_str(info), "needs_inflate"));
  if (packed && !inflate(h, source, id, spec, err)) return false;
  if (peek_is(peek_member(text_str(info), "state"), "imported")) return true;
  text_print(spec, "{\"job\":\"index\",\"table\":%llu}", id);
  if (!ask(h, spec, NULL, err)) return false;
  text_print(spec, "{\"job\":\"import\",\"table\":%llu}", id);
  return ask(h, spec, info, err);
}

bool table_load(host *h, uint32_t source, sonde_str name, sonde_str read, text *info, sonde_error *err) {
  text spec = {0};
  text_print(&spec, "{\"job\":\"open\",\"source\":%u,\"name\":", source);
  text_add_json(&spec, name);
  text_print(&spec, ",\"read\":%.*s}", (int)read.len, read.ptr);
  bool done = ask(h, &spec, info, err) && load_opened(h, source, info, &spec, err);
  text_free(&spec);
  return done;
}
