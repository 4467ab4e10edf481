/* OffsetIndex and ColumnIndex (PageIndex.md). What contradicts itself is left out: the index only helps. */
#include <string.h>

#include "format/parquet/bounds.h"
#include "format/parquet/thrift.h"

static const uint8_t *bytes_of(pq_range r, const pq_span *spans, uint32_t n) {
  for (uint32_t i = 0; i < n && r.length > 0; i++) {
    if (r.offset < spans[i].range.offset) continue;
    uint64_t skip = r.offset - spans[i].range.offset;
    if (skip <= spans[i].range.length && r.length <= spans[i].range.length - skip)
      return spans[i].bytes + skip;
  }
  return NULL;
}

static bool read_location(thrift *t, const pq_piece *piece, pq_page *page) {
  int64_t offset = -1, bytes = -1, first = -1;
  thrift_field f = {0};
  thrift_enter(t);
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1: offset = thrift_int(t, f.type); break;
    case 2: bytes = thrift_int(t, f.type); break;
    case 3: first = thrift_int(t, f.type); break;
    default: thrift_skip(t, f.type); break;
    }
  }
  thrift_leave(t);
  if (offset <= 0 || bytes <= 0 || bytes > UINT32_MAX || first < 0) return false;
  if ((uint64_t)offset > piece->file_size || (uint64_t)bytes > piece->file_size - (uint64_t)offset)
    return false;
  *page = (pq_page){.offset = (uint64_t)offset, .bytes = (uint32_t)bytes, .first_row = (uint32_t)first};
  return (uint64_t)first < piece->rows;
}

/* Pages in order of rows and bytes, the first at row 0, inside the chunk. */
static bool in_order(const pq_chunk *c, const pq_page *pages, uint32_t n) {
  uint64_t end = c->pages.offset;
  for (uint32_t i = 0; i < n; i++) {
    if (pages[i].offset < end ||
        (i == 0 ? pages[i].first_row != 0 : pages[i].first_row <= pages[i - 1].first_row))
      return false;
    end = pages[i].offset + pages[i].bytes;
  }
  return n > 0 && end <= c->pages.offset + c->pages.length;
}

static sonde_code read_locations(thrift *t, uint8_t type, const pq_piece *piece, arena *memory, pq_page **out,
                                 uint32_t *n, bool *fine, sonde_error *err) {
  *n = thrift_list(t, type, THRIFT_STRUCT);
  *out = arena_array(memory, *n, sizeof **out, err);
  if (!*out) return err->code;
  for (uint32_t i = 0; i < *n; i++) *fine = read_location(t, piece, &(*out)[i]) && *fine && !t->bad;
  return SONDE_OK;
}

static sonde_code read_offsets(const pq_piece *piece, const pq_chunk *c, const uint8_t *p, arena *memory,
                               pq_page **out, uint32_t *n, sonde_error *err) {
  thrift t = {.p = p, .end = p + c->offset_index.length};
  thrift_field f = {0};
  bool fine = true;
  *n = 0;
  while (thrift_next(&t, &f)) {
    if (f.id == 1 && *n == 0)
      SONDE_TRY(read_locations(&t, f.type, piece, memory, out, n, &fine, err));
    else
      thrift_skip(&t, f.type);
  }
  if (t.bad || !fine || *n == 0 || !in_order(c, *out, *n)) *n = 0;
  return SONDE_OK;
}

/* Lists of ColumnIndex, one entry a page. */
typedef struct {
  uint8_t *null_pages;
  sonde_str *mins, *maxs;
  int64_t *nulls;
  uint32_t n_null_pages, n_mins, n_maxs, n_nulls;
} page_lists;

static void read_strings(thrift *t, uint8_t type, sonde_str *out, uint32_t n, uint32_t *found) {
  uint32_t count = thrift_list(t, type, THRIFT_BINARY);
  for (uint32_t i = 0; i < count && !t->bad; i++) {
    sonde_str s = thrift_str(t, THRIFT_BINARY);
    if (i < n) out[i] = s;
  }
  *found = count;
}

