/* DISTINCT, DISTINCT ON, and set operations: rows as keys. */
#include "exec/query/keys/keys.h"
#include "exec/query/operator/spill.h"

/* ---- distinct ---- */

typedef struct {
  node **on; /* NULL: whole rows */
  uint32_t n;
  keyer keys;
  key_table table;
  bool full, ended; /* full: what is not in the table is dealt out */
  spilled rest;
} distinct_op;

static sonde_code distinct_keys(op *o, distinct_op *x, const batch *in, const col **out) {
  *out = in->cols;
  if (!x->on) return SONDE_OK;
  col *cols = arena_array(&o->scratch, x->n + 1u, sizeof *cols, o->run->err);
  if (!cols) return o->run->err->code;
  for (uint32_t i = 0; i < x->n; i++) SONDE_TRY(node_eval(x->on[i], in, &o->scratch, &cols[i]));
  *out = cols;
  return SONDE_OK;
}

/* Rows whose key is added by them: entries are numbered in the order they come. */
static sonde_code new_rows(op *o, keyer *k, key_table *t, const col *cols, uint32_t n, uint32_t *rows,
                           uint32_t *found) {
  uint32_t *entries = arena_array(&o->scratch, n, sizeof *entries, o->run->err), before = t->n;
  if (!entries) return o->run->err->code;
  SONDE_TRY(keyer_encode(k, cols, n, true, o->run->err));
  SONDE_TRY(key_table_add(t, k, n, entries, o->run->err));
  *found = 0;
  for (uint32_t i = 0; i < n; i++)
    if (entries[i] == before + *found) rows[(*found)++] = i;
  return SONDE_OK;
}

/* Rows whose key a table that is full does not have; it stays as it is. */
static sonde_code unknown_rows(op *o, keyer *k, key_table *t, const col *cols, uint32_t n, uint32_t *rows,
                               uint32_t *found) {
  uint32_t *entries = arena_array(&o->scratch, n, sizeof *entries, o->run->err);
  if (!entries) return o->run->err->code;
  SONDE_TRY(keyer_encode(k, cols, n, false, o->run->err));
  SONDE_TRY(key_table_follow(t, k, o->run->err));
  key_table_find(t, k, n, entries);
  *found = 0;
  for (uint32_t i = 0; i < n; i++)
    if (entries[i] == UINT32_MAX) rows[(*found)++] = i;
  return SONDE_OK;
}

/* The rows of a batch that come out, into `rows`; those that may, later, are dealt out. */
static sonde_code distinct_rows(op *o, distinct_op *x, const batch *in, uint32_t *rows, uint32_t *n) {
  const col *cols;
  SONDE_TRY(distinct_keys(o, x, in, &cols));
  if (!x->full) {
    SONDE_TRY(new_rows(o, &x->keys, &x->table, cols, in->n, rows, n));
    x->full = !x->on && spill_is_due(o->in[0], keyer_held(&x->keys) + key_table_held(&x->table));
    return SONDE_OK;
  }
  uint32_t unknown;
  *n = 0;
  SONDE_TRY(unknown_rows(o, &x->keys, &x->table, cols, in->n, rows, &unknown));
  return spill_put(&x->rest, o, 0, in, cols, x->n, rows, unknown);
}

static void free_distinct(distinct_op *x) {
  keyer_free(&x->keys);
  key_table_free(&x->table);
}

static step next_distinct(op *o, batch *b) {
  distinct_op *x = o->self;
  while (!x->ended) {
    batch in;
    step s = op_next(o->in[0], &in);
    if (s == STEP_END && x->full) {
      free_distinct(x);
      x->ended = true;
      break;
    }
    if (s != STEP_ROWS) return s;
    arena_reset(&o->scratch);
    uint32_t *rows = arena_array(&o->scratch, in.n, sizeof *rows, o->run->err), n;
    if (!rows || distinct_rows(o, x, &in, rows, &n) != SONDE_OK) return STEP_FAIL;
    if (n) return rows_or_fail(op_keep_rows(o, &in, rows, n, b));
  }
  return spill_next(&x->rest, o, o->plan, NULL, b);
}

