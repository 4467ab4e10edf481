/* VARIANT (VariantEncoding.md, VariantShredding.md) as text. */
#ifndef PARQUET_VARIANT_H
#define PARQUET_VARIANT_H
#include "base/buf.h"
#include "column/vec.h"

/* From the struct of metadata, value and typed_value to a VEC_TEXT: objects and arrays as JSON, other values as the grid shows them;
 * a variant null is null. */
sonde_code variant_vec(const vec *parts, arena *memory, vec *out, sonde_error *);

/* One value of the binary encoding, as JSON; false when the bytes are damaged. */
bool variant_json(sonde_str metadata, sonde_str value, buf *out);

#endif
