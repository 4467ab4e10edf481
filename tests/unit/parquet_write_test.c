/* What is written reads back as it was: every type and form, nulls, many pages and groups, nested values; and what the file says
 * about its values holds. The golden test beside holds the same files against independent readers. */
#include <stdlib.h>

#include "check.h"
#include "column/value_format.h"
#include "format/parquet/parquet.h"
#include "format/parquet/write.h"
#include "parquet_random.h"

enum { ROOM = 1 << 26 };

typedef struct {
  mem mem;
  arena memory;
  maker make;
  buf file, about, text, other;
  pq_write_options options;
  pq_writer writer;
  pq_file footer;
  sonde_error err;
} fixture;

static void begin(fixture *x) {
  *x = (fixture){.options = pq_write_defaults()};
  mem_init(&x->mem, 1u << 30, NULL, NULL);
  arena_init(&x->memory, &x->mem);
  x->make = (maker){{7}, &x->memory};
  buf_init(&x->file, &x->mem, ROOM);
  buf_init(&x->about, &x->mem, ROOM);
  buf_init(&x->text, &x->mem, ROOM);
  buf_init(&x->other, &x->mem, ROOM);
}

static void end(fixture *x) {
  buf_free(&x->file);
  buf_free(&x->about);
  buf_free(&x->text);
  buf_free(&x->other);
  arena_free(&x->memory);
  CHECK_EQ_UINT(x->mem.used, 0);
}

static void begin_file(fixture *x, const shape *columns, uint32_t n) {
  buf_clear(&x->file);
  pq_writer_init(&x->writer, columns, n, &x->mem);
  pq_writer_begin(&x->writer, &x->file);
}

static sonde_code add_group(fixture *x, const vec *vecs, uint32_t rows) {
  size_t before = x->file.len;
  buf_clear(&x->about);
  SONDE_TRY(pq_write_group(x->writer.columns, x->writer.n_columns, vecs, rows, &x->options, &x->mem, &x->file,
                           &x->about, &x->err));
  return pq_writer_add(&x->writer, x->about.data, x->about.len, x->file.len - before, &x->err);
}

static sonde_code end_file(fixture *x) {
  pq_range r;
  sonde_code code = pq_writer_end(&x->writer, &x->file, &x->err);
  pq_writer_free(&x->writer);
  if (code) return code;
  SONDE_TRY(pq_tail(x->file.data, x->file.len, x->file.len, &r, &x->err));
  return pq_footer(x->file.data + r.offset, (size_t)r.length, x->file.len, &x->memory, &x->footer, &x->err);
}

static sonde_code write_file(fixture *x, const shape *columns, const vec *vecs, uint32_t n, uint32_t rows) {
  begin_file(x, columns, n);
  sonde_code code = add_group(x, vecs, rows);
  if (!code) return end_file(x);
  pq_writer_free(&x->writer);
  return code;
}

/* The column's piece, index and rows. */
typedef struct {
  pq_piece piece;
  const pq_leaf_pages *index;
  vec rows;
} column_read;

static sonde_code read_column(fixture *x, uint32_t g, uint32_t c, column_read *out) {
  pq_range more;
  pq_span all = {{0, x->file.len}, x->file.data};
  SONDE_TRY(pq_piece_of(&x->footer, g, c, &x->memory, &out->piece, &x->err));
  SONDE_TRY(pq_read_page_index(&out->piece, &all, 1, &x->memory, &out->index, &x->err));
  return pq_read(&out->piece, out->index, &all, 1, 0, (uint32_t)out->piece.rows, &x->memory, &x->memory,
                 &out->rows, &more, &x->err);
}

static const char *cells(buf *b, const vec *v) {
  buf_clear(b);
  for (uint32_t i = 0; i < v->rows; i++) {
    if (i) buf_u8(b, ' ');
    cell_json(b, v, i);
  }
  buf_u8(b, 0);
  return (const char *)b->data;
}

