/* See collect.h. */
#include "exec/store/collect.h"

#include "base/datetime.h"
#include "exec/store/col_vec.h"

#define BLOCK_ROWS 65536u
#define BLOCK_CELLS (1u << 20)           /* of a wide result: what is under way is held uncompressed */
#define BLOCK_BYTES ((uint64_t)64 << 20) /* of texts and nested values */

sonde_code collector_open(collector *c, mem *m, const sql_type *types, uint32_t n, sonde_error *err) {
  uint32_t rows = BLOCK_CELLS / n;
  *c = (collector){.mem = m, .n_columns = n};
  c->full = rows < BATCH_ROWS ? BATCH_ROWS : rows > BLOCK_ROWS ? BLOCK_ROWS : rows;
  arena_init(&c->lanes, m);
  arena_init(&c->values, m);
  arena_init(&c->scratch, m);
  c->cols = arena_zero(&c->lanes, n * sizeof *c->cols, err);
  if (!c->cols) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    c->cols[i].type = &types[i];
    c->cols[i].lane = sql_lane(&types[i]);
    text_column_init(&c->cols[i].texts, m);
  }
  return SONDE_OK;
}

void collector_close(collector *c) {
  if (!c->mem) return;
  for (uint32_t i = 0; c->cols && i < c->n_columns; i++) text_column_free(&c->cols[i].texts);
  c->cols = NULL;
  arena_free(&c->lanes);
  arena_free(&c->values);
  arena_free(&c->scratch);
}

bool collector_is_full(const collector *c) { return c->rows >= c->full || c->bytes >= BLOCK_BYTES; }

/* ---- batches in ---- */

static sonde_code more_room(collector *c, collected *to, uint32_t cap, sonde_error *err) {
  size_t each = lane_size(to->lane);
  uint8_t *valid = arena_array(&c->lanes, cap, 1, err);
  void *lanes = to->lane == LANE_STR ? NULL : arena_array(&c->lanes, cap, each, err);
  if (!valid || (!lanes && to->lane != LANE_STR)) return err->code;
  if (c->rows && lanes) memcpy(lanes, to->lanes, c->rows * each);
  if (to->nullable) memcpy(valid, to->valid, c->rows);
  to->valid = valid;
  to->lanes = lanes;
  return SONDE_OK;
}

static sonde_code make_room(collector *c, uint32_t rows, sonde_error *err) {
  if (c->rows + rows <= c->cap) return SONDE_OK;
  uint32_t cap = c->cap ? c->cap * 4 : BATCH_ROWS;
  if (cap > c->full + BATCH_ROWS) cap = c->full + BATCH_ROWS;
  for (uint32_t i = 0; i < c->n_columns; i++) SONDE_TRY(more_room(c, &c->cols[i], cap, err));
  c->cap = cap;
  return SONDE_OK;
}

static bool may_be_null(const col *c) { return c->valid || (c->form == COL_DICT && c->dict->valid); }

/* Until the first null may come nothing is written. */
static void add_validity(const collector *c, collected *to, const col *from, uint32_t n) {
  if (!to->nullable && !may_be_null(from)) return;
  if (!to->nullable) memset(to->valid, 1, c->rows);
  to->nullable = true;
  uint8_t *valid = to->valid + c->rows;
  if (from->form == COL_FLAT && from->valid)
    memcpy(valid, from->valid, n);
  else if (from->form == COL_DICT)
    for (uint32_t i = 0; i < n; i++) valid[i] = col_valid(from, i);
  else
    memset(valid, !from->valid || from->valid[0], n);
}

static void add_lanes(const collector *c, collected *to, const col *from, uint32_t n) {
  size_t each = lane_size(to->lane);
  char *lanes = (char *)to->lanes + c->rows * each;
  if (from->form == COL_FLAT)
    memcpy(lanes, from->data, n * each);
  else if (from->form == COL_DICT)
    lanes_gather(to->lane, from->dict->data, from->data, n, lanes);
  else
    for (uint32_t i = 0; i < n; i++) memcpy(lanes + i * each, from->data, each);
}

static uint64_t bytes_of(const sql_type *t, cell v) {
  lane l = sql_lane(t);
  if (l == LANE_STR) return sizeof v + v.s.len;
  uint64_t sum = sizeof v;
  for (uint32_t i = 0; l == LANE_NESTED && i < v.n->n; i++)
    if (nested_valid(v.n, i)) sum += bytes_of(nested_item_type(t, i), v.n->cells[i]);
  return sum;
}

