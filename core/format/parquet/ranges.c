/* Which bytes of the file hold which rows. */
#include "format/parquet/parquet.h"

typedef struct {
  pq_range *ranges;
  uint32_t n;
} range_list;

/* Appended, or joined to the last one when they touch. */
static void add(range_list *l, uint64_t offset, uint64_t length) {
  if (length == 0) return;
  pq_range *last = l->n ? &l->ranges[l->n - 1] : NULL;
  if (last && last->offset + last->length == offset)
    last->length += length;
  else
    l->ranges[l->n++] = (pq_range){offset, length};
}

static uint64_t end_row(const pq_piece *p, const pq_leaf_pages *l, uint32_t page) {
  return page + 1 < l->n ? l->pages[page + 1].first_row : p->rows;
}

static void add_pages(range_list *list, const pq_piece *p, const pq_chunk *c, const pq_leaf_pages *l,
                      uint64_t first, uint64_t end) {
  if (c->pages.offset < l->pages[0].offset) add(list, c->pages.offset, l->pages[0].offset - c->pages.offset);
  for (uint32_t i = 0; i < l->n; i++)
    if (l->pages[i].first_row < end && end_row(p, l, i) > first)
      add(list, l->pages[i].offset, l->pages[i].bytes);
}

sonde_code pq_ranges(const pq_piece *p, const pq_leaf_pages *index, uint64_t first_row, uint32_t n_rows,
                     arena *memory, pq_range **out, uint32_t *n, sonde_error *err) {
  size_t most = 0;
  for (uint32_t i = 0; i < p->n_leaves; i++) most += index ? index[i].n + 2u : 2u;
  range_list l = {arena_array(memory, most, sizeof *l.ranges, err), 0};
  if (!l.ranges) return err->code;
  bool whole = first_row == 0 && n_rows == p->rows;
  for (uint32_t i = 0; i < p->n_leaves && n_rows > 0; i++) {
    const pq_chunk *c = &p->chunks[i];
    if (index && index[i].n && !whole)
      add_pages(&l, p, c, &index[i], first_row, first_row + n_rows);
    else
      add(&l, c->pages.offset, c->pages.length);
  }
  *out = l.ranges;
  *n = l.n;
  return SONDE_OK;
}

void pq_index_ranges(const pq_piece *p, pq_range *out) {
  for (uint32_t i = 0; i < p->n_leaves; i++) {
    out[2 * i] = p->chunks[i].offset_index;
    out[2 * i + 1] = p->chunks[i].column_index;
  }
}
