/* The hash table of keys: open addressing, slots of 8 bytes with 32 bits of the hash, so that a miss rarely looks at words; or,
 * while keys are small, an array. */
#include "exec/query/keys/keys.h"

/* Words of so few bits are their own slots: always, or when there are many entries already. */
#define DIRECT_BITS 18u
#define DIRECT_BITS_MAX 22u

void key_table_init(key_table *t, mem *m, const keyer *k) {
  bool dense = k->n_cols == 1 && k->cols[0].texts;
  *t = (key_table){.mem = m, .layout = k->layout, .n_words = k->layout.n_words, .dense = dense};
}

void key_table_free(key_table *t) {
  if (!t->mem) return;
  mem_free(t->mem, t->words, (size_t)t->words_bytes);
  mem_free(t->mem, t->slots, (size_t)t->slots_cap * 8);
  mem_free(t->mem, t->direct, t->direct_cap * sizeof *t->direct);
  *t = (key_table){0};
}

/* ---- entries ---- */

static sonde_code reserve_words(key_table *t, uint32_t more, sonde_error *err) {
  uint64_t need = ((uint64_t)t->n + more) * t->n_words * 8, bytes = t->words_bytes ? t->words_bytes : 4096;
  SONDE_CHECK((uint64_t)t->n + more < UINT32_MAX, err, SONDE_LIMIT, 0, "more than 2^32 different keys");
  if (need <= t->words_bytes) return SONDE_OK;
  while (bytes < need) bytes *= 2;
  SONDE_CHECK(bytes <= SIZE_MAX / 2, err, SONDE_LIMIT, 0, "keys of more than 2 GB");
  uint64_t *words = mem_resize(t->mem, t->words, (size_t)t->words_bytes, (size_t)bytes, err);
  if (!words) return err->code;
  t->words = words;
  t->words_bytes = bytes;
  return SONDE_OK;
}

static uint32_t append(key_table *t, const keyer *k, uint32_t row) {
  uint64_t *words = t->words + (size_t)t->n * t->n_words;
  for (uint32_t w = 0; w < t->n_words; w++) words[w] = k->words[w][row];
  return t->n++;
}

/* ---- slots ---- */

static uint64_t slot_value(uint64_t hash, uint32_t entry) { return hash >> 32 << 32 | (entry + 1); }
static uint32_t home(uint64_t hash, uint32_t cap) { return (uint32_t)(hash >> 32) & (cap - 1); }

static void put_slot(uint64_t *slots, uint32_t cap, uint64_t slot) {
  uint32_t at = home(slot, cap);
  while (slots[at]) at = (at + 1) & (cap - 1);
  slots[at] = slot;
}

static sonde_code resize_slots(key_table *t, uint32_t cap, sonde_error *err) {
  uint64_t *slots = mem_alloc(t->mem, (size_t)cap * 8, err);
  if (!slots) return err->code;
  memset(slots, 0, (size_t)cap * 8);
  for (uint32_t i = 0; i < t->slots_cap; i++)
    if (t->slots[i]) put_slot(slots, cap, t->slots[i]);
  mem_free(t->mem, t->slots, (size_t)t->slots_cap * 8);
  t->slots = slots;
  t->slots_cap = cap;
  return SONDE_OK;
}

/* At most five slots of eight are taken. */
static sonde_code reserve_slots(key_table *t, uint32_t more, sonde_error *err) {
  uint64_t need = ((uint64_t)t->n + more) * 8 / 5 + 1, cap = t->slots_cap ? t->slots_cap : 4096;
  while (cap < need) cap *= 2;
  SONDE_CHECK(cap <= UINT32_MAX, err, SONDE_LIMIT, 0, "more than 2^31 different keys");
  return cap > t->slots_cap ? resize_slots(t, (uint32_t)cap, err) : SONDE_OK;
}

uint64_t key_table_growth(const key_table *t, uint32_t more) {
  uint64_t n = (uint64_t)t->n + more, growth = 0;
  if (n * t->n_words * 8 > t->words_bytes) growth += 2 * t->words_bytes;
  if (n * 8 / 5 + 1 > t->slots_cap) growth += (uint64_t)t->slots_cap * 16;
  return growth;
}

static uint64_t hash_of_entry(const key_table *t, uint32_t entry) {
  uint64_t hash = 0;
  for (uint32_t w = 0; w < t->n_words; w++) hash = key_hash(hash, t->words[(size_t)entry * t->n_words + w]);
  return hash;
}

