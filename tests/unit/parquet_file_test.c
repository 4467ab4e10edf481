/* Whole files made by hand: schema rules, dictionaries, nulls, nested columns, windows, what is missing or broken. */
#include "check.h"
#include "column/value_format.h"
#include "format/parquet/parquet.h"
#include "format/parquet/schema.h"
#include "parquet_build.h"

enum { ROOM = 1 << 16 };

typedef struct {
  mem mem;
  arena memory;
  buf file, body;
  built_chunk chunks[8];
  size_t n_chunks;
  pq_file footer;
  sonde_error err;
} fixture;

static void begin(fixture *x) {
  *x = (fixture){0};
  mem_init(&x->mem, 64 << 20, NULL, NULL);
  arena_init(&x->memory, &x->mem);
  buf_init(&x->file, &x->mem, ROOM);
  buf_init(&x->body, &x->mem, ROOM);
  buf_put(&x->file, "PAR1", 4);
}

static void end(fixture *x) {
  buf_free(&x->file);
  buf_free(&x->body);
  arena_free(&x->memory);
  CHECK_EQ_UINT(x->mem.used, 0);
}

static void begin_chunk(fixture *x, int physical, int64_t values) {
  int64_t at = (int64_t)x->file.len;
  x->chunks[x->n_chunks] = (built_chunk){physical, values, at, at, at};
}

static void end_page(fixture *x, page_type type, page_encoding encoding, uint32_t values) {
  put_page(&x->file, type, encoding, values, &x->body);
  if (type == PAGE_DICTIONARY) x->chunks[x->n_chunks].data_at = (int64_t)x->file.len;
  buf_clear(&x->body);
}

static void end_chunk(fixture *x) { x->chunks[x->n_chunks++].end = (int64_t)x->file.len; }

static sonde_code open_built(fixture *x, const schema_line *schema, size_t n, int64_t rows) {
  pq_range r;
  put_footer(&x->file, schema, n, rows, x->chunks, x->n_chunks);
  sonde_code code = pq_tail(x->file.data + x->file.len - 8, 8, x->file.len, &r, &x->err);
  if (code) return code;
  return pq_footer(x->file.data + r.offset, (size_t)r.length, x->file.len, &x->memory, &x->footer, &x->err);
}

static sonde_code read_window(fixture *x, uint32_t column, uint64_t first, uint32_t n, vec *out) {
  pq_piece p;
  pq_range more;
  pq_span all = {{0, x->file.len}, x->file.data};
  sonde_code code = pq_piece_of(&x->footer, 0, column, &x->memory, &p, &x->err);
  if (code) return code;
  return pq_read(&p, NULL, &all, 1, first, n, &x->memory, &x->memory, out, &more, &x->err);
}

/* All cells as JSON, one space between them. */
static const char *cells(fixture *x, const vec *v) {
  buf_clear(&x->body);
  for (uint32_t i = 0; i < v->rows; i++) {
    if (i) buf_u8(&x->body, ' ');
    cell_json(&x->body, v, i);
  }
  buf_u8(&x->body, 0);
  return (const char *)x->body.data;
}

static void put_word(buf *b, const char *s) {
  buf_u32(b, (uint32_t)strlen(s));
  buf_put(b, s, strlen(s));
}

static void required_ints_in_two_pages(void) {
  fixture x;
  begin(&x);
  begin_chunk(&x, PQ_INT32, 5);
  for (uint32_t i = 0; i < 3; i++) buf_u32(&x.body, i - 1);
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 3);
  for (uint32_t i = 3; i < 5; i++) buf_u32(&x.body, i * 1000);
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 2);
  end_chunk(&x);
  schema_line schema[] = {{"r", -1, 0, 1, -1, 0}, {"n", PQ_INT32, 0, -1, -1, 0}};
  REQUIRE(open_built(&x, schema, 2, 5) == SONDE_OK);
  CHECK_STRN(x.footer.columns[0].type_text.ptr, x.footer.columns[0].type_text.len, "int32");
  vec v;
  REQUIRE(read_window(&x, 0, 0, 5, &v) == SONDE_OK);
  CHECK_STR(cells(&x, &v), "-1 0 1 3000 4000");
  REQUIRE(read_window(&x, 0, 2, 2, &v) == SONDE_OK);
  CHECK_STR(cells(&x, &v), "1 3000");
  CHECK_EQ_INT(read_window(&x, 0, 3, 3, &v), SONDE_MISUSE);
  end(&x);
}

