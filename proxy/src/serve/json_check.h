/* json_check.h — whether a text from outside is JSON at all, so that peek.h may look into it. */
#ifndef SERVE_JSON_CHECK_H
#define SERVE_JSON_CHECK_H
#include <sonde.h>
#include <stdbool.h>

/* One value of RFC 8259 and nothing else, at most 64 levels deep, in valid UTF-8. False: `*at` is the byte that is wrong. */
bool json_check(sonde_str, size_t *at);

#endif