static void read_lists(thrift *t, page_lists *l, uint32_t n) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1:
      l->n_null_pages = thrift_list(t, f.type, THRIFT_TRUE);
      for (uint32_t i = 0; i < l->n_null_pages && !t->bad; i++) {
        uint8_t v = (uint8_t)thrift_int(t, THRIFT_I8);
        if (i < n) l->null_pages[i] = v == THRIFT_TRUE;
      }
      break;
    case 2: read_strings(t, f.type, l->mins, n, &l->n_mins); break;
    case 3: read_strings(t, f.type, l->maxs, n, &l->n_maxs); break;
    case 5:
      l->n_nulls = thrift_list(t, f.type, THRIFT_I64);
      for (uint32_t i = 0; i < l->n_nulls && !t->bad; i++) {
        int64_t v = thrift_int(t, THRIFT_I64);
        if (i < n) l->nulls[i] = v;
      }
      break;
    default: thrift_skip(t, f.type); break;
    }
  }
}

static sonde_code reserve_lists(page_lists *l, uint32_t n, arena *memory, sonde_error *err) {
  *l = (page_lists){0};
  l->null_pages = arena_zero(memory, n, err);
  l->mins = arena_array(memory, n, sizeof *l->mins, err);
  l->maxs = arena_array(memory, n, sizeof *l->maxs, err);
  l->nulls = arena_array(memory, n, sizeof *l->nulls, err);
  return l->null_pages && l->mins && l->maxs && l->nulls ? SONDE_OK : err->code;
}

/* Whether page i has nulls only. Some writers say so of pages without statistics, with a count of nulls that contradicts it. */
static bool only_nulls(const pq_node *leaf, const page_lists *l, uint32_t n, uint32_t i, uint64_t values) {
  bool said = l->n_null_pages == n && l->null_pages[i] && leaf->max_def > 0 && leaf->max_rep == 0;
  return said && (l->n_nulls != n || (l->nulls[i] >= 0 && (uint64_t)l->nulls[i] == values));
}

/* A page of nulls has no limits, but an empty text in their place. */
static void keep_bounds(const pq_piece *piece, uint32_t leaf, const page_lists *l, pq_page *pages,
                        uint32_t n) {
  bool limits = l->n_mins == n && l->n_maxs == n && l->n_null_pages == n;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t end = i + 1 < n ? pages[i + 1].first_row : piece->rows, values = end - pages[i].first_row;
    uint64_t nulls = l->n_nulls == n && l->nulls[i] >= 0 ? (uint64_t)l->nulls[i] : UINT64_MAX;
    bool flat = piece->leaves[leaf]->max_rep == 0;
    if (only_nulls(piece->leaves[leaf], l, n, i, values)) nulls = values;
    sonde_str none = {NULL, 0};
    bool known = limits && !l->null_pages[i];
    bounds_of(piece->leaves[leaf], piece->chunks[leaf].ordered, known ? l->mins[i] : none,
              known ? l->maxs[i] : none, &pages[i].bounds);
    pages[i].bounds.values = flat ? values : 0;
    pages[i].bounds.has_nulls = flat && nulls <= values;
    pages[i].bounds.nulls = pages[i].bounds.has_nulls ? nulls : 0;
  }
}

static sonde_code read_bounds(const pq_piece *piece, uint32_t leaf, const uint8_t *p, pq_page *pages,
                              uint32_t n, arena *memory, sonde_error *err) {
  page_lists l;
  thrift t = {.p = p, .end = p + piece->chunks[leaf].column_index.length};
  SONDE_TRY(reserve_lists(&l, n, memory, err));
  read_lists(&t, &l, n);
  if (!t.bad) keep_bounds(piece, leaf, &l, pages, n);
  return SONDE_OK;
}

sonde_code pq_read_page_index(const pq_piece *piece, const pq_span *spans, uint32_t n_spans, arena *memory,
                              const pq_leaf_pages **out, sonde_error *err) {
  pq_leaf_pages *index = arena_zero(memory, piece->n_leaves * sizeof *index, err);
  if (!index) return err->code;
  for (uint32_t i = 0; i < piece->n_leaves; i++) {
    const pq_chunk *c = &piece->chunks[i];
    const uint8_t *offsets = bytes_of(c->offset_index, spans, n_spans);
    const uint8_t *limits = bytes_of(c->column_index, spans, n_spans);
    pq_page *pages = NULL;
    uint32_t n = 0;
    if (offsets) SONDE_TRY(read_offsets(piece, c, offsets, memory, &pages, &n, err));
    if (n && limits) SONDE_TRY(read_bounds(piece, i, limits, pages, n, memory, err));
    index[i] = (pq_leaf_pages){n, pages};
  }
  *out = index;
  return SONDE_OK;
}
