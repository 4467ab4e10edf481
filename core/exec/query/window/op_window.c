/* Window functions: rows are kept with everything the calls refer to, sorted for each call, and computed partition by
 * partition. Rows come out in the order of the first call. */
#include "exec/query/operator/spill.h"
#include "exec/query/window/window.h"
#include "exec/query/window/window_numbers.h"
#include "exec/query/window/window_top.h"

#define KEYS_MAX 64u
#define ROWS_A_STEP 65536 /* that functions look at before the host gets a say */
#define NOT_KEPT UINT32_MAX

typedef struct {
  const expr *expr;
  node *node; /* NULL: a column of the input */
} kept_expr;

typedef struct {
  uint32_t n_in, n_cols;
  kept_expr *kept;         /* n_cols */
  uint32_t *places;        /* of each column of the input among those kept, or NOT_KEPT */
  const sql_type **types;  /* n_cols */
  window_columns *columns; /* of each call */
  rowset rows;
  window_numbers numbers;
  window_top top;
  uint32_t n;                    /* rows that come out: all that were kept, or the first of each partition */
  uint32_t *order, *first_order; /* n; first_order: of the first call */
  col *results;                  /* lanes by row number; in op memory */
  bool collected, grouped, computed;
  uint32_t at;
  bool parted; /* all calls have the same partitions: they may be dealt out to parts */
  spilled parts;
  /* The call being computed. */
  uint32_t call, n_keys, n_partition; /* the first keys are the partition's */
  bool by_numbers, placed, sorted;
  order_by keys[KEYS_MAX];
  sorter sorter;
  uint8_t *differ; /* as sort_rows tells it */
  uint32_t *peers;
  partition part;
  arena scratch; /* of a partition */
} window_op;

#define NODE(o) (&(o)->plan->u.window)

/* ---- columns that calls refer to ---- */

static uint32_t add_kept(window_op *x, const expr *e, node *made) {
  x->types[x->n_cols] = &e->type;
  x->kept[x->n_cols] = (kept_expr){e, made};
  return x->n_cols++;
}

/* Each column of the input is kept once, however many refer to it. */
static sonde_code keep_expr(op *o, window_op *x, const expr *e, uint32_t *column) {
  bool plain = e->kind == EXPR_COLUMN && e->index < x->n_in;
  if (plain && x->places[e->index] != NOT_KEPT) return *column = x->places[e->index], SONDE_OK;
  node *made = plain ? NULL : node_make(o->run, e);
  if (!plain && !made) return o->run->err->code;
  *column = add_kept(x, e, made);
  if (plain) x->places[e->index] = *column;
  return SONDE_OK;
}

static sonde_code keep_exprs(op *o, window_op *x, const expr *const *list, uint32_t n, uint32_t **columns) {
  *columns = arena_array(&o->memory, n + 1u, sizeof **columns, o->run->err);
  if (!*columns) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) SONDE_TRY(keep_expr(o, x, list[i], &(*columns)[i]));
  return SONDE_OK;
}

static sonde_code keep_keys(op *o, window_op *x, const sort_key *keys, uint32_t n, uint32_t **columns) {
  *columns = arena_array(&o->memory, n + 1u, sizeof **columns, o->run->err);
  if (!*columns) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) SONDE_TRY(keep_expr(o, x, keys[i].by, &(*columns)[i]));
  return SONDE_OK;
}

static sonde_code add_call(op *o, window_op *x, uint32_t i) {
  const window_call *c = &NODE(o)->calls[i];
  window_columns *w = &x->columns[i];
  w->call = c;
  SONDE_TRY(keep_exprs(o, x, c->call.args, c->call.n_args, &w->args));
  SONDE_TRY(keep_keys(o, x, c->call.keys, c->call.n_keys, &w->keys));
  SONDE_TRY(keep_exprs(o, x, c->partition, c->n_partition, &w->partition));
  SONDE_TRY(keep_keys(o, x, c->order, c->n_order, &w->order));
  if (c->call.filter) SONDE_TRY(keep_expr(o, x, c->call.filter, &w->filter));
  if (c->from_offset) SONDE_TRY(keep_expr(o, x, c->from_offset, &w->from));
  return c->to_offset ? keep_expr(o, x, c->to_offset, &w->to) : SONDE_OK;
}

