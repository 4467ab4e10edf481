/* See rows_wire.h. A batch: u32 rows, then its columns. A column: u8 form, [dictionary: u32 rows and its values as a flat column],
 * [validity: a bit a row], lanes. A constant has one lane. Whole numbers are written as their distance from the least one, in
 * as few bytes as they need. */
#include "exec/query/batch/rows_wire.h"
#include "plan/wire.h"

/* A dictionary of more values than these for a row is not worth its bytes: of a batch, where others are likely to follow; of all
 * that is written. */
#define DICT_BY_BATCH 16
#define DICT_BY_ROWS 1.0

enum { FORM_FLAT, FORM_CONST, FORM_DICT, FORM_SAME_DICT, FORM_MASK = 3, FORM_VALIDITY = 4 };

/* ---- writing ---- */

sonde_code rows_writer_init(rows_writer *w, uint32_t n_cols, arena *a, sonde_error *err) {
  w->rows = 0;
  w->sent = arena_zero(a, (n_cols + 1u) * sizeof *w->sent, err);
  return w->sent ? SONDE_OK : err->code;
}

static void put_validity(const uint8_t *valid, uint32_t n, buf *out) {
  uint8_t *bits = buf_extend(out, (n + 7) / 8);
  if (!bits) return;
  memset(bits, 0, (n + 7) / 8);
  for (uint32_t i = 0; i < n; i++) bits[i / 8] |= (uint8_t)((valid[i] != 0) << i % 8);
}

static unsigned width_of(uint64_t range) {
  return range <= UINT8_MAX ? 1 : range <= UINT16_MAX ? 2 : range <= UINT32_MAX ? 4 : 8;
}

static void put_narrow(const int64_t *v, uint32_t n, int64_t least, unsigned width, uint8_t *out) {
#define NARROW(T)                                                                                            \
  for (uint32_t i = 0; i < n; i++) {                                                                         \
    T distance = (T)((uint64_t)v[i] - (uint64_t)least);                                                      \
    memcpy(out + i * sizeof(T), &distance, sizeof(T));                                                       \
  }
  switch (width) {
  case 1: NARROW(uint8_t); break;
  case 2: NARROW(uint16_t); break;
  case 4: NARROW(uint32_t); break;
  default: NARROW(uint64_t);
  }
#undef NARROW
}

static void put_whole(const int64_t *v, uint32_t n, buf *out) {
  int64_t least = v[0], most = v[0];
  for (uint32_t i = 1; i < n; i++) {
    least = v[i] < least ? v[i] : least;
    most = v[i] > most ? v[i] : most;
  }
  unsigned width = width_of((uint64_t)most - (uint64_t)least);
  buf_u8(out, (uint8_t)width);
  buf_u64(out, (uint64_t)least);
  uint8_t *to = buf_extend(out, (size_t)n * width);
  if (to) put_narrow(v, n, least, width, to);
}

static bool there(const uint8_t *valid, uint32_t i) { return !valid || valid[i]; }

static void put_texts(const sonde_str *texts, const uint8_t *valid, uint32_t n, buf *out) {
  for (uint32_t i = 0; i < n; i++) buf_u32(out, there(valid, i) ? (uint32_t)texts[i].len : 0);
  for (uint32_t i = 0; i < n; i++)
    if (there(valid, i)) buf_put(out, texts[i].ptr, texts[i].len);
}

static void put_lanes(const col *c, uint32_t n, buf *out) {
  switch (c->lane) {
  case LANE_I64: put_whole(c->data, n, out); break;
  case LANE_STR: put_texts(c->data, c->valid, n, out); break;
  case LANE_NESTED:
    for (uint32_t i = 0; i < n; i++)
      if (there(c->valid, i)) cell_put(out, c->type, (cell){.n = ((const nested *const *)c->data)[i]});
    break;
  default: buf_put(out, c->data, (size_t)n * lane_size((lane)c->lane));
  }
}

/* Flat, or the one lane of a constant. */
static void put_flat(const col *c, unsigned form, uint32_t n, buf *out) {
  buf_u8(out, (uint8_t)(form | (c->valid ? FORM_VALIDITY : 0)));
  if (c->valid) put_validity(c->valid, n, out);
  put_lanes(c, n, out);
}

static void put_codes(const col *c, uint32_t n, buf *out) {
  const uint32_t *codes = c->data;
  unsigned width = width_of(c->dict_rows);
  uint8_t *to = buf_extend(out, (size_t)n * width);
  for (uint32_t i = 0; to && i < n; i++) {
    uint32_t code = there(c->valid, i) ? codes[i] : 0;
    memcpy(to + i * width, &code, width); /* little endian */
  }
}

