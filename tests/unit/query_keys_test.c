/* Keys as words: rows get the same number exactly if their values compare equal, whatever ranges the values come to have. The oracle
 * compares values one by one. */
#include <float.h>
#include <stdlib.h>

#include "check.h"
#include "exec/query/keys/keys.h"
#include "random.h"

#define COLS_MAX 4u
#define BATCHES 24u
#define ROWS 300u

static const char *const words[] = {
    "", "a", "b", "tea", "teapot", "a text of more than sixteen bytes", "a text of more than sixteen bytez"};
enum { WORDS = sizeof words / sizeof *words };

static sonde_str text(uint32_t i) { return (sonde_str){words[i], strlen(words[i])}; }

typedef struct {
  random_state random;
  mem mem;
  arena memory;
  sonde_error err;
  sql_type types[COLS_MAX];
  uint32_t n_cols;
  unsigned range; /* grows: how far apart numbers lie */
  uint64_t next_dict;
  keyer keys;
  key_table table;
  value seen[BATCHES * ROWS][COLS_MAX]; /* by entry */
  uint32_t n_seen;
} trial;

static cell any_number(trial *t) {
  static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
  if (t->range > 60) return (cell){.i = ends[random_below(&t->random, 7)]};
  return (cell){.i = (int64_t)(random_next(&t->random) >> (63 - t->range)) - ((int64_t)1 << t->range) / 3};
}

static cell any_value(trial *t, lane l) {
  static const double doubles[] = {0.0, -0.0, NAN, -1.5, DBL_MAX, INFINITY, -INFINITY};
  switch (l) {
  case LANE_BOOL: return (cell){.b = random_below(&t->random, 2) != 0};
  case LANE_I64: return any_number(t);
  case LANE_F64: return (cell){.f = doubles[random_below(&t->random, 7)]};
  case LANE_I128: return (cell){.w = (i128)any_number(t).i * INT64_MAX + 1};
  default: return (cell){.s = text(random_below(&t->random, WORDS))};
  }
}

/* Codes into all words, of which one stands there as null. */
static col dictionary_of(trial *t, const sql_type *type, const col *flat, uint32_t n) {
  col *dict = arena_zero(&t->memory, sizeof *dict, &t->err), out = *flat;
  uint32_t *codes = arena_zero(&t->memory, n * sizeof *codes, &t->err);
  if (!dict || !codes || col_new(dict, type, WORDS + 1, true, &t->memory, &t->err) != SONDE_OK) abort();
  for (uint32_t i = 0; i < WORDS; i++) col_put(dict, i, (cell){.s = text(i)});
  col_put_null(dict, WORDS);
  for (uint32_t i = 0; i < n; i++) {
    while (col_valid(flat, i) && !str_equal(col_cell(flat, i).s, text(codes[i]))) codes[i]++;
    if (!col_valid(flat, i) && i % 2) codes[i] = WORDS;
  }
  uint8_t *valid = col_validity(&out);
  for (uint32_t i = 0; i < n; i++) valid[i] |= codes[i] == WORDS;
  out.form = COL_DICT;
  out.data = codes;
  out.dict = dict;
  out.dict_rows = WORDS + 1;
  out.dict_id = ++t->next_dict;
  return out;
}

static col any_column(trial *t, uint32_t c, uint32_t n) {
  const sql_type *type = &t->types[c];
  bool nullable = random_below(&t->random, 2) != 0;
  col out;
  if (random_below(&t->random, 8) == 0) {
    value v = {.null = nullable, .v = any_value(t, sql_lane(type))};
    if (col_constant(&out, type, &v, &t->memory, &t->err) != SONDE_OK) abort();
    return out;
  }
  if (col_new(&out, type, n, true, &t->memory, &t->err) != SONDE_OK) abort();
  for (uint32_t i = 0; i < n; i++) {
    col_put(&out, i, any_value(t, sql_lane(type)));
    if (nullable && random_below(&t->random, 5) == 0) col_put_null(&out, i);
  }
  if (out.lane == LANE_STR && random_below(&t->random, 2)) return dictionary_of(t, type, &out, n);
  if (!nullable) out.valid = NULL;
  return out;
}

static bool equal(const trial *t, const value *row, const col *cols, uint32_t i) {
  for (uint32_t c = 0; c < t->n_cols; c++) {
    value v = col_value(&cols[c], i);
    if (v.null != row[c].null) return false;
    if (!v.null && cell_compare(&t->types[c], v.v, row[c].v) != 0) return false;
  }
  return true;
}

