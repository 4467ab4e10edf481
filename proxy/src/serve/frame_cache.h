/* frame_cache.h — compressed copies of files, in zstd's seekable format, in the cache folder: one a version of a file,
 * named by its entity tag, made by a thread of low priority. */
#ifndef SERVE_FRAME_CACHE_H
#define SERVE_FRAME_CACHE_H
#include "cache_folder.h"
#include "seekable.h"

typedef struct frame_cache frame_cache;

frame_cache *frame_cache_new(cache_folder); /* borrowed */
bool frame_cache_start(frame_cache *);
void frame_cache_free(frame_cache *); /* gives up a copy that is being made; NULL is fine */

/* A frame of the copy of that version: an open file, and where in it; -1 when there is no copy. NULL is a cache without
 * copies. */
int frame_cache_open(frame_cache *, const file_version *, uint32_t n, uint64_t *offset, seekable_entry *);
/* Asks for a copy; takes `fd` over. Does nothing when many are asked for already. */
void frame_cache_want(frame_cache *, const file_version *, int fd);

/* Compresses bytes into one frame; answers its length, 0 when that did not work. `*to` is grown as needed, the caller's to free. */
size_t frame_compress(void *context, const void *bytes, size_t len, void **to, size_t *cap);

#endif
