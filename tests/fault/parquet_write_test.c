/* Writing a Parquet file with the allocation at step k failing, for every k: a clean error each time, nothing leaked, and the same
 * file once nothing fails. */
#include <stdlib.h>

#include "../unit/check.h"
#include "../unit/parquet_random.h"
#include "format/parquet/write.h"

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

typedef struct {
  shape columns[2];
  vec vecs[2];
  uint32_t rows;
} table;

static sonde_code write_groups(pq_writer *w, const table *t, uint8_t codec, mem *m, buf *file, buf *about,
                               sonde_error *err) {
  pq_write_options o = pq_write_defaults();
  o.codec = codec;
  o.page_rows = 100;
  pq_writer_begin(w, file);
  for (uint32_t g = 0; g < 2; g++) {
    size_t before = file->len;
    buf_clear(about);
    SONDE_TRY(pq_write_group(t->columns, 2, t->vecs, t->rows, &o, m, file, about, err));
    SONDE_TRY(pq_writer_add(w, about->data, about->len, file->len - before, err));
  }
  return pq_writer_end(w, file, err);
}

/* The file stays in `file`. */
static sonde_code whole_life(const table *t, uint8_t codec, heap *h, mem *m, buf *file, sonde_error *err) {
  buf about;
  pq_writer w;
  mem_init(m, 1 << 26, resize, h);
  buf_init(file, m, 1 << 24);
  buf_init(&about, m, 1 << 24);
  pq_writer_init(&w, t->columns, 2, m);
  sonde_code code = write_groups(&w, t, codec, m, file, &about, err);
  pq_writer_free(&w);
  buf_free(&about);
  return code;
}

static void check_table(const table *t, uint8_t codec) {
  mem m;
  buf whole, file;
  sonde_error err = {0};
  heap plain = {0}, h;
  mem kept;
  REQUIRE(whole_life(t, codec, &plain, &kept, &whole, &err) == SONDE_OK);
  sonde_code code = SONDE_NOMEM;
  uint64_t k = 1;
  for (; code != SONDE_OK && k < 2000; k++) {
    h = (heap){.fail_at = k};
    err = (sonde_error){0};
    code = whole_life(t, codec, &h, &m, &file, &err);
    if (code)
      CHECK(code == SONDE_NOMEM && err.message[0]);
    else
      CHECK_BYTES(file.data, file.len, whole.data, whole.len);
    buf_free(&file);
    CHECK_EQ_UINT(h.held, 0);
  }
  CHECK(code == SONDE_OK && k > 10);
  buf_free(&whole);
}

static void every_allocation_may_fail(void) {
  static const uint8_t codecs[] = {BLOCK_PLAIN, BLOCK_SNAPPY, BLOCK_ZSTD};
  for (uint32_t seed = 0; seed < 24; seed++) {
    mem m;
    arena memory;
    mem_init(&m, 1 << 28, NULL, NULL);
    arena_init(&memory, &m);
    maker make = {{seed}, &memory};
    table t = {.rows = 250};
    for (uint32_t i = 0; i < 2; i++) {
      t.columns[i] = make_shape(&make, 3);
      t.vecs[i] = make_vec(&make, &t.columns[i], t.rows, false);
    }
    check_table(&t, codecs[seed % 3]);
    arena_free(&memory);
  }
}

/* Nested values that come as JSON are taken apart in memory as well. */
static void json_may_fail(void) {
  static const char text[] = "[{\"a\":[1.5,null]},{\"b\":[]}]";
  shape d = shape_of("d", TYPE_DECIMAL, 1, 0, NULL), list = shape_of("l", TYPE_LIST, 0, 1, &d);
  shape key = shape_of("k", TYPE_TEXT, 0, 0, NULL), entry[] = {key, list},
        map = shape_of("m", TYPE_MAP, 0, 2, entry);
  uint32_t offsets[] = {0, sizeof text - 1};
  table t = {.columns = {shape_of("c", TYPE_LIST, 0, 1, &map), d}, .rows = 1};
  t.vecs[0] = (vec){.type = {TYPE_LIST, 0}, .form = VEC_TEXT, .rows = 1, .offsets = offsets, .bytes = text};
  t.vecs[1] = (vec){.type = d.type, .form = VEC_NULL, .rows = 1, .nulls = 1};
  check_table(&t, BLOCK_PLAIN);
}

int main(void) {
  RUN(every_allocation_may_fail);
  RUN(json_may_fail);
  return check_report();
}