static uint32_t expected_entry(const trial *t, const col *cols, uint32_t i) {
  for (uint32_t e = 0; e < t->n_seen; e++)
    if (equal(t, t->seen[e], cols, i)) return e;
  return UINT32_MAX;
}

static void add_batch(trial *t, bool add) {
  col cols[COLS_MAX];
  uint32_t entries[ROWS], n = 1 + random_below(&t->random, ROWS), wrong = 0;
  for (uint32_t c = 0; c < t->n_cols; c++) cols[c] = any_column(t, c, n);
  REQUIRE(keyer_encode(&t->keys, cols, n, add, &t->err) == SONDE_OK);
  if (add)
    REQUIRE(key_table_add(&t->table, &t->keys, n, entries, &t->err) == SONDE_OK);
  else
    key_table_find(&t->table, &t->keys, n, entries);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t expected = expected_entry(t, cols, i);
    if (add && expected == UINT32_MAX) {
      for (uint32_t c = 0; c < t->n_cols; c++) t->seen[t->n_seen][c] = col_value(&cols[c], i);
      expected = t->n_seen++;
    }
    wrong += entries[i] != expected;
  }
  CHECK_EQ_INT(wrong, 0);
}

static void decodes_what_it_was_given(trial *t) {
  uint32_t wrong = 0;
  CHECK_EQ_INT(t->table.n, t->n_seen);
  for (uint32_t c = 0; c < t->n_cols; c++)
    for (uint32_t first = 0; first < t->n_seen; first += BATCH_ROWS) {
      col out;
      uint32_t left = t->n_seen - first, n = left < BATCH_ROWS ? left : BATCH_ROWS;
      const uint64_t *at = t->table.words + (size_t)first * t->table.n_words;
      REQUIRE(keyer_decode(&t->keys, c, at, n, &out, &t->memory, &t->err) == SONDE_OK);
      for (uint32_t i = 0; i < n; i++) {
        value v = col_value(&out, i), expected = t->seen[first + i][c];
        wrong += v.null != expected.null || (!v.null && cell_compare(&t->types[c], v.v, expected.v) != 0);
      }
    }
  CHECK_EQ_INT(wrong, 0);
}

static void open_trial(trial *t, uint64_t seed, const bool *strict) {
  static const sql_type choice[] = {{.id = SQL_BIGINT}, {.id = SQL_BIGINT}, {.id = SQL_INTEGER},
                                    {.id = SQL_BOOL},   {.id = SQL_DOUBLE}, {.id = SQL_TEXT},
                                    {.id = SQL_HUGEINT}};
  const sql_type *types[COLS_MAX];
  t->random = (random_state){seed};
  t->n_seen = 0;
  t->n_cols = 1 + random_below(&t->random, COLS_MAX);
  mem_init(&t->mem, (uint64_t)1 << 30, NULL, NULL);
  arena_init(&t->memory, &t->mem);
  for (uint32_t c = 0; c < t->n_cols; c++) {
    t->types[c] = choice[random_below(&t->random, 7)];
    types[c] = &t->types[c];
  }
  REQUIRE(keyer_init(&t->keys, &t->mem, types, strict, t->n_cols, &t->err) == SONDE_OK);
  key_table_init(&t->table, &t->mem, &t->keys);
}

static void close_trial(trial *t) {
  keyer_free(&t->keys);
  key_table_free(&t->table);
  arena_free(&t->memory);
  CHECK_EQ_UINT(t->mem.used, 0);
}

static void run_trial(trial *t, uint64_t seed, const bool *strict) {
  open_trial(t, seed, strict);
  for (uint32_t b = 0; b < BATCHES; b++) {
    t->range = b * (1 + random_below(&t->random, 3));
    add_batch(t, b % 4 != 3);
  }
  decodes_what_it_was_given(t);
  uint64_t id = 0;
  keyer_seal(&t->keys, UINT32_MAX, &id);
  decodes_what_it_was_given(t);
  close_trial(t);
}

static void equal_rows_have_one_number(void) {
  trial *t = calloc(1, sizeof *t);
  REQUIRE(t != NULL);
  for (uint64_t seed = 1; seed <= 20; seed++) run_trial(t, seed, NULL);
  free(t);
}

static void a_fixed_layout_has_the_same_answers(void) {
  const bool none[COLS_MAX] = {false};
  trial *t = calloc(1, sizeof *t);
  REQUIRE(t != NULL);
  for (uint64_t seed = 100; seed <= 108; seed++) run_trial(t, seed, none);
  free(t);
}

/* ---- layouts ---- */

static sql_type bigint = {.id = SQL_BIGINT};

