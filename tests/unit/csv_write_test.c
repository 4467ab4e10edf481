/* CSV is written so that nothing changes its meaning: quoting, nulls, numbers, every type; and what is written is read back. */
#include "base/datetime.h"
#include "check.h"
#include "format/csv/block.h"
#include "format/csv/write.h"
#include "random_vec.h"

static mem memory_of_test;
static arena arena_of_test;
static buf out;
static csv_write_options options;

static void begin(void) {
  mem_init(&memory_of_test, (uint64_t)1 << 30, NULL, NULL);
  arena_init(&arena_of_test, &memory_of_test);
  buf_init(&out, &memory_of_test, 1 << 28);
  options = csv_write_defaults();
}

static void end(void) {
  buf_free(&out);
  arena_free(&arena_of_test);
  CHECK_EQ_UINT(memory_of_test.used, 0);
}

static sonde_str str(const char *s) { return (sonde_str){s, strlen(s)}; }

/* A column of texts; NULL: null. */
static vec texts(uint32_t n, const char *const *values) {
  uint32_t *offsets = random_room(&arena_of_test, (n + 1) * 4);
  char *bytes = random_room(&arena_of_test, 4096);
  uint64_t *validity = random_room(&arena_of_test, 8);
  vec v = {.type = {TYPE_TEXT, 0}, .form = VEC_TEXT, .rows = n, .offsets = offsets, .bytes = bytes};
  for (uint32_t i = 0; i < n; i++) {
    size_t length = values[i] ? strlen(values[i]) : 0;
    memcpy(bytes + offsets[i], values[i] ? values[i] : "", length);
    offsets[i + 1] = offsets[i] + (uint32_t)length;
    validity[0] |= (uint64_t)(values[i] != NULL) << i;
    v.nulls += values[i] == NULL;
  }
  v.validity = validity;
  return v;
}

static vec doubles(uint32_t n, const double *values) {
  return (vec){.type = {TYPE_DOUBLE, 0}, .form = VEC_F64, .rows = n, .data = values};
}

static vec wholes(column_type type, uint32_t n, const int64_t *values) {
  vec v;
  if (vec_pack_i64(&v, type, values, NULL, n, &arena_of_test, NULL)) abort();
  return v;
}

/* The rows of columns called a, b, … */
static sonde_code write_rows(uint32_t n, const vec *vecs, sonde_error *err) {
  static const char names[] = "abcdefgh";
  shape shapes[8];
  for (uint32_t i = 0; i < n; i++) shapes[i] = (shape){.name = {names + i, 1}, .type = vecs[i].type};
  return csv_write_rows(shapes, n, vecs, vecs[0].rows, &options, &memory_of_test, &out, err);
}

static void check_rows(const char *expected, uint32_t n, const vec *vecs) {
  sonde_error err = {0};
  buf_clear(&out);
  CHECK(write_rows(n, vecs, &err) == SONDE_OK);
  CHECK_STRN((const char *)out.data, out.len, expected);
}

/* Each text alone between two fields, so that only its own quotes are seen. */
static void check_text(const char *value, const char *expected) {
  const char *const around[] = {"x"}, *const middle[] = {value};
  vec vecs[] = {texts(1, around), texts(1, middle), texts(1, around)};
  char line[256];
  snprintf(line, sizeof line, "x%c%s%cx\n", options.delimiter, expected, options.delimiter);
  check_rows(line, 3, vecs);
}

/* ---- quoting ---- */

static void quotes_are_where_they_are_needed(void) {
  begin();
  check_text("plain", "plain");
  check_text("two words", "two words");
  check_text("ü 世界", "ü 世界");
  check_text("it's; a\ttab", "it's; a\ttab");
  check_text("007", "007");
  check_text("a,b", "\"a,b\"");
  check_text("say \"hi\"", "\"say \"\"hi\"\"\"");
  check_text("\"", "\"\"\"\"");
  check_text("a\nb", "\"a\nb\"");
  check_text("a\rb", "\"a\rb\"");
  check_text(" a", "\" a\"");
  check_text("a ", "\"a \"");
  check_text("", "\"\"");
  check_text(NULL, "");
  end();
}

static void other_dialects(void) {
  begin();
  options.delimiter = '\t';
  options.quote = '\'';
  check_text("a,b", "a,b");
  check_text("a\tb", "'a\tb'");
  check_text("it's", "'it''s'");
  check_text("say \"hi\"", "say \"hi\"");
  end();
}

static void all_but_nulls_are_quoted_on_demand(void) {
  begin();
  options.always_quote = true;
  const char *const words[] = {"a", NULL};
  const double numbers[] = {1.5, 2};
  vec vecs[] = {texts(2, words), doubles(2, numbers)};
  check_rows("\"a\",\"1.5\"\n,\"2\"\n", 2, vecs);
  end();
}

