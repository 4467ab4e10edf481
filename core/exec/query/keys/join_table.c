/* See join_table.h. */
#include "exec/query/keys/join_table.h"

#define SLICE_ROWS (64u * BATCH_ROWS) /* some milliseconds */
#define BITS_A_ROW 64u                /* as much as the slots of a hash table would take */
#define BITS_AT_LEAST ((uint64_t)1 << 20)

enum { BEGIN, SET_BITS, RANK, LINK, HASH, MADE };

static uint64_t in_order(uint64_t word) { return word ^ (uint64_t)1 << 63; }

sonde_code join_table_init(join_table *t, mem *m, const keyer *k, bool members, sonde_error *err) {
  bool strict = true;
  for (uint32_t i = 0; i < k->n_cols; i++) strict &= k->cols[i].strict;
  *t = (join_table){.mem = m, .members = members, .least = UINT64_MAX, .ascending = true};
  t->word_type = sql_simple(SQL_BIGINT);
  t->null_word = strict && k->null_word;
  t->n_words = k->n_words - t->null_word;
  const sql_type *types[2 * KEYER_COLS_MAX + 1];
  for (uint32_t i = 0; i < t->n_words; i++) types[i] = &t->word_type;
  return rowset_init(&t->words, m, types, t->n_words, err);
}

static size_t n_ranks(const join_table *t) { return t->members ? 0 : t->n_bit_words; }

void join_table_free(join_table *t) {
  if (!t->mem) return;
  mem_free(t->mem, t->bits, t->n_bit_words * sizeof *t->bits);
  mem_free(t->mem, t->ranks, n_ranks(t) * sizeof *t->ranks);
  mem_free(t->mem, t->first, t->n_distinct * sizeof *t->first);
  mem_free(t->mem, t->slots, t->slots_cap * sizeof *t->slots);
  mem_free(t->mem, t->next, t->words.n * sizeof *t->next);
  rowset_free(&t->words);
  t->mem = NULL;
}

/* ---- taking rows in ---- */

static void note_span(join_table *t, const keyer *k, const uint32_t *rows, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows ? rows[i] : i;
    uint64_t word = in_order(k->words[0][row]);
    if (k->any_skip && k->skip[row]) {
      t->ascending = false;
      continue;
    }
    if (t->n_keyed++ && word <= t->last) t->ascending = false;
    t->last = word;
    if (word < t->least) t->least = word;
    if (word > t->most) t->most = word;
  }
}

sonde_code join_table_add(join_table *t, const keyer *k, const uint32_t *rows, uint32_t n, sonde_error *err) {
  col cols[2 * KEYER_COLS_MAX + 1];
  uint8_t keyed[BATCH_ROWS];
  for (uint32_t i = 0; k->any_skip && i < BATCH_ROWS; i++) keyed[i] = !k->skip[i];
  for (uint32_t i = 0; i < t->n_words; i++)
    cols[i] = (col){.lane = LANE_I64,
                    .form = COL_FLAT,
                    .type = &t->word_type,
                    .data = k->words[i],
                    .valid = k->any_skip ? keyed : NULL};
  note_span(t, k, rows, n);
  return rowset_append_rows(&t->words, &(batch){n, t->n_words, cols}, rows, n, err);
}

/* ---- making ---- */

static uint64_t word_at(const join_table *t, uint32_t w, uint32_t row) {
  return KEPT_LANE(&t->words.cols[w], uint64_t, row);
}

static bool is_keyed(const join_table *t, uint32_t row) { return rowset_valid(&t->words, 0, row); }

static bool lie_close(const join_table *t) {
  return t->n_words == 1 && t->most - t->least < (uint64_t)t->n_keyed * BITS_A_ROW + BITS_AT_LEAST;
}

static void *zeroed(mem *m, size_t size, sonde_error *err) {
  void *p = mem_alloc(m, size, err);
  if (p) memset(p, 0, size);
  return p;
}

static sonde_code begin(join_table *t, sonde_error *err) {
  t->phase = t->n_keyed == 0 ? MADE : lie_close(t) ? SET_BITS : HASH;
  if (t->phase == SET_BITS) {
    size_t n = (size_t)((t->most - t->least) / 64 + 1);
    t->bits = zeroed(t->mem, n * sizeof *t->bits, err);
    t->n_bit_words = t->bits ? n : 0;
    return t->bits ? SONDE_OK : err->code;
  }
  uint64_t cap = 1024;
  while (cap < (uint64_t)t->n_keyed * 2) cap *= 2;
  SONDE_CHECK(cap <= (uint64_t)1 << 31, err, SONDE_LIMIT, 0, "more than 2^30 rows to join");
  if (t->phase == MADE) return SONDE_OK;
  t->slots = zeroed(t->mem, (size_t)cap * sizeof *t->slots, err);
  t->slots_cap = t->slots ? (uint32_t)cap : 0;
  t->at = t->words.n;
  return t->slots ? SONDE_OK : err->code;
}

static uint32_t slice_end(const join_table *t) {
  return t->words.n - t->at < SLICE_ROWS ? t->words.n : t->at + SLICE_ROWS;
}
static uint32_t slice_begin(const join_table *t) { return t->at < SLICE_ROWS ? 0 : t->at - SLICE_ROWS; }

