/* UNNEST: a row for each item of its lists; shorter lists are filled with nulls. */
#include "exec/query/operator/op.h"

typedef struct {
  node **lists;
  batch in;    /* being unnested */
  col *values; /* of the lists, for `in` */
  arena held;  /* of `values` */
  uint32_t row, item;
  bool open;
} unnest_op;

#define NODE(o) (&(o)->plan->u.unnest)

static const nested *list_at(const unnest_op *x, uint32_t list, uint32_t row) {
  return col_valid(&x->values[list], row) ? col_cell(&x->values[list], row).n : NULL;
}

static uint32_t items_of(const op *o, const unnest_op *x, uint32_t row) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < NODE(o)->n; i++) {
    const nested *l = list_at(x, i, row);
    if (l && l->n > most) most = l->n;
  }
  return most == 0 && NODE(o)->outer ? 1 : most;
}

static step open_input(op *o, unnest_op *x) {
  step s = op_next(o->in[0], &x->in);
  if (s != STEP_ROWS) return s;
  arena_reset(&x->held);
  x->values = arena_array(&x->held, NODE(o)->n + 1u, sizeof *x->values, o->run->err);
  if (!x->values) return STEP_FAIL;
  for (uint32_t i = 0; i < NODE(o)->n; i++) {
    if (node_eval(x->lists[i], &x->in, &x->held, &x->values[i]) != SONDE_OK) return STEP_FAIL;
    if (x->values[i].type->id == SQL_NULL) x->values[i].lane = LANE_NESTED;
  }
  x->row = x->item = 0;
  x->open = true;
  return STEP_ROWS;
}

static void put_items(const op *o, const unnest_op *x, uint32_t at, uint32_t row, uint32_t item, col *out) {
  for (uint32_t i = 0; i < NODE(o)->n; i++) {
    const nested *l = list_at(x, i, row);
    if (l && item < l->n && nested_valid(l, item))
      col_put(&out[i], at, l->cells[item]);
    else
      col_put_null(&out[i], at);
  }
  if (NODE(o)->ordinality) col_put(&out[NODE(o)->n], at, (cell){.i = (int64_t)item + 1});
}

static sonde_code fill(op *o, unnest_op *x, batch *b) {
  uint32_t n_in = o->plan->input[0]->n_columns, n = 0;
  uint32_t *rows = arena_array(&o->scratch, BATCH_ROWS, sizeof *rows, o->run->err);
  if (!rows) return o->run->err->code;
  for (uint32_t i = n_in; i < o->plan->n_columns; i++)
    SONDE_TRY(col_new(&o->cols[i], &o->plan->columns[i].type, BATCH_ROWS, true, &o->scratch, o->run->err));
  while (n < BATCH_ROWS && x->row < x->in.n) {
    if (x->item >= items_of(o, x, x->row)) {
      x->row++;
      x->item = 0;
      continue;
    }
    put_items(o, x, n, x->row, x->item++, o->cols + n_in);
    rows[n++] = x->row;
  }
  x->open = x->row < x->in.n;
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  for (uint32_t i = 0; i < n_in; i++)
    SONDE_TRY(col_gather(&x->in.cols[i], rows, n, &o->cols[i], &o->scratch, o->run->err));
  return SONDE_OK;
}

static step next_unnest(op *o, batch *b) {
  unnest_op *x = o->self;
  for (;;) {
    if (!x->open) {
      step s = open_input(o, x);
      if (s != STEP_ROWS) return s;
    }
    arena_reset(&o->scratch);
    if (fill(o, x, b) != SONDE_OK) return STEP_FAIL;
    if (b->n) return STEP_ROWS;
  }
}

static void close_unnest(op *o) { arena_free(&((unnest_op *)o->self)->held); }
static const op_class unnest_class = {.next = next_unnest, .close = close_unnest};

sonde_code op_unnest(op *o) {
  o->class = &unnest_class;
  unnest_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  arena_init(&x->held, o->run->mem);
  return op_nodes(o, NODE(o)->lists, NODE(o)->n, &x->lists);
}
