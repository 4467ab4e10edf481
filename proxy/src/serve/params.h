/* params.h — what stands in query strings, as texts and numbers. */
#ifndef SERVE_PARAMS_H
#define SERVE_PARAMS_H
#include "text.h"
#include <stdbool.h>

/* Decodes a name or value of a query (target.h) and puts it behind what is there. False: malformed, or no UTF-8. */
bool param_text(sonde_str sent, text *out);
/* Digits and nothing else, from `low` to `high`. */
bool param_number(sonde_str digits, uint64_t low, uint64_t high, uint64_t *out);
/* Whether a name, as it was sent, stands again in the rest of a query: which of the two was meant? */
bool param_comes_again(sonde_str rest, sonde_str name);
/* Whether a parameter belongs to the signature (SIGNING.md). */
bool param_is_of_signature(sonde_str name);

#endif
