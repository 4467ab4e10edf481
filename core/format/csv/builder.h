/* Builds the vec of one column from the fields of one block, a batch of rows at a time. Lives in the scratch arena of the
 * read; only builder_finish writes to memory that lasts.
 *
 * For each form there is a quick reader that takes a run of fields written as nearly all are (plain digits, ISO dates, text
 * without escapes) and stops at the first that is not; that one goes the general way, then the quick reader goes on. */
#ifndef CSV_BUILDER_H
#define CSV_BUILDER_H
#include "format/csv/block.h"
#include "format/csv/row.h"

typedef struct text_builder text_builder;

typedef struct {
  csv_plan plan;
  csv_form form; /* TYPE_NONE until the first value is seen (CSV_INFER) */
  csv_seen seen;
  bool mismatch;   /* a value did not fit `form`: only `seen` is collected from here on */
  bool valid_utf8; /* of the whole span */
  bool stats;      /* minimum, maximum, sum, sketch are wanted */
  char decimal;
  uint8_t quote, escape;
  uint8_t missing_len;
  const uint8_t *missing; /* the dialect's `nulls` */
  uint32_t cap, rows, nulls;
  uint64_t *validity; /* of `cap` bits; bits of rows not yet there are set */
  void *values;       /* int64_t, double or int128 by form; NULL for text */
  text_builder *text;
  bool scaled;      /* doubles: values are still integers over 10^scale, each below 2^53 */
  uint8_t scale;    /* <= BUILDER_SCALE_MAX */
  uint64_t largest; /* magnitude among the scaled */
} builder;

#define BUILDER_SCALE_MAX 9u

/* Fields of one column: n of them, `stride` fields apart, in a text of `len` bytes. */
typedef struct {
  const uint8_t *text;
  uint32_t len;
  const csv_field *fields;
  uint32_t stride, n;
} field_run;

sonde_code builder_init(builder *, const csv_plan *, uint32_t cap, const csv_dialect *, bool valid_utf8,
                        bool stats, arena *scratch, sonde_error *);
/* Appends a run. `bad_rows` (n bits, may be NULL) gets a bit for each value that did not fit. */
sonde_code builder_add(builder *, const field_run *, uint64_t *bad_rows, arena *scratch, sonde_error *);
/* The vec goes to `memory`, statistics to `keep`. */
sonde_code builder_finish(builder *, vec *out, csv_column *column, arena *memory, arena *keep, arena *scratch,
                          sonde_error *);

/* ---- inside ---- */

static inline void builder_null(builder *b, uint32_t row) {
  b->validity[row >> 6] &= ~((uint64_t)1 << (row & 63));
  b->nulls++;
}

/* builder_quick.c: reads fields `from`… as long as they are plain; answers where it stopped. */
uint32_t builder_quick(builder *, const field_run *, uint32_t from);
/* One double as integer over a power of ten: false when it does not fit as such. */
bool builder_put_scaled(builder *, uint32_t row, int64_t mantissa, uint32_t fraction);
/* From here on doubles are doubles. */
void builder_unscale(builder *);

/* builder_finish.c: statistics of numbers, and the compact vec. */
sonde_code builder_finish_values(builder *, vec *out, csv_column *, arena *memory, arena *keep,
                                 arena *scratch, sonde_error *);

/* builder_text.c. `validity` is the builder's: bits of the rows so far. */
text_builder *text_builder_new(uint32_t cap, bool stats, arena *scratch, sonde_error *);
sonde_code text_builder_add(text_builder *, const uint64_t *validity, sonde_str, arena *scratch,
                            sonde_error *);
sonde_code text_builder_null(text_builder *, arena *scratch, sonde_error *);
/* Fields without escapes of valid UTF-8, from `from` on; *stopped is where one was otherwise, or run->n. */
sonde_code text_builder_run(builder *, const field_run *, uint32_t from, uint32_t *stopped, arena *scratch,
                            sonde_error *);
sonde_code text_builder_finish(text_builder *, const uint64_t *validity, uint32_t nulls, vec *out,
                               csv_column *, arena *memory, arena *keep, sonde_error *);

#endif
