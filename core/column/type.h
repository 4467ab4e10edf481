/* The types a column can have, and their names in info and pages (`TypeName` of the TypeScript API). */
#ifndef COLUMN_TYPE_H
#define COLUMN_TYPE_H
#include <stdint.h>

typedef enum {
  TYPE_NONE, /* no value seen: shown as text */
  TYPE_BOOL,
  TYPE_INT64,
  TYPE_DOUBLE,
  TYPE_DECIMAL,     /* 128-bit integer / 10^scale, at most 38 digits */
  TYPE_DATE,        /* days since 1970-01-01, proleptic Gregorian */
  TYPE_TIME,        /* microseconds since midnight; nanoseconds at scale 9 */
  TYPE_TIMESTAMP,   /* microseconds (nanoseconds at scale 9) since 1970-01-01 00:00:00, no zone */
  TYPE_TIMESTAMPTZ, /* the same since 1970-01-01 00:00:00 UTC */
  TYPE_TEXT,        /* UTF-8 */
  TYPE_FLOAT,       /* 32-bit float, held as the double of equal value */
  TYPE_BLOB,        /* bytes, held like text */
  TYPE_UUID, /* 128 bits: the big-endian value with its top bit flipped, so that signed order is byte order */
  TYPE_INTERVAL, /* 128 bits: low microseconds, high months << 32 | days; each unsigned */
  TYPE_LIST,     /* nested values: see VEC_LIST, VEC_STRUCT, VEC_MAP */
  TYPE_STRUCT,
  TYPE_MAP
} type_id;

#define TYPE_LAST TYPE_MAP
#define SCALE_NANOS 9u /* of TYPE_TIME, TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ; else 0: microseconds */

typedef struct {
  uint8_t id;    /* type_id */
  uint8_t scale; /* TYPE_DECIMAL: digits after the point; times: 0 or SCALE_NANOS */
} column_type;

const char *type_name(type_id);
type_id type_of_name(const char *name, uint32_t len); /* TYPE_NONE when there is no such type */

#endif
