/* Which kept rows have a key: made at once when all rows are there, in slices, because only then it is known how close the keys lie.
 * Close numbers (and interned texts, whose words are numbers from 1 on) get one bit each, which mostly stays in the cache; the
 * rank of a bit says where its row stands. Other keys are hashed. */
#ifndef QUERY_JOIN_TABLE_H
#define QUERY_JOIN_TABLE_H
#include "exec/query/keys/keys.h"

#define NO_ROW UINT32_MAX

typedef struct {
  mem *mem;
  sql_type word_type;
  uint32_t n_words;     /* that tell keys apart */
  bool null_word;       /* the keyer's last word is 0 in all rows that count */
  bool members;         /* only whether a key is there will be asked: row 0 stands for yes */
  rowset words;         /* of each row; null: it equals nothing */
  uint64_t least, most; /* of first words, as numbers are ordered */
  uint32_t n_keyed;     /* rows that may equal something */
  /* Close keys. */
  uint64_t *bits;
  uint32_t *ranks; /* bits set before each word of `bits` */
  uint32_t *first; /* by rank; NULL: the rank is the row */
  size_t n_bit_words;
  uint32_t n_distinct;
  /* Others: high half of the hash, first row + 1. */
  uint64_t *slots;
  uint32_t slots_cap;
  uint32_t *next; /* the next row of the same key, ascending; NULL: each key has one row */
  /* Being made. */
  uint8_t phase;
  uint32_t at;
  bool ascending, repeated;
  uint64_t last;
} join_table;

sonde_code join_table_init(join_table *, mem *, const keyer *, bool members, sonde_error *);
void join_table_free(join_table *);
/* Appends the rows that the keyer encoded last: some of them, or (rows NULL) all. */
sonde_code join_table_add(join_table *, const keyer *, const uint32_t *rows, uint32_t n, sonde_error *);
/* Goes on making it; *done is false when the host should have a say first. */
sonde_code join_table_make(join_table *, bool *done, sonde_error *);
/* The first kept row of each key that the keyer encoded last, or NO_ROW. */
void join_table_find(const join_table *, const keyer *, uint32_t n, uint32_t *rows);
/* Whether its only word is a number: then lanes can be looked up as they are. */
static inline bool join_table_takes_numbers(const join_table *t) { return t->n_words == 1; }
void join_table_find_numbers(const join_table *, const col *, uint32_t n, uint32_t *rows);
/* Of `rows` those whose number is there; in place, answers how many. The column is flat. */
uint32_t join_table_filter(const join_table *, const col *, uint32_t *rows, uint32_t n);
/* Whether no key lies in [least, most]. */
bool join_table_excludes(const join_table *, int64_t least, int64_t most);

#endif
