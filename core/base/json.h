/* Strict JSON (RFC 8259) as a tree in an arena, and the few writers that answers need. */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include "base/arena.h"
#include "base/buf.h"

typedef enum { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_kind;

/* A node; members and elements hang on `first`, siblings on `next`. Everything lies in the arena given to json_parse. */
typedef struct json json;
struct json {
  json_kind kind;
  bool truth;
  double number;
  sonde_str name; /* in an object: of this member */
  sonde_str text; /* JSON_STRING: unescaped; JSON_NUMBER: as written */
  const json *first, *next;
  size_t at; /* byte of the text where the value begins */
};

/* SONDE_SYNTAX with the byte in the text as err->at. At most 64 levels deep. Strings have to be valid UTF-8; an escaped
 * lone surrogate becomes U+FFFD. Of members with the same name json_get answers the first. */
sonde_code json_parse(sonde_str, arena *, const json **out, sonde_error *);

/* Members by name; NULL when `j` is NULL, is no object, or has none of that name. */
const json *json_get(const json *j, const char *name);
bool json_is(const json *j, json_kind kind);
bool json_text_is(const json *j, const char *text);
/* The fallback when `j` is NULL or of another kind; numbers are cut to the range, fractions cut off. */
uint64_t json_u64(const json *j, uint64_t fallback);
/* A whole number from 0; UINT64_MAX for everything else. */
uint64_t json_index(const json *j);
bool json_bool(const json *j, bool fallback);
sonde_str json_str(const json *j); /* len 0 when it is no string */

void json_put_str(buf *, sonde_str); /* quoted and escaped; invalid UTF-8 becomes U+FFFD */
void json_put_cstr(buf *, const char *);
void json_put_u64(buf *, uint64_t);
void json_put_i64(buf *, int64_t);
void json_put_bool(buf *, bool);
void json_put_double(buf *, double); /* null when not finite */

#endif
