/* FRAGMENT_QUERY: a block of a table through a stage of a query.
 * body: refs, u32 number of what the stage's fragments share (shares.h), u32 number of the block in its table, u8 whether it is over a
 * part instead, [str the part]
 * result: batches (query/rows_wire.h), or the groups of an aggregate (query/grouping_parts.c) */
#include "exec/query/stage.h"
#include "exec/refs.h"

static sonde_code make_ready(task *t, share *s) {
  if (!s->stage) s->stage = stage_open(t->mem, t->zones, s->bytes, t->err);
  step ready = s->stage ? stage_prepare(s->stage, t->err) : STEP_FAIL;
  t->again = ready == STEP_WAIT;
  return ready == STEP_FAIL ? t->err->code : SONDE_OK;
}

typedef struct {
  const column_ref *refs;
  uint32_t n, block;
  bool over_part;
  sonde_str part;
} body;

static sonde_code run_block(task *t, const fragment_head *h, share *s, const body *b, buf *out) {
  part *held = NULL;
  const vec **columns = arena_array(t->scratch, b->n + 1u, sizeof *columns, t->err);
  if (!columns) return t->err->code;
  if (b->n && !task_columns(t, h, b->refs, b->n, columns, &held)) return t->err->code;
  const stage_block block = {b->block, h->rows};
  sonde_code code = stage_run_block(s->stage, columns, b->n, &block, out, t->err);
  part_free(held);
  return code;
}

static sonde_code run_body(task *t, const fragment_head *h, share *s, const body *b, buf *out) {
  SONDE_TRY(make_ready(t, s));
  if (t->again) return SONDE_OK;
  return b->over_part ? stage_run_part(s->stage, b->part, out, t->err) : run_block(t, h, s, b, out);
}

static void close_stage(share *s) {
  stage_close(s->stage);
  s->stage = NULL;
}

sonde_code run_query(task *t, const fragment_head *h, rd *r, buf *out) {
  body b;
  SONDE_TRY(refs_get(r, h, t->scratch, &b.refs, &b.n, t->err));
  share *s = shares_find(t->shares, rd_u32(r));
  b.block = rd_u32(r);
  b.over_part = rd_u8(r) != 0;
  if (b.over_part) b.part = rd_str(r);
  SONDE_CHECK(!r->bad, t->err, SONDE_CORRUPT, 0, "a fragment is cut short");
  SONDE_CHECK(s, t->err, SONDE_MISUSE, 0, "what a fragment shares with others was not given to this engine");
  s->in_use = true;
  t->err->code = SONDE_OK;
  sonde_code code = run_body(t, h, s, &b, out);
  s->in_use = false;
  if (code != SONDE_OK || stage_is_spent(s->stage)) close_stage(s); /* it stopped halfway */
  return code;
}
