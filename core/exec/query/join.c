/* See join.h. */
#include "exec/query/join.h"

static sonde_code mark_gathered(prober *p, op *o) {
  uint32_t n = p->n_left + p->n_right, n_used = 0;
  p->gathered = arena_alloc(&o->memory, n + 1u, o->run->err);
  if (!p->gathered) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) p->gathered[i] = !o->needed || i >= o->plan->n_columns || o->needed[i];
  const uint32_t *used = p->residual ? node_columns(p->residual, &n_used) : NULL;
  for (uint32_t i = 0; i < n_used; i++) p->gathered[used[i]] = true;
  return SONDE_OK;
}

sonde_code prober_init(prober *p, op *o, join_kind kind, const sql_type *const *right_types, uint32_t n_kept,
                       const expr *residual) {
  p->kind = kind;
  p->n_left = o->plan->input[0]->n_columns;
  p->n_right = o->plan->input[1]->n_columns;
  arena_init(&p->held, o->run->mem);
  if (residual && !(p->residual = node_make(o->run, residual))) return o->run->err->code;
  SONDE_TRY(mark_gathered(p, o));
  return rowset_init(&p->right, o->run->mem, right_types, n_kept, o->run->err);
}

void prober_free(prober *p, op *o) {
  mem *m = o->run->mem;
  rowset_free(&p->right);
  mem_free(m, p->next, p->next_cap * sizeof *p->next);
  mem_free(m, p->heads, p->heads_cap * sizeof *p->heads);
  mem_free(m, p->tails, p->heads_cap * sizeof *p->tails);
  mem_free(m, p->hit, p->hit_cap);
  if (p->held.mem) arena_free(&p->held);
}

/* ---- chains ---- */

static sonde_code reserve_heads(prober *p, op *o, uint32_t n) {
  uint32_t before = p->heads_cap, cap = before;
  if (n <= before) return SONDE_OK;
  SONDE_TRY(grow(o->run->mem, &p->heads, &cap, n, sizeof *p->heads, o->run->err));
  uint32_t *tails =
      mem_resize(o->run->mem, p->tails, before * sizeof *tails, cap * sizeof *tails, o->run->err);
  if (!tails) {
    p->heads = mem_resize(o->run->mem, p->heads, cap * sizeof *p->heads, before * sizeof *p->heads, NULL);
    return o->run->err->code;
  }
  p->tails = tails;
  p->heads_cap = cap;
  memset(p->heads + before, 0xFF, (cap - before) * sizeof *p->heads);
  return SONDE_OK;
}

sonde_code prober_chain(prober *p, op *o, uint32_t first, const uint32_t *entries) {
  run *r = o->run;
  SONDE_TRY(grow(r->mem, &p->next, &p->next_cap, p->right.n, sizeof *p->next, r->err));
  for (uint32_t i = first; i < p->right.n; i++) {
    uint32_t e = entries[i - first];
    p->next[i] = NO_ROW;
    if (e == NO_ROW) continue;
    SONDE_TRY(reserve_heads(p, o, e + 1u));
    if (p->heads[e] == NO_ROW)
      p->heads[e] = i;
    else
      p->next[p->tails[e]] = i;
    p->tails[e] = i;
  }
  return SONDE_OK;
}

bool prober_keeps_right(const prober *p) { return p->kind == JOIN_RIGHT || p->kind == JOIN_FULL; }
static bool only_left(const prober *p) {
  return p->kind == JOIN_SEMI || p->kind == JOIN_ANTI || p->kind == JOIN_MARK;
}
static bool keeps_left(const prober *p) {
  return p->kind == JOIN_LEFT || p->kind == JOIN_FULL || p->kind == JOIN_SINGLE;
}

static sonde_code reserve_hits(prober *p, op *o) {
  uint32_t before = p->hit_cap;
  if (!prober_keeps_right(p)) return SONDE_OK;
  SONDE_TRY(grow(o->run->mem, &p->hit, &p->hit_cap, p->right.n, 1, o->run->err));
  if (p->hit_cap > before) memset(p->hit + before, 0, p->hit_cap - before);
  return SONDE_OK;
}

