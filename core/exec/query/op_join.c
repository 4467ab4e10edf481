/* Hash join: the right input is kept and chained by key, the left one is probed. Without equal keys every pair is looked at. */
#include "exec/query/join.h"

typedef struct {
  prober p;
  uint32_t n_keys;      /* compared by hash; of a MARK with several keys all but the first */
  node **left, **right; /* all keys, then the ASOF expression */
  keyer keys;
  key_table table;
  bool built, any_null; /* any_null: a right key is null (MARK) */
  uint32_t n_hashed, first_hashed;
  uint32_t at; /* POSITIONAL */
} join_op;

#define NODE(o) (&(o)->plan->u.join)

/* ---- building ---- */

/* What is kept of a right batch: its columns, then its ASOF value, then its MARK key. */
static sonde_code kept_columns(op *o, join_op *x, const batch *in, const col *keys, batch *out) {
  *out = (batch){.n = in->n, .n_cols = x->p.right.n_cols};
  out->cols = arena_array(&o->scratch, out->n_cols + 1u, sizeof(col), o->run->err);
  if (!out->cols) return o->run->err->code;
  memcpy(out->cols, in->cols, in->n_cols * sizeof(col));
  if (x->p.marked) out->cols[x->p.mark_right] = keys[0];
  if (NODE(o)->asof) return node_eval(x->right[x->n_keys], in, &o->scratch, &out->cols[x->p.asof_right]);
  return SONDE_OK;
}

static sonde_code eval_keys(op *o, join_op *x, node **exprs, const batch *in, arena *a, col **out) {
  *out = arena_array(a, x->n_keys + 1u, sizeof **out, o->run->err);
  if (!*out) return o->run->err->code;
  for (uint32_t i = 0; i < x->n_keys; i++) SONDE_TRY(node_eval(exprs[i], in, a, &(*out)[i]));
  return SONDE_OK;
}

static sonde_code hash_rows(op *o, join_op *x, const col *keys, uint32_t n, uint32_t *entries) {
  if (x->n_hashed == 0) return memset(entries, 0, n * sizeof *entries), SONDE_OK;
  SONDE_TRY(keyer_encode(&x->keys, keys + x->first_hashed, n, true, o->run->err));
  return key_table_add(&x->table, &x->keys, n, entries, o->run->err);
}

static sonde_code build_batch(op *o, join_op *x, const batch *in) {
  col *keys;
  batch kept;
  arena_reset(&o->scratch);
  SONDE_TRY(eval_keys(o, x, x->right, in, &o->scratch, &keys));
  SONDE_TRY(kept_columns(o, x, in, keys, &kept));
  uint32_t *entries = arena_array(&o->scratch, in->n, sizeof *entries, o->run->err), first = x->p.right.n;
  if (!entries) return o->run->err->code;
  SONDE_TRY(hash_rows(o, x, keys, in->n, entries));
  for (uint32_t i = 0; NODE(o)->kind == JOIN_MARK && x->n_keys && i < in->n; i++)
    x->any_null |= !col_valid(&keys[0], i);
  SONDE_TRY(rowset_append(&x->p.right, &kept, o->run->err));
  return prober_chain(&x->p, o, first, entries);
}

static step finish_build(op *o, join_op *x) {
  x->built = true;
  if (x->n_hashed == 0) return STEP_ROWS;
  x->p.unique = x->table.n == x->p.right.n;
  return rows_or_fail(key_table_finish(&x->table, &x->keys, o->run->err));
}

