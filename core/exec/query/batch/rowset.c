/* See rowset.h. */
#include "exec/query/batch/rowset.h"

#define PIECE_BITS 11u
#define IN_PIECE(row) ((row) & (BATCH_ROWS - 1))

sonde_code grow(mem *m, void *pointer_to_array, uint32_t *cap, uint64_t need, size_t each, sonde_error *err) {
  if (need <= *cap) return SONDE_OK;
  uint64_t larger = *cap ? *cap : 16;
  while (larger < need) larger *= 2;
  SONDE_CHECK(larger <= UINT32_MAX && larger * each <= SIZE_MAX / 2, err, SONDE_LIMIT, 0,
              "more than 2^31 rows in one step of a query");
  void *array;
  memcpy(&array, pointer_to_array, sizeof array);
  array = mem_resize(m, array, *cap * each, (size_t)larger * each, err);
  if (!array) return err->code;
  memcpy(pointer_to_array, &array, sizeof array);
  *cap = (uint32_t)larger;
  return SONDE_OK;
}

sonde_code rowset_init(rowset *s, mem *m, const sql_type *const *types, uint32_t n_cols, sonde_error *err) {
  *s = (rowset){.mem = m, .n_cols = n_cols};
  arena_init(&s->memory, m);
  s->cols = arena_zero(&s->memory, n_cols * sizeof *s->cols, err);
  if (!s->cols) return err->code;
  for (uint32_t i = 0; i < n_cols; i++) s->cols[i].type = types[i];
  return SONDE_OK;
}

void rowset_free(rowset *s) {
  for (uint32_t i = 0; s->cols && i < s->n_cols; i++) {
    mem_free(s->mem, s->cols[i].lanes, s->cols[i].lanes_cap * sizeof(void *));
    mem_free(s->mem, s->cols[i].valid, s->cols[i].valid_cap * sizeof(void *));
    mem_free(s->mem, s->cols[i].copied, s->cols[i].copied_rows * sizeof(sonde_str));
  }
  if (s->mem) arena_free(&s->memory);
  *s = (rowset){0};
}

/* ---- growing ---- */

static sonde_code add_piece(rowset *s, sonde_error *err) {
  uint32_t piece = s->n >> PIECE_BITS;
  for (uint32_t i = 0; i < s->n_cols; i++) {
    kept_col *c = &s->cols[i];
    SONDE_TRY(grow(s->mem, &c->lanes, &c->lanes_cap, piece + 1u, sizeof(void *), err));
    SONDE_TRY(grow(s->mem, &c->valid, &c->valid_cap, piece + 1u, sizeof(void *), err));
    c->valid[piece] = NULL;
    c->lanes[piece] = arena_array(&s->memory, BATCH_ROWS, lane_size(sql_lane(c->type)), err);
    if (!c->lanes[piece]) return err->code;
  }
  return SONDE_OK;
}

static sonde_code keep_validity(rowset *s, kept_col *c, const col *from, const uint32_t *rows, uint32_t first,
                                uint32_t n, sonde_error *err) {
  uint32_t piece = s->n >> PIECE_BITS, at = IN_PIECE(s->n);
  if (!from->valid && !(from->form == COL_DICT && from->dict->valid)) return SONDE_OK;
  if (!c->valid[piece]) {
    c->valid[piece] = arena_array(&s->memory, BATCH_ROWS, 1, err);
    if (!c->valid[piece]) return err->code;
    memset(c->valid[piece], 1, BATCH_ROWS);
    c->nullable = true;
  }
  uint8_t *valid = c->valid[piece] + at;
  for (uint32_t i = 0; i < n; i++) valid[i] = col_valid(from, rows ? rows[first + i] : first + i);
  return SONDE_OK;
}

