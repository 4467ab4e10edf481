/* Columns sent from one engine to another arrive as they were; cut or bent bytes are refused. */
#include <string.h>

#include "check.h"
#include "column/vec_wire.h"

static mem memory;

static const uint64_t some_valid[] = {0x5}; /* rows 0 and 2 of 3 */

static const uint16_t packed[] = {7, 0, 9};
static const vec integers = {.type = {.id = TYPE_INT64},
                             .form = VEC_PACKED,
                             .width = 2,
                             .rows = 3,
                             .nulls = 1,
                             .base = -100,
                             .validity = some_valid,
                             .data = packed};

static const uint8_t codes[] = {1, 0, 1};
static const uint32_t word_offsets[] = {4, 7, 10}; /* a dictionary that begins within a longer text */
static const vec words = {.type = {.id = TYPE_TEXT},
                          .form = VEC_DICT,
                          .width = 1,
                          .rows = 3,
                          .data = codes,
                          .n_values = 2,
                          .offsets = word_offsets,
                          .bytes = "....onetwo"};

static const uint32_t text_offsets[] = {2, 2, 5, 9};
static const vec texts = {
    .type = {.id = TYPE_TEXT}, .form = VEC_TEXT, .rows = 3, .offsets = text_offsets, .bytes = "..abcdefg"};

static const double numbers[] = {0.1, -0.0, 1e300};
static const vec doubles = {.type = {.id = TYPE_DOUBLE}, .form = VEC_F64, .rows = 3, .data = numbers};

/* Two lists over three structs of a number and a word. */
static vec fields[2]; /* integers and words */
static const sonde_str names[] = {{"n", 1}, {"word", 4}};
static const vec structs = {.type = {.id = TYPE_STRUCT},
                            .form = VEC_STRUCT,
                            .rows = 3,
                            .n_children = 2,
                            .children = fields,
                            .names = names};
static const uint32_t list_offsets[] = {0, 1, 3};
static const vec lists = {.type = {.id = TYPE_LIST},
                          .form = VEC_LIST,
                          .rows = 2,
                          .offsets = list_offsets,
                          .n_children = 1,
                          .children = &structs};

static buf sent_bytes(const vec *v) {
  buf b;
  buf_init(&b, &memory, 1 << 20);
  vec_put(&b, v);
  return b;
}

static sonde_code receive(const buf *b, size_t len, arena *a, vec *out) {
  sonde_error err = {0};
  rd in = {.data = b->data, .len = len};
  sonde_code code = vec_get(&in, a, out, &err);
  if (code == SONDE_OK) CHECK_EQ_UINT(in.pos, b->len);
  return code;
}

static void check_arrives(const vec *v, vec *got, arena *a) {
  buf b = sent_bytes(v);
  REQUIRE(receive(&b, b.len, a, got) == SONDE_OK);
  buf again = sent_bytes(got);
  CHECK(again.len == b.len && memcmp(again.data, b.data, b.len) == 0);
  for (size_t cut = 0; cut < b.len; cut++) {
    vec part;
    CHECK(receive(&b, cut, a, &part) == SONDE_CORRUPT);
  }
  buf_free(&again);
  buf_free(&b);
}

static void every_form_arrives(void) {
  arena a;
  vec got;
  fields[0] = integers;
  fields[1] = words;
  arena_init(&a, &memory);
  check_arrives(&integers, &got, &a);
  CHECK_EQ_INT(vec_i64(&got, 0), -93);
  CHECK(!vec_valid(&got, 1));
  CHECK_EQ_INT(vec_i64(&got, 2), -91);
  check_arrives(&words, &got, &a);
  sonde_str s = vec_str(&got, 0);
  CHECK(s.len == 3 && memcmp(s.ptr, "two", 3) == 0);
  check_arrives(&texts, &got, &a);
  s = vec_str(&got, 2);
  CHECK(s.len == 4 && memcmp(s.ptr, "defg", 4) == 0);
  CHECK_EQ_UINT(vec_str(&got, 0).len, 0);
  check_arrives(&doubles, &got, &a);
  CHECK(memcmp(got.data, numbers, sizeof numbers) == 0);
  check_arrives(&lists, &got, &a);
  CHECK(got.children[0].names[1].len == 4);
  CHECK_EQ_INT(vec_i64(&got.children[0].children[0], 2), -91);
  check_arrives(&(vec){.form = VEC_NULL, .rows = 5, .nulls = 5}, &got, &a);
  arena_free(&a);
}

/* Bytes of the head: type, scale, form, width, … */
static void what_readers_would_trip_over_is_refused(void) {
  arena a;
  vec got;
  arena_init(&a, &memory);
  buf b = sent_bytes(&words);
  b.data[3] = 3; /* no width of codes */
  CHECK(receive(&b, b.len, &a, &got) == SONDE_CORRUPT);
  b.data[3] = 1;
  b.data[2] = VEC_STRUCT + 1;
  CHECK(receive(&b, b.len, &a, &got) == SONDE_CORRUPT);
  buf_free(&b);
  const uint32_t falling[] = {0, 5, 2, 4};
  vec bent = texts;
  bent.offsets = falling;
  b = sent_bytes(&bent);
  CHECK(receive(&b, b.len, &a, &got) == SONDE_CORRUPT);
  buf_free(&b);
  arena_free(&a);
}

int main(void) {
  mem_init(&memory, 1 << 24, NULL, NULL);
  RUN(every_form_arrives);
  RUN(what_readers_would_trip_over_is_refused);
  CHECK_EQ_UINT(memory.used, 0);
  return check_report();
}
