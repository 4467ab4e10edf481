/* ORDER BY: all rows are kept with their keys and sorted by number; with a LIMIT only the best are kept while rows come in, of a
 * table only their keys and places: the other columns are fetched at the end. */
#include "exec/query/keys/sort.h"
#include "exec/query/operator/spill.h"
#include "exec/query/scan/fetch.h"
#include "exec/query/spool/runs.h"

#define PRUNE_ROWS 8192u
#define PIECE_ROWS 512u /* of a run: one piece of each run is in memory while they are merged */
#define BYTES_A_ROW 40u /* that sorting takes beside the row itself */

typedef struct {
  node **exprs;
  uint32_t n_keys, n_in; /* n_in: columns kept beside the keys */
  order_by *keys;
  const sql_type **types; /* input columns, then keys */
  rowset rows;
  uint32_t *order, n, at; /* order: in memory, order_cap */
  uint32_t order_cap;
  uint64_t offset, wanted; /* wanted: rows to keep; UINT64_MAX: all */
  bool collected, sorted, pruned;
  sorter sorter;
  uint32_t worst;      /* once pruned: the row that new ones have to beat */
  sort_runs runs;      /* begun when the rows at hand took too much memory */
  bool writing;        /* a sorted run */
  uint64_t skip, left; /* of merged rows */
  col *merged;
  bool late;
  row_fetch fetch;
  int64_t *places; /* of the rows that come out, ascending; by that order `order` counts then */
} sort_op;

#define NODE(o) (&(o)->plan->u.sort)

static bool keeps_all(const sort_op *x) { return x->wanted >= UINT32_MAX / 8; }

static sonde_code number_rows(op *o, sort_op *x) {
  x->n = x->rows.n;
  SONDE_TRY(grow(o->run->mem, &x->order, &x->order_cap, x->n, sizeof *x->order, o->run->err));
  for (uint32_t i = 0; i < x->n; i++) x->order[i] = i;
  return SONDE_OK;
}

static sonde_code sort_now(op *o, sort_op *x) {
  SONDE_TRY(number_rows(o, x));
  return sort_rows(o->run->mem, &x->rows, x->keys, x->n_keys, x->order, x->n, NULL, o->run->err);
}

static sonde_code gather_batch(op *o, sort_op *x, const uint32_t *rows, uint32_t n, uint32_t n_cols,
                               col *cols) {
  for (uint32_t i = 0; i < n_cols; i++)
    SONDE_TRY(rowset_gather(&x->rows, i, rows, n, &cols[i], &o->scratch, o->run->err));
  return SONDE_OK;
}

/* The best rows move to a set of their own. */
static sonde_code prune(op *o, sort_op *x) {
  rowset best;
  uint32_t n_cols = x->n_in + x->n_keys;
  SONDE_TRY(sort_now(o, x));
  SONDE_TRY(rowset_init(&best, o->run->mem, x->types, n_cols, o->run->err));
  sonde_code code = SONDE_OK;
  for (uint32_t at = 0; code == SONDE_OK && at < x->wanted; at += BATCH_ROWS) {
    uint32_t left = (uint32_t)x->wanted - at, n = left < BATCH_ROWS ? left : BATCH_ROWS;
    batch b = {.n = n, .n_cols = n_cols};
    arena_reset(&o->scratch);
    b.cols = arena_array(&o->scratch, n_cols + 1u, sizeof(col), o->run->err);
    code = b.cols ? gather_batch(o, x, x->order + at, n, n_cols, b.cols) : o->run->err->code;
    if (code == SONDE_OK) code = rowset_append(&best, &b, o->run->err);
  }
  rowset_free(&x->rows);
  x->rows = best;
  x->worst = best.n ? best.n - 1 : 0;
  x->pruned = best.n > 0;
  return code;
}

static uint64_t int64_order(int64_t x) { return (uint64_t)x ^ (uint64_t)1 << 63; }

