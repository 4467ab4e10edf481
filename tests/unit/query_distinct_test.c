/* Values that are only counted: as many are told apart as were different when they were made. Each is made from a number, so that
 * the oracle only has to remember numbers. */
#include <stdlib.h>

#include "check.h"
#include "exec/query/keys/value_set.h"
#include "random.h"

#define NUMBERS 6000u
#define GROUPS 40u
#define BATCHES 24u
#define SETS 3u /* that are put together, where there are no groups */
#define DICTIONARY 300u

static const sql_type kinds[] = {
    {.id = SQL_BOOL}, {.id = SQL_BIGINT}, {.id = SQL_DOUBLE}, {.id = SQL_HUGEINT}, {.id = SQL_TEXT}};

typedef struct {
  random_state random;
  mem mem;
  arena memory;
  sonde_error err;
  const sql_type *type;
  bool grouped;
  value_set sets[SETS];
  bool seen[GROUPS][NUMBERS];
  col dictionary;
  uint32_t dictionary_numbers[DICTIONARY];
  uint64_t dictionary_id;
} trial;

/* ---- values from numbers ---- */

static uint32_t power_of_three(uint32_t n) { return n ? 3 * power_of_three(n - 1) : 1; }

/* Texts of up to 22 bytes that differ in few places, from both ends inwards: those that another one stands for too are not made. */
static uint32_t text_number(uint32_t number) {
  uint32_t length = number % 23, most = length < 9 ? power_of_three(length) : NUMBERS;
  return number / 23 % most * 23 + length;
}

static sonde_str text_of(trial *t, uint32_t number) {
  uint32_t length = number % 23, rest = number / 23;
  char *bytes = arena_zero(&t->memory, length + 1, &t->err);
  if (!bytes) abort();
  for (uint32_t i = 0; rest; i++, rest /= 3) bytes[i % 2 ? length - 1 - i / 2 : i / 2] = "\0ab"[rest % 3];
  return (sonde_str){bytes, length};
}

/* Zero and what is not a number have several forms. */
static double double_of(trial *t, uint32_t number) {
  bool other = random_below(&t->random, 2);
  if (number == 0) return other ? -0.0 : 0.0;
  if (number == 1) return other ? -NAN : NAN;
  return number / 7.0;
}

static cell cell_of(trial *t, uint32_t number) {
  switch (sql_lane(t->type)) {
  case LANE_BOOL: return (cell){.b = number};
  case LANE_I64: return (cell){.i = (int64_t)(number * UINT64_C(0x9E3779B97F4A7C15))};
  case LANE_F64: return (cell){.f = double_of(t, number)};
  case LANE_I128: return (cell){.w = (i128)((u128)(number % 64) << 64 | number / 64)};
  default: return (cell){.s = text_of(t, number)};
  }
}

static uint32_t any_number(trial *t) {
  uint32_t number = random_below(&t->random, NUMBERS);
  if (t->type->id == SQL_BOOL) return number % 2;
  return t->type->id == SQL_TEXT ? text_number(number) : number;
}

/* ---- columns ---- */

typedef struct {
  uint32_t n, numbers[BATCH_ROWS]; /* of the rows */
  uint32_t groups[BATCH_ROWS];
  bool null[BATCH_ROWS];
  col values;
} rows;

static void make_column(trial *t, uint32_t n, const uint32_t *numbers, const bool *null, col *out) {
  if (col_new(out, t->type, n, true, &t->memory, &t->err) != SONDE_OK) abort();
  for (uint32_t i = 0; i < n; i++) {
    col_put(out, i, cell_of(t, numbers[i]));
    if (null && null[i]) col_put_null(out, i);
  }
}

static void make_dictionary(trial *t) {
  for (uint32_t i = 0; i < DICTIONARY; i++) t->dictionary_numbers[i] = any_number(t);
  make_column(t, DICTIONARY, t->dictionary_numbers, NULL, &t->dictionary);
  col_put_null(&t->dictionary, 0);
  t->dictionary_id++;
}

static void make_codes(trial *t, rows *r) {
  uint32_t *codes = arena_array(&t->memory, r->n, sizeof *codes, &t->err);
  if (!codes) abort();
  if (random_below(&t->random, 3) == 0) make_dictionary(t);
  for (uint32_t i = 0; i < r->n; i++) {
    codes[i] = random_below(&t->random, DICTIONARY);
    r->numbers[i] = t->dictionary_numbers[codes[i]];
    r->null[i] = codes[i] == 0;
  }
  bool known = random_below(&t->random, 2);
  r->values = (col){.lane = LANE_STR,
                    .form = COL_DICT,
                    .type = t->type,
                    .data = codes,
                    .dict = &t->dictionary,
                    .dict_rows = DICTIONARY,
                    .dict_id = known ? t->dictionary_id : 0};
}

static void make_constant(trial *t, rows *r) {
  uint32_t number = any_number(t);
  value v = {.null = random_below(&t->random, 2), .v = cell_of(t, number)};
  if (col_constant(&r->values, t->type, &v, &t->memory, &t->err) != SONDE_OK) abort();
  for (uint32_t i = 0; i < r->n; i++) {
    r->numbers[i] = number;
    r->null[i] = v.null;
  }
}