static void put_dict(const col *c, bool same, uint32_t n, buf *out) {
  buf_u8(out, (uint8_t)((same ? FORM_SAME_DICT : FORM_DICT) | (c->valid ? FORM_VALIDITY : 0)));
  if (!same) {
    buf_u32(out, c->dict_rows);
    put_flat(c->dict, FORM_FLAT, c->dict_rows, out);
  }
  if (c->valid) put_validity(c->valid, n, out);
  put_codes(c, n, out);
}

static void put_gathered(const col *c, uint32_t n, buf *out) {
  arena memory;
  col flat;
  sonde_error err;
  arena_init(&memory, out->mem);
  if (col_flatten(c, n, &flat, &memory, &err) == SONDE_OK) {
    put_flat(&flat, FORM_FLAT, n, out);
  } else if (!out->failed) {
    out->failed = err.code;
    out->error = err;
  }
  arena_free(&memory);
}

static bool is_worth(const rows_writer *w, const col *dict, uint32_t n) {
  double most = w->rows ? DICT_BY_ROWS * w->rows : (double)DICT_BY_BATCH * n;
  return dict->dict_rows > 0 && dict->dict_rows <= most;
}

static void put_column(rows_writer *w, uint32_t i, const col *c, uint32_t n, buf *out) {
  uint64_t *sent = &w->sent[i];
  bool same = c->form == COL_DICT && c->dict_id && *sent == c->dict_id;
  bool worth = c->form == COL_DICT && is_worth(w, c, n);
  if (c->form == COL_CONST) {
    put_flat(c, FORM_CONST, 1, out);
  } else if (c->form == COL_FLAT) {
    put_flat(c, FORM_FLAT, n, out);
  } else if (same || worth) {
    put_dict(c, same, n, out);
    *sent = c->dict_id;
  } else {
    put_gathered(c, n, out);
  }
}

void rows_put(rows_writer *w, const batch *b, buf *out) {
  if (b->n == 0) return;
  buf_u32(out, b->n);
  for (uint32_t i = 0; i < b->n_cols; i++) put_column(w, i, &b->cols[i], b->n, out);
}

/* ---- reading ---- */

sonde_code rows_reader_init(rows_reader *x, run *r, const sql_type *const *types, uint32_t n_cols, arena *a) {
  *x = (rows_reader){.run = r, .types = types, .n_cols = n_cols, .memory = a};
  x->dicts = arena_zero(a, (n_cols + 1u) * sizeof *x->dicts, r->err);
  x->dict_ids = arena_zero(a, (n_cols + 1u) * sizeof *x->dict_ids, r->err);
  x->dict_rows = arena_zero(a, (n_cols + 1u) * sizeof *x->dict_rows, r->err);
  x->cols = arena_zero(a, (n_cols + 1u) * sizeof *x->cols, r->err);
  return x->dicts && x->dict_ids && x->dict_rows && x->cols ? SONDE_OK : r->err->code;
}

static sonde_code get_validity(rd *in, uint32_t n, col *c, arena *a, sonde_error *err) {
  const uint8_t *bits = rd_bytes(in, (n + 7) / 8);
  uint8_t *valid = arena_alloc(a, n, err);
  if (!valid) return err->code;
  for (uint32_t i = 0; bits && i < n; i++) valid[i] = bits[i / 8] >> i % 8 & 1;
  c->valid = valid;
  return SONDE_OK;
}

static void widen(const uint8_t *from, uint32_t n, unsigned width, int64_t least, int64_t *out) {
#define WIDEN(T)                                                                                             \
  for (uint32_t i = 0; i < n; i++) {                                                                         \
    T distance;                                                                                              \
    memcpy(&distance, from + i * sizeof(T), sizeof(T));                                                      \
    out[i] = (int64_t)((uint64_t)least + distance);                                                          \
  }
  switch (width) {
  case 1: WIDEN(uint8_t); break;
  case 2: WIDEN(uint16_t); break;
  case 4: WIDEN(uint32_t); break;
  default: WIDEN(uint64_t);
  }
#undef WIDEN
}

static void get_whole(rd *in, uint32_t n, int64_t *out) {
  unsigned width = rd_u8(in);
  int64_t least = (int64_t)rd_u64(in);
  if (width != 1 && width != 2 && width != 4 && width != 8) in->bad = true;
  const uint8_t *from = rd_bytes(in, (size_t)n * width);
  if (from) widen(from, n, width, least, out);
}

static void get_texts(rd *in, uint32_t n, sonde_str *out) {
  const uint8_t *lengths = rd_bytes(in, (size_t)n * 4);
  for (uint32_t i = 0; lengths && i < n; i++) {
    uint32_t len;
    memcpy(&len, lengths + (size_t)i * 4, sizeof len);
    const uint8_t *bytes = rd_bytes(in, len);
    out[i] = (sonde_str){bytes ? (const char *)bytes : "", bytes ? len : 0};
  }
}

