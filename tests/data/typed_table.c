/* typed_table: writes a table of random values, a column of every type, and prints what it holds:
 *   typed_table arrow|arrow-stream|csv FILE [--seed N] [--batches N] [--rows N] [--zstd]
 * One line of JSON a row: the cells as strings, each the cell's own JSON (column/value_format.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/random_vec.h"
#include "base/json.h"
#include "column/value_format.h"
#include "format/arrow/write.h"
#include "format/csv/write.h"

typedef struct {
  const char *format;
  uint64_t seed, batches, rows;
  uint8_t codec;
  shape shapes[RANDOM_COLUMNS];
  vec vecs[RANDOM_COLUMNS];
  mem mem;
  arena memory;
  buf out, cell;
  FILE *file;
} state;

static void must(sonde_code code, const sonde_error *err) {
  if (code == SONDE_OK) return;
  fprintf(stderr, "%s\n", err->message);
  exit(1);
}

static void flush(state *s, FILE *to) {
  sonde_error err = {0};
  must(buf_status(&s->out, &err), &err);
  if (fwrite(s->out.data, 1, s->out.len, to) != s->out.len) exit(2);
  buf_clear(&s->out);
}

static void print_rows(state *s) {
  for (uint32_t r = 0; r < s->rows; r++) {
    for (uint32_t i = 0; i < RANDOM_COLUMNS; i++) {
      buf_u8(&s->out, i ? ',' : '[');
      buf_clear(&s->cell);
      cell_json(&s->cell, &s->vecs[i], r);
      json_put_str(&s->out, (sonde_str){(const char *)s->cell.data, s->cell.len});
    }
    buf_put(&s->out, "]\n", 2);
  }
  flush(s, stdout);
}

static void make_batch(state *s, random_state *random) {
  arena_reset(&s->memory);
  for (uint32_t i = 0; i < RANDOM_COLUMNS; i++)
    s->vecs[i] = random_vec(random, &s->shapes[i], (uint32_t)s->rows, true, &s->memory);
}

static void write_arrow(state *s, random_state *random) {
  sonde_error err = {0};
  arrow_writer w;
  arrow_write_options o = {.codec = s->codec, .stream = strcmp(s->format, "arrow-stream") == 0};
  must(arrow_writer_begin(&w, s->shapes, RANDOM_COLUMNS, &o, &s->mem, &s->out, &err), &err);
  flush(s, s->file);
  for (uint64_t b = 0; b < s->batches; b++) {
    uint32_t metadata;
    make_batch(s, random);
    must(arrow_write_batch(s->shapes, RANDOM_COLUMNS, s->vecs, (uint32_t)s->rows, &o, &s->mem, &s->out,
                           &metadata, &err),
         &err);
    must(arrow_writer_add(&w, s->out.len, metadata, &err), &err);
    flush(s, s->file);
    print_rows(s);
  }
  must(arrow_writer_end(&w, &s->out, &err), &err);
  flush(s, s->file);
  arrow_writer_free(&w);
}

static void write_csv(state *s, random_state *random) {
  sonde_error err = {0};
  csv_write_options o = csv_write_defaults();
  must(csv_write_head(s->shapes, RANDOM_COLUMNS, &o, &s->out, &err), &err);
  for (uint64_t b = 0; b < s->batches; b++) {
    make_batch(s, random);
    must(csv_write_rows(s->shapes, RANDOM_COLUMNS, s->vecs, (uint32_t)s->rows, &o, &s->mem, &s->out, &err),
         &err);
    flush(s, s->file);
    print_rows(s);
  }
  flush(s, s->file);
}

static void read_options(state *s, int argc, char **argv) {
  for (int i = 3; i < argc; i++) {
    if (strcmp(argv[i], "--zstd") == 0) s->codec = BLOCK_ZSTD;
    uint64_t *number = strcmp(argv[i], "--seed") == 0      ? &s->seed
                       : strcmp(argv[i], "--batches") == 0 ? &s->batches
                       : strcmp(argv[i], "--rows") == 0    ? &s->rows
                                                           : NULL;
    if (number && i + 1 < argc) *number = strtoull(argv[++i], NULL, 10);
  }
}

int main(int argc, char **argv) {
  static state s = {.seed = 1, .batches = 2, .rows = 100};
  if (argc < 3 || !(s.file = fopen(argv[2], "wb"))) {
    fprintf(stderr,
            "usage: typed_table arrow|arrow-stream|csv FILE [--seed N] [--batches N] [--rows N] [--zstd]\n");
    return 2;
  }
  s.format = argv[1];
  read_options(&s, argc, argv);
  mem_init(&s.mem, (uint64_t)1 << 31, NULL, NULL);
  arena_init(&s.memory, &s.mem);
  buf_init(&s.out, &s.mem, SIZE_MAX / 4);
  buf_init(&s.cell, &s.mem, SIZE_MAX / 4);
  for (uint32_t i = 0; i < RANDOM_COLUMNS; i++) s.shapes[i] = *random_shape(i);
  random_state random = {s.seed};
  if (strcmp(s.format, "csv") == 0)
    write_csv(&s, &random);
  else
    write_arrow(&s, &random);
  buf_free(&s.out);
  buf_free(&s.cell);
  arena_free(&s.memory);
  return fclose(s.file) == 0 ? 0 : 2;
}
