/* Any bytes, any dialect: the index, the way row by row and the reading of values find the same rows, whole or cut in two; nothing
 * crashes. */
// replay: csv bad/duckdb-csv-fuzz bad/duckdb-csv-bad bad/arrow-fuzz-csv
#include <stdlib.h>

#include "../unit/csv_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static csv_dialect pick(const uint8_t *b) {
  static const uint8_t delimiters[] = {',', ';', '\t', 0}, quotes[] = {'"', '\'', 0, '"'},
                       escapes[] = {0, '\\', 0, '"'};
  return (csv_dialect){.encoding = b[0] & 3,
                       .newline = b[0] >> 2 & 3,
                       .delimiter = delimiters[b[0] >> 4 & 3],
                       .quote = quotes[b[0] >> 6],
                       .escape = escapes[b[1] & 3],
                       .comment = b[1] & 4 ? '#' : 0,
                       .decimal = '.',
                       .columns = (b[1] >> 3 & 7) + 1u};
}

static uint32_t count(const csv_dialect *d, csv_span span, uint64_t end, uint64_t from, arena *a,
                      uint64_t *next) {
  csv_index x;
  bool more;
  sonde_error err;
  if (csv_index_block(d, span, end, from, a, a, &x, &more, &err) != SONDE_OK) abort();
  require(!more && x.row_begin <= x.next_begin && x.next_begin <= span.offset + span.len);
  require(csv_walk_finds(d, span, end, &x, a));
  *next = x.next_begin;
  return x.rows;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || size > 100000) return 0;
  csv_dialect d = pick(data);
  mem m;
  mem_init(&m, (uint64_t)1 << 30, NULL, NULL);
  arena scratch = {.mem = &m}, keep = {.mem = &m};
  chunk into = {.memory = {.mem = &m}};
  csv_span span = {data + 2, size - 2, 0, true};
  uint64_t middle = (size - 2) / 2 & ~(size_t)1, next, end;
  uint32_t rows = count(&d, span, UINT64_MAX, 0, &scratch, &end);
  uint32_t first = count(&d, span, middle, 0, &scratch, &next), rest = 0;
  if (next < size - 2) rest = count(&d, span, UINT64_MAX, next, &scratch, &end);
  require(first + rest == rows);
  csv_plan plan[8] = {{0}};
  for (uint32_t c = 0; c < d.columns; c++) {
    plan[c].mode = CSV_INFER;
    csv_seen_init(&plan[c].seen);
  }
  csv_rows out;
  sonde_error err;
  csv_want want = {.rows = rows + 1, .field_max = 1000, .stats = true};
  if (csv_read(&d, span, want, plan, &into, &keep, &scratch, &out, &err) == SONDE_OK)
    require(out.rows == rows);
  arena_free(&into.memory);
  arena_free(&keep);
  arena_free(&scratch);
  require(m.used == 0);
  return 0;
}
