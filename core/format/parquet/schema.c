/* The schema tree: levels, and lists and maps in all their spellings (LogicalTypes.md, "Lists", "Maps", "Backward-
 * compatibility rules"). */
#include "format/parquet/schema.h"

#include <string.h>

#include "base/utf8.h"

#define TYPE_TEXT_MAX ((size_t)1 << 20)
#define TYPE_TEXT_SHOWN 4096u

typedef struct {
  const pq_element *elements;
  uint32_t n, at; /* at: the next element */
  uint32_t leaves;
  arena *memory;
  buf *text;
  sonde_error *err;
} walk;

/* Where a node stands: definition and repetition level around it, and the last list's item level. */
typedef struct {
  uint32_t def, rep, slot_def, depth;
} place;

static sonde_code build(walk *, place, pq_node *);

static bool named(const pq_element *e, const char *name) {
  return e->name.len == strlen(name) && memcmp(e->name.ptr, name, e->name.len) == 0;
}

/* The name as UTF-8. */
static sonde_code own_name(walk *w, sonde_str name, sonde_str *out) {
  *out = name;
  if (utf8_valid(name.ptr, name.len)) return SONDE_OK;
  char *room = arena_alloc(w->memory, utf8_repair_max(name.len), w->err);
  if (!room) return w->err->code;
  *out = (sonde_str){room, utf8_repair(name.ptr, name.len, room)};
  return SONDE_OK;
}

static sonde_code new_children(walk *w, pq_node *n, uint32_t count, pq_node **out) {
  *out = arena_zero(w->memory, (size_t)count * sizeof **out, w->err);
  if (!*out) return w->err->code;
  n->n_children = count;
  n->children = *out;
  return SONDE_OK;
}

static sonde_code build_leaf(walk *w, const pq_element *e, place p, pq_node *n) {
  n->kind = PQ_LEAF;
  n->max_def = (uint8_t)p.def;
  n->max_rep = (uint8_t)p.rep;
  n->leaf = w->leaves++;
  SONDE_TRY(pq_leaf_type(e, n, w->err));
  pq_leaf_type_text(e, n, w->text);
  return SONDE_OK;
}

static void put_field_name(walk *w, sonde_str name) {
  buf_put(w->text, name.ptr, name.len);
  buf_put(w->text, ": ", 2);
}

static sonde_code build_struct(walk *w, const pq_element *e, place p, pq_node *n) {
  n->kind = PQ_STRUCT;
  n->type.id = TYPE_STRUCT;
  pq_node *children;
  SONDE_CHECK(e->children <= w->n - w->at, w->err, SONDE_CORRUPT, 0,
              "the schema ends early, in group \"%.*s\"", (int)e->name.len, e->name.ptr);
  SONDE_TRY(new_children(w, n, (uint32_t)e->children, &children));
  buf_put(w->text, "struct<", 7);
  for (uint32_t i = 0; i < n->n_children; i++) {
    if (i > 0) buf_put(w->text, ", ", 2);
    if (w->at < w->n) put_field_name(w, w->elements[w->at].name);
    SONDE_TRY(build(w, p, &children[i]));
  }
  buf_put(w->text, ">", 1);
  return SONDE_OK;
}

/* The place of what a repeated field repeats. */
static sonde_code into_items(walk *w, place *p, pq_node *list) {
  SONDE_CHECK(p->rep < UINT8_MAX && p->def < UINT8_MAX, w->err, SONDE_LIMIT, 0, "lists are nested too deep");
  p->def++;
  p->rep++;
  p->slot_def = p->def;
  p->depth++;
  list->item_def = (uint8_t)p->def;
  return SONDE_OK;
}

static void place_node(const walk *w, pq_node *n, place p) {
  n->leaf = w->leaves;
  n->def = (uint8_t)p.def;
  n->rep = (uint8_t)p.rep;
  n->slot_def = (uint8_t)p.slot_def;
}

