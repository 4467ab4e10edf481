/* Rows out of several vecs as one vec: what selections, orders and exports are made of. */
#ifndef COLUMN_TAKE_H
#define COLUMN_TAKE_H
#include "column/page.h"
#include "column/shape.h"

/* Row i of `out` is cells[i], of the shape's type: every vec is readable as it (vec_readable_as), a NULL vec is a null. The cells of a nested
 * column may come as JSON (VEC_TEXT), then all do. `out` lies in `memory` and refers to nothing else. Numbers come out as wide as
 * their type, texts of one dictionary as its codes. SONDE_LIMIT: more than 4 GB of text, or 2^32 items. */
sonde_code vec_take(const shape *, const page_cell *cells, uint32_t n, arena *memory, vec *out,
                    sonde_error *);

#endif