static void optional_words_from_a_dictionary(void) {
  static const uint8_t levels[] = {1, 0, 1, 1, 0, 1};
  fixture x;
  begin(&x);
  begin_chunk(&x, PQ_BYTE_ARRAY, 6);
  put_word(&x.body, "x\xFFy"); /* not UTF-8: repaired */
  put_word(&x.body, "b");
  end_page(&x, PAGE_DICTIONARY, ENCODING_PLAIN, 2);
  put_levels(&x.body, levels, 6);
  buf_put(&x.body, (uint8_t[]){1, 3, 0x06}, 3); /* width 1, one group of eight: 0 1 1 0 */
  end_page(&x, PAGE_DATA, ENCODING_RLE_DICTIONARY, 6);
  end_chunk(&x);
  schema_line schema[] = {{"r", -1, 0, 1, -1, 0}, {"s", PQ_BYTE_ARRAY, 1, -1, 0, 0}};
  REQUIRE(open_built(&x, schema, 2, 6) == SONDE_OK);
  vec v;
  REQUIRE(read_window(&x, 0, 0, 6, &v) == SONDE_OK);
  CHECK_EQ_INT(v.form, VEC_DICT);
  CHECK_EQ_UINT(v.nulls, 2);
  CHECK_STR(cells(&x, &v), "\"x\xEF\xBF\xBDy\" null \"b\" \"b\" null \"x\xEF\xBF\xBDy\"");
  end(&x);
}

static void a_chunk_that_leaves_its_dictionary_is_text(void) {
  fixture x;
  begin(&x);
  begin_chunk(&x, PQ_BYTE_ARRAY, 4);
  put_word(&x.body, "aa");
  put_word(&x.body, "b");
  end_page(&x, PAGE_DICTIONARY, ENCODING_PLAIN_DICTIONARY, 2);
  buf_put(&x.body, (uint8_t[]){1, 3, 0x02}, 3); /* 0 1 */
  end_page(&x, PAGE_DATA, ENCODING_PLAIN_DICTIONARY, 2);
  put_word(&x.body, "ccc");
  put_word(&x.body, "");
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 2);
  end_chunk(&x);
  schema_line schema[] = {{"r", -1, 0, 1, -1, 0}, {"s", PQ_BYTE_ARRAY, 0, -1, 0, 0}};
  REQUIRE(open_built(&x, schema, 2, 4) == SONDE_OK);
  vec v;
  REQUIRE(read_window(&x, 0, 0, 4, &v) == SONDE_OK);
  CHECK_EQ_INT(v.form, VEC_TEXT);
  CHECK_STR(cells(&x, &v), "\"aa\" \"b\" \"ccc\" \"\"");
  end(&x);
}

static void a_dictionary_with_a_word_twice_is_text(void) {
  fixture x;
  begin(&x);
  begin_chunk(&x, PQ_BYTE_ARRAY, 2);
  put_word(&x.body, "same");
  put_word(&x.body, "same");
  end_page(&x, PAGE_DICTIONARY, ENCODING_PLAIN, 2);
  buf_put(&x.body, (uint8_t[]){1, 3, 0x02}, 3);
  end_page(&x, PAGE_DATA, ENCODING_RLE_DICTIONARY, 2);
  end_chunk(&x);
  schema_line schema[] = {{"r", -1, 0, 1, -1, 0}, {"s", PQ_BYTE_ARRAY, 0, -1, -1, 0}};
  REQUIRE(open_built(&x, schema, 2, 2) == SONDE_OK);
  vec v;
  REQUIRE(read_window(&x, 0, 0, 2, &v) == SONDE_OK);
  CHECK_EQ_INT(v.form, VEC_TEXT);
  CHECK_EQ_INT(v.type.id, TYPE_BLOB);
  CHECK_STR(cells(&x, &v), "\"73616d65\" \"73616d65\"");
  end(&x);
}

/* optional group l (LIST) { repeated group list { optional int32 element } }: null, [], [null], [1,2] */
static void lists_empty_null_and_full(void) {
  static const uint8_t defs[] = {0, 1, 2, 3, 3}, reps[] = {0, 0, 0, 0, 1};
  fixture x;
  begin(&x);
  begin_chunk(&x, PQ_INT32, 5);
  put_levels(&x.body, reps, 5);
  put_levels(&x.body, defs, 5);
  buf_u32(&x.body, 1);
  buf_u32(&x.body, 2);
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 5);
  end_chunk(&x);
  schema_line schema[] = {{"r", -1, 0, 1, -1, 0},
                          {"l", -1, 1, 1, 3, 0},
                          {"list", -1, 2, 1, -1, 0},
                          {"element", PQ_INT32, 1, -1, -1, 0}};
  REQUIRE(open_built(&x, schema, 4, 4) == SONDE_OK);
  CHECK_STRN(x.footer.columns[0].type_text.ptr, x.footer.columns[0].type_text.len, "list<int32>");
  vec v;
  REQUIRE(read_window(&x, 0, 0, 4, &v) == SONDE_OK);
  CHECK_STR(cells(&x, &v), "null [] [null] [1,2]");
  REQUIRE(read_window(&x, 0, 2, 2, &v) == SONDE_OK);
  CHECK_STR(cells(&x, &v), "[null] [1,2]");
  end(&x);
}