/* What stands in one element, its repetition already counted in `p`. */
static sonde_code build_content(walk *w, const pq_element *e, place p, pq_node *n);

/* An item that is the repeated field itself. */
static sonde_code build_item(walk *w, const pq_element *e, place p, pq_node *item) {
  SONDE_TRY(own_name(w, e->name, &item->name));
  place_node(w, item, p);
  return build_content(w, e, p, item);
}

static sonde_code begin_list(walk *w, place *p, pq_node *n, pq_node **item) {
  n->kind = PQ_LIST;
  n->type.id = TYPE_LIST;
  buf_put(w->text, "list<", 5);
  SONDE_TRY(new_children(w, n, 1, item));
  return into_items(w, p, n);
}

/* A repeated field outside of LIST and MAP: a list that is never null, of values that are never null. */
static sonde_code build_bare_list(walk *w, const pq_element *e, place p, pq_node *n) {
  pq_node *item;
  SONDE_TRY(begin_list(w, &p, n, &item));
  SONDE_TRY(build_item(w, e, p, item));
  buf_put(w->text, ">", 1);
  return SONDE_OK;
}

/* Whether the repeated field is the element itself and not a wrapper around it: rules 1 to 4 of "Lists". */
static bool repeats_elements(const walk *w, const pq_element *list, const pq_element *repeated) {
  if (repeated->leaf || repeated->children != 1) return true;
  if (w->at + 1 < w->n && w->elements[w->at + 1].repetition == PQ_REPEATED) return true;
  if (named(repeated, "array")) return true;
  size_t n = list->name.len;
  return repeated->name.len == n + 6 && memcmp(repeated->name.ptr, list->name.ptr, n) == 0 &&
         memcmp(repeated->name.ptr + n, "_tuple", 6) == 0;
}

static sonde_code build_list(walk *w, const pq_element *e, place p, pq_node *n) {
  const pq_element *repeated = &w->elements[w->at];
  pq_node *item;
  SONDE_TRY(begin_list(w, &p, n, &item));
  bool itself = repeats_elements(w, e, repeated);
  w->at++;
  SONDE_TRY(itself ? build_item(w, repeated, p, item) : build(w, p, item));
  buf_put(w->text, ">", 1);
  return SONDE_OK;
}

static sonde_code build_map(walk *w, place p, pq_node *n) {
  pq_node *pair;
  n->kind = PQ_MAP;
  n->type.id = TYPE_MAP;
  SONDE_TRY(new_children(w, n, 2, &pair));
  SONDE_TRY(into_items(w, &p, n));
  buf_put(w->text, "map<", 4);
  w->at++; /* the repeated group */
  SONDE_TRY(build(w, p, &pair[0]));
  buf_put(w->text, ", ", 2);
  SONDE_TRY(build(w, p, &pair[1]));
  buf_put(w->text, ">", 1);
  return SONDE_OK;
}

static sonde_code build_variant(walk *w, const pq_element *e, place p, pq_node *n) {
  size_t before = w->text->len;
  SONDE_TRY(build_struct(w, e, p, n));
  SONDE_TRY(buf_status(w->text, w->err));
  w->text->len = before;
  buf_put(w->text, "variant", 7);
  n->kind = PQ_VARIANT;
  n->type.id = TYPE_TEXT;
  return SONDE_OK;
}

/* The group's only child, when that is repeated. */
static const pq_element *repeated_child(const walk *w, const pq_element *e) {
  const pq_element *child = e->children == 1 && w->at < w->n ? &w->elements[w->at] : NULL;
  return child && child->repetition == PQ_REPEATED ? child : NULL;
}

