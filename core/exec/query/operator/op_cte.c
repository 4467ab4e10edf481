/* Common table expressions: materialised once, read by references; and recursion. */
#include "exec/query/keys/keys.h"
#include "exec/query/operator/spill.h"

#define RECURSION_MAX 1000000u

static rowset *cte_of(op *o) { return &o->run->ctes[o->plan->u.cte.id]; }

static spilled *rest_of(op *o) { return &o->run->cte_rests[o->plan->u.cte.id]; }

static sonde_code init_cte(op *o, rowset *s, const plan *p) {
  const sql_type **types = arena_array(&o->run->memory, p->n_columns + 1u, sizeof *types, o->run->err);
  if (!types) return o->run->err->code;
  for (uint32_t i = 0; i < p->n_columns; i++) types[i] = &p->columns[i].type;
  return rowset_init(s, o->run->mem, types, p->n_columns, o->run->err);
}

/* ---- WITH ---- */

static sonde_code keep_rows(op *o, const batch *b) {
  bool full = spill_has(rest_of(o)) || spill_is_due(o->in[0], arena_held(&cte_of(o)->memory));
  return full ? spill_put(rest_of(o), o, 0, b, NULL, 0, NULL, b->n)
              : rowset_append(cte_of(o), b, o->run->err);
}

static step collect(op *o) {
  batch b;
  for (;;) {
    step s = op_next(o->in[0], &b);
    if (s == STEP_END) return rows_or_fail(spill_end(rest_of(o)));
    if (s != STEP_ROWS) return s;
    if (keep_rows(o, &b) != SONDE_OK) return STEP_FAIL;
  }
}

static step next_cte(op *o, batch *b) {
  bool *done = o->self;
  if (!*done) {
    step s = collect(o);
    if (s != STEP_ROWS) return s;
    *done = true;
  }
  return op_next(o->in[1], b);
}

static void close_cte(op *o) {
  rowset_free(cte_of(o));
  spill_close(rest_of(o));
}
static const op_class cte_class = {.next = next_cte, .close = close_cte};

/* ---- a reference ---- */

typedef struct {
  uint32_t at;
  op *rest; /* rows that memory does not hold */
} ref_op;

static step next_ref(op *o, batch *b) {
  ref_op *x = o->self;
  step s = x->rest ? STEP_END : op_emit(o, cte_of(o), &x->at, b);
  if (s != STEP_END || !spill_has(rest_of(o))) return s;
  if (!x->rest && !(x->rest = spill_read(rest_of(o)))) return STEP_FAIL;
  return op_next(x->rest, b);
}

static void close_ref(op *o) { op_close(((ref_op *)o->self)->rest); }
static const op_class ref_class = {.next = next_ref, .close = close_ref};

sonde_code op_cte(op *o) {
  bool ref = o->plan->kind == PLAN_CTE_REF;
  o->class = ref ? &ref_class : &cte_class;
  if (!op_self(o, ref ? sizeof(ref_op) : sizeof(bool))) return o->run->err->code;
  if (ref) return SONDE_OK;
  close_cte(o); /* within an apply it is made again for each row */
  return init_cte(o, cte_of(o), o->plan->input[0]);
}

/* ---- WITH RECURSIVE ---- */

typedef struct {
  rowset fresh; /* rows found by the step under way */
  keyer keys;   /* UNION: rows found at all */
  key_table seen;
  op *now; /* the step under way */
  run within;
  uint32_t rounds, at;
  bool began, answering;
} recursive_op;

static sonde_code add_fresh(op *o, recursive_op *x, const batch *in) {
  if (o->plan->u.cte.all) return rowset_append(&x->fresh, in, o->run->err);
  arena_reset(&o->scratch);
  uint32_t before = x->seen.n, n = 0;
  uint32_t *entries = arena_array(&o->scratch, in->n, sizeof *entries, o->run->err);
  uint32_t *rows = arena_array(&o->scratch, in->n, sizeof *rows, o->run->err);
  if (!entries || !rows) return o->run->err->code;
  SONDE_TRY(keyer_encode(&x->keys, in->cols, in->n, true, o->run->err));
  SONDE_TRY(key_table_add(&x->seen, &x->keys, in->n, entries, o->run->err));
  for (uint32_t i = 0; i < in->n; i++)
    if (entries[i] == before + n) rows[n++] = i;
  return rowset_append_rows(&x->fresh, in, rows, n, o->run->err);
}

static step drain(op *o, recursive_op *x, op *from) {
  batch in;
  for (;;) {
    step s = op_next(from, &in);
    if (s != STEP_ROWS) return s;
    if (add_fresh(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
}

static void end_round(recursive_op *x) {
  op_close(x->now);
  x->now = NULL;
  run_leave(&x->within);
}

/* What was found becomes what the next step sees. */
static sonde_code turn(op *o, recursive_op *x) {
  rowset_free(cte_of(o));
  *cte_of(o) = x->fresh;
  x->fresh = (rowset){0};
  x->at = 0;
  x->answering = true;
  return init_cte(o, &x->fresh, o->plan);
}

static sonde_code begin_round(op *o, recursive_op *x) {
  SONDE_CHECK(++x->rounds < RECURSION_MAX, o->run->err, SONDE_LIMIT, 0,
              "the recursion did not end after %u rounds", RECURSION_MAX);
  run_begin_within(&x->within, o->run);
  x->now = op_open(&x->within, o->plan->input[1], NULL);
  return x->now ? SONDE_OK : o->run->err->code;
}

static step find_more(op *o, recursive_op *x) {
  if (x->began && cte_of(o)->n == 0) return STEP_END;
  if (x->began && !x->now && begin_round(o, x) != SONDE_OK) return STEP_FAIL;
  step s = drain(o, x, x->began ? x->now : o->in[0]);
  if (s != STEP_END) return s;
  if (x->began) {
    run_go_on(o->run, &x->within);
    end_round(x);
  }
  x->began = true;
  return rows_or_fail(turn(o, x));
}

static step next_recursive(op *o, batch *b) {
  recursive_op *x = o->self;
  for (;;) {
    if (x->answering) {
      step s = op_emit(o, cte_of(o), &x->at, b);
      if (s == STEP_ROWS) return s;
      x->answering = false;
    }
    step s = find_more(o, x);
    if (s != STEP_ROWS) return s;
  }
}

static void close_recursive(op *o) {
  recursive_op *x = o->self;
  if (x->now) end_round(x);
  rowset_free(&x->fresh);
  rowset_free(cte_of(o));
  keyer_free(&x->keys);
  key_table_free(&x->seen);
}
static const op_class recursive_class = {.next = next_recursive, .close = close_recursive};

sonde_code op_recursive(op *o) {
  o->class = &recursive_class;
  recursive_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  rowset_free(cte_of(o));
  SONDE_TRY(init_cte(o, cte_of(o), o->plan));
  SONDE_TRY(init_cte(o, &x->fresh, o->plan));
  if (o->plan->u.cte.all) return SONDE_OK;
  const sql_type **types = column_types(o, o->plan);
  if (!types) return o->run->err->code;
  SONDE_TRY(keyer_init(&x->keys, o->run->mem, types, NULL, o->plan->n_columns, o->run->err));
  key_table_init(&x->seen, o->run->mem, &x->keys);
  return SONDE_OK;
}
