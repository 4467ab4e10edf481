/* Dependent joins: the right input is run anew for each different set of values that it refers to on the left. */
#include "exec/query/join.h"

typedef struct {
  prober p;
  node **values;
  col *bound; /* their values for the left batch */
  keyer keys;
  key_table table;      /* sets of values that were run */
  uint32_t done;        /* entries whose rows are there */
  uint32_t *first_row;  /* of this batch: a left row of each new entry */
  uint32_t fresh, from; /* new entries of this batch: [from, from + fresh) */
  node *mark_left, *mark_right;
  run within;
  op *now;
  bool preparing;
} apply_op;

#define NODE(o) (&(o)->plan->u.apply)

/* ---- running the right side ---- */

static void end_inner(op *o, apply_op *x) {
  o->run->random = x->within.random;
  o->run->next_dict_id = x->within.next_dict_id;
  op_close(x->now);
  x->now = NULL;
  nodes_free(&x->within);
  arena_free(&x->within.memory);
}

static sonde_code begin_inner(op *o, apply_op *x, uint32_t row) {
  for (uint32_t i = 0; i < NODE(o)->n_slots; i++)
    o->run->outer[NODE(o)->slots[i]] = col_value(&x->bound[i], row);
  x->within = *o->run;
  x->within.nodes = NULL;
  x->within.arenas = NULL;
  x->within.n_arenas = x->within.arenas_cap = 0;
  arena_init(&x->within.memory, o->run->mem);
  x->now = op_open(&x->within, o->plan->input[1], NULL);
  if (!x->now) {
    nodes_free(&x->within);
    arena_free(&x->within.memory);
  }
  return x->now ? SONDE_OK : o->run->err->code;
}

static sonde_code keep_rows(op *o, apply_op *x, const batch *in) {
  batch kept = {.n = in->n, .n_cols = x->p.right.n_cols};
  uint32_t first = x->p.right.n;
  arena_reset(&o->scratch);
  kept.cols = arena_array(&o->scratch, kept.n_cols + 1u, sizeof(col), o->run->err);
  uint32_t *entries = arena_array(&o->scratch, in->n, sizeof *entries, o->run->err);
  if (!kept.cols || !entries) return o->run->err->code;
  memcpy(kept.cols, in->cols, in->n_cols * sizeof(col));
  if (x->mark_right) SONDE_TRY(node_eval(x->mark_right, in, &o->scratch, &kept.cols[x->p.mark_right]));
  SONDE_TRY(rowset_append(&x->p.right, &kept, o->run->err));
  for (uint32_t i = 0; i < in->n; i++) entries[i] = x->done;
  return prober_chain(&x->p, o, first, entries);
}

static step run_inner(op *o, apply_op *x) {
  batch in;
  for (;;) {
    step s = op_next(x->now, &in);
    if (s == STEP_END) {
      end_inner(o, x);
      x->done++;
      return STEP_ROWS;
    }
    if (s != STEP_ROWS) return s;
    if (keep_rows(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
}

/* The values must outlive the batch's scratch while inner rows are gathered: they are bound in `held`. */
static step prepare(op *o, apply_op *x) {
  while (x->done < x->from + x->fresh) {
    if (!x->now && begin_inner(o, x, x->first_row[x->done - x->from]) != SONDE_OK) return STEP_FAIL;
    step s = run_inner(o, x);
    if (s != STEP_ROWS) return s;
  }
  x->preparing = false;
  return STEP_ROWS;
}

/* ---- left batches ---- */

static sonde_code begin_left(op *o, apply_op *x, const batch *in) {
  uint32_t n = NODE(o)->n_slots;
  arena *a = &x->p.held;
  SONDE_TRY(prober_begin(&x->p, o, in));
  x->bound = arena_array(a, n + 1u, sizeof *x->bound, o->run->err);
  x->first_row = arena_array(a, in->n, sizeof *x->first_row, o->run->err);
  if (!x->bound || !x->first_row) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) SONDE_TRY(node_eval(x->values[i], in, a, &x->bound[i]));
  x->from = x->table.n;
  SONDE_TRY(keyer_encode(&x->keys, x->bound, in->n, true, o->run->err));
  SONDE_TRY(key_table_add(&x->table, &x->keys, in->n, x->p.entries, o->run->err));
  x->fresh = 0;
  for (uint32_t i = 0; i < in->n; i++)
    if (x->p.entries[i] == x->from + x->fresh) x->first_row[x->fresh++] = i;
  x->preparing = true;
  if (!x->mark_left) return SONDE_OK;
  col *mark = arena_alloc(a, sizeof *mark, o->run->err);
  if (!mark) return o->run->err->code;
  x->p.mark_left = mark;
  return node_eval(x->mark_left, in, a, mark);
}

static step next_apply(op *o, batch *b) {
  apply_op *x = o->self;
  for (;;) {
    if (x->preparing) {
      step s = prepare(o, x);
      if (s != STEP_ROWS) return s;
    }
    if (x->p.open) {
      step s = prober_next(&x->p, o, b);
      if (s != STEP_END) return s;
      x->p.open = false;
    }
    batch in;
    step s = op_next(o->in[0], &in);
    if (s != STEP_ROWS) return s;
    if (begin_left(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
}

static void close_apply(op *o) {
  apply_op *x = o->self;
  if (x->now) end_inner(o, x);
  prober_free(&x->p, o);
  keyer_free(&x->keys);
  key_table_free(&x->table);
}
static const op_class apply_class = {.next = next_apply, .close = close_apply};

sonde_code op_apply(op *o) {
  const plan *right = o->plan->input[1];
  uint32_t n = NODE(o)->n_slots, n_kept = right->n_columns;
  o->class = &apply_class;
  apply_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  const sql_type **types = arena_array(&o->memory, n_kept + 1u, sizeof *types, o->run->err);
  const sql_type **bound = arena_array(&o->memory, n + 1u, sizeof *bound, o->run->err);
  if (!types || !bound) return o->run->err->code;
  for (uint32_t i = 0; i < n_kept; i++) types[i] = &right->columns[i].type;
  for (uint32_t i = 0; i < n; i++) bound[i] = &NODE(o)->values[i]->type;
  const join_key *mark = NODE(o)->mark;
  if (mark) {
    x->p.marked = true;
    x->p.mark_right = n_kept;
    types[n_kept++] = &mark->right->type;
    if (!(x->mark_left = node_make(o->run, mark->left)) || !(x->mark_right = node_make(o->run, mark->right)))
      return o->run->err->code;
  }
  SONDE_TRY(prober_init(&x->p, o, NODE(o)->kind, types, n_kept, NODE(o)->residual));
  SONDE_TRY(op_nodes(o, NODE(o)->values, n, &x->values));
  SONDE_TRY(keyer_init(&x->keys, o->run->mem, bound, NULL, n, o->run->err));
  key_table_init(&x->table, o->run->mem, &x->keys);
  return SONDE_OK;
}
