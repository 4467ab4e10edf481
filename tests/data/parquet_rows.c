/* parquet_rows: prints a Parquet file as JSON, for tests: {"columns":[{"name","type","as"}],"count":N,"rows":[[…]]}
 *   parquet_rows FILE [--rows FIRST:COUNT] [--no-index] [--at-once BYTES] [--check]
 * Reads every row group whole unless --rows names a window, which is read by the page index; with --at-once
 * from so many bytes of a chunk, more as they are asked for. --check holds every value against the
 * statistics, page index and bloom filter, which must not rule it out. A file that cannot be read: a message, exit status 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "column/value_format.h"
#include "format/parquet/parquet.h"

typedef struct {
  uint8_t *bytes;
  size_t size;
  mem mem;
  arena memory;
  pq_file file;
  bool check, no_index;
  uint64_t at_once; /* of each range, to begin with; 0: all of it */
  uint64_t first, count;
  buf out;
} state;

static void fail(const sonde_error *err) {
  fprintf(stderr, "%s\n", err->message);
  exit(1);
}

static void load(state *s, const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END) != 0) {
    fprintf(stderr, "%s cannot be read\n", path);
    exit(2);
  }
  s->size = (size_t)ftell(f);
  rewind(f);
  s->bytes = malloc(s->size ? s->size : 1);
  if (!s->bytes || fread(s->bytes, 1, s->size, f) != s->size) exit(2);
  fclose(f);
}

static void open_file(state *s) {
  sonde_error err = {0};
  pq_range r;
  size_t n = s->size < PQ_TAIL_BYTES ? s->size : PQ_TAIL_BYTES;
  mem_init(&s->mem, (uint64_t)1 << 31, NULL, NULL);
  arena_init(&s->memory, &s->mem);
  buf_init(&s->out, &s->mem, SIZE_MAX / 4);
  if (pq_tail(s->bytes + s->size - n, n, s->size, &r, &err)) fail(&err);
  if (pq_footer(s->bytes + r.offset, (size_t)r.length, s->size, &s->memory, &s->file, &err)) fail(&err);
}

/* The bytes of `need` as if they had been fetched: copies, so that a read beyond them is seen by AddressSanitizer. */
enum { TRIES = 1000 };

static pq_span *fetch(state *s, const pq_range *need, uint32_t n) {
  pq_span *spans = calloc(n + 1, sizeof *spans);
  for (uint32_t i = 0; i < n; i++) {
    uint8_t *copy = malloc((size_t)need[i].length + 1);
    memcpy(copy, s->bytes + need[i].offset, (size_t)need[i].length);
    spans[i] = (pq_span){need[i], copy};
  }
  return spans;
}

static void release(pq_span *spans, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) free((void *)(uintptr_t)spans[i].bytes);
  free(spans);
}

static pq_value value_at(const vec *v, uint32_t row) {
  pq_value x = {0};
  if (v->form == VEC_PACKED || v->form == VEC_BITS) x.i64 = vec_i64(v, row);
  if (v->form == VEC_F64) x.f64 = vec_f64(v, row);
  if (v->form == VEC_I128) memcpy(&x.i128, (const uint8_t *)v->data + (size_t)row * 16, 16);
  if (v->form == VEC_TEXT || v->form == VEC_DICT) x.text = vec_str(v, row);
  return x;
}

static bool ruled_out(const vec *v, uint32_t row, const pq_bounds *b) {
  pq_value x = value_at(v, row);
  static const uint8_t fits[] = {PQ_EQ, PQ_LE, PQ_GE, PQ_IN, PQ_STARTS_WITH, PQ_IS_NOT_NULL};
  if (!vec_valid(v, row)) return !pq_may_match(v->type, b, &(pq_test){PQ_IS_NULL, 0, NULL});
  for (size_t i = 0; i < sizeof fits; i++)
    if (!pq_may_match(v->type, b, &(pq_test){fits[i], 1, &x})) return true;
  return false;
}

static void check_bloom(const state *s, const pq_piece *p, const vec *v) {
  pq_range r = p->chunks[0].bloom;
  uint64_t length = 0;
  pq_value none = {.text = {"", 0}};
  if (r.length == 0) return;
  pq_bloom_may_contain(p, 0, s->bytes + r.offset, (size_t)r.length, &none, &length);
  if (length == 0 || length > s->size - r.offset) return;
  for (uint32_t i = 0; i < v->rows; i++) {
    pq_value x = value_at(v, i);
    if (!vec_valid(v, i) || pq_bloom_may_contain(p, 0, s->bytes + r.offset, (size_t)length, &x, NULL))
      continue;
    fprintf(stderr, "the bloom filter rules out row %u\n", i);
    exit(3);
  }
}

/* The vec holds all rows of the piece. */
static void check_bounds(const state *s, const pq_piece *p, const pq_leaf_pages *index, const vec *v) {
  pq_bounds whole;
  pq_chunk_bounds(p, 0, &whole);
  for (uint32_t i = 0, page = 0; i < v->rows; i++) {
    while (index && page + 1 < index[0].n && index[0].pages[page + 1].first_row <= i) page++;
    if (!ruled_out(v, i, &whole) && !(index && index[0].n && ruled_out(v, i, &index[0].pages[page].bounds)))
      continue;
    fprintf(stderr, "statistics rule out row %u of %.*s\n", i, (int)p->node->name.len, p->node->name.ptr);
    exit(3);
  }
  check_bloom(s, p, v);
}

