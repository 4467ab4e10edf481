/* See sql_ask.h. A query string and a body say the same things; what is not known is refused, since it was meant. */
#include "sql_ask.h"
#include "json_check.h"
#include "params.h"
#include "peek.h"
#include "target.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SECONDS_MAX = 3600 };

__attribute__((format(printf, 2, 3))) static bool wrong(sql_ask *a, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(a->wrong, sizeof a->wrong, format, args);
  va_end(args);
  if (!a->code) a->code = "request";
  return false;
}

static void begin(sql_ask *a) {
  *a = (sql_ask){.form = FORM_NONE, .limits = {.rows = UINT64_MAX, .bytes = UINT64_MAX}};
}

static bool take_form(sql_ask *a, sonde_str name) {
  a->form = form_named(name);
  if (a->form != FORM_NONE) return true;
  a->code = "format";
  return wrong(a, "format is json, ndjson, csv, arrow or parquet.");
}

static bool take_sql(sql_ask *a) {
  if (!a->sql.len) return wrong(a, "The SQL is missing.");
  text_add_json(&a->sql_json, text_str(&a->sql));
  return true;
}

/* Without a named form Accept decides. */
static bool finish(sql_ask *a, const http_request *q) {
  if (a->form == FORM_NONE) a->form = form_accepted(q->fields[FIELD_ACCEPT]);
  if (a->form != FORM_NONE) return take_sql(a);
  a->code = "not_acceptable";
  return wrong(a, "There are JSON, NDJSON, CSV, Arrow streams and Parquet.");
}

static bool take_limit(sql_ask *a, const char *name, sonde_str digits) {
  uint64_t n;
  bool seconds = strcmp(name, "seconds") == 0;
  if (!param_number(digits, 1, seconds ? SECONDS_MAX : UINT64_MAX, &n))
    return wrong(a, "The limit of %s is a whole number from 1%s.", name, seconds ? " to 3600" : "");
  if (seconds) a->limits.seconds = (unsigned)n;
  if (strcmp(name, "rows") == 0) a->limits.rows = n;
  if (strcmp(name, "bytes") == 0) a->limits.bytes = n;
  return true;
}

static const char *limit_named(sonde_str name) {
  static const char *const names[] = {"rows", "bytes", "seconds"};
  for (size_t i = 0; i < 3; i++)
    if (str_is(name, names[i])) return names[i];
  return NULL;
}

static bool take_params(sql_ask *a, sonde_str json) {
  if (!json.len || (*json.ptr != '[' && *json.ptr != '{'))
    return wrong(a, "params is a list, or an object of named values.");
  text_clear(&a->params);
  text_add(&a->params, json.ptr, json.len);
  return true;
}

/* ---- query strings ---- */

static bool take_params_text(sql_ask *a, sonde_str plain) {
  size_t at;
  return json_check(plain, &at) ? take_params(a, plain) : wrong(a, "params is no JSON (byte %zu).", at);
}

static bool take_named(sql_ask *a, sonde_str name, const text *plain) {
  sonde_str value = text_str(plain);
  const char *limit = name.len > 6 && memcmp(name.ptr, "limit_", 6) == 0
                          ? limit_named((sonde_str){name.ptr + 6, name.len - 6})
                          : NULL;
  if (limit) return take_limit(a, limit, value);
  if (str_is(name, "format")) return take_form(a, value);
  if (str_is(name, "params")) return take_params_text(a, value);
  if (str_is(name, "timezone")) return text_add_json(&a->zone, value), true;
  if (str_is(name, "q")) return text_add(&a->sql, value.ptr ? value.ptr : "", value.len), true;
  return wrong(a, "There is no parameter %.*s.", (int)(name.len < 60 ? name.len : 60), name.ptr);
}

bool sql_ask_query(sql_ask *a, const http_request *q) {
  sonde_str query = q->query, name, value;
  begin(a);
  while (param_next(&query, &name, &value)) {
    text plain = {0};
    if (param_is_of_signature(name)) continue;
    bool taken = param_text(value, &plain) ? take_named(a, name, &plain)
                                           : wrong(a, "The query string is malformed, or no UTF-8.");
    text_free(&plain);
    if (!taken) return false;
  }
  return finish(a, q);
}

/* ---- bodies ---- */

static bool take_limits(sql_ask *a, sonde_str object) {
  static const char *const names[] = {"rows", "bytes", "seconds"};
  if (*object.ptr != '{') return wrong(a, "limits is an object.");
  for (size_t i = 0; i < 3; i++) {
    sonde_str digits = peek_member(object, names[i]);
    if (digits.len && !take_limit(a, names[i], digits)) return false;
  }
  return true;
}

static bool is_string(sonde_str json) { return json.len && *json.ptr == '"'; }

static bool take_string(sql_ask *a, const char *name, sonde_str json, text *out) {
  if (!is_string(json)) return wrong(a, "%s is a text.", name);
  peek_add_text(out, json);
  return true;
}

static bool take_format_member(sql_ask *a, sonde_str json) {
  text name = {0};
  bool taken = take_string(a, "format", json, &name) && take_form(a, text_str(&name));
  text_free(&name);
  return taken;
}

static bool take_members(sql_ask *a, sonde_str body) {
  sonde_str sql = peek_member(body, "sql"), params = peek_member(body, "params"),
            limits = peek_member(body, "limits"), format = peek_member(body, "format"),
            zone = peek_member(body, "timezone");
  if (!sql.len) return wrong(a, "The SQL is missing: {\"sql\": …}.");
  if (!take_string(a, "sql", sql, &a->sql)) return false;
  if (!peek_is_null(params) && !take_params(a, params)) return false;
  if (!peek_is_null(limits) && !take_limits(a, limits)) return false;
  if (!peek_is_null(format) && !take_format_member(a, format)) return false;
  if (!peek_is_null(zone) && !is_string(zone)) return wrong(a, "timezone is a text.");
  if (!peek_is_null(zone)) text_add(&a->zone, zone.ptr, zone.len);
  return true;
}

/* A form of another site could send other types without asking first. */
static bool is_json(sonde_str type) {
  const char *semicolon = type.ptr ? memchr(type.ptr, ';', type.len) : NULL;
  if (semicolon) type.len = (size_t)(semicolon - type.ptr);
  return type.ptr && str_is_like(str_trim(type), "application/json");
}

/* `body` is copied, so that it is terminated, as peek.h needs it. */
bool sql_ask_body(sql_ask *a, const http_request *q, sonde_str body) {
  text copy = {0};
  size_t at;
  begin(a);
  if (!is_json(q->fields[FIELD_CONTENT_TYPE])) {
    a->code = "media_type";
    return wrong(a, "The body has to be application/json.");
  }
  if (!json_check(body, &at)) return wrong(a, "The body is no JSON (byte %zu).", at);
  text_add(&copy, body.ptr, body.len);
  size_t blank = strspn(copy.ptr, " \t\r\n");
  sonde_str json = {copy.ptr + blank, copy.len - blank};
  bool taken = *json.ptr == '{' ? take_members(a, json) : wrong(a, "The body is a JSON object.");
  text_free(&copy);
  return taken && finish(a, q);
}

void sql_ask_free(sql_ask *a) {
  text_free(&a->sql);
  text_free(&a->sql_json);
  text_free(&a->params);
  text_free(&a->zone);
}