/* As many rows, and the same ones; doubles to the bit, which JSON does not show of zeros. */
static void check_column(fixture *x, uint32_t g, uint32_t c, const vec *expected) {
  column_read r;
  if (!CHECK(read_column(x, g, c, &r) == SONDE_OK)) {
    fprintf(stderr, "    %s\n", x->err.message);
    return;
  }
  CHECK_EQ_UINT(r.rows.nulls, expected->nulls);
  CHECK_STR(cells(&x->text, &r.rows), cells(&x->other, expected));
  bool floats = expected->type.id == TYPE_DOUBLE || expected->type.id == TYPE_FLOAT;
  for (uint32_t i = 0; floats && i < expected->rows; i++)
    if (vec_valid(expected, i)) CHECK_EQ_DOUBLE(vec_f64(&r.rows, i), vec_f64(expected, i));
}

/* ---- random columns ---- */

static void round_trip(fixture *x, uint32_t seed) {
  x->make.random.state = seed;
  shape columns[3];
  vec vecs[3];
  uint32_t rows = random_below(&x->make.random, 6) ? random_below(&x->make.random, 300) : 3000;
  static const uint8_t codecs[] = {BLOCK_PLAIN, BLOCK_SNAPPY, BLOCK_ZSTD};
  x->options.codec = codecs[seed % 3];
  x->options.page_rows = 1 + random_below(&x->make.random, 400);
  x->options.page_bytes = 1 + random_below(&x->make.random, 9000);
  x->options.dictionary = seed % 4 != 0;
  for (uint32_t i = 0; i < 3; i++) {
    columns[i] = make_shape(&x->make, i);
    vecs[i] = make_vec(&x->make, &columns[i], rows, false);
  }
  REQUIRE(write_file(x, columns, vecs, 3, rows) == SONDE_OK);
  CHECK_EQ_UINT(x->footer.rows, rows);
  for (uint32_t i = 0; rows && i < 3; i++) check_column(x, 0, i, &vecs[i]);
}

static void random_columns_come_back(void) {
  for (uint32_t seed = 0; seed < 400; seed++) {
    fixture x;
    int failed = check_failed;
    begin(&x);
    round_trip(&x, seed);
    end(&x);
    if (check_failed != failed) fprintf(stderr, "    seed %u\n", seed);
  }
}

/* ---- types ---- */

/* How a reader calls the only column, which has the given shape. */
static const char *type_text(fixture *x, shape s) {
  vec nulls = {.type = s.type, .form = VEC_NULL, .rows = 2, .nulls = 2};
  if (write_file(x, &s, &nulls, 1, 2)) return x->err.message;
  sonde_str text = x->footer.columns[0].type_text;
  buf_clear(&x->text);
  buf_put(&x->text, text.ptr, text.len);
  buf_u8(&x->text, 0);
  return (const char *)x->text.data;
}

static void types_are_told(void) {
  fixture x;
  begin(&x);
  CHECK_STR(type_text(&x, shape_of("c", TYPE_NONE, 0, 0, NULL)), "null");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_BOOL, 0, 0, NULL)), "bool");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_INT64, 0, 0, NULL)), "int64");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_DOUBLE, 0, 0, NULL)), "double");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_FLOAT, 0, 0, NULL)), "float");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_DECIMAL, 5, 0, NULL)), "decimal(38,5)");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_DATE, 0, 0, NULL)), "date");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_TIME, 0, 0, NULL)), "time(us)");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_TIME, SCALE_NANOS, 0, NULL)), "time(ns)");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_TIMESTAMP, 0, 0, NULL)), "timestamp(us)");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_TIMESTAMPTZ, SCALE_NANOS, 0, NULL)), "timestamp(ns, utc)");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_TEXT, 0, 0, NULL)), "string");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_BLOB, 0, 0, NULL)), "binary");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_UUID, 0, 0, NULL)), "uuid");
  CHECK_STR(type_text(&x, shape_of("c", TYPE_INTERVAL, 0, 0, NULL)), "interval");
  shape word = shape_of("w", TYPE_TEXT, 0, 0, NULL), list = shape_of("l", TYPE_LIST, 0, 1, &word);
  shape entry[] = {word, list}, map = shape_of("m", TYPE_MAP, 0, 2, entry);
  CHECK_STR(type_text(&x, shape_of("c", TYPE_STRUCT, 0, 1, &map)), "struct<m: map<string, list<string>>>");
  end(&x);
}

/* ---- nested values as JSON ---- */

