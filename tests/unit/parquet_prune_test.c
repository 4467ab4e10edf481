/* What statistics and bloom filters rule out, and what they must not. */
#include "base/buf.h"
#include "check.h"
#include "format/parquet/bounds.h"
#include "format/parquet/xxh64.h"

static const column_type whole = {.id = TYPE_INT64}, real = {.id = TYPE_DOUBLE}, text = {.id = TYPE_TEXT};

static pq_value int_of(int64_t v) { return (pq_value){.i64 = v}; }
static pq_value real_of(double v) { return (pq_value){.f64 = v}; }
static pq_value text_of(const char *s) { return (pq_value){.text = {s, strlen(s)}}; }

static bool asks(column_type t, pq_bounds b, pq_op op, pq_value v) {
  pq_test test = {(uint8_t)op, 1, &v};
  return pq_may_match(t, &b, &test);
}

static bool between(column_type t, pq_bounds b, pq_value low, pq_value high) {
  pq_value v[2] = {low, high};
  pq_test test = {PQ_BETWEEN, 2, v};
  return pq_may_match(t, &b, &test);
}

static void whole_numbers(void) {
  pq_bounds b = {.has_min = true, .has_max = true, .min = int_of(10), .max = int_of(20)};
  CHECK(!asks(whole, b, PQ_EQ, int_of(9)) && asks(whole, b, PQ_EQ, int_of(10)) &&
        !asks(whole, b, PQ_EQ, int_of(21)));
  CHECK(!asks(whole, b, PQ_LT, int_of(10)) && asks(whole, b, PQ_LT, int_of(11)));
  CHECK(!asks(whole, b, PQ_LE, int_of(9)) && asks(whole, b, PQ_LE, int_of(10)));
  CHECK(!asks(whole, b, PQ_GT, int_of(20)) && asks(whole, b, PQ_GT, int_of(19)));
  CHECK(!asks(whole, b, PQ_GE, int_of(21)) && asks(whole, b, PQ_GE, int_of(20)));
  CHECK(!between(whole, b, int_of(1), int_of(9)) && !between(whole, b, int_of(21), int_of(30)));
  CHECK(between(whole, b, int_of(1), int_of(10)) && between(whole, b, int_of(12), int_of(13)));
  CHECK(asks(whole, b, PQ_NE, int_of(10)));
  b.max = int_of(10);
  CHECK(!asks(whole, b, PQ_NE, int_of(10)));
  pq_value list[] = {int_of(1), int_of(10)};
  CHECK(pq_may_match(whole, &b, &(pq_test){PQ_IN, 2, list}) &&
        !pq_may_match(whole, &b, &(pq_test){PQ_IN, 1, list}));
  pq_bounds nothing_known = {0};
  for (int op = PQ_EQ; op <= PQ_STARTS_WITH; op++) CHECK(asks(whole, nothing_known, (pq_op)op, int_of(5)));
}

static void nulls(void) {
  pq_bounds none = {.has_nulls = true, .nulls = 0, .values = 5},
            all = {.has_nulls = true, .nulls = 5, .values = 5};
  CHECK(!asks(whole, none, PQ_IS_NULL, int_of(0)) && asks(whole, none, PQ_IS_NOT_NULL, int_of(0)));
  CHECK(asks(whole, all, PQ_IS_NULL, int_of(0)) && !asks(whole, all, PQ_IS_NOT_NULL, int_of(0)));
  CHECK(!asks(whole, all, PQ_EQ, int_of(0)));
}

/* NaN is above everything and in no statistics. */
static void floats(void) {
  pq_bounds b = {.has_min = true, .has_max = true, .min = real_of(1), .max = real_of(2)};
  CHECK(asks(real, b, PQ_GT, real_of(5)) && asks(real, b, PQ_GE, real_of(5)));
  CHECK(!asks(real, b, PQ_EQ, real_of(5)) && asks(real, b, PQ_EQ, real_of((double)NAN)));
  CHECK(!asks(real, b, PQ_LT, real_of(1)) && asks(real, b, PQ_LT, real_of((double)NAN)));
  CHECK(!between(real, b, real_of(3), real_of(4)) && between(real, b, real_of(3), real_of((double)NAN)));
  b.min = b.max = real_of(1);
  CHECK(asks(real, b, PQ_NE, real_of(1)));
}

static void cut_texts(void) {
  pq_bounds b = {.has_min = true, .has_max = true, .min = text_of("ab"), .max = text_of("ad")};
  CHECK(asks(text, b, PQ_EQ, text_of("abc")) && asks(text, b, PQ_EQ, text_of("acz")) &&
        !asks(text, b, PQ_EQ, text_of("aa")));
  CHECK(!asks(text, b, PQ_EQ, text_of("ada")));
  CHECK(asks(text, b, PQ_STARTS_WITH, text_of("a")) && asks(text, b, PQ_STARTS_WITH, text_of("abc")));
  CHECK(asks(text, b, PQ_STARTS_WITH, text_of("acc")) && asks(text, b, PQ_STARTS_WITH, text_of("")));
  CHECK(!asks(text, b, PQ_STARTS_WITH, text_of("b")) && !asks(text, b, PQ_STARTS_WITH, text_of("aa")));
  b.max = b.min;
  CHECK(asks(text, b, PQ_NE, text_of("ab")));
}

