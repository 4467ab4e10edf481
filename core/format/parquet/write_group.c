/* One row group: columns to leaves, leaves to pages. See write.h. */
#include <string.h>

#include "codec/codec_block.h"
#include "format/parquet/pages.h"
#include "format/parquet/write.h"
#include "format/parquet/write_about.h"
#include "format/parquet/write_bits.h"
#include "format/parquet/write_bounds.h"

#define PAGE_MAX INT32_MAX /* a page header has its sizes as i32 */

typedef struct {
  const pq_write_options *options;
  buf *bytes, *about;
  size_t begin;     /* of the group, in `bytes` */
  arena scratch;    /* what lasts as long as a column */
  arena kept;       /* the compressor; the leaves */
  buf body, packed; /* a page before and after compression */
  codec_compressor codec;
  sonde_error *err;
} group;

/* The entries and values of one page. */
typedef struct {
  uint32_t first_entry, entries, first_value, values, first_row, rows;
} page_cut;

/* A column chunk on its way to pages. */
typedef struct {
  group *g;
  const write_leaf *leaf;
  const shredded *levels;
  write_values values;
  write_dictionary words;
  uint32_t *seen; /* marks for bounds_of_codes */
  uint8_t encoding;
  uint32_t *wide; /* room for the levels of a page */
  about_leaf about;
} leaf_chunk;

pq_write_options pq_write_defaults(void) {
  return (pq_write_options){
      .codec = BLOCK_ZSTD, .level = 1, .page_rows = 4096, .page_bytes = 1u << 20, .dictionary = true};
}

/* ---- encoding ---- */

static bool is_integer(const write_leaf *l) {
  return l->of->type.id != TYPE_NONE && l->order >= ORDER_INT32 && l->order <= ORDER_UNSIGNED;
}

static sonde_code keep_words(leaf_chunk *c) {
  c->encoding = ENCODING_RLE_DICTIONARY;
  c->seen = arena_array(&c->g->scratch, c->words.n, sizeof *c->seen, c->g->err);
  if (!c->seen) return c->g->err->code;
  memset(c->seen, 0xFF, c->words.n * sizeof *c->seen);
  return SONDE_OK;
}

/* The encoding that takes the fewest bytes before compression; of equals the one that more readers know. (DELTA_BINARY_PACKED is
 * read by all that keep up with the format; Spark has it from 3.3 on.) */
static sonde_code choose_encoding(leaf_chunk *c) {
  const write_values *v = &c->values;
  uint64_t plain = plain_bytes(v),
           delta = is_integer(c->leaf) ? delta_bytes(v->fixed, c->leaf->width, v->n) : plain;
  c->encoding = delta < plain ? ENCODING_DELTA_BINARY_PACKED : ENCODING_PLAIN;
  if (!c->g->options->dictionary || c->leaf->order == ORDER_BOOL) return SONDE_OK;
  SONDE_TRY(write_dictionary_of(v, delta < plain ? delta : plain, &c->g->scratch, &c->words, c->g->err));
  return c->words.n ? keep_words(c) : SONDE_OK;
}

/* A length, then the hybrid. */
static void put_levels(leaf_chunk *c, const uint8_t *levels, uint32_t n, uint8_t max) {
  buf *b = &c->g->body;
  if (max == 0) return;
  for (uint32_t i = 0; i < n; i++) c->wide[i] = levels[i];
  size_t at = b->len;
  buf_u32(b, 0);
  put_hybrid(b, c->wide, n, bit_width(max));
  uint32_t length = (uint32_t)(b->len - at - 4);
  if (!b->failed) memcpy(b->data + at, &length, 4);
}

/* A width of 0 would do for one word, but not all readers take it. */
static void put_codes(leaf_chunk *c, const page_cut *p) {
  uint32_t width = c->words.n > 1 ? bit_width(c->words.n - 1) : 1;
  buf_u8(&c->g->body, (uint8_t)width);
  put_hybrid(&c->g->body, c->words.codes + p->first_value, p->values, width);
}

static void put_values(leaf_chunk *c, const page_cut *p) {
  buf *b = &c->g->body;
  uint32_t width = c->leaf->width;
  if (c->encoding == ENCODING_RLE_DICTIONARY)
    put_codes(c, p);
  else if (c->encoding == ENCODING_DELTA_BINARY_PACKED)
    put_delta(b, c->values.fixed + (size_t)p->first_value * width, width, p->values);
  else
    put_plain(b, &c->values, p->first_value, p->values);
}

/* ---- pages ---- */

static bool is_full(const pq_write_options *o, uint32_t rows, uint64_t bytes) {
  return rows > 0 && (rows >= o->page_rows || bytes >= o->page_bytes);
}

static uint64_t value_bytes(const leaf_chunk *c, uint32_t at) {
  return c->encoding == ENCODING_RLE_DICTIONARY ? 4 : plain_value_bytes(&c->values, at);
}

