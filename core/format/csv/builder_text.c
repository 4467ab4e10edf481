/* See builder.h: text columns. A dictionary while values repeat, plain text once they do not. */
#include "format/csv/builder.h"

#include <string.h>

#include "column/sketch.h"

#define DICTIONARY_MAX 65536u
#define TRIAL_ROWS 4096u /* before that many rows nothing is decided */

struct text_builder {
  uint32_t rows, cap;
  uint32_t *codes; /* a row's string; without dictionary: its own number */
  uint32_t n_values, values_cap;
  uint32_t *offsets; /* n_values + 1 */
  uint64_t *hashes;
  char *bytes;
  size_t n_bytes, bytes_cap;
  uint32_t *slots; /* string number + 1; NULL: plain */
  uint32_t n_slots;
};

text_builder *text_builder_new(uint32_t cap, arena *scratch, sonde_error *err) {
  text_builder *t = arena_zero(scratch, sizeof *t, err);
  if (!t) return NULL;
  t->cap = cap;
  t->n_slots = 1024;
  t->codes = arena_array(scratch, cap, sizeof *t->codes, err);
  t->bytes_cap = 4096;
  t->bytes = arena_alloc(scratch, t->bytes_cap, err);
  t->slots = arena_zero(scratch, t->n_slots * sizeof *t->slots, err);
  return t->codes && t->slots && t->bytes ? t : NULL;
}

static void *larger(const void *old, size_t used, size_t size, arena *scratch, sonde_error *err) {
  void *p = arena_alloc(scratch, size, err);
  if (p && used) memcpy(p, old, used);
  return p;
}

static sonde_code room_for_value(text_builder *t, size_t len, arena *scratch, sonde_error *err) {
  if (t->n_values == t->values_cap) {
    uint32_t cap = t->values_cap ? t->values_cap * 2 : 512;
    uint32_t *offsets = larger(t->offsets, t->offsets ? ((size_t)t->n_values + 1) * 4 : 0,
                               ((size_t)cap + 1) * 4, scratch, err);
    uint64_t *hashes = larger(t->hashes, (size_t)t->n_values * 8, (size_t)cap * 8, scratch, err);
    if (!offsets || !hashes) return err->code;
    if (!t->offsets) offsets[0] = 0;
    t->offsets = offsets;
    t->hashes = hashes;
    t->values_cap = cap;
  }
  SONDE_CHECK(len < UINT32_MAX - t->n_bytes, err, SONDE_LIMIT, 0,
              "a block of a text column has more than 4 GB");
  if (len <= t->bytes_cap - t->n_bytes) return SONDE_OK;
  size_t cap = t->bytes_cap ? t->bytes_cap * 2 : 8192;
  while (cap < t->n_bytes + len) cap *= 2;
  char *bytes = larger(t->bytes, t->n_bytes, cap, scratch, err);
  if (!bytes) return err->code;
  t->bytes = bytes;
  t->bytes_cap = cap;
  return SONDE_OK;
}

static sonde_code append(text_builder *t, sonde_str s, uint64_t hash, arena *scratch, sonde_error *err) {
  SONDE_TRY(room_for_value(t, s.len, scratch, err));
  if (s.len) memcpy(t->bytes + t->n_bytes, s.ptr, s.len);
  t->n_bytes += s.len;
  t->hashes[t->n_values] = hash;
  t->offsets[++t->n_values] = (uint32_t)t->n_bytes;
  return SONDE_OK;
}

static sonde_code grow_slots(text_builder *t, arena *scratch, sonde_error *err) {
  uint32_t n = t->n_slots * 4;
  uint32_t *slots = arena_zero(scratch, n * sizeof *slots, err);
  if (!slots) return err->code;
  for (uint32_t v = 0; v < t->n_values; v++) {
    uint32_t at = (uint32_t)t->hashes[v] & (n - 1);
    while (slots[at]) at = (at + 1) & (n - 1);
    slots[at] = v + 1;
  }
  t->slots = slots;
  t->n_slots = n;
  return SONDE_OK;
}

/* Goes on without dictionary: every row so far gets a string of its own. */
static sonde_code abandon(text_builder *t, arena *scratch, sonde_error *err) {
  text_builder plain = {.rows = t->rows, .cap = t->cap, .codes = t->codes, .bytes_cap = t->bytes_cap};
  plain.bytes = arena_alloc(scratch, plain.bytes_cap, err);
  if (!plain.bytes) return err->code;
  for (uint32_t r = 0; r < t->rows; r++) {
    uint32_t v = t->codes[r];
    SONDE_TRY(append(&plain, (sonde_str){t->bytes + t->offsets[v], t->offsets[v + 1] - t->offsets[v]},
                     t->hashes[v], scratch, err));
    plain.codes[r] = r;
  }
  *t = plain;
  return SONDE_OK;
}

