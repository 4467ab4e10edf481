/* See query_print.h. */
#include "query_print.h"
#include "peek.h"
#include "table_text.h"
#include <string.h>

/* In JSON, breaks stand between values only. */
void print_line(sonde_str answer, FILE *out) {
  for (size_t i = 0; i < answer.len; i++)
    if (answer.ptr[i] != '\n') putc(answer.ptr[i], out);
  putc('\n', out);
}

static void print_field(const text *cell, FILE *out) {
  if (!cell->len || !strpbrk(cell->ptr, ",\"\r\n")) {
    fwrite(cell->ptr ? cell->ptr : "", 1, cell->len, out);
    return;
  }
  putc('"', out);
  for (size_t i = 0; i < cell->len; i++) {
    if (cell->ptr[i] == '"') putc('"', out);
    putc(cell->ptr[i], out);
  }
  putc('"', out);
}

typedef struct {
  FILE *out;
  table_text *table; /* NULL: CSV */
  text cell;
  size_t n;
} printer;

static void put_cell(printer *p, sonde_str value) {
  text_clear(&p->cell);
  if (!peek_is_null(value)) peek_add_text(&p->cell, value);
  if (p->table) {
    (p->table->n_columns == 1 ? table_text_sentence : table_text_cell)(p->table, text_str(&p->cell));
    return;
  }
  if (p->n++) putc(',', p->out);
  print_field(&p->cell, p->out);
}

static void end_row(printer *p) {
  if (!p->table) putc('\n', p->out);
  p->n = 0;
}

static void print_rows(sonde_str answer, printer *p) {
  sonde_str columns = peek_member(answer, "columns"), rows = peek_member(answer, "rows"), one, cell;
  for (size_t at = 0; peek_next(columns, &at, &one);) put_cell(p, peek_member(one, "name"));
  end_row(p);
  for (size_t at = 0; peek_next(rows, &at, &one); end_row(p))
    for (size_t k = 0; peek_next(one, &k, &cell);) put_cell(p, cell);
}

void print_csv(sonde_str answer, FILE *out) {
  printer p = {.out = out};
  print_rows(answer, &p);
  text_free(&p.cell);
}

void print_drawn(sonde_str answer, FILE *out) {
  table_text table = table_text_new(peek_count(peek_member(answer, "columns")));
  printer p = {.out = out, .table = &table};
  print_rows(answer, &p);
  table_text_print(&table, out, 1, terminal_width(out));
  table_text_free(&table);
  text_free(&p.cell);
}
