/* whole_file.h — a file that takes its name only when it is whole; what had that name stays until then. */
#ifndef WHOLE_FILE_H
#define WHOLE_FILE_H
#include "text.h"
#include <sonde.h>
#include <stdbool.h>
#include <stdio.h>

typedef struct {
  FILE *file;
  const char *path; /* NULL: standard output */
  text made;        /* its name until then */
  int error;        /* errno of the first write that failed */
} whole_file;

/* An exit code, with a message unless it is EXIT_FINE; so do all here. */
int whole_open(whole_file *, const char *path);
bool whole_write(whole_file *, const void *bytes, size_t);
/* `code`: how making it went; the file is kept only when that is EXIT_FINE. */
int whole_close(whole_file *, int code);
/* A host_page_fn: user is the whole_file. */
bool whole_page(void *user, sonde_page);

#endif
