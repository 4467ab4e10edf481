/* Looks at the head of a file and says how it is written, with the reason for every guess and the runner-up. */
#ifndef CSV_SNIFF_H
#define CSV_SNIFF_H
#include "base/arena.h"
#include "format/csv/dialect.h"
#include "format/csv/infer.h"

typedef struct {
  const char *
      setting; /* member of ReadOptions: "encoding", "delimiter", "quote", "escape", "comment", "header", "skip", "decimal", "newline" */
  sonde_str value; /* as ReadOptions writes it */
  sonde_str reason;
  sonde_str runner_value, runner_reason; /* len 0: none */
  bool overridden;
} csv_guess;

#define CSV_GUESSES 9

typedef struct {
  csv_dialect dialect;
  sonde_str *names; /* dialect.columns of them, UTF-8, made unique; "column0"… without a header */
  csv_guess guesses[CSV_GUESSES];
  double
      row_bytes; /* mean source bytes of a data row in the sample, for an estimate of the row count; 0: no rows */
} csv_sniffed;

/* `head` begins at offset 0 of the source. All of `out` lies in `memory`. Any bytes give an answer; only memory can fail. */
sonde_code csv_sniff(csv_span head, const csv_overrides *, arena *memory, csv_sniffed *out, sonde_error *);

#endif
