/* parquet_copy: writes a Parquet file again, for tests and measurements:
 *   parquet_copy IN OUT [--codec none|snappy|zstd] [--level N] [--page-rows N] [--no-dictionary] [--time]
 * Row groups stay as they are. --time: how long encoding took, without reading, on stderr. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "format/parquet/parquet.h"
#include "format/parquet/write.h"

typedef struct {
  buf in, out, about;
  mem mem;
  arena memory, group;
  pq_file file;
  shape *columns;
  pq_write_options options;
  pq_writer writer;
  bool show_time;
  double seconds;
  sonde_error err;
} state;

static void must(state *s, sonde_code code) {
  if (code == SONDE_OK) return;
  fprintf(stderr, "%s\n", s->err.message);
  exit(1);
}

static void load(state *s, const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END) != 0) {
    fprintf(stderr, "%s cannot be read\n", path);
    exit(2);
  }
  size_t size = (size_t)ftell(f);
  rewind(f);
  uint8_t *room = buf_extend(&s->in, size);
  if (!room || fread(room, 1, size, f) != size) exit(2);
  fclose(f);
}

static shape *shapes_of(state *s, const pq_node *nodes, uint32_t n);

/* VARIANT is read as text; a struct without fields as nothing but nulls. */
static shape shape_of_node(state *s, const pq_node *n) {
  bool leaf = n->kind == PQ_LEAF || n->kind == PQ_VARIANT;
  column_type type = n->type;
  if (n->kind == PQ_STRUCT && n->n_children == 0) type = (column_type){TYPE_NONE, 0};
  if (n->conversion == PQ_AS_WIDE_DECIMAL) type.scale = 0;
  return (shape){
      n->name, type, leaf ? 0 : n->n_children, leaf ? NULL : shapes_of(s, n->children, n->n_children), {0}};
}

static shape *shapes_of(state *s, const pq_node *nodes, uint32_t n) {
  shape *out = arena_array(&s->memory, n, sizeof *out, &s->err);
  if (!out) must(s, s->err.code);
  for (uint32_t i = 0; i < n; i++) out[i] = shape_of_node(s, &nodes[i]);
  return out;
}

static void open_file(state *s) {
  pq_range r;
  must(s, pq_tail(s->in.data, s->in.len, s->in.len, &r, &s->err));
  must(s, pq_footer(s->in.data + r.offset, (size_t)r.length, s->in.len, &s->memory, &s->file, &s->err));
  s->columns = arena_array(&s->memory, s->file.n_columns, sizeof *s->columns, &s->err);
  for (uint32_t i = 0; i < s->file.n_columns; i++) {
    s->columns[i] = shape_of_node(s, s->file.columns[i].node);
    s->columns[i].name = s->file.columns[i].name;
  }
}

static void read_column(state *s, uint32_t g, uint32_t c, vec *out) {
  pq_piece p;
  pq_range more;
  pq_span all = {{0, s->in.len}, s->in.data};
  arena scratch;
  arena_init(&scratch, &s->mem);
  must(s, pq_piece_of(&s->file, g, c, &s->group, &p, &s->err));
  must(s, pq_read(&p, NULL, &all, 1, 0, (uint32_t)p.rows, &s->group, &scratch, out, &more, &s->err));
  arena_free(&scratch);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void flush(state *s, FILE *f) {
  must(s, buf_status(&s->out, &s->err));
  if (fwrite(s->out.data, 1, s->out.len, f) != s->out.len) exit(2);
  buf_clear(&s->out);
}

static void copy_group(state *s, uint32_t g) {
  uint32_t n = s->file.n_columns, rows = (uint32_t)s->file.groups[g].rows;
  vec *vecs = calloc(n + 1, sizeof *vecs);
  for (uint32_t c = 0; c < n; c++) read_column(s, g, c, &vecs[c]);
  double begin = now();
  buf_clear(&s->about);
  must(s, pq_write_group(s->columns, n, vecs, rows, &s->options, &s->mem, &s->out, &s->about, &s->err));
  s->seconds += now() - begin;
  must(s, pq_writer_add(&s->writer, s->about.data, s->about.len, s->out.len, &s->err));
  arena_reset(&s->group);
  free(vecs);
}

static void copy(state *s, FILE *f) {
  pq_writer_init(&s->writer, s->columns, s->file.n_columns, &s->mem);
  pq_writer_begin(&s->writer, &s->out);
  flush(s, f);
  for (uint32_t g = 0; g < s->file.n_groups; g++) {
    copy_group(s, g);
    flush(s, f);
  }
  must(s, pq_writer_end(&s->writer, &s->out, &s->err));
  flush(s, f);
  pq_writer_free(&s->writer);
  if (s->show_time) fprintf(stderr, "%.3f s\n", s->seconds);
}

static uint8_t codec_named(const char *name) {
  if (strcmp(name, "none") == 0) return BLOCK_PLAIN;
  return strcmp(name, "snappy") == 0 ? BLOCK_SNAPPY : BLOCK_ZSTD;
}

static void take_options(state *s, int argc, char **argv) {
  for (int i = 3; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (strcmp(argv[i], "--codec") == 0) s->options.codec = codec_named(value);
    if (strcmp(argv[i], "--level") == 0) s->options.level = atoi(value);
    if (strcmp(argv[i], "--page-rows") == 0) s->options.page_rows = (uint32_t)atoi(value);
    if (strcmp(argv[i], "--no-dictionary") == 0) s->options.dictionary = false;
    if (strcmp(argv[i], "--time") == 0) s->show_time = true;
  }
}

int main(int argc, char **argv) {
  state s = {.options = pq_write_defaults()};
  if (argc < 3) return 2;
  take_options(&s, argc, argv);
  mem_init(&s.mem, (uint64_t)1 << 32, NULL, NULL);
  arena_init(&s.memory, &s.mem);
  arena_init(&s.group, &s.mem);
  buf_init(&s.in, &s.mem, SIZE_MAX / 4);
  buf_init(&s.out, &s.mem, SIZE_MAX / 4);
  buf_init(&s.about, &s.mem, SIZE_MAX / 4);
  load(&s, argv[1]);
  open_file(&s);
  FILE *f = fopen(argv[2], "wb");
  if (!f) return 2;
  copy(&s, f);
  fclose(f);
  buf_free(&s.in);
  buf_free(&s.out);
  buf_free(&s.about);
  arena_free(&s.group);
  arena_free(&s.memory);
  return 0;
}
