/* Rows of a query kept as a table: whatever forms the batches' columns have, the values come out as they went in, and lie as
 * compactly as they can. What was expected is written down value by value when a batch is made. */
#include <stdlib.h>

#include "check.h"
#include "exec/store/collect.h"
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

/* ---- how it lies ---- */

/* One column of texts as codes; text k is `prefix` and k, text 0 is empty. */
static col coded(const char *prefix, uint32_t texts, uint64_t id) {
  col dict, out = {.lane = LANE_STR, .form = COL_DICT, .type = &text_type, .dict_rows = texts, .dict_id = id};
  col_new(&dict, &text_type, texts, false, &kept, &err);
  for (uint32_t k = 0; k < texts; k++) {
    char text[40];
    size_t n = k ? (size_t)snprintf(text, sizeof text, "%s%u", prefix, k) : 0;
    col_put(&dict, k, (cell){.s = {arena_copy(&kept, text, n, &err), n}});
  }
  out.dict = arena_copy(&kept, &dict, sizeof dict, &err);
  return out;
}

/* n rows of it, from code `first` on, round and round. */
static void add_coded(col c, uint32_t first, uint32_t n) {
  uint32_t *codes = arena_array(&fresh, n, sizeof *codes, &err);
  for (uint32_t i = 0; i < n; i++) codes[i] = (first + i) % c.dict_rows;
  c.data = codes;
  add(&c, 1, n);
}

static void add_whole(const int64_t *values, const uint8_t *valid, uint32_t n) {
  col c = {.lane = LANE_I64, .form = COL_FLAT, .type = &whole_type, .data = values, .valid = valid};
  add(&c, 1, n);
}

static void dictionaries_become_one(void) {
  open(&text_type, 1, 64 << 20);
  col ten = coded("a", 10, 1), also_ten = coded("a", 10, 2), other = coded("b", 300, 0);
  add_coded(ten, 0, 1000);
  add_coded(also_ten, 3, 1000); /* the same texts under another id are the same codes */
  part *p = take(&text_type, 1);
  CHECK_EQ_INT(p->chunk.vecs[0].form, VEC_DICT);
  CHECK_EQ_UINT(p->chunk.vecs[0].n_values, 10);
  CHECK_EQ_UINT(p->chunk.vecs[0].width, 1);
  part_free(p);
  add_coded(other, 0, 1000); /* without an id every batch may have other texts */
  add_coded(ten, 0, 20);
  add_coded(other, 0, 1000);
  p = take(&text_type, 1);
  CHECK_EQ_INT(p->chunk.vecs[0].form, VEC_DICT);
  CHECK_EQ_UINT(p->chunk.vecs[0].n_values, 309); /* both have the empty one */
  CHECK_EQ_UINT(p->chunk.vecs[0].width, 2);
  part_free(p);
  close();
}

static void only_texts_that_occur_are_kept(void) {
  open(&text_type, 1, 64 << 20);
  col many = coded("a", 60000, 1);
  for (int i = 0; i < 5; i++) add_coded(many, 100, 50);
  part *p = take(&text_type, 1);
  CHECK_EQ_UINT(p->chunk.vecs[0].n_values, 50);
  part_free(p);
  close();
}

static void texts_that_hardly_repeat_lie_row_by_row(void) {
  open(&text_type, 1, 64 << 20);
  col many = coded("a", 30000, 1), huge = coded("b", 65537, 2);
  for (uint32_t i = 0; i < 12; i++) add_coded(many, i * 2048, 2048);
  part *p = take(&text_type, 1);
  CHECK_EQ_INT(p->chunk.vecs[0].form, VEC_TEXT);
  part_free(p);
  add_coded(many, 0, 30); /* few rows, none twice */
  p = take(&text_type, 1);
  CHECK_EQ_INT(p->chunk.vecs[0].form, VEC_TEXT);
  part_free(p);
  add_coded(huge, 5, 2048);
  p = take(&text_type, 1);
  CHECK_EQ_INT(p->chunk.vecs[0].form, VEC_TEXT);
  part_free(p);
  close();
}

static void a_block_of_texts_can_change_its_form(void) {
  open(&text_type, 1, 64 << 20);
  col few = coded("a", 9, 1), flat;
  value word = {.v = {.s = {"word", 4}}}, none = {.null = true};
  random_state r = {1};
  col constant, null;
  col_constant(&constant, &text_type, &word, &kept, &err);
  col_constant(&null, &text_type, &none, &kept, &err);
  add(&null, 1, 100);
  add_coded(few, 0, 100);
  add(&constant, 1, 100);
  random_flat(&r, &text_type, 100, 50, &fresh, &flat);
  add(&flat, 1, 100);
  add_coded(few, 0, 100);
  add(&null, 1, 100);
  add(&constant, 1, 100);
  part *p = take(&text_type, 1);
  CHECK_EQ_INT(p->chunk.vecs[0].form, VEC_TEXT);
  part_free(p);
  add_coded(few, 0, 100); /* the next block begins anew */
  p = take(&text_type, 1);
  CHECK_EQ_INT(p->chunk.vecs[0].form, VEC_DICT);
  part_free(p);
  add(&null, 1, 100);
  p = take(&text_type, 1);
  CHECK_EQ_INT(p->chunk.vecs[0].form, VEC_NULL);
  part_free(p);
  close();
}

