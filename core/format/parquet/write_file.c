/* The file around the row groups: the page index and FileMetaData (parquet.thrift, PageIndex.md). See write.h. */
#include <string.h>

#include "format/parquet/pages.h"
#include "format/parquet/write.h"
#include "format/parquet/write_about.h"
#include "format/parquet/write_schema.h"

#ifndef SONDE_VERSION
#error "the build says which version this is"
#endif

enum { FORMAT_VERSION = 2, ORDINAL_MAX = INT16_MAX };

typedef struct {
  uint64_t offset;
  uint32_t length; /* 0: absent */
} section;

struct pq_writer_group {
  pq_writer_group *next;
  const uint8_t *about;
  size_t about_len;
  uint64_t begin, length;
  section *columns, *offsets; /* of each leaf, once written */
};

void pq_writer_init(pq_writer *w, const shape *columns, uint32_t n_columns, mem *m) {
  *w = (pq_writer){.columns = columns, .n_columns = n_columns};
  arena_init(&w->memory, m);
}

void pq_writer_free(pq_writer *w) { arena_free(&w->memory); }

void pq_writer_begin(pq_writer *w, buf *out) {
  buf_put(out, "PAR1", 4);
  w->position = 4;
}

/* ---- groups ---- */

static uint32_t leaves_of(const pq_writer *w) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < w->n_columns; i++) n += shape_leaves(&w->columns[i]);
  return n;
}

static sonde_code keep_group(pq_writer *w, const uint8_t *about, size_t about_len, uint64_t length,
                             sonde_error *err) {
  uint32_t n = leaves_of(w);
  pq_writer_group *g = arena_zero(&w->memory, sizeof *g, err);
  uint8_t *kept = arena_copy(&w->memory, about, about_len, err);
  section *sections = arena_zero(&w->memory, (size_t)n * 2 * sizeof *sections, err);
  if (!g || !kept || !sections) return err->code;
  *g = (pq_writer_group){.about = kept,
                         .about_len = about_len,
                         .begin = w->position,
                         .length = length,
                         .columns = sections,
                         .offsets = sections + n};
  if (w->last)
    w->last->next = g;
  else
    w->first = g;
  w->last = g;
  w->n_groups++;
  return SONDE_OK;
}

static sonde_code not_ours(sonde_error *err) {
  return status_set(err, SONDE_MISUSE, 0, "the description of a row group is not one of this file's columns");
}

sonde_code pq_writer_add(pq_writer *w, const uint8_t *about, size_t about_len, uint64_t length,
                         sonde_error *err) {
  rd r = {.data = about, .len = about_len};
  about_group g = about_group_get(&r);
  if (r.bad || g.n_leaves != leaves_of(w)) return not_ours(err);
  SONDE_CHECK(w->position > 0, err, SONDE_MISUSE, 0, "a row group comes before the file was begun");
  if (g.rows == 0) return SONDE_OK;
  SONDE_TRY(keep_group(w, about, about_len, length, err));
  w->position += length;
  w->rows += g.rows;
  return SONDE_OK;
}

/* ---- the page index ---- */

/* What is at work when the file ends. */
typedef struct {
  pq_writer *w;
  buf *out;
  size_t out_begin; /* length of `out` before: at the writer's position */
  write_leaves leaves;
  arena scratch;
  sonde_error *err;
} ending;

static uint64_t position(const ending *e) { return e->w->position + (e->out->len - e->out_begin); }

static bool only_nulls(const about_page *p) { return p->nulls == p->entries; }

/* Every page that has values has to have bounds: one of nothing but NaN has none, and so the chunk no column index. */
static bool has_column_index(const about_leaf *l) {
  for (uint32_t i = 0; i < l->n_pages; i++)
    if (!l->pages[i].bounds.known && !only_nulls(&l->pages[i])) return false;
  return true;
}

static void put_bounds_list(thrift_out *t, int16_t id, const about_leaf *l, bool max) {
  thrift_put_list(t, id, THRIFT_BINARY, l->n_pages);
  for (uint32_t i = 0; i < l->n_pages; i++) {
    const about_bounds *b = &l->pages[i].bounds;
    thrift_item_str(t, !b->known ? (sonde_str){"", 0} : max ? b->max : b->min);
  }
}

static void put_column_index(buf *out, const about_leaf *l) {
  thrift_out t = {.out = out};
  thrift_put_list(&t, 1, THRIFT_TRUE, l->n_pages);
  for (uint32_t i = 0; i < l->n_pages; i++) thrift_item_bool(&t, only_nulls(&l->pages[i]));
  put_bounds_list(&t, 2, l, false);
  put_bounds_list(&t, 3, l, true);
  thrift_put_int(&t, 4, THRIFT_I32, l->boundary_order);
  thrift_put_list(&t, 5, THRIFT_I64, l->n_pages);
  for (uint32_t i = 0; i < l->n_pages; i++) thrift_item_int(&t, l->pages[i].nulls);
  thrift_end(&t);
}

