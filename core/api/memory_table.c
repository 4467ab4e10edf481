/* See memory_table.h. */
#include "api/memory_table.h"

#include "base/datetime.h"
#include "column/page.h"
#include "exec/store/col_vec.h"

#define FIRST_ROWS 200u
#define FIRST_CELLS 200000u

/* ---- columns ---- */

static sonde_code text_copy(sonde_str s, arena *a, sonde_str *out, sonde_error *err) {
  *out = (sonde_str){arena_copy(a, s.ptr, s.len, err), s.len};
  return out->ptr ? SONDE_OK : err->code;
}

static sonde_code type_copy(const sql_type *from, arena *a, sql_type *out, sonde_error *err) {
  uint32_t n = from->n_children;
  *out = *from;
  out->literal = 0;
  if (n == 0) return SONDE_OK;
  sql_type *children = arena_array(a, n, sizeof *children, err);
  sonde_str *names = arena_zero(a, n * sizeof *names, err);
  if (!children || !names) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    SONDE_TRY(type_copy(&from->children[i], a, &children[i], err));
    if (from->names) SONDE_TRY(text_copy(from->names[i], a, &names[i], err));
  }
  out->children = children;
  if (from->id == SQL_STRUCT) out->names = names;
  return SONDE_OK;
}

sonde_code columns_copy(const plan_column *from, uint32_t n, arena *a, plan_column **out, sonde_error *err) {
  *out = arena_array(a, n, sizeof **out, err);
  if (!*out) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    SONDE_TRY(text_copy(from[i].name, a, &(*out)[i].name, err));
    SONDE_TRY(type_copy(&from[i].type, a, &(*out)[i].type, err));
  }
  return SONDE_OK;
}

static sonde_code shape_of(const sql_type *t, arena *a, shape *out, sonde_error *err) {
  shape *children = arena_array(a, t->n_children, sizeof *children, err);
  if (!children) return err->code;
  out->type = stored_type(t);
  out->narrow = narrow_type_of(t);
  out->n_children = t->n_children;
  out->children = children;
  for (uint32_t i = 0; i < t->n_children; i++) {
    children[i] = (shape){.name = t->names ? t->names[i] : (sonde_str){"", 0}};
    SONDE_TRY(shape_of(&t->children[i], a, &children[i], err));
  }
  return SONDE_OK;
}

static sonde_code describe(table *t, const plan_column *from, uint32_t n, sonde_error *err) {
  arena *a = &t->memory;
  plan_column *columns;
  SONDE_TRY(columns_copy(from, n, a, &columns, err));
  sonde_str *names = arena_array(a, n, sizeof *names, err);
  sql_type *types = arena_array(a, n, sizeof *types, err);
  shape *shapes = arena_zero(a, n * sizeof *shapes, err);
  t->forms = arena_zero(a, n * sizeof *t->forms, err);
  t->forced = arena_zero(a, n * sizeof *t->forced, err);
  t->seen = arena_zero(a, n * sizeof *t->seen, err);
  t->stats = arena_zero(a, n * sizeof *t->stats, err);
  if (!names || !types || !shapes || !t->forms || !t->forced || !t->seen || !t->stats) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    names[i] = shapes[i].name = columns[i].name;
    types[i] = columns[i].type;
    SONDE_TRY(shape_of(&types[i], a, &shapes[i], err));
    t->forms[i] = (csv_form){.type = shapes[i].type, .order = DATE_YMD};
  }
  t->names = names;
  t->sql_types = types;
  t->shapes = shapes;
  t->columns = n;
  return SONDE_OK;
}

/* ---- tables ---- */

sonde_code memory_table_new(sonde_engine *e, const plan_column *columns, uint32_t n, table **out,
                            sonde_error *err) {
  table *t = mem_alloc(&e->mem, sizeof *t, err);
  if (!t) return err->code;
  *t = (table){.id = e->next_id++, .format = FORMAT_MEMORY, .indexed = true, .imported = true};
  t->name = (sonde_str){"", 0};
  arena_init(&t->memory, &e->mem);
  if (describe(t, columns, n, err) != SONDE_OK) {
    table_free(e, t);
    return err->code;
  }
  *out = t;
  return SONDE_OK;
}

static sonde_code room_for_block(table *t, sonde_error *err) {
  uint32_t n = t->n_blocks;
  if (n & (n - 1) || n == 1) return SONDE_OK; /* the room doubles whenever it is full */
  block *blocks = arena_array(&t->memory, n ? 2 * (size_t)n : 2, sizeof *blocks, err);
  if (!blocks) return err->code;
  if (n) memcpy(blocks, t->blocks, n * sizeof *blocks);
  t->blocks = blocks;
  return SONDE_OK;
}

sonde_code memory_table_add(sonde_engine *e, table *t, collector *c, sonde_error *err) {
  part *p;
  uint32_t b = t->n_blocks;
  SONDE_TRY(room_for_block(t, err));
  SONDE_TRY(collector_take(c, t->id, b, &p, err));
  store_own(&e->store, p);
  uint64_t end = t->size + part_size(p);
  t->blocks[b] = (block){.begin = t->size,
                         .end = end,
                         .row_begin = t->size,
                         .next_begin = end,
                         .first_row = t->rows,
                         .rows = p->chunk.rows,
                         .known = true};
  t->size = end;
  t->rows += p->chunk.rows;
  t->n_blocks = t->n_verified = b + 1;
  return SONDE_OK;
}

void memory_table_publish(sonde_engine *e, table *t) {
  t->next = e->tables;
  e->tables = t;
}

static uint32_t rows_shown(const table *t) {
  uint32_t n = FIRST_CELLS / t->columns;
  if (n < 1) n = 1;
  if (n > FIRST_ROWS) n = FIRST_ROWS;
  if (t->n_blocks == 0) return 0;
  return n < t->blocks[0].rows ? n : t->blocks[0].rows;
}

sonde_code memory_table_page(sonde_engine *e, const table *t, arena *scratch, buf *out, sonde_error *err) {
  uint32_t n = rows_shown(t);
  page_cell *cells = arena_array(scratch, n, sizeof *cells, err);
  if (!cells) return err->code;
  page_begin(out, t->columns, n, 0, NULL);
  for (uint32_t c = 0; c < t->columns; c++) {
    const vec *v = n ? store_column(&e->store, t->id, 0, c, t->forms[c]) : NULL;
    for (uint32_t r = 0; r < n; r++) cells[r] = (page_cell){v, r};
    page_column(out, c, c, t->forms[c].type, cells);
  }
  return buf_status(out, err);
}
