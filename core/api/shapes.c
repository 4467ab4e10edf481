/* The whole types of a table's columns. */
#include "api/sql_types.h"
#include "exec/refs.h"
#include "exec/store/col_vec.h"

static sonde_code children_of(const pq_node *, const sql_type *, arena *, shape *, sonde_error *);

static sonde_code shape_of(const pq_node *n, const sql_type *t, arena *memory, shape *out, sonde_error *err) {
  *out = (shape){.name = n->name, .type = n->type};
  if (t) out->narrow = narrow_type_of(t);
  bool is_group = n->kind == PQ_STRUCT || n->kind == PQ_LIST || n->kind == PQ_MAP;
  return is_group ? children_of(n, t, memory, out, err) : SONDE_OK;
}

static sonde_code children_of(const pq_node *n, const sql_type *t, arena *memory, shape *out,
                              sonde_error *err) {
  shape *children = arena_array(memory, n->n_children, sizeof *children, err);
  if (!children) return err->code;
  for (uint32_t i = 0; i < n->n_children; i++)
    SONDE_TRY(shape_of(&n->children[i], t ? &t->children[i] : NULL, memory, &children[i], err));
  out->children = children;
  out->n_children = n->n_children;
  return SONDE_OK;
}

const pq_column *table_parquet_column(const table *t, uint32_t c) {
  if (t->n_members == 0) return t->format == FORMAT_PARQUET ? &t->parquet.columns[c] : NULL;
  for (uint32_t i = 0; i < t->n_members; i++) {
    const member *m = &t->members[i];
    bool has = ref_is_stored(&m->refs[c]) && m->table->format == FORMAT_PARQUET;
    if (has) return table_parquet_column(m->table, m->refs[c].stored);
  }
  return NULL;
}

/* Files of a union may differ in widths, so theirs are left out. */
static sonde_code parquet_shape(const table *t, uint32_t c, arena *memory, shape *out, sonde_error *err) {
  const pq_column *parquet = table_parquet_column(t, c);
  sql_type type;
  *out = (shape){0};
  if (!parquet) return SONDE_OK;
  SONDE_TRY(table_sql_type(t, c, memory, &type, err));
  return shape_of(parquet->node, t->n_members ? NULL : &type, memory, out, err);
}

sonde_code table_shapes(const table *t, const column_ref *refs, uint32_t n, arena *memory, const shape **out,
                        sonde_error *err) {
  shape *shapes = arena_array(memory, n, sizeof *shapes, err);
  if (!shapes) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    SONDE_TRY(parquet_shape(t, refs[i].column, memory, &shapes[i], err));
    if (t->format == FORMAT_MEMORY) shapes[i] = t->shapes[refs[i].column];
    if (shapes[i].type.id != refs[i].form.type.id) shapes[i].narrow = (narrow_type){0};
    shapes[i].type = refs[i].form.type;
    shapes[i].name = t->names[refs[i].column];
  }
  *out = shapes;
  return SONDE_OK;
}
