/* See row_text.h. */
#include "row_text.h"
#include "peek.h"
#include <string.h>

enum { MADE_MAX = 256 << 10 };

static void add_field(text *out, sonde_str value) {
  text plain = {0};
  bool quoted = *value.ptr == '"' || *value.ptr == '{' || *value.ptr == '[';
  if (peek_is_null(value)) return;
  peek_add_text(&plain, value);
  /* A text of no characters is not the same as a missing one. */
  bool needed = quoted && (!plain.len || memchr(plain.ptr, '"', plain.len) || strpbrk(plain.ptr, ",\r\n"));
  if (needed) text_add(out, "\"", 1);
  for (size_t i = 0; i < plain.len; i++) {
    if (plain.ptr[i] == '"') text_add(out, "\"", 1);
    text_add(out, plain.ptr + i, 1);
  }
  if (needed) text_add(out, "\"", 1);
  text_free(&plain);
}

static void add_csv_head(text *out, sonde_str columns) {
  size_t n = 0;
  sonde_str column;
  for (size_t at = 0; peek_next(columns, &at, &column);) {
    if (n++) text_add(out, ",", 1);
    add_field(out, peek_member(column, "name"));
  }
  text_add(out, "\r\n", 2);
}

/* RFC 4180. */
static void add_csv_row(text *out, sonde_str row) {
  size_t n = 0;
  sonde_str value;
  for (size_t at = 0; peek_next(row, &at, &value);) {
    if (n++) text_add(out, ",", 1);
    add_field(out, value);
  }
  text_add(out, "\r\n", 2);
}

static void add_object(text *out, sonde_str columns, sonde_str row) {
  sonde_str column, value;
  text_add(out, "{", 1);
  for (size_t c = 0, v = 0; peek_next(columns, &c, &column) && peek_next(row, &v, &value);) {
    sonde_str name = peek_member(column, "name");
    if (out->ptr[out->len - 1] != '{') text_add(out, ",", 1);
    text_add(out, name.ptr, name.len);
    text_add(out, ":", 1);
    text_add(out, value.ptr, value.len);
  }
  text_add(out, "}\n", 2);
}

/* The list of rows, as far as this page has it: its bracket, or the comma behind the rows before, comes first. */
static sonde_str begin(row_text *t, sonde_str page) {
  static const char rows[] = ",\"rows\":";
  sonde_str columns = peek_member(page, "columns");
  const char *list = columns.ptr + columns.len + sizeof rows - 1;
  t->begun = true;
  text_add(&t->names, columns.ptr, columns.len);
  if (t->reply->form == FORM_CSV) add_csv_head(&t->made, columns);
  if (list[0] == '[' && list[1] == ']') list++;
  return (sonde_str){list, (size_t)(page.ptr + page.len - list)};
}

static bool write_made(row_text *t) {
  bool going = reply_write(t->reply, t->made.ptr ? t->made.ptr : "", t->made.len);
  text_clear(&t->made);
  return going;
}

static bool take_row(row_text *t, sonde_str row) {
  if (!reply_count_rows(t->reply, 1)) return false;
  if (t->reply->form == FORM_NDJSON) add_object(&t->made, text_str(&t->names), row);
  if (t->reply->form == FORM_CSV) add_csv_row(&t->made, row);
  return t->made.len < MADE_MAX || write_made(t);
}

static bool take_rows(row_text *t, sonde_str rows) {
  sonde_str row;
  bool more = rows.len && *rows.ptr != ']';
  for (size_t at = 0; more && peek_next(rows, &at, &row);) {
    if (!take_row(t, row)) return false;
    more = at <= rows.len && rows.ptr[at - 1] == ',';
  }
  return true;
}

bool row_text_page(row_text *t, sonde_str page) {
  bool json = t->reply->form == FORM_JSON, counts = !json || t->reply->limits.rows != UINT64_MAX;
  sonde_str rows = t->begun ? page : begin(t, page);
  if (counts && !take_rows(t, rows)) return false;
  return json ? reply_write(t->reply, page.ptr, page.len) : write_made(t);
}

void row_text_free(row_text *t) {
  text_free(&t->names);
  text_free(&t->made);
}
