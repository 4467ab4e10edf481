/* What will be looked at soon is brought near while other work goes on. */
#ifndef BASE_PREFETCH_H
#define BASE_PREFETCH_H
#include <stdint.h>

/* `p` points into an object. WebAssembly has no such instruction: there the byte is read, and nobody waits for its value. */
static inline __attribute__((always_inline)) void prefetch_at(const void *p) {
#ifdef __wasm__
  (void)*(const volatile uint8_t *)p;
#else
  __builtin_prefetch(p);
#endif
}

#endif
