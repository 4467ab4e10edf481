/* seekable.h — zstd's seekable format: frames one behind the other, then a table of their sizes in a skippable frame.
 * (zstd, contrib/seekable_format/zstd_seekable_compression_format.md) */
#ifndef SERVE_SEEKABLE_H
#define SERVE_SEEKABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEEKABLE_FOOTER = 9, SEEKABLE_FRAMES_MAX = 1 << 24 };

typedef struct {
  uint32_t compressed, plain;
} seekable_entry;

/* Bytes of the skippable frame that holds the table of `count` frames. */
size_t seekable_table_size(uint32_t count);
void seekable_table_write(const seekable_entry *, uint32_t count, uint8_t *out);

/* The last 9 bytes of a file tell how long its table is, so that it can be read. False: it is no such file. */
bool seekable_footer_read(const uint8_t footer[SEEKABLE_FOOTER], uint64_t file_size, size_t *table_size);
/* Where frame `n` lies. `table` is the whole skippable frame, the last `size` bytes of the file. False: damaged, or there
 * is no such frame. */
bool seekable_locate(const uint8_t *table, size_t size, uint64_t file_size, uint32_t n, uint64_t *offset,
                     seekable_entry *entry);

#endif
