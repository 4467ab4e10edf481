/* peek.h — reads the engine's answers without building anything: a value is a slice of the text it stands in. The
 * text comes from the engine, so it is taken to be well-formed; an absent value is an empty slice. */
#ifndef PEEK_H
#define PEEK_H
#include "text.h"
#include <stdbool.h>

sonde_str peek_member(sonde_str object, const char *name);
/* Steps through an array: `*at` begins with 0. */
bool peek_next(sonde_str array, size_t *at, sonde_str *element);
size_t peek_count(sonde_str array);

uint64_t peek_u64(sonde_str);
double peek_double(sonde_str);
bool peek_is_true(sonde_str);
bool peek_is_null(sonde_str);                /* or absent */
bool peek_is(sonde_str, const char *string); /* as written in JSON, without the quotation marks */
/* Appends a string without its quotes and escapes; anything else as it is written. */
void peek_add_text(text *out, sonde_str value);

#endif
