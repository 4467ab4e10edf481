/* Errors inside the core: a code to act on, returned; a message to read, written once where the fault is found. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H
#include <sonde.h>

#if defined(__GNUC__)
#define SONDE_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define SONDE_PRINTF(f, a)
#endif

/* Fills `err` (may be NULL) and returns `code`. `at` is a byte offset in the source or text at hand. */
sonde_code status_set(sonde_error *err, sonde_code code, uint64_t at, const char *format, ...)
    SONDE_PRINTF(4, 5);

/* Passes a failure up, message untouched. */
#define SONDE_TRY(expr)                                                                                      \
  do {                                                                                                       \
    sonde_code try_code_ = (expr);                                                                           \
    if (try_code_ != SONDE_OK) return try_code_;                                                             \
  } while (0)

/* Fails with a reason unless `cond` holds. */
#define SONDE_CHECK(cond, err, code, at, ...)                                                                \
  do {                                                                                                       \
    if (!(cond)) return status_set((err), (code), (uint64_t)(at), __VA_ARGS__);                              \
  } while (0)

#endif