/* As `promising`, for numbers as they lie, nearly all of which are passed over. */
static uint32_t promising_words(const order_by *k, const col *key, cell worst, uint32_t n, uint32_t *rows) {
  uint64_t limit = sort_word(key->type, worst, k->descending), flip = k->descending ? UINT64_MAX : 0;
  uint32_t found = 0;
#define FIND(T, order)                                                                                       \
  for (uint32_t i = 0; i < n; i++) {                                                                         \
    rows[found] = i;                                                                                         \
    found +=                                                                                                 \
        key->valid && !key->valid[i] ? k->nulls_first : (order(((T const *)key->data)[i]) ^ flip) <= limit;  \
  }
  if (key->lane == LANE_F64)
    FIND(double, double_order)
  else
    FIND(int64_t, int64_order)
#undef FIND
  return found;
}

/* Rows that the first key does not already put behind the worst one kept. */
static uint32_t promising(const sort_op *x, const col *key, uint32_t n, uint32_t *rows) {
  const order_by *k = &x->keys[0];
  bool worst_there = rowset_valid(&x->rows, k->column, x->worst);
  cell worst = worst_there ? rowset_cell(&x->rows, k->column, x->worst) : (cell){.i = 0};
  uint32_t found = 0;
  if (worst_there && key->form == COL_FLAT && (key->lane == LANE_F64 || key->lane == LANE_I64))
    return promising_words(k, key, worst, n, rows);
  for (uint32_t i = 0; i < n; i++) {
    bool there = col_valid(key, i);
    int c = there != worst_there ? (there == k->nulls_first ? 1 : -1)
            : !there             ? 0
                                 : cell_compare(key->type, col_cell(key, i), worst);
    if (there && worst_there && k->descending) c = -c;
    rows[found] = i;
    found += c <= 0;
  }
  return found;
}

static sonde_code take_in(op *o, sort_op *x, const batch *in) {
  batch b = {.n = in->n, .n_cols = x->n_in + x->n_keys};
  arena_reset(&o->scratch);
  b.cols = arena_array(&o->scratch, b.n_cols + 1u, sizeof(col), o->run->err);
  uint32_t *rows = arena_array(&o->scratch, in->n, sizeof *rows, o->run->err), n = in->n;
  if (!b.cols || !rows) return o->run->err->code;
  if (x->late)
    SONDE_TRY(op_scan_places(o->in[0], &b.cols[0], &o->scratch));
  else
    memcpy(b.cols, in->cols, x->n_in * sizeof(col));
  for (uint32_t i = 0; i < x->n_keys; i++)
    SONDE_TRY(node_eval(x->exprs[i], in, &o->scratch, &b.cols[x->n_in + i]));
  if (x->pruned) n = promising(x, &b.cols[x->n_in], in->n, rows);
  SONDE_TRY(rowset_append_rows(&x->rows, &b, n < in->n ? rows : NULL, n, o->run->err));
  bool many = !keeps_all(x) && x->rows.n > x->wanted * 2 + PRUNE_ROWS;
  return many && x->wanted ? prune(o, x) : SONDE_OK;
}

/* Turns the order of the rows that come out into places that ascend, and where among them each stands. */
static sonde_code list_places(op *o, sort_op *x) {
  uint32_t n = x->n - x->at, *by_place = arena_array(&o->memory, n, sizeof *by_place, o->run->err);
  uint32_t *standing = arena_array(&o->memory, x->rows.n, sizeof *standing, o->run->err);
  x->places = arena_array(&o->memory, n, sizeof *x->places, o->run->err);
  if (!by_place || !standing || !x->places) return o->run->err->code;
  memcpy(by_place, x->order + x->at, n * sizeof *by_place);
  order_by place = {.column = 0};
  SONDE_TRY(sort_rows(o->run->mem, &x->rows, &place, 1, by_place, n, NULL, o->run->err));
  for (uint32_t i = 0; i < n; i++) {
    x->places[i] = KEPT_LANE(&x->rows.cols[0], int64_t, by_place[i]);
    standing[by_place[i]] = i;
  }
  for (uint32_t i = 0; i < n; i++) x->order[x->at + i] = standing[x->order[x->at + i]];
  return SONDE_OK;
}

