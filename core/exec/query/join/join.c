/* See join.h. */
#include "exec/query/join/join.h"

static bool only_left(const prober *p) {
  return p->kind == JOIN_SEMI || p->kind == JOIN_ANTI || p->kind == JOIN_MARK;
}
static bool keeps_left(const prober *p) {
  return p->kind == JOIN_LEFT || p->kind == JOIN_FULL || p->kind == JOIN_SINGLE;
}
bool prober_notes_hits(const prober *p) {
  return p->kind == JOIN_RIGHT || p->kind == JOIN_FULL || p->mirrored;
}

/* ---- opening ---- */

static sonde_code note_columns(prober *p, op *o) {
  uint32_t n = p->n_left + p->n_right, n_used = 0;
  p->comes_out = arena_zero(&o->memory, n + 1u, o->run->err);
  p->in_residual = arena_zero(&o->memory, n + 1u, o->run->err);
  if (!p->comes_out || !p->in_residual) return o->run->err->code;
  for (uint32_t i = 0; i < n && i < (only_left(p) ? p->n_left : n); i++)
    p->comes_out[i] = !o->needed || o->needed[i];
  const uint32_t *used = p->residual ? node_columns(p->residual, &n_used) : NULL;
  for (uint32_t i = 0; i < n_used; i++) p->in_residual[used[i]] = true;
  return SONDE_OK;
}

static sonde_code choose_kept(prober *p, op *o, uint32_t n_columns) {
  const bool *needed = p->whole ? o->in[p->mirrored ? 0 : 1]->needed : NULL;
  p->kept = arena_array(&o->memory, n_columns + 1u, sizeof *p->kept, o->run->err);
  if (!p->kept) return o->run->err->code;
  for (uint32_t i = 0; i < n_columns; i++) {
    bool in_key = p->whole && (!needed || needed[i]);
    if (in_key || p->comes_out[p->at_kept + i] || p->in_residual[p->at_kept + i]) p->kept[p->n_kept++] = i;
  }
  return SONDE_OK;
}

sonde_code prober_init(prober *p, op *o, join_kind kind, const expr *residual, const sql_type *const *own,
                       uint32_t n_own) {
  const plan *side = o->plan->input[p->mirrored ? 0 : 1];
  p->kind = kind;
  p->n_left = o->plan->input[0]->n_columns;
  p->n_right = o->plan->input[1]->n_columns;
  p->at_probed = p->mirrored ? p->n_left : 0;
  p->at_kept = p->mirrored ? 0 : p->n_left;
  arena_init(&p->held, o->run->mem);
  if (residual && !(p->residual = node_make(o->run, residual))) return o->run->err->code;
  SONDE_TRY(note_columns(p, o));
  SONDE_TRY(choose_kept(p, o, side->n_columns));
  const sql_type **types = arena_array(&o->memory, p->n_kept + n_own + 1u, sizeof *types, o->run->err);
  if (!types) return o->run->err->code;
  for (uint32_t i = 0; i < p->n_kept; i++) types[i] = &side->columns[p->kept[i]].type;
  for (uint32_t i = 0; i < n_own; i++) types[p->n_kept + i] = own[i];
  return rowset_init(&p->rows, o->run->mem, types, p->n_kept + n_own, o->run->err);
}

void prober_free(prober *p, op *o) {
  rowset_free(&p->rows);
  mem_free(o->run->mem, p->hit, p->hit_cap);
  if (p->held.mem) arena_free(&p->held);
}

sonde_code prober_keep(prober *p, op *o, const batch *in, const col *own, const uint32_t *rows, uint32_t n) {
  batch b = {.n = in->n, .n_cols = p->rows.n_cols};
  b.cols = arena_array(&o->scratch, b.n_cols + 1u, sizeof(col), o->run->err);
  if (!b.cols) return o->run->err->code;
  for (uint32_t i = 0; i < p->n_kept; i++) b.cols[i] = in->cols[p->kept[i]];
  for (uint32_t i = p->n_kept; i < b.n_cols; i++) b.cols[i] = own[i - p->n_kept];
  return rowset_append_rows(&p->rows, &b, rows, n, o->run->err);
}

/* ---- a batch of the other side ---- */

