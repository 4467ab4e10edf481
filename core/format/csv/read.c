/* Pass 2: values. See block.h. */
#include <string.h>

#include "base/utf8.h"
#include "format/csv/builder.h"

#define BATCH_FIELDS                                                                                         \
  8192u /* 96 KB: stays in the second-level cache between the pass by rows and those by columns */
#define BATCH_ROWS 1024u

typedef struct {
  const csv_dialect *d;
  csv_text text;
  bool last, whole, valid_utf8;
  csv_want want;
  uint32_t cap; /* rows that there can be */
  uint32_t batch_rows;
  csv_field *fields; /* batch_rows × columns */
  csv_row *rows;     /* of the batch */
  uint64_t *bad_values;
  builder *builders;
  csv_bad *bad;
  uint32_t n_bad, bad_cap, lines;
  csv_rows *out;
  arena *scratch;
  sonde_error *err;
} reader;

static sonde_code list_bad(reader *r, const csv_row *row, uint32_t number, csv_bad_reason reason,
                           uint32_t found) {
  r->out->n_bad++;
  if (r->n_bad == CSV_BAD_MAX) return SONDE_OK;
  if (r->n_bad == r->bad_cap) {
    uint32_t cap = r->bad_cap ? r->bad_cap * 4 : 16;
    csv_bad *list = arena_array(r->scratch, cap, sizeof *list, r->err);
    if (!list) return r->err->code;
    if (r->n_bad) memcpy(list, r->bad, r->n_bad * sizeof *list);
    r->bad = list;
    r->bad_cap = cap;
  }
  r->bad[r->n_bad++] =
      (csv_bad){number, r->lines, csv_text_source(&r->text, row->begin), (uint8_t)reason, found};
  return SONDE_OK;
}

/* Fills up or cuts a row to the table's width, cuts oversized fields, and lists it where it is not as it should be. */
static sonde_code settle_row(reader *r, const csv_row *row, uint32_t number, csv_field *fields) {
  uint32_t columns = r->d->columns;
  for (uint32_t c = row->fields; c < columns; c++) fields[c] = (csv_field){0, 0, 0};
  bool blank_single = columns == 1 && row->fields == 1;
  if (row->unclosed) return list_bad(r, row, number, CSV_BAD_UNCLOSED, 0);
  if (row->fields < columns && !blank_single) return list_bad(r, row, number, CSV_BAD_FEW, row->fields);
  if (row->fields > columns) return list_bad(r, row, number, CSV_BAD_MANY, row->fields);
  if (row->stray) return list_bad(r, row, number, CSV_BAD_STRAY_QUOTE, 0);
  if (!r->valid_utf8 && !utf8_valid((const char *)r->text.text + row->begin, row->next - row->begin))
    return list_bad(r, row, number, CSV_BAD_BYTES, 0);
  if (row->next - row->begin <= r->want.field_max) return SONDE_OK;
  for (uint32_t c = 0; c < columns; c++) {
    if (fields[c].len <= r->want.field_max) continue;
    fields[c].len =
        (uint32_t)utf8_cut((const char *)r->text.text + fields[c].begin, fields[c].len, r->want.field_max);
    return list_bad(r, row, number, CSV_BAD_FIELD_LONG, c);
  }
  return SONDE_OK;
}

static sonde_code add_column(reader *r, uint32_t column, uint32_t first, uint32_t n, arena *scratch) {
  builder *b = &r->builders[column];
  if (b->plan.mode == CSV_SKIP) return SONDE_OK;
  memset(r->bad_values, 0, ((size_t)n + 63) / 64 * 8);
  field_run run = {r->text.text, r->text.len, r->fields + column, r->d->columns, n};
  SONDE_TRY(builder_add(b, &run, r->bad_values, scratch, r->err));
  if (b->plan.mode != CSV_FIXED) return SONDE_OK;
  for (uint32_t i = 0; i < n; i++)
    if (r->bad_values[i >> 6] >> (i & 63) & 1)
      SONDE_TRY(list_bad(r, &r->rows[i], first + i, CSV_BAD_VALUE, column));
  return SONDE_OK;
}

/* The next batch of rows into the matrix; `*n` 0 at the end. */
static sonde_code fill_batch(reader *r, csv_scan *scan, uint32_t *skip, uint32_t done, uint32_t *n) {
  uint32_t most = r->want.rows - done < r->batch_rows ? r->want.rows - done : r->batch_rows;
  *n = 0;
  while (*n < most && scan->pos < r->text.len) {
    csv_field *fields = r->fields + (size_t)*n * r->d->columns;
    csv_row *row = &r->rows[*n];
    row_kind kind = csv_scan_row(scan, fields, r->d->columns, row);
    if (kind == ROW_SHORT) break;
    if (kind == ROW_DATA && *skip > 0) {
      --*skip;
    } else if (kind == ROW_DATA) {
      SONDE_TRY(settle_row(r, row, done + *n, fields));
      ++*n;
    }
    r->lines += row->lines;
  }
  return SONDE_OK;
}

