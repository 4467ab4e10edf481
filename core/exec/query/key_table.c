/* The hash table of keys: open addressing, slots of 8 bytes with 32 bits of the hash, so that a miss rarely looks at words. */
#include "exec/query/keys.h"

#define DIRECT_WORDS 65536u /* words below this are their own slots, until a larger one comes */

void key_table_init(key_table *t, mem *m, const keyer *k) {
  bool dense = k->n_cols == 1 && k->cols[0].texts;
  *t = (key_table){.mem = m, .n_words = k->n_words, .dense = dense};
}

void key_table_free(key_table *t) {
  if (!t->mem) return;
  mem_free(t->mem, t->words, (size_t)t->cap * t->n_words * 8);
  mem_free(t->mem, t->slots, (size_t)t->slots_cap * 8);
  mem_free(t->mem, t->direct, t->direct_cap * sizeof *t->direct);
  *t = (key_table){0};
}

static uint64_t hash_at(const key_table *t, uint32_t slot) { return t->slots[slot] >> 32; }

/* The slot of a hash is found by its low half, so that rehashing needs only the high half and the words. */
static uint64_t slot_value(uint64_t hash, uint32_t entry) { return hash >> 32 << 32 | (entry + 1); }
static uint32_t home(uint64_t hash, uint32_t cap) { return (uint32_t)(hash >> 32) & (cap - 1); }

static sonde_code grow_slots(key_table *t, sonde_error *err) {
  uint32_t cap = t->slots_cap ? t->slots_cap * 2 : 4096;
  uint64_t *slots = mem_alloc(t->mem, (size_t)cap * 8, err);
  if (!slots) return err->code;
  memset(slots, 0, (size_t)cap * 8);
  for (uint32_t i = 0; i < t->slots_cap; i++) {
    if (!t->slots[i]) continue;
    uint32_t at = (uint32_t)hash_at(t, i) & (cap - 1);
    while (slots[at]) at = (at + 1) & (cap - 1);
    slots[at] = t->slots[i];
  }
  mem_free(t->mem, t->slots, (size_t)t->slots_cap * 8);
  t->slots = slots;
  t->slots_cap = cap;
  return SONDE_OK;
}

static sonde_code reserve(key_table *t, uint32_t n, sonde_error *err) {
  SONDE_TRY(grow(t->mem, &t->words, &t->cap, (uint64_t)t->n + n, (size_t)t->n_words * 8, err));
  while ((uint64_t)(t->n + n) * 2 > t->slots_cap) SONDE_TRY(grow_slots(t, err));
  return SONDE_OK;
}

static bool same_words(const key_table *t, uint32_t entry, const keyer *k, uint32_t row) {
  const uint64_t *words = t->words + (size_t)entry * t->n_words;
  for (uint32_t w = 0; w < t->n_words; w++)
    if (words[w] != k->words[w][row]) return false;
  return true;
}

static uint32_t append(key_table *t, const keyer *k, uint32_t row) {
  uint64_t *words = t->words + (size_t)t->n * t->n_words;
  for (uint32_t w = 0; w < t->n_words; w++) words[w] = k->words[w][row];
  return t->n++;
}

/* ---- small words: an array ---- */

static bool all_small(const key_table *t, const keyer *k, uint32_t n) {
  uint64_t high = 0;
  for (uint32_t i = 0; i < n; i++) high |= k->words[0][i] & ~(uint64_t)(DIRECT_WORDS - 1);
  for (uint32_t i = 0; t->n_words == 2 && i < n; i++) high |= k->words[1][i];
  return high == 0;
}

static bool may_be_direct(const key_table *t, const keyer *k, uint32_t n) {
  if (t->dense) return true;
  return !t->direct_off && !k->any_skip && t->n_words <= 2 && (t->n_words == 1 || k->n_cols == 1) &&
         all_small(t, k, n);
}

/* Numbers of texts go on by one, so the array grows with them. */
static sonde_code reserve_direct(key_table *t, const keyer *k, sonde_error *err) {
  uint32_t before = t->direct_cap;
  uint64_t need = t->dense ? (uint64_t)k->cols[0].texts->n + 1 : DIRECT_WORDS;
  SONDE_TRY(grow(t->mem, &t->direct, &t->direct_cap, need, sizeof *t->direct, err));
  if (t->direct_cap > before) memset(t->direct + before, 0, (t->direct_cap - before) * sizeof *t->direct);
  return SONDE_OK;
}

static sonde_code add_direct(key_table *t, const keyer *k, uint32_t n, uint32_t *entries, sonde_error *err) {
  SONDE_TRY(reserve_direct(t, k, err));
  SONDE_TRY(grow(t->mem, &t->words, &t->cap, (uint64_t)t->n + n, (size_t)t->n_words * 8, err));
  for (uint32_t i = 0; i < n; i++) {
    entries[i] = UINT32_MAX;
    if (k->any_skip && k->skip[i]) continue;
    uint32_t *slot = &t->direct[k->words[0][i]];
    if (!*slot) *slot = append(t, k, i) + 1;
    entries[i] = *slot - 1;
  }
  return SONDE_OK;
}

static uint64_t hash_of_entry(const key_table *t, uint32_t entry) {
  uint64_t hash = 0;
  for (uint32_t w = 0; w < t->n_words; w++) hash = key_hash(hash, t->words[(size_t)entry * t->n_words + w]);
  return hash;
}