/* Nested values would go with their batch. */
static sonde_code add_nested(collector *c, collected *to, const col *from, uint32_t n, sonde_error *err) {
  const nested **lanes = (const nested **)to->lanes + c->rows;
  cell copy = {.n = NULL};
  for (uint32_t i = 0; i < n; i++) {
    lanes[i] = copy.n; /* a constant is copied once */
    if (!col_valid(from, i) || (from->form == COL_CONST && i)) continue;
    SONDE_TRY(cell_copy(to->type, col_cell(from, i), &c->values, &copy, err));
    c->bytes += bytes_of(to->type, copy);
    lanes[i] = copy.n;
  }
  return SONDE_OK;
}

static sonde_code add_texts(collector *c, collected *to, const col *from, uint32_t n, sonde_error *err) {
  uint64_t had = text_column_bytes(&to->texts);
  SONDE_TRY(text_column_add(&to->texts, from, n, &c->scratch, err));
  c->bytes += text_column_bytes(&to->texts) - had;
  return SONDE_OK;
}

static sonde_code add_column(collector *c, collected *to, const col *from, uint32_t n, sonde_error *err) {
  add_validity(c, to, from, n);
  switch (to->lane) {
  case LANE_STR: return add_texts(c, to, from, n, err);
  case LANE_NESTED: return add_nested(c, to, from, n, err);
  default: add_lanes(c, to, from, n); return SONDE_OK;
  }
}

sonde_code collector_add(collector *c, const batch *b, sonde_error *err) {
  SONDE_TRY(make_room(c, b->n, err));
  for (uint32_t i = 0; i < c->n_columns; i++) {
    arena_reset(&c->scratch);
    SONDE_TRY(add_column(c, &c->cols[i], &b->cols[i], b->n, err));
  }
  c->rows += b->n;
  return SONDE_OK;
}

/* ---- blocks out ---- */

static sonde_code store_texts(collector *c, const collected *from, arena *keep, vec *out, sonde_error *err) {
  *out = (vec){.type = stored_type(from->type), .form = VEC_NULL, .rows = c->rows};
  SONDE_TRY(vec_put_validity(out, from->nullable ? from->valid : NULL, c->rows, keep, err));
  if (out->nulls == c->rows) return SONDE_OK;
  return text_column_store(&from->texts, out, keep, &c->scratch, err);
}

static sonde_code store_collected(collector *c, const collected *from, arena *keep, vec *out,
                                  sonde_error *err) {
  arena_reset(&c->scratch);
  if (from->lane == LANE_STR) return store_texts(c, from, keep, out, err);
  col flat = {.lane = (uint8_t)from->lane, .form = COL_FLAT, .type = from->type, .data = from->lanes};
  flat.valid = from->nullable ? from->valid : NULL;
  return vec_of_col(&flat, c->rows, keep, &c->scratch, out, err);
}

static sonde_code fill_part(collector *c, part *p, sonde_error *err) {
  arena *keep = &p->chunk.memory;
  uint32_t n = c->n_columns;
  p->columns = arena_array(keep, n, sizeof *p->columns, err);
  p->forms = arena_zero(keep, n * sizeof *p->forms, err);
  p->chunk.vecs = arena_array(keep, n, sizeof *p->chunk.vecs, err);
  if (!p->columns || !p->forms || !p->chunk.vecs) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    vec *v = &p->chunk.vecs[i];
    SONDE_TRY(store_collected(c, &c->cols[i], keep, v, err));
    p->columns[i] = i;
    p->forms[i] = (csv_form){.type = v->type, .order = DATE_YMD};
  }
  p->n_columns = p->chunk.columns = n;
  p->chunk.rows = c->rows;
  return SONDE_OK;
}

static void clear(collector *c) {
  for (uint32_t i = 0; i < c->n_columns; i++) {
    text_column_clear(&c->cols[i].texts);
    c->cols[i].nullable = false;
  }
  arena_reset(&c->values);
  c->rows = 0;
  c->bytes = 0;
}

sonde_code collector_take(collector *c, uint32_t table, uint32_t block, part **out, sonde_error *err) {
  part *p = part_new(c->mem, table, block, err);
  if (!p) return err->code;
  if (fill_part(c, p, err) != SONDE_OK) {
    part_free(p);
    return err->code;
  }
  clear(c);
  *out = p;
  return SONDE_OK;
}
