/* Keys as words: the values of a row's key columns are packed into as few 64-bit words as their ranges allow, so that rows are
 * equal (nulls included) when their words are. Whole numbers lie in fields as wide as the range met so far, texts, nested values
 * and intervals are interned, which numbers them from 1 on in the order they come; the rest takes whole words. A value beyond
 * its field makes another layout, which tables follow. (Joins have one layout from the beginning: numbers as they are, nulls in
 * the last word.) Grouping, distinct, joins and set operations all compare words only. */
#ifndef QUERY_KEYS_H
#define QUERY_KEYS_H
#include "base/prefetch.h"
#include "column/sketch.h"
#include "exec/query/batch/rowset.h"

/* GCC drops calls of functions that only prefetch, as without effect, unless they are inlined first. */
#define PREFETCHING static inline __attribute__((always_inline)) void

/* ---- interning: bytes to numbers ---- */

/* Up to 15 bytes of text and, in the highest one, their number: whoever compares such need not look elsewhere. Of a longer text it is
 * the address and the length, under INTERN_LONG. */
typedef struct {
  uint64_t first, second;
} intern_text;
#define INTERN_SHORT_MAX 15u
#define INTERN_LONG ((uint64_t)255 << 56)

static inline bool intern_is_long(const intern_text *x) { return x->second >= INTERN_LONG; }
static inline sonde_str intern_bytes(const intern_text *x) {
  if (!intern_is_long(x)) return (sonde_str){(const char *)x, (size_t)(x->second >> 56)};
  return (sonde_str){(const char *)(uintptr_t)x->first, (size_t)(x->second - INTERN_LONG)};
}

typedef struct {
  mem *mem;
  arena memory;
  char *room; /* for the bytes of long texts, which need no alignment */
  size_t room_left;
  uint32_t n, cap, slots_cap;
  intern_text *texts; /* n; number i + 1 */
  uint64_t *slots;    /* slots_cap, a power of two: high half of the hash, number */
} intern;

void intern_init(intern *, mem *);
void intern_free(intern *);
/* Forgets the texts, keeps the room. */
void intern_clear(intern *);
/* 0: not there and `add` is false, or memory is out (err says so). `hash` is hash_bytes of the text. */
uint32_t intern_find(intern *, sonde_str, uint64_t hash, bool add, sonde_error *);
/* Numbers of texts[rows[i]], or 0. */
sonde_code intern_texts(intern *, const sonde_str *texts, const uint32_t *rows, uint32_t n, bool add,
                        uint32_t *numbers, sonde_error *);
uint64_t intern_held(const intern *); /* bytes */
/* The text with number i + 1; borrowed until one more is added. */
static inline sonde_str intern_get(const intern *t, uint32_t i) { return intern_bytes(&t->texts[i]); }
/* All of them; NULL: err. */
sonde_str *intern_list(const intern *, arena *, sonde_error *);

/* ---- columns to words ---- */

enum { KEYER_COLS_MAX = 64, KEYER_WORDS_MAX = 2 * KEYER_COLS_MAX + 1 };

/* Where the values of a column lie. A field of 0 is null, others are value - base + 1. */
typedef struct {
  uint8_t word, shift;
  uint8_t bits;                  /* 0: whole words as they are */
  uint8_t null_word, null_shift; /* of whole words that may be null: 1 bit */
  bool nullable;
  uint64_t base;
} key_field;

typedef struct {
  uint32_t version, n_words;
  uint8_t top; /* bits in use of the only word; 64: there are more */
  key_field fields[KEYER_COLS_MAX];
} key_layout;

typedef struct {
  const sql_type *type;
  bool strict;   /* joins: a null equals nothing */
  bool whole;    /* values are words, or two */
  bool met;      /* a number that is not null */
  bool nullable; /* a null was met */
  uint8_t bits;  /* of its field */
  uint64_t base;
  intern *texts; /* of texts and what is interned like them */
  cell *cells;   /* nested values and intervals: the first of each number */
  uint32_t cells_cap, cells_n;
  uint64_t dict_id; /* numbers of the dictionary seen last: 0 not known yet, UINT32_MAX not there */
  uint32_t *dict_numbers, dict_cap;
  col all;         /* once sealed: its texts as a dictionary */
  uint64_t all_id; /* 0: it is not sealed, or texts hardly repeat */
} key_col;

