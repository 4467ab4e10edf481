/* See cut.h. A stage is a pipeline over one scan (filters, projections, unnesting, joins that probe), topped by what makes its
 * answer small and can be done again over the blocks' answers in their order: aggregates by their states, distinct rows, the
 * first rows in some order. */
#include "exec/query/stage/cut.h"
#include "exec/query/aggregate/aggregate.h"
#include "exec/query/operator/op.h"
#include "exec/query/stage/pays.h"

#define SIDES_MAX 32u
#define SIDE_ROWS_MAX 4e6 /* estimated: every engine builds its own table of them */
#define FIRST_ROWS_MAX 100000u

typedef struct {
  const cut_tables *tables;
  arena *memory;
  sonde_error *err;
  uint32_t n_cuts;
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
  if (!probes(p->u.join.kind) || p->u.join.asof || p->u.join.build_left || p->input[1]->rows > SIDE_ROWS_MAX)
    return false;
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

static bool is_pure_aggregate(const plan *p) {
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
  case PLAN_DISTINCT: return are_pure(p->u.distinct.on, p->u.distinct.n);
  case PLAN_SORT: return sorts_few(p);
  case PLAN_LIMIT: return takes_first(p);
  default: return false;
  }
}

/* Its rows can be dealt out by their groups, so that each group is gathered as if there were no parts. */
static bool aggregates_by_groups(const plan *p) {
  return p->u.aggregate.n_groups > 0 && !p->u.aggregate.sets;
}

/* ---- stages ---- */

static const plan *cut(cutter *, const plan *);

static plan *new_plan(cutter *c, uint8_t kind, const plan *input) {
  plan *p = arena_zero(c->memory, sizeof *p, c->err);
  if (!p) return NULL;
  p->kind = kind;
  if (!input) return p;
  p->n_inputs = 1;
  p->input[0] = input;
  p->n_columns = input->n_columns;
  p->columns = input->columns;
  p->rows = input->rows;
  return p;
}

static plan *copy_of(cutter *c, const plan *p) { return arena_copy(c->memory, p, sizeof *p, c->err); }

static const plan *side_of(cutter *c, const plan *p) {
  const plan **sides = c->sides; /* those of the stage around the ones that are cut now */
  uint32_t n = c->n_sides;
  const plan *rows = cut(c, p);
  c->sides = sides;
  c->n_sides = n;
  plan *leaf = rows ? copy_of(c, p) : NULL;
  if (!leaf) return NULL;
  leaf->kind = PLAN_SIDE;
  leaf->n_inputs = 0;
  leaf->u.side = n;
  c->sides[c->n_sides++] = rows;
  return leaf;
}

static const plan *pipeline(cutter *c, const plan *p, uint32_t *table) {
  plan *own = copy_of(c, p);
  if (p->kind == PLAN_SCAN) *table = p->u.scan.table;
  if (!own || p->kind == PLAN_SCAN) return own;
  own->input[0] = pipeline(c, p->input[0], table);
  if (p->kind == PLAN_JOIN && own->input[0]) own->input[1] = side_of(c, p->input[1]);
  return own->input[0] && (own->n_inputs < 2 || own->input[1]) ? own : NULL;
}

/* What is to be put on top of a pipeline; NULL: err. */
typedef const plan *(*topping)(cutter *, const plan *of, const plan *below);

static const plan *nothing(cutter *c, const plan *of, const plan *below) {
  (void)c;
  (void)of;
  return below;
}

/* The exchange of a stage: a copy of the pipeline `below` with something on top. */
static const plan *exchange(cutter *c, const plan *below, topping top, const plan *of) {
  plan *p = new_plan(c, PLAN_EXCHANGE, NULL);
  const plan **sides = arena_zero(c->memory, (pipeline_joins(below) + 1u) * sizeof *sides, c->err);
  if (!p || !sides) return NULL;
  c->sides = sides;
  c->n_sides = 0;
  const plan *rows = pipeline(c, below, &p->u.exchange.table);
  const plan *stage = rows ? top(c, of, rows) : NULL;
  if (!stage) return NULL;
  p->n_columns = stage->n_columns;
  p->columns = stage->columns;
  p->rows = stage->rows;
  p->u.exchange.stage = stage;
  p->u.exchange.sides = sides;
  p->u.exchange.n_sides = c->n_sides;
  c->n_cuts++;
  return p;
}

/* ---- what is done in the stage, and once more over its answers ---- */

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