static void close_distinct(op *o) {
  distinct_op *x = o->self;
  free_distinct(x);
  spill_close(&x->rest);
}
static const op_class distinct_class = {.next = next_distinct, .close = close_distinct};

sonde_code op_distinct(op *o) {
  o->class = &distinct_class;
  distinct_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  const sql_type **types = column_types(o, o->plan);
  x->n = o->plan->n_columns;
  if (!types) return o->run->err->code;
  if (o->plan->u.distinct.n) {
    x->n = o->plan->u.distinct.n;
    SONDE_TRY(op_nodes(o, o->plan->u.distinct.on, x->n, &x->on));
    types = arena_array(&o->memory, x->n, sizeof *types, o->run->err);
    if (!types) return o->run->err->code;
    for (uint32_t i = 0; i < x->n; i++) types[i] = &o->plan->u.distinct.on[i]->type;
  }
  SONDE_TRY(keyer_init(&x->keys, o->run->mem, types, NULL, x->n, o->run->err));
  key_table_init(&x->table, o->run->mem, &x->keys);
  return SONDE_OK;
}

/* ---- union, intersect, except ---- */

typedef struct {
  keyer keys;
  key_table right; /* of intersect and except */
  uint32_t *counts,
      counts_cap; /* how often each right row occurs; of the distinct forms 1, or 0 once answered */
  key_table seen; /* of distinct answers */
  unsigned input;
  bool gathered, ended;
  bool right_full, seen_full; /* what these tables do not have is dealt out */
  spilled rest;
} set_op;

static sonde_code add_right(op *o, set_op *x, const batch *in) {
  arena_reset(&o->scratch);
  uint32_t *entries = arena_array(&o->scratch, in->n, sizeof *entries, o->run->err), before = x->right.n;
  if (!entries) return o->run->err->code;
  SONDE_TRY(keyer_encode(&x->keys, in->cols, in->n, true, o->run->err));
  SONDE_TRY(key_table_add(&x->right, &x->keys, in->n, entries, o->run->err));
  SONDE_TRY(grow(o->run->mem, &x->counts, &x->counts_cap, x->right.n, sizeof *x->counts, o->run->err));
  if (x->right.n > before) memset(x->counts + before, 0, (x->right.n - before) * sizeof *x->counts);
  for (uint32_t i = 0; i < in->n; i++) x->counts[entries[i]]++;
  uint64_t held = keyer_held(&x->keys) + key_table_held(&x->right) + x->counts_cap * sizeof *x->counts;
  x->right_full = spill_is_due(o->in[1], held) && spill_may(o->in[0]);
  return SONDE_OK;
}

static sonde_code find_rows(op *o, set_op *x, const batch *in, uint32_t **found) {
  *found = arena_array(&o->scratch, in->n, sizeof **found, o->run->err);
  if (!*found) return o->run->err->code;
  SONDE_TRY(keyer_encode(&x->keys, in->cols, in->n, false, o->run->err));
  SONDE_TRY(key_table_follow(&x->right, &x->keys, o->run->err));
  key_table_find(&x->right, &x->keys, in->n, *found);
  return SONDE_OK;
}

static sonde_code count_right(op *o, set_op *x, const batch *in) {
  uint32_t *found, unknown = 0;
  arena_reset(&o->scratch);
  SONDE_TRY(find_rows(o, x, in, &found));
  for (uint32_t i = 0; i < in->n; i++)
    if (found[i] == UINT32_MAX)
      found[unknown++] = i;
    else
      x->counts[found[i]]++;
  return spill_put(&x->rest, o, 1, in, in->cols, in->n_cols, found, unknown);
}

