/* FRAGMENT_QUERY: a block of a table through a stage of a query.
 * body: refs, u32 number of what the stage's fragments share (shares.h)
 * result: batches (query/rows_wire.h), or the groups of an aggregate (query/grouping_parts.c) */
#include "exec/query/stage.h"
#include "exec/refs.h"

static sonde_code make_ready(task *t, share *s) {
  if (!s->stage) s->stage = stage_open(t->mem, s->bytes, t->err);
  step ready = s->stage ? stage_prepare(s->stage, t->err) : STEP_FAIL;
  t->again = ready == STEP_WAIT;
  return ready == STEP_FAIL ? t->err->code : SONDE_OK;
}

static sonde_code run_block(task *t, const fragment_head *h, share *s, const column_ref *refs, uint32_t n,
                            buf *out) {
  part *held = NULL;
  const vec **columns = arena_array(t->scratch, n + 1u, sizeof *columns, t->err);
  if (!columns) return t->err->code;
  if (n && !task_columns(t, h, refs, n, columns, &held)) return t->err->code;
  sonde_code code = stage_run_block(s->stage, columns, n, h->rows, out, t->err);
  part_free(held);
  return code;
}

static sonde_code run_shared(task *t, const fragment_head *h, share *s, const column_ref *refs, uint32_t n,
                             buf *out) {
  SONDE_TRY(make_ready(t, s));
  return t->again ? SONDE_OK : run_block(t, h, s, refs, n, out);
}

sonde_code run_query(task *t, const fragment_head *h, rd *r, buf *out) {
  const column_ref *refs;
  uint32_t n;
  SONDE_TRY(refs_get(r, h, t->scratch, &refs, &n, t->err));
  share *s = shares_find(t->shares, rd_u32(r));
  SONDE_CHECK(s, t->err, SONDE_MISUSE, 0, "what a fragment shares with others was not given to this engine");
  s->in_use = true;
  t->err->code = SONDE_OK;
  sonde_code code = run_shared(t, h, s, refs, n, out);
  s->in_use = false;
  if (code == SONDE_OK) return code;
  stage_close(s->stage); /* it stopped halfway */
  s->stage = NULL;
  return code;
}