static const plan *same(cutter *c, const plan *of, const plan *below) {
  plan *own = copy_of(c, of);
  if (!own || !answer_skipped(c, own)) return NULL;
  own->input[0] = below;
  return own;
}

static const plan *again(cutter *c, const plan *p) {
  plan *own = copy_of(c, p);
  if (own) own->input[0] = exchange(c, p->input[0], same, p);
  return own && own->input[0] ? own : NULL;
}

/* ---- aggregates by states ---- */

static bool may_refuse(const plan *p) {
  return aggregates_by_groups(p) || (aggregates_distinct(p) && !p->u.aggregate.sets);
}

static const plan *states(cutter *c, const plan *of, const plan *below) {
  plan *own = copy_of(c, of);
  if (!own) return NULL;
  own->input[0] = below;
  own->u.aggregate.role = AGGREGATE_STATES;
  own->u.aggregate.may_refuse = may_refuse(of);
  return own;
}

static const plan *by_states(cutter *c, const plan *p) {
  plan *own = copy_of(c, p);
  if (!own) return NULL;
  own->u.aggregate.role = AGGREGATE_MERGES;
  own->input[0] = exchange(c, p->input[0], states, p);
  return own->input[0] ? own : NULL;
}

/* ---- aggregates by groups ---- */

static expr *new_expr(cutter *c, uint8_t kind, const sql_type *type, uint32_t index) {
  expr *e = arena_zero(c->memory, sizeof *e, c->err);
  if (e) *e = (expr){.kind = kind, .type = *type, .index = index, .constant.null = true};
  return e;
}

/* Only the columns that the aggregate looks at; the others are null. */
static const plan *narrow(cutter *c, const plan *of, const plan *below) {
  const bool *needed = op_needed(of, c->memory, c->err);
  plan *own = new_plan(c, PLAN_PROJECT, below);
  const expr **exprs = arena_array(c->memory, below->n_columns + 1u, sizeof *exprs, c->err);
  if (!needed || !own || !exprs) return NULL;
  for (uint32_t i = 0; i < below->n_columns; i++)
    if (!(exprs[i] = new_expr(c, needed[i] ? EXPR_COLUMN : EXPR_CONST, &below->columns[i].type, i)))
      return NULL;
  own->u.project.exprs = exprs;
  return own;
}

/* The columns of a plan and one more: the place of the row, or of a group's first one. */
static bool add_place(cutter *c, plan *p) {
  plan_column *columns = arena_array(c->memory, p->n_columns + 1u, sizeof *columns, c->err);
  if (!columns) return false;
  memcpy(columns, p->columns, p->n_columns * sizeof *columns);
  columns[p->n_columns++] = (plan_column){.name = {"", 0}, .type = sql_simple(SQL_BIGINT)};
  p->columns = columns;
  return true;
}

static const plan *dealt(cutter *c, const plan *of, const plan *below) {
  const plan *rows = narrow(c, of, below);
  plan *own = rows ? new_plan(c, PLAN_PARTITION, rows) : NULL;
  if (!own || !add_place(c, own)) return NULL;
  own->u.partition.n = of->u.aggregate.n_groups;
  own->u.partition.keys = of->u.aggregate.groups;
  return own;
}

/* The aggregate over the rows of a part, which also finds each group's first row. */
static const plan *of_part(cutter *c, const plan *of, const plan *rows) {
  const sql_type *place = &rows->columns[rows->n_columns - 1].type;
  uint32_t n = of->u.aggregate.n_calls;
  plan *part = new_plan(c, PLAN_PART, rows), *own = copy_of(c, of);
  const expr **args = arena_array(c->memory, 1, sizeof *args, c->err);
  aggregate_call *calls = arena_array(c->memory, n + 1u, sizeof *calls, c->err);
  if (!part || !own || !args || !calls || !add_place(c, own)) return NULL;
  if (!(args[0] = new_expr(c, EXPR_COLUMN, place, rows->n_columns - 1))) return NULL;
  part->n_inputs = 0;
  if (n) memcpy(calls, of->u.aggregate.calls, n * sizeof *calls);
  calls[n] = (aggregate_call){.function = FN_MIN, .n_args = 1, .args = args, .type = *place};
  own->u.aggregate.calls = calls;
  own->u.aggregate.n_calls = n + 1;
  own->input[0] = part;
  return own;
}

