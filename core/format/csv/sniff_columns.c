/* Reads the first rows of the table under the chosen dialect: what the first row says, and what the rows below it hold
 * column by column. */
#include <string.h>

#include "base/number.h"
#include "format/csv/sniff_parts.h"

enum { ROWS_MAX = 1000, CELLS_MAX = 20000 };

/* One cell of a row below the first; column < columns. */
typedef sonde_code (*on_cell)(void *user, uint32_t column, sonde_str value, sonde_error *);

/* Answers the rows read through `rows`; a cut row is not read unless it is the first. */
static sonde_code read_row(sniff_reader *r, uint32_t columns, arena *scratch, on_cell cell, void *user, uint32_t *fields,
                           sonde_error *err) {
  sniff_field f;
  *fields = 0;
  do {
    sonde_str value;
    sniff_next_field(r, &f);
    if (*fields < columns) {
      SONDE_TRY(sniff_value(r, &f, scratch, &value, err));
      SONDE_TRY(cell(user, *fields, sniff_trim(value), err));
    }
    (*fields)++;
  } while (!f.last);
  return SONDE_OK;
}

static bool row_is_whole(const sniff_reader *r) {
  sniff_reader ahead = *r;
  sniff_field f;
  do sniff_next_field(&ahead, &f);
  while (!f.last);
  return !f.cut;
}

/* Goes to the next row that is there as a whole and not blank. */
static bool next_whole_row(sniff_reader *r, bool blank_rows) {
  while (sniff_next_row(r)) {
    if (!blank_rows && sniff_skip_blank(r)) continue;
    return row_is_whole(r);
  }
  return false;
}

/* ---- the decimal mark ---- */

typedef struct {
  uint8_t *marks; /* per column: of these */
} decimal_look;
enum { MARK_COMMA = 1, MARK_POINT = 2, MARK_NEITHER = 4 };

static bool groups_of_three(sonde_str s) {
  const char *comma = memchr(s.ptr, ',', s.len);
  return comma && (size_t)(s.ptr + s.len - comma) == 4 && s.ptr[0] != '0';
}

static sonde_code look_for_decimal(void *user, uint32_t column, sonde_str v, sonde_error *err) {
  decimal_look *look = user;
  number_text t;
  (void)err;
  if (v.len == 0 || sniff_means_missing(v)) return SONDE_OK;
  bool point = number_scan(v.ptr, v.len, '.', &t), comma = number_scan(v.ptr, v.len, ',', &t);
  if (point && !comma) look->marks[column] |= MARK_POINT;
  if (comma && !point) look->marks[column] |= groups_of_three(v) ? 0 : MARK_COMMA;
  if (!comma && !point) look->marks[column] |= MARK_NEITHER;
  return SONDE_OK;
}

static sonde_code find_decimal(sniff_reader r, arena *scratch, sniff_columns *out, sonde_error *err) {
  decimal_look look = {arena_zero(scratch, out->columns, err)};
  if (!look.marks) return SONDE_NOMEM;
  uint32_t fields;
  for (uint32_t rows = 0; rows < ROWS_MAX / 4 && next_whole_row(&r, false); rows++) {
    SONDE_TRY(read_row(&r, out->columns, scratch, look_for_decimal, &look, &fields, err));
    if (fields > CELLS_MAX) break;
  }
  for (uint32_t i = 0; i < out->columns; i++) {
    out->comma_columns += look.marks[i] == MARK_COMMA;
    out->point_columns += look.marks[i] == MARK_POINT;
  }
  out->decimal = out->comma_columns > out->point_columns ? ',' : '.';
  return SONDE_OK;
}

/* ---- first row and columns ---- */

static sonde_code keep_first(void *user, uint32_t column, sonde_str v, sonde_error *err) {
  (void)err;
  ((sniff_columns *)user)->first[column] = v;
  return SONDE_OK;
}

static sonde_code add_value(void *user, uint32_t column, sonde_str v, sonde_error *err) {
  sniff_columns *c = user;
  sonde_str first = c->first[column];
  (void)err;
  if (v.len == 0 || sniff_means_missing(v)) return SONDE_OK;
  c->values[column]++;
  c->repeats[column] += v.len == first.len && memcmp(v.ptr, first.ptr, v.len) == 0;
  csv_seen_add(&c->seen[column], v.ptr, v.len, (char)c->decimal);
  return SONDE_OK;
}

static sonde_code make_columns(uint32_t columns, arena *scratch, sniff_columns *c, sonde_error *err) {
  *c = (sniff_columns){.columns = columns, .decimal = '.'};
  c->first = arena_array(scratch, columns, sizeof *c->first, err);
  c->seen = arena_array(scratch, columns, sizeof *c->seen, err);
  c->values = arena_array(scratch, columns, 2 * sizeof *c->values, err);
  if (!c->first || !c->seen || !c->values) return SONDE_NOMEM;
  c->repeats = c->values + columns;
  memset(c->values, 0, columns * 2 * sizeof *c->values);
  for (uint32_t i = 0; i < columns; i++) {
    csv_seen_init(&c->seen[i]);
    c->first[i] = (sonde_str){"", 0};
  }
  return SONDE_OK;
}

/* Whether the row that comes next is the first row again, as where tables with the same header follow each other. */
static bool is_echo(const sniff_reader *r, const sniff_columns *c, arena *scratch) {
  sniff_reader ahead = *r;
  sniff_field f;
  sonde_str v;
  for (uint32_t i = 0;; i++) {
    sniff_next_field(&ahead, &f);
    if (i >= c->columns || sniff_value(&ahead, &f, scratch, &v, NULL) != SONDE_OK) return false;
    v = sniff_trim(v);
    if (v.len != c->first[i].len || memcmp(v.ptr, c->first[i].ptr, v.len) != 0) return false;
    if (f.last) return i + 1 == c->first_fields;
  }
}

static sonde_code read_below(sniff_reader *r, arena *scratch, sniff_columns *c, sonde_error *err) {
  uint32_t cells = 0, fields, echoes = 0;
  size_t begin = r->pos;
  while (c->rows < ROWS_MAX && cells < CELLS_MAX && next_whole_row(r, false)) {
    if (is_echo(r, c, scratch)) c->echoes++;
    bool echo = c->echoes > echoes;
    SONDE_TRY(read_row(r, echo ? 0 : c->columns, scratch, add_value, c, &fields, err));
    echoes = c->echoes;
    cells += fields;
    c->rows++;
  }
  if (c->rows) c->row_bytes = (double)(r->pos - begin) / c->rows;
  return SONDE_OK;
}

sonde_code sniff_read_columns(const sniff_text *text, const sniff_trial *t, uint32_t fixed, arena *scratch,
                              sniff_columns *c, sonde_error *err) {
  sniff_reader r;
  SONDE_TRY(make_columns(t->dialect.columns, scratch, c, err));
  sniff_reader_init(&r, &t->dialect, text->p, text->n, text->whole);
  r.pos = t->first_at;
  if (sniff_next_row(&r)) SONDE_TRY(read_row(&r, c->columns, scratch, keep_first, c, &c->first_fields, err));
  while (sniff_next_row(&r) && c->columns > 1 && sniff_skip_blank(&r)) continue;
  c->second_at = r.pos;
  if (fixed & CSV_SET_DECIMAL) c->decimal = t->dialect.decimal;
  else if (t->dialect.delimiter != ',') SONDE_TRY(find_decimal(r, scratch, c, err));
  return read_below(&r, scratch, c, err);
}
