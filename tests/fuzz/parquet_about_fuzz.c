/* Any bytes as the description of a row group: refused, or a file's end is written that our reader takes or refuses cleanly. */
#include "format/parquet/parquet.h"
#include "format/parquet/write.h"

#include <stdbool.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void read_back(const buf *file, arena *memory) {
  sonde_error err = {0};
  pq_range r;
  pq_file f;
  sonde_code code = pq_tail(file->data, file->len, file->len, &r, &err);
  require(code == SONDE_OK);
  code = pq_footer(file->data + r.offset, (size_t)r.length, file->len, memory, &f, &err);
  require(code == SONDE_OK || err.message[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const shape columns[] = {{{"a", 1}, {TYPE_INT64, 0}, 0, NULL, {0}},
                                  {{"b", 1}, {TYPE_TEXT, 0}, 0, NULL, {0}}};
  sonde_error err = {0};
  mem m;
  arena memory;
  buf file;
  pq_writer w;
  mem_init(&m, 64 << 20, NULL, NULL);
  arena_init(&memory, &m);
  buf_init(&file, &m, 32 << 20);
  uint32_t n = size > 0 && data[0] & 1 ? 1 : 2;
  pq_writer_init(&w, columns, n, &m);
  pq_writer_begin(&w, &file);
  sonde_code code = size > 0 ? pq_writer_add(&w, data + 1, size - 1, size, &err) : SONDE_OK;
  if (!code) code = pq_writer_end(&w, &file, &err);
  require(code == SONDE_OK || (err.code == code && err.message[0]));
  if (!code) read_back(&file, &memory);
  pq_writer_free(&w);
  buf_free(&file);
  arena_free(&memory);
  require(m.used == 0);
  return 0;
}
