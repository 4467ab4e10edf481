/* Spans of a filter: what is said to miss has no row inside, and what has none in rows looked at is said to miss. */
#include <stdlib.h>

#include "check.h"
#include "exec/query/scan/span_filter.h"
#include "random.h"

#define ROWS 700u

static const sql_type bigint = {.id = SQL_BIGINT};

static const int64_t bases[] = {INT64_MIN, -300, 0, 17, INT64_MAX - 70000, INT64_MAX};
static const uint64_t ranges[] = {0, 200, 60000, UINT32_MAX, UINT64_MAX};

static int64_t clipped(int64_t base, uint64_t more) {
  uint64_t room = (uint64_t)INT64_MAX - (uint64_t)base;
  return (int64_t)((uint64_t)base + (more < room ? more : room));
}

static int64_t any_number(random_state *r, int64_t base, uint64_t range) {
  return clipped(base, range == UINT64_MAX ? random_next(r) : random_next(r) % (range + 1));
}

static expr comparison(uint16_t function, const expr **args) {
  return (expr){.kind = EXPR_CALL, .function = function, .n_args = 2, .args = args, .type = {.id = SQL_BOOL}};
}

static bool holds(uint16_t function, int64_t a, int64_t b) {
  switch (function) {
  case FN_EQ: return a == b;
  case FN_LT: return a < b;
  case FN_LE: return a <= b;
  case FN_GT: return a > b;
  default: return a >= b;
  }
}

static void check_span(const vec *v, const int64_t *values, uint16_t function, int64_t constant) {
  const expr x = {.kind = EXPR_COLUMN, .index = 0, .type = bigint};
  const expr y = {.kind = EXPR_CONST, .type = bigint, .constant = {.v = {.i = constant}}};
  const expr *args[] = {&x, &y};
  const expr e = comparison(function, args);
  span s;
  uint32_t first = 5, inside = 0, in_block = 0;
  if (!spans_of(&e, &s, 1)) { /* nothing is less than the least number */
    CHECK(constant == (function == FN_LT ? INT64_MIN : INT64_MAX));
    return;
  }
  for (uint32_t i = 0; i < ROWS; i++) in_block += holds(function, values[i], constant);
  for (uint32_t i = first; i < ROWS; i++) inside += holds(function, values[i], constant);
  CHECK_EQ_INT(span_misses_rows(&s, v, &bigint, first, ROWS - first), inside == 0);
  if (span_misses_block(&s, v, &bigint)) CHECK_EQ_UINT(in_block, 0);
}

static void between_has_two_ends(void) {
  const int64_t values[] = {-7, -5, 3, INT64_MAX, INT64_MIN};
  const int64_t ends[] = {INT64_MIN, -8, -7, -6, -5, 0, 3, 4, INT64_MAX};
  const vec v = {.type = {.id = TYPE_INT64}, .form = VEC_PACKED, .width = 8, .rows = 5, .data = values};
  for (uint32_t i = 0; i < 81; i++) {
    const expr x = {.kind = EXPR_COLUMN, .index = 0, .type = bigint};
    const expr low = {.kind = EXPR_CONST, .type = bigint, .constant = {.v = {.i = ends[i / 9]}}};
    const expr high = {.kind = EXPR_CONST, .type = bigint, .constant = {.v = {.i = ends[i % 9]}}};
    const expr *args[] = {&x, &low, &high};
    expr e = comparison(FN_BETWEEN, args);
    uint32_t inside = 0;
    span s;
    e.n_args = 3;
    for (uint32_t k = 0; k < 5; k++) inside += values[k] >= ends[i / 9] && values[k] <= ends[i % 9];
    REQUIRE(spans_of(&e, &s, 1) == 1);
    CHECK_EQ_INT(span_misses_rows(&s, &v, &bigint, 0, 5), inside == 0);
    if (span_misses_block(&s, &v, &bigint)) CHECK_EQ_UINT(inside, 0);
  }
}

static void misses_where_no_number_lies(void) {
  static const uint16_t functions[] = {FN_EQ, FN_LT, FN_LE, FN_GT, FN_GE};
  random_state r = {3};
  mem m;
  arena a;
  mem_init(&m, (size_t)1 << 24, NULL, NULL);
  arena_init(&a, &m);
  for (uint32_t trial = 0; trial < 3000; trial++) {
    int64_t values[ROWS], base = bases[random_below(&r, 6)];
    uint64_t range = ranges[random_below(&r, 5)];
    vec v;
    for (uint32_t i = 0; i < ROWS; i++) values[i] = any_number(&r, base, range);
    REQUIRE(vec_pack_i64(&v, (column_type){.id = TYPE_INT64}, values, NULL, ROWS, &a, NULL) == SONDE_OK);
    /* As columns of Parquet files come: any number above base 0. */
    if (trial % 3 == 0)
      v = (vec){.type = v.type, .form = VEC_PACKED, .width = 8, .rows = ROWS, .data = values};
    int64_t near = values[random_below(&r, ROWS)];
    int64_t constants[] = {near, near ^ 1, bases[random_below(&r, 6)], (int64_t)random_next(&r), v.base};
    check_span(&v, values, functions[trial % 5], constants[random_below(&r, 5)]);
    arena_reset(&a);
  }
  arena_free(&a);
}

static void a_block_of_other_numbers_is_missed(void) {
  static const uint8_t data[] = {0, 4, 9};
  const vec v = {
      .type = {.id = TYPE_INT64}, .form = VEC_PACKED, .width = 1, .rows = 3, .base = 100, .data = data};
  CHECK(span_misses_block(&(span){0, 0, 99}, &v, &bigint));
  CHECK(span_misses_block(&(span){0, 356, 400}, &v, &bigint));
  CHECK(!span_misses_block(&(span){0, 355, 400}, &v, &bigint));
  CHECK(span_misses_rows(&(span){0, 105, 108}, &v, &bigint, 0, 3));
  CHECK(!span_misses_rows(&(span){0, 105, 109}, &v, &bigint, 0, 3));
  CHECK(span_misses_rows(&(span){0, 105, 109}, &v, &bigint, 0, 2));
}

static void only_the_begin_of_a_filter_counts(void) {
  const expr x = {.kind = EXPR_COLUMN, .index = 4, .type = bigint};
  const expr y = {.kind = EXPR_CONST, .type = bigint, .constant = {.v = {.i = 7}}};
  const expr *args[] = {&x, &y};
  const expr equal = comparison(FN_EQ, args), differs = comparison(FN_NE, args),
             more = comparison(FN_GT, args);
  const expr *conditions[] = {&equal, &more, &differs, &equal};
  const expr all = {.kind = EXPR_AND, .n_args = 4, .args = conditions};
  span spans[4];
  CHECK_EQ_UINT(spans_of(&all, spans, 4), 2);
  CHECK_EQ_UINT(spans[0].column, 4);
  CHECK_EQ_INT(spans[0].least, 7);
  CHECK_EQ_INT(spans[0].most, 7);
  CHECK_EQ_INT(spans[1].least, 8);
  CHECK_EQ_INT(spans[1].most, INT64_MAX);
  CHECK_EQ_UINT(spans_of(&all, spans, 1), 1);
  CHECK_EQ_UINT(spans_of(&differs, spans, 4), 0);
}

int main(void) {
  RUN(between_has_two_ends);
  RUN(misses_where_no_number_lies);
  RUN(a_block_of_other_numbers_is_missed);
  RUN(only_the_begin_of_a_filter_counts);
  return check_report();
}
