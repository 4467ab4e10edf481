/* The whole types of a table's columns. */
#include "api/engine.h"

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

sonde_code table_shapes(const table *t, const column_ref *refs, uint32_t n, arena *memory, const shape **out,
                        sonde_error *err) {
  shape *shapes = arena_array(memory, n, sizeof *shapes, err);
  if (!shapes) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t c = refs[i].column;
    shapes[i] = (shape){.type = refs[i].form.type};
    if (t->format == FORMAT_MEMORY) shapes[i] = t->shapes[c];
    if (t->format == FORMAT_PARQUET) SONDE_TRY(shape_of(t->parquet.columns[c].node, memory, &shapes[i], err));
    shapes[i].name = t->names[c];
  }
  *out = shapes;
  return SONDE_OK;
}
