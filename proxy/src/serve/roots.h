/* roots.h — the folders that files come from: opened once at start, and nothing outside of them ever. */
#ifndef SERVE_ROOTS_H
#define SERVE_ROOTS_H
#include "config.h"

enum { NO_ROOT = -1 };

typedef struct {
  int site, root, cache; /* NO_ROOT: not configured */
  struct {
    const char *name;
    int fd;
  } named[ROOTS_MAX];
  unsigned named_count;
} roots;

/* Opens all folders. False: `why` names the one that cannot be. The names stay the configuration's. */
bool roots_open(roots *, const config *, char why[256]);
void roots_close(roots *);

/* The folder that `*path` (after "/v1/f/") lies in, whose name is then taken off; NO_ROOT when there is none. */
int roots_find(const roots *, sonde_str *path);

/* Opens a path beneath a folder for reading: no link, no way up; -1 with errno. `path` is terminated. */
int root_open(int folder, const char *path);

#endif