static step fetch_late(op *o, sort_op *x) {
  uint32_t n = x->n - x->at;
  if (!x->places && list_places(o, x) != SONDE_OK) return STEP_FAIL;
  step s = fetch_rows(&x->fetch, o, x->places, n);
  if (s != STEP_ROWS) return s;
  rowset_free(&x->rows);
  x->rows = x->fetch.rows;
  x->fetch.rows = (rowset){0};
  return STEP_ROWS;
}

static sonde_code begin_sorting(op *o, sort_op *x) {
  SONDE_TRY(number_rows(o, x));
  return sorter_open(&x->sorter, o->run->mem, &x->rows, x->keys, x->n_keys, x->order, x->n, NULL,
                     o->run->err);
}

/* ---- more rows than memory holds ---- */

static uint64_t bytes_at_hand(const sort_op *x) {
  return arena_held(&x->rows.memory) + (uint64_t)x->rows.n * BYTES_A_ROW;
}

static bool must_spill(const op *o, const sort_op *x) {
  return o->run->spool && keeps_all(x) && x->rows.n > o->run->batch_rows &&
         spill_is_tight(o->run, bytes_at_hand(x), bytes_at_hand(x));
}

static sonde_code begin_run(op *o, sort_op *x) {
  if (!x->runs.mem)
    runs_init(&x->runs, o->run->mem, o->run->spool, x->types, x->n_in + x->n_keys, x->keys, x->n_keys);
  SONDE_TRY(runs_begin(&x->runs, o->run->err));
  x->writing = true;
  x->at = 0;
  return begin_sorting(o, x);
}

static sonde_code write_some(op *o, sort_op *x) {
  uint32_t left = x->n - x->at, n_cols = x->n_in + x->n_keys;
  batch b = {.n = left < PIECE_ROWS ? left : PIECE_ROWS, .n_cols = n_cols};
  arena_reset(&o->scratch);
  b.cols = arena_array(&o->scratch, n_cols + 1u, sizeof(col), o->run->err);
  if (!b.cols) return o->run->err->code;
  SONDE_TRY(gather_batch(o, x, x->order + x->at, b.n, n_cols, b.cols));
  x->at += b.n;
  return runs_put(&x->runs, &b, &o->scratch, o->run->err);
}

static sonde_code end_run(op *o, sort_op *x) {
  rowset_free(&x->rows);
  mem_free(o->run->mem, x->order, x->order_cap * sizeof *x->order);
  x->order = NULL;
  x->order_cap = 0;
  x->writing = false;
  return rowset_init(&x->rows, o->run->mem, x->types, x->n_in + x->n_keys, o->run->err);
}

static step write_run(op *o, sort_op *x) {
  if (x->sorter.mem) {
    if (!sorter_step(&x->sorter)) return STEP_WAIT;
    sorter_close(&x->sorter);
  }
  while (x->at < x->n) {
    if (spool_is_full(o->run->spool)) return STEP_WAIT;
    if (write_some(o, x) != SONDE_OK) return STEP_FAIL;
  }
  return rows_or_fail(end_run(o, x));
}

static step next_merged(op *o, sort_op *x, batch *b) {
  for (;;) {
    step s = x->left ? runs_next(&x->runs, b, x->merged, o->run->err) : STEP_END;
    if (s != STEP_ROWS) return s;
    uint32_t skip = x->skip < b->n ? (uint32_t)x->skip : b->n;
    x->skip -= skip;
    b->n -= skip;
    if (b->n > x->left) b->n = (uint32_t)x->left;
    x->left -= b->n;
    if (b->n == 0) continue;
    b->n_cols = o->plan->n_columns;
    for (uint32_t i = 0; i < b->n_cols; i++) o->cols[i] = col_slice(&b->cols[i], skip);
    b->cols = o->cols;
    return STEP_ROWS;
  }
}

/* ---- all rows ---- */

static step take_next(op *o, sort_op *x) {
  batch in;
  step s = op_next(o->in[0], &in);
  x->collected = s == STEP_END;
  if (s == STEP_ROWS && take_in(o, x, &in) != SONDE_OK) return STEP_FAIL;
  bool last = x->collected && x->runs.mem && x->rows.n;
  if ((last || (s == STEP_ROWS && must_spill(o, x))) && begin_run(o, x) != SONDE_OK) return STEP_FAIL;
  return s == STEP_END ? STEP_ROWS : s;
}