static void what_reads_as_null_is_quoted(void) {
  begin();
  options.null_text = str("NA");
  check_text("NA", "\"NA\"");
  check_text("NAN", "NAN");
  check_text(NULL, "NA");
  check_text("", "\"\"");
  options.null_text = str("0");
  const int64_t numbers[] = {0, 10};
  vec vecs[] = {wholes((column_type){TYPE_INT64, 0}, 2, numbers),
                wholes((column_type){TYPE_INT64, 0}, 2, numbers)};
  check_rows("\"0\",\"0\"\n10,10\n", 2, vecs);
  end();
}

static void a_row_of_one_column_is_no_empty_line(void) {
  begin();
  const char *const words[] = {NULL, "", "a"};
  vec v = texts(3, words);
  check_rows("\"\"\n\"\"\na\n", 1, &v);
  options.null_text = str("\\N");
  check_rows("\\N\n\"\"\na\n", 1, &v);
  end();
}

static void rows_end_as_asked(void) {
  begin();
  options.crlf = true;
  const char *const words[] = {"a", "b"};
  vec vecs[] = {texts(2, words), texts(2, words)};
  check_rows("a,a\r\nb,b\r\n", 2, vecs);
  end();
}

static void formulas_are_guarded_on_demand(void) {
  static const char *const formulas[] = {"=1+2", "+1", "-1", "@x", "\tx"};
  static const char *const guarded[] = {"'=1+2", "'+1", "'-1", "'@x", "'\tx"};
  begin();
  for (int i = 0; i < 5; i++) check_text(formulas[i], formulas[i]);
  options.guard_formulas = true;
  for (int i = 0; i < 5; i++) check_text(formulas[i], guarded[i]);
  check_text("\rx", "\"'\rx\"");
  check_text("=A1,B1", "\"'=A1,B1\"");
  check_text("a=1", "a=1");
  check_text(NULL, "");
  const double numbers[] = {-1.5};
  const int64_t whole[] = {-7};
  vec vecs[] = {doubles(1, numbers), wholes((column_type){TYPE_INT64, 0}, 1, whole)};
  check_rows("-1.5,-7\n", 2, vecs);
  end();
}

/* ---- the head ---- */

static void the_head_is_text_too(void) {
  begin();
  sonde_error err = {0};
  const shape shapes[] = {{{"id", 2}, {TYPE_INT64, 0}, 0, NULL, {0}},
                          {{"a,\"b\"", 5}, {TYPE_TEXT, 0}, 0, NULL, {0}},
                          {{"=x", 2}, {TYPE_TEXT, 0}, 0, NULL, {0}},
                          {{"", 0}, {TYPE_TEXT, 0}, 0, NULL, {0}}};
  options.guard_formulas = true;
  CHECK(csv_write_head(shapes, 4, &options, &out, &err) == SONDE_OK);
  CHECK_STRN((const char *)out.data, out.len, "id,\"a,\"\"b\"\"\",'=x,\"\"\n");
  buf_clear(&out);
  options.header = false;
  CHECK(csv_write_head(shapes, 4, &options, &out, &err) == SONDE_OK);
  CHECK_EQ_UINT(out.len, 0);
  end();
}

static void check_refused(csv_write_options o) {
  sonde_error err = {0};
  vec v = texts(0, NULL);
  CHECK(csv_write_head(NULL, 0, &o, &out, &err) == SONDE_VALUE && err.message[0]);
  CHECK(csv_write_rows(NULL, 0, &v, 0, &o, &memory_of_test, &out, &err) == SONDE_VALUE);
}

static void options_that_cannot_be(void) {
  begin();
  check_refused((csv_write_options){.delimiter = '"', .quote = '"'});
  check_refused((csv_write_options){.delimiter = '\n', .quote = '"'});
  check_refused((csv_write_options){.delimiter = ',', .quote = 0});
  check_refused((csv_write_options){.delimiter = 0xE9, .quote = '"'});
  check_refused((csv_write_options){.delimiter = ',', .quote = '"', .null_text = {"a,b", 3}});
  end();
}

static void a_vec_of_another_type_is_refused(void) {
  begin();
  sonde_error err = {0};
  const char *const words[] = {"a"};
  const shape s = {{"n", 1}, {TYPE_INT64, 0}, 0, NULL, {0}};
  vec v = texts(1, words);
  buf_put(&out, "kept", 4);
  CHECK(csv_write_rows(&s, 1, &v, 1, &options, &memory_of_test, &out, &err) == SONDE_MISUSE);
  CHECK_STRN((const char *)out.data, out.len, "kept");
  end();
}

