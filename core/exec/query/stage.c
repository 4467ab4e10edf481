/* See stage.h. The pipeline stays open from block to block: its scan goes on when there is one more. What is on top of it is opened
 * anew for each. */
#include "exec/query/stage.h"
#include "exec/query/partition.h"
#include "exec/query/rows_wire.h"
#include "plan/wire.h"

/* Dictionaries made on top have numbers of their own, as those of the pipeline go on. */
#define TOP_DICT_IDS ((uint64_t)1 << 63)

struct stage {
  query_plan plan;
  const plan *top, *below; /* top: NULL when the pipeline is all */
  const plan *source;      /* PLAN_SCAN or PLAN_PART */
  arena memory;
  query_tables tables;
  run run, top_run;
  value *outer;
  op *pipe;
  bool prepared, spent, probes;
  /* The block being run; the scan counts the blocks it has seen. */
  uint32_t blocks;
  stage_block block;
  const vec *const *columns;
  rd part;
};

/* ---- what is shared ---- */

void stage_put(buf *out, const run *r, const plan *exchange, sonde_error *err) {
  const query_plan q = {.root = exchange->u.exchange.stage, .n_lambda_slots = r->n_lambda};
  buf_u64(out, (uint64_t)r->now);
  if (plan_put(out, &q, err) != SONDE_OK && !out->failed) {
    out->failed = err->code;
    out->error = *err;
  }
  buf_u32(out, exchange->u.exchange.n_sides);
}

size_t stage_put_side(buf *out) {
  size_t at = out->len;
  buf_u64(out, 0);
  return at;
}

void stage_end_side(buf *out, size_t side) {
  if (out->failed) return;
  uint64_t len = out->len - side - 8;
  for (unsigned i = 0; i < 8; i++) out->data[side + i] = (uint8_t)(len >> 8 * i);
}

/* ---- opening ---- */

static bool may_be_below(const plan *p, uint32_t n_sides) {
  const plan *side = p->kind == PLAN_JOIN ? p->input[1] : NULL;
  switch (p->kind) {
  case PLAN_FILTER:
  case PLAN_PROJECT:
  case PLAN_UNNEST: return true;
  case PLAN_JOIN: return side->kind == PLAN_SIDE && side->u.side < n_sides;
  default: return false;
  }
}

static bool may_be_top(const plan *p) {
  return p->kind == PLAN_AGGREGATE || p->kind == PLAN_DISTINCT || p->kind == PLAN_SORT ||
         p->kind == PLAN_LIMIT || p->kind == PLAN_PARTITION;
}

static bool find_parts(stage *s, uint32_t n_sides) {
  const plan *p = s->plan.root;
  s->top = may_be_top(p) ? p : NULL;
  s->below = p = s->top ? p->input[0] : p;
  for (; may_be_below(p, n_sides); p = p->input[0]) s->probes |= p->kind == PLAN_JOIN;
  s->source = p;
  return p->kind == PLAN_SCAN || (p->kind == PLAN_PART && p == s->below && s->top);
}

static sonde_code read_shared(stage *s, sonde_str shared, sonde_error *err) {
  rd r = {.data = (const uint8_t *)shared.ptr, .len = shared.len};
  s->run.now = (int64_t)rd_u64(&r);
  SONDE_TRY(plan_get(&r, &s->memory, &s->plan, err));
  uint32_t n = rd_count(&r, 8);
  rd *sides = arena_array(&s->memory, n + 1u, sizeof *sides, err);
  if (!sides) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t len = rd_u64(&r);
    if (len > r.len - r.pos) r.bad = true;
    const uint8_t *bytes = rd_bytes(&r, (size_t)len);
    sides[i] = (rd){.data = bytes, .len = bytes ? (size_t)len : 0};
  }
  SONDE_CHECK(!r.bad && find_parts(s, n), err, SONDE_CORRUPT, 0, "a fragment belongs to a broken stage");
  s->run.sides = sides;
  s->run.part = &s->part;
  return SONDE_OK;
}

static uint32_t blocks_seen(void *self, uint32_t table) {
  (void)table;
  return ((stage *)self)->blocks;
}

static uint32_t rows_now(void *self, uint32_t table, uint32_t block) {
  (void)table;
  (void)block;
  return ((stage *)self)->block.rows;
}

/* Columns are asked for by their numbers in the table. */
static const vec *column_now(const stage *s, uint32_t number) {
  uint32_t i = 0;
  while (i + 1 < s->source->n_columns && s->source->u.scan.columns[i] != number) i++;
  return s->columns[i];
}

static step columns_now(void *self, uint32_t table, uint32_t block, const uint32_t *columns, uint32_t n,
                        const vec **out, struct part **held, sonde_error *err) {
  (void)table;
  (void)block;
  (void)held;
  (void)err;
  for (uint32_t i = 0; i < n; i++) out[i] = column_now(self, columns[i]);
  return STEP_ROWS;
}

static void nothing_held(void *self, const vec *const *vecs, uint32_t n, struct part *held) {
  (void)self;
  (void)vecs;
  (void)n;
  (void)held;
}

static sonde_code open_pipe(stage *s, mem *m, sonde_error *err) {
  run *r = &s->run;
  r->mem = m;
  r->err = err;
  r->n_lambda = s->plan.n_lambda_slots;
  r->tables = &s->tables;
  r->outer = arena_zero(&s->memory, (s->plan.n_outer_slots + 1u) * sizeof *r->outer, err);
  r->lambda = arena_zero(&s->memory, (r->n_lambda + 1u) * sizeof *r->lambda, err);
  if (!r->outer || !r->lambda) return err->code;
  s->tables = (query_tables){s, blocks_seen, rows_now, columns_now, nothing_held};
  const bool *needed = s->top ? op_needed(s->top, &s->memory, err) : NULL;
  s->pipe = op_open(r, s->below, needed);
  return s->pipe ? SONDE_OK : err->code;
}