static step collect(op *o, sort_op *x) {
  while (!x->collected || x->writing) {
    step s = x->writing ? write_run(o, x) : take_next(o, x);
    if (s != STEP_ROWS) return s;
  }
  return STEP_ROWS;
}

static step sort_all(op *o, sort_op *x) {
  if (x->sorted) return STEP_ROWS;
  step s = collect(o, x);
  if (s != STEP_ROWS) return s;
  if (x->runs.mem) return x->sorted = true, STEP_ROWS;
  if (!x->sorter.mem && begin_sorting(o, x) != SONDE_OK) return STEP_FAIL;
  if (!sorter_step(&x->sorter)) return STEP_WAIT;
  sorter_close(&x->sorter);
  if (x->n > x->wanted) x->n = (uint32_t)x->wanted;
  x->at = x->offset < x->n ? (uint32_t)x->offset : x->n;
  x->sorted = true;
  return STEP_ROWS;
}

static step next_sort(op *o, batch *b) {
  sort_op *x = o->self;
  step s = sort_all(o, x);
  if (s != STEP_ROWS) return s;
  if (x->runs.mem) return next_merged(o, x, b);
  uint32_t left = x->n - x->at, n = left < o->run->batch_rows ? left : o->run->batch_rows;
  if (n == 0) return STEP_END;
  if (x->late && x->fetch.rows.mem && (s = fetch_late(o, x)) != STEP_ROWS) return s;
  arena_reset(&o->scratch);
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  if (gather_batch(o, x, x->order + x->at, n, b->n_cols, o->cols) != SONDE_OK) return STEP_FAIL;
  x->at += n;
  return STEP_ROWS;
}

static void close_sort(op *o) {
  sort_op *x = o->self;
  sorter_close(&x->sorter);
  runs_free(&x->runs);
  rowset_free(&x->rows);
  fetch_close(&x->fetch);
  mem_free(o->run->mem, x->order, x->order_cap * sizeof *x->order);
}
static const op_class sort_class = {.next = next_sort, .close = close_sort};

static uint64_t rows_wanted(uint64_t limit, uint64_t offset) {
  return limit == UINT64_MAX || limit > UINT64_MAX - offset ? UINT64_MAX : limit + offset;
}

sonde_code op_sort(op *o) {
  o->class = &sort_class;
  sort_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  x->offset = NODE(o)->offset == UINT64_MAX ? 0 : NODE(o)->offset;
  x->n_keys = NODE(o)->n;
  static const sql_type bigint = {.id = SQL_BIGINT};
  x->late = fetches_late(o->plan);
  x->n_in = x->late ? 1 : o->plan->input[0]->n_columns;
  x->wanted = rows_wanted(NODE(o)->limit, x->offset);
  x->keys = arena_array(&o->memory, x->n_keys + 1u, sizeof *x->keys, o->run->err);
  x->exprs = arena_array(&o->memory, x->n_keys + 1u, sizeof *x->exprs, o->run->err);
  x->types = arena_array(&o->memory, x->n_in + x->n_keys + 1u, sizeof *x->types, o->run->err);
  x->merged = arena_array(&o->memory, x->n_in + x->n_keys + 1u, sizeof *x->merged, o->run->err);
  x->skip = x->offset;
  x->left = NODE(o)->limit;
  if (!x->keys || !x->exprs || !x->types || !x->merged) return o->run->err->code;
  for (uint32_t i = 0; i < x->n_in; i++)
    x->types[i] = x->late ? &bigint : &o->plan->input[0]->columns[i].type;
  if (x->late) SONDE_TRY(fetch_open(&x->fetch, o, o->plan->input[0]));
  for (uint32_t i = 0; i < x->n_keys; i++) {
    const sort_key *k = &NODE(o)->keys[i];
    x->types[x->n_in + i] = &k->by->type;
    x->keys[i] = (order_by){x->n_in + i, k->descending, k->nulls_first};
    if (!(x->exprs[i] = node_make(o->run, k->by))) return o->run->err->code;
  }
  return rowset_init(&x->rows, o->run->mem, x->types, x->n_in + x->n_keys, o->run->err);
}
