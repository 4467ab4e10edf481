/* json.h — reads the engine's answers without building anything: a value is a slice of the text it stands in. The
 * text comes from the engine, so it is taken to be well-formed; an absent value is an empty slice. */
#ifndef JSON_H
#define JSON_H
#include "text.h"
#include <stdbool.h>

sonde_str json_member(sonde_str object, const char *name);
/* Steps through an array: `*at` begins with 0. */
bool json_next(sonde_str array, size_t *at, sonde_str *element);
size_t json_count(sonde_str array);

uint64_t json_u64(sonde_str);
double json_double(sonde_str);
bool json_is_true(sonde_str);
bool json_is_null(sonde_str); /* or absent */
bool json_is(sonde_str, const char *string);
/* Appends a string without its quotes and escapes; anything else as it is written. */
void json_add_text(text *out, sonde_str value);

#endif
