/* See runs.h. */
#include "exec/query/spool/runs.h"

void runs_init(sort_runs *s, mem *m, spool *sp, const sql_type *const *types, uint32_t n_cols,
               const order_by *keys, uint32_t n_keys) {
  *s = (sort_runs){.mem = m, .spool = sp, .types = types, .n_cols = n_cols, .keys = keys, .n_keys = n_keys};
}

void runs_free(sort_runs *s) {
  if (!s->mem) return;
  for (uint32_t i = 0; i < s->n_runs; i++) arena_free(&s->runs[i].memory);
  mem_free(s->mem, s->runs, s->runs_cap * sizeof *s->runs);
  mem_free(s->mem, s->pieces, s->pieces_cap * sizeof *s->pieces);
  mem_free(s->mem, s->heap, s->heap_cap * sizeof *s->heap);
  rowset_free(&s->out);
  s->mem = NULL;
}

/* ---- writing ---- */

sonde_code runs_begin(sort_runs *s, sonde_error *err) {
  SONDE_TRY(grow(s->mem, &s->runs, &s->runs_cap, s->n_runs + 1u, sizeof *s->runs, err));
  sorted_run *r = &s->runs[s->n_runs++];
  *r = (sorted_run){.piece = s->n_pieces, .end = s->n_pieces};
  arena_init(&r->memory, s->mem);
  return SONDE_OK;
}

sonde_code runs_put(sort_runs *s, const batch *b, arena *scratch, sonde_error *err) {
  SONDE_TRY(grow(s->mem, &s->pieces, &s->pieces_cap, s->n_pieces + 1u, sizeof *s->pieces, err));
  SONDE_TRY(spool_put(s->spool, b, scratch, &s->pieces[s->n_pieces], err));
  s->runs[s->n_runs - 1].end = ++s->n_pieces;
  return SONDE_OK;
}

/* ---- merging ---- */

static int compare_rows(const sort_runs *s, uint32_t a, uint32_t b) {
  const sorted_run *x = &s->runs[a], *y = &s->runs[b];
  for (uint32_t i = 0; i < s->n_keys; i++) {
    const order_by *k = &s->keys[i];
    const col *c = &x->rows.cols[k->column], *d = &y->rows.cols[k->column];
    bool there = col_valid(c, x->at), other = col_valid(d, y->at);
    if (there != other) return there == k->nulls_first ? 1 : -1;
    int order = there ? cell_compare(c->type, col_cell(c, x->at), col_cell(d, y->at)) : 0;
    if (order) return k->descending ? -order : order;
  }
  return a < b ? -1 : a > b;
}

static void sink_first(sort_runs *s) {
  uint32_t at = 0;
  for (uint32_t child; (child = 2 * at + 1) < s->n_heap; at = child) {
    if (child + 1 < s->n_heap && compare_rows(s, s->heap[child + 1], s->heap[child]) < 0) child++;
    if (compare_rows(s, s->heap[at], s->heap[child]) <= 0) return;
    uint32_t swap = s->heap[at];
    s->heap[at] = s->heap[child];
    s->heap[child] = swap;
  }
}

static void lift_last(sort_runs *s) {
  for (uint32_t at = s->n_heap - 1; at > 0;) {
    uint32_t parent = (at - 1) / 2;
    if (compare_rows(s, s->heap[parent], s->heap[at]) <= 0) return;
    uint32_t swap = s->heap[at];
    s->heap[at] = s->heap[parent];
    s->heap[parent] = swap;
    at = parent;
  }
}

static step read_piece(sort_runs *s, sorted_run *r, sonde_error *err) {
  arena_reset(&r->memory);
  step st = spool_get(s->spool, &s->pieces[r->piece], s->types, s->n_cols, &r->memory, &r->rows, err);
  if (st != STEP_ROWS) return st;
  r->piece++;
  r->at = 0;
  return STEP_ROWS;
}

static step open_runs(sort_runs *s, sonde_error *err) {
  if (grow(s->mem, &s->heap, &s->heap_cap, s->n_runs, sizeof *s->heap, err) != SONDE_OK) return STEP_FAIL;
  for (; s->opened < s->n_runs; s->opened++) {
    step st = read_piece(s, &s->runs[s->opened], err);
    if (st != STEP_ROWS) return st;
    s->heap[s->n_heap++] = s->opened;
    lift_last(s);
  }
  return STEP_ROWS;
}

/* The least run goes on to its next row. */
static step advance(sort_runs *s, sonde_error *err) {
  sorted_run *r = &s->runs[s->heap[0]];
  s->behind = ++r->at >= r->rows.n;
  if (s->behind && r->piece == r->end) {
    s->heap[0] = s->heap[--s->n_heap];
    s->behind = false;
  } else if (s->behind) {
    step st = read_piece(s, r, err);
    if (st != STEP_ROWS) return r->at--, st;
    s->behind = false;
  }
  sink_first(s);
  return STEP_ROWS;
}

static step fill_out(sort_runs *s, sonde_error *err) {
  while (s->out.n < BATCH_ROWS && s->n_heap) {
    sorted_run *r = &s->runs[s->heap[0]];
    if (!s->behind && rowset_append_rows(&s->out, &r->rows, &r->at, 1, err) != SONDE_OK) return STEP_FAIL;
    step st = advance(s, err);
    if (st != STEP_ROWS) return st;
  }
  return STEP_ROWS;
}

step runs_next(sort_runs *s, batch *b, col *cols, sonde_error *err) {
  if (s->spool->out.len) return STEP_WAIT;
  step st = open_runs(s, err);
  if (st != STEP_ROWS) return st;
  if (s->given) rowset_free(&s->out);
  s->given = false;
  if (!s->out.mem && rowset_init(&s->out, s->mem, s->types, s->n_cols, err) != SONDE_OK) return STEP_FAIL;
  st = fill_out(s, err);
  if (st != STEP_ROWS) return st;
  if (s->out.n == 0) return STEP_END;
  rowset_batch(&s->out, 0, b, cols);
  s->given = true;
  return STEP_ROWS;
}