static sonde_str bytes(const void *p, size_t n) { return (sonde_str){p, n}; }

static void which_statistics_are_trusted(void) {
  pq_bounds b;
  pq_node i32 = {.physical = PQ_INT32, .conversion = PQ_AS_INT32, .type = {TYPE_INT64, 0}}, u32 = i32,
          blob = i32, f64 = i32;
  u32.conversion = PQ_AS_UINT32;
  blob = (pq_node){.physical = PQ_BYTE_ARRAY, .conversion = PQ_AS_BYTES, .type = {TYPE_TEXT, 0}};
  f64 = (pq_node){.physical = PQ_DOUBLE, .conversion = PQ_AS_DOUBLE, .type = {TYPE_DOUBLE, 0}};
  sonde_str minus = bytes("\xFF\xFF\xFF\xFF", 4), one = bytes("\1\0\0\0", 4);
  bounds_of(&i32, false, minus, one, &b);
  CHECK(b.has_min && b.min.i64 == -1 && b.has_max && b.max.i64 == 1);
  bounds_of(&u32, false, one, minus, &b);
  CHECK(!b.has_min && !b.has_max);
  bounds_of(&u32, true, one, minus, &b);
  CHECK(b.has_max && b.max.i64 == 4294967295);
  bounds_of(&blob, false, bytes("a", 1), bytes("b", 1), &b);
  CHECK(!b.has_min);
  bounds_of(&blob, true, bytes("a", 1), bytes(NULL, 0), &b);
  CHECK(b.has_min && !b.has_max);
  bounds_of(&i32, true, bytes("\1\0", 2), one, &b);
  CHECK(!b.has_min && b.has_max);
  double nan = (double)NAN, zero = 0, minus_zero = -0.0;
  bounds_of(&f64, true, bytes(&nan, 8), bytes(&zero, 8), &b);
  CHECK(!b.has_min && !b.has_max);
  bounds_of(&f64, true, bytes(&zero, 8), bytes(&minus_zero, 8), &b);
  CHECK_EQ_DOUBLE(b.min.f64, -0.0);
  CHECK_EQ_DOUBLE(b.max.f64, 0.0);
}

/* Known answers of the reference implementation. */
static void xxh64_known_answers(void) {
  CHECK(xxh64("", 0) == 0xEF46DB3751D8E999u);
  CHECK(xxh64("a", 1) == 0xD24EC4F1A98C6E5Bu);
  CHECK(xxh64("abc", 3) == 0x44BC2CF5AD770999u);
  CHECK(xxh64("Nobody inspects the spammish repetition", 39) == 0xFBCEA83C8A378BF1u);
}

/* A filter of one block with one value in it: bits by the formula of BloomFilter.md. */
static void a_bloom_filter(void) {
  static const uint32_t salts[] = {0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D,
                                   0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31};
  uint8_t filter[64] = {0x15, 0x40, 0x1C, 0x1C, 0, 0, 0x1C, 0x1C, 0, 0, 0x1C, 0x1C, 0, 0, 0};
  const size_t head = 15;
  pq_node leaf = {.physical = PQ_BYTE_ARRAY, .conversion = PQ_AS_BYTES, .type = {TYPE_TEXT, 0}};
  pq_chunk facts = {.bloom = {100, head + 32}};
  const pq_node *leaves[] = {&leaf};
  pq_piece p = {.node = &leaf, .n_leaves = 1, .chunks = &facts, .leaves = leaves};
  uint32_t key = (uint32_t)xxh64("hello", 5);
  for (uint32_t i = 0; i < 8; i++) {
    uint32_t bit = 1u << (key * salts[i] >> 27);
    memcpy(filter + head + 4 * i, &bit, 4);
  }
  pq_value hello = text_of("hello"), other = text_of("other");
  uint64_t length;
  CHECK(pq_bloom_may_contain(&p, 0, filter, head + 32, &hello, &length));
  CHECK_EQ_UINT(length, head + 32);
  CHECK(!pq_bloom_may_contain(&p, 0, filter, head + 32, &other, NULL));
  CHECK(pq_bloom_may_contain(&p, 0, filter, head + 31, &other, &length)); /* not all of it is there */
  CHECK_EQ_UINT(length, head + 32);
  CHECK(pq_bloom_may_contain(&p, 0, filter, 5, &other, NULL));
  facts.bloom.length = head + 64; /* the footer and the filter disagree */
  CHECK(pq_bloom_may_contain(&p, 0, filter, head + 32, &other, &length));
  CHECK_EQ_UINT(length, 0);
  facts.bloom_guessed = 1;
  CHECK(!pq_bloom_may_contain(&p, 0, filter, head + 32, &other, NULL));
}

int main(void) {
  RUN(whole_numbers);
  RUN(nulls);
  RUN(floats);
  RUN(cut_texts);
  RUN(which_statistics_are_trusted);
  RUN(xxh64_known_answers);
  RUN(a_bloom_filter);
  return check_report();
}
