/* Writing Arrow and CSV, and reading Arrow, with the allocation at step k failing, for every k: a clean error each time, nothing
 * leaked, and the right answer once nothing fails. */
#include <stdlib.h>

#include "../unit/arrow_table.h"
#include "../unit/check.h"
#include "../unit/host.h"
#include "../unit/random_vec.h"
#include "format/csv/write.h"

enum { ROWS = 40, COLUMNS = RANDOM_COLUMNS };

typedef struct {
  mem mem;
  arena memory;
  shape shapes[COLUMNS];
  vec vecs[COLUMNS];
} table;

typedef sonde_code whole_life(const table *, mem *, buf *out, sonde_error *);

static void make_table(table *t) {
  random_state r = {20261121};
  mem_init(&t->mem, 1 << 26, NULL, NULL);
  arena_init(&t->memory, &t->mem);
  for (uint32_t i = 0; i < COLUMNS; i++) {
    t->shapes[i] = *random_shape(i);
    t->vecs[i] = random_vec(&r, &t->shapes[i], ROWS, true, &t->memory);
  }
}

static sonde_code write_csv(const table *t, mem *m, buf *out, sonde_error *err) {
  csv_write_options o = csv_write_defaults();
  SONDE_TRY(csv_write_head(t->shapes, COLUMNS, &o, out, err));
  return csv_write_rows(t->shapes, COLUMNS, t->vecs, ROWS, &o, m, out, err);
}

static sonde_code write_arrow(const table *t, mem *m, buf *out, sonde_error *err) {
  return write_table(t->shapes, COLUMNS, t->vecs, ROWS, 3, &(arrow_write_options){.codec = BLOCK_ZSTD}, m,
                     out, err);
}

static sonde_code read_arrow(const table *t, mem *m, buf *out, sonde_error *err) {
  mem plenty;
  buf file;
  arrow_table read;
  arena memory, scratch;
  mem_init(&plenty, 1 << 26, NULL, NULL);
  buf_init(&file, &plenty, 1 << 26);
  arena_init(&memory, m);
  arena_init(&scratch, m);
  sonde_code code = write_arrow(t, &plenty, &file, err);
  if (!code) code = read_file(file.data, file.len, &read, &memory, &scratch, out, err);
  arena_free(&memory);
  arena_free(&scratch);
  buf_free(&file);
  return code;
}

static void sweep(whole_life *run) {
  table t;
  mem m;
  buf out, expected;
  heap h = {0};
  sonde_error err = {0};
  sonde_code code = SONDE_NOMEM;
  make_table(&t);
  buf_init(&expected, &t.mem, 1 << 26);
  CHECK(run(&t, &t.mem, &expected, &err) == SONDE_OK);
  uint64_t k = 1;
  for (; code != SONDE_OK && k < 2000; k++) {
    h = (heap){.fail_at = k};
    err = (sonde_error){0};
    mem_init(&m, 1 << 26, heap_resize, &h);
    buf_init(&out, &m, 1 << 26);
    code = run(&t, &m, &out, &err);
    if (code) CHECK(code == SONDE_NOMEM && err.message[0]);
    if (!code) CHECK_BYTES(out.data, out.len, expected.data, expected.len);
    buf_free(&out);
    CHECK_EQ_UINT(h.held, 0);
  }
  CHECK(code == SONDE_OK && k > 5);
  buf_free(&expected);
  arena_free(&t.memory);
}

static void csv_is_written_or_fails_cleanly(void) { sweep(write_csv); }
static void arrow_is_written_or_fails_cleanly(void) { sweep(write_arrow); }
static void arrow_is_read_or_fails_cleanly(void) { sweep(read_arrow); }

int main(void) {
  RUN(csv_is_written_or_fails_cleanly);
  RUN(arrow_is_written_or_fails_cleanly);
  RUN(arrow_is_read_or_fails_cleanly);
  return check_report();
}
