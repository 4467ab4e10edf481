/* Strict JSON by table, what the tree holds, and what the writers write. */
#include "base/json.h"

#include "check.h"

static mem memory;
static arena nodes;

static const json *parse(const char *text, sonde_error *err) {
  const json *root = NULL;
  sonde_code code = json_parse((sonde_str){text, strlen(text)}, &nodes, &root, err);
  return code == SONDE_OK ? root : NULL;
}

static void valid_texts_are_taken(void) {
  static const char *texts[] = {"null",
                                " true ",
                                "false",
                                "0",
                                "-0.5e+10",
                                "\"\"",
                                "[]",
                                "{}",
                                "[1,[2,[3]]]",
                                "{\"a\":{\"b\":[]}}",
                                "\t\r\n[ 1 , 2 ]",
                                "\"\\u0000\"",
                                "1E400",
                                "\"\xF0\x9F\x98\x80\""};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (!CHECK(parse(texts[i], NULL))) fprintf(stderr, "    %s\n", texts[i]);
  }
}

static void faults_are_told_with_their_position(void) {
  static const struct {
    const char *text;
    uint64_t at;
  } table[] = {
      {"", 0},     {" ", 1},     {"nul", 0},       {"True", 0},    {"01", 0},        {"1.", 0},
      {".5", 0},   {"+1", 0},    {"-", 0},         {"-.5", 0},     {"1e", 0},        {"0x1", 1},
      {"[1,]", 3}, {"[1 2]", 3}, {"[1", 2},        {"{\"a\"}", 4}, {"{a:1}", 1},     {"{\"a\":1,}", 7},
      {"1 2", 2},  {"\"abc", 1}, {"\"a\nb\"", 2},  {"\"\\x\"", 1}, {"\"\\u12\"", 1}, {"\"\\u12g4\"", 1},
      {"\"\\", 1}, {"'a'", 0},   {"\"a\xFF\"", 2}, {"NaN", 0},     {"[1]]", 3},      {"// x", 0},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    sonde_error err = {0};
    bool refused = !parse(table[i].text, &err) && err.code == SONDE_SYNTAX && err.at == table[i].at;
    if (!CHECK(refused)) fprintf(stderr, "    %s: %s\n", table[i].text, err.message);
  }
}

static void nesting_is_limited(void) {
  char text[200];
  memset(text, '[', 65);
  memset(text + 65, ']', 65);
  text[130] = 0;
  CHECK(parse(text, NULL));
  memset(text, '[', 66);
  memset(text + 66, ']', 66);
  text[132] = 0;
  CHECK(!parse(text, NULL));
}

static void the_tree_holds_the_values(void) {
  const json *j =
      parse("{\"job\":\"open\",\"n\":12,\"big\":9007199254740993,\"neg\":-1,\"half\":2.5,\"huge\":1e300,"
            "\"on\":true,\"off\":false,\"none\":null,\"list\":[1,\"b\",{}],\"n\":13,\"\":\"empty\"}",
            NULL);
  REQUIRE(j);
  CHECK(json_text_is(json_get(j, "job"), "open") && !json_text_is(json_get(j, "job"), "opener"));
  CHECK_EQ_UINT(json_u64(json_get(j, "n"), 7), 12); /* the first of its name */
  CHECK_EQ_UINT(json_u64(json_get(j, "big"), 7), 9007199254740993u);
  CHECK_EQ_UINT(json_u64(json_get(j, "neg"), 7), 0);
  CHECK_EQ_UINT(json_u64(json_get(j, "half"), 7), 2);
  CHECK_EQ_UINT(json_u64(json_get(j, "huge"), 7), UINT64_MAX);
  CHECK_EQ_UINT(json_u64(json_get(j, "job"), 7), 7);
  CHECK_EQ_UINT(json_u64(json_get(j, "missing"), 7), 7);
  CHECK(json_index(json_get(j, "n")) == 12 && json_index(json_get(j, "big")) == 9007199254740993u);
  CHECK(json_index(json_get(j, "neg")) == UINT64_MAX && json_index(json_get(j, "half")) == UINT64_MAX);
  CHECK(json_index(json_get(j, "job")) == UINT64_MAX && json_index(json_get(j, "missing")) == UINT64_MAX);
  CHECK_EQ_DOUBLE(json_get(j, "half")->number, 2.5);
  CHECK(json_bool(json_get(j, "on"), false) && !json_bool(json_get(j, "off"), true) &&
        json_bool(json_get(j, "none"), true));
  CHECK(json_is(json_get(j, "none"), JSON_NULL) && !json_is(NULL, JSON_NULL));
  CHECK(json_get(json_get(j, "job"), "x") == NULL && json_get(NULL, "x") == NULL);
  CHECK(json_text_is(json_get(j, ""), "empty"));
  const json *item = json_get(j, "list")->first;
  CHECK_EQ_UINT(json_u64(item, 0), 1);
  CHECK(json_text_is(item->next, "b") && json_is(item->next->next, JSON_OBJECT) && !item->next->next->next);
}

static void strings_are_unescaped(void) {
  const json *j = parse(
      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00\\ud83d!\\ude00\\ud83d\\u0041\\u0000\"", NULL);
  static const char expected[] =
      "\"\\/\b\f\n\r\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBD!\xEF\xBF\xBD\xEF\xBF\xBD"
      "A";
  REQUIRE(j);
  CHECK_BYTES(json_str(j).ptr, json_str(j).len, expected, sizeof expected);
  CHECK_EQ_UINT(json_str(NULL).len, 0);
}

static void writers_write_what_the_reader_reads(void) {
  buf b;
  buf_init(&b, &memory, 4096);
  json_put_str(&b, (sonde_str){"a\"\\\n\x01\0\x1F\xFF\xE2\x82z\xC3\xA9", 14});
  CHECK_STRN((char *)b.data, b.len,
             "\"a\\\"\\\\\\n\\u0001\\u0000\\u001f\xEF\xBF\xBD\xEF\xBF\xBDz\xC3\xA9\\u0000\"");
  buf_clear(&b);
  json_put_cstr(&b, "");
  json_put_u64(&b, 0);
  buf_u8(&b, ' ');
  json_put_u64(&b, UINT64_MAX);
  buf_u8(&b, ' ');
  json_put_i64(&b, INT64_MIN);
  json_put_bool(&b, true);
  json_put_bool(&b, false);
  json_put_double(&b, 0.1);
  json_put_double(&b, 0.0 / (double)(b.len == 0));
  CHECK_STRN((char *)b.data, b.len, "\"\"0 18446744073709551615 -9223372036854775808truefalse0.1null");
  buf_free(&b);
}

static void memory_that_runs_out_is_an_error(void) {
  mem small;
  arena few;
  mem_init(&small, 100, NULL, NULL);
  arena_init(&few, &small);
  const json *root;
  CHECK_EQ_INT(json_parse((sonde_str){"[1]", 3}, &few, &root, NULL), SONDE_LIMIT);
  arena_free(&few);
}

int main(void) {
  mem_init(&memory, 1 << 20, NULL, NULL);
  arena_init(&nodes, &memory);
  RUN(valid_texts_are_taken);
  RUN(faults_are_told_with_their_position);
  RUN(nesting_is_limited);
  RUN(the_tree_holds_the_values);
  RUN(strings_are_unescaped);
  RUN(writers_write_what_the_reader_reads);
  RUN(memory_that_runs_out_is_an_error);
  arena_free(&nodes);
  CHECK_EQ_UINT(memory.used, 0);
  return check_report();
}