stage *stage_open(mem *m, zones *z, sonde_str shared, sonde_error *err) {
  stage *s = mem_alloc(m, sizeof *s, err);
  if (!s) return NULL;
  memset(s, 0, sizeof *s);
  arena_init(&s->memory, m);
  s->run.mem = m;
  s->run.zones = z;
  arena_init(&s->run.memory, m);
  if (read_shared(s, shared, err) == SONDE_OK && open_pipe(s, m, err) == SONDE_OK) return s;
  stage_close(s);
  return NULL;
}

void stage_close(stage *s) {
  if (!s) return;
  sonde_error ignored;
  mem *m = s->run.mem;
  s->run.err = &ignored;
  op_close(s->pipe);
  nodes_free(&s->run);
  arena_free(&s->run.memory);
  arena_free(&s->memory);
  mem_free(m, s, sizeof *s);
}

/* ---- running ---- */

/* Before there is a block the scan is at its end at once, so that only the sides are read. */
step stage_prepare(stage *s, sonde_error *err) {
  batch b;
  s->run.err = err;
  if (s->prepared) return STEP_END;
  step st = op_next(s->pipe, &b);
  s->prepared = st == STEP_END;
  return st == STEP_ROWS ? STEP_WAIT : st;
}

static sonde_code put_rows(op *from, const plan *p, buf *out, sonde_error *err) {
  rows_writer w;
  arena memory;
  batch b;
  step st;
  arena_init(&memory, from->run->mem);
  sonde_code code = rows_writer_init(&w, p->n_columns, &memory, err);
  while (code == SONDE_OK && (st = op_next(from, &b)) != STEP_END) {
    if (st == STEP_ROWS) rows_put(&w, &b, out);
    if (st == STEP_FAIL) code = err->code;
  }
  arena_free(&memory);
  return code;
}

/* Nothing at all when the groups hardly make fewer rows: then the rows are better dealt out. */
static sonde_code put_states(stage *s, op *top, buf *out, sonde_error *err) {
  step st;
  while ((st = aggregate_gather(top)) != STEP_END)
    if (st == STEP_FAIL) return err->code;
  s->spent = s->top->u.aggregate.may_refuse && aggregate_refuses(top);
  return s->spent ? SONDE_OK : aggregate_put_states(top, out);
}

static void begin_top(stage *s) {
  run *r = &s->top_run;
  *r = s->run;
  r->nodes = NULL;
  r->arenas = NULL;
  r->n_arenas = r->arenas_cap = 0;
  r->next_dict_id = TOP_DICT_IDS;
  arena_init(&r->memory, s->run.mem);
}

static sonde_code put_top(stage *s, op *top, buf *out, sonde_error *err) {
  if (s->top->kind == PLAN_AGGREGATE && s->top->u.aggregate.role == AGGREGATE_STATES)
    return put_states(s, top, out, err);
  return put_rows(top, s->top, out, err);
}

static sonde_code run_top(stage *s, buf *out, sonde_error *err) {
  begin_top(s);
  op *top = NULL;
  sonde_code code;
  if (s->top->kind == PLAN_PARTITION) {
    code = partition_put(&s->top_run, s->top, s->pipe, s->block.number, s->block.rows, out);
  } else {
    top = op_open_over(&s->top_run, s->top, s->pipe);
    code = top ? put_top(s, top, out, err) : err->code;
  }
  op_close_over(top);
  nodes_free(&s->top_run);
  arena_free(&s->top_run.memory);
  return code;
}

/* A LIMIT stops asking before the block is at its end. To go on to there costs less than to build the tables of joins again. */
static sonde_code pass_rest(stage *s, sonde_error *err) {
  batch b;
  step st = STEP_WAIT;
  if (!s->top || s->top->kind != PLAN_LIMIT) return SONDE_OK;
  s->spent = !s->probes;
  while (!s->spent && st != STEP_END)
    if ((st = op_next(s->pipe, &b)) == STEP_FAIL) return err->code;
  return SONDE_OK;
}

sonde_code stage_run_block(stage *s, const vec *const *columns, uint32_t n, const stage_block *block,
                           buf *out, sonde_error *err) {
  SONDE_CHECK(s->source->kind == PLAN_SCAN && n == s->source->n_columns, err, SONDE_CORRUPT, 0,
              "a fragment does not fit its stage");
  s->run.err = err;
  s->columns = columns;
  s->block = *block;
  s->blocks++;
  SONDE_TRY(s->top ? run_top(s, out, err) : put_rows(s->pipe, s->below, out, err));
  SONDE_TRY(pass_rest(s, err));
  return buf_status(out, err);
}

sonde_code stage_run_part(stage *s, sonde_str part, buf *out, sonde_error *err) {
  SONDE_CHECK(s->source->kind == PLAN_PART, err, SONDE_CORRUPT, 0, "a fragment does not fit its stage");
  s->run.err = err;
  s->part = (rd){.data = (const uint8_t *)part.ptr, .len = part.len};
  SONDE_TRY(run_top(s, out, err));
  return buf_status(out, err);
}

bool stage_is_spent(const stage *s) { return s->spent; }
