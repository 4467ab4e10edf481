/* See sql_ask.h. A query string and a body say the same things; what is not known is refused, since it was meant. */
#include "sql_ask.h"
#include "json_check.h"
#include "params.h"
#include "peek.h"
#include "target.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Without some memory the smallest query fails. */
static const struct {
  const char *name;
  size_t at;
  uint64_t least, most;
} limits[] = {
    {"rows", offsetof(reply_limits, rows), 1, UINT64_MAX},
    {"bytes", offsetof(reply_limits, bytes), 1, UINT64_MAX},
    {"memory", offsetof(reply_limits, memory), 1 << 20, UINT64_MAX},
    {"seconds", offsetof(reply_limits, seconds), 1, 3600},
};
enum { LIMITS = sizeof limits / sizeof *limits };

__attribute__((format(printf, 2, 3))) static bool wrong(sql_ask *a, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(a->wrong, sizeof a->wrong, format, args);
  va_end(args);
  if (!a->code) a->code = "request";
  return false;
}

static void begin(sql_ask *a) { *a = (sql_ask){.form = FORM_NONE, .limits = reply_unlimited}; }

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

static bool take_limit(sql_ask *a, size_t i, sonde_str digits) {
  uint64_t *place = (uint64_t *)(void *)((char *)&a->limits + limits[i].at);
  if (param_number(digits, limits[i].least, limits[i].most, place)) return true;
  return wrong(a, "The limit of %s is a whole number from %llu%s.", limits[i].name,
               (unsigned long long)limits[i].least, limits[i].most == 3600 ? " to 3600" : "");
}

/* LIMITS: none. */
static size_t limit_named(sonde_str name) {
  static const char prefix[] = "limit_";
  size_t skip = sizeof prefix - 1, i = 0;
  if (name.len <= skip || memcmp(name.ptr, prefix, skip) != 0) return LIMITS;
  while (i < LIMITS && !str_is((sonde_str){name.ptr + skip, name.len - skip}, limits[i].name)) i++;
  return i;
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
  size_t limit = limit_named(name);
  if (limit < LIMITS) return take_limit(a, limit, value);
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
    if (param_comes_again(query, name)) return wrong(a, "A parameter stands twice.");
    bool taken = param_text(value, &plain) ? take_named(a, name, &plain)
                                           : wrong(a, "The query string is malformed, or no UTF-8.");
    text_free(&plain);
    if (!taken) return false;
  }
  return finish(a, q);
}

/* ---- bodies ---- */

static bool take_limits(sql_ask *a, sonde_str object) {
  if (*object.ptr != '{') return wrong(a, "limits is an object.");
  for (size_t i = 0; i < LIMITS; i++) {
    sonde_str digits = peek_member(object, limits[i].name);
    if (digits.len && !take_limit(a, i, digits)) return false;
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
            asked = peek_member(body, "limits"), format = peek_member(body, "format"),
            zone = peek_member(body, "timezone");
  if (!sql.len) return wrong(a, "The SQL is missing: {\"sql\": …}.");
  if (!take_string(a, "sql", sql, &a->sql)) return false;
  if (!peek_is_null(params) && !take_params(a, params)) return false;
  if (!peek_is_null(asked) && !take_limits(a, asked)) return false;
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
