/* The rows of a row group that satisfy a predicate, having read as little as possible: statistics first, then one condition
 * after the other, each only where the ones before it left rows. */
#include <string.h>

#include "exec/read_parquet.h"
#include "exec/refs.h"
#include "exec/view/condition.h"
#include "exec/view/prune.h"

#define DEPTH_MAX 64
#define FEW_PAGES 4u /* with fewer, windows save nothing */

/* One part of the predicate. */
typedef struct {
  sonde_str bytes;
  column_ref *refs; /* the columns it reads */
  uint32_t n;
} condition_part;

typedef struct {
  task *t;
  const fragment_head *h;
  const column_ref *refs;
  uint32_t n;
  uint64_t *bits; /* of the rows that are left */
  size_t words;
  bool *whole;       /* per ref: it was read whole */
  part *held;        /* of the condition before, when its columns are not kept: */
  condition_part of; /* often the next one reads the same */
  const vec **vecs;
} filtering;

/* ---- statistics ---- */

static bool all_kept(const filtering *f, const column_ref *refs, uint32_t n) {
  const fragment_head *h = f->h;
  for (uint32_t i = 0; i < n; i++)
    if (ref_is_stored(&refs[i]) &&
        !store_column(f->t->store, h->table, h->block, refs[i].stored, refs[i].form))
      return false;
  return true;
}

static bool ask_statistics(const filtering *f, sonde_str predicate, known_columns *known, row_ranges *left) {
  rd r = {.data = (const uint8_t *)predicate.ptr, .len = predicate.len};
  return prune_rows(known, &r, f->t->scratch, left, f->t->err) == SONDE_OK;
}

/* Chunk statistics cost nothing; page indexes and bloom filters are read where those left something. */
static bool rows_left(const filtering *f, sonde_str predicate, row_ranges *left) {
  task *t = f->t;
  parquet_columns columns;
  column_ref *refs;
  uint32_t n;
  if (refs_stored(f->refs, f->n, t->scratch, &refs, &n, t->err) != SONDE_OK) return false;
  bool *asked = arena_zero(t->scratch, n, t->err);
  pq_span *blooms = arena_zero(t->scratch, n * sizeof *blooms, t->err);
  if (!asked || !blooms || !parquet_columns_open(t, refs, n, &columns)) return false;
  known_columns known = {.refs = refs,
                         .n = n,
                         .rows = f->h->rows,
                         .pieces = columns.pieces,
                         .all = f->refs,
                         .n_all = f->n,
                         .asked = asked};
  if (!ask_statistics(f, predicate, &known, left)) return false;
  if (left->n == 0 || all_kept(f, refs, n)) return true;
  if (!parquet_columns_blooms(t, f->h, &columns, asked, blooms)) return false;
  known.blooms = blooms;
  if (!ask_statistics(f, predicate, &known, left)) return false;
  if (left->n == 0) return true;
  if (!parquet_columns_index(t, f->h, &columns, true)) return false;
  known.indexes = columns.indexes;
  return ask_statistics(f, predicate, &known, left);
}

/* ---- one part of the predicate ---- */

static sonde_code take_part(const filtering *f, rd *r, condition_part *out) {
  size_t begin = r->pos;
  bool *used = arena_zero(f->t->scratch, f->h->columns, f->t->err);
  out->refs = arena_array(f->t->scratch, f->n, sizeof *out->refs, f->t->err);
  if (!used || !out->refs) return f->t->err->code;
  SONDE_TRY(predicate_skip(r, f->t->scratch, used, f->h->columns, f->t->err));
  out->bytes = (sonde_str){(const char *)r->data + begin, r->pos - begin};
  out->n = 0;
  for (uint32_t i = 0; i < f->n; i++)
    if (used[f->refs[i].column]) out->refs[out->n++] = f->refs[i];
  return SONDE_OK;
}

static sonde_code run_part(const filtering *f, const condition_part *p, const vec *const *vecs, uint32_t rows,
                           uint64_t *out) {
  rd r = {.data = (const uint8_t *)p->bytes.ptr, .len = p->bytes.len};
  return predicate_run(&r, p->refs, vecs, p->n, rows, out, f->t->scratch, f->t->err);
}

static void let_go(filtering *f) {
  part_free(f->held);
  f->held = NULL;
}

static bool are_held(const filtering *f, const condition_part *p) {
  bool same = f->held && f->of.n == p->n;
  for (uint32_t i = 0; same && i < p->n; i++) same = f->of.refs[i].column == p->refs[i].column;
  return same;
}

static void note_whole(filtering *f, const condition_part *p) {
  for (uint32_t i = 0; i < f->n; i++)
    for (uint32_t k = 0; k < p->n; k++) f->whole[i] |= f->refs[i].column == p->refs[k].column;
}

static bool run_whole(filtering *f, const condition_part *p, uint64_t *out) {
  if (!are_held(f, p)) {
    let_go(f);
    f->of = *p;
    f->vecs = arena_array(f->t->scratch, p->n, sizeof *f->vecs, f->t->err);
    if (!f->vecs || !task_columns(f->t, f->h, p->refs, p->n, f->vecs, &f->held)) return false;
    note_whole(f, p);
  }
  return run_part(f, p, f->vecs, f->h->rows, out) == SONDE_OK;
}