static step build(op *o, join_op *x) {
  batch in;
  for (;;) {
    step s = op_next(o->in[1], &in);
    if (s == STEP_END) return finish_build(o, x);
    if (s != STEP_ROWS) return s;
    if (build_batch(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
}

/* ---- probing ---- */

/* `left IN (right)` is unknown where nothing matched and either side is null; of no rows it is false. */
static void unknown_marks(join_op *x, const col *key) {
  for (uint32_t i = 0; i < x->p.left.n; i++)
    if (x->p.right.n && (x->any_null || !col_valid(key, i))) x->p.found[i] = 2;
}

static sonde_code begin_left(op *o, join_op *x, const batch *in) {
  col *keys;
  SONDE_TRY(prober_begin(&x->p, o, in));
  SONDE_TRY(eval_keys(o, x, x->left, in, &x->p.held, &keys));
  if (x->n_hashed == 0) {
    memset(x->p.entries, 0, in->n * sizeof *x->p.entries);
  } else {
    SONDE_TRY(keyer_encode(&x->keys, keys + x->first_hashed, in->n, false, o->run->err));
    key_table_find(&x->table, &x->keys, in->n, x->p.entries);
  }
  if (NODE(o)->kind == JOIN_MARK && x->n_keys == 1) unknown_marks(x, &keys[0]);
  x->p.mark_left = &keys[0];
  if (!NODE(o)->asof) return SONDE_OK;
  col *asof = arena_alloc(&x->p.held, sizeof *asof, o->run->err);
  if (!asof) return o->run->err->code;
  x->p.asof_left = asof;
  return node_eval(x->left[x->n_keys], in, &x->p.held, asof);
}

static step next_join(op *o, batch *b) {
  join_op *x = o->self;
  if (!x->built) {
    step s = build(o, x);
    if (s != STEP_ROWS) return s;
  }
  for (;;) {
    if (x->p.open) {
      step s = prober_next(&x->p, o, b);
      if (s != STEP_END) return s;
      x->p.open = false;
    }
    batch in;
    step s = x->p.ended ? STEP_END : op_next(o->in[0], &in);
    if (s == STEP_END) {
      x->p.ended = true;
      return prober_unmet(&x->p, o, b);
    }
    if (s != STEP_ROWS) return s;
    if (begin_left(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
}

/* ---- POSITIONAL: row beside row, the shorter side filled with nulls ---- */

static sonde_code beside(op *o, join_op *x, const batch *left, batch *b) {
  uint32_t n_left = x->p.n_left, kept = x->p.right.n, n = left ? left->n : kept - x->at;
  uint32_t rows[BATCH_ROWS];
  value none = {.null = true};
  if (n > BATCH_ROWS) n = BATCH_ROWS;
  arena_reset(&o->scratch);
  for (uint32_t i = 0; i < n; i++) rows[i] = x->at + i < kept ? x->at + i : NO_ROW;
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  if (left) memcpy(o->cols, left->cols, n_left * sizeof(col));
  for (uint32_t i = 0; !left && i < n_left; i++)
    SONDE_TRY(col_constant(&o->cols[i], &o->plan->columns[i].type, &none, &o->scratch, o->run->err));
  for (uint32_t i = 0; i < x->p.n_right; i++)
    SONDE_TRY(rowset_gather(&x->p.right, i, rows, n, &o->cols[n_left + i], &o->scratch, o->run->err));
  x->at += n;
  return SONDE_OK;
}

static step next_positional(op *o, batch *b) {
  join_op *x = o->self;
  if (!x->built) {
    step s = op_collect(o->in[1], &x->p.right, o->run->err);
    if (s != STEP_END) return s;
    x->built = true;
  }
  batch in;
  step s = x->p.ended ? STEP_END : op_next(o->in[0], &in);
  if (s == STEP_ROWS) return rows_or_fail(beside(o, x, &in, b));
  if (s != STEP_END) return s;
  x->p.ended = true;
  return x->at < x->p.right.n ? rows_or_fail(beside(o, x, NULL, b)) : STEP_END;
}

/* ---- opening ---- */

static void close_join(op *o) {
  join_op *x = o->self;
  prober_free(&x->p, o);
  keyer_free(&x->keys);
  key_table_free(&x->table);
}
static const op_class join_class = {.next = next_join, .close = close_join},
                      positional_class = {.next = next_positional, .close = close_join};

static sonde_code open_keys(op *o, join_op *x) {
  uint32_t n = x->n_keys;
  const sql_type **types = arena_array(&o->memory, n + 1u, sizeof *types, o->run->err);
  bool *strict = arena_array(&o->memory, n + 1u, sizeof *strict, o->run->err);
  x->left = arena_array(&o->memory, n + 1u, sizeof *x->left, o->run->err);
  x->right = arena_array(&o->memory, n + 1u, sizeof *x->right, o->run->err);
  if (!types || !strict || !x->left || !x->right) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) {
    const join_key *k = &NODE(o)->keys[i];
    types[i] = &k->left->type;
    strict[i] = !k->null_equal;
    if (!(x->left[i] = node_make(o->run, k->left)) || !(x->right[i] = node_make(o->run, k->right)))
      return o->run->err->code;
  }
  if (NODE(o)->asof && (!(x->left[n] = node_make(o->run, NODE(o)->asof_left)) ||
                        !(x->right[n] = node_make(o->run, NODE(o)->asof_right))))
    return o->run->err->code;
  x->n_hashed = n - x->first_hashed;
  if (x->n_hashed == 0) return SONDE_OK;
  SONDE_TRY(keyer_init(&x->keys, o->run->mem, types + x->first_hashed, strict + x->first_hashed, x->n_hashed,
                       o->run->err));
  key_table_init(&x->table, o->run->mem, &x->keys);
  return SONDE_OK;
}

static const sql_type **kept_types(op *o, join_op *x, uint32_t *n) {
  const plan *right = o->plan->input[1];
  const sql_type **types = arena_array(&o->memory, right->n_columns + 2u, sizeof *types, o->run->err);
  *n = right->n_columns;
  for (uint32_t i = 0; types && i < right->n_columns; i++) types[i] = &right->columns[i].type;
  if (types && x->p.marked) x->p.mark_right = *n, types[(*n)++] = &NODE(o)->keys[0].right->type;
  if (types && NODE(o)->asof) x->p.asof_right = *n, types[(*n)++] = &NODE(o)->asof_right->type;
  return types;
}

sonde_code op_join(op *o) {
  uint32_t n_kept;
  if (NODE(o)->build_left) return op_semi(o);
  o->class = NODE(o)->kind == JOIN_POSITIONAL ? &positional_class : &join_class;
  join_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  x->n_keys = NODE(o)->n_keys;
  x->p.asof = NODE(o)->asof;
  x->p.marked = NODE(o)->kind == JOIN_MARK && x->n_keys > 0 && (x->n_keys > 1 || NODE(o)->residual);
  x->first_hashed = x->p.marked;
  const sql_type **types = kept_types(o, x, &n_kept);
  if (!types) return o->run->err->code;
  SONDE_TRY(prober_init(&x->p, o, NODE(o)->kind, types, n_kept, NODE(o)->residual));
  return open_keys(o, x);
}
