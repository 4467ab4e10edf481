/* Any bytes as a file, every column read: whole, a window by the page index, a window by page headers. Values are looked at
 * through JSON and a page block, so that a vec which points outside of itself is seen. */
// replay: parquet bad/arrow-fuzz-parquet bad/duckdb-parquet bad/misc-parquet bad/parquet-go bad/parquet-testing
#include "format/parquet/parquet.h"

#include <stdlib.h>
#include <string.h>

#include "column/page.h"
#include "column/value_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PIECES_MAX = 200, ROWS_SHOWN = 50 };

static void require(bool holds) {
  if (!holds) abort();
}

static void show(const vec *v, mem *m) {
  buf b;
  page_cell cells[ROWS_SHOWN];
  uint32_t n = v->rows < ROWS_SHOWN ? v->rows : ROWS_SHOWN;
  buf_init(&b, m, 1 << 24);
  for (uint32_t i = 0; i < n; i++) cell_json(&b, v, i);
  for (uint32_t i = 0; i < n; i++) cell_json(&b, v, v->rows - 1 - i);
  buf_clear(&b);
  for (uint32_t i = 0; i < n; i++) cells[i] = (page_cell){v, i};
  page_begin(&b, 1, n, 0, NULL);
  page_column(&b, 0, 0, v->type, cells);
  if (!b.failed) {
    arena a;
    page_view view;
    sonde_error err = {0};
    arena_init(&a, m);
    sonde_code code = page_open(b.data, b.len, &a, &view, &err);
    require(code == SONDE_OK || code == SONDE_LIMIT);
    arena_free(&a);
  }
  buf_free(&b);
}

static void read_rows(const pq_piece *p, const pq_leaf_pages *index, const pq_span *all, uint64_t first,
                      uint32_t n, mem *m) {
  arena memory, scratch;
  sonde_error err = {0};
  pq_range more, *ranges;
  uint32_t n_ranges;
  vec v;
  arena_init(&memory, m);
  arena_init(&scratch, m);
  if (pq_ranges(p, index, first, n, &scratch, &ranges, &n_ranges, &err) == SONDE_OK) {
    sonde_code code = pq_read(p, index, all, 1, first, n, &memory, &scratch, &v, &more, &err);
    require(code == SONDE_OK || err.message[0]);
    arena_free(&scratch);
    if (code == SONDE_OK && more.length == 0) {
      require(v.rows == n);
      show(&v, m);
    }
  }
  arena_free(&scratch);
  arena_free(&memory);
}

static void read_column(const pq_file *f, const pq_span *all, uint32_t g, uint32_t c, mem *m) {
  arena memory;
  sonde_error err = {0};
  pq_piece p;
  const pq_leaf_pages *index = NULL;
  arena_init(&memory, m);
  if (pq_piece_of(f, g, c, &memory, &p, &err) == SONDE_OK) {
    read_rows(&p, NULL, all, 0, (uint32_t)p.rows, m);
    if (pq_read_page_index(&p, all, 1, &memory, &index, &err)) index = NULL;
    uint32_t n = p.rows < 5 ? (uint32_t)p.rows : 5;
    read_rows(&p, index, all, p.rows - n, n, m);
    read_rows(&p, NULL, all, p.rows / 2, p.rows / 2 + n > p.rows ? 0 : n, m);
  }
  arena_free(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mem m;
  arena memory;
  pq_range r;
  pq_file f;
  sonde_error err = {0};
  mem_init(&m, 64 << 20, NULL, NULL);
  arena_init(&memory, &m);
  size_t n = size < PQ_TAIL_BYTES ? size : PQ_TAIL_BYTES;
  pq_span all = {{0, size}, data};
  if (pq_tail(data + size - n, n, size, &r, &err) == SONDE_OK &&
      pq_footer(data + r.offset, (size_t)r.length, size, &memory, &f, &err) == SONDE_OK) {
    uint32_t pieces = 0;
    for (uint32_t g = 0; g < f.n_groups; g++)
      for (uint32_t c = 0; c < f.n_columns && pieces++ < PIECES_MAX; c++) read_column(&f, &all, g, c, &m);
  }
  arena_free(&memory);
  require(m.used == 0);
  return 0;
}
