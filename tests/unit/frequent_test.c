/* Shares of values that win a slot, of those that do not, and of samples put together in any order. */
#include <math.h>

#include "check.h"
#include "column/frequent.h"
#include "column/sketch.h"

static uint64_t hash_of(int64_t x) { return hash_u64((uint64_t)x); }

static bool near(double share, double expected, double tolerance) {
  bool is = fabs(share - expected) <= tolerance;
  if (!is) fprintf(stderr, "    a share of %g instead of %g\n", share, expected);
  return is;
}

/* Of 1000 rows 600 have 0, 200 have 1, the others 2, 3, 4, … */
static int64_t value_of(uint32_t row) {
  return row % 10 < 6 ? 0 : row % 10 < 8 ? 1 : 2 + row / 10 * 2 + row % 2;
}

static frequent_values values_of(uint32_t from, uint32_t to) {
  frequent_values f = {0};
  for (uint32_t row = from; row < to; row++) frequent_add(&f, hash_of(value_of(row)), 1);
  return f;
}

static void check_shares(const frequent_values *f) {
  CHECK(near(frequent_share(f, hash_of(0), 202), 0.6, 0.02));
  CHECK(near(frequent_share(f, hash_of(1), 202), 0.2, 0.02));
  CHECK(near(frequent_share(f, hash_of(77), 202), 0.001, 0.0005));
  CHECK(near(frequent_share(f, hash_of(-5), 202), 0.001, 0.0005)); /* no row has it */
}

static void frequent_values_are_told_from_rare_ones(void) {
  frequent_values f = values_of(0, 1000);
  check_shares(&f);
}

static void parts_in_any_order_make_the_whole(void) {
  frequent_values forwards = {0}, backwards = {0};
  for (uint32_t part = 0; part < 10; part++) {
    frequent_values one = values_of(part * 100, part * 100 + 100);
    frequent_values other = values_of(900 - part * 100, 1000 - part * 100);
    frequent_merge(&forwards, &one);
    frequent_merge(&backwards, &other);
  }
  check_shares(&forwards);
  check_shares(&backwards);
}

static void values_that_all_differ_win_nothing(void) {
  frequent_values f = {0};
  for (int64_t i = 0; i < 100000; i++) frequent_add(&f, hash_of(i), 1);
  CHECK(near(frequent_share(&f, hash_of(99999), 100000), 1e-5, 1e-6));
}

static void a_value_that_no_row_has_is_rare(void) {
  frequent_values f = {0};
  CHECK(frequent_share(&f, hash_of(7), 3) == 0); /* nothing is known */
  for (int64_t i = 0; i < 300; i++) frequent_add(&f, hash_of(i % 3), 1);
  CHECK(near(frequent_share(&f, hash_of(2), 3), 1.0 / 3, 1e-6));
  CHECK(near(frequent_share(&f, hash_of(9), 3), 0, 0.01));
}

/* A sample stands for the rows that are not null, whatever form the values are in. */
static void rows_are_sampled(void) {
  enum { ROWS = 50000 };
  static int64_t numbers[ROWS];
  static double doubles[ROWS];
  static uint8_t codes[ROWS];
  static const uint32_t offsets[] = {0, 0, 4, 8};
  static uint64_t validity[ROWS / 64 + 1];
  for (uint32_t row = 0; row < ROWS; row++) {
    numbers[row] = row % 4 ? row : 6000000000;
    doubles[row] = row % 4 ? row + 0.5 : 7;
    codes[row] = row % 4 ? (uint8_t)(row % 2) : 2;
    if (row % 5) validity[row >> 6] |= (uint64_t)1 << (row & 63);
  }
  const vec whole = {
      .type = {.id = TYPE_INT64}, .form = VEC_PACKED, .width = 8, .rows = ROWS, .data = numbers};
  const vec real = {.type = {.id = TYPE_DOUBLE}, .form = VEC_F64, .rows = ROWS, .data = doubles};
  vec text = {.type = {.id = TYPE_TEXT}, .form = VEC_DICT, .width = 1, .rows = ROWS, .data = codes};
  text.n_values = 3;
  text.offsets = offsets;
  text.bytes = "manyfour";
  text.validity = validity;
  frequent_values of_whole = {0}, of_real = {0}, of_text = {0}, of_none = {0};
  frequent_sample(&of_whole, &whole);
  frequent_sample(&of_real, &real);
  frequent_sample(&of_text, &text);
  frequent_sample(&of_none, &(vec){.type = {.id = TYPE_UUID}, .form = VEC_I128, .rows = ROWS});
  CHECK(near(frequent_share(&of_whole, hash_of(6000000000), 37501), 0.25, 0.02));
  CHECK(near(frequent_share(&of_real, hash_double(7), 37501), 0.25, 0.02));
  CHECK(near(frequent_share(&of_text, hash_bytes("four", 4), 3), 0.25, 0.04));
  CHECK(near(frequent_share(&of_text, hash_bytes("", 0), 3), 0.25, 0.04));
  CHECK(frequent_share(&of_none, hash_of(0), 3) == 0);
}

int main(void) {
  RUN(frequent_values_are_told_from_rare_ones);
  RUN(parts_in_any_order_make_the_whole);
  RUN(values_that_all_differ_win_nothing);
  RUN(a_value_that_no_row_has_is_rare);
  RUN(rows_are_sampled);
  return check_report();
}
