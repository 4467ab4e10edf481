/* Rows of a query kept as a table: whatever forms the batches' columns have, the values come out as they went in, and lie as
 * compactly as they can. What was expected is written down value by value when a batch is made. */
#include <stdlib.h>

#include "check.h"
#include "exec/collect.h"
#include "random.h"

enum { COLUMNS = 9, ROWS_MAX = 80000, TEXT = 5 };

static sql_type text_type, whole_type, fields[2], pair[2], types[COLUMNS];
static const sonde_str field_names[2] = {{"n", 1}, {"s", 1}};

static mem memory;
static sonde_error err;
static arena kept;  /* what is expected, and dictionaries */
static arena fresh; /* of one batch: the next overwrites it */
static collector under_test;

typedef struct {
  col dict;
  uint32_t rows;
  uint64_t id;
} dictionary_made;

static value (*expected)[ROWS_MAX];
static dictionary_made last_dict[COLUMNS];
static uint64_t next_id;
static uint32_t rows_expected;

static void make_types(void) {
  text_type = fields[1] = pair[0] = sql_simple(SQL_TEXT);
  whole_type = fields[0] = pair[1] = sql_simple(SQL_BIGINT);
  types[0] = sql_simple(SQL_BOOL);
  types[1] = whole_type;
  types[2] = sql_simple(SQL_DOUBLE);
  types[3] = sql_simple(SQL_HUGEINT);
  types[4] = sql_decimal(10, 2);
  types[TEXT] = text_type;
  types[6] = (sql_type){.id = SQL_LIST, .n_children = 1, .children = &text_type};
  types[7] = (sql_type){.id = SQL_STRUCT, .n_children = 2, .children = fields, .names = field_names};
  types[8] = (sql_type){.id = SQL_MAP, .n_children = 2, .children = pair};
}

static void open(const sql_type *of, uint32_t n, uint64_t limit) {
  memset(last_dict, 0, sizeof last_dict);
  mem_init(&memory, limit, NULL, NULL);
  arena_init(&kept, &memory);
  arena_init(&fresh, &memory);
  rows_expected = 0;
  CHECK_EQ_INT(collector_open(&under_test, &memory, of, n, &err), SONDE_OK);
}

static void close(void) {
  collector_close(&under_test);
  arena_free(&kept);
  arena_free(&fresh);
  CHECK_EQ_UINT(memory.used, 0);
}

/* ---- random values ---- */

static cell random_cell(random_state *r, const sql_type *t, uint32_t variety);

static cell random_text(random_state *r, uint32_t variety) {
  static const char *const tails[] = {
      "", "", "x", "seven c", "eight ch", "16 characters in", "quite a few more characters than sixteen"};
  char text[80];
  uint32_t k = random_below(r, variety);
  int n = k ? snprintf(text, sizeof text, "%u%s", k, tails[k % 7]) : 0;
  return (cell){.s = {arena_copy(&kept, text, (size_t)n, &err), (size_t)n}};
}

static cell random_nested(random_state *r, const sql_type *t, uint32_t variety) {
  uint32_t n = t->id == SQL_STRUCT ? 2 : t->id == SQL_MAP ? 2 * random_below(r, 3) : random_below(r, 4);
  nested *x = nested_new(n, true, &kept, &err);
  for (uint32_t i = 0; i < n; i++) {
    nested_cells(x)[i] = random_cell(r, nested_item_type(t, i), variety);
    nested_validity(x)[i] = (t->id == SQL_MAP && i % 2 == 0) || random_below(r, 4) != 0;
  }
  return (cell){.n = x};
}

static cell random_cell(random_state *r, const sql_type *t, uint32_t variety) {
  switch (sql_lane(t)) {
  case LANE_BOOL: return (cell){.b = random_below(r, 2) != 0};
  case LANE_I64: return (cell){.i = (int64_t)random_below(r, variety) - 17};
  case LANE_F64: return (cell){.f = (double)random_below(r, variety) / 8};
  case LANE_I128: return (cell){.w = (i128)random_next(r) * (int64_t)random_below(r, variety)};
  case LANE_STR: return random_text(r, variety);
  default: return random_nested(r, t, variety);
  }
}

