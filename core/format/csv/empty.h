/* "" is missing in a column of numbers and a text in one of texts. Where it came before the column was known to be text it was
 * read as missing: such columns have to be read again. */
#ifndef CSV_EMPTY_H
#define CSV_EMPTY_H
#include "format/csv/block.h"

/* Whether some column read by `plan` is in doubt: it has missing values, was not known to be text, and now is or may yet
 * become so, and "" may be written in the span. `unsure` (a flag for each column of the dialect, or NULL) tells which. */
bool csv_unsure_of_empty(const csv_dialect *, csv_span, const csv_rows *, const csv_plan *plan, bool *unsure);

#endif
