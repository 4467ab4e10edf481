/* See spool.h. A piece: for each column validity (one byte that says whether there is any, then one a row), then its lanes;
 * texts as length and bytes, nested values item by item. */
#include "exec/query/spool/spool.h"

/* ---- writing ---- */

static void put_cell(buf *b, const sql_type *t, cell v) {
  switch (sql_lane(t)) {
  case LANE_BOOL: buf_u8(b, v.b); break;
  case LANE_I64:
  case LANE_F64: buf_put(b, &v.i, sizeof v.i); break;
  case LANE_I128: buf_put(b, &v.w, sizeof v.w); break;
  case LANE_STR: buf_str(b, v.s); break;
  default:
    buf_u32(b, v.n->n);
    for (uint32_t i = 0; i < v.n->n; i++) {
      buf_u8(b, nested_valid(v.n, i));
      if (nested_valid(v.n, i)) put_cell(b, nested_item_type(t, i), v.n->cells[i]);
    }
  }
}

static bool is_plain(lane l) { return l != LANE_STR && l != LANE_NESTED; }

static sonde_code put_col(buf *b, const col *from, uint32_t n, arena *scratch, sonde_error *err) {
  col c;
  SONDE_TRY(col_flatten(from, n, &c, scratch, err));
  buf_u8(b, c.valid != NULL);
  if (c.valid) buf_put(b, c.valid, n);
  if (is_plain(c.lane)) {
    buf_put(b, c.data, n * lane_size(c.lane));
    return SONDE_OK;
  }
  for (uint32_t i = 0; i < n; i++)
    if (col_valid(&c, i)) put_cell(b, c.type, col_cell(&c, i));
  return SONDE_OK;
}

sonde_code spool_put_rows(buf *out, const batch *in, arena *scratch, sonde_error *err) {
  for (uint32_t i = 0; i < in->n_cols; i++) SONDE_TRY(put_col(out, &in->cols[i], in->n, scratch, err));
  return buf_status(out, err);
}

sonde_code spool_put(spool *s, const batch *in, arena *scratch, spool_piece *piece, sonde_error *err) {
  size_t before = s->out.len;
  SONDE_TRY(spool_put_rows(&s->out, in, scratch, err));
  *piece = (spool_piece){s->size, (uint32_t)(s->out.len - before), in->n};
  s->size += piece->length;
  return SONDE_OK;
}

/* ---- reading ---- */

static sonde_code get_cell(rd *r, const sql_type *t, arena *a, cell *out, sonde_error *err);

static sonde_code get_nested(rd *r, const sql_type *t, arena *a, cell *out, sonde_error *err) {
  nested *x = nested_new(rd_count(r, 1), true, a, err);
  if (!x) return err->code;
  for (uint32_t i = 0; i < x->n; i++) {
    nested_validity(x)[i] = rd_u8(r);
    if (nested_valid(x, i)) SONDE_TRY(get_cell(r, nested_item_type(t, i), a, &nested_cells(x)[i], err));
  }
  out->n = x;
  return SONDE_OK;
}

static void get_bytes(rd *r, void *to, size_t n) {
  const uint8_t *from = rd_bytes(r, n);
  if (from) memcpy(to, from, n);
}

static sonde_code get_cell(rd *r, const sql_type *t, arena *a, cell *out, sonde_error *err) {
  switch (sql_lane(t)) {
  case LANE_BOOL: out->b = rd_u8(r) != 0; return SONDE_OK;
  case LANE_I64:
  case LANE_F64: get_bytes(r, &out->i, sizeof out->i); return SONDE_OK;
  case LANE_I128: get_bytes(r, &out->w, sizeof out->w); return SONDE_OK;
  case LANE_STR: return cell_copy(t, (cell){.s = rd_str(r)}, a, out, err);
  default: return get_nested(r, t, a, out, err);
  }
}

static sonde_code get_col(rd *r, const sql_type *t, uint32_t n, arena *a, col *c, sonde_error *err) {
  SONDE_TRY(col_new(c, t, n, rd_u8(r), a, err));
  if (c->valid) get_bytes(r, col_validity(c), n);
  if (is_plain(c->lane)) {
    get_bytes(r, col_lanes(c), n * lane_size(c->lane));
    return SONDE_OK;
  }
  for (uint32_t i = 0; i < n; i++) {
    cell v = {.s = {"", 0}};
    if (col_valid(c, i)) SONDE_TRY(get_cell(r, t, a, &v, err));
    col_put(c, i, v);
  }
  return SONDE_OK;
}

sonde_code spool_get_rows(rd *r, const sql_type *const *types, batch *out, arena *a, sonde_error *err) {
  for (uint32_t i = 0; i < out->n_cols; i++) SONDE_TRY(get_col(r, types[i], out->n, a, &out->cols[i], err));
  SONDE_CHECK(!r->bad, err, SONDE_BYTES, 0, "rows that were kept in a file cannot be read back");
  return SONDE_OK;
}

step spool_get(spool *s, const spool_piece *piece, const sql_type *const *types, uint32_t n_cols, arena *a,
               batch *out, sonde_error *err) {
  err->code = SONDE_OK;
  const uint8_t *bytes = s->bytes(s->self, piece->offset, piece->length, err);
  if (!bytes) return err->code ? STEP_FAIL : STEP_WAIT;
  rd r = {.data = bytes, .len = piece->length};
  *out = (batch){.n = piece->rows, .n_cols = n_cols, .cols = arena_array(a, n_cols + 1u, sizeof(col), err)};
  if (!out->cols) return STEP_FAIL;
  if (spool_get_rows(&r, types, out, a, err) != SONDE_OK) return STEP_FAIL;
  s->release(s->self, piece->offset, piece->length);
  return STEP_ROWS;
}