static uint32_t exprs_of(const window_call *c) {
  return c->call.n_args + c->call.n_keys + c->n_partition + c->n_order + 3u;
}

static bool is_needed(const op *o, uint32_t column) { return !o->needed || o->needed[column]; }

/* What leaves the operator, and, where rows may be dealt out as they came, what expressions look at. */
static sonde_code keep_input(op *o, window_op *x) {
  const plan_column *columns = o->plan->input[0]->columns;
  const op *looks = x->parted && spill_may(o->in[0]) ? o->in[0] : o;
  for (uint32_t i = 0; i < x->n_in; i++) {
    if (!is_needed(looks, i)) continue;
    expr *e = arena_zero(&o->memory, sizeof *e, o->run->err);
    if (!e) return o->run->err->code;
    *e = (expr){.kind = EXPR_COLUMN, .type = columns[i].type, .index = i};
    x->places[i] = add_kept(x, e, NULL);
  }
  return SONDE_OK;
}

static sonde_code choose_kept(op *o, window_op *x) {
  uint32_t most = x->n_in + 1;
  for (uint32_t i = 0; i < NODE(o)->n; i++) most += exprs_of(&NODE(o)->calls[i]);
  x->kept = arena_array(&o->memory, most, sizeof *x->kept, o->run->err);
  x->types = arena_array(&o->memory, most, sizeof *x->types, o->run->err);
  x->places = arena_array(&o->memory, x->n_in + 1u, sizeof *x->places, o->run->err);
  if (!x->kept || !x->types || !x->places) return o->run->err->code;
  memset(x->places, 0xFF, x->n_in * sizeof *x->places);
  SONDE_TRY(keep_input(o, x));
  for (uint32_t i = 0; i < NODE(o)->n; i++) SONDE_TRY(add_call(o, x, i));
  return SONDE_OK;
}

static sonde_code eval_kept(op *o, const kept_expr *k, const batch *in, col *out) {
  if (k->node) return node_eval(k->node, in, &o->scratch, out);
  *out = in->cols[k->expr->index];
  return SONDE_OK;
}

static sonde_code take_in(op *o, window_op *x, const batch *in) {
  batch b = {.n = in->n, .n_cols = x->n_cols};
  arena_reset(&o->scratch);
  b.cols = arena_array(&o->scratch, x->n_cols + 1u, sizeof(col), o->run->err);
  if (!b.cols) return o->run->err->code;
  for (uint32_t i = 0; i < x->n_cols; i++) SONDE_TRY(eval_kept(o, &x->kept[i], in, &b.cols[i]));
  if (x->top.wanted) return window_top_add(&x->top, &x->rows, &b, &o->scratch, o->run->err);
  if (x->numbers.n_partition) SONDE_TRY(window_numbers_add(&x->numbers, &b, x->rows.n, o->run->err));
  return rowset_append(&x->rows, &b, o->run->err);
}

/* ---- one call ---- */

static bool is_rank(uint16_t fn) { return fn >= FN_ROW_NUMBER && fn <= FN_NTILE; }
static bool is_value(uint16_t fn) {
  return (fn >= FN_LAG && fn <= FN_FILL) || fn == FN_LAST || fn == FN_FIRST;
}

/* lag, lead and ntile with an ORDER BY of their own are computed in that order. */
static bool own_order(const window_call *c) {
  return c->call.n_keys && !window_orders_frames(c) &&
         function_get((function_id)c->call.function)->kind == FUNCTION_WINDOW;
}

static void find_sort_keys(window_op *x, const window_columns *w) {
  const window_call *c = w->call;
  bool own = own_order(c);
  const sort_key *order = own ? c->call.keys : c->order;
  const uint32_t *columns = own ? w->keys : w->order;
  uint32_t n_order = own ? c->call.n_keys : c->n_order, n = 0;
  uint32_t n_partition = x->by_numbers ? 1 : c->n_partition; /* groups are not sorted by it any more */
  for (uint32_t i = 0; i < n_partition && n < KEYS_MAX; i++)
    x->keys[n++] = (order_by){.column = w->partition[i]};
  x->n_partition = n;
  for (uint32_t i = 0; i < n_order && n < KEYS_MAX; i++)
    x->keys[n++] = (order_by){columns[i], order[i].descending, order[i].nulls_first};
  x->n_keys = n;
}

