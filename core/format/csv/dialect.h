/* How a CSV is written, and what a user may fix. Plain data, shared by every file of format/csv. */
#ifndef CSV_DIALECT_H
#define CSV_DIALECT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { CSV_NULLS_MAX = 63 };

typedef enum { CSV_UTF8, CSV_UTF16LE, CSV_UTF16BE, CSV_WINDOWS_1252 } csv_encoding;

/* LF and CRLF: a row ends at \n, one \r before it belongs to the end; other \r are data. CR: a row ends at \r.
 * MIXED: \n, \r\n and \r each end a row. */
typedef enum { CSV_LF, CSV_CRLF, CSV_CR, CSV_MIXED } csv_newline;

typedef struct {
  uint8_t encoding;  /* csv_encoding */
  uint8_t newline;   /* csv_newline */
  uint8_t delimiter; /* ASCII byte; 0: one column only */
  uint8_t quote;     /* ASCII byte, 0: none */
  uint8_t
      escape; /* ASCII byte that takes the next byte as it is inside quotes; 0 or == quote: quotes are doubled */
  uint8_t comment; /* ASCII byte that starts a comment line, 0: none */
  uint8_t decimal; /* '.' or ',' */
  bool header;
  uint32_t skip;      /* lines of preamble before the header or first row */
  uint32_t columns;   /* fields a row should have, >= 1 */
  uint64_t bom;       /* bytes of byte order mark */
  uint64_t header_at; /* source offset of the header row, when there is one */
  uint64_t data_at;   /* source offset of the first data row */
  /* Texts that stand for a missing value, quoted or not, as an empty field does: each behind a byte with its length. */
  uint8_t nulls[CSV_NULLS_MAX], nulls_len;
} csv_dialect;

/* Source bytes [offset, offset + len) at hand; `last`: the source ends there. */
typedef struct {
  const uint8_t *bytes;
  size_t len;
  uint64_t offset;
  bool last;
} csv_span;

/* Overrides: a bit of `set` for each field that is not to be guessed. */
enum {
  CSV_SET_ENCODING = 1,
  CSV_SET_DELIMITER = 2,
  CSV_SET_QUOTE = 4,
  CSV_SET_ESCAPE = 8,
  CSV_SET_COMMENT = 16,
  CSV_SET_HEADER = 32,
  CSV_SET_SKIP = 64,
  CSV_SET_DECIMAL = 128,
  CSV_SET_NEWLINE = 256
};
typedef struct {
  uint32_t set;
  csv_dialect value;
} csv_overrides;

#endif