static vec text_vec(fixture *x, column_type type, const char *const *texts, uint32_t n) {
  vec v = {.type = type, .form = VEC_TEXT, .rows = n};
  uint32_t *offsets = make_room(&x->make, (size_t)n + 1, 4);
  uint64_t *valid = make_room(&x->make, n / 64 + 1, 8);
  char *bytes = make_room(&x->make, 100000, 1);
  for (uint32_t i = 0; i < n; i++) {
    size_t length = texts[i] ? strlen(texts[i]) : 0;
    memcpy(bytes + offsets[i], texts[i] ? texts[i] : "", length);
    offsets[i + 1] = offsets[i] + (uint32_t)length;
    valid[i >> 6] |= (uint64_t)(texts[i] != NULL) << (i & 63);
    v.nulls += !texts[i];
  }
  v.offsets = offsets;
  v.bytes = bytes;
  v.validity = v.nulls ? valid : NULL;
  return v;
}

static const char *through_json(fixture *x, const shape *s, const char *text) {
  column_read r;
  vec v = text_vec(x, s->type, (const char *const[]){text}, 1);
  if (write_file(x, s, &v, 1, 1) || read_column(x, 0, 0, &r)) return x->err.message;
  return cells(&x->text, &r.rows);
}

static void json_becomes_nested_values(void) {
  fixture x;
  begin(&x);
  shape items[] = {shape_of("i", TYPE_INT64, 0, 0, NULL),     shape_of("d", TYPE_DECIMAL, 2, 0, NULL),
                   shape_of("t", TYPE_TIMESTAMP, 9, 0, NULL), shape_of("b", TYPE_BLOB, 0, 0, NULL),
                   shape_of("u", TYPE_UUID, 0, 0, NULL),      shape_of("v", TYPE_INTERVAL, 0, 0, NULL),
                   shape_of("f", TYPE_DOUBLE, 0, 0, NULL),    shape_of("o", TYPE_BOOL, 0, 0, NULL)};
  shape all = shape_of("c", TYPE_STRUCT, 0, 8, items);
  static const char full[] =
      "{\"i\":9223372036854775807,\"d\":-12.50,\"t\":\"2026-11-21 10:15:00.123456789\",\"b\":\"00ff7f\","
      "\"u\":\"00112233-4455-6677-8899-aabbccddeeff\",\"v\":\"1 year 2 months 3 days 30:05:06.5\",\"f\":\"NaN\","
      "\"o\":true}";
  CHECK_STR(through_json(&x, &all, full), full);
  CHECK_STR(through_json(&x, &all, "{\"f\":1.5,\"other\":[1],\"i\":null}"),
            "{\"i\":null,\"d\":null,\"t\":null,\"b\":null,\"u\":null,\"v\":null,\"f\":1.5,\"o\":null}");
  shape word = shape_of("w", TYPE_TEXT, 0, 0, NULL), pair[] = {word, items[0]}, numbered[] = {items[0], word};
  shape map = shape_of("m", TYPE_MAP, 0, 2, pair), by_number = shape_of("n", TYPE_MAP, 0, 2, numbered);
  shape list = shape_of("l", TYPE_LIST, 0, 1, &map);
  CHECK_STR(through_json(&x, &list, "[{\"a\":1,\"\":null},null,{}]"), "[{\"a\":1,\"\":null},null,{}]");
  CHECK_STR(through_json(&x, &by_number, "[[1,\"x\"],[-2,null]]"), "[[1,\"x\"],[-2,null]]");
  CHECK_STR(through_json(&x, &list, "{\"a\":1}"),
            "a value inside of a nested column is not the list that its type says it is");
  CHECK_STR(through_json(&x, &by_number, "[[1.5,\"x\"]]"),
            "a value inside of a nested column is not the int64 that its type says it is");
  end(&x);
}

/* ---- pages and groups ---- */

static vec int_vec(fixture *x, const int64_t *values, const uint64_t *validity, uint32_t n) {
  vec v;
  vec_pack_i64(&v, (column_type){TYPE_INT64, 0}, values, validity, n, &x->memory, &x->err);
  return v;
}