static sonde_code reserve_hits(prober *p, op *o) {
  uint32_t before = p->hit_cap;
  if (!prober_notes_hits(p)) return SONDE_OK;
  SONDE_TRY(grow(o->run->mem, &p->hit, &p->hit_cap, p->rows.n, 1, o->run->err));
  if (p->hit_cap > before) memset(p->hit + before, 0, p->hit_cap - before);
  return SONDE_OK;
}

sonde_code prober_begin(prober *p, op *o, const batch *b) {
  p->probed = *b;
  arena_reset(&p->held);
  p->first = arena_array(&p->held, b->n, sizeof *p->first, o->run->err);
  p->found = arena_zero(&p->held, b->n, o->run->err);
  if (!p->first || !p->found) return o->run->err->code;
  p->row = 0;
  p->open = true;
  p->started = p->rest = p->more = false;
  return reserve_hits(p, o);
}

typedef struct {
  uint32_t *probed, *kept, n;
} pairs;

static sonde_code new_pairs(op *o, uint32_t n, pairs *x) {
  *x = (pairs){arena_array(&o->scratch, n, sizeof(uint32_t), o->run->err),
               arena_array(&o->scratch, n, sizeof(uint32_t), o->run->err), 0};
  return x->probed && x->kept ? SONDE_OK : o->run->err->code;
}

/* Every row has at most one partner. */
static void gather_unique(prober *p, pairs *out) {
  for (; p->row < p->probed.n; p->row++) {
    out->probed[out->n] = p->row;
    out->kept[out->n] = p->first[p->row];
    out->n += p->first[p->row] != NO_ROW;
  }
}

/* Who asks only whether a partner is there. */
static bool takes_turns(const prober *p) { return only_left(p) && !p->mirrored; }

#define TURN 16u

/* A few partners of each row that has found none: most find one before all have been looked at. */
static void gather_turns(prober *p, pairs *out) {
  for (; p->row < p->probed.n && out->n + TURN <= BATCH_ROWS; p->row++) {
    uint32_t *at = &p->first[p->row];
    if (p->found[p->row] == 1) *at = NO_ROW;
    for (uint32_t i = 0; i < TURN && *at != NO_ROW; i++) {
      out->probed[out->n] = p->row;
      out->kept[out->n++] = *at;
      *at = p->next ? p->next[*at] : NO_ROW;
    }
    p->more |= *at != NO_ROW;
  }
  if (p->row < p->probed.n || !p->more) return;
  p->row = 0;
  p->more = false;
}

static void gather_pairs(prober *p, pairs *out) {
  if (takes_turns(p)) {
    gather_turns(p, out);
    return;
  }
  if (!p->next) {
    gather_unique(p, out);
    return;
  }
  while (out->n < BATCH_ROWS && p->row < p->probed.n) {
    if (!p->started) p->candidate = p->first[p->row];
    p->started = true;
    for (; p->candidate != NO_ROW && out->n < BATCH_ROWS; p->candidate = p->next[p->candidate]) {
      out->probed[out->n] = p->row;
      out->kept[out->n++] = p->candidate;
    }
    if (p->candidate != NO_ROW) return;
    p->row++;
    p->started = false;
  }
}

/* A mirrored join has nothing more to learn of a kept row that was met. */
static void drop_known(const prober *p, pairs *x) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < x->n; i++) {
    x->probed[n] = x->probed[i];
    x->kept[n] = x->kept[i];
    n += !p->hit[x->kept[i]];
  }
  x->n = n;
}

/* Pairs ascend by probed row: as many as there are rows, each once, are the batch itself. */
static bool is_whole(const prober *p, const pairs *x) {
  if (x->n != p->probed.n) return false;
  for (uint32_t i = 0; i < x->n; i++)
    if (x->probed[i] != i) return false;
  return true;
}

static uint32_t n_probed(const prober *p) { return p->mirrored ? p->n_right : p->n_left; }

