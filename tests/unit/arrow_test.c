/* Arrow IPC: bytes as the format says, everything that is written is read, what others write is read, damage is refused. */
#include "arrow_table.h"
#include "check.h"
#include "format/arrow/flatbuf.h"
#include "format/arrow/metadata.h"
#include "random_vec.h"

static mem memory_of_test;
static arena arena_of_test, scratch;
static buf file, cells, expected;

static void begin(void) {
  mem_init(&memory_of_test, (uint64_t)1 << 30, NULL, NULL);
  arena_init(&arena_of_test, &memory_of_test);
  arena_init(&scratch, &memory_of_test);
  buf_init(&file, &memory_of_test, 1 << 28);
  buf_init(&cells, &memory_of_test, 1 << 28);
  buf_init(&expected, &memory_of_test, 1 << 28);
}

static void end(void) {
  buf_free(&file);
  buf_free(&cells);
  buf_free(&expected);
  arena_free(&arena_of_test);
  arena_free(&scratch);
  CHECK_EQ_UINT(memory_of_test.used, 0);
}

static bool same_shape(const shape *a, const shape *b) {
  if (a->type.id != b->type.id || a->type.scale != b->type.scale || a->n_children != b->n_children)
    return false;
  for (uint32_t i = 0; i < a->n_children; i++)
    if (!same_shape(&a->children[i], &b->children[i])) return false;
  return true;
}

/* ---- bytes ---- */

static uint64_t word_at(size_t at, size_t width) {
  uint64_t v = 0;
  memcpy(&v, file.data + at, width);
  return v;
}

