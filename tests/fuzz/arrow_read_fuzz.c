/* Any bytes as an Arrow file and as a stream: refused with a reason, or read, every cell looked at, written again and read again as
 * the same cells. */
// replay: bad/arrow-fuzz-ipc
#include <stdlib.h>
#include <string.h>

#include "column/value_format.h"
#include "format/arrow/read.h"
#include "format/arrow/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS_MAX = 3000, CELLS_MAX = 1 << 20, MESSAGES_MAX = 100 };

typedef struct {
  mem mem;
  arena memory, scratch;
  arrow_table table;
  arrow_dictionaries dictionaries;
  sonde_error err;
} state;

static void require(bool holds) {
  if (!holds) abort();
}

/* Struct of nothing: it is written as its JSON, so it comes back as text. */
static bool has_empty(const shape *shapes, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    bool empty = shapes[i].type.id == TYPE_STRUCT && shapes[i].n_children == 0;
    if (empty || has_empty(shapes[i].children, shapes[i].n_children)) return true;
  }
  return false;
}

/* False: there are too many of them. */
static bool put_cells(buf *out, const vec *vecs, uint32_t n, uint32_t rows) {
  for (uint32_t r = 0; r < rows && !out->failed; r++)
    for (uint32_t i = 0; i < n; i++) cell_json(out, &vecs[i], r);
  return !out->failed;
}

static void read_again(state *s, const buf *message, uint32_t rows, const buf *cells) {
  uint32_t n;
  buf again;
  sonde_error err = {0};
  vec *vecs = calloc(s->table.n + 1, sizeof *vecs);
  buf_init(&again, &s->mem, CELLS_MAX);
  sonde_code code = arrow_read_batch(&s->table, NULL, message->data, message->len, NULL, &s->memory,
                                     &s->scratch, vecs, &n, &err);
  require(code == SONDE_OK || code == SONDE_LIMIT);
  if (code == SONDE_OK) {
    require(n == rows);
    if (put_cells(&again, vecs, s->table.n, rows))
      require(again.len == cells->len && (again.len == 0 || memcmp(again.data, cells->data, again.len) == 0));
  }
  buf_free(&again);
  free(vecs);
}

/* A table as the one that is written, which knows no dictionaries, nor the other layouts. */
static bool open_written(state *s, const arrow_write_options *o, buf *schema) {
  arrow_writer w;
  arrow_table written;
  bool fine = arrow_writer_begin(&w, s->table.shapes, s->table.n, o, &s->mem, schema, &s->err) == SONDE_OK &&
              arrow_open_stream(schema->data, schema->len, &s->memory, &written, &s->err) == SONDE_OK;
  require(fine || s->err.code == SONDE_LIMIT || s->err.code == SONDE_UNSUPPORTED);
  arrow_writer_free(&w);
  if (fine) s->table = written;
  return fine;
}

static void write_again(state *s, const vec *vecs, uint32_t rows, const buf *cells) {
  uint32_t metadata;
  buf schema, message;
  arrow_table before = s->table;
  arrow_write_options o = {.codec = rows & 1 ? BLOCK_PLAIN : BLOCK_ZSTD, .stream = true};
  buf_init(&schema, &s->mem, 1 << 24);
  buf_init(&message, &s->mem, 1 << 24);
  sonde_code code =
      arrow_write_batch(s->table.shapes, s->table.n, vecs, rows, &o, &s->mem, &message, &metadata, &s->err);
  require(code == SONDE_OK || code == SONDE_LIMIT || code == SONDE_VALUE);
  if (code == SONDE_OK && open_written(s, &o, &schema)) read_again(s, &message, rows, cells);
  s->table = before;
  buf_free(&schema);
  buf_free(&message);
}

static bool read_records(state *s, const uint8_t *bytes, size_t n) {
  uint32_t rows;
  buf cells;
  vec *vecs = calloc(s->table.n + 1, sizeof *vecs);
  buf_init(&cells, &s->mem, CELLS_MAX);
  sonde_code code = arrow_read_batch(&s->table, &s->dictionaries, bytes, n, NULL, &s->memory, &s->scratch,
                                     vecs, &rows, &s->err);
  bool seen = code == SONDE_OK && rows <= ROWS_MAX && put_cells(&cells, vecs, s->table.n, rows);
  if (seen && !has_empty(s->table.shapes, s->table.n)) write_again(s, vecs, rows, &cells);
  buf_free(&cells);
  free(vecs);
  return code == SONDE_OK;
}

static bool read_message(state *s, const uint8_t *bytes, size_t n, bool dictionary) {
  bool fine = dictionary ? arrow_read_dictionary(&s->table, bytes, n, &s->memory, &s->scratch,
                                                 &s->dictionaries, &s->err) == SONDE_OK
                         : read_records(s, bytes, n);
  if (!fine) require(s->err.message[0]);
  return fine;
}

static void read_blocks(state *s, const uint8_t *data, const arrow_block *blocks, uint32_t n,
                        bool dictionary) {
  for (uint32_t i = 0; i < n && i < MESSAGES_MAX; i++)
    read_message(s, data + blocks[i].offset, (size_t)(blocks[i].metadata_length + blocks[i].body_length),
                 dictionary);
}

static void as_file(state *s, const uint8_t *data, size_t size) {
  uint64_t offset;
  uint32_t length;
  if (arrow_tail(data, size, size, &offset, &length, &s->err) ||
      arrow_open_file(data + offset, length, size, &s->memory, &s->table, &s->err)) {
    require(s->err.message[0]);
    return;
  }
  read_blocks(s, data, s->table.dictionaries, s->table.n_dictionaries, true);
  read_blocks(s, data, s->table.batches, s->table.n_batches, false);
}

static void as_stream(state *s, const uint8_t *data, size_t size) {
  arrow_message_kind kind;
  uint64_t length;
  bool open = false;
  for (int i = 0; i < MESSAGES_MAX && size > 0; i++) {
    if (arrow_next(data, size, &kind, &length, &s->err)) return;
    if (kind == ARROW_MESSAGE_END || kind == ARROW_MESSAGE_UNKNOWN || length > size) return;
    if (!open && arrow_open_stream(data, size, &s->memory, &s->table, &s->err)) return;
    if (open && kind != ARROW_MESSAGE_SCHEMA &&
        !read_message(s, data, (size_t)length, kind == ARROW_MESSAGE_DICTIONARY))
      return;
    open = true;
    data += length;
    size -= (size_t)length;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  void (*const ways[])(state *, const uint8_t *, size_t) = {as_file, as_stream};
  for (int i = 0; i < 2; i++) {
    state s = {.table = {.n = 0}};
    mem_init(&s.mem, 64 << 20, NULL, NULL);
    arena_init(&s.memory, &s.mem);
    arena_init(&s.scratch, &s.mem);
    ways[i](&s, data, size);
    arena_free(&s.memory);
    arena_free(&s.scratch);
    require(s.mem.used == 0);
  }
  return 0;
}