/* `differ` as sort_rows tells it: rows that differ in one of the n_keys keys are no peers. */
static void find_peers(partition *p, const uint8_t *differ, uint32_t n_keys) {
  uint32_t group = 0;
  for (uint32_t at = p->begin, next; at < p->end; at = next, group++) {
    for (next = at + 1; next < p->end && differ[next] >= n_keys;) next++;
    for (uint32_t i = at; i < next; i++) {
      p->peer_begin[i - p->begin] = at;
      p->peer_end[i - p->begin] = next;
      p->peer_group[i - p->begin] = group;
    }
  }
}

static sonde_code run_partition(partition *p) {
  uint16_t fn = p->c->call->call.function;
  if (is_rank(fn)) return window_rank(p);
  return is_value(fn) ? window_value(p) : window_aggregate(p);
}

static void find_partition(window_op *x) {
  partition *p = &x->part;
  p->end = p->begin + 1;
  while (p->end < x->n && x->differ[p->end] >= x->n_partition) p->end++;
  if (!window_shifts(p->c->call)) find_peers(p, x->differ, x->n_keys);
  p->budget -= p->end - p->begin;
  p->row = p->begin;
  arena_reset(&x->scratch);
}

static step run_partitions(op *o, window_op *x) {
  partition *p = &x->part;
  for (p->budget = ROWS_A_STEP; p->budget > 0 && p->begin < x->n;) {
    if (p->end == p->begin) find_partition(x);
    if (run_partition(p) != SONDE_OK) return STEP_FAIL;
    if (p->row == p->end) p->begin = p->end;
  }
  o->run->batches = 0;
  return p->begin < x->n ? STEP_WAIT : STEP_ROWS;
}

/* Whether a call has the partitions that rows are numbered by: those of the first one. */
static bool is_numbered(const window_op *x, const window_columns *w) {
  const window_columns *first = &x->columns[0];
  uint32_t n = first->call->n_partition;
  return x->grouped && w->call->n_partition == n &&
         memcmp(w->partition, first->partition, n * sizeof *w->partition) == 0;
}

static sonde_code begin_call(op *o, window_op *x) {
  uint32_t n = x->n;
  const window_call *c = &NODE(o)->calls[x->call];
  x->by_numbers = is_numbered(x, &x->columns[x->call]);
  find_sort_keys(x, &x->columns[x->call]);
  x->part = (partition){.run = o->run,
                        .rows = &x->rows,
                        .c = &x->columns[x->call],
                        .order = x->order,
                        .out = &x->results[x->call],
                        .by_place = x->call == 0,
                        .keep = &o->memory,
                        .scratch = &x->scratch,
                        .peer_begin = x->peers,
                        .peer_end = x->peers + n,
                        .peer_group = x->peers + 2 * (size_t)n};
  x->placed = !x->by_numbers;
  for (uint32_t r = 0; r < n && x->placed && !x->top.wanted; r++) x->order[r] = r;
  SONDE_TRY(col_new(x->part.out, &c->call.type, x->rows.n + 1u, true, &o->memory, o->run->err));
  x->sorted = false;
  SONDE_TRY(sorter_open(&x->sorter, o->run->mem, &x->rows, x->keys, x->n_keys, x->order, n, x->differ,
                        o->run->err));
  if (x->by_numbers) window_numbers_begin(&x->numbers, &x->sorter);
  bool aggregates =
      function_get((function_id)c->call.function)->kind == FUNCTION_AGGREGATE && !is_value(c->call.function);
  return aggregates ? aggregate_open(&x->part.agg, o->run, &c->call, true) : SONDE_OK;
}

static void end_call(window_op *x) {
  sorter_close(&x->sorter);
  aggregate_close(&x->part.agg);
  x->part.c = NULL;
}

static step run_call(op *o, window_op *x) {
  if (!x->part.c && begin_call(o, x) != SONDE_OK) return STEP_FAIL;
  if (!x->placed && !(x->placed = window_numbers_place(&x->numbers, &x->sorter))) return STEP_WAIT;
  if (!x->sorted) {
    if (!sorter_step(&x->sorter)) return STEP_WAIT;
    sorter_close(&x->sorter);
    x->sorted = true;
    if (x->call == 0) memcpy(x->first_order, x->order, x->n * sizeof *x->order);
  }
  step s = run_partitions(o, x);
  if (s == STEP_ROWS) end_call(x);
  return s;
}

