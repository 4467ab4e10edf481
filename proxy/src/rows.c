/* Rows as a table or as JSON. */
#include "rows.h"
#include "command.h"
#include <string.h>

rows_out rows_begin(bool json, uint64_t wanted) { return (rows_out){.json = json, .left = wanted}; }

static void write_row(rows_out *r, const cells *p, uint32_t row) {
  text_print(&r->written, r->n_written++ ? ",\n[" : "[");
  for (uint32_t c = 0; c < p->n_columns; c++) {
    if (c) text_add(&r->written, ",", 1);
    cells_add_json(p, c, row, &r->written);
  }
  text_add(&r->written, "]", 1);
}

static void draw_row(rows_out *r, const cells *p, uint32_t row) {
  text value = {0};
  for (uint32_t c = 0; c < p->n_columns; c++) {
    text_clear(&value);
    if (!cells_is_null(p, c, row)) cells_add_text(p, c, row, &value);
    table_text_cell(&r->drawn, text_str(&value));
  }
  text_free(&value);
}

static void draw_begin(rows_out *r, const cells *p) {
  if (r->drawn.n_columns) return;
  r->drawn = table_text_new(p->n_columns);
  for (uint32_t c = 0; c < p->n_columns; c++) {
    cell_type type = cells_type(p, c);
    r->drawn.right[c] = type >= CELL_INT64 && type <= CELL_DECIMAL;
  }
}

bool rows_page(void *user, sonde_page block) {
  rows_out *r = user;
  cells p;
  if (!cells_open(block, &p)) r->broken = true;
  if (r->broken) return false;
  if (!r->json && p.n_columns) draw_begin(r, &p);
  for (uint32_t row = 0; row < p.n_rows && r->left; row++, r->left--) {
    if (r->json)
      write_row(r, &p, row);
    else
      draw_row(r, &p, row);
  }
  return true;
}

/* The columns' names and types go above the rows, which came first. */
static void draw_names(const rows_out *r, sonde_str columns, table_text *out) {
  const char *const members[] = {"name", "type"};
  text cell = {0};
  for (size_t m = 0; m < 2; m++) {
    size_t at = 0;
    for (sonde_str column; peek_next(columns, &at, &column);) {
      text_clear(&cell);
      peek_add_text(&cell, peek_member(column, members[m]));
      table_text_cell(out, text_str(&cell));
    }
  }
  text_free(&cell);
  text_add(&out->cells, r->drawn.cells.ptr, r->drawn.cells.len);
  out->count += r->drawn.count;
}

static void print_drawn(const rows_out *r, sonde_str columns) {
  size_t n = peek_count(columns);
  if (!n) return;
  table_text whole = table_text_new(n);
  if (r->drawn.n_columns == n) memcpy(whole.right, r->drawn.right, n * sizeof *whole.right);
  draw_names(r, columns, &whole);
  table_text_print(&whole, stdout, 2, terminal_width(stdout));
  table_text_free(&whole);
}

static void print_json(const rows_out *r, sonde_str columns, const char *members) {
  printf("{%s\"columns\":[", members);
  size_t at = 0, n = 0;
  for (sonde_str column; peek_next(columns, &at, &column); n++) {
    sonde_str name = peek_member(column, "name"), type = peek_member(column, "type");
    printf("%s{\"name\":%.*s,\"type\":%.*s}", n ? "," : "", (int)name.len, name.ptr, (int)type.len, type.ptr);
  }
  printf("],\n\"rows\":[");
  fwrite(r->written.ptr, 1, r->written.len, stdout);
  puts("]}");
}

int rows_print(rows_out *r, sonde_str columns, const char *members) {
  if (r->json)
    print_json(r, columns, members);
  else
    print_drawn(r, columns);
  return ferror(stdout) || fflush(stdout) ? say_error("cannot write to standard output") : EXIT_FINE;
}

void rows_free(rows_out *r) {
  table_text_free(&r->drawn);
  text_free(&r->written);
}