/* Only the wanted columns of the pairs; the others stay empty. */
static sonde_code pair_columns(prober *p, op *o, const pairs *x, const bool *wanted, batch *out) {
  *out = (batch){.n = x->n, .n_cols = p->n_left + p->n_right};
  out->cols = arena_zero(&o->scratch, (out->n_cols + 1u) * sizeof(col), o->run->err);
  if (!out->cols) return o->run->err->code;
  bool whole = is_whole(p, x);
  for (uint32_t i = 0; i < n_probed(p); i++) {
    col *c = &out->cols[p->at_probed + i], *from = &p->probed.cols[i];
    *c = whole ? *from : (col){.form = COL_CONST, .type = from->type};
    if (wanted[p->at_probed + i] && !whole)
      SONDE_TRY(col_gather(from, x->probed, x->n, c, &o->scratch, o->run->err));
  }
  for (uint32_t i = 0; i < p->n_kept; i++)
    if (wanted[p->at_kept + p->kept[i]])
      SONDE_TRY(rowset_gather(&p->rows, i, x->kept, x->n, &out->cols[p->at_kept + p->kept[i]], &o->scratch,
                              o->run->err));
  return SONDE_OK;
}

static sonde_code put_pairs(prober *p, op *o, const pairs *x, batch *out) {
  batch all;
  SONDE_TRY(pair_columns(p, o, x, p->comes_out, &all));
  memcpy(o->cols, all.cols, all.n_cols * sizeof(col));
  *out = (batch){.n = x->n, .n_cols = all.n_cols, .cols = o->cols};
  return SONDE_OK;
}

static uint8_t mark_of(const prober *p, uint32_t left, uint32_t right) {
  if (!col_valid(p->mark_left, left) || !rowset_valid(&p->rows, p->mark_right, right)) return 2;
  return cell_compare(p->mark_left->type, col_cell(p->mark_left, left),
                      rowset_cell(&p->rows, p->mark_right, right)) == 0;
}

static sonde_code judge_residual(prober *p, op *o, const pairs *x, uint8_t *truth) {
  batch all;
  col c;
  SONDE_TRY(pair_columns(p, o, x, p->in_residual, &all));
  SONDE_TRY(node_eval(p->residual, &all, &o->scratch, &c));
  for (uint32_t i = 0; i < x->n; i++) truth[i] = !col_valid(&c, i) ? 2 : col_cell(&c, i).b;
  return SONDE_OK;
}

/* Truth of each pair: 0, 1, or 2 for unknown. */
static sonde_code judge(prober *p, op *o, const pairs *x, uint8_t *truth) {
  memset(truth, 1, x->n);
  if (p->residual) SONDE_TRY(judge_residual(p, o, x, truth));
  for (uint32_t i = 0; i < x->n && p->marked; i++) {
    if (truth[i] == 0) continue;
    uint8_t mark = mark_of(p, x->probed[i], x->kept[i]);
    truth[i] = mark == 0 ? 0 : truth[i] == 2 || mark == 2 ? 2 : 1;
  }
  return SONDE_OK;
}

static sonde_code too_many(const prober *p, op *o) {
  return status_set(o->run->err, SONDE_VALUE, p->at,
                    "more than one row returned by a sub-query that stands for one value");
}

/* Notes what matched, and leaves only those pairs. */
static sonde_code settle(prober *p, op *o, const uint8_t *truth, pairs *x) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < x->n; i++) {
    uint8_t *found = &p->found[x->probed[i]];
    if (truth[i] == 2 && !*found) *found = 2;
    if (truth[i] != 1) continue;
    if (p->kind == JOIN_SINGLE && *found == 1) return too_many(p, o);
    *found = 1;
    if (prober_notes_hits(p)) p->hit[x->kept[i]] = 1;
    x->probed[n] = x->probed[i];
    x->kept[n++] = x->kept[i];
  }
  x->n = n;
  return SONDE_OK;
}

static sonde_code emit_pairs(prober *p, op *o, pairs *x, batch *out) {
  out->n = 0;
  bool sure = p->kind == JOIN_INNER && !p->residual;
  if (!sure) {
    uint8_t *truth = arena_array(&o->scratch, x->n, 1, o->run->err);
    if (!truth) return o->run->err->code;
    SONDE_TRY(judge(p, o, x, truth));
    SONDE_TRY(settle(p, o, truth, x));
  }
  return only_left(p) || x->n == 0 ? SONDE_OK : put_pairs(p, o, x, out);
}

/* ---- what is left of a batch ---- */