/* The texts of one dictionary are copied once each. */
static sonde_code use_dictionary(rowset *s, kept_col *c, const col *from, sonde_error *err) {
  if (from->dict_id && c->dict_id == from->dict_id && from->dict_rows <= c->copied_rows) return SONDE_OK;
  SONDE_TRY(grow(s->mem, &c->copied, &c->copied_rows, from->dict_rows, sizeof *c->copied, err));
  memset(c->copied, 0, from->dict_rows * sizeof *c->copied);
  c->dict_id = from->dict_id;
  return SONDE_OK;
}

static sonde_code keep_code(rowset *s, kept_col *c, const col *from, uint32_t row, sonde_str *out,
                            sonde_error *err) {
  uint32_t code = ((const uint32_t *)from->data)[row];
  sonde_str *copy = &c->copied[code];
  if (!copy->ptr) {
    sonde_str text = ((const sonde_str *)from->dict->data)[code];
    *copy = (sonde_str){arena_copy(&s->memory, text.ptr, text.len, err), text.len};
    if (!copy->ptr) return err->code;
  }
  *out = *copy;
  return SONDE_OK;
}

static sonde_code keep_texts(rowset *s, kept_col *c, const col *from, const uint32_t *rows, uint32_t first,
                             uint32_t n, sonde_str *out, sonde_error *err) {
  bool dict = from->form == COL_DICT;
  if (dict) SONDE_TRY(use_dictionary(s, c, from, err));
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows ? rows[first + i] : first + i;
    out[i] = (sonde_str){"", 0};
    if (!col_valid(from, row)) continue;
    if (dict) {
      SONDE_TRY(keep_code(s, c, from, row, &out[i], err));
      continue;
    }
    sonde_str text = COL_AT(from, sonde_str, row);
    out[i] = (sonde_str){arena_copy(&s->memory, text.ptr, text.len, err), text.len};
    if (!out[i].ptr) return err->code;
  }
  return SONDE_OK;
}

static sonde_code keep_nested(rowset *s, kept_col *c, const col *from, const uint32_t *rows, uint32_t first,
                              uint32_t n, const nested **out, sonde_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows ? rows[first + i] : first + i;
    cell copy = {.n = NULL};
    if (col_valid(from, row)) SONDE_TRY(cell_copy(c->type, col_cell(from, row), &s->memory, &copy, err));
    out[i] = copy.n;
  }
  return SONDE_OK;
}

static void keep_plain(const col *from, const uint32_t *rows, uint32_t first, uint32_t n, lane l, char *out) {
  size_t size = lane_size(l);
  if (from->form == COL_FLAT && rows) {
    lanes_gather(l, from->data, rows + first, n, out);
  } else if (from->form == COL_FLAT) {
    memcpy(out, (const char *)from->data + first * size, n * size);
  } else {
    const uint32_t *codes = from->form == COL_DICT ? from->data : NULL;
    const char *lanes = codes ? from->dict->data : from->data;
    for (uint32_t i = 0; i < n; i++) {
      uint32_t row = rows ? rows[first + i] : first + i;
      memcpy(out + i * size, lanes + (codes ? codes[row] : 0) * size, size);
    }
  }
}

static sonde_code keep_col(rowset *s, kept_col *c, const col *from, const uint32_t *rows, uint32_t first,
                           uint32_t n, sonde_error *err) {
  lane l = sql_lane(c->type);
  char *out = (char *)c->lanes[s->n >> PIECE_BITS] + IN_PIECE(s->n) * lane_size(l);
  SONDE_TRY(keep_validity(s, c, from, rows, first, n, err));
  if (l == LANE_STR) return keep_texts(s, c, from, rows, first, n, (sonde_str *)(void *)out, err);
  if (l == LANE_NESTED) return keep_nested(s, c, from, rows, first, n, (const nested **)(void *)out, err);
  keep_plain(from, rows, first, n, l, out);
  return SONDE_OK;
}

