/* Reads the first rows of the table under the chosen dialect: what the first row says, and what the rows below it hold
 * column by column. */
#include <string.h>

#include "base/number.h"
#include "format/csv/sniff_parts.h"

enum { ROWS_MAX = 1000, CELLS_MAX = 20000 }; /* looked at */

typedef sonde_code (*on_cell)(void *user, uint32_t column, sonde_str value, sonde_error *);

/* Shows the row's cells, trimmed. */
static sonde_code each_cell(const sniff_rows *r, arena *scratch, on_cell cell, void *user, sonde_error *err) {
  uint32_t fields = sniff_fields(r);
  for (uint32_t i = 0; i < fields; i++) {
    sonde_str value;
    SONDE_TRY(sniff_value(r, &r->fields[i], scratch, &value, err));
    SONDE_TRY(cell(user, i, sniff_trim(value), err));
  }
  return SONDE_OK;
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

static sonde_code find_decimal(sniff_rows r, arena *scratch, sniff_columns *out, sonde_error *err) {
  decimal_look look = {arena_zero(scratch, out->columns, err)};
  uint32_t cells = 0;
  if (!look.marks) return SONDE_NOMEM;
  while (cells < CELLS_MAX / 4 && sniff_next_row(&r)) {
    SONDE_TRY(each_cell(&r, scratch, look_for_decimal, &look, err));
    cells += r.row.fields;
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
  csv_seen one;
  (void)err;
  if (v.len == 0 || sniff_means_missing(v)) return SONDE_OK;
  c->values[column]++;
  c->digits[column] += sniff_has_digit(v);
  c->repeats[column] += v.len == first.len && memcmp(v.ptr, first.ptr, v.len) == 0;
  csv_seen_init(&one);
  csv_seen_add(&one, v.ptr, v.len, (char)c->decimal);
  c->typed[column] += !(one.kinds & CSV_SAW_TEXT);
  csv_seen_join(&c->seen[column], &one);
  return SONDE_OK;
}

static sonde_code make_columns(uint32_t columns, arena *scratch, sniff_columns *c, sonde_error *err) {
  *c = (sniff_columns){.columns = columns, .decimal = '.'};
  c->first = arena_array(scratch, columns, sizeof *c->first, err);
  c->seen = arena_array(scratch, columns, sizeof *c->seen, err);
  c->values = arena_array(scratch, columns, 4 * sizeof *c->values, err);
  if (!c->first || !c->seen || !c->values) return SONDE_NOMEM;
  c->typed = c->values + columns;
  c->digits = c->typed + columns;
  c->repeats = c->digits + columns;
  memset(c->values, 0, columns * 4 * sizeof *c->values);
  for (uint32_t i = 0; i < columns; i++) {
    csv_seen_init(&c->seen[i]);
    c->first[i] = (sonde_str){"", 0};
  }
  return SONDE_OK;
}

/* Whether the row is the first one again, as where tables with the same header follow each other. */
static bool is_echo(const sniff_rows *r, const sniff_columns *c, arena *scratch) {
  uint32_t fields = sniff_fields(r);
  if (r->row.fields != c->first_fields) return false;
  for (uint32_t i = 0; i < fields; i++) {
    sonde_str v;
    if (sniff_value(r, &r->fields[i], scratch, &v, NULL) != SONDE_OK) return false;
    v = sniff_trim(v);
    if (v.len != c->first[i].len || memcmp(v.ptr, c->first[i].ptr, v.len) != 0) return false;
  }
  return true;
}

static sonde_code read_below(sniff_rows *r, arena *scratch, sniff_columns *c, sonde_error *err) {
  uint32_t cells = 0, begin = r->pos;
  while (c->rows < ROWS_MAX && cells < CELLS_MAX && sniff_next_row(r)) {
    c->rows++;
    cells += r->row.fields;
    if (is_echo(r, c, scratch))
      c->echoes++;
    else
      SONDE_TRY(each_cell(r, scratch, add_value, c, err));
  }
  if (c->rows) c->row_bytes = (double)(r->pos - begin) / c->rows;
  return SONDE_OK;
}

/* Where the row below the first begins: blank lines and comments between them are passed over. */
static size_t next_begin(sniff_rows r) { return sniff_next_cut_row(&r) ? r.row.begin : r.n; }

sonde_code sniff_read_columns(const sniff_text *text, const sniff_trial *t, uint32_t fixed, arena *scratch,
                              sniff_columns *c, sonde_error *err) {
  sniff_rows r;
  uint32_t columns = t->dialect.columns;
  SONDE_TRY(make_columns(columns, scratch, c, err));
  csv_field *fields = arena_array(scratch, columns, sizeof *fields, err);
  if (!fields) return SONDE_NOMEM;
  sniff_rows_init(&r, &t->dialect, text->p, text->n, text->whole, fields, columns);
  r.pos = t->first_at < r.n ? (uint32_t)t->first_at : r.n;
  if (sniff_next_cut_row(&r)) {
    c->first_fields = r.row.fields;
    c->first_unclosed = r.row.unclosed;
    c->first_at = r.row.begin;
    SONDE_TRY(each_cell(&r, scratch, keep_first, c, err));
  } else {
    c->first_at = r.pos;
  }
  c->second_at = columns > 1 ? next_begin(r) : r.pos; /* in one column a blank line is a missing value */
  if (fixed & CSV_SET_DECIMAL)
    c->decimal = t->dialect.decimal;
  else if (t->dialect.delimiter != ',')
    SONDE_TRY(find_decimal(r, scratch, c, err));
  return read_below(&r, scratch, c, err);
}