/* ---- a left batch ---- */

static uint32_t first_candidate(const prober *p, uint32_t row) {
  uint32_t e = p->entries[row];
  return e == NO_ROW || e >= p->heads_cap ? NO_ROW : p->heads[e];
}

sonde_code prober_begin(prober *p, op *o, const batch *b) {
  p->left = *b;
  arena_reset(&p->held);
  p->entries = arena_array(&p->held, b->n, sizeof *p->entries, o->run->err);
  p->found = arena_zero(&p->held, b->n, o->run->err);
  if (!p->entries || !p->found) return o->run->err->code;
  p->row = p->rest = 0;
  p->open = true;
  p->started = false;
  return reserve_hits(p, o);
}

typedef struct {
  uint32_t *left, *right, n;
} pairs;

/* ASOF: whether a right value may stand beside the left one, and whether it is nearer than the best so far. */
static bool asof_fits(const prober *p, cell l, cell r) {
  int c = cell_compare(p->asof_left->type, l, r);
  return p->asof == FN_GE ? c >= 0 : p->asof == FN_GT ? c > 0 : p->asof == FN_LE ? c <= 0 : c < 0;
}

static uint32_t nearest(const prober *p, uint32_t row) {
  uint32_t best = NO_ROW;
  if (!col_valid(p->asof_left, row)) return NO_ROW;
  cell l = col_cell(p->asof_left, row);
  bool below = p->asof == FN_GE || p->asof == FN_GT;
  for (uint32_t c = first_candidate(p, row); c != NO_ROW; c = p->next[c]) {
    if (!rowset_valid(&p->right, p->asof_right, c)) continue;
    cell r = rowset_cell(&p->right, p->asof_right, c);
    if (!asof_fits(p, l, r)) continue;
    int order =
        best == NO_ROW ? 0 : cell_compare(p->asof_left->type, r, rowset_cell(&p->right, p->asof_right, best));
    if (best == NO_ROW || (below ? order > 0 : order < 0)) best = c;
  }
  return best;
}

static void next_candidate(prober *p) {
  if (p->candidate != NO_ROW) p->candidate = p->asof ? NO_ROW : p->next[p->candidate];
}

/* Without a residual one match says enough for semi, anti and mark. */
static bool one_is_enough(const prober *p) { return only_left(p) && !p->residual && !p->marked; }

/* Every left row has at most one right row, which is its entry. */
static void gather_unique(prober *p, pairs *out) {
  for (; p->row < p->left.n; p->row++) {
    out->left[out->n] = p->row;
    out->right[out->n] = p->entries[p->row];
    out->n += p->entries[p->row] != NO_ROW;
  }
}

static void gather_pairs(prober *p, pairs *out) {
  out->n = 0;
  if (p->unique && !p->asof) {
    gather_unique(p, out);
    return;
  }
  while (out->n < BATCH_ROWS && p->row < p->left.n) {
    if (!p->started) {
      p->candidate = p->asof ? nearest(p, p->row) : first_candidate(p, p->row);
      p->started = true;
    }
    while (p->candidate != NO_ROW && out->n < BATCH_ROWS) {
      out->left[out->n] = p->row;
      out->right[out->n++] = p->candidate;
      if (one_is_enough(p))
        p->candidate = NO_ROW;
      else
        next_candidate(p);
    }
    if (p->candidate != NO_ROW) return;
    p->row++;
    p->started = false;
  }
}

/* Pairs ascend by left row: as many as there are rows, each once, are the batch itself. */
static bool is_whole(const prober *p, const pairs *x) {
  if (x->n != p->left.n) return false;
  for (uint32_t i = 0; i < x->n; i++)
    if (x->left[i] != i) return false;
  return true;
}

