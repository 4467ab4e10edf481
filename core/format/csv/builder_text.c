/* See builder.h: text columns. A dictionary while values repeat, plain text once they do not. */
#include <string.h>

#include "column/sketch.h"
#include "format/csv/builder.h"

#define DICTIONARY_MAX (1u << 18) /* a quarter of a million: what finds them takes 16 MB then */
#define TRIAL_VALUES 1024u        /* before that many values nothing is decided */
#define EXTREME_BYTES 256u

typedef struct {
  uint32_t tag;   /* upper half of the hash */
  uint32_t value; /* number + 1; 0: free */
} slot;

/* Of a block's text: the first bytes as a number that sorts as they do, and where the whole is. */
typedef struct {
  uint64_t prefix;
  sonde_str text;
} extreme;

struct text_builder {
  uint32_t rows, values; /* rows so far; of these, not null */
  uint32_t *codes;       /* of rows; NULL: plain, every row has a text of its own */
  uint32_t n_texts, texts_cap;
  uint32_t *offsets; /* n_texts + 1 */
  uint64_t *hashes;  /* of the dictionary's texts */
  char *bytes;
  size_t n_bytes, bytes_cap;
  slot *slots;
  uint32_t n_slots;
  uint8_t *sketch; /* of plain text; NULL: not wanted */
  uint32_t cap;
};

text_builder *text_builder_new(uint32_t cap, bool stats, arena *scratch, sonde_error *err) {
  text_builder *t = arena_zero(scratch, sizeof *t, err);
  if (!t) return NULL;
  t->cap = cap;
  t->n_slots = 1024;
  t->bytes_cap = 4096;
  t->texts_cap = 512;
  t->codes = arena_array(scratch, cap, sizeof *t->codes, err);
  t->bytes = arena_alloc(scratch, t->bytes_cap, err);
  t->slots = arena_zero(scratch, t->n_slots * sizeof *t->slots, err);
  t->offsets = arena_array(scratch, (size_t)t->texts_cap + 1, 4, err);
  t->hashes = arena_array(scratch, t->texts_cap, 8, err);
  t->sketch = stats ? arena_zero(scratch, SKETCH_BYTES, err) : NULL;
  if (!t->codes || !t->bytes || !t->slots || !t->offsets || !t->hashes || (stats && !t->sketch)) return NULL;
  t->offsets[0] = 0;
  return t;
}

static void *larger(const void *old, size_t used, size_t size, arena *scratch, sonde_error *err) {
  void *p = arena_alloc(scratch, size, err);
  if (p && used) memcpy(p, old, used);
  return p;
}

static sonde_code grow_bytes(text_builder *t, size_t len, arena *scratch, sonde_error *err) {
  SONDE_CHECK(len < UINT32_MAX - t->n_bytes, err, SONDE_LIMIT, 0,
              "a block of a text column has more than 4 GB");
  size_t cap = t->bytes_cap * 2;
  while (cap < t->n_bytes + len) cap *= 2;
  char *bytes = larger(t->bytes, t->n_bytes, cap, scratch, err);
  if (!bytes) return err->code;
  t->bytes = bytes;
  t->bytes_cap = cap;
  return SONDE_OK;
}

static sonde_code grow_texts(text_builder *t, arena *scratch, sonde_error *err) {
  uint32_t cap = t->texts_cap * 2;
  uint32_t *offsets = larger(t->offsets, ((size_t)t->n_texts + 1) * 4, ((size_t)cap + 1) * 4, scratch, err);
  uint64_t *hashes =
      t->codes ? larger(t->hashes, (size_t)t->n_texts * 8, (size_t)cap * 8, scratch, err) : t->hashes;
  if (!offsets || !hashes) return err->code;
  t->offsets = offsets;
  t->hashes = hashes;
  t->texts_cap = cap;
  return SONDE_OK;
}

/* Sixteen bytes at once where the buffers have them: most texts are short. */
static inline void copy_text(char *to, const char *from, size_t n, bool wide) {
  if (wide && n <= 16)
    memcpy(to, from, 16);
  else if (n)
    memcpy(to, from, n);
}

/* `wide`: 16 bytes can be read at s.ptr. */
static inline sonde_code append(text_builder *t, sonde_str s, bool wide, arena *scratch, sonde_error *err) {
  if (s.len + 16 > t->bytes_cap - t->n_bytes) SONDE_TRY(grow_bytes(t, s.len + 16, scratch, err));
  if (t->n_texts == t->texts_cap) SONDE_TRY(grow_texts(t, scratch, err));
  copy_text(t->bytes + t->n_bytes, s.ptr, s.len, wide);
  t->n_bytes += s.len;
  t->offsets[++t->n_texts] = (uint32_t)t->n_bytes;
  return SONDE_OK;
}

static sonde_code grow_slots(text_builder *t, arena *scratch, sonde_error *err) {
  uint32_t n = t->n_slots * 4;
  slot *slots = arena_zero(scratch, n * sizeof *slots, err);
  if (!slots) return err->code;
  for (uint32_t v = 0; v < t->n_texts; v++) {
    uint32_t at = (uint32_t)t->hashes[v] & (n - 1);
    while (slots[at].value) at = (at + 1) & (n - 1);
    slots[at] = (slot){(uint32_t)(t->hashes[v] >> 32), v + 1};
  }
  t->slots = slots;
  t->n_slots = n;
  return SONDE_OK;
}

