/* Dictionaries of column chunks. See write_values.h. */
#include <string.h>

#include "column/sketch.h"
#include "format/parquet/bits.h"
#include "format/parquet/write_bits.h"
#include "format/parquet/write_values.h"

/* Who reads a few rows unpacks all of it. Parquet-java and Arrow allow 1 MB; 128 KB take a third off a page of 100 rows and 1 to 20 % off queries,
 * in files 0.5 % larger (Snappy) or 1.4 % smaller (Zstandard). */
#define BYTES_MAX (128u << 10)
#define CODE_NONE UINT32_MAX

enum { TRIAL = 16384 }; /* values after which hardly any repetition shows that there is none */

typedef struct {
  const write_values *v;
  write_dictionary *d;
  uint32_t *slots; /* open addressing: codes */
  uint32_t mask;
} table;

/* The value is the first with a new code; CODE_NONE when the dictionary is full. */
static uint32_t add_word(const write_values *v, write_dictionary *d, uint32_t at) {
  d->bytes += plain_value_bytes(v, at);
  if (d->bytes > BYTES_MAX) return CODE_NONE;
  d->first[d->n] = at;
  return d->n++;
}

static bool give_up(write_dictionary *d) {
  d->n = 0;
  return false;
}

/* The vec's own codes, without the words that no row here has. */
static bool keep_codes(const write_values *v, write_dictionary *d, uint32_t *code_of) {
  memset(code_of, 0xFF, (size_t)v->n_words * sizeof *code_of);
  for (uint32_t i = 0; i < v->n; i++) {
    uint32_t *code = &code_of[v->codes[i]];
    if (*code == CODE_NONE) *code = add_word(v, d, i);
    if (*code == CODE_NONE) return give_up(d);
    d->codes[i] = *code;
  }
  return true;
}

static uint64_t hash_at(const write_values *v, uint32_t at) {
  uint64_t word;
  if (v->leaf->width == 0) return hash_bytes(v->texts[at].ptr, v->texts[at].len);
  if (v->leaf->width != 8) return hash_bytes(v->fixed + (size_t)at * v->leaf->width, v->leaf->width);
  memcpy(&word, v->fixed + (size_t)at * 8, 8);
  return hash_u64(word);
}

static bool same(const write_values *v, uint32_t a, uint32_t b) {
  uint32_t width = v->leaf->width;
  if (width == 0)
    return v->texts[a].len == v->texts[b].len &&
           memcmp(v->texts[a].ptr, v->texts[b].ptr, v->texts[a].len) == 0;
  return memcmp(v->fixed + (size_t)a * width, v->fixed + (size_t)b * width, width) == 0;
}

static uint32_t code_at(table *t, uint32_t at) {
  uint32_t slot = (uint32_t)hash_at(t->v, at) & t->mask;
  for (;; slot = (slot + 1) & t->mask) {
    uint32_t code = t->slots[slot];
    if (code == CODE_NONE) return t->slots[slot] = add_word(t->v, t->d, at);
    if (same(t->v, t->d->first[code], at)) return code;
  }
}

static bool find_codes(table *t) {
  for (uint32_t i = 0; i < t->v->n; i++) {
    uint32_t code = code_at(t, i);
    if (code == CODE_NONE || (i == TRIAL && t->d->n > TRIAL / 8 * 7)) return give_up(t->d);
    t->d->codes[i] = code;
  }
  return true;
}

/* So many words can have come before the dictionary is full. */
static uint32_t words_max(const write_values *v) {
  uint32_t most = BYTES_MAX / (v->leaf->width ? v->leaf->width : 4) + 1;
  return v->n < most ? v->n : most;
}

static sonde_code hash_all(const write_values *v, write_dictionary *d, arena *memory, sonde_error *err) {
  table t = {.v = v, .d = d, .mask = 15};
  while (t.mask < words_max(v) + words_max(v) / 2) t.mask = t.mask * 2 + 1;
  t.slots = arena_array(memory, (size_t)t.mask + 1, sizeof *t.slots, err);
  if (!t.slots) return err->code;
  memset(t.slots, 0xFF, ((size_t)t.mask + 1) * sizeof *t.slots);
  find_codes(&t);
  return SONDE_OK;
}

static sonde_code reuse_codes(const write_values *v, write_dictionary *d, arena *memory, sonde_error *err) {
  uint32_t *code_of = arena_array(memory, v->n_words, sizeof *code_of, err);
  if (!code_of) return err->code;
  keep_codes(v, d, code_of);
  return SONDE_OK;
}

sonde_code write_dictionary_of(const write_values *v, uint64_t others, arena *memory, write_dictionary *d,
                               sonde_error *err) {
  *d = (write_dictionary){0};
  d->codes = arena_array(memory, v->n, sizeof *d->codes, err);
  d->first = arena_array(memory, words_max(v), sizeof *d->first, err);
  if (!d->codes || !d->first) return err->code;
  SONDE_TRY(v->codes ? reuse_codes(v, d, memory, err) : hash_all(v, d, memory, err));
  if (d->n && d->bytes + bits_bytes(v->n, bit_width(d->n)) >= others) d->n = 0;
  return SONDE_OK;
}
