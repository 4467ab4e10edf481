/* All numbers are little-endian. Tables may carry a checksum for each frame, which is skipped. */
#include "seekable.h"

#define SKIPPABLE_MAGIC 0x184D2A5Eu
#define SEEKABLE_MAGIC 0x8F92EAB1u
enum { HEADER = 8, CHECKSUMS = 0x80, RESERVED = 0x7c };

static uint32_t get(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint8_t *put(uint8_t *p, uint32_t n) {
  for (int i = 0; i < 4; i++) *p++ = (uint8_t)(n >> 8 * i);
  return p;
}

static size_t size_of(uint32_t count, uint8_t descriptor) {
  return HEADER + (size_t)count * (descriptor & CHECKSUMS ? 12 : 8) + SEEKABLE_FOOTER;
}

size_t seekable_table_size(uint32_t count) { return size_of(count, 0); }

void seekable_table_write(const seekable_entry *entries, uint32_t count, uint8_t *out) {
  out = put(out, SKIPPABLE_MAGIC);
  out = put(out, (uint32_t)(seekable_table_size(count) - HEADER));
  for (uint32_t i = 0; i < count; i++) out = put(put(out, entries[i].compressed), entries[i].plain);
  out = put(out, count);
  *out++ = 0;
  put(out, SEEKABLE_MAGIC);
}

bool seekable_footer_read(const uint8_t footer[SEEKABLE_FOOTER], uint64_t file_size, size_t *table_size) {
  uint32_t count = get(footer);
  if (get(footer + 5) != SEEKABLE_MAGIC || footer[4] & RESERVED || count > SEEKABLE_FRAMES_MAX) return false;
  *table_size = size_of(count, footer[4]);
  return *table_size <= file_size;
}

bool seekable_locate(const uint8_t *table, size_t size, uint64_t file_size, uint32_t n, uint64_t *offset,
                     seekable_entry *entry) {
  size_t expected;
  if (size < HEADER + SEEKABLE_FOOTER || size > file_size) return false;
  const uint8_t *footer = table + size - SEEKABLE_FOOTER, *at = table + HEADER;
  if (!seekable_footer_read(footer, file_size, &expected) || expected != size) return false;
  if (get(table) != SKIPPABLE_MAGIC || get(table + 4) != size - HEADER || n >= get(footer)) return false;
  size_t step = footer[4] & CHECKSUMS ? 12 : 8;
  *offset = 0;
  for (uint32_t i = 0; i < n; i++, at += step) *offset += get(at);
  *entry = (seekable_entry){get(at), get(at + 4)};
  return *offset + entry->compressed <= file_size - size;
}
