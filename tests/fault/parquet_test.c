/* Reading a Parquet file with the allocation at step k failing, for every k: a clean error each time, nothing leaked, and the right
 * answer once nothing fails. */
#include <stdlib.h>

#include "../unit/check.h"
#include "../unit/parquet_build.h"
#include "column/value_format.h"
#include "format/parquet/parquet.h"

typedef struct {
  uint64_t held, calls, fail_at; /* fail_at 0: never */
} heap;

static void *resize(void *user, void *ptr, size_t old_size, size_t new_size) {
  heap *h = user;
  if (new_size == 0) {
    h->held -= old_size;
    free(ptr);
    return NULL;
  }
  if (h->fail_at && ++h->calls >= h->fail_at) return NULL;
  void *moved = realloc(ptr, new_size);
  if (moved) h->held += new_size - old_size;
  return moved;
}

/* One column of lists of words from a dictionary, one of whole numbers. */
static void build_file(buf *file, mem *m) {
  static const uint8_t defs[] = {0, 1, 2, 3, 3}, reps[] = {0, 0, 0, 0, 1};
  built_chunk chunks[2] = {{PQ_BYTE_ARRAY, 5, 4, 0, 0}, {PQ_INT64, 4, 0, 0, 0}};
  buf body;
  buf_init(&body, m, 1 << 16);
  buf_put(file, "PAR1", 4);
  buf_put(&body, "\2\0\0\0ab\3\0\0\0cde", 13);
  put_page(file, PAGE_DICTIONARY, ENCODING_PLAIN, 2, &body);
  chunks[0].data_at = (int64_t)file->len;
  buf_clear(&body);
  put_levels(&body, reps, 5);
  put_levels(&body, defs, 5);
  buf_put(&body, "\1\3\2", 3);
  put_page(file, PAGE_DATA, ENCODING_RLE_DICTIONARY, 5, &body);
  chunks[0].end = chunks[1].at = chunks[1].data_at = (int64_t)file->len;
  buf_clear(&body);
  for (uint64_t i = 0; i < 4; i++) buf_u64(&body, i);
  put_page(file, PAGE_DATA, ENCODING_PLAIN, 4, &body);
  chunks[1].end = (int64_t)file->len;
  schema_line schema[] = {{"r", -1, 0, 2, -1, 0},
                          {"l", -1, 1, 1, 3, 0},
                          {"list", -1, 2, 1, -1, 0},
                          {"element", PQ_BYTE_ARRAY, 1, -1, 0, 0},
                          {"n", PQ_INT64, 0, -1, -1, 0}};
  put_footer(file, schema, 5, 4, chunks, 2);
  buf_free(&body);
}

static sonde_code read_column(const pq_file *f, const pq_span *all, uint32_t c, uint64_t first, uint32_t n,
                              arena *memory, arena *scratch, buf *out, sonde_error *err) {
  pq_piece p;
  pq_range more;
  vec v;
  const pq_leaf_pages *index;
  SONDE_TRY(pq_piece_of(f, 0, c, memory, &p, err));
  SONDE_TRY(pq_read_page_index(&p, all, 1, memory, &index, err));
  SONDE_TRY(pq_read(&p, index, all, 1, first, n, memory, scratch, &v, &more, err));
  for (uint32_t r = 0; r < v.rows; r++) cell_json(out, &v, r);
  return buf_status(out, err);
}

static sonde_code whole_life(mem *m, heap *h, const buf *file, buf *out, sonde_error *err) {
  arena memory, scratch;
  pq_range r;
  pq_file f;
  mem_init(m, 1 << 24, resize, h);
  arena_init(&memory, m);
  arena_init(&scratch, m);
  buf_init(out, m, 1 << 16);
  pq_span all = {{0, file->len}, file->data};
  sonde_code code = pq_tail(file->data, file->len, file->len, &r, err);
  if (!code) code = pq_footer(file->data + r.offset, (size_t)r.length, file->len, &memory, &f, err);
  for (uint32_t c = 0; !code && c < 2; c++) {
    code = read_column(&f, &all, c, 0, 4, &memory, &scratch, out, err);
    if (!code) code = read_column(&f, &all, c, 2, 2, &memory, &scratch, out, err);
  }
  arena_free(&memory);
  arena_free(&scratch);
  return code;
}

static void every_allocation_may_fail(void) {
  mem m, faulty;
  buf file, out;
  sonde_error err = {0};
  heap h = {0};
  mem_init(&m, 1 << 24, NULL, NULL);
  buf_init(&file, &m, 1 << 16);
  build_file(&file, &m);
  REQUIRE(whole_life(&faulty, &h, &file, &out, &err) == SONDE_OK);
  CHECK_STRN((const char *)out.data, out.len, "null[][null][\"ab\",\"cde\"][null][\"ab\",\"cde\"]012323");
  buf_free(&out);
  sonde_code code = SONDE_NOMEM;
  uint64_t k = 1;
  for (; code != SONDE_OK && k < 1000; k++) {
    h = (heap){.fail_at = k};
    err = (sonde_error){0};
    code = whole_life(&faulty, &h, &file, &out, &err);
    if (code) CHECK(code == SONDE_NOMEM && err.message[0]);
    buf_free(&out);
    CHECK_EQ_UINT(h.held, 0);
  }
  CHECK(code == SONDE_OK && k > 5);
  buf_free(&file);
}

int main(void) {
  RUN(every_allocation_may_fail);
  return check_report();
}
