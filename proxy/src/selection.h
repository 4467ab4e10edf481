/* selection.h — which rows a command takes of a table, and in which order: --filter, --search, --sort. */
#ifndef SELECTION_H
#define SELECTION_H
#include "dataset.h"

typedef struct {
  const char *filter, *search, *sort; /* as they were written; NULL: not given */
} selection;

/* For the help of a command. */
#define SELECTION_USAGE                                                                                      \
  "  --filter JSON       e.g. {\"column\":0,\"op\":\">\",\"value\":\"10\"}; columns are counted from 0\n"    \
  "  --search TEXT       rows with a cell that contains it\n"                                                \
  "  --sort JSON         e.g. [{\"column\":2,\"descending\":true}]\n"

/* Whether the word is one of them; then *code says whether its value, which is consumed, was there. */
bool selection_take(int argc, char **argv, int *at, selection *, int *code);
/* `what` becomes the member of a spec that reads it: "table":1 or "view":1; and how many rows that are. An exit code. */
int selection_make(const dataset *, const selection *, text *what, uint64_t *rows);

#endif
