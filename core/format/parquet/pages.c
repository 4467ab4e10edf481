/* From a chunk's first byte to its pages. */
#include "format/parquet/pages.h"

#include <string.h>

#include "codec/codec_block.h"
#include "format/parquet/values.h"

#define LEAST_BODY 4096u   /* of a page's body, to try what they tell */
#define HEADER_WANT 65536u /* asked for when a header is not there: it and, often, its page */
#define DICTIONARY_SLACK                                                                                     \
  100u /* parquet-mr before 1.2.9 left the dictionary's header out of a chunk's size (IMPALA-694) */

typedef struct {
  const page_want *want;
  const pq_chunk *chunk;
  arena *scratch;
  page_list *list;
  pq_range *more;
  sonde_error *err;
  uint64_t end; /* of the bytes that may be the chunk's */
} finder;

/* The bytes at hand from `offset` on, as many as one span has. */
static const uint8_t *bytes_from(const finder *f, uint64_t offset, size_t *n) {
  const uint8_t *found = NULL;
  uint64_t most = 0;
  for (uint32_t i = 0; i < f->want->n_spans; i++) {
    const pq_span *s = &f->want->spans[i];
    if (offset < s->range.offset || offset - s->range.offset >= s->range.length) continue;
    uint64_t skip = offset - s->range.offset;
    if (s->range.length - skip <= most) continue;
    most = s->range.length - skip;
    found = s->bytes + skip;
  }
  *n = (size_t)(most < f->end - offset ? most : f->end - offset);
  return found;
}

static sonde_code need(finder *f, uint64_t offset, uint64_t length) {
  if (length > f->end - offset) length = f->end - offset;
  *f->more = (pq_range){offset, length};
  return SONDE_OK;
}

static sonde_code damaged(const finder *f, uint64_t at, const char *why) {
  return status_set(f->err, SONDE_CORRUPT, at, "the page at byte %llu %s", (unsigned long long)at, why);
}

/* The page that begins at `at`, its body not yet looked for; *next is where the one behind it begins. */
static sonde_code head_at(finder *f, uint64_t at, page_head *h, uint64_t *next) {
  size_t n;
  bool at_end;
  const uint8_t *p = bytes_from(f, at, &n);
  if (!p) return need(f, at, HEADER_WANT);
  size_t used = page_head_read(p, p + n, h, &at_end);
  if (used == 0 && at_end && n < f->end - at) return need(f, at, n < HEADER_WANT ? HEADER_WANT : n * 2);
  if (used == 0) return damaged(f, at, "has a damaged header");
  h->at = at;
  if (h->packed > f->end - at - used) return damaged(f, at, "leaves its column chunk");
  *next = at + used + h->packed;
  return SONDE_OK;
}

/* Bytes [offset, offset + length), put together where several spans hold them; fewer (*n) where some are missing. */
static sonde_code bytes_of(finder *f, uint64_t offset, uint32_t length, const uint8_t **out, size_t *n) {
  *out = bytes_from(f, offset, n);
  if (!*out) *n = 0;
  if (*n >= length) return SONDE_OK;
  size_t more = *n, next = 0;
  while (more < length && bytes_from(f, offset + more, &next)) more += next;
  if (more == *n) return SONDE_OK;
  if (more > length) more = length;
  uint8_t *whole = arena_alloc(f->scratch, more, f->err);
  if (!whole) return f->err->code;
  for (size_t at = 0; at < more; at += next) {
    const uint8_t *p = bytes_from(f, offset + at, &next);
    if (next > more - at) next = more - at;
    memcpy(whole + at, p, next);
  }
  *out = whole;
  *n = more;
  return SONDE_OK;
}

/* Whether the first bytes of the body say what the first values are. */
static bool begins(const finder *f, const page_head *h) {
  codec_block_kind codec = f->chunk->codec;
  bool plain = codec == BLOCK_PLAIN || (h->type == PAGE_DATA_V2 && !h->compressed);
  return h->wanted < h->values && (plain || codec_block_begins(codec)) && !f->want->whole_pages;
}

static sonde_code find_body(finder *f, page_head *h, uint64_t next) {
  size_t n;
  uint64_t at = next - h->packed;
  h->body = (const uint8_t *)"";
  h->here = h->packed;
  if (h->packed == 0) return SONDE_OK;
  SONDE_TRY(bytes_of(f, at, h->packed, &h->body, &n));
  if (n >= h->packed) return SONDE_OK;
  h->here = (uint32_t)n;
  return n >= LEAST_BODY && begins(f, h) ? SONDE_OK : need(f, at + n, h->packed - n);
}

static sonde_code keep(finder *f, const page_head *h) {
  page_list *l = f->list;
  if (l->n == l->cap) {
    uint32_t cap = l->cap ? l->cap * 2 : 16;
    page_head *data = arena_array(f->scratch, cap, sizeof *data, f->err);
    if (!data) return f->err->code;
    if (l->n) memcpy(data, l->data, l->n * sizeof *data);
    l->data = data;
    l->cap = cap;
  }
  l->wanted += h->wanted - h->skipped;
  l->data[l->n++] = *h;
  return SONDE_OK;
}

/* Where an entry is a row, those behind the last row wanted need no decoding, and those before the first one little; the
 * encodings that tell all lengths before the first text are left whole. */
