/* What the values of a column look like, as a semilattice: csv_seen_add for each value, csv_seen_join for two parts of
 * a column, in any order and grouping, gives the same answer. A column's type is a function of it (csv_resolve), so the
 * type is exact and does not depend on how the file was cut into blocks or which block came first. */
#ifndef CSV_INFER_H
#define CSV_INFER_H
#include "column/type.h"
#include "format/csv/dialect.h"

enum {                      /* kinds of values seen (or-ed) */
       CSV_SAW_BOOL = 1,    /* true / false in any case */
       CSV_SAW_INT = 2,     /* integer with |v| <= 2^53 */
       CSV_SAW_BIGINT = 4,  /* integer that fits int64 but not 2^53 */
       CSV_SAW_HUGEINT = 8, /* integer of up to 38 digits */
       CSV_SAW_FRACTION =
           16, /* number with a point, <= 15 significant digits: exact as shortest double text */
       CSV_SAW_LONG_FRACTION = 32, /* more digits than a double keeps, up to 38 */
       CSV_SAW_EXPONENT = 64,      /* 1e10; also nan, inf, infinity (any case, signed) */
       CSV_SAW_DATE = 128,
       CSV_SAW_TIME = 256,
       CSV_SAW_TIMESTAMP = 512,
       CSV_SAW_TIMESTAMPTZ = 1024,
       CSV_SAW_TEXT =
           2048 /* anything else, also padded numbers ("007") and numbers in quotes if they are padded */
};

typedef struct {
  uint32_t kinds;      /* or of CSV_SAW_* */
  uint8_t orders;      /* and of DATE_* that every date and timestamp fits; 0xff when none was seen */
  uint8_t int_digits;  /* max digits before the point, of numbers without exponent */
  uint8_t frac_digits; /* max digits after the point */
} csv_seen;

/* How values become a vec: the type, and for dates the one order they are read in. */
typedef struct {
  column_type type;
  uint8_t order; /* one DATE_* bit */
} csv_form;

void csv_seen_init(csv_seen *);
/* One value that is not null: the text of a field, quotes already removed. Spaces around numbers and dates are allowed. */
void csv_seen_add(csv_seen *, const char *p, size_t n, char decimal);
void csv_seen_join(csv_seen *, const csv_seen *other);
/* BOOL, INT64 (ints), DOUBLE (fractions, exponents, ints <= 2^53), DECIMAL (digits that neither int64 nor double keep,
 * no exponent, <= 38 digits), DATE, TIME, TIMESTAMP (also dates mixed with timestamps), TIMESTAMPTZ; TEXT for every
 * other mixture; TYPE_NONE when nothing was seen. Where several date orders fit every value, the first of YMD, MDY, DMY,
 * MDY2, DMY2, YMD2, NAMED is taken (the order in which they are bits does not matter; it is decided in one place). */
csv_form csv_resolve(const csv_seen *);

#endif
