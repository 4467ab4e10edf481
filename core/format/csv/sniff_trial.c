/* One trial: a sample read under one dialect, and how much it then looks like a table. The score follows the idea of
 * van den Burg, Nazábal and Sutton ("Wrangling messy CSV files by detecting row and type patterns", 2019): consistency
 * of the rows times plausibility of the cells. */
#include <stdlib.h>
#include <string.h>

#include "format/csv/sniff_parts.h"

enum {
  ROWS_MAX = 400,       /* looked at in a sample */
  CELLS_MAX = 3000,     /* classified: most of the time goes there */
  ROW_CELLS_MAX = 1000, /* of these, in one row */
};

typedef struct {
  uint32_t rows, cells;
  uint32_t fields[ROWS_MAX];
  uint32_t filled[ROWS_MAX]; /* cells that are not empty */
  float plausible[ROWS_MAX]; /* mean over the row's cells; < 0: not looked at */
  bool one_value[ROWS_MAX];  /* the whole row is a number, a date, a text in quotes */
  uint32_t at[ROWS_MAX];
  csv_field row[ROW_CELLS_MAX];
} tally;

static const char *text_of(const sniff_rows *r, const csv_field *f) {
  return (const char *)r->text + f->begin;
}

static float plausibility(const sniff_rows *r, const csv_field *f) {
  static const float of_cell[] = {
      [CELL_EMPTY] = 0.9f, [CELL_TYPED] = 1.0f, [CELL_WORD] = 0.9f, [CELL_PROSE] = 0.5f, [CELL_ODD] = 0.1f};
  if (f->flags & FIELD_STRAY || (f->len > 0 && !(f->flags & FIELD_QUOTED) && *text_of(r, f) == '"'))
    return 0.02f;
  return f->flags & FIELD_QUOTED ? 0.95f : of_cell[sniff_classify(text_of(r, f), f->len)];
}

/* "1,2" is a list and not one value; "Nov 21, 2026" is one. */
static bool one_value(const sniff_rows *r, const csv_field *f) {
  const char *p = text_of(r, f);
  if (r->row.fields > 1 || f->flags & FIELD_STRAY || r->row.unclosed) return false;
  if (f->flags & FIELD_QUOTED) return true;
  bool list = memchr(p, ',', f->len) && (uint8_t)p[0] < 'A' && (uint8_t)p[f->len / 2] < 'A';
  return !list && sniff_classify(p, f->len) == CELL_TYPED;
}

static void tally_row(const sniff_rows *r, tally *all, sniff_trial *t) {
  uint32_t fields = sniff_fields(r), looked = 0, filled = r->row.fields - fields, row = all->rows++;
  float sum = 0;
  for (uint32_t i = 0; i < fields; i++) {
    const csv_field *f = &r->fields[i];
    filled += f->len > 0;
    t->quoted += (f->flags & FIELD_QUOTED) != 0;
    t->escaped += (f->flags & FIELD_ESCAPED) != 0;
    t->stray += (f->flags & FIELD_STRAY) != 0;
    if (all->cells < CELLS_MAX) sum += plausibility(r, f), looked++, all->cells++;
  }
  t->unclosed = t->unclosed || r->row.unclosed;
  all->fields[row] = r->row.fields;
  all->filled[row] = filled;
  all->plausible[row] = looked ? sum / (float)looked : -1;
  all->one_value[row] = one_value(r, &r->fields[0]);
  all->at[row] = r->row.begin;
}

/* A row that the text's end cuts is better than none. */
static void tally_rows(sniff_rows *r, tally *all, sniff_trial *t) {
  while (all->rows < ROWS_MAX && sniff_next_row(r)) tally_row(r, all, t);
  if (all->rows > 0 || !sniff_next_cut_row(r)) return;
  tally_row(r, all, t);
  t->unclosed = t->unclosed && r->whole;
}

