/* The whole types of a table's columns. */
#include "api/engine.h"
#include "exec/refs.h"

static sonde_code children_of(const pq_node *, arena *, shape *, sonde_error *);

static sonde_code shape_of(const pq_node *n, arena *memory, shape *out, sonde_error *err) {
  *out = (shape){.name = n->name, .type = n->type};
  bool nested = n->kind == PQ_STRUCT || n->kind == PQ_LIST || n->kind == PQ_MAP;
  return nested ? children_of(n, memory, out, err) : SONDE_OK;
}

static sonde_code children_of(const pq_node *n, arena *memory, shape *out, sonde_error *err) {
  shape *children = arena_array(memory, n->n_children, sizeof *children, err);
  if (!children) return err->code;
  for (uint32_t i = 0; i < n->n_children; i++)
    SONDE_TRY(shape_of(&n->children[i], memory, &children[i], err));
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

sonde_code table_shapes(const table *t, const column_ref *refs, uint32_t n, arena *memory, const shape **out,
                        sonde_error *err) {
  shape *shapes = arena_array(memory, n, sizeof *shapes, err);
  if (!shapes) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    const pq_column *parquet = table_parquet_column(t, refs[i].column);
    shapes[i] = (shape){0};
    if (parquet) SONDE_TRY(shape_of(parquet->node, memory, &shapes[i], err));
    if (t->format == FORMAT_MEMORY) shapes[i] = t->shapes[refs[i].column];
    shapes[i].type = refs[i].form.type;
    shapes[i].name = t->names[refs[i].column];
  }
  *out = shapes;
  return SONDE_OK;
}
