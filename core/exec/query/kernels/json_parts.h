/* JSON as functions of it see it: read from an argument, followed along a path, written back. */
#ifndef QUERY_JSON_PARTS_H
#define QUERY_JSON_PARTS_H
#include "base/json.h"
#include "exec/query/expression/eval.h"

#define JSON_TEXT_MAX ((size_t)1 << 30)

/* NULL: the text is no JSON. */
const json *json_of(const kernel_call *, sonde_str);
/* An argument that has to be JSON. */
sonde_code json_read(const kernel_call *, uint32_t arg, uint32_t row, const json **out);
/* The part that the second argument names; the whole value without one. NULL: there is none. */
sonde_code json_part(const kernel_call *, const json *, uint32_t row, const json **out);
const json *json_member(const json *, sonde_str name); /* NULL: it has none, or is no object */
int64_t json_count(const json *);                      /* items, or members */
bool json_is_nested(const json *);
const char *json_type(const json *); /* as json_type() calls it */
void json_put(buf *, const json *);  /* without needless blanks */

#endif
