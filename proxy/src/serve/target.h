/* target.h — the request target: its path, decoded once and for all, and the parameters of its query. */
#ifndef SERVE_TARGET_H
#define SERVE_TARGET_H
#include "request.h"

/* Fills target, query and path. Answers 0 or the status that refuses it: no escaped slash, no NUL, no fragment. */
int target_read(http_request *, sonde_str target);

/* No empty segment and none that begins with a dot; `path` without its first slash, a slash may end it. */
bool path_is_plain(sonde_str path);
/* Whether `path` is `prefix` or lies below it: "/a" holds for "/a" and "/a/b", not for "/ab". */
bool path_is_within(sonde_str path, sonde_str prefix);

/* The next name and value of a query such as "a=1&b=2", as sent; false at its end. */
bool param_next(sonde_str *query, sonde_str *name, sonde_str *value);
enum { PARAM_MALFORMED = -1, PARAM_TOO_LONG = -2 };
/* Decodes a name or value as forms have it: %XX is a byte, + a blank. Answers its length, or one of the above; NUL is
 * malformed. The result is terminated; `cap` counts that byte. */
int param_decode(sonde_str text, char *out, size_t cap);
/* The value of the first parameter with this name, as sent; NULL ptr when there is none. */
sonde_str param_find(sonde_str query, const char *name);

#endif
