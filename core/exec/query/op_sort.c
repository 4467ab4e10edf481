/* ORDER BY: all rows are kept with their keys and sorted by number; with a LIMIT only the best are kept while rows come in, of a
 * table only their keys and places: the other columns are fetched at the end. */
#include "exec/query/fetch.h"
#include "exec/query/sort.h"

#define PRUNE_ROWS 8192u

typedef struct {
  node **exprs;
  uint32_t n_keys, n_in; /* n_in: columns kept beside the keys */
  order_by *keys;
  const sql_type **types; /* input columns, then keys */
  rowset rows;
  uint32_t *order, n, at; /* order: in memory, order_cap */
  uint32_t order_cap;
  uint64_t offset, wanted; /* wanted: rows to keep; UINT64_MAX: all */
  bool sorted, pruned;
  uint32_t worst; /* once pruned: the row that new ones have to beat */
  bool late;
  row_fetch fetch;
  int64_t *places; /* of the rows that come out, ascending; by that order `order` counts then */
} sort_op;

#define NODE(o) (&(o)->plan->u.sort)

static sonde_code number_rows(op *o, sort_op *x) {
  x->n = x->rows.n;
  SONDE_TRY(grow(o->run->mem, &x->order, &x->order_cap, x->n, sizeof *x->order, o->run->err));
  for (uint32_t i = 0; i < x->n; i++) x->order[i] = i;
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
  SONDE_TRY(number_rows(o, x));
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

/* Rows that the first key does not already put behind the worst one kept. */
static uint32_t promising(const sort_op *x, const col *key, uint32_t n, uint32_t *rows) {
  const order_by *k = &x->keys[0];
  bool worst_there = rowset_valid(&x->rows, k->column, x->worst);
  cell worst = worst_there ? rowset_cell(&x->rows, k->column, x->worst) : (cell){.i = 0};
  uint32_t found = 0;
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
  bool many = x->wanted < UINT32_MAX / 8 && x->rows.n > x->wanted * 2 + PRUNE_ROWS;
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

static step sort_all(op *o, sort_op *x) {
  while (!x->sorted) {
    batch in;
    step s = op_next(o->in[0], &in);
    if (s == STEP_END) {
      if (number_rows(o, x) != SONDE_OK) return STEP_FAIL;
      if (x->n > x->wanted) x->n = (uint32_t)x->wanted;
      x->at = x->offset < x->n ? (uint32_t)x->offset : x->n;
      x->sorted = true;
    } else if (s != STEP_ROWS) {
      return s;
    } else if (take_in(o, x, &in) != SONDE_OK) {
      return STEP_FAIL;
    }
  }
  return STEP_ROWS;
}

static step next_sort(op *o, batch *b) {
  sort_op *x = o->self;
  step s = sort_all(o, x);
  if (s != STEP_ROWS) return s;
  uint32_t left = x->n - x->at, n = left < BATCH_ROWS ? left : BATCH_ROWS;
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
  if (!x->keys || !x->exprs || !x->types) return o->run->err->code;
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
