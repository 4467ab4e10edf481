/* See partition.h. The hash of a key comes from its value, not from numbers that an engine gives to texts. */
#include "exec/query/partition.h"
#include "column/sketch.h"
#include "exec/query/rows_wire.h"

#define PART_MAX ((size_t)1 << 30)

struct dealer {
  run *run;
  const plan *plan;
  node **keys;
  uint64_t place; /* of the next row */
  rows_writer writers[QUERY_PARTS];
  buf parts[QUERY_PARTS];
  uint64_t *dict_ids; /* by key: whose values are hashed in dict_hashes */
  uint64_t **dict_hashes;
  uint32_t *dict_caps;
  arena memory, scratch;
};

/* ---- hashes ---- */

static uint64_t lane_hash(const col *c, uint32_t i) {
  switch (c->lane) {
  case LANE_BOOL: return hash_u64(COL_AT(c, uint8_t, i));
  case LANE_I64: return hash_u64(COL_AT(c, uint64_t, i));
  case LANE_F64: return hash_u64(double_order(COL_AT(c, double, i)));
  case LANE_STR: return hash_bytes(COL_AT(c, sonde_str, i).ptr, COL_AT(c, sonde_str, i).len);
  case LANE_I128: {
    i128 w = COL_AT(c, i128, i);
    /* Intervals may be equal in other words. */
    return c->type->id == SQL_INTERVAL ? 0
                                       : hash_u64(hash_u64((uint64_t)(u128)w) + (uint64_t)((u128)w >> 64));
  }
  default: return 0; /* nested values all go to one part */
  }
}

static uint64_t value_hash(const col *c, uint32_t i) { return col_valid(c, i) ? lane_hash(c, i) : 1; }

static sonde_code hash_dictionary(dealer *d, uint32_t key, const col *c) {
  sonde_error *err = d->run->err;
  if (c->dict_id && d->dict_ids[key] == c->dict_id) return SONDE_OK;
  SONDE_TRY(grow(d->run->mem, &d->dict_hashes[key], &d->dict_caps[key], c->dict_rows, sizeof(uint64_t), err));
  for (uint32_t i = 0; i < c->dict_rows; i++) d->dict_hashes[key][i] = value_hash(c->dict, i);
  d->dict_ids[key] = c->dict_id;
  return SONDE_OK;
}

static sonde_code add_hashes(dealer *d, uint32_t key, const col *c, uint32_t n, uint64_t *hashes) {
  const uint32_t *codes = c->data;
  if (c->form == COL_DICT) SONDE_TRY(hash_dictionary(d, key, c));
  for (uint32_t i = 0; i < n; i++) {
    uint64_t h = c->form != COL_DICT ? value_hash(c, i) : col_valid(c, i) ? d->dict_hashes[key][codes[i]] : 1;
    hashes[i] = hash_u64(hashes[i] * 31 + h);
  }
  return SONDE_OK;
}

/* ---- dealing ---- */

typedef struct {
  uint32_t rows[BATCH_ROWS]; /* by part */
  uint32_t begins[QUERY_PARTS + 1];
} deal;

static void deal_out(const uint64_t *hashes, uint32_t n, deal *out) {
  uint32_t at[QUERY_PARTS];
  memset(out->begins, 0, sizeof out->begins);
  for (uint32_t i = 0; i < n; i++) out->begins[hashes[i] % QUERY_PARTS + 1]++;
  for (uint32_t p = 0; p < QUERY_PARTS; p++) {
    at[p] = out->begins[p];
    out->begins[p + 1] += out->begins[p];
  }
  for (uint32_t i = 0; i < n; i++) out->rows[at[hashes[i] % QUERY_PARTS]++] = i;
}

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
  uint32_t n_cols = d->plan->n_columns;
  arena_reset(&d->scratch);
  uint64_t *hashes = arena_zero(&d->scratch, in->n * sizeof *hashes, d->run->err);
  batch all = {
      .n = in->n, .n_cols = n_cols, .cols = arena_array(&d->scratch, n_cols, sizeof(col), d->run->err)};
  if (!hashes || !all.cols) return d->run->err->code;
  for (uint32_t k = 0; k < d->plan->u.partition.n; k++) {
    col key;
    SONDE_TRY(node_eval(d->keys[k], in, &d->scratch, &key));
    SONDE_TRY(add_hashes(d, k, &key, in->n, hashes));
  }
  memcpy(all.cols, in->cols, (n_cols - 1) * sizeof(col));
  SONDE_TRY(add_places(d, in->n, &all.cols[n_cols - 1]));
  deal_out(hashes, in->n, &dealt);
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
  d->dict_ids = arena_zero(&d->memory, (n + 1u) * sizeof *d->dict_ids, r->err);
  d->dict_hashes = arena_zero(&d->memory, (n + 1u) * sizeof *d->dict_hashes, r->err);
  d->dict_caps = arena_zero(&d->memory, (n + 1u) * sizeof *d->dict_caps, r->err);
  if (!d->keys || !d->dict_ids || !d->dict_hashes || !d->dict_caps) return r->err->code;
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
  for (uint32_t k = 0; d->dict_caps && k < d->plan->u.partition.n; k++)
    mem_free(m, d->dict_hashes[k], d->dict_caps[k] * sizeof(uint64_t));
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
