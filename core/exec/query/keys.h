/* Keys as words: every value of a key column becomes one or two 64-bit words so that equal values (nulls included) have equal
 * words. Numbers are their own words; texts, nested values and intervals are interned, which numbers them from 1 on in the order
 * they come. Grouping, distinct, joins and set operations all compare words only. */
#ifndef QUERY_KEYS_H
#define QUERY_KEYS_H
#include "column/sketch.h"
#include "exec/query/rowset.h"

/* ---- interning: bytes to numbers ---- */

typedef struct {
  mem *mem;
  arena memory;
  uint32_t n, cap, slots_cap;
  sonde_str *texts; /* n; number i + 1 */
  uint64_t *slots;  /* slots_cap, a power of two: high half of the hash, number */
} intern;

/* 0: not there and `add` is false, or memory is out (err says so). `hash` is hash_bytes of the text. */
uint32_t intern_find(intern *, sonde_str, uint64_t hash, bool add, sonde_error *);

/* ---- columns to words ---- */

enum { KEYER_COLS_MAX = 64 };

typedef struct {
  const sql_type *type;
  bool strict;   /* joins: a null equals nothing */
  intern *texts; /* of texts and what is interned like them */
  cell *cells;   /* nested values and intervals: the first of each number */
  uint32_t cells_cap, cells_n;
  uint8_t word, shift; /* where its first word is; interned ones share words in halves */
  uint64_t dict_id;    /* numbers of the dictionary seen last: 0 not known yet, UINT32_MAX not there */
  uint32_t *dict_numbers, dict_cap;
} key_col;

typedef struct {
  mem *mem;
  arena memory, scratch;
  uint32_t n_cols, n_words;
  bool null_word; /* the last word holds one bit for each null column; an interned null is 0 anyway */
  key_col *cols;
  buf bytes; /* of the nested value at hand */
  uint64_t *words[2 * KEYER_COLS_MAX + 1];
  uint64_t hash[BATCH_ROWS];
  uint8_t skip[BATCH_ROWS]; /* the row equals nothing: a null in a strict column, or a value not there */
  bool any_skip;
} keyer;

static inline uint64_t key_hash(uint64_t hash, uint64_t word) { return hash_u64(hash * 31 + word); }

sonde_code keyer_init(keyer *, mem *, const sql_type *const *types, const bool *strict, uint32_t n,
                      sonde_error *);
void keyer_free(keyer *);
/* Words, hashes and skips of n <= 2048 rows. `add`: unknown texts are interned; else their rows are skipped. */
sonde_code keyer_encode(keyer *, const col *cols, uint32_t n, bool add, sonde_error *);
/* A column of key i back from words: row r has its words at words[r * n_words]. Texts are borrowed from the keyer. */
sonde_code keyer_decode(const keyer *, uint32_t i, const uint64_t *words, uint32_t n, col *out, arena *,
                        sonde_error *);

/* ---- words to numbers: a hash table ---- */

typedef struct {
  mem *mem;
  uint32_t n_words, n, cap; /* entries */
  uint64_t *words;          /* n * n_words */
  uint64_t *slots;          /* high half: of the hash, low half: entry + 1 */
  uint32_t slots_cap;
  uint32_t *direct; /* small words: entry + 1 by its value; NULL when given up */
  uint32_t direct_cap;
  uint64_t direct_base; /* word of the first */
  bool direct_off;
  bool dense; /* the word is an interned number: always direct */
} key_table;

void key_table_init(key_table *, mem *, const keyer *);
void key_table_free(key_table *);
/* Entries of the rows that a keyer encoded last; new ones are added in order. Skipped rows: UINT32_MAX. */
sonde_code key_table_add(key_table *, const keyer *, uint32_t n, uint32_t *entries, sonde_error *);
/* After the last key was added: numbers that lie close together are found by an array from now on. */
sonde_code key_table_finish(key_table *, const keyer *, sonde_error *);
/* UINT32_MAX: not there. */
void key_table_find(const key_table *, const keyer *, uint32_t n, uint32_t *entries);

#endif
