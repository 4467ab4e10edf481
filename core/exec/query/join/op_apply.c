/* Dependent joins: the right input is run anew for each different set of values that it refers to on the left. */
#include "exec/query/join/join.h"

typedef struct {
  prober p;
  node **values;
  col *bound; /* their values for the left batch */
  keyer keys;
  key_table table;            /* sets of values that were run */
  uint32_t done;              /* entries whose rows are there */
  uint32_t *heads, heads_cap; /* by entry: its first row, or NO_ROW */
  uint32_t *next, next_cap;   /* rows of an entry are kept one behind the other */
  uint32_t *entries;          /* of the left batch */
  uint32_t *first_row;        /* of this batch: a left row of each new entry */
  uint32_t fresh, from;       /* new entries of this batch: [from, from + fresh) */
  node *mark_left, *mark_right;
  run within;
  op *now;
  bool preparing;
} apply_op;

#define NODE(o) (&(o)->plan->u.apply)

/* ---- running the right side ---- */

static void end_inner(op *o, apply_op *x) {
  run_go_on(o->run, &x->within);
  op_close(x->now);
  x->now = NULL;
  run_leave(&x->within);
}

static sonde_code begin_inner(op *o, apply_op *x, uint32_t row) {
  for (uint32_t i = 0; i < NODE(o)->n_slots; i++)
    o->run->outer[NODE(o)->slots[i]] = col_value(&x->bound[i], row);
  run_begin_within(&x->within, o->run);
  x->now = op_open(&x->within, o->plan->input[1], NULL);
  if (!x->now) run_leave(&x->within);
  return x->now ? SONDE_OK : o->run->err->code;
}

static sonde_code chain_rows(op *o, apply_op *x, uint32_t first) {
  run *r = o->run;
  uint32_t n = x->p.rows.n;
  SONDE_TRY(grow(r->mem, &x->next, &x->next_cap, n, sizeof *x->next, r->err));
  if (x->heads[x->done] == NO_ROW)
    x->heads[x->done] = first;
  else
    x->next[first - 1] = first;
  for (uint32_t i = first; i < n; i++) x->next[i] = i + 1 < n ? i + 1 : NO_ROW;
  return SONDE_OK;
}

static sonde_code keep_rows(op *o, apply_op *x, const batch *in) {
  col mark;
  uint32_t first = x->p.rows.n;
  arena_reset(&o->scratch);
  if (x->mark_right) SONDE_TRY(node_eval(x->mark_right, in, &o->scratch, &mark));
  SONDE_TRY(prober_keep(&x->p, o, in, &mark, NULL, in->n));
  return chain_rows(o, x, first);
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
  for (uint32_t i = 0; i < x->p.probed.n; i++) x->p.first[i] = x->heads[x->entries[i]];
  x->p.next = x->next;
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
  x->entries = arena_array(a, in->n, sizeof *x->entries, o->run->err);
  if (!x->bound || !x->first_row || !x->entries) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) SONDE_TRY(node_eval(x->values[i], in, a, &x->bound[i]));
  x->from = x->table.n;
  SONDE_TRY(keyer_encode(&x->keys, x->bound, in->n, true, o->run->err));
  SONDE_TRY(key_table_add(&x->table, &x->keys, in->n, x->entries, o->run->err));
  SONDE_TRY(grow(o->run->mem, &x->heads, &x->heads_cap, x->table.n, sizeof *x->heads, o->run->err));
  for (uint32_t e = x->from; e < x->table.n; e++) x->heads[e] = NO_ROW;
  x->fresh = 0;
  for (uint32_t i = 0; i < in->n; i++)
    if (x->entries[i] == x->from + x->fresh) x->first_row[x->fresh++] = i;
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
  mem_free(o->run->mem, x->heads, x->heads_cap * sizeof *x->heads);
  mem_free(o->run->mem, x->next, x->next_cap * sizeof *x->next);
  keyer_free(&x->keys);
  key_table_free(&x->table);
}
static const op_class apply_class = {.next = next_apply, .close = close_apply};

sonde_code op_apply(op *o) {
  uint32_t n = NODE(o)->n_slots;
  o->class = &apply_class;
  apply_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  const sql_type **bound = arena_array(&o->memory, n + 1u, sizeof *bound, o->run->err);
  if (!bound) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) bound[i] = &NODE(o)->values[i]->type;
  const join_key *mark = NODE(o)->mark;
  const sql_type *own = mark ? &mark->right->type : NULL;
  x->p.marked = mark != NULL;
  SONDE_TRY(prober_init(&x->p, o, NODE(o)->kind, NODE(o)->residual, &own, mark != NULL));
  x->p.mark_right = x->p.n_kept;
  if (mark &&
      (!(x->mark_left = node_make(o->run, mark->left)) || !(x->mark_right = node_make(o->run, mark->right))))
    return o->run->err->code;
  SONDE_TRY(op_nodes(o, NODE(o)->values, n, &x->values));
  SONDE_TRY(keyer_init(&x->keys, o->run->mem, bound, NULL, n, o->run->err));
  key_table_init(&x->table, o->run->mem, &x->keys);
  return SONDE_OK;
}