static sonde_code build_content(walk *w, const pq_element *e, place p, pq_node *n) {
  if (e->leaf) return build_leaf(w, e, p, n);
  if (e->logical == LOGICAL_VARIANT) return build_variant(w, e, p, n);
  const pq_element *child = repeated_child(w, e);
  bool map = e->logical == LOGICAL_MAP || e->key_value;
  if (child && map && !child->leaf && child->children == 2) return build_map(w, p, n);
  if (child && (e->logical == LOGICAL_LIST || (map && child->children != 2))) return build_list(w, e, p, n);
  return build_struct(w, e, p, n);
}

static sonde_code build(walk *w, place p, pq_node *n) {
  SONDE_CHECK(w->at < w->n, w->err, SONDE_CORRUPT, 0, "the schema ends early");
  SONDE_CHECK(p.depth < PQ_DEPTH_MAX, w->err, SONDE_LIMIT, 0, "the schema is nested more than %u levels deep",
              PQ_DEPTH_MAX);
  const pq_element *e = &w->elements[w->at++];
  SONDE_CHECK(e->repetition <= PQ_REPEATED && (e->leaf || e->children >= 0), w->err, SONDE_CORRUPT, 0,
              "the schema's element \"%.*s\" is broken", (int)e->name.len, e->name.ptr);
  p.depth++;
  if (e->repetition == PQ_OPTIONAL) p.def++;
  SONDE_TRY(own_name(w, e->name, &n->name));
  place_node(w, n, p);
  return e->repetition == PQ_REPEATED ? build_bare_list(w, e, p, n) : build_content(w, e, p, n);
}

/* The text of a type, cut where a schema of thousands of fields would make a book of it. */
static sonde_code keep_text(walk *w, sonde_str *out) {
  SONDE_TRY(buf_status(w->text, w->err));
  const char *text = (const char *)w->text->data;
  size_t n = utf8_cut(text, w->text->len, TYPE_TEXT_SHOWN);
  char *room = arena_alloc(w->memory, utf8_repair_max(n) + 3, w->err);
  if (!room) return w->err->code;
  bool cut = n < w->text->len;
  n = utf8_repair(text, n, room);
  if (cut) memcpy(room + n, "\xE2\x80\xA6", 3);
  *out = (sonde_str){room, n + (cut ? 3 : 0)};
  buf_clear(w->text);
  return SONDE_OK;
}

/* A group without any leaf below has no data and is no column. */
static sonde_code build_columns(walk *w, pq_file *file, uint32_t n) {
  pq_column *columns = arena_zero(w->memory, (size_t)n * sizeof *columns, w->err);
  pq_node *nodes = arena_zero(w->memory, (size_t)n * sizeof *nodes, w->err);
  if (!columns || !nodes) return w->err->code;
  for (uint32_t i = 0; i < n; i++) {
    pq_column *c = &columns[file->n_columns];
    w->leaves = 0;
    SONDE_TRY(build(w, (place){0}, &nodes[i]));
    SONDE_TRY(keep_text(w, &c->type_text));
    if (w->leaves == 0) continue;
    sonde_str text = c->type_text;
    *c = (pq_column){.name = nodes[i].name,
                     .type = nodes[i].type,
                     .node = &nodes[i],
                     .first_leaf = file->n_leaves,
                     .n_leaves = w->leaves};
    c->type_text = text;
    file->n_columns++;
    file->n_leaves += w->leaves;
  }
  file->columns = columns;
  return SONDE_OK;
}

sonde_code pq_schema(const pq_element *elements, uint32_t n, arena *memory, pq_file *file, sonde_error *err) {
  SONDE_CHECK(n > 0 && elements[0].children >= 0 && elements[0].children < n, err, SONDE_CORRUPT, 0,
              "the schema is empty or broken");
  buf text;
  buf_init(&text, memory->mem, TYPE_TEXT_MAX);
  walk w = {.elements = elements, .n = n, .at = 1, .memory = memory, .text = &text, .err = err};
  sonde_code code = build_columns(&w, file, (uint32_t)elements[0].children);
  buf_free(&text);
  return code;
}