static sonde_code emit_marks(prober *p, op *o, batch *out) {
  col *mark = &o->cols[p->n_left];
  memcpy(o->cols, p->probed.cols, p->n_left * sizeof(col));
  SONDE_TRY(col_new(mark, &o->plan->columns[p->n_left].type, p->probed.n, true, &o->scratch, o->run->err));
  for (uint32_t i = 0; i < p->probed.n; i++) {
    ((uint8_t *)col_lanes(mark))[i] = p->found[i] == 1;
    col_validity(mark)[i] = p->found[i] != 2;
  }
  *out = (batch){.n = p->probed.n, .n_cols = p->n_left + 1, .cols = o->cols};
  return SONDE_OK;
}

static sonde_code emit_rest(prober *p, op *o, batch *out) {
  out->n = 0;
  if (p->mirrored) return SONDE_OK;
  if (p->kind == JOIN_MARK) return emit_marks(p, o, out);
  if (!keeps_left(p) && !only_left(p)) return SONDE_OK;
  pairs x;
  SONDE_TRY(new_pairs(o, p->probed.n, &x));
  bool want = p->kind == JOIN_SEMI;
  for (uint32_t i = 0; i < p->probed.n; i++)
    if ((p->found[i] == 1) == want) x.probed[x.n++] = i;
  if (x.n == 0) return SONDE_OK;
  if (only_left(p)) return op_keep_rows(o, &p->probed, x.probed, x.n, out);
  memset(x.kept, 0xFF, x.n * sizeof *x.kept);
  return put_pairs(p, o, &x, out);
}

/* Without a residual a row's first partner says enough for semi, anti and mark. */
static bool one_is_enough(const prober *p) {
  return only_left(p) && !p->residual && !p->marked && !p->mirrored;
}

static void find_first(prober *p) {
  for (; p->row < p->probed.n; p->row++)
    if (p->first[p->row] != NO_ROW) p->found[p->row] = 1;
}

step prober_next(prober *p, op *o, batch *out) {
  if (one_is_enough(p)) find_first(p);
  while (p->row < p->probed.n) {
    pairs x;
    arena_reset(&o->scratch);
    if (new_pairs(o, BATCH_ROWS, &x) != SONDE_OK) return STEP_FAIL;
    gather_pairs(p, &x);
    if (p->mirrored) drop_known(p, &x);
    if (x.n == 0) continue;
    if (emit_pairs(p, o, &x, out) != SONDE_OK) return STEP_FAIL;
    if (out->n) return STEP_ROWS;
    if (op_turn_is_over(o->run)) return STEP_WAIT;
  }
  if (p->rest) return STEP_END;
  p->rest = true;
  arena_reset(&o->scratch);
  if (emit_rest(p, o, out) != SONDE_OK) return STEP_FAIL;
  return out->n ? STEP_ROWS : STEP_END;
}

/* ---- after all batches ---- */

static sonde_code put_kept(prober *p, op *o, const uint32_t *rows, uint32_t n, batch *out) {
  value none = {.null = true};
  *out = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  for (uint32_t i = 0; i < p->n_left; i++)
    SONDE_TRY(col_constant(&o->cols[i], &o->plan->columns[i].type, &none, &o->scratch, o->run->err));
  for (uint32_t i = 0; i < p->n_kept; i++)
    if (p->comes_out[p->at_kept + p->kept[i]])
      SONDE_TRY(
          rowset_gather(&p->rows, i, rows, n, &o->cols[p->at_kept + p->kept[i]], &o->scratch, o->run->err));
  return SONDE_OK;
}

step prober_last(prober *p, op *o, batch *out) {
  if (!prober_notes_hits(p)) return STEP_END;
  bool want = p->mirrored && p->kind == JOIN_SEMI;
  arena_reset(&o->scratch);
  uint32_t *rows = arena_array(&o->scratch, BATCH_ROWS, sizeof *rows, o->run->err), n = 0;
  if (!rows || reserve_hits(p, o) != SONDE_OK) return STEP_FAIL;
  for (; p->at_rows < p->rows.n && n < BATCH_ROWS; p->at_rows++)
    if ((p->hit[p->at_rows] == 1) == want) rows[n++] = p->at_rows;
  return n ? rows_or_fail(put_kept(p, o, rows, n, out)) : STEP_END;
}