static void groups_are_put_in_any_order(void) {
  fixture x;
  begin(&x);
  buf second;
  buf_init(&second, &x.mem, ROOM);
  x.options.page_rows = 3;
  shape s = shape_of("n", TYPE_INT64, 0, 0, NULL);
  vec low = int_vec(&x, (int64_t[]){1, 2, 3, 4}, NULL, 4), high = int_vec(&x, (int64_t[]){7, 6}, NULL, 2);
  buf_put(&second, "before", 6); /* offsets count from the group, not from the buf */
  REQUIRE(pq_write_group(&s, 1, &high, 2, &x.options, &x.mem, &second, &x.other, &x.err) == SONDE_OK);
  begin_file(&x, &s, 1);
  REQUIRE(add_group(&x, &low, 4) == SONDE_OK);
  buf_put(&x.file, second.data + 6, second.len - 6);
  REQUIRE(pq_writer_add(&x.writer, x.other.data, x.other.len, second.len - 6, &x.err) == SONDE_OK);
  REQUIRE(end_file(&x) == SONDE_OK);
  CHECK_EQ_UINT(x.footer.rows, 6);
  CHECK_EQ_UINT(x.footer.n_groups, 2);
  check_column(&x, 0, 0, &low);
  check_column(&x, 1, 0, &high);
  buf_free(&second);
  end(&x);
}

static void pages_have_an_index(void) {
  fixture x;
  column_read r;
  begin(&x);
  x.options.page_rows = 2;
  shape s = shape_of("n", TYPE_INT64, 0, 0, NULL);
  uint64_t valid = 0x33; /* rows 2 and 3, a page, are null */
  vec v = int_vec(&x, (int64_t[]){5, -1, 0, 0, 7, 9, 0}, &valid, 7);
  REQUIRE(write_file(&x, &s, &v, 1, 7) == SONDE_OK && read_column(&x, 0, 0, &r) == SONDE_OK);
  REQUIRE(r.index[0].n == 4);
  const pq_page *p = r.index[0].pages;
  for (uint32_t i = 0; i < 4; i++) CHECK_EQ_UINT(p[i].first_row, i * 2);
  CHECK(p[0].bounds.has_min && p[0].bounds.min.i64 == -1 && p[0].bounds.max.i64 == 5 &&
        p[0].bounds.nulls == 0);
  CHECK(!p[1].bounds.has_min && p[1].bounds.nulls == 2);
  CHECK(p[2].bounds.has_max && p[2].bounds.min.i64 == 7 && p[2].bounds.max.i64 == 9);
  CHECK(!p[3].bounds.has_max && p[3].bounds.nulls == 1);
  CHECK_EQ_UINT(p[0].offset, 4);
  pq_bounds whole;
  pq_chunk_bounds(&r.piece, 0, &whole);
  CHECK(whole.has_min && whole.min.i64 == -1 && whole.max.i64 == 9 && whole.nulls == 3 && whole.values == 7);
  end(&x);
}

/* A page ends where a row does, however many items its rows have. */
static void lists_begin_with_their_page(void) {
  fixture x;
  column_read r;
  begin(&x);
  x.options.page_rows = 1000;
  x.options.page_bytes = 100;
  x.options.dictionary = false;
  int64_t values[300];
  uint32_t offsets[] = {0, 0, 250, 260, 300};
  for (uint32_t i = 0; i < 300; i++) values[i] = (int64_t)((uint64_t)i * 0x9E3779B97F4A7C15u);
  vec items = int_vec(&x, values, NULL, 300);
  vec v = {.type = {TYPE_LIST, 0},
           .form = VEC_LIST,
           .rows = 4,
           .offsets = offsets,
           .n_children = 1,
           .children = &items};
  shape item = shape_of("i", TYPE_INT64, 0, 0, NULL), s = shape_of("l", TYPE_LIST, 0, 1, &item);
  REQUIRE(write_file(&x, &s, &v, 1, 4) == SONDE_OK && read_column(&x, 0, 0, &r) == SONDE_OK);
  CHECK_EQ_UINT(r.index[0].n, 2);
  CHECK_EQ_UINT(r.index[0].pages[1].first_row, 2);
  check_column(&x, 0, 0, &v);
  end(&x);
}

static void a_file_without_rows(void) {
  fixture x;
  begin(&x);
  shape s = shape_of("n", TYPE_TEXT, 0, 0, NULL);
  vec none = {.type = s.type, .form = VEC_NULL};
  REQUIRE(write_file(&x, &s, &none, 1, 0) == SONDE_OK);
  CHECK_EQ_UINT(x.footer.rows, 0);
  CHECK_EQ_UINT(x.footer.n_groups, 0);
  CHECK_EQ_UINT(x.footer.n_columns, 1);
  CHECK_STRN(x.footer.created_by.ptr, strlen("sonde version "), "sonde version ");
  end(&x);
}

