/* cache_folder.h — files that are made from other files, in the cache folder: each is named by the entity tag of what it was made from, is
 * there whole or not at all, and the oldest go first. */
#ifndef SERVE_CACHE_FOLDER_H
#define SERVE_CACHE_FOLDER_H
#include "version.h"

typedef struct {
  int folder;         /* NO_ROOT: nothing is kept */
  uint64_t max_bytes; /* of all files in it */
} cache_folder;

/* Removes what a server that was killed had begun. */
void cache_sweep(const cache_folder *);

/* `kind` is the ending of the names, up to four letters. For reading; -1: it is not there. */
int cache_open(const cache_folder *, const file_version *, const char *kind);
bool cache_holds(const cache_folder *, const file_version *, const char *kind);

/* To be written under a name that nobody looks for; -1: that cannot be. One at a time for a version and kind. */
int cache_begin(const cache_folder *, const file_version *, const char *kind);
bool cache_write(int fd, const void *bytes, size_t len);
/* Closes it and gives it its name, if it is `whole`; then makes room. */
void cache_end(const cache_folder *, const file_version *, const char *kind, int fd, bool whole);

#endif
