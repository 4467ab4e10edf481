/* The values that the columns of a PIVOT are made of: they are asked for first, then the statement is bound again. */
#include <string.h>

#include "api/query_job.h"

static sonde_code begin(asking *x, const plan_column *columns, uint32_t n, sonde_error *err) {
  (void)columns;
  arena *a = &x->job->memory;
  sql_parameters *all = &x->parameters;
  sql_pivot *pivots = arena_array(a, all->n_pivots + 1u, sizeof *pivots, err);
  if (!pivots) return err->code;
  if (all->n_pivots) memcpy(pivots, all->pivots, all->n_pivots * sizeof *pivots);
  pivots[all->n_pivots] = (sql_pivot){.width = n};
  all->pivots = pivots;
  x->texts = NULL;
  x->texts_cap = 0;
  return SONDE_OK;
}

static sonde_code make_room(asking *x, uint32_t texts, sonde_error *err) {
  if (texts <= x->texts_cap) return SONDE_OK;
  uint32_t cap = texts * 2;
  sonde_str *more = arena_array(&x->job->memory, cap, sizeof *more, err);
  if (!more) return err->code;
  if (x->texts_cap) memcpy(more, x->texts, x->texts_cap * sizeof *more);
  x->texts = more;
  x->texts_cap = cap;
  return SONDE_OK;
}

static sonde_code rows(asking *x, const batch *b, sonde_error *err) {
  sql_parameters *all = &x->parameters;
  sql_pivot *p = (sql_pivot *)(uintptr_t)&all->pivots[all->n_pivots];
  SONDE_CHECK(p->rows + b->n <= SQL_PIVOT_COLUMNS_MAX, err, SONDE_LIMIT, 0,
              "the pivot would make more than %d columns", SQL_PIVOT_COLUMNS_MAX);
  SONDE_TRY(make_room(x, (p->rows + b->n) * p->width, err));
  for (uint32_t r = 0; r < b->n; r++, p->rows++)
    for (uint32_t c = 0; c < p->width; c++) {
      cell text = {.s = {"NULL", 4}};
      if (col_valid(&b->cols[c], r))
        SONDE_TRY(cell_copy(b->cols[c].type, col_cell(&b->cols[c], r), &x->job->memory, &text, err));
      x->texts[p->rows * p->width + c] = text.s;
    }
  p->texts = x->texts;
  return SONDE_OK;
}

static sonde_step end(asking *x, sonde_error *err) {
  (void)err;
  x->parameters.n_pivots++;
  x->rows = 0;
  x->job->phase = QUERY_BIND;
  return SONDE_YIELD;
}

const sink query_pivot_sink = {begin, rows, end};