static sonde_code set_bits(join_table *t, sonde_error *err) {
  uint32_t end = slice_end(t);
  for (; t->at < end; t->at++) {
    if (!is_keyed(t, t->at)) continue;
    uint64_t place = in_order(word_at(t, 0, t->at)) - t->least, bit = (uint64_t)1 << (place & 63);
    t->repeated |= (t->bits[place >> 6] & bit) != 0;
    t->bits[place >> 6] |= bit;
  }
  if (t->at < t->words.n) return SONDE_OK;
  t->phase = t->members ? MADE : RANK;
  t->at = 0;
  if (t->members) return SONDE_OK;
  t->ranks = mem_alloc(t->mem, t->n_bit_words * sizeof *t->ranks, err);
  return t->ranks ? SONDE_OK : err->code;
}

static sonde_code need_next(join_table *t, sonde_error *err) {
  t->next = mem_alloc(t->mem, t->words.n * sizeof *t->next, err);
  if (!t->next) return err->code;
  memset(t->next, 0xFF, t->words.n * sizeof *t->next);
  return SONDE_OK;
}

static sonde_code rank_bits(join_table *t, sonde_error *err) {
  uint32_t n = 0;
  for (size_t i = 0; i < t->n_bit_words; i++) {
    t->ranks[i] = n;
    n += (uint32_t)__builtin_popcountll(t->bits[i]);
  }
  t->phase = t->ascending ? MADE : LINK;
  if (t->ascending) return SONDE_OK;
  t->first = mem_alloc(t->mem, n * sizeof *t->first, err);
  if (!t->first) return err->code;
  memset(t->first, 0xFF, n * sizeof *t->first);
  t->n_distinct = n;
  t->at = t->words.n;
  return t->repeated ? need_next(t, err) : SONDE_OK;
}

static uint32_t rank_of(const join_table *t, uint64_t place) {
  uint64_t before = t->bits[place >> 6] & (((uint64_t)1 << (place & 63)) - 1);
  return t->ranks[place >> 6] + (uint32_t)__builtin_popcountll(before);
}

/* From the last row to the first, so that the rows of a key ascend. */
static sonde_code link_rows(join_table *t) {
  uint32_t begin_at = slice_begin(t);
  while (t->at > begin_at) {
    uint32_t row = --t->at;
    if (!is_keyed(t, row)) continue;
    uint32_t *head = &t->first[rank_of(t, in_order(word_at(t, 0, row)) - t->least)];
    if (t->next) t->next[row] = *head;
    *head = row;
  }
  if (t->at == 0) t->phase = MADE;
  return SONDE_OK;
}

/* ---- hashing ---- */

static uint64_t slot_of(uint64_t hash, uint32_t row) { return hash >> 32 << 32 | (row + 1); }
static uint32_t home(const join_table *t, uint64_t hash) {
  return (uint32_t)(hash >> 32) & (t->slots_cap - 1);
}

static uint64_t hash_row(const join_table *t, uint32_t row) {
  uint64_t hash = 0;
  for (uint32_t w = 0; w < t->n_words; w++) hash = key_hash(hash, word_at(t, w, row));
  return t->null_word ? key_hash(hash, 0) : hash;
}

static bool same_rows(const join_table *t, uint32_t a, uint32_t b) {
  for (uint32_t w = 0; w < t->n_words; w++)
    if (word_at(t, w, a) != word_at(t, w, b)) return false;
  return true;
}

static sonde_code hash_one(join_table *t, uint32_t row, uint64_t hash, sonde_error *err) {
  uint32_t at = home(t, hash);
  for (uint64_t slot; (slot = t->slots[at]) != 0; at = (at + 1) & (t->slots_cap - 1)) {
    uint32_t other = (uint32_t)slot - 1;
    if (slot >> 32 != hash >> 32 || !same_rows(t, row, other)) continue;
    if (t->members) return SONDE_OK;
    if (!t->next) SONDE_TRY(need_next(t, err));
    t->next[row] = other;
    break;
  }
  t->slots[at] = slot_of(hash, row);
  return SONDE_OK;
}

static sonde_code hash_rows(join_table *t, sonde_error *err) {
  uint64_t hashes[256];
  uint32_t begin_at = slice_begin(t);
  while (t->at > begin_at) {
    uint32_t n = t->at - begin_at < 256 ? t->at - begin_at : 256, first = t->at - n;
    for (uint32_t i = 0; i < n; i++) {
      hashes[i] = hash_row(t, first + i);
      __builtin_prefetch(&t->slots[home(t, hashes[i])]);
    }
    while (t->at > first) {
      uint32_t row = --t->at;
      if (is_keyed(t, row)) SONDE_TRY(hash_one(t, row, hashes[row - first], err));
    }
  }
  if (t->at == 0) t->phase = MADE;
  return SONDE_OK;
}

/* Words are needed only where hashes have to be confirmed. */
static void drop_words(join_table *t) {
  if (!t->bits || !t->words.mem) return;
  uint32_t n = t->words.n;
  rowset_free(&t->words);
  t->words.n = n;
}