static sonde_code pair_columns(prober *p, op *o, const pairs *x, batch *out) {
  *out = (batch){.n = x->n, .n_cols = p->n_left + p->n_right};
  out->cols = arena_zero(&o->scratch, (out->n_cols + 1u) * sizeof(col), o->run->err);
  if (!out->cols) return o->run->err->code;
  bool whole = is_whole(p, x);
  for (uint32_t i = 0; i < p->n_left; i++) {
    out->cols[i] = p->left.cols[i];
    if (p->gathered[i] && !whole)
      SONDE_TRY(col_gather(&p->left.cols[i], x->left, x->n, &out->cols[i], &o->scratch, o->run->err));
  }
  for (uint32_t i = 0; i < p->n_right; i++)
    if (p->gathered[p->n_left + i])
      SONDE_TRY(
          rowset_gather(&p->right, i, x->right, x->n, &out->cols[p->n_left + i], &o->scratch, o->run->err));
  return SONDE_OK;
}

static uint8_t mark_of(const prober *p, uint32_t left, uint32_t right) {
  if (!p->marked) return 1;
  if (!col_valid(p->mark_left, left) || !rowset_valid(&p->right, p->mark_right, right)) return 2;
  return cell_compare(p->mark_left->type, col_cell(p->mark_left, left),
                      rowset_cell(&p->right, p->mark_right, right)) == 0;
}

/* Truth of each pair: 0, 1, or 2 for unknown. */
static sonde_code judge(prober *p, op *o, const pairs *x, const batch *cols, uint8_t *truth) {
  for (uint32_t i = 0; i < x->n; i++) truth[i] = mark_of(p, x->left[i], x->right[i]);
  if (!p->residual) return SONDE_OK;
  col c;
  SONDE_TRY(node_eval(p->residual, cols, &o->scratch, &c));
  for (uint32_t i = 0; i < x->n; i++) {
    uint8_t t = !col_valid(&c, i) ? 2 : col_cell(&c, i).b;
    truth[i] = truth[i] == 0 || t == 0 ? 0 : truth[i] == 2 || t == 2 ? 2 : 1;
  }
  return SONDE_OK;
}

static sonde_code too_many(const prober *p, op *o) {
  return status_set(o->run->err, SONDE_VALUE, p->at,
                    "more than one row returned by a sub-query that stands for one value");
}

/* Notes what matched; answers the pairs that come out. */
static sonde_code settle(prober *p, op *o, const pairs *x, const uint8_t *truth, uint32_t *kept,
                         uint32_t *n) {
  *n = 0;
  for (uint32_t i = 0; i < x->n; i++) {
    uint8_t *found = &p->found[x->left[i]];
    if (truth[i] == 2 && !*found) *found = 2;
    if (truth[i] != 1) continue;
    if (p->kind == JOIN_SINGLE && *found == 1) return too_many(p, o);
    *found = 1;
    if (prober_keeps_right(p)) p->hit[x->right[i]] = 1;
    kept[(*n)++] = i;
  }
  return SONDE_OK;
}

static sonde_code emit_pairs(prober *p, op *o, const pairs *x, batch *out) {
  batch all;
  bool need_cols = !only_left(p) || p->residual;
  out->n = 0;
  if (need_cols) SONDE_TRY(pair_columns(p, o, x, &all));
  if (!p->residual && !p->marked && p->kind == JOIN_INNER) {
    memcpy(o->cols, all.cols, all.n_cols * sizeof(col));
    *out = (batch){.n = x->n, .n_cols = all.n_cols, .cols = o->cols};
    return SONDE_OK;
  }
  uint8_t *truth = arena_array(&o->scratch, x->n, 1, o->run->err);
  uint32_t *kept = arena_array(&o->scratch, x->n, sizeof *kept, o->run->err), n;
  if (!truth || !kept) return o->run->err->code;
  SONDE_TRY(judge(p, o, x, &all, truth));
  SONDE_TRY(settle(p, o, x, truth, kept, &n));
  return only_left(p) || n == 0 ? SONDE_OK : op_keep_rows(o, &all, kept, n, out);
}

/* ---- what is left of a batch ---- */

