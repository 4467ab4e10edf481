/* sandbox.h — gives up what the server does not need once it has opened what it does. Applies to threads started later. */
#ifndef SERVE_SANDBOX_H
#define SERVE_SANDBOX_H
#include "config.h"
#include "roots.h"

/* Capabilities, new privileges, the rest of the file system, most system calls. False: `why` says what could not be
 * given up. What this kernel does not know (Landlock before 5.13) is left out and named in `missing`. */
bool sandbox_enter(const config *, const roots *, char why[256], const char **missing);
/* The list of system calls alone. */
bool seccomp_enter(sandbox_mode);

/* A sanitizer's runtime reads and calls what it likes, at the end above all: those two fences are not for it. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANDBOX_SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

#endif
