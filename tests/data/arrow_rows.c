/* arrow_rows: prints what an Arrow file or stream holds, for tests: a line with the types of its columns, then one of JSON a row:
 * the cells as strings, each the cell's own JSON (column/value_format.h).
 *   arrow_rows FILE
 * One that cannot be read: a message, exit status 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "column/value_format.h"
#include "format/arrow/read.h"

typedef struct {
  uint8_t *bytes;
  size_t size;
  mem mem;
  arena memory, scratch;
  arrow_table table;
  arrow_dictionaries dictionaries;
  buf out, cell;
} state;

static void must(sonde_code code, const sonde_error *err) {
  if (code == SONDE_OK) return;
  fprintf(stderr, "%s\n", err->message);
  exit(1);
}

static void load(state *s, const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END) != 0) exit(2);
  s->size = (size_t)ftell(f);
  rewind(f);
  s->bytes = malloc(s->size ? s->size : 1);
  if (!s->bytes || fread(s->bytes, 1, s->size, f) != s->size) exit(2);
  fclose(f);
}

static void print_types(state *s) {
  for (uint32_t i = 0; i < s->table.n; i++) {
    buf_u8(&s->out, i ? ',' : '[');
    json_put_cstr(&s->out, type_name((type_id)s->table.shapes[i].type.id));
  }
  buf_put(&s->out, "]\n", 2);
}

static void print_rows(state *s, const vec *vecs, uint32_t rows) {
  for (uint32_t r = 0; r < rows; r++) {
    for (uint32_t i = 0; i < s->table.n; i++) {
      buf_u8(&s->out, i ? ',' : '[');
      buf_clear(&s->cell);
      cell_json(&s->cell, &vecs[i], r);
      json_put_str(&s->out, (sonde_str){(const char *)s->cell.data, s->cell.len});
    }
    buf_put(&s->out, "]\n", 2);
  }
}

static void read_message(state *s, const uint8_t *bytes, size_t n, bool dictionary) {
  sonde_error err = {0};
  uint32_t rows;
  vec *vecs = calloc(s->table.n + 1, sizeof *vecs);
  if (dictionary) {
    must(arrow_read_dictionary(&s->table, bytes, n, &s->memory, &s->scratch, &s->dictionaries, &err), &err);
  } else {
    must(arrow_read_batch(&s->table, &s->dictionaries, bytes, n, NULL, &s->memory, &s->scratch, vecs, &rows,
                          &err),
         &err);
    print_rows(s, vecs, rows);
  }
  free(vecs);
}

static void read_blocks(state *s, const arrow_block *blocks, uint32_t n, bool dictionaries) {
  for (uint32_t i = 0; i < n; i++) {
    size_t length = (size_t)(blocks[i].metadata_length + blocks[i].body_length);
    read_message(s, s->bytes + blocks[i].offset, length, dictionaries);
  }
}

static void read_file(state *s) {
  sonde_error err = {0};
  uint64_t offset;
  uint32_t length;
  must(arrow_tail(s->bytes, s->size, s->size, &offset, &length, &err), &err);
  must(arrow_open_file(s->bytes + offset, length, s->size, &s->memory, &s->table, &err), &err);
  print_types(s);
  read_blocks(s, s->table.dictionaries, s->table.n_dictionaries, true);
  read_blocks(s, s->table.batches, s->table.n_batches, false);
}

static void read_stream(state *s) {
  sonde_error err = {0};
  arrow_message_kind kind = ARROW_MESSAGE_SCHEMA;
  uint64_t length = 0;
  for (size_t at = 0; at < s->size; at += (size_t)length) {
    must(arrow_next(s->bytes + at, s->size - at, &kind, &length, &err), &err);
    if (kind == ARROW_MESSAGE_END) return;
    if (kind == ARROW_MESSAGE_UNKNOWN || length > s->size - at) {
      fprintf(stderr, "the stream ends early\n");
      exit(1);
    }
    if (kind == ARROW_MESSAGE_SCHEMA) {
      must(arrow_open_stream(s->bytes + at, (size_t)length, &s->memory, &s->table, &err), &err);
      print_types(s);
    } else {
      read_message(s, s->bytes + at, (size_t)length, kind == ARROW_MESSAGE_DICTIONARY);
    }
  }
}

int main(int argc, char **argv) {
  static state s;
  if (argc != 2) return 2;
  load(&s, argv[1]);
  mem_init(&s.mem, (uint64_t)1 << 31, NULL, NULL);
  arena_init(&s.memory, &s.mem);
  arena_init(&s.scratch, &s.mem);
  buf_init(&s.out, &s.mem, SIZE_MAX / 4);
  buf_init(&s.cell, &s.mem, SIZE_MAX / 4);
  if (s.size >= 6 && memcmp(s.bytes, "ARROW1", 6) == 0)
    read_file(&s);
  else
    read_stream(&s);
  fwrite(s.out.data, 1, s.out.len, stdout);
  buf_free(&s.out);
  buf_free(&s.cell);
  arena_free(&s.memory);
  arena_free(&s.scratch);
  free(s.bytes);
  return 0;
}
