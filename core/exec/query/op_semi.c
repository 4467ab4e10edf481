/* Semi-join and anti-join whose left input is the smaller one: its rows are kept and chained by key, right rows mark those that
 * they match, and the marked (or unmarked) ones come out at the end. */
#include "exec/query/keys.h"
#include "exec/query/op.h"

#define NO_ROW UINT32_MAX

typedef struct {
  uint32_t n_keys;
  node **left, **right, *residual;
  bool *judged; /* columns of both inputs that the residual looks at */
  keyer keys;
  key_table table;
  rowset rows;                         /* of the left input */
  uint32_t *next, next_cap;            /* rows of one entry, chained */
  uint32_t *heads, heads_cap, n_heads; /* by entry */
  uint8_t *hit;                        /* by row */
  uint32_t hit_cap, unmet;
  bool built, probed;
  uint32_t at; /* rows that came out, or were left out */
} semi_op;

#define JOIN(o) (&(o)->plan->u.join)

static sonde_code encode(op *o, semi_op *x, node **exprs, const batch *in, bool add) {
  col *keys = arena_array(&o->scratch, x->n_keys, sizeof *keys, o->run->err);
  if (!keys) return o->run->err->code;
  for (uint32_t i = 0; i < x->n_keys; i++) SONDE_TRY(node_eval(exprs[i], in, &o->scratch, &keys[i]));
  return keyer_encode(&x->keys, keys, in->n, add, o->run->err);
}

/* ---- keeping the left input ---- */

static sonde_code chain(op *o, semi_op *x, uint32_t first, const uint32_t *entries) {
  mem *m = o->run->mem;
  SONDE_TRY(grow(m, &x->next, &x->next_cap, x->rows.n, sizeof *x->next, o->run->err));
  SONDE_TRY(grow(m, &x->hit, &x->hit_cap, x->rows.n, 1, o->run->err));
  SONDE_TRY(grow(m, &x->heads, &x->heads_cap, x->table.n, sizeof *x->heads, o->run->err));
  while (x->n_heads < x->table.n) x->heads[x->n_heads++] = NO_ROW;
  for (uint32_t row = first; row < x->rows.n; row++) {
    uint32_t entry = entries[row - first];
    x->hit[row] = 0;
    if (entry == NO_ROW) continue;
    x->next[row] = x->heads[entry];
    x->heads[entry] = row;
    x->unmet++;
  }
  return SONDE_OK;
}

static sonde_code keep_left(op *o, semi_op *x, const batch *in) {
  uint32_t first = x->rows.n;
  arena_reset(&o->scratch);
  SONDE_TRY(encode(o, x, x->left, in, true));
  uint32_t *entries = arena_array(&o->scratch, in->n, sizeof *entries, o->run->err);
  if (!entries) return o->run->err->code;
  SONDE_TRY(key_table_add(&x->table, &x->keys, in->n, entries, o->run->err));
  SONDE_TRY(rowset_append(&x->rows, in, o->run->err));
  return chain(o, x, first, entries);
}

/* ---- marking ---- */

typedef struct {
  uint32_t n, left[BATCH_ROWS], right[BATCH_ROWS];
} pairs;

static void mark_row(semi_op *x, uint32_t row) {
  x->unmet -= !x->hit[row];
  x->hit[row] = 1;
}

/* Rows that matched need not be looked at again: an entry's chain ends with its first match. */
static void mark_entries(semi_op *x, const uint32_t *entries, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (entries[i] == NO_ROW) continue;
    for (uint32_t row = x->heads[entries[i]]; row != NO_ROW; row = x->next[row]) mark_row(x, row);
    x->heads[entries[i]] = NO_ROW;
  }
}

static sonde_code judge(op *o, semi_op *x, const batch *right, pairs *p) {
  uint32_t n_left = x->rows.n_cols, kept;
  batch both = {.n = p->n, .n_cols = n_left + right->n_cols};
  both.cols = arena_zero(&o->scratch, (both.n_cols + 1u) * sizeof *both.cols, o->run->err);
  uint32_t *rows = arena_array(&o->scratch, p->n + 1u, sizeof *rows, o->run->err);
  if (!both.cols || !rows) return o->run->err->code;
  for (uint32_t i = 0; i < both.n_cols; i++) {
    col *to = &both.cols[i];
    if (!x->judged[i]) continue;
    if (i < n_left)
      SONDE_TRY(rowset_gather(&x->rows, i, p->left, p->n, to, &o->scratch, o->run->err));
    else
      SONDE_TRY(col_gather(&right->cols[i - n_left], p->right, p->n, to, &o->scratch, o->run->err));
  }
  SONDE_TRY(node_select(x->residual, &both, &o->scratch, rows, &kept));
  for (uint32_t i = 0; i < kept; i++) mark_row(x, p->left[rows[i]]);
  p->n = 0;
  return SONDE_OK;
}

/* As mark_entries, where a condition decides about each pair: rows that matched leave their chain. */
static sonde_code mark_pairs(op *o, semi_op *x, const batch *right, const uint32_t *entries) {
  pairs *p = arena_alloc(&o->scratch, sizeof *p, o->run->err);
  if (!p) return o->run->err->code;
  p->n = 0;
  for (uint32_t i = 0; i < right->n; i++) {
    if (entries[i] == NO_ROW) continue;
    for (uint32_t *from = &x->heads[entries[i]]; *from != NO_ROW;) {
      uint32_t row = *from;
      if (x->hit[row]) {
        *from = x->next[row];
        continue;
      }
      p->left[p->n] = row;
      p->right[p->n++] = i;
      if (p->n == BATCH_ROWS) SONDE_TRY(judge(o, x, right, p));
      from = &x->next[row];
    }
  }
  return p->n ? judge(o, x, right, p) : SONDE_OK;
}

