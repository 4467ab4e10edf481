/* csv_walk.h — what the index of a block has to be, one row at a time: the plain way, without passing over any. */
#ifndef SONDE_TESTS_CSV_WALK_H
#define SONDE_TESTS_CSV_WALK_H
#include "format/csv/block.h"
#include "format/csv/row.h"

static inline bool csv_walk_marks(const csv_index *x, uint32_t *mark, uint32_t row, uint64_t offset) {
  const csv_mark *last = *mark > 0 ? &x->marks[*mark - 1] : NULL;
  if (last && offset < last->offset + CSV_MARK_BYTES) return true;
  if (*mark == x->n_marks) return false;
  const csv_mark *m = &x->marks[(*mark)++];
  return m->row == row && m->offset == offset;
}

/* Whether `x` is the index of the rows that begin in [x->row_begin, block_end). */
static inline bool csv_walk_finds(const csv_dialect *d, csv_span span, uint64_t block_end, const csv_index *x,
                                  arena *scratch) {
  size_t skip = (size_t)(x->row_begin - span.offset);
  csv_text t;
  csv_row row;
  sonde_error err;
  if (skip > span.len) return false;
  csv_span rest = {span.bytes + skip, span.len - skip, span.offset + skip, span.last};
  if (csv_text_open(&t, d, rest, scratch, &err) != SONDE_OK) return false;
  uint32_t pos = 0, rows = 0, lines = 0, mark = 0;
  for (; pos < t.len; pos = row.next) {
    uint64_t at = csv_text_source(&t, pos);
    if (at >= block_end) break;
    row_kind kind = csv_next_row(d, t.text, t.len, span.last, pos, NULL, 0, &row);
    if (kind == ROW_SHORT) return false;
    if (kind == ROW_DATA && !csv_walk_marks(x, &mark, rows++, at - x->row_begin)) return false;
    lines += row.lines;
  }
  return x->rows == rows && x->lines == lines && x->n_marks == mark &&
         x->next_begin == csv_text_source(&t, pos);
}

#endif