static sonde_code read_batches(reader *r) {
  uint32_t skip = r->want.skip, done = 0, n;
  csv_scan scan;
  csv_scan_open(&scan, r->d, r->text.text, r->text.len, r->last, 0, SCAN_FIELDS);
  scan.whole = r->whole;
  for (;;) {
    SONDE_TRY(fill_batch(r, &scan, &skip, done, &n));
    if (n == 0) break;
    for (uint32_t c = 0; c < r->d->columns; c++) SONDE_TRY(add_column(r, c, done, n, r->scratch));
    done += n;
  }
  r->out->rows = done;
  r->out->end = csv_text_source(&r->text, scan.pos);
  return SONDE_OK;
}

/* Rows that the text can hold at most: a row takes at least a byte, and one of several columns its delimiters. */
static uint32_t most_rows(const reader *r) {
  uint64_t n = r->text.len / (r->d->columns > 1 ? 2 : 1) + 1;
  return n < r->want.rows ? (uint32_t)n : r->want.rows;
}

static sonde_code prepare(reader *r) {
  uint32_t columns = r->d->columns;
  uint32_t rows = BATCH_FIELDS / columns;
  r->batch_rows = rows < 1 ? 1 : rows > BATCH_ROWS ? BATCH_ROWS : rows;
  r->fields = arena_array(r->scratch, (size_t)r->batch_rows * columns, sizeof *r->fields, r->err);
  r->rows = arena_array(r->scratch, r->batch_rows, sizeof *r->rows, r->err);
  r->bad_values = arena_alloc(r->scratch, ((size_t)r->batch_rows + 63) / 64 * 8, r->err);
  r->builders = arena_zero(r->scratch, columns * sizeof *r->builders, r->err);
  return r->fields && r->rows && r->bad_values && r->builders ? SONDE_OK : r->err->code;
}

static sonde_code run_plans(reader *r, const csv_plan *plan) {
  for (uint32_t c = 0; c < r->d->columns; c++) {
    r->builders[c].plan = plan[c];
    if (plan[c].mode == CSV_SKIP) continue;
    SONDE_TRY(builder_init(&r->builders[c], &plan[c], r->cap, r->d, r->valid_utf8, r->want.stats, r->scratch,
                           r->err));
  }
  r->n_bad = r->lines = 0;
  r->out->n_bad = 0;
  return read_batches(r);
}

/* Columns whose values did not fit what was tried are read once more, as what they turned out to be. */
static sonde_code second_plans(reader *r, const csv_plan *plan, csv_plan **again) {
  *again = NULL;
  for (uint32_t c = 0; c < r->d->columns; c++) {
    if (plan[c].mode != CSV_INFER || !r->builders[c].mismatch) continue;
    if (!*again) *again = arena_zero(r->scratch, r->d->columns * sizeof **again, r->err);
    if (!*again) return r->err->code;
    (*again)[c] = (csv_plan){.mode = CSV_INFER, .seen = r->builders[c].seen};
  }
  return SONDE_OK;
}

static sonde_code finish_columns(reader *r, const csv_plan *plan, chunk *into, arena *keep) {
  for (uint32_t c = 0; c < r->d->columns; c++) {
    if (plan[c].mode == CSV_SKIP) continue;
    SONDE_TRY(builder_finish(&r->builders[c], &into->vecs[c], &r->out->columns[c], &into->memory, keep,
                             r->scratch, r->err));
  }
  return SONDE_OK;
}

static sonde_code read_all(reader *r, const csv_plan *plan, chunk *into, arena *keep) {
  SONDE_TRY(prepare(r));
  SONDE_TRY(run_plans(r, plan));
  csv_plan *again;
  SONDE_TRY(second_plans(r, plan, &again));
  if (again) {
    builder *first = r->builders;
    csv_bad *bad = r->bad;
    uint32_t n_bad = r->n_bad, total = r->out->n_bad;
    r->builders = arena_zero(r->scratch, r->d->columns * sizeof *first, r->err);
    if (!r->builders) return r->err->code;
    r->bad = NULL;
    r->bad_cap = 0;
    SONDE_TRY(run_plans(r, again));
    for (uint32_t c = 0; c < r->d->columns; c++)
      if (again[c].mode == CSV_SKIP) r->builders[c] = first[c];
    r->bad = bad;
    r->n_bad = n_bad;
    r->out->n_bad = total;
  }
  return finish_columns(r, plan, into, keep);
}

sonde_code csv_read(const csv_dialect *d, csv_span span, csv_want want, const csv_plan *plan, chunk *into,
                    arena *keep, arena *scratch, csv_rows *out, sonde_error *err) {
  reader r = {.d = d,
              .last = span.last,
              .whole = want.whole,
              .want = want,
              .out = out,
              .scratch = scratch,
              .err = err};
  *out = (csv_rows){0};
  SONDE_TRY(csv_text_open(&r.text, d, span, scratch, err));
  r.valid_utf8 = d->encoding != CSV_UTF8 || utf8_valid((const char *)r.text.text, r.text.len);
  r.cap = most_rows(&r);
  out->columns = arena_zero(keep, d->columns * sizeof *out->columns, err);
  into->vecs = arena_zero(&into->memory, d->columns * sizeof *into->vecs, err);
  if (!out->columns || !into->vecs) return err->code;
  SONDE_TRY(read_all(&r, plan, into, keep));
  into->rows = out->rows;
  into->columns = d->columns;
  out->bad = arena_copy(keep, r.bad, r.n_bad * sizeof *r.bad, err);
  out->n_bad_listed = r.n_bad;
  return out->bad ? SONDE_OK : err->code;
}
