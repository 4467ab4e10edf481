/* FRAGMENT_COLUMNS: columns of a block as they are kept, for an engine that does not keep them.
 * body: refs
 * result: each column in their order (vec_put) */
#include "column/vec_wire.h"
#include "exec/refs.h"

sonde_code run_columns(task *t, const fragment_head *h, rd *r, buf *out) {
  const column_ref *refs;
  uint32_t n;
  part *held;
  SONDE_TRY(refs_get(r, h, t->scratch, &refs, &n, t->err));
  const vec **columns = arena_array(t->scratch, n, sizeof *columns, t->err);
  if (!columns || !task_columns(t, h, refs, n, columns, &held)) return t->err->code;
  for (uint32_t i = 0; i < n; i++) vec_put(out, columns[i]);
  part_free(held);
  return SONDE_OK;
}