static const plan *over_parts(cutter *c, const plan *stage, const plan *from) {
  plan *p = stage ? new_plan(c, PLAN_EXCHANGE, stage) : NULL;
  if (!p) return NULL;
  p->n_inputs = 0;
  p->u.exchange.stage = stage;
  p->u.exchange.from = from;
  return p;
}

/* Rows sorted by keys and then by their places, which are left out. */
static const plan *in_order(cutter *c, const plan *of, const sort_key *keys, uint32_t n, const plan *rows) {
  uint32_t last = rows->n_columns - 1;
  plan *sorted = new_plan(c, PLAN_SORT, rows), *own = sorted ? new_plan(c, PLAN_PROJECT, sorted) : NULL;
  sort_key *all = arena_zero(c->memory, (n + 1u) * sizeof *all, c->err);
  const expr **exprs = arena_array(c->memory, last + 1u, sizeof *exprs, c->err);
  if (!own || !all || !exprs) return NULL;
  if (n) memcpy(all, keys, n * sizeof *all);
  if (!(all[n].by = new_expr(c, EXPR_COLUMN, &rows->columns[last].type, last))) return NULL;
  bool few = of->kind == PLAN_SORT;
  sorted->u.sort.n = n + 1;
  sorted->u.sort.keys = all;
  sorted->u.sort.limit = few ? of->u.sort.limit : UINT64_MAX;
  sorted->u.sort.offset = few ? of->u.sort.offset : 0;
  for (uint32_t i = 0; i < last; i++)
    if (!(exprs[i] = new_expr(c, EXPR_COLUMN, &rows->columns[i].type, i))) return NULL;
  own->n_columns = of->n_columns;
  own->columns = of->columns;
  own->u.project.exprs = exprs;
  return own;
}

/* Groups in the order of their first rows. */
static const plan *by_groups(cutter *c, const plan *p) {
  const plan *from = exchange(c, p->input[0], dealt, p);
  const plan *groups = from ? over_parts(c, of_part(c, p, from), from) : NULL;
  return groups ? in_order(c, p, NULL, 0, groups) : NULL;
}

/* ---- the first of many groups ---- */

/* What lies between a sort and the aggregate below is done to each row alone. */
static const plan *aggregate_below(const plan *p) {
  for (p = p->input[0];; p = p->input[0]) {
    bool passes = (p->kind == PLAN_PROJECT && are_pure(p->u.project.exprs, p->n_columns)) ||
                  (p->kind == PLAN_FILTER && is_pure(p->u.filter.condition));
    if (!passes) return p->kind == PLAN_AGGREGATE && is_pure_aggregate(p) ? p : NULL;
  }
}

static bool pass_place(cutter *c, plan *p) {
  uint32_t n = p->n_columns;
  if (!add_place(c, p)) return false;
  if (p->kind != PLAN_PROJECT) return true;
  const expr **exprs = arena_array(c->memory, n + 1u, sizeof *exprs, c->err);
  if (!exprs) return false;
  memcpy(exprs, p->u.project.exprs, n * sizeof *exprs);
  exprs[n] = new_expr(c, EXPR_COLUMN, &p->columns[n].type, p->input[0]->n_columns - 1);
  p->u.project.exprs = exprs;
  return exprs[n] != NULL;
}

/* The nodes from p down to the aggregate, over something else in its place. */
static plan *down_to(cutter *c, const plan *p, const plan *groups, const plan *instead, bool places) {
  plan *own = copy_of(c, p);
  if (!own || !instead) return NULL;
  own->input[0] = p->input[0] == groups ? instead : down_to(c, p->input[0], groups, instead, places);
  if (!own->input[0] || (places && !pass_place(c, own))) return NULL;
  return own;
}

/* Each part answers only its own first ones. */
static const plan *first_by_groups(cutter *c, const plan *sort, const plan *groups) {
  const plan *from = exchange(c, groups->input[0], dealt, groups);
  plan *stage = from ? down_to(c, sort, groups, of_part(c, groups, from), true) : NULL;
  if (!stage || !answer_skipped(c, stage)) return NULL;
  const plan *rows = over_parts(c, stage, from);
  return rows ? in_order(c, sort, sort->u.sort.keys, sort->u.sort.n, rows) : NULL;
}

/* ---- aggregates ---- */

/* Here, over the rows of the blocks. */
static const plan *by_rows(cutter *c, const plan *p) {
  plan *own = copy_of(c, p);
  if (own) own->input[0] = exchange(c, p->input[0], narrow, p);
  return own && own->input[0] ? own : NULL;
}

