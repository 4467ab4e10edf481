/* Any bytes as the end of a file: footer, schema, pieces, their bytes and back, statistics, page index. */
// replay: parquet bad/arrow-fuzz-parquet bad/duckdb-parquet bad/misc-parquet bad/parquet-go bad/parquet-testing
#include "format/parquet/parquet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PIECES_MAX = 300 };

static void require(bool holds) {
  if (!holds) abort();
}

static void there_and_back(const pq_piece *p, arena *memory) {
  buf one, two;
  sonde_error err = {0};
  pq_piece copy;
  buf_init(&one, memory->mem, 1 << 24);
  buf_init(&two, memory->mem, 1 << 24);
  pq_piece_put(&one, p);
  if (!one.failed) {
    rd r = {.data = one.data, .len = one.len};
    sonde_code code = pq_piece_get(&r, memory, &copy, &err);
    require(code == SONDE_OK || code == SONDE_LIMIT);
    if (code == SONDE_OK) pq_piece_put(&two, &copy);
    if (code == SONDE_OK && !two.failed)
      require(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
  }
  buf_free(&one);
  buf_free(&two);
}

static void check_piece(const pq_file *f, const uint8_t *data, size_t size, uint32_t g, uint32_t c,
                        arena *memory) {
  sonde_error err = {0};
  pq_piece p;
  pq_bounds bounds;
  const pq_leaf_pages *index;
  if (pq_piece_of(f, g, c, memory, &p, &err)) {
    require(err.message[0]);
    return;
  }
  there_and_back(&p, memory);
  for (uint32_t i = 0; i < p.n_leaves; i++) {
    require(p.chunks[i].pages.offset <= size && p.chunks[i].pages.length <= size - p.chunks[i].pages.offset);
    pq_chunk_bounds(&p, i, &bounds);
    pq_may_match(p.leaves[i]->type, &bounds, &(pq_test){PQ_EQ, 1, &bounds.max});
    pq_range bloom = p.chunks[i].bloom;
    pq_bloom_may_contain(&p, i, data + bloom.offset, (size_t)bloom.length, &bounds.min, NULL);
  }
  pq_span all = {{0, size}, data};
  pq_read_page_index(&p, &all, 1, memory, &index, &err);
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
  if (pq_tail(data + size - n, n, size, &r, &err) == SONDE_OK &&
      pq_footer(data + r.offset, (size_t)r.length, size, &memory, &f, &err) == SONDE_OK) {
    uint32_t pieces = 0;
    for (uint32_t g = 0; g < f.n_groups; g++)
      for (uint32_t c = 0; c < f.n_columns && pieces++ < PIECES_MAX; c++)
        check_piece(&f, data, size, g, c, &memory);
  } else {
    require(err.message[0]);
  }
  arena_free(&memory);
  require(m.used == 0);
  return 0;
}