static sonde_code mark(op *o, semi_op *x, const batch *right) {
  arena_reset(&o->scratch);
  SONDE_TRY(encode(o, x, x->right, right, false));
  uint32_t *entries = arena_array(&o->scratch, right->n, sizeof *entries, o->run->err);
  if (!entries) return o->run->err->code;
  key_table_find(&x->table, &x->keys, right->n, entries);
  if (x->residual) return mark_pairs(o, x, right, entries);
  mark_entries(x, entries, right->n);
  return SONDE_OK;
}

/* ---- steps ---- */

static step build(op *o, semi_op *x) {
  batch in;
  for (;;) {
    step s = op_next(o->in[0], &in);
    if (s == STEP_END) break;
    if (s != STEP_ROWS) return s;
    if (keep_left(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
  x->built = true;
  return rows_or_fail(key_table_finish(&x->table, &x->keys, o->run->err));
}

/* Until no row is left that could be marked. */
static step probe(op *o, semi_op *x) {
  batch in;
  while (x->unmet) {
    step s = op_next(o->in[1], &in);
    if (s == STEP_END) break;
    if (s != STEP_ROWS) return s;
    if (mark(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
  x->probed = true;
  return STEP_ROWS;
}

static step emit(op *o, semi_op *x, batch *out) {
  bool want = JOIN(o)->kind == JOIN_SEMI;
  arena_reset(&o->scratch);
  uint32_t *rows = arena_array(&o->scratch, BATCH_ROWS, sizeof *rows, o->run->err), n = 0;
  if (!rows) return STEP_FAIL;
  for (; x->at < x->rows.n && n < BATCH_ROWS; x->at++)
    if (x->hit[x->at] == want) rows[n++] = x->at;
  if (n == 0) return STEP_END;
  for (uint32_t i = 0; i < x->rows.n_cols; i++)
    if (rowset_gather(&x->rows, i, rows, n, &o->cols[i], &o->scratch, o->run->err) != SONDE_OK)
      return STEP_FAIL;
  *out = (batch){.n = n, .n_cols = x->rows.n_cols, .cols = o->cols};
  return STEP_ROWS;
}

static step next_semi(op *o, batch *out) {
  semi_op *x = o->self;
  step s = x->built ? STEP_ROWS : build(o, x);
  if (s == STEP_ROWS && !x->probed) s = probe(o, x);
  return s == STEP_ROWS ? emit(o, x, out) : s;
}

static void close_semi(op *o) {
  semi_op *x = o->self;
  mem *m = o->run->mem;
  rowset_free(&x->rows);
  mem_free(m, x->next, x->next_cap * sizeof *x->next);
  mem_free(m, x->heads, x->heads_cap * sizeof *x->heads);
  mem_free(m, x->hit, x->hit_cap);
  keyer_free(&x->keys);
  key_table_free(&x->table);
}
static const op_class semi_class = {.next = next_semi, .close = close_semi};

/* ---- opening ---- */

static sonde_code open_residual(op *o, semi_op *x) {
  uint32_t n = o->plan->input[0]->n_columns + o->plan->input[1]->n_columns, n_used;
  if (!JOIN(o)->residual) return SONDE_OK;
  x->residual = node_make(o->run, JOIN(o)->residual);
  x->judged = arena_zero(&o->memory, n + 1u, o->run->err);
  if (!x->residual || !x->judged) return o->run->err->code;
  const uint32_t *used = node_columns(x->residual, &n_used);
  for (uint32_t i = 0; i < n_used; i++) x->judged[used[i]] = true;
  return SONDE_OK;
}

static sonde_code open_keys(op *o, semi_op *x) {
  uint32_t n = x->n_keys = JOIN(o)->n_keys;
  const sql_type **types = arena_array(&o->memory, n, sizeof *types, o->run->err);
  bool *strict = arena_array(&o->memory, n, sizeof *strict, o->run->err);
  x->left = arena_array(&o->memory, n, sizeof *x->left, o->run->err);
  x->right = arena_array(&o->memory, n, sizeof *x->right, o->run->err);
  if (!types || !strict || !x->left || !x->right) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) {
    const join_key *k = &JOIN(o)->keys[i];
    types[i] = &k->left->type;
    strict[i] = !k->null_equal;
    x->left[i] = node_make(o->run, k->left);
    x->right[i] = node_make(o->run, k->right);
    if (!x->left[i] || !x->right[i]) return o->run->err->code;
  }
  SONDE_TRY(keyer_init(&x->keys, o->run->mem, types, strict, n, o->run->err));
  key_table_init(&x->table, o->run->mem, &x->keys);
  return SONDE_OK;
}

sonde_code op_semi(op *o) {
  o->class = &semi_class;
  semi_op *x = op_self(o, sizeof *x);
  const sql_type **types = column_types(o, o->plan->input[0]);
  if (!x || !types) return o->run->err->code;
  SONDE_TRY(rowset_init(&x->rows, o->run->mem, types, o->plan->input[0]->n_columns, o->run->err));
  SONDE_TRY(open_residual(o, x));
  return open_keys(o, x);
}
