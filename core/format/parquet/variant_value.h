/* The binary encoding of VARIANT (VariantEncoding.md). False: damaged, or nested deeper than `depth`. */
#ifndef PARQUET_VARIANT_VALUE_H
#define PARQUET_VARIANT_VALUE_H
#include "base/json.h"
#include "column/value_format.h"

/* As JSON; `bare`: a value that is neither object nor array as the grid shows it, without quotes. */
bool variant_put(buf *, sonde_str metadata, sonde_str value, bool bare, uint32_t depth);
/* The fields of a value that is an object, without braces; a comma first when there are fields `before`. */
bool variant_put_fields(buf *, sonde_str metadata, sonde_str value, bool before, uint32_t depth);
void variant_put_hex(buf *, sonde_str);

#endif