/* ---- values ---- */

static void doubles_are_the_shortest_that_read_back(void) {
  begin();
  static const double values[] = {0.1,
                                  100,
                                  -0.0,
                                  1.0 / 3,
                                  5e-324,
                                  1.7976931348623157e308,
                                  NAN,
                                  -INFINITY,
                                  1e21,
                                  1e-7,
                                  123456789012345680.0};
  vec v = doubles(11, values);
  check_rows(
      "0.1\n100\n-0\n0.3333333333333333\n5e-324\n1.7976931348623157e+308\nNaN\n-Infinity\n1e+21\n1e-7\n"
      "123456789012345680\n",
      1, &v);
  end();
}

/* Doubles that are still integers over a power of ten. */
static void scaled_doubles_lose_their_zeros(void) {
  begin();
  static const uint16_t values[] = {0, 1, 1250, 1300, 2000, 999};
  vec v = {.type = {TYPE_DOUBLE, 0},
           .form = VEC_SCALED,
           .width = 2,
           .scale = 3,
           .rows = 6,
           .data = values,
           .base = -1000};
  check_rows("-1\n-0.999\n0.25\n0.3\n1\n-0.001\n", 1, &v);
  v.scale = 9;
  check_rows("-0.000001\n-9.99e-7\n2.5e-7\n3e-7\n0.000001\n-1e-9\n", 1, &v);
  end();
}

static void wide_values_are_exact(void) {
  begin();
  const int128 values[] = {{5, 0}, {UINT64_MAX, -1}, {0x098A223FFFFFFFFF, 0x4B3B4CA85A86C47A}};
  vec v = {.type = {TYPE_DECIMAL, 2}, .form = VEC_I128, .rows = 3, .data = values};
  check_rows("0.05\n-0.01\n999999999999999999999999999999999999.99\n", 1, &v);
  v.type = (column_type){TYPE_UUID, 0};
  v.rows = 1;
  check_rows("80000000-0000-0000-0000-000000000005\n", 1, &v);
  v.type = (column_type){TYPE_INTERVAL, 0};
  check_rows("00:00:00.000005\n", 1, &v);
  end();
}

static void times_are_iso(void) {
  begin();
  const int64_t one[] = {1}, stamp[] = {1795219200123456};
  vec vecs[] = {wholes((column_type){TYPE_DATE, 0}, 1, one),
                wholes((column_type){TYPE_TIME, 0}, 1, one),
                wholes((column_type){TYPE_TIME, SCALE_NANOS}, 1, one),
                wholes((column_type){TYPE_TIMESTAMP, 0}, 1, stamp),
                wholes((column_type){TYPE_TIMESTAMPTZ, 0}, 1, stamp),
                wholes((column_type){TYPE_BOOL, 0}, 1, one)};
  check_rows("1970-01-02,00:00:00.000001,00:00:00.000000001,2026-11-21 00:00:00.123456,"
             "2026-11-21 00:00:00.123456+00:00,true\n",
             6, vecs);
  end();
}

static void nested_values_are_json(void) {
  begin();
  static const uint32_t offsets[] = {0, 2, 2};
  const char *const words[] = {"a", NULL};
  vec item = texts(2, words);
  vec list = {.type = {TYPE_LIST, 0},
              .form = VEC_LIST,
              .rows = 2,
              .offsets = offsets,
              .n_children = 1,
              .children = &item};
  check_rows("\"[\"\"a\"\",null]\"\n[]\n", 1, &list);
  vec blob = texts(1, words);
  blob.type.id = TYPE_BLOB;
  check_rows("61\n", 1, &blob);
  end();
}

/* A block of a column may be of a narrower type than the column. */
static void a_block_is_written_as_its_column(void) {
  begin();
  sonde_error err = {0};
  const int64_t days[] = {1}, number[] = {7};
  const shape shapes[] = {{{"t", 1}, {TYPE_TIMESTAMP, 0}, 0, NULL, {0}},
                          {{"d", 1}, {TYPE_DECIMAL, 2}, 0, NULL, {0}}};
  vec vecs[] = {wholes((column_type){TYPE_DATE, 0}, 1, days),
                wholes((column_type){TYPE_INT64, 0}, 1, number)};
  CHECK(csv_write_rows(shapes, 2, vecs, 1, &options, &memory_of_test, &out, &err) == SONDE_OK);
  CHECK_STRN((const char *)out.data, out.len, "1970-01-02 00:00:00,7.00\n");
  end();
}

/* ---- there and back ---- */

