/* See cut.h. A stage is a pipeline over one scan (filters, projections, unnesting, joins that probe), topped by what makes its
 * answer small and can be done again over the blocks' answers in their order: aggregates by their states, distinct rows, the
 * first rows in some order. */
#include "exec/query/cut.h"
#include "exec/query/eval.h"

#define SIDES_MAX 32u
#define SIDE_ROWS_MAX 4e6 /* estimated: every engine builds its own table of them */
#define FIRST_ROWS_MAX 100000u

typedef struct {
  const cut_tables *tables;
  arena *memory;
  sonde_error *err;
  uint32_t n_stages;
  const plan **sides; /* of the stage being made */
  uint32_t n_sides;
} cutter;

/* ---- what may be cut ---- */

/* The same answer wherever and whenever it is evaluated. */
static bool is_pure(const expr *e) {
  if (!e) return true;
  if (e->kind == EXPR_OUTER) return false;
  if (e->kind == EXPR_CALL && kernel_get((function_id)e->function)->flags & KERNEL_VOLATILE) return false;
  for (uint32_t i = 0; i < e->n_args; i++)
    if (!is_pure(e->args[i])) return false;
  return true;
}

static bool are_pure(const expr *const *list, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (!is_pure(list[i])) return false;
  return true;
}

static bool probes(join_kind kind) {
  return kind == JOIN_INNER || kind == JOIN_LEFT || kind == JOIN_SEMI || kind == JOIN_ANTI ||
         kind == JOIN_MARK || kind == JOIN_SINGLE;
}

static bool join_streams(const plan *p) {
  if (!probes(p->u.join.kind) || p->u.join.asof || p->input[1]->rows > SIDE_ROWS_MAX) return false;
  for (uint32_t i = 0; i < p->u.join.n_keys; i++)
    if (!is_pure(p->u.join.keys[i].left) || !is_pure(p->u.join.keys[i].right)) return false;
  return is_pure(p->u.join.residual);
}

static bool streams(const cutter *c, const plan *p) {
  switch (p->kind) {
  case PLAN_SCAN: return c->tables->in_parts(c->tables->self, p->u.scan.table) && is_pure(p->u.scan.filter);
  case PLAN_FILTER: return is_pure(p->u.filter.condition) && streams(c, p->input[0]);
  case PLAN_PROJECT: return are_pure(p->u.project.exprs, p->n_columns) && streams(c, p->input[0]);
  case PLAN_UNNEST: return are_pure(p->u.unnest.lists, p->u.unnest.n) && streams(c, p->input[0]);
  case PLAN_JOIN: return join_streams(p) && streams(c, p->input[0]);
  default: return false;
  }
}

static bool keys_are_pure(const sort_key *keys, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (!is_pure(keys[i].by)) return false;
  return true;
}

static bool aggregates_in_parts(const plan *p) {
  for (uint32_t i = 0; i < p->u.aggregate.n_calls; i++) {
    const aggregate_call *a = &p->u.aggregate.calls[i];
    if (!are_pure(a->args, a->n_args) || !keys_are_pure(a->keys, a->n_keys) || !is_pure(a->filter))
      return false;
  }
  return are_pure(p->u.aggregate.groups, p->u.aggregate.n_groups);
}

static bool counts(const expr *e) {
  return !e || (e->kind == EXPR_CONST && e->type.id == SQL_BIGINT && !e->constant.null);
}
static uint64_t count_of(const expr *e, uint64_t otherwise) {
  return !e ? otherwise : e->constant.v.i < 0 ? UINT64_MAX : (uint64_t)e->constant.v.i;
}

static bool takes_first(const plan *p) {
  if (!counts(p->u.limit.limit) || !counts(p->u.limit.offset)) return false;
  return count_of(p->u.limit.limit, UINT64_MAX) <= FIRST_ROWS_MAX &&
         count_of(p->u.limit.offset, 0) <= FIRST_ROWS_MAX;
}

static bool sorts_few(const plan *p) {
  return p->u.sort.limit <= FIRST_ROWS_MAX &&
         (p->u.sort.offset <= FIRST_ROWS_MAX || p->u.sort.offset == UINT64_MAX) &&
         keys_are_pure(p->u.sort.keys, p->u.sort.n);
}

/* Whether the node makes a block's rows fewer, in a way that can be repeated over those of all blocks. */
static bool gathers(const plan *p) {
  switch (p->kind) {
  case PLAN_AGGREGATE: return aggregates_in_parts(p);
  case PLAN_DISTINCT: return are_pure(p->u.distinct.on, p->u.distinct.n);
  case PLAN_SORT: return sorts_few(p);
  case PLAN_LIMIT: return takes_first(p);
  default: return false;
  }
}

/* ---- cutting ---- */

static const plan *cut(cutter *, const plan *);

static plan *copy_of(cutter *c, const plan *p) { return arena_copy(c->memory, p, sizeof *p, c->err); }

