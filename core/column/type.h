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
  TYPE_TIME,        /* microseconds since midnight */
  TYPE_TIMESTAMP,   /* microseconds since 1970-01-01 00:00:00, no zone */
  TYPE_TIMESTAMPTZ, /* microseconds since 1970-01-01 00:00:00 UTC */
  TYPE_TEXT         /* UTF-8 */
} type_id;

typedef struct {
  uint8_t id;    /* type_id */
  uint8_t scale; /* TYPE_DECIMAL: digits after the point */
} column_type;

const char *type_name(type_id);
type_id type_of_name(const char *name, uint32_t len); /* TYPE_NONE when there is no such type */

#endif