static void put_offset_index(buf *out, const about_leaf *l, uint64_t group_begin) {
  thrift_out t = {.out = out};
  thrift_put_list(&t, 1, THRIFT_STRUCT, l->n_pages);
  for (uint32_t i = 0; i < l->n_pages; i++) {
    thrift_begin_item(&t);
    thrift_put_int(&t, 1, THRIFT_I64, (int64_t)(group_begin + l->pages[i].offset));
    thrift_put_int(&t, 2, THRIFT_I32, l->pages[i].bytes);
    thrift_put_int(&t, 3, THRIFT_I64, l->pages[i].first_row);
    thrift_end(&t);
  }
  thrift_end(&t);
}

/* Does to each leaf of each group what `put` says. */
typedef void put_leaf_part(ending *, pq_writer_group *, uint32_t leaf, const about_leaf *);

static sonde_code each_leaf(ending *e, pq_writer_group *g, put_leaf_part *put) {
  rd r = {.data = g->about, .len = g->about_len};
  about_group head = about_group_get(&r);
  for (uint32_t i = 0; i < head.n_leaves; i++) {
    about_leaf l;
    arena_reset(&e->scratch);
    SONDE_TRY(about_leaf_get(&r, &e->scratch, &l, e->err));
    if (r.bad) return not_ours(e->err);
    put(e, g, i, &l);
  }
  return SONDE_OK;
}

static void add_column_index(ending *e, pq_writer_group *g, uint32_t leaf, const about_leaf *l) {
  uint64_t at = position(e);
  if (!has_column_index(l)) return;
  put_column_index(e->out, l);
  g->columns[leaf] = (section){at, (uint32_t)(position(e) - at)};
}

static void add_offset_index(ending *e, pq_writer_group *g, uint32_t leaf, const about_leaf *l) {
  uint64_t at = position(e);
  put_offset_index(e->out, l, g->begin);
  g->offsets[leaf] = (section){at, (uint32_t)(position(e) - at)};
}

/* All column indexes, then all offset indexes: who prunes reads the first, who seeks the second, each in one piece. */
static sonde_code put_page_index(ending *e) {
  for (pq_writer_group *g = e->w->first; g; g = g->next) SONDE_TRY(each_leaf(e, g, add_column_index));
  for (pq_writer_group *g = e->w->first; g; g = g->next) SONDE_TRY(each_leaf(e, g, add_offset_index));
  return SONDE_OK;
}

/* ---- column chunks ---- */

/* enum CompressionCodec */
static int codec_number(uint8_t kind) { return kind == BLOCK_ZSTD ? 6 : kind == BLOCK_SNAPPY ? 1 : 0; }

static void put_statistics(thrift_out *t, const about_leaf *l) {
  const about_bounds *b = &l->bounds;
  thrift_begin(t, 12);
  thrift_put_int(t, 3, THRIFT_I64, (int64_t)l->nulls);
  if (b->known) {
    thrift_put_str(t, 5, b->max);
    thrift_put_str(t, 6, b->min);
    thrift_put_bool(t, 7, b->max_exact);
    thrift_put_bool(t, 8, b->min_exact);
  }
  thrift_end(t);
}

static void put_page_count(thrift_out *t, page_type type, int encoding, uint32_t n) {
  thrift_begin_item(t);
  thrift_put_int(t, 1, THRIFT_I32, type);
  thrift_put_int(t, 2, THRIFT_I32, encoding);
  thrift_put_int(t, 3, THRIFT_I32, n);
  thrift_end(t);
}

/* PageEncodingStats: readers see in it whether a chunk's dictionary has all of its values. */
static void put_page_counts(thrift_out *t, const about_leaf *l) {
  thrift_put_list(t, 13, THRIFT_STRUCT, l->dictionary_bytes ? 2 : 1);
  if (l->dictionary_bytes) put_page_count(t, PAGE_DICTIONARY, ENCODING_PLAIN, 1);
  put_page_count(t, PAGE_DATA, l->encoding, l->n_pages);
}

static void put_encodings(thrift_out *t, const about_leaf *l) {
  thrift_put_list(t, 2, THRIFT_I32, 2 + (l->dictionary_bytes > 0));
  if (l->dictionary_bytes) thrift_item_int(t, ENCODING_PLAIN);
  thrift_item_int(t, ENCODING_RLE); /* of the levels */
  thrift_item_int(t, l->encoding);
}

static void put_path(thrift_out *t, const write_leaf *leaf) {
  thrift_put_list(t, 3, THRIFT_BINARY, leaf->n_path);
  for (uint32_t i = 0; i < leaf->n_path; i++) thrift_item_str(t, leaf->path[i]);
}