static int compare_counts(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* The most frequent number of fields above one, the larger one of equals; 1 when there is none. */
static uint32_t usual_fields(const tally *all) {
  uint32_t sorted[ROWS_MAX], best = 1, best_rows = 0, run = 0;
  memcpy(sorted, all->fields, all->rows * sizeof *sorted);
  qsort(sorted, all->rows, sizeof *sorted, compare_counts);
  for (uint32_t i = 0; i < all->rows; i++) {
    run = i > 0 && sorted[i] == sorted[i - 1] ? run + 1 : 1;
    if (sorted[i] > 1 && run >= best_rows) {
      best = sorted[i];
      best_rows = run;
    }
  }
  return best;
}

/* The table's first row: the first one with more than half of the usual fields. A title before it has fewer. */
static uint32_t first_row(const tally *all, uint32_t columns) {
  uint32_t row = 0;
  while (row < all->rows && columns > 1 && (all->fields[row] < 2 || all->fields[row] <= columns / 2)) row++;
  return row;
}

static double consistency(const tally *all, uint32_t first, sniff_trial *t) {
  double sum = 0;
  uint32_t columns = t->dialect.columns;
  t->fewest = UINT32_MAX;
  for (uint32_t i = first; i < all->rows; i++) {
    uint32_t n = all->fields[i];
    if (n < t->fewest) t->fewest = n;
    if (n > t->most) t->most = n;
    t->fit += n == columns;
    sum += n == columns ? 1 : n > columns ? 0.2 : n > 1 ? 0.4 : 0;
  }
  t->rows = all->rows - first;
  double share = sum / t->rows;
  return share * share * t->rows / (t->rows + 0.3 * first);
}

static double mean_plausibility(const tally *all, uint32_t first) {
  double sum = 0;
  uint32_t n = 0;
  for (uint32_t i = first; i < all->rows; i++) {
    if (all->plausible[i] < 0) continue;
    sum += (double)all->plausible[i];
    n++;
  }
  return n ? sum / n : 0;
}

/* A delimiter that few people use has to fit exactly, over several rows, and leave good cells. */
static double prior(const sniff_trial *t, uint32_t first, double plausible, uint32_t fixed) {
  uint8_t d = t->dialect.delimiter;
  if (fixed & CSV_SET_DELIMITER || d == ',' || d == ';' || d == '\t' || d == '|') return 1;
  if (d < 0x20) return t->fit == t->rows ? 1 : 0.5;
  if (t->fit < t->rows || t->rows < 3 || first > 0 || plausible < 0.8) return 0;
  return d != ' ' ? 0.5 : t->dialect.columns > 2 ? 0.3 : 0;
}

/* One column of numbers, dates or texts in quotes is a table; one column of words may be any text. The first row, which
 * may be a name, has no say. */
static double single_column(const tally *all) {
  uint32_t begin = all->rows > 1, values = 0;
  for (uint32_t i = begin; i < all->rows; i++) values += all->one_value[i];
  return values >= 0.8 * (all->rows - begin) ? 0.9 : 0.15;
}

/* Where more than half of the columns have a text in a row of all columns: there the header or the first row is, when
 * titles are padded with delimiters. */
static size_t first_full_row(const tally *all, const sniff_trial *t, uint32_t first) {
  uint32_t columns = t->dialect.columns, row = first;
  while (row < all->rows && (all->fields[row] != columns || all->filled[row] <= columns / 2)) row++;
  return all->at[row < all->rows ? row : first];
}

/* More than ten fields are no better than ten. */
static double size_score(uint32_t columns) {
  double n = columns < 10 ? columns : 10;
  return (n - 1) / n;
}

sonde_code sniff_try(const csv_dialect *d, const char *p, size_t n, bool whole, uint32_t fixed,
                     arena *scratch, sniff_trial *out, sonde_error *err) {
  sniff_rows r;
  tally *all = arena_alloc(scratch, sizeof *all, err);
  if (!all) return SONDE_NOMEM;
  *out = (sniff_trial){.dialect = *d};
  out->dialect.columns = d->delimiter ? 2 : 1; /* several: blank lines are no rows */
  all->rows = all->cells = 0;
  sniff_rows_init(&r, &out->dialect, p, n, whole, all->row, ROW_CELLS_MAX);
  tally_rows(&r, all, out);
  if (all->rows == 0) {
    out->dialect.columns = 1;
    return SONDE_OK;
  }
  out->dialect.columns = d->delimiter ? usual_fields(all) : 1;
  uint32_t columns = out->dialect.columns, first = first_row(all, columns);
  if (columns == 1 && d->delimiter && !(fixed & CSV_SET_DELIMITER)) return SONDE_OK;
  out->first_at = all->at[first];
  out->full_at = first_full_row(all, out, first);
  double size = columns > 1 ? size_score(columns) : single_column(all);
  double rows = consistency(all, first, out), plausible = mean_plausibility(all, first);
  if (out->unclosed) rows *= 0.8;
  out->score = rows * size * plausible * prior(out, first, plausible, fixed);
  return SONDE_OK;
}
