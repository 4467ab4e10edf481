/* Pass 1: where rows begin. See block.h. */
#include "base/arena.h"
#include "format/csv/block.h"
#include "format/csv/plain_rows.h"
#include "format/csv/row.h"

#include <string.h>

#define PROBE_ROWS 8u
/* Where one row was not plain, the next ones seldom are. */
#define CAREFUL_BYTES 4096u

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

/* An index while it is made. */
typedef struct {
  csv_text *text;
  csv_scan scan;
  bool found, passes; /* a row; plain rows are passed over */
  uint32_t careful;   /* up to here rows are read one by one */
  uint64_t block_end, marked;
  marks marks;
  csv_index *out;
  arena *scratch;
  sonde_error *err;
} indexing;

static bool is_mark_due(const indexing *x, uint64_t at) {
  return x->out->rows == 0 || at - x->out->row_begin >= x->marked + CSV_MARK_BYTES;
}

/* The next `rows`, of which the first begins at `at`, are data. */
static sonde_code count_rows(indexing *x, uint64_t at, uint32_t rows) {
  if (rows > 0 && is_mark_due(x, at)) {
    x->marked = at - x->out->row_begin;
    SONDE_TRY(add_mark(&x->marks, x->out->rows, x->marked, x->scratch, x->err));
  }
  x->out->rows += rows;
  return SONDE_OK;
}

/* Where the next mark is due after one that is due at `at`, or the block ends if that is sooner. */
static uint32_t pass_until(const indexing *x, uint64_t at) {
  uint64_t marked = is_mark_due(x, at) ? at - x->out->row_begin : x->marked;
  uint64_t until = x->out->row_begin + marked + CSV_MARK_BYTES;
  if (until > x->block_end) until = x->block_end;
  uint64_t pos = until - x->text->offset;
  return pos < x->text->len ? (uint32_t)pos : x->text->len;
}

static sonde_code pass_rows(indexing *x, uint64_t at) {
  uint32_t until = pass_until(x, at);
  csv_passed passed = csv_pass_plain(x->scan.dialect, x->text->text, x->text->len, x->scan.pos, until);
  if (passed.next < until) x->careful = passed.next + CAREFUL_BYTES;
  csv_scan_seek(&x->scan, passed.next);
  x->out->lines += passed.lines;
  return count_rows(x, at, passed.rows);
}

static sonde_code read_row(indexing *x, uint64_t at, bool *more) {
  csv_row row;
  row_kind kind = csv_scan_row(&x->scan, NULL, 0, &row);
  if (kind == ROW_SHORT) {
    *more = true;
    return SONDE_OK;
  }
  x->out->lines += row.lines;
  return count_rows(x, at, kind == ROW_DATA);
}

static sonde_code index_rows(indexing *x, bool *more) {
  bool utf8 = x->scan.dialect->encoding == CSV_UTF8;
  while (x->scan.pos < x->text->len) {
    uint64_t at = utf8 ? x->text->offset + x->scan.pos : csv_text_source(x->text, x->scan.pos);
    if (at >= x->block_end) break;
    if (!x->found) x->out->row_begin = at;
    x->found = true;
    bool passes = x->passes && x->scan.pos >= x->careful;
    SONDE_TRY(passes ? pass_rows(x, at) : read_row(x, at, more));
    if (*more) return SONDE_OK;
  }
  if (x->scan.pos >= x->text->len && !x->scan.last) {
    uint64_t at = csv_text_source(x->text, x->text->len);
    if (at < x->block_end) *more = true; /* whether another row begins in the block is not known yet */
  }
  x->out->next_begin = csv_text_source(x->text, x->scan.pos);
  if (!x->found) x->out->row_begin = x->out->next_begin;
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
  *out = (csv_index){0};
  *more = false;
  SONDE_TRY(csv_text_open(&t, d, rest, scratch, err));
  uint32_t pos = row_begin == CSV_UNKNOWN ? guess(d, &t, span.last) : 0;
  if (row_begin != CSV_UNKNOWN && row_begin >= block_end) {
    out->row_begin = out->next_begin = row_begin;
    return SONDE_OK;
  }
  indexing x = {.text = &t,
                .passes = d->encoding == CSV_UTF8 && csv_can_pass(d),
                .block_end = block_end,
                .out = out,
                .scratch = scratch,
                .err = err};
  csv_scan_open(&x.scan, d, t.text, t.len, span.last, pos, SCAN_ENDS);
  SONDE_TRY(index_rows(&x, more));
  out->n_marks = x.marks.count;
  out->marks = arena_copy(out_memory, x.marks.list, x.marks.count * sizeof *x.marks.list, err);
  return out->marks || out->n_marks == 0 ? SONDE_OK : err->code;
}
