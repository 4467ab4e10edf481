/* FRAGMENT_QUERY: a block of a table through a stage of a query.
 * body: refs, u32 number of what the stage's fragments share (shares.h), u32 number of the block in its table, u8 whether it is over a
 * part instead, [str the part]
 * result: batches (query/batch/rows_wire.h), or the groups of an aggregate (query/group/grouping_parts.c) */
#include "exec/query/stage/stage.h"
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

static sonde_code begin_block(task *t, const fragment_head *h, share *s, const body *b) {
  task own = *t; /* whose columns last longer than this run */
  own.scratch = &s->memory;
  s->columns = arena_array(&s->memory, b->n + 1u, sizeof *s->columns, t->err);
  if (!s->columns) return t->err->code;
  if (b->n && !task_columns(&own, h, b->refs, b->n, s->columns, &s->held)) return t->err->code;
  for (; s->n_columns < b->n; s->n_columns++) store_pin(t->store, s->columns[s->n_columns]);
  const stage_block block = {b->block, h->rows};
  return stage_begin_block(s->stage, s->columns, b->n, &block, t->err);
}

/* The stage does one fragment after the other; those that come meanwhile are asked again. */
static sonde_code run_body(task *t, const fragment_head *h, share *s, const body *b, buf *out) {
  t->again = s->runner && s->runner != t->runner;
  if (t->again) return SONDE_OK;
  if (!s->runner) {
    SONDE_TRY(make_ready(t, s));
    if (t->again) return SONDE_OK;
    SONDE_TRY(b->over_part ? stage_begin_part(s->stage, b->part, t->err) : begin_block(t, h, s, b));
    if (t->wants->count) return SONDE_OK;
    s->runner = t->runner;
  }
  step st = stage_go_on(s->stage, t->err);
  t->again = st == STEP_WAIT;
  if (st == STEP_FAIL) return t->err->code;
  if (st == STEP_END) buf_put(out, stage_answer(s->stage).ptr, stage_answer(s->stage).len);
  return SONDE_OK;
}

static void settle(task *t, share *s, sonde_code code) {
  s->in_use = false;
  if (code != SONDE_OK || (!t->again && t->wants->count == 0 && stage_is_spent(s->stage)))
    share_close_stage(t->shares, s); /* it stopped halfway */
  else if (!t->again)
    share_rest(t->shares, s);
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
  settle(t, s, code);
  return code;
}
