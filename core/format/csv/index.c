/* Pass 1: where rows begin. See block.h. */
#include "base/arena.h"
#include "format/csv/block.h"
#include "format/csv/row.h"

#include <string.h>

#define PROBE_ROWS 8u

/* How many of the next rows from `pos` have the right number of fields. */
static uint32_t score(const csv_dialect *d, const csv_text *t, bool last, uint32_t pos) {
  uint32_t good = 0;
  csv_row row;
  for (uint32_t i = 0; i < PROBE_ROWS && pos < t->len; i++) {
    row_kind kind = csv_next_row(d, t->text, t->len, last, pos, NULL, 0, &row);
    if (kind == ROW_SHORT) break;
    good += kind == ROW_DATA && row.fields == d->columns && !row.stray;
    pos = row.next;
  }
  return good;
}

/* The first position behind a line end at or after `pos`; len when there is none. */
static uint32_t after_line_end(const csv_dialect *d, const csv_text *t, uint32_t pos) {
  uint8_t eol = d->newline == CSV_CR ? '\r' : '\n';
  const uint8_t *p = pos < t->len ? memchr(t->text + pos, eol, t->len - pos) : NULL;
  return p ? (uint32_t)(p - t->text) + 1 : t->len;
}

/* As if `pos` lay inside quotes: the row that begins after the one in which the quote closes. */
static uint32_t after_quoted(const csv_dialect *d, const csv_text *t, bool last) {
  const uint8_t *end = t->text + t->len;
  for (const uint8_t *p = t->text; (p = memchr(p, d->quote, (size_t)(end - p))) != NULL; p++) {
    if (p + 1 < end && p[1] == d->quote) {
      p++;
      continue;
    }
    uint32_t at = (uint32_t)(p - t->text) + 1;
    bool closes = at < t->len && (t->text[at] == d->delimiter || t->text[at] == '\n' || t->text[at] == '\r');
    if (!closes) continue;
    csv_row row;
    if (t->text[at] == d->delimiter) at++;
    return csv_next_row(d, t->text, t->len, last, at, NULL, 0, &row) == ROW_SHORT ? t->len : row.next;
  }
  return t->len;
}

/* The likeliest row start; a wrong guess is found out when the chain of blocks is verified. */
static uint32_t guess(const csv_dialect *d, const csv_text *t, bool last) {
  uint32_t outside = after_line_end(d, t, 0);
  if (!d->quote) return outside;
  uint32_t inside = after_quoted(d, t, last);
  return score(d, t, last, inside) > score(d, t, last, outside) ? inside : outside;
}

typedef struct {
  csv_mark *list;
  uint32_t count, cap;
} marks;

static sonde_code add_mark(marks *m, uint32_t row, uint64_t offset, arena *scratch, sonde_error *err) {
  if (m->count == m->cap) {
    uint32_t cap = m->cap ? m->cap * 2 : 64;
    csv_mark *list = arena_array(scratch, cap, sizeof *list, err);
    if (!list) return err->code;
    if (m->count) memcpy(list, m->list, m->count * sizeof *list);
    m->list = list;
    m->cap = cap;
  }
  m->list[m->count++] = (csv_mark){row, (uint32_t)offset};
  return SONDE_OK;
}

static sonde_code index_from(const csv_dialect *d, csv_text *t, bool last, uint32_t pos, uint64_t block_end,
                             arena *scratch, csv_index *out, marks *m, bool *more, sonde_error *err) {
  uint64_t marked = 0;
  bool found = false;
  bool utf8 = d->encoding == CSV_UTF8;
  csv_scan scan;
  csv_scan_open(&scan, d, t->text, t->len, last, pos, SCAN_ENDS);
  while (scan.pos < t->len) {
    uint64_t at = utf8 ? t->offset + scan.pos : csv_text_source(t, scan.pos);
    if (at >= block_end) break;
    csv_row row;
    row_kind kind = csv_scan_row(&scan, NULL, 0, &row);
    if (kind == ROW_SHORT) {
      *more = true;
      return SONDE_OK;
    }
    if (!found) {
      found = true;
      out->row_begin = at;
    }
    if (kind == ROW_DATA) {
      bool due = at - out->row_begin >= marked + CSV_MARK_BYTES || out->rows == 0;
      if (due) {
        marked = at - out->row_begin;
        SONDE_TRY(add_mark(m, out->rows, marked, scratch, err));
      }
      out->rows++;
    }
    out->lines += row.lines;
  }
  pos = scan.pos;
  if (pos >= t->len && !last) {
    uint64_t at = csv_text_source(t, t->len);
    if (at < block_end) *more = true; /* whether another row begins in the block is not known yet */
  }
  out->next_begin = csv_text_source(t, pos < t->len ? pos : t->len);
  if (!found) out->row_begin = out->next_begin;
  return SONDE_OK;
}

sonde_code csv_index_block(const csv_dialect *d, csv_span span, uint64_t block_end, uint64_t row_begin,
                           arena *out_memory, arena *scratch, csv_index *out, bool *more, sonde_error *err) {
  csv_span rest = span;
  if (row_begin != CSV_UNKNOWN) {
    uint64_t skip = row_begin - span.offset;
    SONDE_CHECK(row_begin >= span.offset, err, SONDE_MISUSE, row_begin, "a row start lies before its block");
    if (skip > span.len) skip = span.len;
    rest = (csv_span){span.bytes + skip, span.len - (size_t)skip, span.offset + skip, span.last};
  }
  csv_text t;
  marks m = {0};
  *out = (csv_index){0};
  *more = false;
  SONDE_TRY(csv_text_open(&t, d, rest, scratch, err));
  uint32_t pos = row_begin == CSV_UNKNOWN ? guess(d, &t, span.last) : 0;
  if (row_begin != CSV_UNKNOWN && row_begin >= block_end) {
    out->row_begin = out->next_begin = row_begin;
    return SONDE_OK;
  }
  SONDE_TRY(index_from(d, &t, span.last, pos, block_end, scratch, out, &m, more, err));
  out->n_marks = m.count;
  out->marks = arena_copy(out_memory, m.list, m.count * sizeof *m.list, err);
  return out->marks || m.count == 0 ? SONDE_OK : err->code;
}