static sonde_str text_of(const text_builder *t, uint32_t v) {
  return (sonde_str){t->bytes + t->offsets[v], t->offsets[v + 1] - t->offsets[v]};
}

/* Goes on without dictionary: every row so far gets a text of its own. */
static sonde_code abandon(text_builder *t, const uint64_t *validity, arena *scratch, sonde_error *err) {
  text_builder old = *t;
  t->codes = NULL;
  t->n_texts = 0;
  t->n_bytes = 0;
  t->texts_cap = old.cap > old.rows ? old.cap : old.rows;
  t->bytes_cap = old.n_bytes * 2 + 4096;
  t->offsets = arena_array(scratch, (size_t)t->texts_cap + 1, 4, err);
  t->bytes = arena_alloc(scratch, t->bytes_cap, err);
  if (!t->offsets || !t->bytes) return err->code;
  t->offsets[0] = 0;
  for (uint32_t v = 0; t->sketch && v < old.n_texts; v++) sketch_add(t->sketch, old.hashes[v]);
  for (uint32_t r = 0; r < old.rows; r++) {
    bool there = validity[r >> 6] >> (r & 63) & 1;
    SONDE_TRY(append(t, there ? text_of(&old, old.codes[r]) : (sonde_str){"", 0}, false, scratch, err));
  }
  return SONDE_OK;
}

static inline bool same_text(const char *a, const char *b, size_t n) {
  const uint8_t *x = (const uint8_t *)a, *y = (const uint8_t *)b;
  if (n < 8) return hash_short(x, n) == hash_short(y, n);
  return n <= 16 ? memcmp(x, y, 8) == 0 && memcmp(x + n - 8, y + n - 8, 8) == 0 : memcmp(x, y, n) == 0;
}

static inline sonde_code add_plain(text_builder *t, sonde_str s, uint64_t hash, bool wide, arena *scratch,
                                   sonde_error *err) {
  if (t->sketch) sketch_add(t->sketch, hash);
  t->rows++;
  return append(t, s, wide, scratch, err);
}

/* The place in the dictionary that has this text, or is free. */
static inline slot *find(const text_builder *t, sonde_str s, uint64_t hash) {
  uint32_t at = (uint32_t)hash & (t->n_slots - 1), tag = (uint32_t)(hash >> 32);
  for (; t->slots[at].value; at = (at + 1) & (t->n_slots - 1)) {
    if (t->slots[at].tag != tag) continue;
    sonde_str have = text_of(t, t->slots[at].value - 1);
    if (have.len == s.len && same_text(have.ptr, s.ptr, s.len)) break;
  }
  return &t->slots[at];
}

/* Whether texts repeat, or will have in the rest of the block: of D texts as likely as each other n draws meet one again about
 * n * n / 2D times, which chance makes some fewer. */
static bool repeats(const text_builder *t) {
  if (t->values < TRIAL_VALUES || t->n_texts < t->values / 2) return true;
  uint64_t again = t->values - t->n_texts + 8, draws = t->values;
  return draws * draws / 2 < again * (t->cap / 2);
}

static sonde_code add_new(text_builder *t, const uint64_t *validity, slot *free_slot, sonde_str s,
                          uint64_t hash, bool wide, arena *scratch, sonde_error *err) {
  if (!repeats(t) || t->n_texts >= DICTIONARY_MAX) {
    SONDE_TRY(abandon(t, validity, scratch, err));
    return add_plain(t, s, hash, wide, scratch, err);
  }
  *free_slot = (slot){(uint32_t)(hash >> 32), t->n_texts + 1};
  t->codes[t->rows++] = t->n_texts;
  SONDE_TRY(append(t, s, wide, scratch, err));
  t->hashes[t->n_texts - 1] = hash;
  return t->n_texts > t->n_slots / 2 ? grow_slots(t, scratch, err) : SONDE_OK;
}

static inline sonde_code add(text_builder *t, const uint64_t *validity, sonde_str s, bool wide,
                             arena *scratch, sonde_error *err) {
  uint64_t hash = hash_bytes(s.ptr, s.len);
  t->values++;
  if (!t->codes) return add_plain(t, s, hash, wide, scratch, err);
  slot *at = find(t, s, hash);
  if (!at->value) return add_new(t, validity, at, s, hash, wide, scratch, err);
  t->codes[t->rows++] = at->value - 1;
  return SONDE_OK;
}

sonde_code text_builder_add(text_builder *t, const uint64_t *validity, sonde_str s, arena *scratch,
                            sonde_error *err) {
  return add(t, validity, s, false, scratch, err);
}

sonde_code text_builder_null(text_builder *t, arena *scratch, sonde_error *err) {
  if (t->codes) {
    t->codes[t->rows++] = 0;
    return SONDE_OK;
  }
  t->rows++;
  return append(t, (sonde_str){"", 0}, false, scratch, err);
}