static void choose_entries(const finder *f, page_head *h) {
  const page_want *w = f->want;
  uint64_t rows = w->first_row + w->n_rows - h->first_row;
  bool flat = w->piece->leaves[w->leaf]->max_rep == 0;
  bool coded = is_dictionary_encoding(h->encoding);
  bool stops = h->encoding == ENCODING_PLAIN || h->encoding == ENCODING_RLE || coded;
  h->wanted = flat && stops && rows < h->values ? (uint32_t)rows : h->values;
  h->skipped = 0;
  if (!flat || !(h->encoding == ENCODING_PLAIN || coded) || w->first_row <= h->first_row) return;
  h->skipped = (uint32_t)(w->first_row - h->first_row);
  h->first_row = w->first_row;
}

static sonde_code keep_dictionary(finder *f, page_head *h, uint64_t next) {
  if (f->list->dictionary.body) return damaged(f, h->at, "is a second dictionary");
  h->wanted = h->values;
  SONDE_TRY(find_body(f, h, next));
  if (f->more->length == 0) f->list->dictionary = *h;
  return SONDE_OK;
}

static bool touches(const finder *f, uint64_t first, uint64_t rows) {
  return first < f->want->first_row + f->want->n_rows && first + rows > f->want->first_row;
}

/* One page in a walk from the chunk's first; row: of the next page, UINT64_MAX when not known. */
static sonde_code visit(finder *f, page_head *h, uint64_t next, uint64_t *row, uint64_t *values) {
  if (h->type == PAGE_DICTIONARY) return keep_dictionary(f, h, next);
  if (h->type != PAGE_DATA && h->type != PAGE_DATA_V2) return SONDE_OK; /* kinds to come are passed over */
  bool flat = f->want->piece->leaves[f->want->leaf]->max_rep == 0;
  h->first_row = *row;
  *values += h->values;
  bool counted = flat || h->type == PAGE_DATA_V2;
  uint64_t rows = flat ? h->values : h->rows;
  if (*row != UINT64_MAX) *row = counted ? *row + rows : UINT64_MAX;
  if (h->first_row != UINT64_MAX && counted && !touches(f, h->first_row, rows)) return SONDE_OK;
  choose_entries(f, h);
  SONDE_TRY(find_body(f, h, next));
  return f->more->length ? SONDE_OK : keep(f, h);
}

static sonde_code walk(finder *f) {
  uint64_t at = f->chunk->pages.offset, row = 0, values = 0;
  uint64_t end_row = f->want->first_row + f->want->n_rows;
  while (values < f->chunk->values && at < f->end && (row == UINT64_MAX || row < end_row)) {
    page_head h;
    uint64_t next = at;
    SONDE_TRY(head_at(f, at, &h, &next));
    if (f->more->length == 0) SONDE_TRY(visit(f, &h, next, &row, &values));
    if (f->more->length) return SONDE_OK;
    at = next;
  }
  return SONDE_OK;
}

/* The page at a place that the offset index names. */
static sonde_code indexed_page(finder *f, const pq_page *p) {
  page_head h;
  uint64_t next = 0;
  SONDE_TRY(head_at(f, p->offset, &h, &next));
  if (f->more->length) return SONDE_OK;
  if (h.type != PAGE_DATA && h.type != PAGE_DATA_V2) return damaged(f, p->offset, "is no data page");
  h.first_row = p->first_row;
  choose_entries(f, &h);
  SONDE_TRY(find_body(f, &h, next));
  return f->more->length ? SONDE_OK : keep(f, &h);
}

static sonde_code dictionary_before(finder *f, uint64_t first_page) {
  page_head h;
  uint64_t next = 0;
  if (f->chunk->pages.offset >= first_page) return SONDE_OK;
  SONDE_TRY(head_at(f, f->chunk->pages.offset, &h, &next));
  if (f->more->length || h.type != PAGE_DICTIONARY) return SONDE_OK;
  return keep_dictionary(f, &h, next);
}

static sonde_code by_index(finder *f) {
  const pq_leaf_pages *index = f->want->index;
  SONDE_TRY(dictionary_before(f, index->pages[0].offset));
  for (uint32_t i = 0; i < index->n && f->more->length == 0; i++) {
    uint64_t first = index->pages[i].first_row;
    uint64_t end = i + 1 < index->n ? index->pages[i + 1].first_row : f->want->piece->rows;
    if (touches(f, first, end - first)) SONDE_TRY(indexed_page(f, &index->pages[i]));
  }
  return SONDE_OK;
}

sonde_code pages_find(const page_want *want, arena *scratch, page_list *out, pq_range *more,
                      sonde_error *err) {
  const pq_chunk *c = &want->piece->chunks[want->leaf];
  uint64_t end = c->pages.offset + c->pages.length, left = want->piece->file_size - end;
  finder f = {.want = want, .chunk = c, .scratch = scratch, .list = out, .more = more, .err = err};
  f.end = end + (left < DICTIONARY_SLACK ? left : DICTIONARY_SLACK);
  *out = (page_list){0};
  *more = (pq_range){0, 0};
  bool whole = want->first_row == 0 && want->n_rows == want->piece->rows;
  return want->index && want->index->n && !whole ? by_index(&f) : walk(&f);
}
