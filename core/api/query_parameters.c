/* Parameters of a query, from JSON. */
#include <stdlib.h>
#include <string.h>

#include "api/query_job.h"

#define DIGITS_MAX 38u

/* Digits alone are a whole number, of 128 bits where 64 do not hold it; others are doubles. */
static bool whole_number(sonde_str s, i128 *out) {
  bool negative = s.len > 0 && s.ptr[0] == '-';
  size_t first = negative;
  if (s.len == first || s.len - first > DIGITS_MAX) return false;
  *out = 0;
  for (size_t i = first; i < s.len; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    *out = *out * 10 + (s.ptr[i] - '0');
  }
  if (negative) *out = -*out;
  return true;
}

static void number_parameter(const json *j, sql_parameter *out) {
  i128 whole;
  if (!whole_number(j->text, &whole)) {
    out->type = sql_simple(SQL_DOUBLE);
    out->v.v.f = j->number;
  } else if (whole < INT64_MIN || whole > INT64_MAX) {
    out->type = sql_simple(SQL_HUGEINT);
    out->v.v.w = whole;
  } else {
    bool small = whole >= INT32_MIN && whole <= INT32_MAX;
    out->type = sql_simple(small ? SQL_INTEGER : SQL_BIGINT);
    out->v.v.i = (int64_t)whole;
  }
}

static sonde_code parameter_of(const json *j, sql_parameter *out, sonde_error *err) {
  *out = (sql_parameter){.name = j->name, .type = sql_simple(SQL_NULL), .v = {.null = true}};
  switch (j->kind) {
  case JSON_NULL: return SONDE_OK;
  case JSON_BOOL:
    out->type = sql_simple(SQL_BOOL);
    out->v.v.b = j->truth;
    break;
  case JSON_NUMBER: number_parameter(j, out); break;
  case JSON_STRING: /* like a text in the SQL, it takes the type of what it stands beside */
    out->type = sql_simple(SQL_TEXT);
    out->type.literal = SQL_TEXT;
    out->v.v.s = j->text;
    break;
  default:
    return status_set(err, SONDE_TYPE, 0,
                      "a parameter of a query is null, true, false, a number or a text, no list or object");
  }
  out->v.null = false;
  return SONDE_OK;
}

sonde_code query_parameters(const json *list, arena *a, sql_parameters *out, sonde_error *err) {
  uint32_t n = 0;
  *out = (sql_parameters){0};
  if (json_is(list, JSON_STRING)) SONDE_TRY(json_parse(list->text, a, &list, err));
  bool some = json_is(list, JSON_ARRAY) || json_is(list, JSON_OBJECT);
  if (!some) return SONDE_OK;
  for (const json *j = list->first; j; j = j->next) n++;
  sql_parameter *items = arena_zero(a, n * sizeof *items, err);
  if (!items) return err->code;
  for (const json *j = list->first; j; j = j->next) SONDE_TRY(parameter_of(j, &items[out->n++], err));
  out->items = items;
  return SONDE_OK;
}
