/* Vecs on their way from one engine to another: all their buffers as they are, little-endian, behind one another. */
#ifndef COLUMN_VEC_WIRE_H
#define COLUMN_VEC_WIRE_H
#include "base/buf.h"
#include "column/vec.h"

void vec_put(buf *, const vec *);
/* Copied into the arena. Sizes are checked, so that no reader leaves a buffer; what lies in them is as good as the engine that
 * sent it. SONDE_CORRUPT: the bytes are no vec. */
sonde_code vec_get(rd *, arena *, vec *out, sonde_error *);

#endif
