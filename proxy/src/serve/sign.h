/* sign.h — who may: verifies the signature in a query. SIGNING.md is the specification. */
#ifndef SERVE_SIGN_H
#define SERVE_SIGN_H
#include "keys.h"
#include "request.h"
#include <time.h>

enum { SIGN_USER_MAX = 128, SIGN_TABLES_MAX = 2048, SIGN_PATH_MAX = 1024, SIGN_PATHS_MAX = 8 };

typedef enum { SIGN_GOOD, SIGN_MISSING, SIGN_INVALID, SIGN_EXPIRED, SIGN_OUT_OF_SCOPE } sign_verdict;

/* What a good signature says. */
typedef struct {
  char user[SIGN_USER_MAX + 1];
  char tables[SIGN_TABLES_MAX + 1];
} sign_grant;

/* `now` and `ahead` in seconds: a signature that ends later than `now + ahead` is invalid. `grant` is filled when the
 * answer is SIGN_GOOD. Whether it expired or does not reach is told only to who has a signature that was made here. */
sign_verdict sign_verify(const keyring *, const http_request *, time_t now, time_t ahead, sign_grant *grant);

/* The code of a refusal in its problem body, and what it says. */
const char *sign_code(sign_verdict);
const char *sign_detail(sign_verdict);

#endif
