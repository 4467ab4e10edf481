/* See window_top.h. */
#include "exec/query/window_top.h"

#define TOP_MAX 100

/* ---- the filter ---- */

static const expr *without_cast(const expr *e) { return e->kind == EXPR_CAST ? e->args[0] : e; }

/* Rows that `column <= n`, `column < n` or `column = n` lets through. */
static int64_t bound_of(const expr *e, uint32_t column) {
  if (e->kind != EXPR_CALL || e->n_args != 2 ||
      (e->function != FN_LE && e->function != FN_LT && e->function != FN_EQ))
    return 0;
  const expr *left = e->args[0], *right = without_cast(e->args[1]);
  bool number = left->kind == EXPR_COLUMN && left->index == column && right->kind == EXPR_CONST &&
                !right->constant.null;
  if (!number || !sql_is_integer(&right->type) || sql_lane(&right->type) != LANE_I64) return 0;
  return e->function == FN_LT ? right->constant.v.i - 1 : right->constant.v.i;
}

uint32_t window_top_of(const plan *filter) {
  const plan *w = filter->input[0];
  if (w->kind != PLAN_WINDOW || w->u.window.n != 1) return 0;
  const window_call *c = &w->u.window.calls[0];
  if (c->call.function != FN_ROW_NUMBER || c->call.n_keys || !c->n_partition || !c->n_order) return 0;
  const expr *e = filter->u.filter.condition;
  uint32_t column = w->input[0]->n_columns, n = e->kind == EXPR_AND ? e->n_args : 1;
  for (uint32_t i = 0; i < n; i++) {
    int64_t bound = bound_of(e->kind == EXPR_AND ? e->args[i] : e, column);
    if (bound > 0 && bound <= TOP_MAX) return (uint32_t)bound;
  }
  return 0;
}

/* ---- rows ---- */

sonde_code window_top_open(window_top *t, mem *m, const window_call *c, const sql_type *const *types,
                           sonde_error *err) {
  SONDE_TRY(keyer_init(&t->keyer, m, types + t->partition, NULL, c->n_partition, err));
  key_table_init(&t->table, m, &t->keyer);
  t->n_partition = c->n_partition;
  return SONDE_OK;
}

void window_top_close(window_top *t) {
  if (!t->keyer.mem) return;
  mem *m = t->keyer.mem;
  mem_free(m, t->best, (size_t)t->best_cap * sizeof *t->best);
  mem_free(m, t->counts, t->counts_cap * sizeof *t->counts);
  key_table_free(&t->table);
  keyer_free(&t->keyer);
}

static sonde_code reserve(window_top *t, sonde_error *err) {
  uint32_t before = t->counts_cap;
  SONDE_TRY(grow(t->keyer.mem, &t->counts, &t->counts_cap, t->table.n, sizeof *t->counts, err));
  if (t->counts_cap > before) memset(t->counts + before, 0, (t->counts_cap - before) * sizeof *t->counts);
  return grow(t->keyer.mem, &t->best, &t->best_cap, (uint64_t)t->table.n * t->wanted, sizeof *t->best, err);
}

/* Whether row i of the batch comes before a kept row; of equal rows the kept one was first. */
static bool comes_before(const window_top *t, const rowset *s, const batch *b, uint32_t i, uint32_t kept) {
  for (uint32_t k = 0; k < t->n_keys; k++) {
    const order_by *key = &t->keys[k];
    const col *c = &b->cols[key->column];
    bool x = col_valid(c, i), y = rowset_valid(s, key->column, kept);
    if (x != y) return x != key->nulls_first;
    int order = x ? cell_compare(c->type, col_cell(c, i), rowset_cell(s, key->column, kept)) : 0;
    if (order) return key->descending ? order > 0 : order < 0;
  }
  return false;
}

static void insert(const window_top *t, const rowset *s, uint32_t entry, uint32_t row) {
  uint32_t *best = t->best + (size_t)entry * t->wanted, at = t->counts[entry];
  if (at == t->wanted)
    at--;
  else
    t->counts[entry]++;
  for (; at > 0 && compare_keys(s, t->keys, t->n_keys, row, best[at - 1]) < 0; at--) best[at] = best[at - 1];
  best[at] = row;
}

sonde_code window_top_add(window_top *t, rowset *s, const batch *b, arena *a, sonde_error *err) {
  uint32_t *entries = arena_array(a, b->n, sizeof *entries, err);
  if (!entries) return err->code;
  SONDE_TRY(keyer_encode(&t->keyer, b->cols + t->partition, b->n, true, err));
  SONDE_TRY(key_table_add(&t->table, &t->keyer, b->n, entries, err));
  SONDE_TRY(reserve(t, err));
  for (uint32_t i = 0; i < b->n; i++) {
    uint32_t e = entries[i];
    bool full = t->counts[e] == t->wanted;
    if (full && !comes_before(t, s, b, i, t->best[(size_t)e * t->wanted + t->wanted - 1])) continue;
    SONDE_TRY(rowset_append_rows(s, b, &i, 1, err));
    insert(t, s, e, s->n - 1);
  }
  return SONDE_OK;
}