static void make_rows(trial *t, rows *r) {
  r->n = 1 + random_below(&t->random, BATCH_ROWS);
  bool nulls = random_below(&t->random, 2);
  for (uint32_t i = 0; i < r->n; i++) {
    r->numbers[i] = any_number(t);
    r->null[i] = nulls && random_below(&t->random, 5) == 0;
    r->groups[i] = t->grouped ? random_below(&t->random, GROUPS) : 0;
  }
  uint32_t form = random_below(&t->random, 8);
  if (form == 0)
    make_constant(t, r);
  else if (form < 4 && t->type->id == SQL_TEXT)
    make_codes(t, r);
  else
    make_column(t, r->n, r->numbers, r->null, &r->values);
}

/* ---- counting ---- */

static void add_rows(trial *t, value_set *s, rows *r) {
  arena scratch;
  arena_init(&scratch, &t->mem);
  make_rows(t, r);
  REQUIRE(value_set_add(s, &r->values, t->grouped ? r->groups : NULL, r->n, &scratch, &t->err) == SONDE_OK);
  for (uint32_t i = 0; i < r->n; i++)
    if (!r->null[i]) t->seen[r->groups[i]][r->numbers[i]] = true;
  arena_free(&scratch);
}

static void put_together(trial *t, value_set *from) {
  buf bytes;
  buf_init(&bytes, &t->mem, (size_t)1 << 30);
  REQUIRE(value_set_put(from, &bytes, &t->err) == SONDE_OK);
  rd whole = {.data = bytes.data, .len = bytes.len}, cut = {.data = bytes.data, .len = bytes.len - 1};
  value_set broken;
  value_set_init(&broken, &t->mem);
  CHECK_EQ_UINT(value_set_get(&broken, &cut, &t->err), SONDE_CORRUPT);
  value_set_free(&broken);
  CHECK_EQ_UINT(value_set_get(&t->sets[0], &whole, &t->err), SONDE_OK);
  CHECK_EQ_UINT(whole.pos, whole.len);
  buf_free(&bytes);
}

static void check_counts(trial *t) {
  int64_t counts[GROUPS] = {0};
  REQUIRE(value_set_count(&t->sets[0], t->grouped, counts, &t->err) == SONDE_OK);
  for (uint32_t g = 0; g < (t->grouped ? GROUPS : 1); g++) {
    int64_t expected = 0;
    for (uint32_t i = 0; i < NUMBERS; i++) expected += t->seen[g][i];
    CHECK_EQ_INT(counts[g], expected);
  }
}

static void run_trial(const sql_type *type, bool grouped, uint64_t seed) {
  trial *t = calloc(1, sizeof *t);
  rows *r = calloc(1, sizeof *r);
  REQUIRE(t && r);
  t->random = (random_state){seed};
  t->type = type;
  t->grouped = grouped;
  mem_init(&t->mem, (uint64_t)1 << 30, NULL, NULL);
  arena_init(&t->memory, &t->mem);
  for (uint32_t i = 0; i < SETS; i++) value_set_init(&t->sets[i], &t->mem);
  if (type->id == SQL_TEXT) make_dictionary(t);
  for (uint32_t b = 0; b < BATCHES; b++)
    add_rows(t, &t->sets[grouped ? 0 : random_below(&t->random, SETS)], r);
  for (uint32_t i = 1; i < SETS && !grouped; i++) put_together(t, &t->sets[i]);
  check_counts(t);
  for (uint32_t i = 0; i < SETS; i++) value_set_free(&t->sets[i]);
  arena_free(&t->memory);
  CHECK_EQ_UINT(t->mem.used, 0);
  free(t);
  free(r);
}

static void different_values_are_counted_once(void) {
  for (uint32_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (uint64_t seed = 1; seed <= 4; seed++) run_trial(&kinds[k], false, seed);
}

static void in_each_group_anew(void) {
  for (uint32_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (uint64_t seed = 11; value_set_takes(&kinds[k], true) && seed <= 14; seed++)
      run_trial(&kinds[k], true, seed);
}

static void what_compares_otherwise_than_its_bytes_is_not_taken(void) {
  CHECK(!value_set_takes(&(sql_type){.id = SQL_INTERVAL}, false));
  CHECK(!value_set_takes(&(sql_type){.id = SQL_LIST}, false));
  CHECK(value_set_takes(&(sql_type){.id = SQL_TEXT}, false));
  CHECK(!value_set_takes(&(sql_type){.id = SQL_TEXT}, true));
  CHECK(value_set_takes(&(sql_type){.id = SQL_DATE}, true));
}

/* When all rows were dealt out before the first group was there. */
static void no_groups_have_no_counts(void) {
  mem m;
  sonde_error err;
  value_set s;
  mem_init(&m, 1 << 20, NULL, NULL);
  value_set_init(&s, &m);
  CHECK_EQ_UINT(value_set_count(&s, true, NULL, &err), SONDE_OK);
  value_set_free(&s);
}

int main(void) {
  RUN(different_values_are_counted_once);
  RUN(in_each_group_anew);
  RUN(no_groups_have_no_counts);
  RUN(what_compares_otherwise_than_its_bytes_is_not_taken);
  return check_report();
}
