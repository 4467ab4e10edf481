/* See write_about.h. */
#include "format/parquet/write_about.h"

enum { KNOWN = 1, MIN_EXACT = 2, MAX_EXACT = 4 };
enum { PAGE_BYTES_MIN = 25 }; /* of a page, as put here */

static void put_bounds(buf *b, const about_bounds *v) {
  buf_u8(b,
         (uint8_t)((v->known ? KNOWN : 0) | (v->min_exact ? MIN_EXACT : 0) | (v->max_exact ? MAX_EXACT : 0)));
  if (!v->known) return;
  buf_str(b, v->min);
  buf_str(b, v->max);
}

static about_bounds get_bounds(rd *r) {
  uint8_t flags = rd_u8(r);
  about_bounds v = {flags & KNOWN, flags & MIN_EXACT, flags & MAX_EXACT, {NULL, 0}, {NULL, 0}};
  if (!v.known) return v;
  v.min = rd_str(r);
  v.max = rd_str(r);
  return v;
}

static void put_page(buf *b, const about_page *p) {
  buf_u64(b, p->offset);
  buf_u32(b, p->bytes);
  buf_u32(b, p->first_row);
  buf_u32(b, p->entries);
  buf_u32(b, p->nulls);
  put_bounds(b, &p->bounds);
}

static about_page get_page(rd *r) {
  about_page p = {.offset = rd_u64(r)};
  p.bytes = rd_u32(r);
  p.first_row = rd_u32(r);
  p.entries = rd_u32(r);
  p.nulls = rd_u32(r);
  p.bounds = get_bounds(r);
  return p;
}

void about_group_put(buf *b, const about_group *g) {
  buf_u32(b, g->rows);
  buf_u32(b, g->n_leaves);
}

about_group about_group_get(rd *r) {
  about_group g = {.rows = rd_u32(r)};
  g.n_leaves = rd_u32(r);
  return g;
}

void about_leaf_put(buf *b, const about_leaf *l) {
  buf_u8(b, l->codec);
  buf_u8(b, l->encoding);
  buf_u8(b, l->boundary_order);
  buf_u64(b, l->entries);
  buf_u64(b, l->nulls);
  buf_u64(b, l->begin);
  buf_u64(b, l->plain);
  buf_u64(b, l->packed);
  buf_u32(b, l->dictionary_bytes);
  put_bounds(b, &l->bounds);
  buf_u32(b, l->n_pages);
  for (uint32_t i = 0; i < l->n_pages; i++) put_page(b, &l->pages[i]);
}

sonde_code about_leaf_get(rd *r, arena *memory, about_leaf *l, sonde_error *err) {
  *l = (about_leaf){.codec = rd_u8(r)};
  l->encoding = rd_u8(r);
  l->boundary_order = rd_u8(r);
  l->entries = rd_u64(r);
  l->nulls = rd_u64(r);
  l->begin = rd_u64(r);
  l->plain = rd_u64(r);
  l->packed = rd_u64(r);
  l->dictionary_bytes = rd_u32(r);
  l->bounds = get_bounds(r);
  l->n_pages = rd_count(r, PAGE_BYTES_MIN);
  l->pages = arena_array(memory, l->n_pages, sizeof *l->pages, err);
  if (!l->pages) return err->code;
  for (uint32_t i = 0; i < l->n_pages; i++) l->pages[i] = get_page(r);
  return SONDE_OK;
}