static sonde_code emit_marks(prober *p, op *o, batch *out) {
  col *mark = &o->cols[p->n_left];
  memcpy(o->cols, p->left.cols, p->n_left * sizeof(col));
  SONDE_TRY(col_new(mark, &o->plan->columns[p->n_left].type, p->left.n, true, &o->scratch, o->run->err));
  for (uint32_t i = 0; i < p->left.n; i++) {
    ((uint8_t *)col_lanes(mark))[i] = p->found[i] == 1;
    col_validity(mark)[i] = p->found[i] != 2;
  }
  *out = (batch){.n = p->left.n, .n_cols = p->n_left + 1, .cols = o->cols};
  return SONDE_OK;
}

static sonde_code emit_rest(prober *p, op *o, batch *out) {
  out->n = 0;
  if (p->kind == JOIN_MARK) return emit_marks(p, o, out);
  if (!keeps_left(p) && !only_left(p)) return SONDE_OK;
  uint32_t *rows = arena_array(&o->scratch, p->left.n, sizeof *rows, o->run->err), n = 0;
  uint32_t *nothing = arena_array(&o->scratch, p->left.n, sizeof *rows, o->run->err);
  if (!rows || !nothing) return o->run->err->code;
  bool want = p->kind == JOIN_SEMI;
  for (uint32_t i = 0; i < p->left.n; i++)
    if ((p->found[i] == 1) == want) rows[n++] = i;
  if (n == 0) return SONDE_OK;
  if (only_left(p)) return op_keep_rows(o, &p->left, rows, n, out);
  memset(nothing, 0xFF, n * sizeof *nothing);
  batch all;
  pairs x = {rows, nothing, n};
  SONDE_TRY(pair_columns(p, o, &x, &all));
  memcpy(o->cols, all.cols, all.n_cols * sizeof(col));
  *out = (batch){.n = n, .n_cols = all.n_cols, .cols = o->cols};
  return SONDE_OK;
}

step prober_next(prober *p, op *o, batch *out) {
  while (p->row < p->left.n) {
    arena_reset(&o->scratch);
    pairs x = {arena_array(&o->scratch, BATCH_ROWS, 4, o->run->err),
               arena_array(&o->scratch, BATCH_ROWS, 4, o->run->err), 0};
    if (!x.left || !x.right) return STEP_FAIL;
    gather_pairs(p, &x);
    if (x.n == 0) continue;
    if (emit_pairs(p, o, &x, out) != SONDE_OK) return STEP_FAIL;
    if (out->n) return STEP_ROWS;
  }
  if (p->rest) return STEP_END;
  p->rest = 1;
  arena_reset(&o->scratch);
  if (emit_rest(p, o, out) != SONDE_OK) return STEP_FAIL;
  return out->n ? STEP_ROWS : STEP_END;
}

step prober_unmet(prober *p, op *o, batch *out) {
  if (!prober_keeps_right(p) || reserve_hits(p, o) != SONDE_OK)
    return prober_keeps_right(p) ? STEP_FAIL : STEP_END;
  arena_reset(&o->scratch);
  uint32_t *rows = arena_array(&o->scratch, BATCH_ROWS, sizeof *rows, o->run->err), n = 0;
  if (!rows) return STEP_FAIL;
  for (; p->rest_right < p->right.n && n < BATCH_ROWS; p->rest_right++)
    if (!p->hit[p->rest_right]) rows[n++] = p->rest_right;
  if (n == 0) return STEP_END;
  *out = (batch){.n = n, .n_cols = p->n_left + p->n_right, .cols = o->cols};
  value none = {.null = true};
  for (uint32_t i = 0; i < p->n_left; i++)
    if (col_constant(&o->cols[i], &o->plan->columns[i].type, &none, &o->scratch, o->run->err) != SONDE_OK)
      return STEP_FAIL;
  for (uint32_t i = 0; i < p->n_right; i++)
    if (rowset_gather(&p->right, i, rows, n, &o->cols[p->n_left + i], &o->scratch, o->run->err) != SONDE_OK)
      return STEP_FAIL;
  return STEP_ROWS;
}
