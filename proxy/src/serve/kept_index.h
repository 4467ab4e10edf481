/* kept_index.h — what was found out about a large CSV file, in the cache folder, so that a server that is started anew need not read the
 * file again: the engine's index ({"job":"remember"}), then its TableInfo, then a trailer that says how long they are, of which state of
 * the file they are, and a checksum of all. */
#ifndef SERVE_KEPT_INDEX_H
#define SERVE_KEPT_INDEX_H
#include "cache_folder.h"
#include "text.h"

typedef struct {
  uint64_t index, info; /* bytes */
  struct timespec
      changed; /* when the file got its state: moves on even when its time of modification is set back */
} index_trailer;

enum { INDEX_TRAILER = 48 };
/* False: those are no last bytes of such a file of that size. */
bool index_trailer_read(const uint8_t bytes[INDEX_TRAILER], uint64_t file_size, index_trailer *out);

/* Of the file that has this version and `changed`. One at a time for a version. */
void kept_index_write(const cache_folder *, const file_version *, struct timespec changed, sonde_str index,
                      sonde_str info);
/* An open file that begins with `*length` bytes of the index; -1: there is none, or it is damaged. `info` is overwritten. */
int kept_index_open(const cache_folder *, const file_version *, struct timespec changed, uint64_t *length,
                    text *info);

#endif
