/* The list of a table's bad rows: the first BAD_MAX of the file, whatever order its blocks come in. */
#include <stdlib.h>

#include "api/engine.h"

#define BAD_MAX 100000u

static int by_place(const void *a, const void *b) {
  const bad_row *x = a, *y = b;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  if (x->reason != y->reason) return x->reason < y->reason ? -1 : 1;
  return (x->found > y->found) - (x->found < y->found);
}

void table_sort_bad(table *t) {
  if (t->n_bad_listed) qsort(t->bad, t->n_bad_listed, sizeof *t->bad, by_place);
  if (t->n_bad_listed > BAD_MAX) t->n_bad_listed = BAD_MAX;
}

/* The list may grow to twice its size before the last ones are let go. */
sonde_code table_list_bad(sonde_engine *e, table *t, bad_row b, sonde_error *err) {
  if (t->n_bad_listed == 2 * BAD_MAX) table_sort_bad(t);
  if (t->n_bad_listed == t->bad_cap) {
    uint32_t cap = t->bad_cap ? t->bad_cap * 2 : 64;
    if (cap > 2 * BAD_MAX) cap = 2 * BAD_MAX;
    bad_row *list = mem_resize(&e->mem, t->bad, t->bad_cap * sizeof *list, cap * sizeof *list, err);
    if (!list) return err->code;
    t->bad = list;
    t->bad_cap = cap;
  }
  t->bad[t->n_bad_listed++] = b;
  return SONDE_OK;
}
