/* See form.h. RFC 9110, 12.5.1: a type with the highest weight wins, of equal ones the first here. */
#include "form.h"
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name, *type; /* as in Accept */
  const char *sent;
} forms[] = {
    [FORM_JSON] = {"json", "application/json", "application/json"},
    [FORM_NDJSON] = {"ndjson", "application/x-ndjson", "application/x-ndjson"},
    [FORM_CSV] = {"csv", "text/csv", "text/csv; charset=utf-8; header=present"},
    [FORM_ARROW] = {"arrow", "application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"},
    [FORM_PARQUET] = {"parquet", "application/vnd.apache.parquet", "application/vnd.apache.parquet"},
};

form form_named(sonde_str name) {
  int i = 0;
  while (i < FORM_NONE && !str_is(name, forms[i].name)) i++;
  return (form)i;
}

const char *form_media_type(form f) { return forms[f].sent; }
const char *form_name(form f) { return forms[f].name; }
bool form_is_exported(form f) { return f == FORM_ARROW || f == FORM_PARQUET; }

/* From 0 to 1000; 1000 where none is given. */
static int weight_of(sonde_str parameters) {
  for (size_t i = 0; i + 2 < parameters.len; i++) {
    if ((parameters.ptr[i] | 0x20) != 'q' || parameters.ptr[i + 1] != '=') continue;
    const char *digits = parameters.ptr + i + 2, *end = parameters.ptr + parameters.len;
    int weight = *digits++ == '1' ? 1000 : 0;
    if (weight || digits == end || *digits++ != '.') return weight;
    for (int unit = 100; digits < end && unit && *digits >= '0' && *digits <= '9'; unit /= 10)
      weight += (*digits++ - '0') * unit;
    return weight;
  }
  return 1000;
}

/* How exactly a range of types means a type: 3 itself, 2 "text" with any, 1 any; 0 not at all. */
static int fit_of(sonde_str range, const char *type) {
  size_t slash = strcspn(type, "/");
  if (str_is(range, "*/*")) return 1;
  if (range.len == slash + 2 && memcmp(range.ptr, type, slash + 1) == 0 && range.ptr[slash + 1] == '*')
    return 2;
  return str_is_like(range, type) ? 3 : 0;
}

static int weight_in(sonde_str accept, const char *type) {
  sonde_str item;
  int weight = 0, best = 0;
  while (str_next_item(&accept, &item)) {
    const char *semicolon = memchr(item.ptr, ';', item.len);
    size_t len = semicolon ? (size_t)(semicolon - item.ptr) : item.len;
    int fit = fit_of(str_trim((sonde_str){item.ptr, len}), type);
    if (fit <= best) continue;
    best = fit;
    weight = weight_of((sonde_str){item.ptr + len, item.len - len});
  }
  return weight;
}

form form_accepted(sonde_str accept) {
  form best = FORM_NONE;
  int highest = 0;
  if (!str_trim(accept).len) return FORM_JSON;
  for (int i = 0; i < FORM_NONE; i++) {
    int weight = weight_in(accept, forms[i].type);
    if (weight > highest) best = (form)i, highest = weight;
  }
  return best;
}
