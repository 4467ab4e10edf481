/* out.h — bytes put one behind the other into a place of fixed size; what does not fit marks it as overfull. */
#ifndef SERVE_OUT_H
#define SERVE_OUT_H
#include <inttypes.h>
#include <sonde.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  char *ptr;
  size_t len, cap;
  bool full;
} out;

static inline void out_put(out *o, const char *bytes, size_t len) {
  if (len > o->cap - o->len) {
    o->full = true;
    return;
  }
  memcpy(o->ptr + o->len, bytes, len);
  o->len += len;
}

static inline void out_str(out *o, sonde_str s) { out_put(o, s.ptr, s.len); }
static inline void out_text(out *o, const char *terminated) { out_put(o, terminated, strlen(terminated)); }
#define out_literal(o, literal) out_put((o), "" literal, sizeof(literal) - 1)

static inline void out_number(out *o, uint64_t n) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + n % 10);
  while (n /= 10);
  out_put(o, digits + at, sizeof digits - at);
}

/* Inside a JSON string: quotes, backslashes and control characters escaped; what is no UTF-8 shows as U+FFFD. */
void out_json(out *, sonde_str);

#endif