/* ---- batches ---- */

/* n values of a flat column; rows that are null hold what they must not be read as. */
static void random_flat(random_state *r, const sql_type *t, uint32_t n, uint32_t variety, arena *a,
                        col *out) {
  bool nullable = random_below(r, 2);
  col_new(out, t, n, nullable, a, &err);
  memset(col_lanes(out), 0xA5, n * lane_size((lane)out->lane));
  for (uint32_t i = 0; i < n; i++) {
    if (nullable && random_below(r, 5) == 0)
      col_put_null(out, i);
    else
      col_put(out, i, random_cell(r, t, variety));
  }
}

static void random_dict(random_state *r, uint32_t column, const sql_type *t, uint32_t n, uint32_t variety,
                        col *out) {
  dictionary_made *d = &last_dict[column];
  if (d->rows == 0 || random_below(r, 3) == 0) {
    d->rows = 1 + random_below(r, variety);
    d->id = random_below(r, 3) ? ++next_id : 0;
    random_flat(r, t, d->rows, variety, &kept, &d->dict);
  }
  uint32_t *codes = arena_array(&fresh, n, sizeof *codes, &err);
  uint8_t *valid = random_below(r, 2) ? arena_array(&fresh, n, 1, &err) : NULL;
  for (uint32_t i = 0; i < n; i++) {
    codes[i] = random_below(r, d->rows);
    if (valid) valid[i] = random_below(r, 4) != 0;
  }
  *out = (col){.lane = d->dict.lane, .form = COL_DICT, .type = t, .valid = valid, .data = codes};
  out->dict = &d->dict;
  out->dict_rows = d->rows;
  out->dict_id = d->id;
}

static void random_constant(random_state *r, const sql_type *t, uint32_t variety, col *out) {
  value v = {.null = random_below(r, 3) == 0};
  if (!v.null) v.v = random_cell(r, t, variety);
  col_constant(out, t, &v, &fresh, &err);
}

/* What a column says, one value a row. */
static value said(const col *c, uint32_t row) {
  uint32_t at = c->form == COL_CONST ? 0 : row;
  if (c->valid && !c->valid[at]) return (value){.null = true};
  if (c->form != COL_DICT) return col_value(c, row);
  return said(c->dict, ((const uint32_t *)c->data)[row]);
}

/* Texts move into the batch's memory, as those of a scan lie. */
static void own_texts(col *c, uint32_t n) {
  if (c->lane != LANE_STR || c->form != COL_FLAT) return;
  for (uint32_t i = 0; i < n; i++) {
    if (!col_valid(c, i)) continue;
    sonde_str s = ((const sonde_str *)c->data)[i];
    col_put(c, i, (cell){.s = {arena_copy(&fresh, s.ptr, s.len, &err), s.len}});
  }
}

static void add(col *cols, uint32_t n_cols, uint32_t n) {
  batch b = {.n = n, .n_cols = n_cols, .cols = cols};
  for (uint32_t c = 0; c < n_cols; c++)
    for (uint32_t i = 0; i < n; i++) expected[c][rows_expected + i] = said(&cols[c], i);
  rows_expected += n;
  for (uint32_t c = 0; c < n_cols; c++) own_texts(&cols[c], n);
  CHECK_EQ_INT(collector_add(&under_test, &b, &err), SONDE_OK);
  arena_reset(&fresh);
}

/* `mix`: 0 flat, 1 constant, 2 dictionary, 3 any. */
static void add_random(random_state *r, uint32_t mix, uint32_t n, uint32_t variety) {
  col cols[COLUMNS];
  for (uint32_t c = 0; c < COLUMNS; c++) {
    uint32_t form = mix == 3 ? random_below(r, 3) : mix;
    if (form == 0) random_flat(r, &types[c], n, variety, &fresh, &cols[c]);
    if (form == 1) random_constant(r, &types[c], variety, &cols[c]);
    if (form == 2) random_dict(r, c, &types[c], n, variety, &cols[c]);
  }
  add(cols, COLUMNS, n);
}