static void numbers_take_the_bytes_of_their_range(void) {
  static const struct {
    int64_t low, high;
    uint8_t width;
  } ranges[] = {{7, 7, 0},          {-5, 250, 1},
                {-5, 251, 2},       {0, 65535, 2},
                {0, 65536, 4},      {-1, UINT32_MAX - 1, 4},
                {0, 4294967296, 8}, {INT64_MIN, INT64_MAX, 8}};
  static const uint8_t valid[] = {1, 0, 1};
  open(&whole_type, 1, 64 << 20);
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    int64_t without[] = {ranges[i].low, ranges[i].high}, garbage = (int64_t)0xA5A5A5A5A5A5A5A5u;
    int64_t with[] = {ranges[i].high, garbage, ranges[i].low};
    add_whole(without, NULL, 2);
    part *p = take(&whole_type, 1);
    CHECK_EQ_INT(p->chunk.vecs[0].width, ranges[i].width);
    CHECK(p->chunk.vecs[0].validity == NULL);
    part_free(p);
    add_whole(without, NULL, 2); /* nulls come late */
    add_whole(with, valid, 3);
    p = take(&whole_type, 1);
    CHECK_EQ_INT(p->chunk.vecs[0].width, ranges[i].width);
    part_free(p);
  }
  close();
}

/* ---- limits ---- */

static void long_texts_make_shorter_blocks(void) {
  enum { LONG = 1 << 20 };
  char *text = calloc(LONG, 1);
  sonde_str texts[3] = {{text, LONG}, {text, LONG}, {text, LONG}};
  col c = {.lane = LANE_STR, .form = COL_FLAT, .type = &text_type, .data = texts};
  batch b = {.n = 3, .n_cols = 1, .cols = &c};
  uint32_t batches = 0;
  part *p = NULL;
  open(&text_type, 1, (uint64_t)1 << 30);
  for (; batches < 1000 && !collector_is_full(&under_test); batches++)
    CHECK_EQ_INT(collector_add(&under_test, &b, &err), SONDE_OK);
  CHECK_EQ_UINT(batches, 22); /* 66 MB: the first above 64 */
  CHECK_EQ_INT(collector_take(&under_test, 1, 0, &p, &err), SONDE_OK);
  CHECK(!collector_is_full(&under_test));
  part_free(p);
  close();
  free(text);
}

/* Codes, then texts as they are: room is asked for in every way there is. */
static sonde_code keep_within(mem *small) {
  random_state r = {3};
  collector c;
  part *p = NULL;
  sonde_code code = collector_open(&c, small, &text_type, 1, &err);
  for (uint32_t i = 0; code == SONDE_OK && i < 10; i++) {
    col one;
    if (i < 8)
      random_dict(&r, TEXT, &text_type, 2048, 3000, &one);
    else
      random_flat(&r, &text_type, 2048, 3000, &fresh, &one);
    batch b = {.n = 2048, .n_cols = 1, .cols = &one};
    code = collector_add(&c, &b, &err);
  }
  if (code == SONDE_OK) code = collector_take(&c, 1, 0, &p, &err);
  part_free(p);
  collector_close(&c);
  return code;
}

static void a_full_budget_is_told_and_all_is_given_back(void) {
  bool refused = false, served = false;
  open(&text_type, 1, (uint64_t)1 << 30);
  for (uint64_t limit = 64 << 10; limit < 4 << 20; limit += 96 << 10) {
    mem small;
    mem_init(&small, limit, NULL, NULL);
    sonde_code code = keep_within(&small);
    CHECK(code == SONDE_OK || code == SONDE_LIMIT);
    CHECK_EQ_UINT(small.used, 0);
    refused |= code == SONDE_LIMIT;
    served |= code == SONDE_OK;
  }
  CHECK(refused && served);
  close();
}

int main(void) {
  expected = malloc(COLUMNS * sizeof *expected);
  if (!expected) return 1;
  make_types();
  RUN(every_lane_comes_out_as_it_went_in);
  RUN(dictionaries_become_one);
  RUN(only_texts_that_occur_are_kept);
  RUN(texts_that_hardly_repeat_lie_row_by_row);
  RUN(a_block_of_texts_can_change_its_form);
  RUN(numbers_take_the_bytes_of_their_range);
  RUN(long_texts_make_shorter_blocks);
  RUN(a_full_budget_is_told_and_all_is_given_back);
  free(expected);
  return check_report();
}
