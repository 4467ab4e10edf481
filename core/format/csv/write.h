/* Writing CSV as RFC 4180 has it, in parts: the head once, then rows of any batch, each a pure function; the parts one after the
 * other are the file.
 *
 * A field is quoted when it holds the delimiter, a quote, CR or LF, begins or ends with a space, is empty, or reads as
 * `null_text`: a null is `null_text` without quotes, so that null and the empty text stay different. In a table of one column a
 * null that would be an empty line, which many readers skip, is written as an empty text in quotes: there a null_text tells them
 * apart.
 *
 * Numbers are exact: the shortest text of a double that reads back as the same, decimals with all digits. Dates and times are
 * ISO 8601 with a space before the time; blobs hexadecimal digits; lists, maps and structs JSON. */
#ifndef CSV_WRITE_H
#define CSV_WRITE_H
#include "base/buf.h"
#include "column/shape.h"
#include "column/vec.h"

typedef struct {
  uint8_t delimiter, quote; /* ASCII, not the same, no CR or LF */
  bool header;              /* the names of the columns first */
  bool crlf;                /* rows end with CR LF, else LF */
  bool always_quote;        /* everything but nulls */
  /* Text that a spreadsheet may run as a formula (it begins with = + - @, a tab or CR) gets a ' in front, as OWASP advises against
   * "CSV injection". Lossy: whoever reads it back gets the ' as well. Numbers stay as they are. */
  bool guard_formulas;
  sonde_str null_text; /* holds no delimiter, quote, CR or LF */
} csv_write_options;

/* Comma, double quote, header, LF, nulls as nothing. */
csv_write_options csv_write_defaults(void);

/* Adds the row of names, if it is wanted. SONDE_VALUE: the options contradict each other. */
sonde_code csv_write_head(const shape *, uint32_t n, const csv_write_options *, buf *, sonde_error *);
/* Adds `rows` rows of n columns (vecs, each readable as its shape's type). SONDE_LIMIT, SONDE_NOMEM; SONDE_MISUSE: a vec is not
 * what its shape says. `buf` is as it was before when it fails. */
sonde_code csv_write_rows(const shape *, uint32_t n, const vec *, uint32_t rows, const csv_write_options *,
                          mem *, buf *, sonde_error *);

#endif