static const column_type readable[] = {
    {TYPE_BOOL, 0}, {TYPE_INT64, 0},     {TYPE_DOUBLE, 0},      {TYPE_DECIMAL, 3}, {TYPE_DATE, 0},
    {TYPE_TIME, 0}, {TYPE_TIMESTAMP, 0}, {TYPE_TIMESTAMPTZ, 0}, {TYPE_TEXT, 0},    {TYPE_TEXT, 0}};
enum { READABLE = sizeof readable / sizeof *readable };

static sonde_code read_back(uint32_t rows, chunk *into, arena *keep, arena *scratch, sonde_error *err) {
  csv_dialect d = {.delimiter = options.delimiter,
                   .quote = options.quote,
                   .decimal = '.',
                   .columns = READABLE,
                   .newline = options.crlf ? CSV_CRLF : CSV_LF};
  csv_plan plan[READABLE] = {{0}};
  for (uint32_t i = 0; i < READABLE; i++)
    plan[i] = (csv_plan){.mode = CSV_FIXED, .form = {readable[i], DATE_YMD}};
  csv_rows read;
  SONDE_TRY(csv_read(&d, (csv_span){out.data, out.len, 0, true},
                     (csv_want){.rows = UINT32_MAX, .field_max = 1 << 20}, plan, into, keep, scratch, &read,
                     err));
  CHECK_EQ_UINT(read.rows, rows);
  CHECK_EQ_UINT(read.n_bad, 0);
  return SONDE_OK;
}

static bool same_cell(const vec *a, const vec *b, uint32_t row) {
  if (!vec_valid(a, row) || !vec_valid(b, row)) return vec_valid(a, row) == vec_valid(b, row);
  if (a->type.id == TYPE_TEXT) {
    sonde_str x = vec_str(a, row), y = vec_str(b, row);
    return x.len == y.len && memcmp(x.ptr, y.ptr, x.len) == 0;
  }
  if (a->type.id == TYPE_DOUBLE) {
    double x = vec_f64(a, row), y = vec_f64(b, row);
    return (isnan(x) && isnan(y)) || memcmp(&x, &y, 8) == 0;
  }
  if (a->type.id == TYPE_DECIMAL)
    return memcmp((const char *)a->data + row * 16, (const char *)b->data + row * 16, 16) == 0;
  return vec_i64(a, row) == vec_i64(b, row);
}

static void there_and_back(random_state *r, uint32_t rows) {
  shape shapes[READABLE];
  vec vecs[READABLE];
  for (uint32_t i = 0; i < READABLE; i++) {
    shapes[i] = (shape){.name = {"n", 1}, .type = readable[i]};
    vecs[i] = random_vec(r, &shapes[i], rows, true, &arena_of_test);
  }
  sonde_error err = {0};
  REQUIRE(csv_write_rows(shapes, READABLE, vecs, rows, &options, &memory_of_test, &out, &err) == SONDE_OK);
  chunk into = {.memory = {.mem = &memory_of_test}};
  arena keep = {.mem = &memory_of_test}, scratch = {.mem = &memory_of_test};
  CHECK(read_back(rows, &into, &keep, &scratch, &err) == SONDE_OK);
  for (uint32_t i = 0; i < READABLE; i++)
    for (uint32_t row = 0; row < rows; row++)
      if (!CHECK(same_cell(&vecs[i], &into.vecs[i], row))) fprintf(stderr, "    column %u, row %u\n", i, row);
  arena_free(&into.memory);
  arena_free(&keep);
  arena_free(&scratch);
}

static void what_is_written_is_read(void) {
  random_state r = {20261121};
  for (uint32_t i = 0; i < 300; i++) {
    begin();
    options.delimiter = (uint8_t) ",;\t|"[i % 4];
    options.quote = i % 8 < 6 ? '"' : '\'';
    options.crlf = i & 1;
    options.always_quote = i % 5 == 0;
    there_and_back(&r, i % 40);
    end();
  }
}

int main(void) {
  RUN(quotes_are_where_they_are_needed);
  RUN(other_dialects);
  RUN(all_but_nulls_are_quoted_on_demand);
  RUN(what_reads_as_null_is_quoted);
  RUN(a_row_of_one_column_is_no_empty_line);
  RUN(rows_end_as_asked);
  RUN(formulas_are_guarded_on_demand);
  RUN(the_head_is_text_too);
  RUN(options_that_cannot_be);
  RUN(a_vec_of_another_type_is_refused);
  RUN(doubles_are_the_shortest_that_read_back);
  RUN(scaled_doubles_lose_their_zeros);
  RUN(wide_values_are_exact);
  RUN(times_are_iso);
  RUN(nested_values_are_json);
  RUN(a_block_is_written_as_its_column);
  RUN(what_is_written_is_read);
  return check_report();
}
