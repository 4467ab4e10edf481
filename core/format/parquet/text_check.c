/* See text_check.h. */
#include "format/parquet/text_check.h"

#include <string.h>

#include "base/utf8.h"
#include "column/sketch.h"

/* Most texts are; this is several times as fast as looking for code points. */
static bool is_ascii(const char *p, size_t n) {
  uint64_t seen = 0, word;
  for (; n >= 8; n -= 8, p += 8) {
    memcpy(&word, p, 8);
    seen |= word;
  }
  for (; n > 0; n--, p++) seen |= (uint8_t)*p;
  return (seen & 0x8080808080808080u) == 0;
}

/* All bytes together are valid, and no text begins inside a code point. */
static bool all_valid(const texts *t, const uint32_t *offsets, uint32_t n) {
  size_t bytes = offsets[n] - offsets[0];
  if (is_ascii(t->bytes + offsets[0], bytes)) return true;
  if (!utf8_valid(t->bytes + offsets[0], bytes)) return false;
  uint32_t inside = 0;
  for (uint32_t i = 0; i < n; i++)
    inside += offsets[i] < offsets[n] && ((uint8_t)t->bytes[offsets[i]] & 0xC0) == 0x80;
  return inside == 0;
}

sonde_code texts_make_valid(texts *t, uint32_t *offsets, uint32_t n, sonde_error *err) {
  if (offsets[0] == offsets[n] || all_valid(t, offsets, n)) return SONDE_OK;
  texts fixed = {.memory = t->memory};
  uint32_t begin = offsets[0];
  SONDE_TRY(texts_reserve(&fixed, offsets[n] - begin, err));
  offsets[0] = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t end = offsets[i + 1];
    SONDE_TRY(texts_reserve(&fixed, utf8_repair_max(end - begin), err));
    fixed.len += utf8_repair(t->bytes + begin, end - begin, fixed.bytes + fixed.len);
    offsets[i + 1] = (uint32_t)fixed.len;
    begin = end;
  }
  *t = fixed;
  return SONDE_OK;
}

static bool same(const char *bytes, const uint32_t *offsets, uint32_t a, uint32_t b) {
  uint32_t n = offsets[a + 1] - offsets[a];
  return n == offsets[b + 1] - offsets[b] && memcmp(bytes + offsets[a], bytes + offsets[b], n) == 0;
}

/* Open addressing; slots hold numbers of texts from 1 on and part of the hash. */
sonde_code texts_distinct(const char *bytes, const uint32_t *offsets, uint32_t n, arena *scratch,
                          bool *distinct, sonde_error *err) {
  size_t slots = 16;
  while (slots < (size_t)n * 2) slots *= 2;
  uint64_t *table = arena_zero(scratch, slots * sizeof *table, err);
  if (!table) return err->code;
  *distinct = true;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t hash = hash_bytes(bytes + offsets[i], offsets[i + 1] - offsets[i]), tag = hash >> 32;
    size_t at = (size_t)hash & (slots - 1);
    for (; table[at]; at = (at + 1) & (slots - 1)) {
      if (table[at] >> 32 != tag || !same(bytes, offsets, (uint32_t)table[at] - 1, i)) continue;
      *distinct = false;
      return SONDE_OK;
    }
    table[at] = tag << 32 | (i + 1);
  }
  return SONDE_OK;
}