static sonde_code reserve(op *o, window_op *x) {
  size_t n = (size_t)x->rows.n + 1;
  x->order = arena_array(&o->memory, n, sizeof *x->order, o->run->err);
  x->first_order = arena_array(&o->memory, n, sizeof *x->order, o->run->err);
  x->peers = arena_array(&o->memory, n, 3 * sizeof *x->peers, o->run->err);
  x->differ = arena_array(&o->memory, n, 1, o->run->err);
  if (!x->order || !x->first_order || !x->peers || !x->differ) return o->run->err->code;
  x->n = x->top.wanted ? window_top_rows(&x->top, x->rows.n, x->order) : x->rows.n;
  if (x->numbers.n_partition)
    SONDE_TRY(window_numbers_group(&x->numbers, &x->rows, &x->grouped, o->run->err));
  return SONDE_OK;
}

static step compute(op *o, window_op *x) {
  for (; x->call < NODE(o)->n; x->call++) {
    step s = run_call(o, x);
    if (s != STEP_ROWS) return s;
  }
  x->computed = true;
  return STEP_ROWS;
}

/* ---- more rows than memory holds ---- */

#define BYTES_A_ROW 32u /* that sorting and finding peers take beside the row */

static bool same_partitions(const window_call *a, const window_call *b) {
  bool same = a->n_partition == b->n_partition;
  for (uint32_t i = 0; same && i < a->n_partition; i++)
    same = a->partition[i] == b->partition[i] ||
           (a->partition[i]->kind == EXPR_COLUMN && b->partition[i]->kind == EXPR_COLUMN &&
            a->partition[i]->index == b->partition[i]->index);
  return same;
}

static bool is_parted(const op *o) {
  const window_call *calls = NODE(o)->calls;
  bool parted = calls[0].n_partition > 0 && !o->top;
  for (uint32_t i = 1; parted && i < NODE(o)->n; i++) parted = same_partitions(&calls[0], &calls[i]);
  return parted;
}

static bool must_spill(const op *o, const window_op *x) {
  uint64_t bytes = arena_held(&x->rows.memory) + (uint64_t)x->rows.n * BYTES_A_ROW;
  return x->parted && x->rows.n && spill_is_due(o->in[0], bytes);
}

/* Rows as they came in: columns that nobody looks at are not there. */
static void as_input(const window_op *x, const col *kept, batch *b, col *cols) {
  for (uint32_t i = 0; i < x->n_in; i++)
    if (x->places[i] != NOT_KEPT) cols[i] = kept[x->places[i]];
  b->n_cols = x->n_in;
  b->cols = cols;
}

static sonde_code deal_kept(op *o, window_op *x) {
  const window_columns *w = &x->columns[0];
  uint32_t n = w->call->n_partition;
  col *kept = arena_array(&o->memory, x->n_cols + 1u, sizeof *kept, o->run->err);
  col *cols = arena_zero(&o->memory, (x->n_in + 1u) * sizeof *cols, o->run->err);
  col *keys = arena_array(&o->memory, n, sizeof *keys, o->run->err);
  batch b;
  if (!kept || !cols || !keys) return o->run->err->code;
  for (uint32_t at = 0; at < x->rows.n; at += b.n) {
    rowset_batch(&x->rows, at, &b, kept);
    for (uint32_t i = 0; i < n; i++) keys[i] = kept[w->partition[i]];
    as_input(x, kept, &b, cols);
    SONDE_TRY(spill_put(&x->parts, o, 0, &b, keys, n, NULL, b.n));
  }
  rowset_free(&x->rows);
  window_numbers_close(&x->numbers);
  return SONDE_OK;
}

static sonde_code deal_batch(op *o, window_op *x, const batch *in) {
  const window_columns *w = &x->columns[0];
  uint32_t n = w->call->n_partition;
  arena_reset(&o->scratch);
  col *keys = arena_array(&o->scratch, n, sizeof *keys, o->run->err);
  if (!keys) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) SONDE_TRY(eval_kept(o, &x->kept[w->partition[i]], in, &keys[i]));
  return spill_put(&x->parts, o, 0, in, keys, n, NULL, in->n);
}