static step gather_right(op *o, set_op *x) {
  batch in;
  for (;;) {
    step s = op_next(o->in[1], &in);
    if (s == STEP_END) return x->gathered = true, STEP_ROWS;
    if (s != STEP_ROWS) return s;
    if ((x->right_full ? count_right : add_right)(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
}

/* ALL counts: each right row takes (EXCEPT) or lets through (INTERSECT) one left row. */
static sonde_code left_rows(op *o, set_op *x, const batch *in, uint32_t *rows, uint32_t *n) {
  bool all = o->plan->u.set.all, intersect = o->plan->u.set.kind == SET_INTERSECT;
  uint32_t *found, kept = 0, unknown = 0;
  SONDE_TRY(find_rows(o, x, in, &found));
  for (uint32_t i = 0; i < in->n; i++) {
    if (found[i] == UINT32_MAX && x->right_full) {
      found[unknown++] = i;
      continue;
    }
    bool there = found[i] != UINT32_MAX && x->counts[found[i]] > 0;
    if (there && all) x->counts[found[i]]--;
    if (there == intersect) rows[kept++] = i;
  }
  *n = kept;
  return spill_put(&x->rest, o, 0, in, in->cols, in->n_cols, found, unknown);
}

/* Rows that were not answered before. Answers of an INTERSECT are rows of the right side, whose table holds them already. */
static sonde_code unseen_rows(op *o, set_op *x, const batch *in, uint32_t *rows, uint32_t *n) {
  if (!x->seen_full) {
    SONDE_TRY(new_rows(o, &x->keys, &x->seen, in->cols, in->n, rows, n));
    x->seen_full = o->plan->u.set.kind != SET_INTERSECT &&
                   spill_is_due(o->in[0], keyer_held(&x->keys) + key_table_held(&x->seen)) &&
                   spill_may(o->in[1]);
    return SONDE_OK;
  }
  uint32_t unknown;
  *n = 0;
  SONDE_TRY(unknown_rows(o, &x->keys, &x->seen, in->cols, in->n, rows, &unknown));
  return spill_put(&x->rest, o, 0, in, in->cols, in->n_cols, rows, unknown);
}

static void free_set(op *o, set_op *x) {
  keyer_free(&x->keys);
  key_table_free(&x->right);
  key_table_free(&x->seen);
  mem_free(o->run->mem, x->counts, x->counts_cap * sizeof *x->counts);
  x->counts = NULL;
  x->counts_cap = 0;
}

static step next_set(op *o, batch *b) {
  set_op *x = o->self;
  bool all = o->plan->u.set.all, is_union = o->plan->u.set.kind == SET_UNION;
  if (!is_union && !x->gathered) {
    step s = gather_right(o, x);
    if (s != STEP_ROWS) return s;
  }
  while (!x->ended) {
    batch in;
    step s = op_next(o->in[x->input], &in);
    if (s == STEP_END && is_union && x->input == 0) {
      x->input = 1;
      continue;
    }
    if (s == STEP_END && spill_has(&x->rest)) {
      free_set(o, x);
      x->ended = true;
      break;
    }
    if (s != STEP_ROWS) return s;
    arena_reset(&o->scratch);
    uint32_t *rows = arena_array(&o->scratch, in.n, sizeof *rows, o->run->err), n = in.n;
    if (!rows) return STEP_FAIL;
    for (uint32_t i = 0; i < n; i++) rows[i] = i;
    if (!is_union && left_rows(o, x, &in, rows, &n) != SONDE_OK) return STEP_FAIL;
    if (n == 0) continue;
    if (op_keep_rows(o, &in, rows, n, b) != SONDE_OK) return STEP_FAIL;
    if (all) return STEP_ROWS;
    in = *b;
    if (unseen_rows(o, x, &in, rows, &n) != SONDE_OK) return STEP_FAIL;
    if (n) return rows_or_fail(op_keep_rows(o, &in, rows, n, b));
  }
  return spill_next(&x->rest, o, o->plan, NULL, b);
}

static void close_set(op *o) {
  set_op *x = o->self;
  free_set(o, x);
  spill_close(&x->rest);
}
static const op_class set_class = {.next = next_set, .close = close_set};

sonde_code op_set(op *o) {
  o->class = &set_class;
  o->needed = NULL; /* rows are compared whole, after some were left out */
  set_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  const sql_type **types = column_types(o, o->plan);
  if (!types) return o->run->err->code;
  if (o->plan->u.set.kind == SET_UNION && o->plan->u.set.all) return SONDE_OK;
  SONDE_TRY(keyer_init(&x->keys, o->run->mem, types, NULL, o->plan->n_columns, o->run->err));
  key_table_init(&x->right, o->run->mem, &x->keys);
  key_table_init(&x->seen, o->run->mem, &x->keys);
  return SONDE_OK;
}