/* ---- an array ---- */

static bool may_be_direct(const key_table *t) {
  uint32_t top = t->layout.top;
  return t->dense || top <= DIRECT_BITS || (top <= DIRECT_BITS_MAX && t->n >> (top - 6) != 0);
}

/* Numbers of texts go on by one, so the array grows with them. */
static sonde_code reserve_direct(key_table *t, const keyer *k, sonde_error *err) {
  uint32_t before = t->direct_cap;
  uint64_t need = t->dense ? (uint64_t)k->cols[0].texts->n + 1 : (uint64_t)1 << t->layout.top;
  SONDE_TRY(grow(t->mem, &t->direct, &t->direct_cap, need, sizeof *t->direct, err));
  if (t->direct_cap > before) memset(t->direct + before, 0, (t->direct_cap - before) * sizeof *t->direct);
  return SONDE_OK;
}

/* ---- layouts ---- */

static sonde_code move_words(key_table *t, const keyer *k, sonde_error *err) {
  uint32_t n_words = k->layout.n_words;
  uint64_t bytes = (uint64_t)t->n * n_words * 8 * 3 / 2;
  SONDE_CHECK(bytes <= SIZE_MAX / 2, err, SONDE_LIMIT, 0, "keys of more than 2 GB");
  uint64_t *words = mem_alloc(t->mem, (size_t)bytes, err);
  if (!words && bytes) return err->code;
  for (uint32_t i = 0; i < t->n; i++)
    words_follow(k, &t->layout, t->words + (size_t)i * t->n_words, words + (size_t)i * n_words);
  mem_free(t->mem, t->words, (size_t)t->words_bytes);
  t->words = words;
  t->words_bytes = bytes;
  return SONDE_OK;
}

static void drop_index(key_table *t) {
  mem_free(t->mem, t->direct, t->direct_cap * sizeof *t->direct);
  t->direct = NULL;
  t->direct_cap = 0;
  if (t->slots_cap) memset(t->slots, 0, (size_t)t->slots_cap * 8);
}

static sonde_code index_entries(key_table *t, const keyer *k, sonde_error *err) {
  if (may_be_direct(t)) {
    SONDE_TRY(reserve_direct(t, k, err));
    for (uint32_t i = 0; i < t->n; i++) t->direct[t->words[i]] = i + 1;
    return SONDE_OK;
  }
  SONDE_TRY(reserve_slots(t, 0, err));
  for (uint32_t i = 0; i < t->n; i++) put_slot(t->slots, t->slots_cap, slot_value(hash_of_entry(t, i), i));
  return SONDE_OK;
}

sonde_code key_table_follow(key_table *t, const keyer *k, sonde_error *err) {
  if (t->layout.version == k->layout.version) return SONDE_OK;
  bool same = same_words_in(k, &t->layout, &k->layout), direct = t->direct != NULL;
  if (!same) SONDE_TRY(move_words(t, k, err));
  t->layout = k->layout;
  t->n_words = k->layout.n_words;
  if (same && t->n && direct == may_be_direct(t)) return direct ? reserve_direct(t, k, err) : SONDE_OK;
  drop_index(t);
  return index_entries(t, k, err);
}

sonde_code key_table_reserve(key_table *t, uint32_t n, sonde_error *err) {
  if (may_be_direct(t)) return SONDE_OK;
  SONDE_TRY(reserve_words(t, n, err));
  return reserve_slots(t, n, err);
}

void key_table_clear(key_table *t) {
  mem_free(t->mem, t->slots, (size_t)t->slots_cap * 8);
  t->slots = NULL;
  t->slots_cap = 0;
  drop_index(t);
  t->n = 0;
}

/* ---- adding ---- */

static void add_direct(key_table *t, const keyer *k, uint32_t n, uint32_t *entries) {
  for (uint32_t i = 0; i < n; i++) {
    entries[i] = UINT32_MAX;
    if (k->any_skip && k->skip[i]) continue;
    uint32_t *slot = &t->direct[k->words[0][i]];
    if (!*slot) *slot = append(t, k, i) + 1;
    entries[i] = *slot - 1;
  }
}

static inline bool same_words(const key_table *t, uint32_t entry, const keyer *k, uint32_t row,
                              uint32_t n_words) {
  const uint64_t *words = t->words + (size_t)entry * n_words;
  for (uint32_t w = 0; w < n_words; w++)
    if (words[w] != k->words[w][row]) return false;
  return true;
}

