/* See collect.h. */
#include "exec/collect.h"

#include "base/datetime.h"
#include "exec/col_vec.h"

#define BLOCK_ROWS 65536u
#define BLOCK_CELLS (1u << 20) /* of a wide result: what is under way is held uncompressed */

sonde_code collector_open(collector *c, mem *m, const sql_type *types, uint32_t n, sonde_error *err) {
  uint32_t rows = BLOCK_CELLS / n;
  *c = (collector){.mem = m, .types = types, .n_columns = n};
  c->full = rows < BATCH_ROWS ? BATCH_ROWS : rows > BLOCK_ROWS ? BLOCK_ROWS : rows;
  arena_init(&c->lanes, m);
  arena_init(&c->values, m);
  arena_init(&c->scratch, m);
  c->cols = arena_zero(&c->lanes, n * sizeof *c->cols, err);
  return c->cols ? SONDE_OK : err->code;
}

void collector_close(collector *c) {
  if (!c->mem) return;
  arena_free(&c->lanes);
  arena_free(&c->values);
  arena_free(&c->scratch);
}

/* ---- batches in ---- */

static sonde_code make_room(collector *c, uint32_t rows, sonde_error *err) {
  if (c->rows + rows <= c->cap) return SONDE_OK;
  uint32_t cap = c->cap ? c->cap * 4 : BATCH_ROWS;
  if (cap > c->full + BATCH_ROWS) cap = c->full + BATCH_ROWS;
  for (uint32_t i = 0; i < c->n_columns; i++) {
    col old = c->cols[i];
    SONDE_TRY(col_new(&c->cols[i], &c->types[i], cap, true, &c->lanes, err));
    if (!c->rows) continue;
    memcpy(col_lanes(&c->cols[i]), old.data, c->rows * lane_size((lane)old.lane));
    memcpy(col_validity(&c->cols[i]), old.valid, c->rows);
  }
  c->cap = cap;
  return SONDE_OK;
}

/* Texts and nested values would go with their batch. */
static sonde_code keep_values(collector *c, col *to, uint32_t n, sonde_error *err) {
  if (to->lane != LANE_STR && to->lane != LANE_NESTED) return SONDE_OK;
  for (uint32_t i = 0; i < n; i++) {
    cell copy;
    if (!col_valid(to, i)) continue;
    SONDE_TRY(cell_copy(to->type, col_cell(to, i), &c->values, &copy, err));
    col_put(to, i, copy);
  }
  return SONDE_OK;
}

static sonde_code add_column(collector *c, uint32_t i, const col *from, uint32_t n, sonde_error *err) {
  col flat, to = col_slice(&c->cols[i], c->rows);
  SONDE_TRY(col_flatten(from, n, &flat, &c->scratch, err));
  memcpy(col_lanes(&to), flat.data, n * lane_size((lane)to.lane));
  if (flat.valid)
    memcpy(col_validity(&to), flat.valid, n);
  else
    memset(col_validity(&to), 1, n);
  return keep_values(c, &to, n, err);
}

sonde_code collector_add(collector *c, const batch *b, sonde_error *err) {
  arena_reset(&c->scratch);
  SONDE_TRY(make_room(c, b->n, err));
  for (uint32_t i = 0; i < c->n_columns; i++) SONDE_TRY(add_column(c, i, &b->cols[i], b->n, err));
  c->rows += b->n;
  return SONDE_OK;
}

/* ---- blocks out ---- */

static sonde_code fill_part(collector *c, part *p, sonde_error *err) {
  arena *keep = &p->chunk.memory;
  uint32_t n = c->n_columns;
  p->columns = arena_array(keep, n, sizeof *p->columns, err);
  p->forms = arena_zero(keep, n * sizeof *p->forms, err);
  p->chunk.vecs = arena_array(keep, n, sizeof *p->chunk.vecs, err);
  if (!p->columns || !p->forms || !p->chunk.vecs) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    vec *v = &p->chunk.vecs[i];
    arena_reset(&c->scratch);
    SONDE_TRY(vec_of_col(&c->cols[i], c->rows, keep, &c->scratch, v, err));
    p->columns[i] = i;
    p->forms[i] = (csv_form){.type = v->type, .order = DATE_YMD};
  }
  p->n_columns = p->chunk.columns = n;
  p->chunk.rows = c->rows;
  return SONDE_OK;
}

sonde_code collector_take(collector *c, uint32_t table, uint32_t block, part **out, sonde_error *err) {
  part *p = part_new(c->mem, table, block, err);
  if (!p) return err->code;
  if (fill_part(c, p, err) != SONDE_OK) {
    part_free(p);
    return err->code;
  }
  arena_reset(&c->values);
  c->rows = 0;
  *out = p;
  return SONDE_OK;
}
