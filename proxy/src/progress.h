/* progress.h — a line on standard error that says how far a long job is, if somebody is there to see it. */
#ifndef PROGRESS_H
#define PROGRESS_H
#include "host.h"

typedef struct {
  const char *doing; /* "counting rows" */
  double began, shown;
} progress_line;

double seconds_now(void); /* of a clock that only goes forward */
void progress_begin(progress_line *, host *);
void progress_end(progress_line *); /* clears the line */

#endif
