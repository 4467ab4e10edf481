/* The columns of a block: kept ones from the store, the others read from the source and kept where there is room; those that its file
 * does not have are made. */
#include <string.h>

#include "exec/refs.h"

/* The refs not in the store, ascending and each once, as the columns of a new part. */
static part *missing_part(task *t, const fragment_head *h, const column_ref *refs, uint32_t n) {
  part *p = part_new(t->mem, h->table, h->block, t->err);
  if (!p) return NULL;
  p->columns = arena_array(&p->chunk.memory, n, sizeof *p->columns, t->err);
  p->forms = p->columns ? arena_array(&p->chunk.memory, n, sizeof *p->forms, t->err) : NULL;
  if (!p->forms) {
    part_free(p);
    return NULL;
  }
  for (uint32_t i = 0; i < n; i++) { /* few columns: insertion into a sorted list */
    if (!ref_is_stored(&refs[i])) continue;
    if (store_column(t->store, h->table, h->block, refs[i].stored, refs[i].form)) continue;
    uint32_t at = p->n_columns;
    while (at > 0 && p->columns[at - 1] > refs[i].stored) at--;
    if (at > 0 && p->columns[at - 1] == refs[i].stored) continue;
    memmove(p->columns + at + 1, p->columns + at, (p->n_columns - at) * sizeof *p->columns);
    memmove(p->forms + at + 1, p->forms + at, (p->n_columns - at) * sizeof *p->forms);
    p->columns[at] = refs[i].stored;
    p->forms[at] = refs[i].form;
    p->n_columns++;
  }
  return p;
}

static const vec *in_part(const part *p, uint32_t column) {
  for (uint32_t i = 0; p && i < p->n_columns; i++)
    if (p->columns[i] == column) return &p->chunk.vecs[i];
  return NULL;
}

static bool make_others(task *t, const fragment_head *h, const column_ref *refs, uint32_t n,
                        const vec **out) {
  for (uint32_t i = 0; i < n; i++) {
    if (ref_is_stored(&refs[i])) continue;
    out[i] = ref_vec(&refs[i], h->rows, t->scratch, t->err);
    if (!out[i]) return false;
  }
  return true;
}

static bool read_part(task *t, const fragment_head *h, const column_ref *refs, uint32_t n, part *p) {
  if (h->format == FORMAT_CSV) return csv_read_part(t, h, p);
  if (h->format == FORMAT_PARQUET) return parquet_read_part(t, h, refs, n, p);
  status_set(t->err, SONDE_MISUSE, 0, "the result of the query is not here; it was closed, or is elsewhere");
  return false;
}

bool task_columns(task *t, const fragment_head *h, const column_ref *refs, uint32_t n, const vec **out,
                  part **held) {
  *held = NULL;
  if (!make_others(t, h, refs, n, out)) return false;
  part *p = missing_part(t, h, refs, n);
  if (!p) return false;
  if (p->n_columns > 0 && !read_part(t, h, refs, n, p)) {
    part_free(p);
    return false;
  }
  for (uint32_t i = 0; i < n; i++) {
    if (!ref_is_stored(&refs[i])) continue;
    out[i] = in_part(p, refs[i].stored);
    if (!out[i]) out[i] = store_column(t->store, h->table, h->block, refs[i].stored, refs[i].form);
  }
  if (p->n_columns == 0)
    part_free(p);
  else if (!store_keep(t->store, p))
    *held = p;
  return true;
}
