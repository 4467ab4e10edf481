/* See stage.h. The pipeline stays open from block to block: its scan goes on when there is one more. What is on top of it, or over a
 * part, is opened anew for each. */
#include "exec/query/stage/stage.h"
#include "exec/query/batch/rows_wire.h"
#include "exec/query/stage/partition.h"
#include "plan/wire.h"

/* Dictionaries made on top have numbers of their own, as those of the pipeline go on. */
#define TOP_DICT_IDS ((uint64_t)1 << 63)
#define ANSWER_MAX ((size_t)1 << 30)
#define TURNS_A_STEP 8u /* of operators: some milliseconds */

struct stage {
  query_plan plan;
  const plan *top, *below; /* top: NULL when the pipeline is all */
  const plan *scan;
  bool over_part; /* instead of blocks: then there is no scan, and all is on top */
  arena memory;
  query_tables tables;
  run run, top_run;
  value *outer;
  op *pipe;
  bool prepared, spent, probes, passing;
  /* Over the block or part being run. */
  bool has_top; /* top_run, op and dealer are open */
  op *over;
  dealer *dealer;
  rows_writer writer;
  arena writing;
  buf answer;
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

/* Over a part all is on top. */
static bool is_over_part(const plan *p) {
  while (may_be_top(p) || p->kind == PLAN_FILTER || p->kind == PLAN_PROJECT) p = p->input[0];
  return p->kind == PLAN_PART;
}

static bool find_parts(stage *s, uint32_t n_sides) {
  const plan *p = s->plan.root;
  s->over_part = is_over_part(p);
  s->top = s->over_part || may_be_top(p) ? p : NULL;
  if (s->over_part) return p->kind != PLAN_PARTITION;
  s->below = p = s->top ? p->input[0] : p;
  for (; may_be_below(p, n_sides); p = p->input[0]) s->probes |= p->kind == PLAN_JOIN;
  s->scan = p;
  return p->kind == PLAN_SCAN;
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
  while (i + 1 < s->scan->n_columns && s->scan->u.scan.columns[i] != number) i++;
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
  r->batch_rows = BATCH_ROWS;
  r->tables = &s->tables;
  r->outer = arena_zero(&s->memory, (s->plan.n_outer_slots + 1u) * sizeof *r->outer, err);
  r->lambda = arena_zero(&s->memory, (r->n_lambda + 1u) * sizeof *r->lambda, err);
  if (!r->outer || !r->lambda) return err->code;
  s->tables = (query_tables){s, blocks_seen, rows_now, columns_now, nothing_held, NULL};
  if (s->over_part) return SONDE_OK;
  const bool *needed = s->top ? op_needed(s->top, &s->memory, err) : NULL;
  s->pipe = op_open(r, s->below, needed);
  return s->pipe ? SONDE_OK : err->code;
}

static void close_top(stage *s) {
  if (!s->has_top) return;
  if (s->over_part)
    op_close(s->over);
  else
    op_close_over(s->over);
  dealer_close(s->dealer);
  nodes_free(&s->top_run);
  arena_free(&s->top_run.memory);
  s->over = NULL;
  s->dealer = NULL;
  s->has_top = false;
}

stage *stage_open(mem *m, zones *z, sonde_str shared, sonde_error *err) {
  stage *s = mem_alloc(m, sizeof *s, err);
  if (!s) return NULL;
  memset(s, 0, sizeof *s);
  arena_init(&s->memory, m);
  s->run.mem = m;
  s->run.zones = z;
  arena_init(&s->run.memory, m);
  arena_init(&s->writing, m);
  buf_init(&s->answer, m, ANSWER_MAX);
  if (read_shared(s, shared, err) == SONDE_OK && open_pipe(s, m, err) == SONDE_OK) return s;
  stage_close(s);
  return NULL;
}

void stage_close(stage *s) {
  if (!s) return;
  sonde_error ignored;
  mem *m = s->run.mem;
  s->run.err = s->top_run.err = &ignored;
  close_top(s);
  op_close(s->pipe);
  nodes_free(&s->run);
  arena_free(&s->run.memory);
  arena_free(&s->memory);
  arena_free(&s->writing);
  buf_free(&s->answer);
  mem_free(m, s, sizeof *s);
}

/* ---- running ---- */

/* Before there is a block the scan is at its end at once, so that only the sides are read. */
step stage_prepare(stage *s, sonde_error *err) {
  batch b;
  s->run.err = err;
  if (s->prepared || s->over_part) return STEP_END;
  step st = op_next(s->pipe, &b);
  s->prepared = st == STEP_END;
  return st == STEP_ROWS ? STEP_WAIT : st;
}

/* ---- a block or a part ---- */

static sonde_code open_top(stage *s) {
  run *r = &s->top_run;
  *r = s->run;
  r->nodes = NULL;
  r->arenas = NULL;
  r->n_arenas = r->arenas_cap = 0;
  r->next_dict_id = TOP_DICT_IDS;
  arena_init(&r->memory, s->run.mem);
  s->has_top = true;
  if (s->top->kind == PLAN_PARTITION)
    s->dealer = dealer_open(r, s->top, s->block.number, s->block.rows);
  else
    s->over = s->over_part ? op_open(r, s->top, NULL)
                           : op_open_over(r, s->top, NULL, (op *const[2]){s->pipe, NULL});
  return s->dealer || s->over ? SONDE_OK : r->err->code;
}

static sonde_code begin(stage *s, sonde_error *err) {
  s->run.err = err;
  s->passing = false;
  buf_clear(&s->answer);
  arena_reset(&s->writing);
  SONDE_TRY(rows_writer_init(&s->writer, s->plan.root->n_columns, &s->writing, err));
  return s->top ? open_top(s) : SONDE_OK;
}

sonde_code stage_begin_block(stage *s, const vec *const *columns, uint32_t n, const stage_block *block,
                             sonde_error *err) {
  SONDE_CHECK(!s->over_part && n == s->scan->n_columns, err, SONDE_CORRUPT, 0,
              "a fragment does not fit its stage");
  s->columns = columns;
  s->block = *block;
  s->blocks++;
  return begin(s, err);
}

sonde_code stage_begin_part(stage *s, sonde_str part, sonde_error *err) {
  SONDE_CHECK(s->over_part, err, SONDE_CORRUPT, 0, "a fragment does not fit its stage");
  s->part = (rd){.data = (const uint8_t *)part.ptr, .len = part.len};
  return begin(s, err);
}

static step put_rows(stage *s, op *from) {
  batch b;
  for (;;) {
    step st = op_next(from, &b);
    if (st != STEP_ROWS) return st;
    rows_put(&s->writer, &b, &s->answer);
    if (s->answer.failed) return STEP_END;
  }
}

/* Nothing at all when the groups hardly make fewer rows: then the rows are better dealt out. */
static step put_states(stage *s) {
  step st = aggregate_gather(s->over);
  if (st != STEP_END) return st;
  s->spent = s->top->u.aggregate.may_refuse && aggregate_refuses(s->over);
  if (!s->spent && aggregate_put_states(s->over, &s->answer) != SONDE_OK) return STEP_FAIL;
  return STEP_END;
}

static step put_parts(stage *s) {
  step st = dealer_take(s->dealer, s->pipe);
  if (st == STEP_END) dealer_put(s->dealer, &s->answer);
  return st;
}

static bool answers_states(const plan *p) {
  return p->kind == PLAN_AGGREGATE && p->u.aggregate.role == AGGREGATE_STATES;
}

/* A LIMIT stops asking before the block is at its end. To go on to there costs less than to build the tables of joins again. */
static step pass_rest(stage *s) {
  batch b;
  step st = STEP_ROWS;
  if (s->over_part || !s->top || s->top->kind != PLAN_LIMIT) return STEP_END;
  s->passing = s->probes;
  s->spent = !s->probes;
  while (s->passing && st == STEP_ROWS) st = op_next(s->pipe, &b);
  return s->passing ? st : STEP_END;
}

static step take_turn(stage *s) {
  step st;
  if (s->passing) return pass_rest(s);
  if (!s->top)
    st = put_rows(s, s->pipe);
  else if (s->dealer)
    st = put_parts(s);
  else
    st = answers_states(s->top) ? put_states(s) : put_rows(s, s->over);
  return st == STEP_END ? pass_rest(s) : st;
}

step stage_go_on(stage *s, sonde_error *err) {
  step st = STEP_WAIT;
  s->run.err = s->top_run.err = err;
  for (unsigned i = 0; i < TURNS_A_STEP && st == STEP_WAIT; i++) st = take_turn(s);
  if (st == STEP_WAIT) return st;
  close_top(s);
  return st == STEP_END && buf_status(&s->answer, err) == SONDE_OK ? STEP_END : STEP_FAIL;
}

sonde_str stage_answer(const stage *s) { return (sonde_str){(const char *)s->answer.data, s->answer.len}; }

bool stage_is_spent(const stage *s) { return s->spent; }