/* ---- blocks ---- */

static bool holds(const vec *v, uint32_t row, const sql_type *t, value want);

static bool items_hold(const vec *v, uint32_t row, const sql_type *t, const nested *want) {
  uint32_t each = t->id == SQL_MAP ? 2 : 1, begin = v->offsets[row];
  if ((v->offsets[row + 1] - begin) * each != want->n) return false;
  for (uint32_t i = 0; i < want->n; i++) {
    value item = {.v = want->cells[i], .null = !nested_valid(want, i)};
    if (!holds(&v->children[i % each], begin + i / each, &t->children[i % each], item)) return false;
  }
  return true;
}

static bool nested_holds(const vec *v, uint32_t row, const sql_type *t, const nested *want) {
  if (t->id != SQL_STRUCT) return items_hold(v, row, t, want);
  for (uint32_t f = 0; f < 2; f++) {
    value field = {.v = want->cells[f], .null = !nested_valid(want, f)};
    if (!holds(&v->children[f], row, &t->children[f], field)) return false;
  }
  return true;
}

static bool wide_holds(const vec *v, uint32_t row, i128 want) {
  return memcmp((const char *)v->data + (size_t)row * 16, &want, 16) == 0;
}

static bool holds(const vec *v, uint32_t row, const sql_type *t, value want) {
  if (want.null || !vec_valid(v, row)) return want.null && !vec_valid(v, row);
  if (t->id == SQL_DECIMAL) return wide_holds(v, row, want.v.i);
  switch (sql_lane(t)) {
  case LANE_BOOL: return vec_i64(v, row) == want.v.b;
  case LANE_I64: return vec_i64(v, row) == want.v.i;
  case LANE_F64: return vec_f64(v, row) == want.v.f;
  case LANE_I128: return wide_holds(v, row, want.v.w);
  case LANE_STR: return str_equal(vec_str(v, row), want.v.s);
  default: return nested_holds(v, row, t, want.v.n);
  }
}

static uint32_t nulls_of(uint32_t column) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < rows_expected; i++) n += expected[column][i].null;
  return n;
}

/* The block so far, checked; the caller frees it. */
static part *take(const sql_type *of, uint32_t n) {
  part *p = NULL;
  CHECK_EQ_INT(collector_take(&under_test, 1, 0, &p, &err), SONDE_OK);
  if (!p) exit(1);
  CHECK_EQ_UINT(p->chunk.rows, rows_expected);
  for (uint32_t c = 0; c < n; c++) {
    const vec *v = &p->chunk.vecs[c];
    CHECK_EQ_UINT(v->rows, rows_expected);
    CHECK_EQ_UINT(v->nulls, nulls_of(c));
    uint32_t row = 0;
    while (row < rows_expected && holds(v, row, &of[c], expected[c][row])) row++;
    if (!CHECK(row == rows_expected)) fprintf(stderr, "    column %u, row %u\n", c, row);
  }
  CHECK_EQ_UINT(under_test.rows, 0);
  rows_expected = 0;
  return p;
}

static void every_lane_comes_out_as_it_went_in(void) {
  static const uint32_t sizes[] = {1, 63, 64, 2048, 700, 2048, 2048, 5};
  for (uint32_t seed = 0; seed < 24; seed++) {
    random_state r = {seed};
    open(types, COLUMNS, (uint64_t)1 << 30);
    for (uint32_t block = 0; block < 3; block++) {
      for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        add_random(&r, seed % 4, sizes[i], seed % 3 == 0 ? 5 : seed % 3 == 1 ? 300 : 9000);
      part_free(take(types, COLUMNS));
    }
    close();
  }
}

int main(void) {
  expected = malloc(COLUMNS * sizeof *expected);
  if (!expected) return 1;
  make_types();
  RUN(every_lane_comes_out_as_it_went_in);
  free(expected);
  return check_report();
}