static const plan *either(cutter *c, const plan *one, const plan *other) {
  plan *p = one && other ? new_plan(c, PLAN_EITHER, one) : NULL;
  if (!p) return NULL;
  p->n_inputs = 2;
  p->input[1] = other;
  return p;
}

/* Where groups hardly make fewer rows, to bring those of the parts in order costs as much as to gather them here. */
static const plan *aggregate_stages(cutter *c, const plan *p) {
  if (!aggregates_by_states(p)) return aggregates_by_groups(p) ? by_groups(c, p) : by_rows(c, p);
  const plan *merged = by_states(c, p);
  return merged && may_refuse(p) ? either(c, merged, by_rows(c, p)) : merged;
}

static const plan *first_stages(cutter *c, const plan *sort, const plan *groups) {
  const plan *parts = first_by_groups(c, sort, groups);
  if (!parts || !aggregates_by_states(groups)) return parts;
  return either(c, down_to(c, sort, groups, by_states(c, groups), false), parts);
}

/* ---- what is known without a look at the rows ---- */

static bool only_counts_rows(const plan *p) {
  if (p->kind != PLAN_AGGREGATE || p->u.aggregate.n_calls < p->n_columns) return false;
  if (p->input[0]->kind != PLAN_SCAN || p->input[0]->u.scan.filter) return false;
  for (uint32_t i = 0; i < p->n_columns; i++) {
    const aggregate_call *a = &p->u.aggregate.calls[i];
    if (a->function != FN_COUNT_STAR || a->distinct || a->filter) return false;
  }
  return true;
}

static const plan *counted(cutter *c, const plan *p) {
  double rows = c->tables->rows(c->tables->self, p->input[0]->u.scan.table);
  plan *own = copy_of(c, p);
  const expr **cells = arena_array(c->memory, p->n_columns + 1u, sizeof *cells, c->err);
  if (!own || !cells) return NULL;
  for (uint32_t i = 0; i < p->n_columns; i++) {
    expr *count = new_expr(c, EXPR_CONST, &p->columns[i].type, 0);
    if (!count) return NULL;
    count->constant = (value){.v = {.i = (int64_t)rows}};
    cells[i] = count;
  }
  own->kind = PLAN_VALUES;
  own->n_inputs = 0;
  own->u.values.n_rows = 1;
  own->u.values.cells = cells;
  c->n_cuts++;
  return own;
}

/* ---- cutting ---- */

static bool is_cuttable(const cutter *c, const plan *p) {
  return streams(c, p) && pipeline_joins(p) <= SIDES_MAX;
}

/* The step of a recursion and the right side of an apply run many times. */
static bool runs_once(const plan *p, unsigned input) {
  return input == 0 || (p->kind != PLAN_RECURSIVE && p->kind != PLAN_APPLY);
}

static const plan *cut(cutter *c, const plan *p) {
  const cut_tables *t = c->tables;
  if (only_counts_rows(p)) return counted(c, p);
  if (is_cuttable(c, p) && (!columns_stay(t, p) || few_rows_pay(t, p, false)))
    return exchange(c, p, nothing, NULL);
  const plan *groups = p->kind == PLAN_SORT && sorts_few(p) ? aggregate_below(p) : NULL;
  if (groups && aggregates_by_groups(groups) && is_cuttable(c, groups->input[0]) &&
      !columns_stay(t, groups->input[0]))
    return first_stages(c, p, groups);
  bool over_pipeline = p->n_inputs && is_cuttable(c, p->input[0]);
  bool aggregates = over_pipeline && p->kind == PLAN_AGGREGATE && is_pure_aggregate(p);
  if (over_pipeline && gathers(p) && top_pays(t, p)) return again(c, p);
  if (aggregates && top_pays(t, p)) return aggregate_stages(c, p);
  if (aggregates && few_rows_pay(t, p->input[0], true)) return by_rows(c, p);
  plan *own = copy_of(c, p);
  for (unsigned i = 0; own && i < p->n_inputs; i++)
    if (runs_once(p, i) && !(own->input[i] = cut(c, p->input[i]))) return NULL;
  return own;
}

sonde_code plan_cut(const query_plan *q, const cut_tables *tables, arena *memory, query_plan *out,
                    uint32_t *n_cuts, sonde_error *err) {
  cutter c = {.tables = tables, .memory = memory, .err = err};
  *out = *q;
  out->root = cut(&c, q->root);
  *n_cuts = c.n_cuts;
  return out->root ? SONDE_OK : err->code;
}