sonde_code rowset_append_rows(rowset *s, const batch *b, const uint32_t *rows, uint32_t n, sonde_error *err) {
  SONDE_CHECK(s->n <= UINT32_MAX - 1 - n, err, SONDE_LIMIT, 0,
              "more than 4,294,967,294 rows in one step of a query");
  for (uint32_t first = 0; first < n;) {
    uint32_t room = BATCH_ROWS - IN_PIECE(s->n), part = n - first < room ? n - first : room;
    if (IN_PIECE(s->n) == 0) SONDE_TRY(add_piece(s, err));
    for (uint32_t i = 0; i < s->n_cols; i++)
      SONDE_TRY(keep_col(s, &s->cols[i], &b->cols[i], rows, first, part, err));
    s->n += part;
    first += part;
  }
  return SONDE_OK;
}

sonde_code rowset_append(rowset *s, const batch *b, sonde_error *err) {
  return rowset_append_rows(s, b, NULL, b->n, err);
}

/* ---- reading ---- */

void rowset_batch(const rowset *s, uint32_t first, batch *out, col *cols) {
  uint32_t piece = first >> PIECE_BITS, at = IN_PIECE(first), left = s->n - first;
  *out = (batch){.n = left < BATCH_ROWS - at ? left : BATCH_ROWS - at, .n_cols = s->n_cols, .cols = cols};
  for (uint32_t i = 0; i < s->n_cols; i++) {
    const kept_col *c = &s->cols[i];
    lane l = sql_lane(c->type);
    cols[i] = (col){.lane = (uint8_t)l, .form = COL_FLAT, .type = c->type};
    cols[i].data = (const char *)c->lanes[piece] + at * lane_size(l);
    cols[i].valid = c->valid[piece] ? c->valid[piece] + at : NULL;
  }
}

bool rowset_valid(const rowset *s, uint32_t column, uint32_t row) {
  const uint8_t *valid = s->cols[column].valid[row >> PIECE_BITS];
  return !valid || valid[IN_PIECE(row)];
}

cell rowset_cell(const rowset *s, uint32_t column, uint32_t row) {
  const kept_col *c = &s->cols[column];
  col one = {.lane = (uint8_t)sql_lane(c->type), .form = COL_FLAT, .data = c->lanes[row >> PIECE_BITS]};
  return col_cell(&one, IN_PIECE(row));
}

static bool any_null(const kept_col *c, const uint32_t *rows, uint32_t n) {
  bool found = c->nullable;
  for (uint32_t i = 0; !found && i < n; i++) found = rows[i] == UINT32_MAX;
  return found;
}

static void gather_lanes(const kept_col *c, lane l, const uint32_t *rows, uint32_t n, void *to) {
#define GATHER(T)                                                                                            \
  for (uint32_t i = 0; i < n; i++)                                                                           \
    if (rows[i] != UINT32_MAX) ((T *)to)[i] = ((T *)c->lanes[rows[i] >> PIECE_BITS])[IN_PIECE(rows[i])]
  switch (l) {
  case LANE_BOOL: GATHER(uint8_t); break;
  case LANE_I64:
  case LANE_F64: GATHER(uint64_t); break;
  case LANE_I128: GATHER(i128); break;
  case LANE_STR: GATHER(sonde_str); break;
  default: GATHER(const nested *);
  }
#undef GATHER
}

sonde_code rowset_gather(const rowset *s, uint32_t column, const uint32_t *rows, uint32_t n, col *out,
                         arena *a, sonde_error *err) {
  const kept_col *c = &s->cols[column];
  bool nulls = any_null(c, rows, n);
  SONDE_TRY(col_new(out, c->type, n, nulls, a, err));
  gather_lanes(c, out->lane, rows, n, col_lanes(out));
  for (uint32_t i = 0; nulls && i < n; i++)
    if (rows[i] == UINT32_MAX || !rowset_valid(s, column, rows[i])) col_put_null(out, i);
  return SONDE_OK;
}