static void get_truths(rd *in, uint32_t n, uint8_t *out) {
  const uint8_t *from = rd_bytes(in, n);
  for (uint32_t i = 0; from && i < n; i++) out[i] = from[i] != 0;
}

static sonde_code get_nested(rd *in, uint32_t n, const col *c, arena *a, sonde_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    cell v = {.n = NULL};
    err->code = SONDE_OK;
    if (there(c->valid, i) && !cell_get(in, c->type, a, &v, err) && err->code != SONDE_OK) return err->code;
    ((const nested **)(uintptr_t)c->data)[i] = v.n;
  }
  return SONDE_OK;
}

static sonde_code get_flat(rd *in, uint32_t n, bool validity, const sql_type *t, arena *a, col *c,
                           sonde_error *err) {
  SONDE_TRY(col_new(c, t, n, false, a, err));
  if (validity) SONDE_TRY(get_validity(in, n, c, a, err));
  const uint8_t *from;
  switch (c->lane) {
  case LANE_BOOL: get_truths(in, n, col_lanes(c)); break;
  case LANE_I64: get_whole(in, n, col_lanes(c)); break;
  case LANE_STR: get_texts(in, n, col_lanes(c)); break;
  case LANE_NESTED: return get_nested(in, n, c, a, err);
  default:
    from = rd_bytes(in, (size_t)n * lane_size((lane)c->lane));
    if (from) memcpy(col_lanes(c), from, (size_t)n * lane_size((lane)c->lane));
  }
  return SONDE_OK;
}

static sonde_code get_codes(rd *in, uint32_t n, uint32_t rows, arena *a, col *c, sonde_error *err) {
  unsigned width = width_of(rows);
  uint32_t *codes = arena_zero(a, (size_t)n * sizeof *codes, err);
  const uint8_t *from = rd_bytes(in, (size_t)n * width);
  if (!codes) return err->code;
  for (uint32_t i = 0; from && i < n; i++) {
    memcpy(&codes[i], from + (size_t)i * width, width);
    if (codes[i] >= rows) in->bad = true;
  }
  c->data = codes;
  return SONDE_OK;
}

static sonde_code get_dictionary(rows_reader *x, uint32_t i, rd *in) {
  uint32_t rows = rd_count(in, 1);
  unsigned form = rd_u8(in);
  if ((form & FORM_MASK) != FORM_FLAT || rows == 0) in->bad = true;
  if (in->bad) return SONDE_OK;
  x->dict_rows[i] = rows;
  x->dict_ids[i] = ++x->run->next_dict_id;
  return get_flat(in, rows, form & FORM_VALIDITY, x->types[i], x->memory, &x->dicts[i], x->run->err);
}

static sonde_code get_dict(rows_reader *x, uint32_t i, unsigned form, rd *in, uint32_t n, arena *a, col *c) {
  if ((form & FORM_MASK) == FORM_DICT) SONDE_TRY(get_dictionary(x, i, in));
  if (x->dict_rows[i] == 0) in->bad = true;
  *c = (col){.lane = x->dicts[i].lane,
             .form = COL_DICT,
             .type = x->types[i],
             .dict = &x->dicts[i],
             .dict_rows = x->dict_rows[i],
             .dict_id = x->dict_ids[i]};
  if (form & FORM_VALIDITY) SONDE_TRY(get_validity(in, n, c, a, x->run->err));
  return get_codes(in, n, x->dict_rows[i], a, c, x->run->err);
}

static sonde_code get_column(rows_reader *x, uint32_t i, rd *in, uint32_t n, arena *a, col *c) {
  unsigned form = rd_u8(in);
  if (in->bad) return SONDE_OK;
  if ((form & FORM_MASK) >= FORM_DICT) return get_dict(x, i, form, in, n, a, c);
  bool constant = (form & FORM_MASK) == FORM_CONST;
  SONDE_TRY(get_flat(in, constant ? 1 : n, form & FORM_VALIDITY, x->types[i], a, c, x->run->err));
  c->form = constant ? COL_CONST : COL_FLAT;
  return SONDE_OK;
}

sonde_code rows_get(rows_reader *x, rd *in, arena *a, batch *out) {
  sonde_error *err = x->run->err;
  *out = (batch){.n = rd_u32(in), .n_cols = x->n_cols, .cols = x->cols};
  if (out->n == 0 || out->n > BATCH_ROWS) in->bad = true;
  for (uint32_t i = 0; i < x->n_cols && !in->bad; i++)
    SONDE_TRY(get_column(x, i, in, out->n, a, &x->cols[i]));
  SONDE_CHECK(!in->bad, err, SONDE_CORRUPT, 0, "rows of a fragment are broken");
  return SONDE_OK;
}
