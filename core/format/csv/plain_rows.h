/* Passes over rows without looking into them, 64 bytes at a time. Plain rows are those of which line ends and quotes alone say where
 * they end: every quote opens a field, closes it or is doubled. All others are for csv_scan_row. */
#ifndef CSV_PLAIN_ROWS_H
#define CSV_PLAIN_ROWS_H
#include "format/csv/dialect.h"

typedef struct {
  uint32_t next;  /* where the row behind them begins */
  uint32_t rows;  /* all of them data */
  uint32_t lines; /* line ends in them, also those in quotes */
} csv_passed;

/* Whether rows of a dialect can be plain. */
bool csv_can_pass(const csv_dialect *);
/* From `pos`, where a row begins, to the first plain row that begins at `until` or later, or to one before that which is not
 * plain, blank, very long, or the text's last. `until` <= len. */
csv_passed csv_pass_plain(const csv_dialect *, const uint8_t *text, uint32_t len, uint32_t pos,
                          uint32_t until);

#endif
