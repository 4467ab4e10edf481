/* FRAGMENT_INDEX: where the rows of a block begin.
 * body: u64 row_begin or CSV_UNKNOWN
 * result: u64 row_begin, u64 next_begin, u32 rows, u32 lines, u32 n_marks, n × (u32 row, u32 offset) */
#include "exec/task.h"

/* Bytes beyond the block for its last row; when they do not suffice, eight times as many are asked for. */
#define MARGIN ((uint64_t)64 << 10)

static sonde_code index_span(task *t, const fragment_head *h, uint64_t row_begin, uint64_t margin,
                             csv_index *found, bool *more, uint64_t *end) {
  source *src = sources_find(t->sources, h->source);
  uint64_t size = src ? src->size : h->end;
  *end = size - h->end < margin ? size : h->end + margin;
  const uint8_t *bytes = task_bytes(t, h->source, h->begin, *end);
  if (!bytes) return t->err->code;
  csv_span span = {bytes, (size_t)(*end - h->begin), h->begin, *end == size};
  return csv_index_block(&h->dialect, span, h->end, row_begin, t->scratch, t->scratch, found, more, t->err);
}

static void put_index(buf *out, const csv_index *x) {
  buf_u64(out, x->row_begin);
  buf_u64(out, x->next_begin);
  buf_u32(out, x->rows);
  buf_u32(out, x->lines);
  buf_u32(out, x->n_marks);
  for (uint32_t i = 0; i < x->n_marks; i++) {
    buf_u32(out, x->marks[i].row);
    buf_u32(out, x->marks[i].offset);
  }
}

sonde_code run_index(task *t, const fragment_head *h, rd *r, buf *out) {
  uint64_t row_begin = rd_u64(r);
  SONDE_CHECK(!r->bad, t->err, SONDE_CORRUPT, 0, "an index fragment is cut short");
  csv_index found = {0};
  bool more = true;
  uint64_t end = h->end;
  for (uint64_t margin = MARGIN; more; margin *= 8) {
    more = false;
    SONDE_TRY(index_span(t, h, row_begin, margin, &found, &more, &end));
    if (t->wants->count) return SONDE_OK;
  }
  put_index(out, &found);
  source *src = sources_find(t->sources, h->source);
  /* Measured: reading them again for the import costs less than the first touch of memory to keep them in. */
  if (src) source_release(t->sources, src, h->begin, end);
  return SONDE_OK;
}