static const plan *side_of(cutter *c, const plan *p) {
  const plan **sides = c->sides; /* those of the stage around the ones that are cut now */
  uint32_t n = c->n_sides;
  const plan *rows = cut(c, p);
  c->sides = sides;
  c->n_sides = n;
  plan *leaf = rows ? arena_zero(c->memory, sizeof *leaf, c->err) : NULL;
  if (!leaf) return NULL;
  *leaf = (plan){.kind = PLAN_SIDE, .n_columns = p->n_columns, .columns = p->columns, .rows = p->rows};
  leaf->u.side = n;
  c->sides[c->n_sides++] = rows;
  return leaf;
}

static uint32_t joins_in(const plan *p) {
  if (p->kind == PLAN_SCAN) return 0;
  return (p->kind == PLAN_JOIN) + joins_in(p->input[0]);
}

static const plan *pipeline(cutter *c, const plan *p, uint32_t *table) {
  plan *own = copy_of(c, p);
  if (p->kind == PLAN_SCAN) *table = p->u.scan.table;
  if (!own || p->kind == PLAN_SCAN) return own;
  own->input[0] = pipeline(c, p->input[0], table);
  if (p->kind == PLAN_JOIN && own->input[0]) own->input[1] = side_of(c, p->input[1]);
  return own->input[0] && (own->n_inputs < 2 || own->input[1]) ? own : NULL;
}

static const expr *count_expr(cutter *c, const expr *like, uint64_t n) {
  expr *e = arena_copy(c->memory, like, sizeof *e, c->err);
  if (e) e->constant.v.i = (int64_t)n;
  return e;
}

/* A block has to answer the rows that are skipped later, too. */
static bool answer_skipped(cutter *c, plan *top) {
  if (top->kind == PLAN_SORT && top->u.sort.offset != UINT64_MAX) top->u.sort.limit += top->u.sort.offset;
  if (top->kind == PLAN_SORT) top->u.sort.offset = 0;
  if (top->kind != PLAN_LIMIT || !top->u.limit.offset) return true;
  uint64_t n = count_of(top->u.limit.limit, 0) + count_of(top->u.limit.offset, 0);
  top->u.limit.limit = count_expr(c, top->u.limit.limit, n);
  top->u.limit.offset = NULL;
  return top->u.limit.limit != NULL;
}

/* The stage of a pipeline, and of what is on top of it (or NULL). */
static const plan *stage(cutter *c, const plan *top, const plan *below) {
  const plan *last = top ? top : below;
  plan *exchange = arena_zero(c->memory, sizeof *exchange, c->err);
  const plan **sides = arena_zero(c->memory, (joins_in(below) + 1u) * sizeof *sides, c->err);
  if (!exchange || !sides) return NULL;
  c->sides = sides;
  c->n_sides = 0;
  *exchange = (plan){
      .kind = PLAN_EXCHANGE, .n_columns = last->n_columns, .columns = last->columns, .rows = last->rows};
  const plan *rows = pipeline(c, below, &exchange->u.exchange.table);
  plan *own = rows && top ? copy_of(c, top) : NULL;
  if (!rows || (top && !own)) return NULL;
  if (own) own->input[0] = rows;
  if (own && !answer_skipped(c, own)) return NULL;
  exchange->u.exchange.stage = own ? own : rows;
  exchange->u.exchange.sides = sides;
  exchange->u.exchange.n_sides = c->n_sides;
  c->n_stages++;
  return exchange;
}

static bool is_cuttable(const cutter *c, const plan *p) { return streams(c, p) && joins_in(p) <= SIDES_MAX; }

/* The step of a recursion and the right side of an apply run many times. */
static bool runs_once(const plan *p, unsigned input) {
  return input == 0 || (p->kind != PLAN_RECURSIVE && p->kind != PLAN_APPLY);
}

static const plan *cut(cutter *c, const plan *p) {
  if (is_cuttable(c, p)) return stage(c, NULL, p);
  plan *own = copy_of(c, p);
  if (!own) return NULL;
  if (gathers(p) && is_cuttable(c, p->input[0])) {
    own->input[0] = stage(c, p, p->input[0]);
    if (p->kind == PLAN_AGGREGATE) own->u.aggregate.merges = true;
    return own->input[0] ? own : NULL;
  }
  for (unsigned i = 0; i < p->n_inputs; i++)
    if (runs_once(p, i) && !(own->input[i] = cut(c, p->input[i]))) return NULL;
  return own;
}

sonde_code plan_cut(const query_plan *q, const cut_tables *tables, arena *memory, query_plan *out,
                    uint32_t *n_stages, sonde_error *err) {
  cutter c = {.tables = tables, .memory = memory, .err = err};
  *out = *q;
  out->root = cut(&c, q->root);
  *n_stages = c.n_stages;
  return out->root ? SONDE_OK : err->code;
}
