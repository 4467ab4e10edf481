/* See deal.h. The hash of a key comes from its value, not from numbers that an engine gives to texts. */
#include "exec/query/spool/deal.h"
#include "column/sketch.h"

static uint64_t cell_hash(const sql_type *, cell);

static uint64_t wide_hash(i128 w) {
  return hash_u64(hash_u64((uint64_t)(u128)w) + (uint64_t)((u128)w >> 64));
}

static uint64_t nested_hash(const sql_type *t, const nested *x) {
  uint64_t h = x->n;
  for (uint32_t i = 0; i < x->n; i++)
    h = hash_u64(h * 31 + (nested_valid(x, i) ? cell_hash(nested_item_type(t, i), x->cells[i]) : 1));
  return h;
}

static uint64_t cell_hash(const sql_type *t, cell v) {
  switch (sql_lane(t)) {
  case LANE_BOOL: return hash_u64(v.b);
  case LANE_I64: return hash_u64((uint64_t)v.i);
  case LANE_F64: return hash_u64(double_order(v.f));
  case LANE_STR: return hash_bytes(v.s.ptr, v.s.len);
  case LANE_I128: return wide_hash(t->id == SQL_INTERVAL ? interval_micros(v.w) : v.w);
  default: return nested_hash(t, v.n);
  }
}

static uint64_t value_hash(const col *c, uint32_t i) {
  if (!col_valid(c, i)) return 1;
  switch (c->lane) {
  case LANE_I64: return hash_u64(COL_AT(c, uint64_t, i));
  case LANE_STR: return hash_bytes(COL_AT(c, sonde_str, i).ptr, COL_AT(c, sonde_str, i).len);
  default: return cell_hash(c->type, col_cell(c, i));
  }
}

sonde_code row_hasher_init(row_hasher *x, mem *m, uint32_t n_keys, arena *a, sonde_error *err) {
  *x = (row_hasher){.mem = m, .n = n_keys, .keys = arena_zero(a, (n_keys + 1u) * sizeof *x->keys, err)};
  return x->keys ? SONDE_OK : err->code;
}

void row_hasher_free(row_hasher *x) {
  for (uint32_t k = 0; x->keys && k < x->n; k++)
    mem_free(x->mem, x->keys[k].hashes, x->keys[k].cap * sizeof(uint64_t));
}

static sonde_code hash_dictionary(row_hasher *x, hashed_key *k, const col *c, sonde_error *err) {
  if (c->dict_id && k->dict_id == c->dict_id) return SONDE_OK;
  SONDE_TRY(grow(x->mem, &k->hashes, &k->cap, c->dict_rows, sizeof(uint64_t), err));
  for (uint32_t i = 0; i < c->dict_rows; i++) k->hashes[i] = value_hash(c->dict, i);
  k->dict_id = c->dict_id;
  return SONDE_OK;
}

static sonde_code add_hashes(row_hasher *x, hashed_key *k, const col *c, uint32_t n, uint64_t *hashes,
                             sonde_error *err) {
  const uint32_t *codes = c->data;
  if (c->form == COL_DICT) SONDE_TRY(hash_dictionary(x, k, c, err));
  for (uint32_t i = 0; i < n; i++) {
    uint64_t h = c->form != COL_DICT ? value_hash(c, i) : col_valid(c, i) ? k->hashes[codes[i]] : 1;
    hashes[i] = hash_u64(hashes[i] * 31 + h);
  }
  return SONDE_OK;
}

uint64_t *row_hashes(row_hasher *x, const col *keys, uint32_t n, arena *a, sonde_error *err) {
  uint64_t *hashes = arena_zero(a, n * sizeof *hashes, err);
  for (uint32_t k = 0; hashes && k < x->n; k++)
    if (add_hashes(x, &x->keys[k], &keys[k], n, hashes, err) != SONDE_OK) return NULL;
  return hashes;
}

static uint32_t part_of(uint64_t hash, unsigned shift) { return (uint32_t)(hash >> shift) % QUERY_PARTS; }

void deal_out(const uint64_t *hashes, uint32_t n, unsigned shift, deal *out) {
  uint32_t at[QUERY_PARTS];
  memset(out->begins, 0, sizeof out->begins);
  for (uint32_t i = 0; i < n; i++) out->begins[part_of(hashes[i], shift) + 1]++;
  for (uint32_t p = 0; p < QUERY_PARTS; p++) {
    at[p] = out->begins[p];
    out->begins[p + 1] += out->begins[p];
  }
  for (uint32_t i = 0; i < n; i++) out->rows[at[part_of(hashes[i], shift)]++] = i;
}
