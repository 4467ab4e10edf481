/* Values as the text that the grid shows, and texts as values of a type. */
#ifndef EXEC_VALUE_TEXT_H
#define EXEC_VALUE_TEXT_H
#include "base/number.h"
#include "column/value_format.h"

/* How values of a type are compared, and which readers of a vec serve. */
typedef enum {
  FAMILY_WHOLE,   /* vec_i64_as: bool, int64, date, times */
  FAMILY_DOUBLE,  /* vec_f64: double, float */
  FAMILY_DECIMAL, /* vec_i128_as */
  FAMILY_TEXT,    /* vec_str: text, blob */
  FAMILY_SHOWN    /* by the text they are shown as: uuid, interval, list, struct, map */
} value_family;
value_family family_of(column_type);

/* Puts a vec of the texts in the place of one of lists, structs or maps; others stay. */
sonde_code nested_as_text(const vec **, arena *, sonde_error *);

/* The text of a value that is not null; borrowed from `room` or from the vec. */
sonde_str value_text(const vec *, uint32_t row, column_type shown_as, char room[VALUE_TEXT_MAX]);
/* The text of a double, or of a float. */
sonde_str double_text(double, column_type, char room[VALUE_TEXT_MAX]);
/* The text of a number of the i64 family (bool, int64, date, time, timestamps). */
sonde_str i64_text(int64_t, column_type, char room[VALUE_TEXT_MAX]);

/* A value given by a user, read as a type. */
typedef struct {
  int64_t
      i64; /* bool, int64, date, time, timestamps; for int64 columns rounded towards `low` when a fraction was given */
  double f64;
  int128 i128;
  sonde_str text;
  bool whole; /* int64, date: no fraction was lost */
} typed_value;
/* False: the text is no value of the type. Dates are ISO (YYYY-MM-DD) or in the column's own order. */
bool value_parse(sonde_str text, column_type, uint8_t order, typed_value *out);

#endif