static void encode_numbers(trial *t, const int64_t *numbers, uint32_t n, uint32_t *entries) {
  col c = {.lane = LANE_I64, .form = COL_FLAT, .type = &bigint, .data = numbers};
  REQUIRE(keyer_encode(&t->keys, &c, n, true, &t->err) == SONDE_OK);
  REQUIRE(key_table_add(&t->table, &t->keys, n, entries, &t->err) == SONDE_OK);
}

static void open_numbers(trial *t) {
  const sql_type *types[] = {&bigint};
  mem_init(&t->mem, (uint64_t)1 << 30, NULL, NULL);
  arena_init(&t->memory, &t->mem);
  REQUIRE(keyer_init(&t->keys, &t->mem, types, NULL, 1, &t->err) == SONDE_OK);
  key_table_init(&t->table, &t->mem, &t->keys);
}

/* From a small range, which is an array, to a large one, to all there is. */
static void numbers_outgrow_the_array(void) {
  trial *t = calloc(1, sizeof *t);
  uint32_t entries[4];
  REQUIRE(t != NULL);
  open_numbers(t);
  encode_numbers(t, (const int64_t[]){5, 9, 5}, 3, entries);
  CHECK(t->table.direct != NULL);
  CHECK_EQ_INT(entries[2], 0);
  encode_numbers(t, (const int64_t[]){1000000000, 9, -7}, 3, entries);
  CHECK(t->table.direct == NULL);
  CHECK_EQ_INT(t->table.n_words, 1);
  CHECK_EQ_INT(entries[0], 2);
  CHECK_EQ_INT(entries[1], 1);
  encode_numbers(t, (const int64_t[]){INT64_MIN, INT64_MAX, -7, 5}, 4, entries);
  CHECK_EQ_INT(t->table.n, 6);
  CHECK_EQ_INT(entries[2], 3);
  CHECK_EQ_INT(entries[3], 0);
  close_trial(t);
  free(t);
}

/* More groups than the array's first size, all of them far apart. */
static void many_numbers_are_found_again(void) {
  enum { N = 200000 };
  trial *t = calloc(1, sizeof *t);
  uint32_t entries[1000], wrong = 0;
  REQUIRE(t != NULL);
  open_numbers(t);
  for (unsigned pass = 0; pass < 2; pass++)
    for (uint32_t first = 0; first < N; first += 1000) {
      int64_t numbers[1000];
      for (uint32_t i = 0; i < 1000; i++) numbers[i] = (int64_t)(first + i) * 1000003 * (i % 2 ? 1 : -1);
      encode_numbers(t, numbers, 1000, entries);
      for (uint32_t i = 0; i < 1000; i++) wrong += entries[i] != first + i;
    }
  CHECK_EQ_INT(wrong, 0);
  CHECK_EQ_INT(t->table.n, N);
  close_trial(t);
  free(t);
}

/* ---- texts ---- */

/* Text `which` of a length: as many z, or one of them is a zero byte. */
static sonde_str nearly_the_same(size_t length, size_t which, char *room) {
  memset(room, 'z', length);
  if (which < length) room[which] = 0;
  return (sonde_str){room, length};
}

/* One hash for all, so that only the bytes tell them apart: of each length up to beyond what fits into two words. */
static void texts_of_any_length_are_told_apart(void) {
  enum { LENGTH_MAX = 40, HASH = 1 };
  char room[LENGTH_MAX];
  uint32_t expected = 0;
  mem m;
  sonde_error err = {0};
  intern t;
  mem_init(&m, (uint64_t)1 << 22, NULL, NULL);
  intern_init(&t, &m);
  for (size_t length = 0; length <= LENGTH_MAX; length++)
    for (size_t i = 0; i <= length; i++)
      CHECK_EQ_UINT(intern_find(&t, nearly_the_same(length, i, room), HASH, true, &err), ++expected);
  expected = 0;
  for (size_t length = 0; length <= LENGTH_MAX; length++)
    for (size_t i = 0; i <= length; i++) {
      sonde_str s = nearly_the_same(length, i, room), kept = intern_get(&t, expected);
      CHECK_EQ_UINT(intern_find(&t, s, HASH, false, &err), ++expected);
      CHECK_BYTES(kept.ptr, kept.len, s.ptr, s.len);
    }
  intern_free(&t);
}

int main(void) {
  RUN(equal_rows_have_one_number);
  RUN(a_fixed_layout_has_the_same_answers);
  RUN(numbers_outgrow_the_array);
  RUN(many_numbers_are_found_again);
  RUN(texts_of_any_length_are_told_apart);
  return check_report();
}
