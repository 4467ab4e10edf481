/* The jobs that lead from a file to a table. */
#include "dataset.h"
#include "bytes.h"
#include "command.h"
#include <string.h>

static int say_engine_error(const char *path, const sonde_error *err) {
  if (err->source != SOURCE_FILE) return say_error("%s", err->message);
  return say_error("%s: %s (at byte %llu)", path, err->message, (unsigned long long)err->at);
}

int dataset_ask(const dataset *t, const text *spec, host_page_fn on_page, void *user, text *info) {
  sonde_error err = {0};
  if (host_run(t->host, text_str(spec), on_page, user, info, &err)) return EXIT_FINE;
  return say_engine_error(host_path(t->host), &err);
}

static const char *name_in(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

int dataset_open(const options *o, host_page_fn on_page, void *user, dataset *t) {
  sonde_error err = {0};
  text spec = {0};
  *t = (dataset){.host = host_open(&o->host, &err)};
  if (!t->host) return say_error("%s", err.message);
  text_print(&spec, "{\"job\":\"open\",\"source\":%d,\"name\":", SOURCE_FILE);
  text_add_json(&spec, str_from(name_in(o->host.path)));
  text_print(&spec, ",\"read\":");
  options_add_read(o, &spec);
  text_add(&spec, "}", 1);
  int code = dataset_ask(t, &spec, on_page, user, &t->info);
  t->id = code ? 0 : (unsigned)peek_u64(dataset_member(t, "table"));
  text_free(&spec);
  return code;
}

int dataset_load(const options *o, dataset *t) {
  int code = dataset_open(o, NULL, NULL, t);
  if (!code) code = dataset_index(t);
  return code ? code : dataset_import(t, true);
}

void dataset_close(dataset *t) {
  host_close(t->host);
  text_free(&t->info);
}

/* Runs {"job":NAME,"table":…} and keeps its info as the table's. `more`: further members. */
static int advance(dataset *t, const char *job, const char *more) {
  text spec = {0};
  text_print(&spec, "{\"job\":\"%s\",\"table\":%u%s}", job, t->id, more);
  int code = dataset_ask(t, &spec, NULL, NULL, &t->info);
  text_free(&spec);
  return code;
}

static int inflate(dataset *t) {
  sonde_error err = {0};
  text spec = {0};
  text_print(&spec, "{\"job\":\"inflate\",\"source\":%d,\"table\":%u}", SOURCE_FILE, t->id);
  uint32_t spool = 0;
  bool inflated = host_inflate(t->host, text_str(&spec), &spool, &err);
  int code = inflated ? EXIT_FINE : say_engine_error(host_path(t->host), &err);
  text_clear(&spec);
  text_print(&spec, "{\"job\":\"spool\",\"table\":%u,\"source\":%u}", t->id, spool);
  if (!code) code = dataset_ask(t, &spec, NULL, NULL, NULL);
  text_free(&spec);
  return code;
}

int dataset_index(dataset *t) {
  int code = peek_is_true(dataset_member(t, "needs_inflate")) ? inflate(t) : EXIT_FINE;
  return code ? code : advance(t, "index", "");
}

/* Only now has every byte been seen, so only now can be said whether they belong together. */
int dataset_import(dataset *t, bool keep_columns) {
  sonde_error err = {0};
  int code = advance(t, "import", keep_columns ? "" : ",\"keep\":false");
  if (!code && !host_file_unchanged(t->host, &err)) code = say_error("%s", err.message);
  return code;
}

sonde_str dataset_member(const dataset *t, const char *name) { return peek_member(text_str(&t->info), name); }
uint64_t dataset_rows(const dataset *t) { return peek_u64(peek_member(dataset_member(t, "rows"), "count")); }

void text_add_bytes(text *out, uint64_t bytes) {
  static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
  double v = (double)bytes;
  size_t unit = 0;
  for (; v >= 999.5 && unit < 6; unit++) v /= 1000;
  text_print(out, "%.*f %s", unit && v < 99.95 ? 1 : 0, v, units[unit]);
}

void text_add_count(text *out, uint64_t n) {
  if (n >= 1000) {
    text_add_count(out, n / 1000);
    text_print(out, ",%03u", (unsigned)(n % 1000));
  } else {
    text_print(out, "%u", (unsigned)n);
  }
}