typedef struct {
  mem *mem;
  arena memory, scratch;
  uint32_t n_cols, n_words;
  bool fixed;     /* the layout never changes, and hashes of rows are wanted */
  bool null_word; /* fixed: the last word holds a bit for each null of a number */
  key_col *cols;
  buf bytes; /* of the nested value at hand */
  key_layout layout;
  uint64_t *words[KEYER_WORDS_MAX]; /* as many as the layout has */
  uint64_t *field;                  /* values of the column at hand */
  uint64_t hash[BATCH_ROWS];        /* of the texts at hand, then of the words */
  uint8_t skip[BATCH_ROWS]; /* the row equals nothing: a null in a strict column, or a value not there */
  bool any_skip;
} keyer;

static inline uint64_t key_hash(uint64_t hash, uint64_t word) { return hash_u64(hash * 31 + word); }

/* `strict` not NULL: for a join, with a fixed layout. */
sonde_code keyer_init(keyer *, mem *, const sql_type *const *types, const bool *strict, uint32_t n,
                      sonde_error *);
void keyer_free(keyer *);
uint64_t keyer_held(const keyer *); /* bytes */
/* What is not interned, as one word, or as two with the high one apart: equal ones are equal values. Nulls are anything. */
void col_words(const col *, uint32_t n, uint64_t *out, uint64_t *high);
/* Words and skips of n <= 2048 rows. `add`: unknown texts are interned and fields widened; else such rows are skipped. */
sonde_code keyer_encode(keyer *, const col *cols, uint32_t n, bool add, sonde_error *);
/* Hashes of the rows that were encoded last; of a fixed layout they are there already. */
void keyer_hash(keyer *, uint32_t n);
/* No value comes any more: texts that repeat within `rows` keys are decoded as a dictionary, which takes an id. */
void keyer_seal(keyer *, uint32_t rows, uint64_t *next_dict_id);
/* A column of key i back from words: row r has its words at words[r * layout.n_words]. Texts are borrowed from the keyer. */
sonde_code keyer_decode(const keyer *, uint32_t i, const uint64_t *words, uint32_t n, col *out, arena *,
                        sonde_error *);

/* ---- layouts: key_layout.c ---- */

/* Lays the fields out anew, after columns have grown. */
sonde_code keyer_lay_out(keyer *, sonde_error *);
/* Words of one layout, those of a row, in a later one of the same keyer. */
void words_follow(const keyer *, const key_layout *from, const uint64_t *words, uint64_t *out);
/* Both have the same words for the same values. */
bool same_words_in(const keyer *, const key_layout *, const key_layout *);

/* ---- words to numbers: a hash table ---- */

typedef struct {
  mem *mem;
  key_layout layout;    /* that its words are in */
  uint32_t n_words, n;  /* of an entry; entries */
  uint64_t *words;      /* n * n_words */
  uint64_t words_bytes; /* room */
  uint64_t *slots;      /* high half: of the hash, low half: entry + 1 */
  uint32_t slots_cap;
  uint32_t *direct; /* small words: entry + 1 by the word; NULL: slots are used */
  uint32_t direct_cap;
  uint64_t direct_base; /* word of the first */
  bool dense;           /* the word is an interned number: always direct */
} key_table;

void key_table_init(key_table *, mem *, const keyer *);
void key_table_free(key_table *);
static inline uint64_t key_table_held(const key_table *t) {
  return t->words_bytes + t->slots_cap * sizeof *t->slots + t->direct_cap * sizeof *t->direct;
}
/* Bytes that so many new keys make it take beside those held, while what is full is copied to twice the room. */
uint64_t key_table_growth(const key_table *, uint32_t more);
/* Entries of the rows that a keyer encoded last; new ones are added in order. Skipped rows: UINT32_MAX. */
sonde_code key_table_add(key_table *, keyer *, uint32_t n, uint32_t *entries, sonde_error *);
/* After the last key was added: numbers that lie close together are found by an array from now on. */
sonde_code key_table_finish(key_table *, const keyer *, sonde_error *);
/* Room for so many keys more, so that it need not grow for them. */
sonde_code key_table_reserve(key_table *, uint32_t n, sonde_error *);
/* Forgets all keys; keeps room for words, as tables of few keys are searched faster when they are small. */
void key_table_clear(key_table *);
/* Brings the table to the keyer's layout: needed before it is searched if the keyer has added elsewhere since. */
sonde_code key_table_follow(key_table *, const keyer *, sonde_error *);
/* UINT32_MAX: not there. But for small words the rows are hashed then, too. */
void key_table_find(const key_table *, keyer *, uint32_t n, uint32_t *entries);

#endif
