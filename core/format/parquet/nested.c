/* From levels to nested vecs: S. Melnik et al., "Dremel", 2010, section 4.2, a column of levels at a time. */
#include "format/parquet/bits.h"
#include "format/parquet/leaf.h"
#include "format/parquet/variant.h"

static sonde_code uneven(sonde_error *err) {
  return status_set(err, SONDE_CORRUPT, 0, "the fields of a nested column have different numbers of values");
}

static uint8_t def_at(const leaf_data *l, uint32_t i) { return l->defs ? l->defs[i] : 0; }

/* Whether entry i begins a slot of a node: not a further item of a list below, and its own list has an item there. */
static bool begins_slot(const leaf_data *l, const pq_node *n, uint32_t i) {
  return (!l->reps || l->reps[i] <= n->rep) && def_at(l, i) >= n->slot_def;
}

static sonde_code validity_of(const pq_node *n, const leaf_data *l, uint32_t slots, arena *memory, vec *v,
                              sonde_error *err) {
  uint64_t *bits = arena_zero(memory, bits_words(slots) * 8, err);
  uint32_t at = 0, set = 0;
  if (!bits) return err->code;
  for (uint32_t i = 0; i < l->entries; i++) {
    if (!begins_slot(l, n, i)) continue;
    if (at == slots) return uneven(err);
    bool present = def_at(l, i) >= n->def;
    bits_put(bits, at++, present);
    set += present;
  }
  if (at != slots) return uneven(err);
  v->nulls = slots - set;
  v->validity = v->nulls ? bits : NULL;
  return SONDE_OK;
}

static sonde_code children_of(const pq_node *n, const leaf_data *leaves, uint32_t slots, arena *memory,
                              vec *v, sonde_error *err) {
  vec *children = arena_array(memory, n->n_children, sizeof *children, err);
  if (!children) return err->code;
  for (uint32_t i = 0; i < n->n_children; i++)
    SONDE_TRY(nested_vec(&n->children[i], leaves, slots, memory, &children[i], err));
  v->n_children = n->n_children;
  v->children = children;
  return SONDE_OK;
}

static sonde_code names_of(const pq_node *n, arena *memory, vec *v, sonde_error *err) {
  sonde_str *names = arena_array(memory, n->n_children, sizeof *names, err);
  if (!names) return err->code;
  for (uint32_t i = 0; i < n->n_children; i++) {
    char *name = arena_copy(memory, n->children[i].name.ptr, n->children[i].name.len, err);
    if (!name) return err->code;
    names[i] = (sonde_str){name, n->children[i].name.len};
  }
  v->names = names;
  return SONDE_OK;
}

static sonde_code struct_vec(const pq_node *n, const leaf_data *leaves, uint32_t slots, arena *memory, vec *v,
                             sonde_error *err) {
  *v = (vec){.type = n->type, .form = VEC_STRUCT, .rows = slots};
  if (n->n_children == 0) { /* nothing of it is written, not even whether it is null */
    *v = (vec){.type = n->type, .form = VEC_NULL, .rows = slots, .nulls = slots};
    return SONDE_OK;
  }
  if (n->def > n->slot_def) SONDE_TRY(validity_of(n, &leaves[n->leaf], slots, memory, v, err));
  SONDE_TRY(names_of(n, memory, v, err));
  return children_of(n, leaves, slots, memory, v, err);
}

/* Where each slot's items begin; answers the number of all items in offsets[slots]. */
static bool offsets_of(const pq_node *n, const leaf_data *l, uint32_t slots, uint32_t *offsets) {
  uint32_t at = 0, items = 0;
  for (uint32_t i = 0; i < l->entries; i++) {
    if (begins_slot(l, n, i)) {
      if (at == slots) return false;
      offsets[at++] = items;
    }
    uint8_t rep = l->reps ? l->reps[i] : 0;
    if (rep <= n->rep + 1 && def_at(l, i) >= n->item_def) items++;
  }
  offsets[slots] = items;
  return at == slots;
}

static sonde_code list_vec(const pq_node *n, const leaf_data *leaves, uint32_t slots, arena *memory, vec *v,
                           sonde_error *err) {
  *v = (vec){.type = n->type, .form = n->kind == PQ_MAP ? VEC_MAP : VEC_LIST, .rows = slots};
  uint32_t *offsets = arena_array(memory, (size_t)slots + 1, sizeof *offsets, err);
  if (!offsets) return err->code;
  if (!offsets_of(n, &leaves[n->leaf], slots, offsets)) return uneven(err);
  if (n->def > n->slot_def) SONDE_TRY(validity_of(n, &leaves[n->leaf], slots, memory, v, err));
  v->offsets = offsets;
  return children_of(n, leaves, offsets[slots], memory, v, err);
}

static sonde_code variant_of(const pq_node *n, const leaf_data *leaves, uint32_t slots, arena *memory, vec *v,
                             sonde_error *err) {
  vec parts;
  SONDE_TRY(struct_vec(n, leaves, slots, memory, &parts, err));
  return variant_vec(&parts, memory, v, err);
}

/* A list of what has no columns below cannot be told from an empty one. */
static bool has_leaf(const pq_node *n) {
  if (n->kind == PQ_LEAF) return true;
  for (uint32_t i = 0; i < n->n_children; i++)
    if (has_leaf(&n->children[i])) return true;
  return false;
}

sonde_code nested_vec(const pq_node *n, const leaf_data *leaves, uint32_t slots, arena *memory, vec *out,
                      sonde_error *err) {
  if (!has_leaf(n)) {
    *out = (vec){.type = n->type, .form = VEC_NULL, .rows = slots, .nulls = slots};
    return SONDE_OK;
  }
  if (n->kind == PQ_STRUCT) return struct_vec(n, leaves, slots, memory, out, err);
  if (n->kind == PQ_VARIANT) return variant_of(n, leaves, slots, memory, out, err);
  if (n->kind != PQ_LEAF) return list_vec(n, leaves, slots, memory, out, err);
  *out = leaves[n->leaf].values;
  return out->rows == slots ? SONDE_OK : uneven(err);
}
