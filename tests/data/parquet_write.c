/* parquet_write: writes a Parquet file of given values, for tests that read it with others' readers:
 *   parquet_write IN OUT [--codec none|snappy|zstd] [--group-rows N] [--page-rows N] [--no-dictionary]
 * IN: a line {"columns":[{"name","type","scale","children":[…]},…]}, then a line for each row: an object, as cell_json writes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "format/parquet/write.h"
#include "format/parquet/write_json.h"

typedef struct {
  mem mem;
  arena memory, group;
  char *text;
  size_t size;
  uint32_t *lines, n_lines; /* where each begins; one more behind the last */
  shape row;
  pq_write_options options;
  uint32_t group_rows;
  pq_writer writer;
  buf out, about;
  FILE *to;
  sonde_error err;
} state;

static void must(state *s, sonde_code code) {
  if (code == SONDE_OK) return;
  fprintf(stderr, "%s\n", s->err.message);
  exit(1);
}

static void *room(state *s, size_t n, size_t size) {
  void *p = arena_zero(&s->memory, n * size, &s->err);
  if (!p) must(s, s->err.code);
  return p;
}

static void load(state *s, const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END) != 0) exit(2);
  s->size = (size_t)ftell(f);
  rewind(f);
  s->text = room(s, s->size + 1, 1);
  if (fread(s->text, 1, s->size, f) != s->size) exit(2);
  fclose(f);
  s->lines = room(s, s->size + 2, sizeof *s->lines);
  for (size_t i = 0; i < s->size; i++)
    if (s->text[i] == '\n') s->lines[++s->n_lines] = (uint32_t)i + 1;
}

static uint32_t count(const json *first) {
  uint32_t n = 0;
  for (; first; first = first->next) n++;
  return n;
}

static shape shape_of(state *s, const json *j) {
  sonde_str name = json_str(json_get(j, "name")), type = json_str(json_get(j, "type"));
  const json *children = json_get(j, "children"), *child = children ? children->first : NULL;
  shape out = {.name = name, .n_children = count(child)};
  shape *made = room(s, out.n_children, sizeof *made);
  out.type.id = (uint8_t)type_of_name(type.ptr, (uint32_t)type.len);
  out.type.scale = (uint8_t)json_u64(json_get(j, "scale"), 0);
  out.children = made;
  for (; child; child = child->next) *made++ = shape_of(s, child);
  return out;
}

static void read_columns(state *s) {
  const json *j;
  must(s, json_parse((sonde_str){s->text, s->lines[1]}, &s->memory, &j, &s->err));
  const json *columns = json_get(j, "columns");
  shape *made = room(s, count(columns->first), sizeof *made);
  s->row = (shape){{"row", 3}, {TYPE_STRUCT, 0}, count(columns->first), made, {0}};
  for (j = columns->first; j; j = j->next) *made++ = shape_of(s, j);
}

static void flush(state *s) {
  must(s, buf_status(&s->out, &s->err));
  fwrite(s->out.data, 1, s->out.len, s->to);
  buf_clear(&s->out);
}

/* Rows are the lines [first, first + n). */
static void put_group(state *s, uint32_t first, uint32_t n) {
  vec rows,
      texts = {
          .type = s->row.type, .form = VEC_TEXT, .rows = n, .offsets = s->lines + first, .bytes = s->text};
  must(s, json_texts_vec(&s->row, &texts, &s->group, &rows, &s->err));
  buf_clear(&s->about);
  must(s, pq_write_group(s->row.children, s->row.n_children, rows.children, n, &s->options, &s->mem, &s->out,
                         &s->about, &s->err));
  must(s, pq_writer_add(&s->writer, s->about.data, s->about.len, s->out.len, &s->err));
  flush(s);
  arena_reset(&s->group);
}

static void put_file(state *s) {
  pq_writer_init(&s->writer, s->row.children, s->row.n_children, &s->mem);
  pq_writer_begin(&s->writer, &s->out);
  flush(s);
  for (uint32_t first = 1; first < s->n_lines; first += s->group_rows) {
    uint32_t left = s->n_lines - first;
    put_group(s, first, left < s->group_rows ? left : s->group_rows);
  }
  must(s, pq_writer_end(&s->writer, &s->out, &s->err));
  flush(s);
  pq_writer_free(&s->writer);
}

static void take_options(state *s, int argc, char **argv) {
  for (int i = 3; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (strcmp(argv[i], "--codec") == 0)
      s->options.codec = strcmp(value, "none") == 0     ? BLOCK_PLAIN
                         : strcmp(value, "snappy") == 0 ? BLOCK_SNAPPY
                                                        : BLOCK_ZSTD;
    if (strcmp(argv[i], "--group-rows") == 0) s->group_rows = (uint32_t)atoi(value);
    if (strcmp(argv[i], "--page-rows") == 0) s->options.page_rows = (uint32_t)atoi(value);
    if (strcmp(argv[i], "--no-dictionary") == 0) s->options.dictionary = false;
  }
}

int main(int argc, char **argv) {
  state s = {.options = pq_write_defaults(), .group_rows = 100000};
  if (argc < 3) return 2;
  take_options(&s, argc, argv);
  mem_init(&s.mem, (uint64_t)1 << 31, NULL, NULL);
  arena_init(&s.memory, &s.mem);
  arena_init(&s.group, &s.mem);
  buf_init(&s.out, &s.mem, SIZE_MAX / 4);
  buf_init(&s.about, &s.mem, SIZE_MAX / 4);
  load(&s, argv[1]);
  read_columns(&s);
  s.to = fopen(argv[2], "wb");
  if (!s.to) return 2;
  put_file(&s);
  fclose(s.to);
  buf_free(&s.out);
  buf_free(&s.about);
  arena_free(&s.group);
  arena_free(&s.memory);
  return 0;
}