/* ---- encodings ---- */

/* Bytes of the only column's pages. */
static uint64_t pages_bytes(fixture *x, const shape *s, const vec *v) {
  column_read r;
  if (write_file(x, s, v, 1, v->rows) || read_column(x, 0, 0, &r)) return 0;
  return r.piece.chunks[0].pages.length;
}

/* Bytes of the pages of a column of so many numbers, each of them twice. */
static uint64_t pages_of_pairs(uint32_t distinct) {
  fixture x;
  begin(&x);
  x.options.codec = BLOCK_PLAIN;
  x.make.random.state = 1;
  int64_t *numbers = malloc(2 * (size_t)distinct * sizeof *numbers);
  for (uint32_t i = 0; i < 2 * distinct; i += 2)
    numbers[i] = numbers[i + 1] = (int64_t)random_next(&x.make.random);
  shape s = shape_of("n", TYPE_INT64, 0, 0, NULL);
  vec v = int_vec(&x, numbers, NULL, 2 * distinct);
  uint64_t bytes = pages_bytes(&x, &s, &v);
  end(&x);
  free(numbers);
  return bytes;
}

/* 128 KB of words are the most that a reader has to unpack for one row. */
static void dictionaries_have_an_end(void) {
  CHECK(pages_of_pairs(16000) < 16000 * 12);
  CHECK(pages_of_pairs(17000) > 17000 * 16);
}

static void encodings_are_chosen_by_size(void) {
  enum { ROWS = 10000 };
  fixture x;
  column_read r;
  begin(&x);
  x.options.codec = BLOCK_PLAIN;
  x.make.random.state = 1;
  static int64_t steps[ROWS], few[ROWS], any[ROWS];
  for (uint32_t i = 0; i < ROWS; i++) {
    steps[i] = 1000000 + i * 3;
    few[i] = (int64_t)(random_next(&x.make.random) % 4 * 0x0123456789ABCDEFu);
    any[i] = (int64_t)random_next(&x.make.random);
  }
  shape s = shape_of("n", TYPE_INT64, 0, 0, NULL);
  vec counted = int_vec(&x, steps, NULL, ROWS), coded = int_vec(&x, few, NULL, ROWS),
      plain = int_vec(&x, any, NULL, ROWS);
  CHECK(pages_bytes(&x, &s, &counted) < ROWS / 128 * 6 + 100); /* 6 bytes a block of equal differences */
  CHECK(pages_bytes(&x, &s, &coded) < ROWS / 4 + 200);         /* 2 bits a value */
  uint64_t whole = pages_bytes(&x, &s, &plain);
  CHECK(whole >= ROWS * 8 && whole < ROWS * 8 + 3 * 100); /* three pages, each with a head */
  x.options.dictionary = false;
  CHECK(pages_bytes(&x, &s, &coded) > ROWS * 7);
  x.options.dictionary = true;
  shape t = shape_of("t", TYPE_TEXT, 0, 0, NULL);
  vec words = text_vec(&x, t.type, (const char *const[]){"unused", "ab", "cd", "also unused"}, 4);
  uint8_t codes[ROWS];
  for (uint32_t i = 0; i < ROWS; i++) codes[i] = 1 + i % 2;
  vec dict = words;
  dict.form = VEC_DICT;
  dict.rows = ROWS;
  dict.n_values = 4;
  dict.width = 1;
  dict.data = codes;
  REQUIRE(write_file(&x, &t, &dict, 1, ROWS) == SONDE_OK && read_column(&x, 0, 0, &r) == SONDE_OK);
  CHECK_EQ_INT(r.rows.form, VEC_DICT);
  CHECK_EQ_UINT(r.rows.n_values, 2); /* only words that rows have */
  check_column(&x, 0, 0, &dict);
  end(&x);
}

/* ---- statistics ---- */

static pq_bounds bounds_written(fixture *x, const shape *s, const vec *v, sonde_str *min, sonde_str *max) {
  pq_bounds out = {0};
  column_read r;
  if (!CHECK(write_file(x, s, v, 1, v->rows) == SONDE_OK && read_column(x, 0, 0, &r) == SONDE_OK)) return out;
  *min = r.piece.chunks[0].min;
  *max = r.piece.chunks[0].max;
  pq_chunk_bounds(&r.piece, 0, &out);
  return out;
}