static void read_column(state *s, uint32_t g, uint32_t c, uint64_t first, uint32_t n, arena *memory,
                        vec *out) {
  sonde_error err = {0};
  pq_piece p;
  pq_range *need, more;
  uint32_t n_need;
  arena scratch;
  arena_init(&scratch, &s->mem);
  if (pq_piece_of(&s->file, g, c, memory, &p, &err)) fail(&err);
  const pq_leaf_pages *index = NULL;
  pq_span *index_bytes = NULL;
  if (!s->no_index) {
    pq_range *at = calloc(p.n_leaves * 2 + 1, sizeof *at);
    pq_index_ranges(&p, at);
    index_bytes = fetch(s, at, p.n_leaves * 2); /* limits of pages borrow from them */
    if (pq_read_page_index(&p, index_bytes, p.n_leaves * 2, memory, &index, &err)) fail(&err);
    free(at);
  }
  if (pq_ranges(&p, index, first, n, &scratch, &need, &n_need, &err)) fail(&err);
  pq_range *all = malloc((n_need + TRIES) * sizeof *all);
  memcpy(all, need, n_need * sizeof *all);
  for (uint32_t i = 0; s->at_once && i < n_need; i++)
    if (all[i].length > s->at_once) all[i].length = s->at_once;
  for (uint32_t tries = 0;; tries++) {
    pq_span *spans = fetch(s, all, n_need);
    sonde_code code = pq_read(&p, index, spans, n_need, first, n, memory, &scratch, out, &more, &err);
    release(spans, n_need);
    if (code) fail(&err);
    if (more.length == 0) break;
    if (tries + 1 == TRIES) {
      fprintf(stderr, "reading asks for bytes without end\n");
      exit(3);
    }
    all[n_need++] = more;
  }
  free(all);
  if (s->check && p.node->kind == PQ_LEAF && n == p.rows) check_bounds(s, &p, index, out);
  if (index_bytes) release(index_bytes, p.n_leaves * 2);
  arena_free(&scratch);
}

static void put_columns(state *s) {
  buf_printf(&s->out, "{\"columns\":[");
  for (uint32_t i = 0; i < s->file.n_columns; i++) {
    const pq_column *c = &s->file.columns[i];
    buf_printf(&s->out, "%s{\"name\":", i ? "," : "");
    json_put_str(&s->out, c->name);
    buf_printf(&s->out, ",\"type\":");
    json_put_str(&s->out, c->type_text);
    buf_printf(&s->out, ",\"as\":\"%s\"}", type_name((type_id)c->type.id));
  }
  buf_printf(&s->out, "],\"count\":%llu,\"rows\":[", (unsigned long long)s->file.rows);
}

static void flush(state *s) {
  sonde_error err = {0};
  if (buf_status(&s->out, &err)) fail(&err);
  fwrite(s->out.data, 1, s->out.len, stdout);
  buf_clear(&s->out);
}

static void put_group(state *s, uint32_t g, bool *any) {
  uint64_t base = s->file.groups[g].first_row, end = base + s->file.groups[g].rows;
  uint64_t from = s->first > base ? s->first : base;
  uint64_t to = s->first + s->count < end ? s->first + s->count : end;
  if (from >= to) return;
  vec *vecs = calloc(s->file.n_columns + 1, sizeof *vecs);
  arena memory;
  arena_init(&memory, &s->mem);
  for (uint32_t c = 0; c < s->file.n_columns; c++)
    read_column(s, g, c, from - base, (uint32_t)(to - from), &memory, &vecs[c]);
  for (uint32_t r = 0; r < to - from; r++) {
    buf_printf(&s->out, "%s[", *any ? ",\n" : "\n");
    *any = true;
    for (uint32_t c = 0; c < s->file.n_columns; c++) {
      if (c) buf_u8(&s->out, ',');
      cell_json(&s->out, &vecs[c], r);
    }
    buf_u8(&s->out, ']');
    if (s->out.len > 1 << 20) flush(s);
  }
  arena_free(&memory);
  free(vecs);
}

int main(int argc, char **argv) {
  state s = {.count = UINT64_MAX / 2};
  if (argc < 2) return 2;
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], "--check") == 0) s.check = true;
    if (strcmp(argv[i], "--no-index") == 0) s.no_index = true;
    if (strcmp(argv[i], "--at-once") == 0 && i + 1 < argc) s.at_once = strtoull(argv[++i], NULL, 10);
    if (strcmp(argv[i], "--rows") == 0 && i + 1 < argc) {
      char *colon;
      s.first = strtoull(argv[++i], &colon, 10);
      s.count = *colon == ':' ? strtoull(colon + 1, NULL, 10) : s.count;
    }
  }
  load(&s, argv[1]);
  open_file(&s);
  put_columns(&s);
  bool any = false;
  for (uint32_t g = 0; g < s.file.n_groups; g++) put_group(&s, g, &any);
  buf_printf(&s.out, "]}\n");
  flush(&s);
  buf_free(&s.out);
  arena_free(&s.memory);
  free(s.bytes);
  return 0;
}