/* One column of three whole numbers, the second null: the body is a bitmap and the values, each padded to 8 bytes. */
static void a_batch_is_what_the_format_says(void) {
  begin();
  const int64_t values[] = {5, 77, -1};
  const uint64_t valid = 5;
  shape s = {{"n", 1}, {TYPE_INT64, 0}, 0, NULL, {0}};
  vec v;
  sonde_error err = {0};
  arrow_write_options o = {.codec = BLOCK_PLAIN};
  uint32_t metadata;
  vec_pack_i64(&v, s.type, values, &valid, 3, &arena_of_test, &err);
  REQUIRE(arrow_write_batch(&s, 1, &v, 3, &o, &memory_of_test, &file, &metadata, &err) == SONDE_OK);
  CHECK_EQ_UINT(word_at(0, 4), 0xFFFFFFFF);
  CHECK_EQ_UINT(word_at(4, 4), metadata - 8);
  CHECK_EQ_UINT(metadata % 8, 0);
  CHECK_EQ_UINT(file.len, metadata + 8 + 24);
  const uint8_t body[] = {5, 0, 0, 0, 0, 0, 0, 0, 5,    0,    0,    0,    0,    0,    0,    0,
                          0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  CHECK_BYTES(file.data + metadata, 32, body, 32);
  fb_bytes bytes = {file.data + 8, metadata - 8, false};
  fb_view message = fb_root(&bytes), records = fb_child(message, MESSAGE_HEADER);
  CHECK_EQ_UINT(fb_uint(message, MESSAGE_VERSION, 2, 0), ARROW_METADATA_V5);
  CHECK_EQ_UINT(fb_uint(message, MESSAGE_HEADER_TYPE, 1, 0), HEADER_RECORDS);
  CHECK_EQ_UINT(fb_uint(message, MESSAGE_BODY_LENGTH, 8, 0), 32);
  CHECK_EQ_UINT(fb_uint(records, RECORDS_LENGTH, 8, 0), 3);
  fb_list nodes = fb_elements(records, RECORDS_NODES, NODE_BYTES);
  CHECK(nodes.n == 1 && fb_element_u64(nodes, 0, NODE_BYTES, 0) == 3);
  CHECK_EQ_UINT(fb_element_u64(nodes, 0, NODE_BYTES, 8), 1);
  fb_list buffers = fb_elements(records, RECORDS_BUFFERS, BUFFER_BYTES);
  CHECK(buffers.n == 2 && fb_element_u64(buffers, 0, BUFFER_BYTES, 8) == 1);
  CHECK(fb_element_u64(buffers, 1, BUFFER_BYTES, 0) == 8 &&
        fb_element_u64(buffers, 1, BUFFER_BYTES, 8) == 24);
  CHECK(!bytes.bad);
  end();
}

static void a_file_begins_and_ends_with_its_magic(void) {
  begin();
  arrow_write_options o = {.codec = BLOCK_PLAIN};
  sonde_error err = {0};
  REQUIRE(write_table(random_leaves, 1, &(vec){.type = {TYPE_BOOL, 0}}, 0, 1, &o, &memory_of_test, &file,
                      &err) == SONDE_OK);
  CHECK_BYTES(file.data, 8, "ARROW1\0\0", 8);
  CHECK_BYTES(file.data + file.len - 6, 6, "ARROW1", 6);
  size_t footer = (size_t)word_at(file.len - 10, 4), eos = file.len - 10 - footer - 8;
  CHECK_BYTES(file.data + eos, 8, "\xFF\xFF\xFF\xFF\0\0\0\0", 8);
  end();
}

/* ---- there and back ---- */

static void there_and_back(random_state *r, const shape *shapes, uint32_t n, uint32_t rows,
                           const arrow_write_options *o) {
  begin();
  vec vecs[RANDOM_COLUMNS];
  arrow_table t;
  sonde_error err = {0};
  for (uint32_t i = 0; i < n; i++) vecs[i] = random_vec(r, &shapes[i], rows, true, &arena_of_test);
  CHECK(write_table(shapes, n, vecs, rows, 2, o, &memory_of_test, &file, &err) == SONDE_OK);
  sonde_code code = o->stream ? read_stream(file.data, file.len, &t, &arena_of_test, &scratch, &cells, &err)
                              : read_file(file.data, file.len, &t, &arena_of_test, &scratch, &cells, &err);
  if (!CHECK(code == SONDE_OK)) fprintf(stderr, "    %s\n", err.message);
  for (int i = 0; i < 2; i++) put_rows(&expected, vecs, n, rows);
  if (!code) CHECK_BYTES(cells.data, cells.len, expected.data, expected.len);
  for (uint32_t i = 0; i < n && !code; i++) {
    CHECK_BYTES(t.shapes[i].name.ptr, t.shapes[i].name.len, shapes[i].name.ptr, shapes[i].name.len);
    CHECK(same_shape(&t.shapes[i], &shapes[i]));
  }
  end();
}

static void every_type_comes_back(void) {
  random_state r = {20261121};
  shape all[RANDOM_COLUMNS - 1]; /* but JSON, which comes back as text */
  for (uint32_t i = 0; i < RANDOM_COLUMNS - 1; i++) all[i] = *random_shape(i);
  for (uint32_t i = 0; i < 200; i++) {
    static const uint32_t sizes[] = {0, 1, 7, 8, 63, 64, 65, 200};
    arrow_write_options o = {
        .codec = i % 3 ? BLOCK_PLAIN : BLOCK_ZSTD, .stream = i & 1, .large_offsets = i & 2};
    there_and_back(&r, all, RANDOM_COLUMNS - 1, sizes[i % 8], &o);
  }
}

static void a_table_without_columns(void) {
  random_state r = {1};
  there_and_back(&r, random_leaves, 0, 0, &(arrow_write_options){.stream = true});
  there_and_back(&r, random_leaves, 0, 0, &(arrow_write_options){.stream = false});
}

/* ---- what is refused ---- */

/* One column, plain; SONDE_OK or what went wrong. */
static sonde_code write_column(const shape *s, const vec *v, const arrow_write_options *o, sonde_error *err) {
  uint32_t metadata;
  return arrow_write_batch(s, 1, v, v->rows, o, &memory_of_test, &file, &metadata, err);
}

static void check_refused(const shape *s, const vec *v, sonde_code why) {
  sonde_error err = {0};
  buf_clear(&file);
  buf_put(&file, "8 bytes.", 8);
  CHECK_EQ_INT(write_column(s, v, &(arrow_write_options){.codec = BLOCK_PLAIN}, &err), why);
  CHECK(err.message[0] != 0);
  CHECK_EQ_UINT(file.len, 8);
}

static void values_that_arrow_cannot_hold(void) {
  begin();
  static const int128 long_time[] = {{UINT64_MAX / 1000, 0}}, many_days[] = {{0, 0x80000000}};
  static const uint32_t offsets[] = {0, 1};
  shape interval = {{"i", 1}, {TYPE_INTERVAL, 0}, 0, NULL, {0}},
        map = {{"m", 1}, {TYPE_MAP, 0}, 2, random_pair, {0}};
  vec v = {.type = {TYPE_INTERVAL, 0}, .form = VEC_I128, .rows = 1, .data = long_time};
  check_refused(&interval, &v, SONDE_VALUE);
  v.data = many_days;
  check_refused(&interval, &v, SONDE_VALUE);
  vec pair[2] = {{.type = {TYPE_TEXT, 0}, .form = VEC_NULL, .rows = 1, .nulls = 1},
                 {.type = {TYPE_DATE, 0}, .form = VEC_NULL, .rows = 1, .nulls = 1}};
  vec null_key = {.type = {TYPE_MAP, 0},
                  .form = VEC_MAP,
                  .rows = 1,
                  .offsets = offsets,
                  .n_children = 2,
                  .children = pair};
  check_refused(&map, &null_key, SONDE_VALUE);
  end();
}

/* Two gigabytes of text that take none to hold: one text, named by many rows. */
static void more_text_than_offsets_reach(void) {
  begin();
  enum { ROWS = 2100, LENGTH = 1 << 20 };
  static const uint8_t codes[ROWS];
  const uint32_t offsets[] = {0, LENGTH};
  shape s = {{"t", 1}, {TYPE_TEXT, 0}, 0, NULL, {0}};
  vec v = {.type = {TYPE_TEXT, 0},
           .form = VEC_DICT,
           .width = 1,
           .rows = ROWS,
           .n_values = 1,
           .data = codes,
           .offsets = offsets,
           .bytes = random_room(&arena_of_test, LENGTH)};
  check_refused(&s, &v, SONDE_LIMIT);
  end();
}

static void vecs_that_are_not_what_their_shape_says(void) {
  begin();
  shape whole = {{"n", 1}, {TYPE_INT64, 0}, 0, NULL, {0}}, none = {{"n", 1}, {TYPE_NONE, 0}, 0, NULL, {0}};
  static const double numbers[] = {1};
  vec v = {.type = {TYPE_DOUBLE, 0}, .form = VEC_F64, .rows = 1, .data = numbers};
  check_refused(&whole, &v, SONDE_MISUSE);
  check_refused(&none, &v, SONDE_MISUSE);
  end();
}

/* Every way of cutting a file or a stream, and every wrong byte of it, is refused or read, never worse. */
static void damage_is_survived(void) {
  for (int stream = 0; stream < 2; stream++) {
    begin();
    random_state r = {3};
    vec vecs[RANDOM_COLUMNS];
    shape shapes[RANDOM_COLUMNS];
    sonde_error err = {0};
    arrow_table t;
    for (uint32_t i = 0; i < RANDOM_COLUMNS; i++) {
      shapes[i] = *random_shape(i);
      vecs[i] = random_vec(&r, &shapes[i], 3, true, &arena_of_test);
    }
    REQUIRE(write_table(shapes, RANDOM_COLUMNS, vecs, 3, 1, &(arrow_write_options){.stream = stream == 1},
                        &memory_of_test, &file, &err) == SONDE_OK);
    sonde_code (*read)(const uint8_t *, size_t, arrow_table *, arena *, arena *, buf *, sonde_error *) =
        stream ? read_stream : read_file;
    for (size_t n = 1; n < file.len; n++) {
      arena_reset(&arena_of_test);
      buf_clear(&cells);
      sonde_code code = read(file.data, n, &t, &arena_of_test, &scratch, &cells, &err);
      if (!stream) CHECK(code == SONDE_CORRUPT);
      file.data[n] ^= 0x55;
      err = (sonde_error){0};
      buf_clear(&cells);
      code = read(file.data, file.len, &t, &arena_of_test, &scratch, &cells, &err);
      CHECK(code == SONDE_OK || err.message[0]);
      file.data[n] ^= 0x55;
    }
    end();
  }
}

static void zstd_makes_it_shorter(void) {
  begin();
  sonde_error err = {0};
  shape s = {{"n", 1}, {TYPE_INT64, 0}, 0, NULL, {0}};
  int64_t *values = random_room(&arena_of_test, 8000);
  vec v;
  for (int i = 0; i < 1000; i++) values[i] = i;
  vec_pack_i64(&v, s.type, values, NULL, 1000, &arena_of_test, &err);
  CHECK(write_column(&s, &v, &(arrow_write_options){.codec = BLOCK_PLAIN}, &err) == SONDE_OK);
  size_t plain = file.len;
  CHECK(write_column(&s, &v, &(arrow_write_options){.codec = BLOCK_ZSTD}, &err) == SONDE_OK);
  CHECK(plain > 8000 && (file.len - plain) * 2 < plain);
  CHECK(write_column(&s, &v, &(arrow_write_options){.codec = BLOCK_GZIP}, &err) == SONDE_UNSUPPORTED);
  end();
}

static void columns_that_are_not_wanted_are_passed_over(void) {
  begin();
  random_state r = {5};
  shape shapes[RANDOM_COLUMNS];
  vec vecs[RANDOM_COLUMNS], read[RANDOM_COLUMNS];
  bool wanted[RANDOM_COLUMNS] = {false};
  arrow_table t;
  sonde_error err = {0};
  uint32_t metadata, rows;
  for (uint32_t i = 0; i < RANDOM_COLUMNS; i++) {
    shapes[i] = *random_shape(i);
    vecs[i] = random_vec(&r, &shapes[i], 20, true, &arena_of_test);
  }
  arrow_writer w;
  REQUIRE(arrow_writer_begin(&w, shapes, RANDOM_COLUMNS, &(arrow_write_options){.stream = true},
                             &memory_of_test, &file, &err) == SONDE_OK);
  arrow_writer_free(&w);
  REQUIRE(arrow_open_stream(file.data, file.len, &arena_of_test, &t, &err) == SONDE_OK);
  buf_clear(&file);
  REQUIRE(arrow_write_batch(shapes, RANDOM_COLUMNS, vecs, 20, &(arrow_write_options){.stream = true},
                            &memory_of_test, &file, &metadata, &err) == SONDE_OK);
  for (uint32_t c = 0; c < RANDOM_COLUMNS - 1; c++) {
    wanted[c] = true;
    REQUIRE(arrow_read_batch(&t, NULL, file.data, file.len, wanted, &arena_of_test, &scratch, read, &rows,
                             &err) == SONDE_OK);
    CHECK_EQ_UINT(rows, 20);
    CHECK(read[RANDOM_COLUMNS - 1].form == VEC_NULL && read[RANDOM_COLUMNS - 1].rows == 0);
    buf_clear(&cells);
    buf_clear(&expected);
    put_rows(&cells, &read[c], 1, 20);
    put_rows(&expected, &vecs[c], 1, 20);
    CHECK_BYTES(cells.data, cells.len, expected.data, expected.len);
    wanted[c] = false;
  }
  end();
}

int main(void) {
  RUN(a_batch_is_what_the_format_says);
  RUN(a_file_begins_and_ends_with_its_magic);
  RUN(every_type_comes_back);
  RUN(a_table_without_columns);
  RUN(columns_that_are_not_wanted_are_passed_over);
  RUN(zstd_makes_it_shorter);
  RUN(values_that_arrow_cannot_hold);
  RUN(more_text_than_offsets_reach);
  RUN(vecs_that_are_not_what_their_shape_says);
  RUN(damage_is_survived);
  return check_report();
}