static sonde_code take_batch(op *o, window_op *x, const batch *in) {
  if (spill_has(&x->parts)) return deal_batch(o, x, in);
  SONDE_TRY(take_in(o, x, in));
  return must_spill(o, x) ? deal_kept(o, x) : SONDE_OK;
}

static step collect(op *o, window_op *x) {
  while (!x->collected) {
    batch in;
    step s = op_next(o->in[0], &in);
    if (s == STEP_WAIT || s == STEP_FAIL) return s;
    x->collected = s == STEP_END;
    if (s == STEP_ROWS && take_batch(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
  return spill_has(&x->parts) ? STEP_ROWS : rows_or_fail(reserve(o, x));
}

/* ---- answering ---- */

static sonde_code answer(op *o, window_op *x, uint32_t n, batch *b) {
  const uint32_t *rows = x->first_order + x->at;
  arena_reset(&o->scratch);
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  for (uint32_t i = 0; i < x->n_in; i++)
    if (is_needed(o, i))
      SONDE_TRY(rowset_gather(&x->rows, x->places[i], rows, n, &o->cols[i], &o->scratch, o->run->err));
  o->cols[x->n_in] = col_slice(&x->results[0], x->at);
  for (uint32_t i = 1; i < NODE(o)->n; i++)
    SONDE_TRY(col_gather(&x->results[i], rows, n, &o->cols[x->n_in + i], &o->scratch, o->run->err));
  x->at += n;
  return SONDE_OK;
}

static step next_window(op *o, batch *b) {
  window_op *x = o->self;
  step s = x->collected ? STEP_ROWS : collect(o, x);
  if (s == STEP_ROWS && spill_has(&x->parts)) return spill_next(&x->parts, o, o->plan, NULL, b);
  if (s == STEP_ROWS && !x->computed) s = compute(o, x);
  if (s != STEP_ROWS) return s;
  uint32_t left = x->n - x->at, n = left < o->run->batch_rows ? left : o->run->batch_rows;
  if (n == 0) return STEP_END;
  return rows_or_fail(answer(o, x, n, b));
}

static void close_window(op *o) {
  window_op *x = o->self;
  if (x->part.c) end_call(x);
  arena_free(&x->scratch);
  window_top_close(&x->top);
  window_numbers_close(&x->numbers);
  rowset_free(&x->rows);
  spill_close(&x->parts);
}
static const op_class window_class = {.next = next_window, .close = close_window};

static sonde_code open_top(op *o, window_op *x) {
  const window_columns *w = &x->columns[0];
  window_top *t = &x->top;
  *t = (window_top){.wanted = o->top, .partition = w->partition, .n_keys = w->call->n_order};
  t->keys = arena_array(&o->memory, t->n_keys, sizeof *t->keys, o->run->err);
  if (!t->keys) return o->run->err->code;
  for (uint32_t i = 0; i < t->n_keys; i++)
    t->keys[i] = (order_by){w->order[i], w->call->order[i].descending, w->call->order[i].nulls_first};
  return window_top_open(t, o->run->mem, w->call, x->types, o->run->err);
}

static sonde_code open_numbers(op *o, window_op *x) {
  const window_columns *w = x->columns;
  uint32_t n = w->call->n_partition;
  if (!window_numbers_pay(w->partition, n, x->types)) return SONDE_OK;
  return window_numbers_open(&x->numbers, o->run->mem, w->partition, n, x->types, o->run->err);
}

sonde_code op_window(op *o) {
  o->class = &window_class;
  window_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  arena_init(&x->scratch, o->run->mem);
  x->n_in = o->plan->input[0]->n_columns;
  x->columns = arena_zero(&o->memory, (NODE(o)->n + 1u) * sizeof *x->columns, o->run->err);
  x->results = arena_zero(&o->memory, (NODE(o)->n + 1u) * sizeof *x->results, o->run->err);
  if (!x->columns || !x->results) return o->run->err->code;
  x->parted = is_parted(o);
  SONDE_TRY(choose_kept(o, x));
  if (!o->top) SONDE_TRY(open_numbers(o, x));
  SONDE_TRY(rowset_init(&x->rows, o->run->mem, x->types, x->n_cols, o->run->err));
  return o->top ? open_top(o, x) : SONDE_OK;
}
