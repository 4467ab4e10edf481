/* Row predicates: a tree over columns, compiled once from JSON where the table is known, sent as bytes, and evaluated on
 * the vecs of a block. SQL's three-valued logic by pushing NOT to the leaves: a null cell satisfies no leaf but IS NULL. */
#ifndef EXEC_PREDICATE_H
#define EXEC_PREDICATE_H
#include "exec/task.h"
#include "exec/view/spec.h"

/* Compiles the filter (Filter of the TypeScript API; its root may be NULL) and `search` (len 0: none) to `out`, and the
 * columns they read to `refs` (ascending, room for `n_columns`). */
sonde_code predicate_compile(const spec_part *filter, sonde_str search, const csv_form *forms,
                             uint32_t n_columns, buf *out, column_ref *refs, uint32_t *n_refs);
/* Evaluates on `rows` rows; vecs stand at the position of their column in refs. Sets bits of `out` (cleared words). */
sonde_code predicate_run(rd *, const column_ref *refs, const vec *const *vecs, uint32_t n, uint32_t rows,
                         uint64_t *out, arena *, sonde_error *);

#endif
