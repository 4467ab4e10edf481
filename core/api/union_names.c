/* The columns of a union by their names. See union.h. */
#include "api/union.h"
#include "base/utf8.h"
#include "exec/refs.h"

typedef struct {
  sonde_str *names;
  uint32_t *taken; /* per column: the number from 1 of the last file that has it */
  uint32_t n;
} naming;

/* The column of that name that `file` does not have yet, looked for from `hint` on: mostly files have the same columns in the
 * same order. `n`: there is none. */
static uint32_t find_name(const naming *x, sonde_str name, uint32_t file, uint32_t hint) {
  for (uint32_t i = 0; i < x->n; i++) {
    uint32_t c = (hint + i) % x->n;
    if (x->taken[c] != file + 1 && text_same(x->names[c], name)) return c;
  }
  return x->n;
}

/* of[k]: the union's column of the file's column k. */
static void name_columns(naming *x, const table *file, uint32_t number, uint32_t *of) {
  for (uint32_t k = 0, hint = 0; k < file->columns; k++) {
    of[k] = find_name(x, file->names[k], number, hint);
    if (of[k] == x->n) x->names[x->n++] = file->names[k];
    x->taken[of[k]] = number + 1;
    hint = of[k] + 1;
  }
}

static sonde_code name_constant(naming *x, union_constant *c, sonde_str filename, sonde_error *err) {
  c->column = find_name(x, c->name, UINT32_MAX - 1, 0);
  SONDE_CHECK(c->column == x->n || !text_same(c->name, filename), err, SONDE_NAME, 0,
              "the files have a column '%.*s' already; choose another name for theirs",
              (int)utf8_cut(c->name.ptr, c->name.len, 80), c->name.ptr);
  if (c->column == x->n) x->names[x->n++] = c->name;
  return SONDE_OK;
}

static void set_constants(const table *t, uint32_t number, const union_constants *constants) {
  for (uint32_t i = 0; i < constants->n; i++) {
    const union_constant *c = &constants->items[i];
    column_ref *ref = &t->members[number].refs[c->column];
    ref->stored = c->values[number].ptr ? REF_CONSTANT : REF_ABSENT;
    ref->piece = c->values[number];
  }
}

static sonde_code make_refs(const table *t, member *m, const uint32_t *of, arena *memory, sonde_error *err) {
  m->refs = arena_array(memory, t->columns, sizeof *m->refs, err);
  if (!m->refs) return err->code;
  for (uint32_t c = 0; c < t->columns; c++) m->refs[c] = (column_ref){.column = c, .stored = REF_ABSENT};
  for (uint32_t k = 0; k < m->table->columns; k++) m->refs[of[k]].stored = k;
  return SONDE_OK;
}

sonde_code union_names(table *t, union_constants *constants, sonde_str filename, arena *scratch,
                       sonde_error *err) {
  size_t most = constants->n;
  for (uint32_t i = 0; i < t->n_members; i++) most += t->members[i].table->columns;
  naming x = {.names = arena_array(&t->memory, most, sizeof *x.names, err),
              .taken = arena_zero(scratch, most * sizeof *x.taken, err)};
  uint32_t *of = arena_array(scratch, most, sizeof *of, err), *at = of;
  if (!x.names || !x.taken || !of) return err->code;
  for (uint32_t i = 0; i < t->n_members; at += t->members[i++].table->columns)
    name_columns(&x, t->members[i].table, i, at);
  for (uint32_t i = 0; i < constants->n; i++)
    SONDE_TRY(name_constant(&x, &constants->items[i], filename, err));
  t->names = x.names;
  t->columns = x.n;
  at = of;
  for (uint32_t i = 0; i < t->n_members; at += t->members[i++].table->columns) {
    SONDE_TRY(make_refs(t, &t->members[i], at, &t->memory, err));
    set_constants(t, i, constants);
  }
  return SONDE_OK;
}