static bool equals(const text_builder *t, uint32_t v, uint64_t hash, sonde_str s) {
  uint32_t len = t->offsets[v + 1] - t->offsets[v];
  return t->hashes[v] == hash && len == s.len && memcmp(t->bytes + t->offsets[v], s.ptr, len) == 0;
}

sonde_code text_builder_add(text_builder *t, sonde_str s, arena *scratch, sonde_error *err) {
  uint64_t hash = hash_bytes(s.ptr, s.len);
  if (t->slots) {
    uint32_t at = (uint32_t)hash & (t->n_slots - 1);
    for (; t->slots[at]; at = (at + 1) & (t->n_slots - 1)) {
      if (!equals(t, t->slots[at] - 1, hash, s)) continue;
      t->codes[t->rows++] = t->slots[at] - 1;
      return SONDE_OK;
    }
    bool repeats = t->rows < TRIAL_ROWS || t->n_values < t->rows / 2;
    if (!repeats || t->n_values >= DICTIONARY_MAX) {
      SONDE_TRY(abandon(t, scratch, err));
    } else {
      t->slots[at] = t->n_values + 1;
      if (t->n_values > t->n_slots / 2) SONDE_TRY(grow_slots(t, scratch, err));
    }
  }
  t->codes[t->rows++] = t->n_values;
  return append(t, s, hash, scratch, err);
}

static int compare(sonde_str a, sonde_str b) {
  int c = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
  return c ? c : (a.len > b.len) - (a.len < b.len);
}

static sonde_code extremes(const vec *v, csv_column *c, uint8_t *sketch, const text_builder *t, arena *keep,
                           sonde_error *err) {
  sonde_str low = {NULL, 0}, high = {NULL, 0};
  uint32_t n = v->form == VEC_DICT ? v->n_values : v->rows;
  for (uint32_t i = 0; i < n; i++) {
    if (v->form == VEC_TEXT && !vec_valid(v, i)) continue;
    sonde_str s = vec_value(v, i);
    if (v->form == VEC_DICT && s.len == 0 && v->nulls) continue; /* the filler of null rows */
    sketch_add(sketch, t->hashes[i]);
    if (!low.ptr || compare(s, low) < 0) low = s;
    if (!high.ptr || compare(s, high) > 0) high = s;
  }
  if (!low.ptr) low = high = (sonde_str){"", 0};
  c->min_text = (sonde_str){arena_copy(keep, low.ptr, low.len < 256 ? low.len : 256, err),
                            low.len < 256 ? low.len : 256};
  c->max_text = (sonde_str){arena_copy(keep, high.ptr, high.len < 256 ? high.len : 256, err),
                            high.len < 256 ? high.len : 256};
  return c->min_text.ptr && c->max_text.ptr ? SONDE_OK : err->code;
}

static sonde_code pack_codes(const text_builder *t, vec *out, arena *memory, sonde_error *err) {
  uint32_t n = t->n_values;
  out->width = n <= 256 ? 1 : n <= 65536 ? 2 : 4;
  void *data = arena_array(memory, t->rows, out->width, err);
  if (!data) return err->code;
  for (uint32_t i = 0; i < t->rows; i++) {
    if (out->width == 1) ((uint8_t *)data)[i] = (uint8_t)t->codes[i];
    if (out->width == 2) ((uint16_t *)data)[i] = (uint16_t)t->codes[i];
    if (out->width == 4) ((uint32_t *)data)[i] = t->codes[i];
  }
  out->data = data;
  out->n_values = n;
  return SONDE_OK;
}

sonde_code text_builder_finish(text_builder *t, const uint64_t *validity, uint32_t nulls, vec *out,
                               csv_column *c, uint8_t *sketch, arena *memory, arena *keep, sonde_error *err) {
  *out = (vec){
      .type = {.id = TYPE_TEXT}, .form = t->slots ? VEC_DICT : VEC_TEXT, .rows = t->rows, .nulls = nulls};
  if (t->slots) SONDE_TRY(pack_codes(t, out, memory, err));
  out->offsets = arena_copy(memory, t->offsets, ((size_t)t->n_values + 1) * 4, err);
  out->bytes = arena_copy(memory, t->bytes, t->n_bytes, err);
  out->validity = nulls ? arena_copy(memory, validity, ((size_t)t->rows + 63) / 64 * 8, err) : NULL;
  if (!out->offsets || !out->bytes || (nulls && !out->validity)) return err->code;
  return sketch ? extremes(out, c, sketch, t, keep, err) : SONDE_OK;
}
