/* A part of a job's spec that people write: its filter, its sort. It is JSON, or a text that holds JSON as it was written; errors
 * name the byte in that part, not in the job's whole spec. */
#ifndef EXEC_SPEC_H
#define EXEC_SPEC_H
#include "base/json.h"

typedef struct {
  const char *what; /* "filter" */
  const json *root; /* NULL: not given */
  size_t begin;     /* where the part begins in what was parsed */
  arena *memory;
  sonde_error *err;
} spec_part;

/* `given` may be NULL, JSON null, or a text to be parsed. */
sonde_code spec_open(const char *what, const json *given, arena *, spec_part *out, sonde_error *);
/* Answers `code`; the error says what is wrong at `where` (a node of the part). */
sonde_code spec_refuse(const spec_part *, const json *where, sonde_code code, const char *format, ...)
    SONDE_PRINTF(4, 5);

#endif