sonde_code text_builder_run(builder *b, const field_run *x, uint32_t from, uint32_t *stopped, arena *scratch,
                            sonde_error *err) {
  text_builder *t = b->text;
  uint32_t i = from, limit = x->len > 16 ? x->len - 16 : 0, nulls = b->nulls;
  for (; i < x->n; i++, b->rows++) {
    const csv_field *f = &x->fields[(size_t)i * x->stride];
    if (f->flags & FIELD_ESCAPED) break;
    if (f->len == 0 && !(f->flags & FIELD_QUOTED)) {
      builder_null(b, b->rows);
      SONDE_TRY(text_builder_null(t, scratch, err));
    } else {
      sonde_str s = {(const char *)x->text + f->begin, f->len};
      SONDE_TRY(add(t, b->validity, s, f->begin < limit, scratch, err));
    }
  }
  if (i - from > b->nulls - nulls) b->seen.kinds |= CSV_SAW_TEXT;
  *stopped = i;
  return SONDE_OK;
}

/* ---- the end ---- */

static uint64_t prefix_of(sonde_str s) {
  uint64_t w = 0;
  if (s.len >= 8) {
    memcpy(&w, s.ptr, 8);
    return __builtin_bswap64(w);
  }
  for (size_t i = 0; i < 8; i++) w = w << 8 | (i < s.len ? (uint8_t)s.ptr[i] : 0);
  return w;
}

static int compare(sonde_str a, sonde_str b) {
  int c = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
  return c ? c : (a.len > b.len) - (a.len < b.len);
}

static bool below(uint64_t prefix, sonde_str s, const extreme *e) {
  if (!e->text.ptr) return true;
  return prefix != e->prefix ? prefix < e->prefix : compare(s, e->text) < 0;
}

static bool above(uint64_t prefix, sonde_str s, const extreme *e) {
  if (!e->text.ptr) return true;
  return prefix != e->prefix ? prefix > e->prefix : compare(s, e->text) > 0;
}

static sonde_str keep_extreme(const extreme *e, arena *keep, sonde_error *err) {
  size_t n = e->text.len < EXTREME_BYTES ? e->text.len : EXTREME_BYTES;
  return (sonde_str){arena_copy(keep, e->text.ptr, n, err), n};
}

static sonde_code put_stats(const text_builder *t, const uint64_t *validity, csv_column *c, arena *keep,
                            sonde_error *err) {
  extreme low = {0}, high = {0};
  for (uint32_t i = 0; i < t->n_texts; i++) {
    if (!t->codes && validity && !(validity[i >> 6] >> (i & 63) & 1)) continue;
    sonde_str s = text_of(t, i);
    uint64_t prefix = prefix_of(s);
    if (t->codes) sketch_add(t->sketch, t->hashes[i]);
    if (below(prefix, s, &low)) low = (extreme){prefix, s};
    if (above(prefix, s, &high)) high = (extreme){prefix, s};
  }
  c->sketch = arena_copy(keep, t->sketch, SKETCH_BYTES, err);
  c->min_text = keep_extreme(&low, keep, err);
  c->max_text = keep_extreme(&high, keep, err);
  return c->sketch && c->min_text.ptr && c->max_text.ptr ? SONDE_OK : err->code;
}

static sonde_code pack_codes(const text_builder *t, vec *out, arena *memory, sonde_error *err) {
  out->n_values = t->n_texts;
  out->width = t->n_texts <= 256 ? 1 : t->n_texts <= 65536 ? 2 : 4;
  void *data = arena_array(memory, t->rows, out->width, err);
  if (!data) return err->code;
  if (out->width == 1)
    for (uint32_t i = 0; i < t->rows; i++) ((uint8_t *)data)[i] = (uint8_t)t->codes[i];
  else if (out->width == 2)
    for (uint32_t i = 0; i < t->rows; i++) ((uint16_t *)data)[i] = (uint16_t)t->codes[i];
  else
    memcpy(data, t->codes, (size_t)t->rows * 4);
  out->data = data;
  return SONDE_OK;
}

sonde_code text_builder_finish(text_builder *t, const uint64_t *validity, uint32_t nulls, vec *out,
                               csv_column *c, arena *memory, arena *keep, sonde_error *err) {
  *out = (vec){
      .type = {.id = TYPE_TEXT}, .form = t->codes ? VEC_DICT : VEC_TEXT, .rows = t->rows, .nulls = nulls};
  if (t->codes) SONDE_TRY(pack_codes(t, out, memory, err));
  out->offsets = arena_copy(memory, t->offsets, ((size_t)t->n_texts + 1) * 4, err);
  out->bytes = arena_copy(memory, t->bytes, t->n_bytes, err);
  out->validity = nulls ? arena_copy(memory, validity, ((size_t)t->rows + 63) / 64 * 8, err) : NULL;
  if (!out->offsets || !out->bytes || (nulls && !out->validity)) return err->code;
  return t->sketch ? put_stats(t, nulls ? validity : NULL, c, keep, err) : SONDE_OK;
}