static void long_texts_are_cut_in_bounds(void) {
  fixture x;
  sonde_str min, max;
  char a[70], e[70], z[100], high[81];
  begin(&x);
  memset(a, 'a', 69);
  memset(e, 'e', 69);
  a[69] = e[69] = 0;
  shape s = shape_of("t", TYPE_TEXT, 0, 0, NULL), b = shape_of("b", TYPE_BLOB, 0, 0, NULL);
  vec v = text_vec(&x, s.type, (const char *const[]){e, NULL, a}, 3);
  bounds_written(&x, &s, &v, &min, &max);
  a[64] = e[64] = 0;
  CHECK_STRN(min.ptr, min.len, a);
  e[63] = 'f';
  CHECK_STRN(max.ptr, max.len, e);
  memset(z, 'z', 62); /* U+10FFFF cannot grow, nor can half of it stay: the z before becomes { */
  memcpy(z + 62, "\xF4\x8F\xBF\xBF\xF4\x8F\xBF\xBF", 9);
  v = text_vec(&x, s.type, (const char *const[]){z}, 1);
  bounds_written(&x, &s, &v, &min, &max);
  CHECK_BYTES(min.ptr, min.len, z, 62);
  z[61] = '{';
  CHECK_BYTES(max.ptr, max.len, z, 62);
  memset(high, 0xFF, 80);
  high[80] = 0;
  v = text_vec(&x, b.type, (const char *const[]){high}, 1);
  bounds_written(&x, &b, &v, &min, &max);
  CHECK_BYTES(min.ptr, min.len, high, 64);
  CHECK_BYTES(max.ptr, max.len, high, 80); /* no shorter one is above it */
  end(&x);
}

static void zeros_and_nan_in_bounds(void) {
  fixture x;
  sonde_str min, max;
  column_read r;
  begin(&x);
  shape s = shape_of("d", TYPE_DOUBLE, 0, 0, NULL), f = shape_of("f", TYPE_FLOAT, 0, 0, NULL);
  double zeros[] = {0.0, NAN, -0.0}, nans[] = {NAN, NAN, NAN}, some[] = {NAN, -1.5, 2};
  vec v = {.type = s.type, .form = VEC_F64, .rows = 3, .data = zeros};
  bounds_written(&x, &s, &v, &min, &max);
  CHECK_BYTES(min.ptr, min.len, "\0\0\0\0\0\0\0\x80", 8);
  CHECK_BYTES(max.ptr, max.len, "\0\0\0\0\0\0\0\0", 8);
  v.data = nans;
  pq_bounds b = bounds_written(&x, &s, &v, &min, &max);
  CHECK(!b.has_min && !b.has_max && !min.ptr && !max.ptr);
  REQUIRE(read_column(&x, 0, 0, &r) == SONDE_OK);
  CHECK_EQ_UINT(r.piece.chunks[0].column_index.length, 0); /* a page of values without bounds */
  CHECK(r.piece.chunks[0].offset_index.length > 0);
  v.data = some;
  v.type = f.type;
  b = bounds_written(&x, &f, &v, &min, &max);
  CHECK_EQ_UINT(min.len, 4);
  CHECK_EQ_DOUBLE(b.min.f64, -1.5);
  CHECK_EQ_DOUBLE(b.max.f64, 2);
  end(&x);
}

static void wide_values_in_bounds(void) {
  fixture x;
  sonde_str min, max;
  begin(&x);
  int128 values[] = {{5, 0}, {(uint64_t)-3, -1}, {1, 0}};
  shape d = shape_of("d", TYPE_DECIMAL, 1, 0, NULL), u = shape_of("u", TYPE_UUID, 0, 0, NULL);
  shape i = shape_of("i", TYPE_INTERVAL, 0, 0, NULL);
  vec v = {.type = d.type, .form = VEC_I128, .rows = 3, .data = values};
  pq_bounds b = bounds_written(&x, &d, &v, &min, &max);
  CHECK(b.has_min && b.min.i128.high == -1 && b.min.i128.low == (uint64_t)-3);
  CHECK(b.has_max && b.max.i128.high == 0 && b.max.i128.low == 5);
  v.type = u.type;
  b = bounds_written(&x, &u, &v, &min, &max);
  CHECK(b.has_min && b.min.i128.high == -1 && b.has_max && b.max.i128.low == 5);
  int128 spans[] = {{1000, 0}};
  v = (vec){.type = i.type, .form = VEC_I128, .rows = 1, .data = spans};
  bounds_written(&x, &i, &v, &min, &max);
  CHECK(!min.ptr && !max.ptr); /* intervals have no order */
  end(&x);
}