/* The page behind `p`, which is zero before the first; false when there is none. A page ends before a row: with an offset index
 * no row may go on in the next page. */
static bool next_page(const leaf_chunk *c, page_cut *p) {
  const shredded *s = c->levels;
  uint32_t i = p->first_entry + p->entries;
  uint64_t bytes = 0;
  *p = (page_cut){
      .first_entry = i, .first_value = p->first_value + p->values, .first_row = p->first_row + p->rows};
  for (; i < s->n; i++, p->entries++) {
    if (s->reps[i] == 0 && is_full(c->g->options, p->rows, bytes)) break;
    p->rows += s->reps[i] == 0;
    if (s->rows[i] != ROW_NONE) bytes += value_bytes(c, p->first_value + p->values++);
  }
  return p->entries > 0;
}

static void put_head(buf *b, const page_head *h) {
  thrift_out t = {.out = b};
  bool dictionary = h->type == PAGE_DICTIONARY;
  thrift_put_int(&t, 1, THRIFT_I32, h->type);
  thrift_put_int(&t, 2, THRIFT_I32, h->plain);
  thrift_put_int(&t, 3, THRIFT_I32, h->packed);
  thrift_put_int(&t, 4, THRIFT_I32, (int32_t)h->crc);
  thrift_begin(&t, dictionary ? 7 : 5);
  thrift_put_int(&t, 1, THRIFT_I32, h->values);
  thrift_put_int(&t, 2, THRIFT_I32, h->encoding);
  if (!dictionary) thrift_put_int(&t, 3, THRIFT_I32, ENCODING_RLE);
  if (!dictionary) thrift_put_int(&t, 4, THRIFT_I32, ENCODING_RLE);
  thrift_end(&t);
  thrift_end(&t);
}

/* g->body as a page behind the others; answers its bytes. */
static sonde_code put_page(leaf_chunk *c, page_type type, page_encoding encoding, uint32_t values,
                           uint32_t *length) {
  group *g = c->g;
  buf *b = g->bytes;
  size_t begin = b->len, plain = g->body.len;
  SONDE_TRY(buf_status(&g->body, g->err));
  buf_clear(&g->packed);
  SONDE_TRY(codec_compress(&g->codec, g->options->codec, g->options->level, g->body.data, plain, &g->packed,
                           g->err));
  page_head h = {.type = (uint8_t)type,
                 .encoding = (uint8_t)encoding,
                 .plain = (uint32_t)plain,
                 .packed = (uint32_t)g->packed.len,
                 .values = values,
                 .crc = codec_crc32(g->packed.data, g->packed.len)};
  put_head(b, &h);
  size_t head = b->len - begin;
  buf_put(b, g->packed.data, g->packed.len);
  *length = (uint32_t)(b->len - begin);
  c->about.plain += head + plain;
  c->about.packed += *length;
  return buf_status(b, g->err);
}

static sonde_code put_dictionary(leaf_chunk *c) {
  if (c->encoding != ENCODING_RLE_DICTIONARY) return SONDE_OK;
  buf_clear(&c->g->body);
  for (uint32_t i = 0; i < c->words.n; i++) put_plain(&c->g->body, &c->values, c->words.first[i], 1);
  return put_page(c, PAGE_DICTIONARY, ENCODING_PLAIN, c->words.n, &c->about.dictionary_bytes);
}

static sonde_code put_data(leaf_chunk *c, const page_cut *p, about_page *page) {
  const shredded *s = c->levels;
  buf_clear(&c->g->body);
  put_levels(c, s->reps + p->first_entry, p->entries, c->leaf->max_rep);
  put_levels(c, s->defs + p->first_entry, p->entries, c->leaf->max_def);
  put_values(c, p);
  *page = (about_page){.offset = c->g->bytes->len - c->g->begin,
                       .first_row = p->first_row,
                       .entries = p->entries,
                       .nulls = p->entries - p->values};
  return put_page(c, PAGE_DATA, (page_encoding)c->encoding, p->entries, &page->bytes);
}

/* ---- bounds ---- */

static sonde_code keep_bounds(const leaf_chunk *c, const write_bounds *b, about_bounds *out) {
  bound_text min, max;
  if (!b->known) return SONDE_OK;
  SONDE_TRY(bound_min(&c->values, b->min, &c->g->scratch, &min, c->g->err));
  SONDE_TRY(bound_max(&c->values, b->max, &c->g->scratch, &max, c->g->err));
  *out = (about_bounds){true, min.exact, max.exact, min.text, max.text};
  return SONDE_OK;
}

static write_bounds page_bounds(leaf_chunk *c, const page_cut *p, uint32_t number) {
  if (c->seen) return bounds_of_codes(&c->values, &c->words, p->first_value, p->values, number, c->seen);
  return bounds_of_values(&c->values, p->first_value, p->values);
}