/* Dremel's own example (figure 2), without its Links: DocId; repeated group Name { repeated group Language { Code; optional
 * Country }; optional Url }. */
static void dremels_example(void) {
  static const uint8_t code_reps[] = {0, 2, 1, 1, 0}, code_defs[] = {2, 2, 1, 2, 1};
  static const uint8_t country_defs[] = {3, 2, 1, 3, 1};
  static const uint8_t url_reps[] = {0, 1, 1, 0}, url_defs[] = {2, 2, 1, 2};
  fixture x;
  begin(&x);
  begin_chunk(&x, PQ_BYTE_ARRAY, 5);
  put_levels(&x.body, code_reps, 5);
  put_levels(&x.body, code_defs, 5);
  put_word(&x.body, "en-us");
  put_word(&x.body, "en");
  put_word(&x.body, "en-gb");
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 5);
  end_chunk(&x);
  begin_chunk(&x, PQ_BYTE_ARRAY, 5);
  put_levels(&x.body, code_reps, 5);
  put_levels(&x.body, country_defs, 5);
  put_word(&x.body, "us");
  put_word(&x.body, "gb");
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 5);
  end_chunk(&x);
  begin_chunk(&x, PQ_BYTE_ARRAY, 4);
  put_levels(&x.body, url_reps, 4);
  put_levels(&x.body, url_defs, 4);
  put_word(&x.body, "A");
  put_word(&x.body, "B");
  put_word(&x.body, "C");
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 4);
  end_chunk(&x);
  schema_line schema[] = {{"doc", -1, 0, 1, -1, 0},
                          {"Name", -1, 2, 2, -1, 0},
                          {"Language", -1, 2, 2, -1, 0},
                          {"Code", PQ_BYTE_ARRAY, 0, -1, 0, 0},
                          {"Country", PQ_BYTE_ARRAY, 1, -1, 0, 0},
                          {"Url", PQ_BYTE_ARRAY, 1, -1, 0, 0}};
  REQUIRE(open_built(&x, schema, 6, 2) == SONDE_OK);
  vec v;
  REQUIRE(read_window(&x, 0, 0, 2, &v) == SONDE_OK);
  CHECK_STR(cells(&x, &v),
            "[{\"Language\":[{\"Code\":\"en-us\",\"Country\":\"us\"},{\"Code\":\"en\",\"Country\":null}],"
            "\"Url\":\"A\"},{\"Language\":[],\"Url\":\"B\"},"
            "{\"Language\":[{\"Code\":\"en-gb\",\"Country\":\"gb\"}],\"Url\":null}] "
            "[{\"Language\":[],\"Url\":\"C\"}]");
  end(&x);
}

/* What LogicalTypes.md says about old writers: the repeated group is the element, or a wrapper around it. */
static void list_spellings(void) {
  static const struct {
    schema_line repeated, inner[2];
    size_t n_inner;
    const char *text;
  } cases[] = {
      {{"list", -1, 2, 1, -1, 0}, {{"element", PQ_INT32, 1, -1, -1, 0}}, 1, "list<int32>"},
      {{"element", PQ_INT32, 2, -1, -1, 0}, {{0}}, 0, "list<int32>"},
      {{"array", -1, 2, 1, -1, 0}, {{"a", PQ_INT32, 0, -1, -1, 0}}, 1, "list<struct<a: int32>>"},
      {{"l_tuple", -1, 2, 1, -1, 0}, {{"a", PQ_INT32, 0, -1, -1, 0}}, 1, "list<struct<a: int32>>"},
      {{"bag", -1, 2, 1, -1, 0}, {{"a", PQ_INT32, 2, -1, -1, 0}}, 1, "list<struct<a: list<int32>>>"},
      {{"e", -1, 2, 2, -1, 0},
       {{"a", PQ_INT32, 0, -1, -1, 0}, {"b", PQ_DOUBLE, 0, -1, -1, 0}},
       2,
       "list<struct<a: int32, b: double>>"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fixture x;
    begin(&x);
    schema_line schema[5] = {{"r", -1, 0, 1, -1, 0}, {"l", -1, 1, 1, 3, 0}, cases[i].repeated};
    for (size_t k = 0; k < cases[i].n_inner; k++) schema[3 + k] = cases[i].inner[k];
    size_t leaves = cases[i].n_inner ? cases[i].n_inner : 1;
    for (size_t k = 0; k < leaves; k++) {
      begin_chunk(&x, PQ_INT32, 0);
      end_chunk(&x);
    }
    REQUIRE(open_built(&x, schema, 3 + cases[i].n_inner, 0) == SONDE_OK);
    sonde_str text = x.footer.columns[0].type_text;
    CHECK_STRN(text.ptr, text.len, cases[i].text);
    end(&x);
  }
}

static void fewer_rows_than_promised(void) {
  fixture x;
  begin(&x);
  begin_chunk(&x, PQ_INT32, 3);
  for (uint32_t i = 0; i < 2; i++) buf_u32(&x.body, i);
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 2);
  end_chunk(&x);
  schema_line schema[] = {{"r", -1, 0, 1, -1, 0}, {"n", PQ_INT32, 0, -1, -1, 0}};
  REQUIRE(open_built(&x, schema, 2, 3) == SONDE_OK);
  vec v;
  CHECK_EQ_INT(read_window(&x, 0, 0, 3, &v), SONDE_CORRUPT);
  CHECK_EQ_INT(read_window(&x, 0, 0, 2, &v), SONDE_OK);
  end(&x);
}