/* ---- what Parquet does not hold ---- */

static void check_refused(fixture *x, const shape *s, const vec *v, sonde_code code, const char *why) {
  CHECK_EQ_INT(write_file(x, s, v, 1, v->rows), code);
  CHECK(strstr(x->err.message, why) != NULL);
}

static void what_cannot_be_written_is_refused(void) {
  fixture x;
  begin(&x);
  int128 micros[] = {{1001, 0}}, long_time[] = {{(uint64_t)UINT32_MAX * 1000 + 1000, 0}};
  uint64_t first_only = 1;
  uint32_t two[] = {0, 2};
  shape i = shape_of("i", TYPE_INTERVAL, 0, 0, NULL), n = shape_of("n", TYPE_INT64, 0, 0, NULL);
  vec v = {.type = i.type, .form = VEC_I128, .rows = 1, .data = micros};
  check_refused(&x, &i, &v, SONDE_VALUE, "1001 microseconds");
  v.data = long_time;
  check_refused(&x, &i, &v, SONDE_VALUE, "49 days");
  check_refused(&x, &n, &v, SONDE_MISUSE, "to be written as int64, but holds interval");
  shape entry[] = {n, n}, map = shape_of("m", TYPE_MAP, 0, 2, entry),
        empty = shape_of("s", TYPE_STRUCT, 0, 0, NULL);
  vec pair[] = {int_vec(&x, (int64_t[]){1, 2}, &first_only, 2), int_vec(&x, (int64_t[]){1, 2}, NULL, 2)};
  v = (vec){.type = map.type, .form = VEC_MAP, .rows = 1, .offsets = two, .n_children = 2, .children = pair};
  check_refused(&x, &map, &v, SONDE_VALUE, "null as key");
  v = (vec){.type = empty.type, .form = VEC_NULL, .rows = 1, .nulls = 1};
  check_refused(&x, &empty, &v, SONDE_UNSUPPORTED, "without fields");
  shape deep[40];
  for (uint32_t k = 0; k < 40; k++) deep[k] = k ? shape_of("l", TYPE_LIST, 0, 1, &deep[k - 1]) : n;
  v.type = deep[30].type;
  CHECK_EQ_INT(write_file(&x, &deep[30], &v, 1, 1), SONDE_OK);
  check_refused(&x, &deep[31], &v, SONDE_LIMIT, "31 levels");
  end(&x);
}

static void descriptions_of_others_are_refused(void) {
  fixture x;
  begin(&x);
  shape two[] = {shape_of("a", TYPE_INT64, 0, 0, NULL), shape_of("b", TYPE_INT64, 0, 0, NULL)};
  vec v = int_vec(&x, (int64_t[]){1, 2}, NULL, 2);
  begin_file(&x, two, 1);
  REQUIRE(add_group(&x, &v, 2) == SONDE_OK);
  pq_writer_free(&x.writer);
  begin_file(&x, two, 2);
  CHECK_EQ_INT(pq_writer_add(&x.writer, x.about.data, x.about.len, 100, &x.err), SONDE_MISUSE);
  CHECK_EQ_INT(pq_writer_add(&x.writer, x.about.data, 3, 100, &x.err), SONDE_MISUSE);
  pq_writer_free(&x.writer);
  end(&x);
}

int main(void) {
  RUN(random_columns_come_back);
  RUN(types_are_told);
  RUN(json_becomes_nested_values);
  RUN(groups_are_put_in_any_order);
  RUN(pages_have_an_index);
  RUN(lists_begin_with_their_page);
  RUN(a_file_without_rows);
  RUN(encodings_are_chosen_by_size);
  RUN(dictionaries_have_an_end);
  RUN(long_texts_are_cut_in_bounds);
  RUN(zeros_and_nan_in_bounds);
  RUN(wide_values_in_bounds);
  RUN(what_cannot_be_written_is_refused);
  RUN(descriptions_of_others_are_refused);
  return check_report();
}
