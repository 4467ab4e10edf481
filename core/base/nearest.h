/* Of many names the one that someone who wrote another one may have meant. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H
#include <sonde.h>

/* Begin with {.wanted = what was written}. */
typedef struct {
  sonde_str wanted, best; /* best.ptr is NULL where none is near */
  unsigned distance;
} nearest_name;

/* Remembers the candidate if it is nearer than those before; in any case of ASCII letters, up to 40 of them. */
void nearest_try(nearest_name *, sonde_str candidate);
/* "; did you mean x?" or "". */
const char *nearest_text(const nearest_name *, char out[96]);

#endif