sonde_code join_table_make(join_table *t, bool *done, sonde_error *err) {
  switch (t->phase) {
  case BEGIN: SONDE_TRY(begin(t, err)); break;
  case SET_BITS: SONDE_TRY(set_bits(t, err)); break;
  case RANK: SONDE_TRY(rank_bits(t, err)); break;
  case LINK: SONDE_TRY(link_rows(t)); break;
  case HASH: SONDE_TRY(hash_rows(t, err)); break;
  default: break;
  }
  *done = t->phase == MADE;
  if (*done) drop_words(t);
  return SONDE_OK;
}

/* ---- looking up ---- */

static bool has_place(const join_table *t, uint64_t place) {
  return place <= t->most - t->least && (t->bits[place >> 6] >> (place & 63) & 1);
}

static uint32_t row_at(const join_table *t, uint64_t place) {
  if (t->members) return 0;
  uint32_t rank = rank_of(t, place);
  return t->first ? t->first[rank] : rank;
}

/* First the bits, without a branch to guess: then the rows of those that are there. */
static void find_bits(const join_table *t, const uint64_t *words, uint32_t n, uint32_t *rows) {
  uint32_t hits[BATCH_ROWS], found = 0;
  for (uint32_t i = 0; i < n; i++) {
    hits[found] = i;
    found += has_place(t, in_order(words[i]) - t->least);
    rows[i] = NO_ROW;
  }
  for (uint32_t i = 0; i < found; i++) rows[hits[i]] = row_at(t, in_order(words[hits[i]]) - t->least);
}

static bool row_has(const join_table *t, uint32_t row, uint64_t *const *words, uint32_t i) {
  for (uint32_t w = 0; w < t->n_words; w++)
    if (word_at(t, w, row) != words[w][i]) return false;
  return true;
}

static uint32_t find_slot(const join_table *t, uint64_t hash, uint64_t *const *words, uint32_t i) {
  uint32_t at = home(t, hash);
  for (uint64_t slot; (slot = t->slots[at]) != 0; at = (at + 1) & (t->slots_cap - 1)) {
    uint32_t row = (uint32_t)slot - 1;
    if (slot >> 32 == hash >> 32 && row_has(t, row, words, i)) return t->members ? 0 : row;
  }
  return NO_ROW;
}

static void find_slots(const join_table *t, const uint64_t *hashes, uint64_t *const *words, uint32_t n,
                       uint32_t *rows) {
  for (uint32_t i = 0; i < n; i++) __builtin_prefetch(&t->slots[home(t, hashes[i])]);
  for (uint32_t i = 0; i < n; i++) rows[i] = find_slot(t, hashes[i], words, i);
}

void join_table_find(const join_table *t, const keyer *k, uint32_t n, uint32_t *rows) {
  if (t->bits)
    find_bits(t, k->words[0], n, rows);
  else if (t->slots)
    find_slots(t, k->hash, k->words, n, rows);
  else
    memset(rows, 0xFF, n * sizeof *rows);
  for (uint32_t i = 0; k->any_skip && i < n; i++)
    if (k->skip[i]) rows[i] = NO_ROW;
}

static void hash_numbers(const join_table *t, const uint64_t *words, uint32_t n, uint64_t *hashes) {
  for (uint32_t i = 0; i < n; i++) hashes[i] = key_hash(0, words[i]);
  for (uint32_t i = 0; t->null_word && i < n; i++) hashes[i] = key_hash(hashes[i], 0);
}

void join_table_find_numbers(const join_table *t, const col *c, uint32_t n, uint32_t *rows) {
  uint64_t hashes[BATCH_ROWS], *words = (uint64_t *)col_lanes((col *)(uintptr_t)c);
  if (t->bits) {
    find_bits(t, words, n, rows);
  } else if (t->slots) {
    hash_numbers(t, words, n, hashes);
    find_slots(t, hashes, &words, n, rows);
  } else {
    memset(rows, 0xFF, n * sizeof *rows);
  }
  for (uint32_t i = 0; c->valid && i < n; i++)
    if (!c->valid[i]) rows[i] = NO_ROW;
}

uint32_t join_table_filter(const join_table *t, const col *c, uint32_t *rows, uint32_t n) {
  const uint64_t *words = c->data;
  uint32_t kept = 0;
  for (uint32_t i = 0; t->bits && i < n; i++) {
    uint32_t row = rows[i];
    rows[kept] = row;
    kept += has_place(t, in_order(words[row]) - t->least) && (!c->valid || c->valid[row]);
  }
  uint64_t span = t->most - t->least;
  for (uint32_t i = 0; t->slots && i < n; i++) {
    uint32_t row = rows[i];
    rows[kept] = row;
    kept += in_order(words[row]) - t->least <= span && (!c->valid || c->valid[row]);
  }
  return kept;
}

bool join_table_excludes(const join_table *t, int64_t least, int64_t most) {
  return t->n_keyed == 0 || in_order((uint64_t)most) < t->least || in_order((uint64_t)least) > t->most;
}
