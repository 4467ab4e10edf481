/* One row at a time, in UTF-8: the only place that knows where rows and fields end, so that the index and the reading
 * of values agree by construction.
 *
 * A quote opens only as the first byte of a field. Inside, a doubled quote (or escape + any byte) stands for itself.
 * What follows a closing quote before the delimiter is kept literally and marked stray. A quote that never closes runs
 * to the end of the source, unless that is far: one that has not closed after CSV_QUOTED_MAX bytes opened nothing, so that
 * a single wrong byte does not swallow a file that has to be read in parts. */
#ifndef CSV_ROW_H
#define CSV_ROW_H
#include "format/csv/dialect.h"

#define CSV_QUOTED_MAX ((uint32_t)32 << 20)

enum { FIELD_QUOTED = 1, FIELD_ESCAPED = 2, FIELD_STRAY = 4 };

typedef struct {
  uint32_t begin, len; /* without the quotes (kept when FIELD_STRAY) */
  uint8_t flags;
} csv_field;

typedef enum {
  ROW_DATA,
  ROW_SKIPPED, /* blank line of a table of several columns, or a comment */
  ROW_SHORT    /* reached the end of a text that is not the source's end */
} row_kind;

typedef struct {
  uint32_t begin, next; /* of the row; of what follows its line end */
  uint32_t fields;      /* counted, also beyond `cap` */
  uint32_t lines;       /* line ends inside and at the end */
  bool stray, unclosed;
} csv_row;

/* Reads row after row of one text. The bytes that mean something (delimiters, line ends, quotes) are found 64 at a time:
 * `marks` has a bit for each of them in text[base, base + 64) that was not passed yet. */
typedef struct {
  const csv_dialect *dialect;
  const uint8_t *text;
  uint32_t len, pos; /* pos: where the next row begins */
  bool last;         /* the text ends where the source does... */
  bool whole;        /* ...or behind a row of it, so that a quote that does not close before opened nothing */
  bool ends_only;    /* fields are neither counted nor delivered; delimiters are not even looked at */
  uint8_t delimiter, eol, eol2, quote; /* what is looked for; a line end stands in for what there is not */
  uint32_t base;
  uint64_t marks;
} csv_scan;

typedef enum { SCAN_FIELDS, SCAN_ENDS } scan_what;

void csv_scan_open(csv_scan *, const csv_dialect *, const uint8_t *text, uint32_t len, bool last,
                   uint32_t pos, scan_what);
/* Goes on at `pos`, where a row begins. */
void csv_scan_seek(csv_scan *, uint32_t pos);
/* The row at `pos` < len; `pos` moves behind it, but for ROW_SHORT. Up to `cap` fields are delivered. */
row_kind csv_scan_row(csv_scan *, csv_field *fields, uint32_t cap, csv_row *row);
/* One row, wherever it is. */
row_kind csv_next_row(const csv_dialect *, const uint8_t *text, uint32_t len, bool last, uint32_t pos,
                      csv_field *fields, uint32_t cap, csv_row *row);

/* A span as UTF-8, and the way back to source offsets. UTF-8 spans are used in place. */
typedef struct {
  const csv_dialect *dialect;
  const uint8_t *text;
  uint32_t len;
  uint64_t offset; /* source offset of text[0] */
  uint32_t known;  /* mapping done so far: text[known] comes from source offset `known_at` */
  uint64_t known_at;
  uint64_t end; /* source offset of the span's end */
} csv_text;

struct arena;
sonde_code csv_text_open(csv_text *, const csv_dialect *, csv_span, struct arena *, sonde_error *);
/* Source offset of text[pos]; positions asked in ascending order cost one pass in all. */
uint64_t csv_text_source(csv_text *, uint32_t pos);

#endif