/* The slot of a row's key, or the empty one where it belongs. */
static inline uint32_t find_slot(const key_table *t, const keyer *k, uint32_t row, uint32_t n_words) {
  uint64_t tag = k->hash[row] >> 32, slot;
  uint32_t at = home(k->hash[row], t->slots_cap);
  while ((slot = t->slots[at]) != 0 &&
         (slot >> 32 != tag || !same_words(t, (uint32_t)slot - 1, k, row, n_words)))
    at = (at + 1) & (t->slots_cap - 1);
  return at;
}

/* All slots are on their way before the first is looked at, then the words of those that look right. */
PREFETCHING prefetch(const key_table *t, const keyer *k, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) __builtin_prefetch(&t->slots[home(k->hash[i], t->slots_cap)]);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t slot = t->slots[home(k->hash[i], t->slots_cap)];
    if (slot && slot >> 32 == k->hash[i] >> 32)
      __builtin_prefetch(&t->words[((uint32_t)slot - 1) * (size_t)t->n_words]);
  }
}

static inline void add_rows(key_table *t, const keyer *k, uint32_t n, uint32_t *entries, uint32_t n_words) {
  for (uint32_t i = 0; i < n; i++) {
    entries[i] = UINT32_MAX;
    if (k->any_skip && k->skip[i]) continue;
    uint32_t at = find_slot(t, k, i, n_words);
    if (!t->slots[at]) t->slots[at] = slot_value(k->hash[i], append(t, k, i));
    entries[i] = (uint32_t)t->slots[at] - 1;
  }
}

sonde_code key_table_add(key_table *t, keyer *k, uint32_t n, uint32_t *entries, sonde_error *err) {
  SONDE_TRY(key_table_follow(t, k, err));
  SONDE_TRY(reserve_words(t, n, err));
  if (may_be_direct(t) && !t->slots_cap) SONDE_TRY(reserve_direct(t, k, err));
  if (t->direct) return add_direct(t, k, n, entries), SONDE_OK;
  SONDE_TRY(reserve_slots(t, n, err));
  if (!k->fixed) keyer_hash(k, n);
  prefetch(t, k, n);
  switch (t->n_words) { /* constants, so that the loop over words unrolls */
  case 1: add_rows(t, k, n, entries, 1); break;
  case 2: add_rows(t, k, n, entries, 2); break;
  default: add_rows(t, k, n, entries, t->n_words);
  }
  return SONDE_OK;
}

/* ---- finding ---- */

sonde_code key_table_finish(key_table *t, const keyer *k, sonde_error *err) {
  SONDE_TRY(key_table_follow(t, k, err));
  if (t->n_words != 1 || t->direct || t->n == 0) return SONDE_OK;
  uint64_t least = UINT64_MAX, most = 0;
  for (uint32_t i = 0; i < t->n; i++) {
    if (t->words[i] < least) least = t->words[i];
    if (t->words[i] > most) most = t->words[i];
  }
  if (most - least >= (uint64_t)t->n * 4) return SONDE_OK;
  SONDE_TRY(grow(t->mem, &t->direct, &t->direct_cap, most - least + 1, sizeof *t->direct, err));
  memset(t->direct, 0, t->direct_cap * sizeof *t->direct);
  t->direct_base = least;
  for (uint32_t i = 0; i < t->n; i++) t->direct[t->words[i] - least] = i + 1;
  return SONDE_OK;
}

static uint32_t find_direct(const key_table *t, uint64_t word) {
  uint64_t at = word - t->direct_base;
  return at < t->direct_cap ? t->direct[at] - 1 : UINT32_MAX;
}

void key_table_find(const key_table *t, keyer *k, uint32_t n, uint32_t *entries) {
  if (!t->direct && !k->fixed) keyer_hash(k, n);
  if (!t->direct && !t->slots_cap) {
    memset(entries, 0xFF, n * sizeof *entries);
    return;
  }
  if (t->direct) {
    for (uint32_t i = 0; i < n; i++) entries[i] = k->skip[i] ? UINT32_MAX : find_direct(t, k->words[0][i]);
    return;
  }
  prefetch(t, k, n);
  for (uint32_t i = 0; i < n; i++)
    entries[i] = k->skip[i] ? UINT32_MAX : (uint32_t)t->slots[find_slot(t, k, i, t->n_words)] - 1;
}
