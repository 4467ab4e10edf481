/* place.h — where the next page of rows begins, as a token that holds only for the rows and the order it was made for. */
#ifndef SERVE_PLACE_H
#define SERVE_PLACE_H
#include "text.h"
#include <stdbool.h>

/* `order`: the parts (tag.h) that say which rows of which version in which order. Ties keep the order of the file, so that a number
 * is a place. */
void place_put(text *out, const text *order, uint64_t row);
bool place_read(sonde_str token, const text *order, uint64_t *row);

#endif
