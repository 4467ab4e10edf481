/* problem.h — what is wrong, as RFC 9457 has it, and what statuses are called. */
#ifndef SERVE_PROBLEM_H
#define SERVE_PROBLEM_H
#include "out.h"

const char *status_reason(int status);
/* A whole body. `code` is for programs, `detail` for people; `members`: more of them, as JSON, or NULL. */
void problem_put(out *, int status, const char *code, const char *detail, const char *members);

#endif
