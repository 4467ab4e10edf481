/* What is written reads back as it was: every type and form, nulls, many pages and groups, nested values; and what the file says
 * about its values holds. The golden test beside holds the same files against independent readers. */
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
  return pq_read(&out->piece, out->index, &all, 1, 0, (uint32_t)out->piece.rows, &x->memory, &x->memory, &out->rows,
                 &more, &x->err);
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

int main(void) {
  RUN(random_columns_come_back);
  return check_report();
}