/* Whether pages with bounds follow each other in one order; `last` is the page with bounds before. */
typedef struct {
  write_bounds last;
  bool up, down;
} page_order;

static void follow(const write_values *v, page_order *o, const write_bounds *b) {
  if (!b->known) return;
  if (o->last.known) {
    int min = values_compare(v, b->min, o->last.min), max = values_compare(v, b->max, o->last.max);
    o->up = o->up && min >= 0 && max >= 0;
    o->down = o->down && min <= 0 && max <= 0;
  }
  o->last = *b;
}

/* ---- chunks ---- */

static sonde_code put_pages(leaf_chunk *c) {
  page_cut p = {0};
  page_order order = {.up = true, .down = true};
  write_bounds all = {0};
  for (uint32_t i = 0; next_page(c, &p); i++) {
    SONDE_TRY(put_data(c, &p, &c->about.pages[i]));
    write_bounds b = page_bounds(c, &p, i);
    SONDE_TRY(keep_bounds(c, &b, &c->about.pages[i].bounds));
    bounds_join(&c->values, &all, &b);
    follow(&c->values, &order, &b);
  }
  c->about.boundary_order = order.up ? ABOUT_ASCENDING : order.down ? ABOUT_DESCENDING : ABOUT_UNORDERED;
  return keep_bounds(c, &all, &c->about.bounds);
}

static sonde_code reserve_pages(leaf_chunk *c) {
  uint32_t entries = 0;
  for (page_cut p = {0}; next_page(c, &p); c->about.n_pages++)
    if (p.entries > entries) entries = p.entries;
  c->about.pages = arena_array(&c->g->scratch, c->about.n_pages, sizeof *c->about.pages, c->g->err);
  c->wide = arena_array(&c->g->scratch, entries, sizeof *c->wide, c->g->err);
  return c->about.pages && c->wide ? SONDE_OK : c->g->err->code;
}

static sonde_code put_chunk(group *g, const write_leaf *leaf, const shredded *levels) {
  leaf_chunk c = {.g = g, .leaf = leaf, .levels = levels};
  SONDE_TRY(write_values_of(leaf, levels, &g->scratch, &c.values, g->err));
  SONDE_TRY(choose_encoding(&c));
  c.about = (about_leaf){.codec = g->options->codec,
                         .encoding = c.encoding,
                         .entries = levels->n,
                         .nulls = levels->n - c.values.n,
                         .begin = g->bytes->len - g->begin};
  SONDE_TRY(reserve_pages(&c));
  SONDE_TRY(put_dictionary(&c));
  SONDE_TRY(put_pages(&c));
  about_leaf_put(g->about, &c.about);
  return buf_status(g->about, g->err);
}

/* ---- columns ---- */

static sonde_code put_column(group *g, const shape *s, const vec *v, const write_leaf *leaves, uint32_t n) {
  arena_reset(&g->scratch);
  shredded *levels = arena_array(&g->scratch, n, sizeof *levels, g->err);
  if (!levels) return g->err->code;
  SONDE_TRY(shred_column(s, v, &g->scratch, levels, g->err));
  for (uint32_t i = 0; i < n; i++) SONDE_TRY(put_chunk(g, &leaves[i], &levels[i]));
  return SONDE_OK;
}

static sonde_code put_columns(group *g, const shape *columns, uint32_t n_columns, const vec *vecs,
                              uint32_t rows) {
  write_leaves all;
  SONDE_TRY(write_leaves_of(columns, n_columns, &g->kept, &all, g->err));
  about_group_put(g->about, &(about_group){rows, all.n});
  for (uint32_t i = 0, leaf = 0; i < n_columns; i++) {
    uint32_t n = shape_leaves(&columns[i]);
    SONDE_CHECK(vecs[i].rows == rows, g->err, SONDE_MISUSE, 0, "a column has %u rows, its row group %u",
                vecs[i].rows, rows);
    SONDE_TRY(put_column(g, &columns[i], &vecs[i], all.leaves + leaf, n));
    leaf += n;
  }
  return SONDE_OK;
}

sonde_code pq_write_group(const shape *columns, uint32_t n_columns, const vec *vecs, uint32_t rows,
                          const pq_write_options *options, mem *m, buf *bytes, buf *about, sonde_error *err) {
  group g = {.options = options, .bytes = bytes, .about = about, .begin = bytes->len, .err = err};
  arena_init(&g.scratch, m);
  arena_init(&g.kept, m);
  buf_init(&g.body, m, PAGE_MAX);
  buf_init(&g.packed, m, PAGE_MAX);
  g.codec.memory = &g.kept;
  sonde_code code = put_columns(&g, columns, n_columns, vecs, rows);
  buf_free(&g.packed);
  buf_free(&g.body);
  arena_free(&g.kept);
  arena_free(&g.scratch);
  return code;
}