/* The first larger word ends the array: what is there moves to slots. */
static sonde_code leave_direct(key_table *t, uint32_t n, sonde_error *err) {
  t->direct_off = true;
  SONDE_TRY(reserve(t, n, err));
  for (uint32_t i = 0; i < t->n; i++) {
    uint64_t hash = hash_of_entry(t, i);
    uint32_t at = home(hash, t->slots_cap);
    while (t->slots[at]) at = (at + 1) & (t->slots_cap - 1);
    t->slots[at] = slot_value(hash, i);
  }
  mem_free(t->mem, t->direct, t->direct_cap * sizeof *t->direct);
  t->direct = NULL;
  t->direct_cap = 0;
  return SONDE_OK;
}

/* ---- any words ---- */

static void prefetch(const key_table *t, const keyer *k, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) __builtin_prefetch(&t->slots[home(k->hash[i], t->slots_cap)]);
}

static uint32_t find_slot(const key_table *t, const keyer *k, uint32_t row, uint32_t *at) {
  uint64_t tag = k->hash[row] >> 32;
  for (*at = home(k->hash[row], t->slots_cap);; *at = (*at + 1) & (t->slots_cap - 1)) {
    uint64_t slot = t->slots[*at];
    if (!slot) return UINT32_MAX;
    uint32_t entry = (uint32_t)slot - 1;
    if (slot >> 32 == tag && same_words(t, entry, k, row)) return entry;
  }
}

/* One word: the commonest case, without the inner loop. */
static void add_single(key_table *t, const keyer *k, uint32_t n, uint32_t *entries) {
  const uint64_t *words = k->words[0];
  for (uint32_t i = 0; i < n; i++) {
    uint64_t tag = k->hash[i] >> 32, slot;
    uint32_t at = home(k->hash[i], t->slots_cap);
    while ((slot = t->slots[at]) != 0 && (slot >> 32 != tag || t->words[(uint32_t)slot - 1] != words[i]))
      at = (at + 1) & (t->slots_cap - 1);
    if (!slot) t->slots[at] = slot = slot_value(k->hash[i], append(t, k, i));
    entries[i] = (uint32_t)slot - 1;
  }
}

static void add_pair(key_table *t, const keyer *k, uint32_t n, uint32_t *entries) {
  const uint64_t *first = k->words[0], *second = k->words[1];
  for (uint32_t i = 0; i < n; i++) {
    uint64_t tag = k->hash[i] >> 32, slot;
    uint32_t at = home(k->hash[i], t->slots_cap);
    while ((slot = t->slots[at]) != 0) {
      const uint64_t *words = t->words + 2 * (size_t)((uint32_t)slot - 1);
      if (slot >> 32 == tag && words[0] == first[i] && words[1] == second[i]) break;
      at = (at + 1) & (t->slots_cap - 1);
    }
    if (!slot) t->slots[at] = slot = slot_value(k->hash[i], append(t, k, i));
    entries[i] = (uint32_t)slot - 1;
  }
}

sonde_code key_table_add(key_table *t, const keyer *k, uint32_t n, uint32_t *entries, sonde_error *err) {
  if (may_be_direct(t, k, n)) return add_direct(t, k, n, entries, err);
  if (!t->direct_off) SONDE_TRY(leave_direct(t, n, err));
  SONDE_TRY(reserve(t, n, err));
  prefetch(t, k, n);
  if (t->n_words == 1 && !k->any_skip) return add_single(t, k, n, entries), SONDE_OK;
  if (t->n_words == 2 && !k->any_skip) return add_pair(t, k, n, entries), SONDE_OK;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t at;
    entries[i] = UINT32_MAX;
    if (k->skip[i]) continue;
    entries[i] = find_slot(t, k, i, &at);
    if (entries[i] != UINT32_MAX) continue;
    entries[i] = append(t, k, i);
    t->slots[at] = slot_value(k->hash[i], entries[i]);
  }
  return SONDE_OK;
}

static uint32_t find_direct(const key_table *t, const keyer *k, uint32_t row) {
  uint64_t at = k->words[0][row] - t->direct_base;
  bool there = at < t->direct_cap && (t->n_words == 1 || k->words[1][row] == 0);
  return there ? t->direct[at] - 1 : UINT32_MAX;
}

/* Words of numbers in the order of the numbers. */
static uint64_t ordered(uint64_t word) { return word ^ (uint64_t)1 << 63; }

sonde_code key_table_finish(key_table *t, const keyer *k, sonde_error *err) {
  bool plain = t->n_words == 2 && k->n_cols == 1 && sql_lane(k->cols[0].type) == LANE_I64;
  if (!plain || t->direct || t->n == 0) return SONDE_OK;
  uint64_t least = UINT64_MAX, most = 0;
  for (uint32_t i = 0; i < t->n; i++) {
    uint64_t word = ordered(t->words[2 * (size_t)i]);
    if (t->words[2 * (size_t)i + 1]) return SONDE_OK;
    if (word < least) least = word;
    if (word > most) most = word;
  }
  if (most - least >= (uint64_t)t->n * 4) return SONDE_OK;
  SONDE_TRY(grow(t->mem, &t->direct, &t->direct_cap, most - least + 1, sizeof *t->direct, err));
  memset(t->direct, 0, t->direct_cap * sizeof *t->direct);
  t->direct_base = ordered(least);
  for (uint32_t i = 0; i < t->n; i++) t->direct[t->words[2 * (size_t)i] - t->direct_base] = i + 1;
  return SONDE_OK;
}

void key_table_find(const key_table *t, const keyer *k, uint32_t n, uint32_t *entries) {
  if (!t->direct && !t->slots_cap) {
    memset(entries, 0xFF, n * sizeof *entries);
    return;
  }
  if (t->direct) {
    for (uint32_t i = 0; i < n; i++) entries[i] = k->skip[i] ? UINT32_MAX : find_direct(t, k, i);
    return;
  }
  prefetch(t, k, n);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t at;
    entries[i] = k->skip[i] ? UINT32_MAX : find_slot(t, k, i, &at);
  }
}