/* Only the first page's bytes are at hand: its rows can be read, for others the place of the next bytes is named. */
static void missing_bytes_are_asked_for(void) {
  fixture x;
  begin(&x);
  begin_chunk(&x, PQ_INT64, 4);
  buf_u64(&x.body, 7);
  buf_u64(&x.body, 8);
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 2);
  uint64_t second = x.file.len;
  buf_u64(&x.body, 9);
  buf_u64(&x.body, 10);
  end_page(&x, PAGE_DATA, ENCODING_PLAIN, 2);
  end_chunk(&x);
  schema_line schema[] = {{"r", -1, 0, 1, -1, 0}, {"n", PQ_INT64, 0, -1, -1, 0}};
  REQUIRE(open_built(&x, schema, 2, 4) == SONDE_OK);
  pq_piece p;
  pq_range more;
  vec v;
  pq_span first = {{4, second - 4}, x.file.data + 4};
  REQUIRE(pq_piece_of(&x.footer, 0, 0, &x.memory, &p, &x.err) == SONDE_OK);
  CHECK_EQ_INT(pq_read(&p, NULL, &first, 1, 0, 2, &x.memory, &x.memory, &v, &more, &x.err), SONDE_OK);
  CHECK_EQ_UINT(more.length, 0);
  CHECK_STR(cells(&x, &v), "7 8");
  CHECK_EQ_INT(pq_read(&p, NULL, &first, 1, 1, 2, &x.memory, &x.memory, &v, &more, &x.err), SONDE_OK);
  CHECK_EQ_UINT(more.offset, second);
  CHECK(more.length > 0);
  end(&x);
}

/* parquet.thrift has eight of them; a file with another is damaged, not of a kind that could be saved otherwise. */
static void a_type_that_there_is_not_is_damage(void) {
  sonde_error err = {0};
  pq_node leaf = {0};
  pq_element e = {.name = {"n", 1}, .physical = PQ_FIXED + 1};
  CHECK_EQ_INT(pq_leaf_type(&e, &leaf, &err), SONDE_CORRUPT);
  CHECK(strstr(err.message, "\"n\" has the physical type 8"));
}

static void tails(void) {
  pq_range r;
  sonde_error err = {0};
  CHECK_EQ_INT(pq_tail((const uint8_t *)"\4\0\0\0PAR1", 8, 100, &r, &err), SONDE_OK);
  CHECK_EQ_UINT(r.offset, 88);
  CHECK_EQ_INT(pq_tail((const uint8_t *)"\4\0\0\0PARE", 8, 100, &r, &err), SONDE_UNSUPPORTED);
  CHECK(strstr(err.message, "encrypted") != NULL);
  CHECK_EQ_INT(pq_tail((const uint8_t *)"\4\0\0\0PAR2", 8, 100, &r, &err), SONDE_CORRUPT);
  CHECK_EQ_INT(pq_tail((const uint8_t *)"\xFF\0\0\0PAR1", 8, 100, &r, &err), SONDE_CORRUPT);
  CHECK_EQ_INT(pq_tail((const uint8_t *)"PAR1", 4, 4, &r, &err), SONDE_CORRUPT);
}

int main(void) {
  RUN(required_ints_in_two_pages);
  RUN(optional_words_from_a_dictionary);
  RUN(a_chunk_that_leaves_its_dictionary_is_text);
  RUN(a_dictionary_with_a_word_twice_is_text);
  RUN(lists_empty_null_and_full);
  RUN(dremels_example);
  RUN(list_spellings);
  RUN(fewer_rows_than_promised);
  RUN(missing_bytes_are_asked_for);
  RUN(a_type_that_there_is_not_is_damage);
  RUN(tails);
  return check_report();
}
