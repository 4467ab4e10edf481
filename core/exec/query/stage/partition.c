/* See partition.h. */
#include "exec/query/stage/partition.h"
#include "exec/query/batch/rows_wire.h"
#include "exec/query/spool/deal.h"

#define PART_MAX ((size_t)1 << 30)

struct dealer {
  run *run;
  const plan *plan;
  node **keys;
  uint64_t place; /* of the next row */
  rows_writer writers[QUERY_PARTS];
  buf parts[QUERY_PARTS];
  row_hasher hasher;
  arena memory, scratch;
};

/* ---- dealing ---- */

static sonde_code add_places(dealer *d, uint32_t n, col *out) {
  SONDE_TRY(col_new(out, &d->plan->columns[d->plan->n_columns - 1].type, n, false, &d->scratch, d->run->err));
  for (uint32_t i = 0; i < n; i++) ((int64_t *)col_lanes(out))[i] = (int64_t)d->place++;
  return SONDE_OK;
}

static sonde_code put_part(dealer *d, uint32_t part, const batch *all, const uint32_t *rows, uint32_t n) {
  batch b = {.n = n, .n_cols = all->n_cols};
  b.cols = arena_array(&d->scratch, all->n_cols + 1u, sizeof(col), d->run->err);
  if (!b.cols) return d->run->err->code;
  for (uint32_t i = 0; i < all->n_cols; i++)
    SONDE_TRY(col_gather(&all->cols[i], rows, n, &b.cols[i], &d->scratch, d->run->err));
  rows_put(&d->writers[part], &b, &d->parts[part]);
  return buf_status(&d->parts[part], d->run->err);
}

static sonde_code deal_batch(dealer *d, const batch *in) {
  deal dealt;
  uint32_t n_cols = d->plan->n_columns, n_keys = d->plan->u.partition.n;
  arena_reset(&d->scratch);
  col *keys = arena_array(&d->scratch, n_keys + 1u, sizeof *keys, d->run->err);
  batch all = {
      .n = in->n, .n_cols = n_cols, .cols = arena_array(&d->scratch, n_cols, sizeof(col), d->run->err)};
  if (!keys || !all.cols) return d->run->err->code;
  for (uint32_t k = 0; k < n_keys; k++) SONDE_TRY(node_eval(d->keys[k], in, &d->scratch, &keys[k]));
  const uint64_t *hashes = row_hashes(&d->hasher, keys, in->n, &d->scratch, d->run->err);
  if (!hashes) return d->run->err->code;
  memcpy(all.cols, in->cols, (n_cols - 1) * sizeof(col));
  SONDE_TRY(add_places(d, in->n, &all.cols[n_cols - 1]));
  deal_out(hashes, in->n, 0, &dealt);
  for (uint32_t p = 0; p < QUERY_PARTS; p++) {
    uint32_t first = dealt.begins[p], n = dealt.begins[p + 1] - first;
    if (n) SONDE_TRY(put_part(d, p, &all, dealt.rows + first, n));
  }
  return SONDE_OK;
}

/* ---- all of a block ---- */

static sonde_code fill_dealer(dealer *d, uint32_t block, uint32_t rows) {
  run *r = d->run;
  uint32_t n = d->plan->u.partition.n;
  d->place = (uint64_t)block << 32;
  d->keys = arena_array(&d->memory, n + 1u, sizeof *d->keys, r->err);
  if (!d->keys) return r->err->code;
  SONDE_TRY(row_hasher_init(&d->hasher, r->mem, n, &d->memory, r->err));
  for (uint32_t k = 0; k < n; k++)
    if (!(d->keys[k] = node_make(r, d->plan->u.partition.keys[k]))) return r->err->code;
  for (uint32_t p = 0; p < QUERY_PARTS; p++) {
    SONDE_TRY(rows_writer_init(&d->writers[p], d->plan->n_columns, &d->memory, r->err));
    d->writers[p].rows = rows / QUERY_PARTS + 1;
  }
  return SONDE_OK;
}

dealer *dealer_open(run *r, const plan *p, uint32_t block, uint32_t rows) {
  dealer *d = mem_alloc(r->mem, sizeof *d, r->err);
  if (!d) return NULL;
  memset(d, 0, sizeof *d);
  d->run = r;
  d->plan = p;
  arena_init(&d->memory, r->mem);
  arena_init(&d->scratch, r->mem);
  for (uint32_t i = 0; i < QUERY_PARTS; i++) buf_init(&d->parts[i], r->mem, PART_MAX);
  if (fill_dealer(d, block, rows) == SONDE_OK) return d;
  dealer_close(d);
  return NULL;
}

void dealer_close(dealer *d) {
  if (!d) return;
  mem *m = d->run->mem;
  row_hasher_free(&d->hasher);
  for (uint32_t p = 0; p < QUERY_PARTS; p++) buf_free(&d->parts[p]);
  arena_free(&d->memory);
  arena_free(&d->scratch);
  mem_free(m, d, sizeof *d);
}

step dealer_take(dealer *d, op *input) {
  batch b;
  for (;;) {
    step s = op_next(input, &b);
    if (s != STEP_ROWS) return s;
    if (deal_batch(d, &b) != SONDE_OK) return STEP_FAIL;
  }
}

void dealer_put(const dealer *d, buf *out) {
  for (uint32_t p = 0; p < QUERY_PARTS; p++)
    buf_str(out, (sonde_str){(const char *)d->parts[p].data, d->parts[p].len});
}