static void put_metadata(thrift_out *t, const write_leaf *leaf, const about_leaf *l, uint64_t group_begin) {
  uint64_t begin = group_begin + l->begin;
  thrift_begin(t, 3);
  thrift_put_int(t, 1, THRIFT_I32, leaf->physical);
  put_encodings(t, l);
  put_path(t, leaf);
  thrift_put_int(t, 4, THRIFT_I32, codec_number(l->codec));
  thrift_put_int(t, 5, THRIFT_I64, (int64_t)l->entries);
  thrift_put_int(t, 6, THRIFT_I64, (int64_t)l->plain);
  thrift_put_int(t, 7, THRIFT_I64, (int64_t)l->packed);
  thrift_put_int(t, 9, THRIFT_I64, (int64_t)(begin + l->dictionary_bytes));
  if (l->dictionary_bytes) thrift_put_int(t, 11, THRIFT_I64, (int64_t)begin);
  put_statistics(t, l);
  put_page_counts(t, l);
  thrift_end(t);
}

static void put_section(thrift_out *t, int16_t id, const section *s) {
  if (s->length == 0) return;
  thrift_put_int(t, id, THRIFT_I64, (int64_t)s->offset);
  thrift_put_int(t, (int16_t)(id + 1), THRIFT_I32, s->length);
}

static void put_chunk(thrift_out *t, const ending *e, const pq_writer_group *g, uint32_t i,
                      const about_leaf *l) {
  thrift_begin_item(t);
  thrift_put_int(t, 2, THRIFT_I64, 0); /* the specification wants 0 in what was file_offset */
  put_metadata(t, &e->leaves.leaves[i], l, g->begin);
  put_section(t, 4, &g->offsets[i]);
  put_section(t, 6, &g->columns[i]);
  thrift_end(t);
}

/* ---- the footer ---- */

static sonde_code put_group(ending *e, thrift_out *t, const pq_writer_group *g, uint32_t number) {
  rd r = {.data = g->about, .len = g->about_len};
  about_group head = about_group_get(&r);
  uint64_t plain = 0;
  thrift_begin_item(t);
  thrift_put_list(t, 1, THRIFT_STRUCT, head.n_leaves);
  for (uint32_t i = 0; i < head.n_leaves; i++) {
    about_leaf l;
    arena_reset(&e->scratch);
    SONDE_TRY(about_leaf_get(&r, &e->scratch, &l, e->err));
    put_chunk(t, e, g, i, &l);
    plain += l.plain;
  }
  thrift_put_int(t, 2, THRIFT_I64, (int64_t)plain);
  thrift_put_int(t, 3, THRIFT_I64, head.rows);
  thrift_put_int(t, 5, THRIFT_I64, (int64_t)g->begin);
  thrift_put_int(t, 6, THRIFT_I64, (int64_t)g->length);
  if (number <= ORDINAL_MAX) thrift_put_int(t, 7, THRIFT_I16, number);
  thrift_end(t);
  return SONDE_OK;
}

static sonde_code put_groups(ending *e, thrift_out *t) {
  uint32_t number = 0;
  thrift_put_list(t, 4, THRIFT_STRUCT, e->w->n_groups);
  for (const pq_writer_group *g = e->w->first; g; g = g->next) SONDE_TRY(put_group(e, t, g, number++));
  return SONDE_OK;
}

/* Every column is in the order of its type; the statistics of those that have none are left out. */
static void put_orders(thrift_out *t, uint32_t n) {
  thrift_put_list(t, 7, THRIFT_STRUCT, n);
  for (uint32_t i = 0; i < n; i++) {
    thrift_begin_item(t);
    thrift_put_empty(t, 1);
    thrift_end(t);
  }
}

static sonde_code put_footer(ending *e) {
  static const char created_by[] = "sonde version " SONDE_VERSION;
  thrift_out t = {.out = e->out};
  size_t begin = e->out->len;
  thrift_put_int(&t, 1, THRIFT_I32, FORMAT_VERSION);
  write_schema(&t, 2, e->w->columns, e->w->n_columns);
  thrift_put_int(&t, 3, THRIFT_I64, (int64_t)e->w->rows);
  SONDE_TRY(put_groups(e, &t));
  thrift_put_str(&t, 6, (sonde_str){created_by, sizeof created_by - 1});
  put_orders(&t, e->leaves.n);
  thrift_end(&t);
  SONDE_CHECK(e->out->len - begin <= INT32_MAX, e->err, SONDE_LIMIT, 0,
              "the footer has more than 2 GB: write fewer row groups or columns");
  buf_u32(e->out, (uint32_t)(e->out->len - begin));
  buf_put(e->out, "PAR1", 4);
  return buf_status(e->out, e->err);
}

sonde_code pq_writer_end(pq_writer *w, buf *out, sonde_error *err) {
  ending e = {.w = w, .out = out, .out_begin = out->len, .err = err};
  arena_init(&e.scratch, w->memory.mem);
  sonde_code code = write_leaves_of(w->columns, w->n_columns, &w->memory, &e.leaves, err);
  if (!code) code = put_page_index(&e);
  if (!code) code = put_footer(&e);
  arena_free(&e.scratch);
  return code;
}
