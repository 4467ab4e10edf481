/* opened.h — files a loop has open and remembers for a moment: the next request for one saves opening it again.
 *
 * Each use asks the file itself for its state, so that changed, replaced and deleted files are noticed at once; only one
 * that was moved away is still found under its old name for OPENED_MS. Belongs to one loop. */
#ifndef SERVE_OPENED_H
#define SERVE_OPENED_H
#include "version.h"

enum { OPENED_KEPT = 64, OPENED_MS = 1000 };

typedef struct {
  int fd;
  unsigned refs;
  int folder;
  uint64_t hash, opened_ms;
  file_version version;
  size_t path_len;
  char path[];
} opened;

typedef struct {
  opened *kept[OPENED_KEPT];
} opened_files;

/* A plain file beneath `folder`, to be given back; NULL: `*status` is 404, 403, 503, or 301 for a directory. `path` is
 * terminated. */
opened *opened_get(opened_files *, int folder, sonde_str path, uint64_t now_ms, int *status);
/* One that was opened elsewhere, not kept for others. NULL when memory is short; the descriptor is closed then. */
opened *opened_adopt(int fd);
void opened_release(opened *); /* NULL is fine */
/* Whether it is still in the state that `version` says. */
bool opened_is_unchanged(const opened *);
/* Closes what nobody uses, for the sake of other descriptors. */
void opened_forget(opened_files *);

#endif
