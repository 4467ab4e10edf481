/* Nested values that come as JSON, as a vec of their shape: the way back from cell_json (column/value_format.h). */
#ifndef PARQUET_WRITE_JSON_H
#define PARQUET_WRITE_JSON_H
#include "base/arena.h"
#include "column/shape.h"
#include "column/vec.h"

/* `texts` is a VEC_TEXT of JSON. Everything lies in the arena. SONDE_VALUE: a text that is no value of this shape. */
sonde_code json_texts_vec(const shape *, const vec *texts, arena *, vec *out, sonde_error *);

#endif
