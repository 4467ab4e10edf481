/* See window_top.h. */
#include "exec/query/window/window_top.h"

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
  const sql_type *own[KEYER_COLS_MAX];
  for (uint32_t i = 0; i < c->n_partition && i < KEYER_COLS_MAX; i++) own[i] = types[t->partition[i]];
  SONDE_TRY(keyer_init(&t->keyer, m, own, NULL, c->n_partition, err));
  key_table_init(&t->table, m, &t->keyer);
  t->n_partition = c->n_partition;
  return SONDE_OK;
}

void window_top_close(window_top *t) {
  if (!t->keyer.mem) return;
  mem *m = t->keyer.mem;
  mem_free(m, t->best, (size_t)t->best_cap * sizeof *t->best);
  mem_free(m, t->words, (size_t)t->words_cap * sizeof *t->words);
  mem_free(m, t->counts, t->counts_cap * sizeof *t->counts);
  key_table_free(&t->table);
  keyer_free(&t->keyer);
}

static sonde_code reserve(window_top *t, sonde_error *err) {
  uint32_t before = t->counts_cap;
  SONDE_TRY(grow(t->keyer.mem, &t->counts, &t->counts_cap, t->table.n, sizeof *t->counts, err));
  if (t->counts_cap > before) memset(t->counts + before, 0, (t->counts_cap - before) * sizeof *t->counts);
  uint64_t n = (uint64_t)t->table.n * t->wanted;
  SONDE_TRY(grow(t->keyer.mem, &t->words, &t->words_cap, n, sizeof *t->words, err));
  return grow(t->keyer.mem, &t->best, &t->best_cap, n, sizeof *t->best, err);
}

/* Words of the first key in its order; of equal ones (nulls among them) the keys themselves decide. */
static void first_words(const window_top *t, const col *c, uint32_t n, uint64_t *words) {
  const order_by *k = &t->keys[0];
  for (uint32_t i = 0; i < n; i++)
    words[i] = col_valid(c, i)  ? sort_word(c->type, col_cell(c, i), k->descending)
               : k->nulls_first ? 0
                                : UINT64_MAX;
}

/* Those that the partitions' last ones do not already keep out. */
static uint32_t candidates(const window_top *t, const uint32_t *entries, const uint64_t *words, uint32_t n,
                           uint32_t *rows) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t e = entries[i];
    bool full = t->counts[e] == t->wanted;
    rows[found] = i;
    found += !full || words[i] <= t->words[(size_t)e * t->wanted + t->wanted - 1];
  }
  return found;
}

/* Equal rows stay in the order they came. */
static bool comes_before(const window_top *t, const rowset *s, uint64_t word, uint32_t row, size_t place) {
  if (word != t->words[place]) return word < t->words[place];
  return compare_keys(s, t->keys, t->n_keys, row, t->best[place]) < 0;
}

static void insert(window_top *t, const rowset *s, uint32_t entry, uint64_t word, uint32_t row) {
  size_t first = (size_t)entry * t->wanted, at = first + t->counts[entry];
  if (t->counts[entry] == t->wanted) {
    if (!comes_before(t, s, word, row, --at)) return;
  } else {
    t->counts[entry]++;
  }
  for (; at > first && comes_before(t, s, word, row, at - 1); at--) {
    t->best[at] = t->best[at - 1];
    t->words[at] = t->words[at - 1];
  }
  t->best[at] = row;
  t->words[at] = word;
}

sonde_code window_top_add(window_top *t, rowset *s, const batch *b, arena *a, sonde_error *err) {
  uint32_t *entries = arena_array(a, b->n, sizeof *entries, err), first = s->n;
  uint32_t *rows = arena_array(a, b->n, sizeof *rows, err);
  uint64_t *words = arena_array(a, b->n, sizeof *words, err);
  if (!entries || !rows || !words) return err->code;
  col cols[KEYER_COLS_MAX];
  for (uint32_t i = 0; i < t->n_partition; i++) cols[i] = b->cols[t->partition[i]];
  SONDE_TRY(keyer_encode(&t->keyer, cols, b->n, true, err));
  SONDE_TRY(key_table_add(&t->table, &t->keyer, b->n, entries, err));
  SONDE_TRY(reserve(t, err));
  first_words(t, &b->cols[t->keys[0].column], b->n, words);
  uint32_t n = candidates(t, entries, words, b->n, rows);
  SONDE_TRY(rowset_append_rows(s, b, rows, n, err));
  for (uint32_t i = 0; i < n; i++) insert(t, s, entries[rows[i]], words[rows[i]], first + i);
  return SONDE_OK;
}

uint32_t window_top_rows(const window_top *t, uint32_t n_kept, uint32_t *rows) {
  uint32_t n = 0;
  memset(rows, 0, n_kept * sizeof *rows);
  for (uint32_t e = 0; e < t->table.n; e++)
    for (uint32_t i = 0; i < t->counts[e]; i++) rows[t->best[(size_t)e * t->wanted + i]] = 1;
  for (uint32_t i = 0; i < n_kept; i++) {
    bool chosen = rows[i];
    rows[n] = i;
    n += chosen;
  }
  return n;
}
