/* Builds the vec of one column from the fields of one block, a batch of rows at a time. Lives in the scratch arena of the
 * read; only builder_finish writes to memory that lasts. */
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
  char decimal;
  uint8_t quote, escape;
  uint32_t cap, rows, nulls;
  uint64_t *validity; /* of `cap` bits; bits of rows not yet there are set */
  void *values;       /* int64_t, double or int128 by form; NULL for text */
  text_builder *text;
  uint8_t max_fraction; /* of doubles: digits after the point */
  bool scalable;        /* no exponent, no more than 15 digits so far */
} builder;

sonde_code builder_init(builder *, const csv_plan *, uint32_t cap, const csv_dialect *, bool valid_utf8,
                        arena *scratch, sonde_error *);
/* Appends n fields, `stride` fields apart. `bad_rows` (n bits, may be NULL) gets a bit for each value that did not fit. */
sonde_code builder_add(builder *, const uint8_t *text, const csv_field *fields, uint32_t stride, uint32_t n,
                       uint64_t *bad_rows, arena *scratch, sonde_error *);
/* The vec goes to `memory`, statistics to `keep`. */
sonde_code builder_finish(builder *, bool stats, vec *out, csv_column *column, arena *memory, arena *keep,
                          arena *scratch, sonde_error *);

/* builder_text.c */
text_builder *text_builder_new(uint32_t cap, arena *scratch, sonde_error *);
sonde_code text_builder_add(text_builder *, sonde_str, arena *scratch, sonde_error *);
sonde_code text_builder_finish(text_builder *, const uint64_t *validity, uint32_t nulls, vec *out,
                               csv_column *, uint8_t *sketch, arena *memory, arena *keep, sonde_error *);

#endif
