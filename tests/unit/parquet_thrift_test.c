/* The thrift compact protocol: what is read, what is skipped, what is refused. */
#include "check.h"
#include "format/parquet/thrift.h"

static thrift over(const void *bytes, size_t n) {
  return (thrift){.p = bytes, .end = (const uint8_t *)bytes + n};
}

static void fields_of_every_type(void) {
  /* 1: true, 2: i32 -3, 4: i64 300, 20 (long form): "ab", 21: list of two i32, stop */
  const uint8_t bytes[] = {0x11, 0x15, 5, 0x26, 0xD8, 4, 0x08, 40, 2, 'a', 'b', 0x19, 0x25, 2, 4, 0};
  thrift t = over(bytes, sizeof bytes);
  thrift_field f = {0};
  REQUIRE(thrift_next(&t, &f) && f.id == 1);
  CHECK(thrift_bool(&t, f.type));
  REQUIRE(thrift_next(&t, &f) && f.id == 2);
  CHECK_EQ_INT(thrift_int(&t, f.type), -3);
  REQUIRE(thrift_next(&t, &f) && f.id == 4);
  CHECK_EQ_INT(thrift_int(&t, f.type), 300);
  REQUIRE(thrift_next(&t, &f) && f.id == 20);
  sonde_str s = thrift_str(&t, f.type);
  CHECK_STRN(s.ptr, s.len, "ab");
  REQUIRE(thrift_next(&t, &f) && f.id == 21);
  CHECK_EQ_UINT(thrift_list(&t, f.type, THRIFT_I32), 2);
  CHECK_EQ_INT(thrift_int(&t, THRIFT_I32), 1);
  CHECK_EQ_INT(thrift_int(&t, THRIFT_I32), 2);
  CHECK(!thrift_next(&t, &f) && !t.bad && t.p == t.end);
}

static void what_is_not_known_is_skipped(void) {
  /* 1: struct { 1: map of 1 (i8 -> binary), 2: set of 1 double }, 2: list of bool, 3: i32 7 */
  const uint8_t bytes[] = {0x1C, 0x1B, 1, 0x38, 9, 1,    'x',  0x1A, 0x17, 0, 0,    0,  0,
                           0,    0,    0, 0,    0, 0x19, 0x31, 1,    2,    1, 0x15, 14, 0};
  thrift t = over(bytes, sizeof bytes);
  thrift_field f = {0};
  REQUIRE(thrift_next(&t, &f));
  thrift_skip(&t, f.type);
  REQUIRE(thrift_next(&t, &f) && f.id == 2);
  thrift_skip(&t, f.type);
  REQUIRE(thrift_next(&t, &f) && f.id == 3);
  CHECK_EQ_INT(thrift_int(&t, f.type), 7);
}

static void another_type_than_expected(void) {
  const uint8_t bytes[] = {0x18, 1, 'x', 0x15, 4, 0};
  thrift t = over(bytes, sizeof bytes);
  thrift_field f = {0};
  thrift_next(&t, &f);
  CHECK_EQ_INT(thrift_int(&t, f.type), 0);
  thrift_next(&t, &f);
  CHECK(thrift_str(&t, f.type).ptr == NULL);
  CHECK(!thrift_next(&t, &f) && !t.bad);
}

static void ends_that_come_early(void) {
  const uint8_t bytes[] = {0x18, 5, 'x', 'y'}, endless[] = {0x15, 0x80, 0x80, 0x80},
                many[] = {0x19, 0xF5, 0xFF, 0x7F, 1};
  thrift t = over(bytes, sizeof bytes);
  thrift_field f = {0};
  thrift_next(&t, &f);
  CHECK(thrift_str(&t, f.type).ptr == NULL && t.bad && t.at_end);
  t = over(endless, sizeof endless);
  f = (thrift_field){0};
  thrift_next(&t, &f);
  CHECK(thrift_int(&t, f.type) == 0 && t.bad);
  t = over(many, sizeof many);
  f = (thrift_field){0};
  thrift_next(&t, &f);
  CHECK(thrift_list(&t, f.type, THRIFT_I32) == 0 && t.bad); /* 16383 elements in one byte */
}

static void depth_is_bounded(void) {
  uint8_t bytes[200];
  memset(bytes, 0x1C, sizeof bytes); /* structs in structs */
  thrift t = over(bytes, sizeof bytes);
  thrift_skip(&t, THRIFT_STRUCT);
  CHECK(t.bad && !t.at_end);
}

int main(void) {
  RUN(fields_of_every_type);
  RUN(what_is_not_known_is_skipped);
  RUN(another_type_than_expected);
  RUN(ends_that_come_early);
  RUN(depth_is_bounded);
  return check_report();
}
