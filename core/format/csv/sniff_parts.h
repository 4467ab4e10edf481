/* What the files of the sniffer share: the head as text, a reader of rows under a trial dialect, a trial's result, and
 * the steps that csv_sniff goes through. Positions are bytes of the text; sniff_source maps them to the source. */
#ifndef CSV_SNIFF_PARTS_H
#define CSV_SNIFF_PARTS_H
#include "format/csv/row.h"
#include "format/csv/sniff.h"

/* ---- the head as text (sniff_encoding.c) ---- */

/* In UTF-8, without byte order mark. A UTF-8 source is borrowed as it is, with what may be ill-formed in it. */
typedef struct {
  const char *p;
  size_t n;
  bool whole; /* the source ends at its end */
  uint8_t encoding;
  uint64_t bom, source_len; /* of the head */
} sniff_text;

sonde_code sniff_decode(csv_span head, const csv_overrides *, arena *scratch, arena *memory, sniff_text *out,
                        csv_guess *why, sonde_error *);
uint64_t sniff_source(const sniff_text *, size_t at);

/* ---- rows (sniff_rows.c) ---- */

typedef struct {
  csv_dialect dialect;
  const uint8_t *text;
  uint32_t n, pos;
  bool whole;
  csv_field *fields; /* of the row; room for `cap` */
  uint32_t cap;
  csv_row row;
} sniff_rows;

void sniff_rows_init(sniff_rows *, const csv_dialect *, const char *p, size_t n, bool whole,
                     csv_field *fields, uint32_t cap);
/* Reads the next row that is neither blank nor a comment; false when there is none as a whole. */
bool sniff_next_row(sniff_rows *);
/* The same, and a row that the text's end cuts counts too. */
bool sniff_next_cut_row(sniff_rows *);
/* How many of the row's fields are at hand. */
uint32_t sniff_fields(const sniff_rows *);
/* A field's value without escapes; in `memory` only if it has to be written anew. */
sonde_code sniff_value(const sniff_rows *, const csv_field *, arena *memory, sonde_str *out, sonde_error *);

/* ---- one cell (sniff_cell.c) ---- */

typedef enum {
  CELL_EMPTY,
  CELL_TYPED, /* number, amount, date, time, boolean */
  CELL_WORD,  /* names, codes, addresses of pages and people */
  CELL_PROSE, /* with commas or colons */
  CELL_ODD    /* with bytes that are usually delimiters, quotes or brackets */
} sniff_cell;

sniff_cell sniff_classify(const char *p, size_t n);
sonde_str sniff_trim(sonde_str);
/* NA, null, none, nan, n/a, -, ?: stands for a missing value in a column of another type. */
bool sniff_means_missing(sonde_str);
bool sniff_has_digit(sonde_str);

/* ---- trials (sniff_trial.c, sniff_dialect.c) ---- */

typedef struct {
  csv_dialect dialect;             /* delimiter, quote, escape, newline, comment and columns */
  double score;                    /* 0 to 1 */
  uint32_t rows;                   /* from the table's first row on, without blank lines */
  uint32_t fit;                    /* of these, rows of dialect.columns fields */
  uint32_t fewest, most;           /* fields in a row of the table */
  uint32_t quoted, stray, escaped; /* fields of the sample */
  bool unclosed;                   /* a quote does not close before the end of the source */
  size_t first_at;                 /* text position of the table's first row */
  size_t full_at;                  /* ... of the first row with most of its columns filled */
} sniff_trial;

/* Tries a dialect on a text; `fixed` is set of csv_overrides. */
sonde_code sniff_try(const csv_dialect *, const char *p, size_t n, bool whole, uint32_t fixed, arena *scratch,
                     sniff_trial *out, sonde_error *);

typedef struct {
  sniff_trial best;
  sniff_trial runner;       /* best one with another delimiter; score 0: none worth naming */
  sniff_trial runner_quote; /* best one of the same delimiter that quotes otherwise; score 0: none */
} sniff_choice;

/* Decides delimiter, quote, escape, newline and where the table begins. */
sonde_code sniff_dialect(const sniff_text *, size_t from, uint32_t fixed, const csv_dialect *, arena *scratch,
                         sniff_choice *out, sonde_error *);

/* ---- newlines (sniff_newline.c) ---- */

typedef struct {
  uint32_t lf, crlf, cr; /* cr: not followed by \n */
} sniff_lines;

sniff_lines sniff_count_lines(const char *p, size_t n);
/* Position after `lines` more lines. */
size_t sniff_after_lines(const char *p, size_t n, uint32_t lines);
/* How many lines end in [p, p + n). */
uint32_t sniff_lines_in(const char *p, size_t n);

/* ---- what the columns hold (sniff_columns.c) ---- */

typedef struct {
  sonde_str *first; /* values of the first row, trimmed; `columns` of them, "" where the row is shorter */
  uint32_t first_fields;
  bool first_unclosed; /* a quote in it does not close: it may be all there is */
  uint32_t columns;
  csv_seen *seen;    /* per column, of the rows below the first; missing values left out */
  uint32_t *values;  /* per column: neither empty nor missing, below the first */
  uint32_t *typed;   /* per column: of these, how many are numbers, dates, ... by themselves */
  uint32_t *digits;  /* per column: of these, how many hold a digit */
  uint32_t *repeats; /* per column: rows below that hold the same text as the first row */
  uint32_t echoes;   /* rows below that are the first row again; left out of all counts but rows */
  uint32_t rows;     /* below the first, that were looked at */
  uint8_t decimal;
  uint32_t comma_columns, point_columns; /* columns that are numbers under that decimal mark only */
  size_t first_at;                       /* text position of the first row */
  size_t second_at;                      /* ... of the row below it; the text's end when there is none */
  double row_bytes;                      /* mean length of the rows below, in the text; 0: none */
} sniff_columns;

sonde_code sniff_read_columns(const sniff_text *, const sniff_trial *, uint32_t fixed, arena *scratch,
                              sniff_columns *out, sonde_error *);

/* ---- header and names (sniff_header.c, sniff_names.c) ---- */

/* Whether the first row is text above columns of other types: sure to be a header. */
bool sniff_header_contrasts(const sniff_columns *);
/* False when memory failed; as are the next ones. */
bool sniff_header(const sniff_columns *, bool *header, arena *memory, csv_guess *why, sonde_error *);
sonde_code sniff_names(const sniff_columns *, bool header, arena *scratch, arena *memory, sonde_str **out,
                       sonde_error *);

/* ---- saying why (sniff_reason.c) ---- */

/* Writes a sentence to the arena. */
bool sniff_say(arena *, sonde_str *out, sonde_error *, const char *format, ...) SONDE_PRINTF(4, 5);
/* "" for one, "s" for any other number. */
const char *sniff_s(uint32_t n);
sonde_str sniff_text_of(const char *constant);
/* Fills the guesses for delimiter, quote, escape, comment, skip, decimal and newline. */
bool sniff_explain(const csv_dialect *, const sniff_choice *, const sniff_columns *, sniff_lines,
                   arena *memory, csv_guess guesses[CSV_GUESSES], sonde_error *);

/* Places in csv_sniffed.guesses. */
enum {
  GUESS_ENCODING,
  GUESS_DELIMITER,
  GUESS_QUOTE,
  GUESS_ESCAPE,
  GUESS_COMMENT,
  GUESS_HEADER,
  GUESS_SKIP,
  GUESS_DECIMAL,
  GUESS_NEWLINE
};

#endif