static bool run_window(const filtering *f, const condition_part *p, const parquet_columns *columns,
                       row_range rows, arena *memory, uint64_t *out) {
  uint32_t n = rows.end - rows.begin, read = 0;
  vec *vecs = arena_array(memory, columns->n, sizeof *vecs, f->t->err);
  const vec **each = arena_array(memory, p->n, sizeof *each, f->t->err);
  uint64_t *bits = arena_zero(memory, ((size_t)n + 63) / 64 * 8, f->t->err);
  if (!vecs || !each || !bits) return false;
  if (!parquet_read_rows(f->t, f->h, columns, rows.begin, n, memory, vecs)) return false;
  for (uint32_t i = 0; i < p->n; i++) {
    each[i] = ref_is_stored(&p->refs[i]) ? &vecs[read++] : ref_vec(&p->refs[i], n, memory, f->t->err);
    if (!each[i]) return false;
  }
  if (run_part(f, p, each, n, bits) != SONDE_OK) return false;
  for (uint32_t i = 0; i < n; i += 64)
    for (uint64_t word = bits[i >> 6]; word; word &= word - 1) {
      uint32_t row = rows.begin + i + (uint32_t)__builtin_ctzll(word);
      out[row >> 6] |= (uint64_t)1 << (row & 63);
    }
  return true;
}

/* All windows ask for what they lack before anything is waited for. */
static bool run_windows(const filtering *f, const condition_part *p, const parquet_columns *columns,
                        row_ranges rows, uint64_t *out) {
  arena memory = {.mem = f->t->mem};
  bool fine = true;
  for (uint32_t i = 0; i < rows.n && f->t->err->code == SONDE_OK; i++) {
    arena_reset(&memory);
    fine = run_window(f, p, columns, rows.at[i], &memory, out) && fine;
  }
  arena_free(&memory);
  return fine && f->t->err->code == SONDE_OK;
}

/* ---- one part after the other ---- */

/* Rows that are left, those of one page together. */
static row_ranges ranges_of_bits(const filtering *f, uint32_t gap) {
  row_ranges out = {
      0, arena_array(f->t->scratch, f->h->rows / ((size_t)gap + 1) + 1, sizeof *out.at, f->t->err)};
  for (size_t w = 0; out.at && w < f->words; w++)
    for (uint64_t word = f->bits[w]; word; word &= word - 1) {
      uint32_t row = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
      ranges_add(&out, row, row + 1, gap);
    }
  return out;
}

/* Windows pay where pages are many and rows left in few of them; otherwise whole columns are read, and kept for the next time. */
static bool run_where_left(filtering *f, const condition_part *p, uint64_t *out) {
  if (all_kept(f, p->refs, p->n)) return run_whole(f, p, out);
  parquet_columns columns;
  column_ref *refs;
  uint32_t n;
  if (refs_stored(p->refs, p->n, f->t->scratch, &refs, &n, f->t->err) != SONDE_OK) return false;
  if (!parquet_columns_open(f->t, refs, n, &columns)) return false;
  if (!parquet_columns_index(f->t, f->h, &columns, true)) return false;
  if (columns.pages < FEW_PAGES) return run_whole(f, p, out);
  row_ranges left = ranges_of_bits(f, f->h->rows / columns.pages);
  if (!left.at) return false;
  if (ranges_rows(left) > (uint64_t)f->h->rows / 2) return run_whole(f, p, out);
  return run_windows(f, p, &columns, left, out);
}

static bool any(const filtering *f) {
  for (size_t w = 0; w < f->words; w++)
    if (f->bits[w]) return true;
  return false;
}

static bool run_next(filtering *f, rd *r, uint64_t *hits) {
  condition_part next;
  if (take_part(f, r, &next) != SONDE_OK) return false;
  if (!any(f)) return true;
  memset(hits, 0, f->words * 8);
  if (!run_where_left(f, &next, hits)) return false;
  for (size_t w = 0; w < f->words; w++) f->bits[w] &= hits[w];
  return true;
}

/* What is joined by AND, however deeply; the rest is one part each. */
static bool run_parts(filtering *f, rd *r, uint64_t *hits, int depth) {
  if (r->pos == r->len || r->data[r->pos] != OP_AND || depth == DEPTH_MAX) return run_next(f, r, hits);
  rd_u8(r);
  for (uint32_t n = rd_count(r, 5); n > 0; n--)
    if (!run_parts(f, r, hits, depth + 1)) return false;
  return true;
}

/* Until here conditions that follow might have looked at them again. */
static bool release_whole(const filtering *f) {
  task *t = f->t;
  parquet_columns columns;
  column_ref *refs = arena_array(t->scratch, f->n, sizeof *refs, t->err);
  uint32_t n = 0;
  for (uint32_t i = 0; refs && i < f->n; i++)
    if (f->whole[i] && ref_is_stored(&f->refs[i])) refs[n++] = f->refs[i];
  if (!refs || !parquet_columns_open(t, refs, n, &columns)) return false;
  parquet_release(t, f->h, &columns);
  return true;
}

/* A condition that lacks bytes has the task run again from its beginning, with those before it. */
static bool run_all(filtering *f, sonde_str predicate) {
  rd r = {.data = (const uint8_t *)predicate.ptr, .len = predicate.len};
  uint64_t *hits = arena_alloc(f->t->scratch, f->words * 8, f->t->err);
  f->whole = arena_zero(f->t->scratch, f->n, f->t->err);
  if (!hits || !f->whole) return false;
  f->t->rereads = true;
  bool run = run_parts(f, &r, hits, 0);
  let_go(f);
  return run && release_whole(f);
}

bool parquet_filter(task *t, const fragment_head *h, const column_ref *refs, uint32_t n, sonde_str predicate,
                    uint64_t *bits) {
  filtering f = {.t = t, .h = h, .refs = refs, .n = n, .bits = bits, .words = ((size_t)h->rows + 63) / 64};
  row_ranges left;
  if (!rows_left(&f, predicate, &left)) return false;
  ranges_mark(left, bits);
  return run_all(&f, predicate);
}
