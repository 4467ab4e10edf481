/* The types of a union's columns. See union.h. */
#include <string.h>

#include "api/union.h"
#include "base/utf8.h"
#include "exec/refs.h"
#include "exec/value_text.h"

#define DECIMAL_DIGITS 38u
#define INT64_DIGITS 19u

/* A file's column on its way to the type of the union's. */
typedef struct {
  const table *file;
  uint32_t column;
} source_column;

static csv_form form_in(source_column s) { return s.file->forms[s.column]; }

static const pq_node *node_in(source_column s) {
  return s.file->format == FORMAT_PARQUET ? s.file->parquet.columns[s.column].node : NULL;
}

/* The items of lists and maps are called as their writer likes; the fields of a struct have names. */
static bool same_shape(const pq_node *a, const pq_node *b) {
  bool same = a->kind == b->kind && a->type.id == b->type.id && a->type.scale == b->type.scale;
  if (!same || a->kind == PQ_VARIANT || a->kind == PQ_LEAF) return same;
  same = a->n_children == b->n_children;
  for (uint32_t i = 0; same && i < a->n_children; i++) {
    const pq_node *x = &a->children[i], *y = &b->children[i];
    same = same_shape(x, y) && (a->kind != PQ_STRUCT || text_same(x->name, y->name));
  }
  return same;
}

static bool is_number(column_type t) {
  return t.id == TYPE_INT64 || t.id == TYPE_FLOAT || (t.id == TYPE_DOUBLE && t.scale == 0);
}

static bool either(column_type a, column_type b, type_id one, type_id other) {
  return (a.id == one && b.id == other) || (a.id == other && b.id == one);
}

/* The least type as which values of both can be read (vec_readable_as). False: there is none. */
static bool widen(column_type *to, column_type t) {
  column_type from = *to;
  if (t.id == TYPE_NONE || (t.id == from.id && t.scale == from.scale)) return true;
  uint8_t scale = t.scale > from.scale ? t.scale : from.scale;
  if (from.id == TYPE_NONE) return *to = t, true;
  if (t.id == TYPE_DECIMAL && from.id == TYPE_DECIMAL) return to->scale = scale, true;
  if (either(from, t, TYPE_INT64, TYPE_DECIMAL)) return *to = (column_type){TYPE_DECIMAL, scale}, true;
  if (is_number(from) && is_number(t)) return *to = (column_type){.id = TYPE_DOUBLE}, true;
  if (!either(from, t, TYPE_DATE, TYPE_TIMESTAMP) || scale) return false;
  return *to = (column_type){.id = TYPE_TIMESTAMP}, true;
}

/* As the file calls it, which says more than two types of one name do. */
static sonde_str type_text(source_column s) {
  const char *name = type_name((type_id)form_in(s).type.id);
  return node_in(s) ? s.file->parquet.columns[s.column].type_text : (sonde_str){name, strlen(name)};
}

static int shown(sonde_str s) { return (int)utf8_cut(s.ptr, s.len, 80); }

static sonde_code refuse(sonde_str name, source_column a, source_column b, sonde_error *err) {
  sonde_str in_a = type_text(a), in_b = type_text(b);
  bool csv = !node_in(a) || !node_in(b);
  return status_set(err, SONDE_TYPE, 0,
                    "column '%.*s' is %.*s in %.*s and %.*s in %.*s; %sopen the files apart", shown(name),
                    name.ptr, shown(in_a), in_a.ptr, shown(a.file->name), a.file->name.ptr, shown(in_b),
                    in_b.ptr, shown(b.file->name), b.file->name.ptr,
                    csv ? "choose a type that fits for that of the CSV file, or " : "");
}

static uint32_t digits_of(int128 v, uint8_t scale) {
  char text[VALUE_TEXT_MAX];
  uint32_t digits = 0, n = (uint32_t)number_format_int128(v, scale, text);
  for (uint32_t i = 0; i < n && text[i] != '.'; i++) digits += text[i] != '-';
  return digits;
}

static uint32_t digits_by_schema(source_column s) {
  const pq_node *n = node_in(s);
  uint32_t all = n ? n->precision : DECIMAL_DIGITS, scale = form_in(s).type.scale;
  return all > scale ? all - scale : 0;
}

/* Digits before the point that the column's numbers have at most. */
static uint32_t whole_digits(source_column s) {
  column_type t = form_in(s).type;
  const column_stats *stats = &s.file->stats[s.column];
  if (t.id == TYPE_INT64) return INT64_DIGITS;
  if (t.id != TYPE_DECIMAL) return 0;
  if (!s.file->profiled || stats->stale) return digits_by_schema(s);
  if (stats->values == 0) return 0;
  uint32_t low = digits_of(stats->min_i128, t.scale), high = digits_of(stats->max_i128, t.scale);
  return low > high ? low : high;
}

typedef struct {
  csv_form form;
  bool by_values;      /* all files are CSV, and no one chose a type: it is what it would be in one file */
  csv_seen seen;       /* then of all of them */
  source_column first; /* else: the first one that has values */
  uint32_t digits;
} common;

static bool all_guessed(const table *t, uint32_t c) {
  for (uint32_t i = 0; i < t->n_members; i++) {
    const table *file = t->members[i].table;
    uint32_t k = t->members[i].refs[c].stored;
    if (k < REF_CONSTANT && (file->format != FORMAT_CSV || file->forced[k])) return false;
  }
  return true;
}

static sonde_code add_type(common *x, source_column s, sonde_str name, sonde_error *err) {
  csv_form form = form_in(s);
  if (!x->first.file || x->form.type.id == TYPE_NONE) {
    x->first = s;
    x->form = form;
  }
  bool nested = node_in(s) && node_in(x->first) && node_in(s)->kind != PQ_LEAF;
  if (nested && !same_shape(node_in(x->first), node_in(s))) return refuse(name, x->first, s, err);
  if (!widen(&x->form.type, form.type)) return refuse(name, x->first, s, err);
  if (whole_digits(s) > x->digits) x->digits = whole_digits(s);
  return SONDE_OK;
}

static sonde_code find_type(const table *t, uint32_t c, common *x, sonde_error *err) {
  *x = (common){.by_values = all_guessed(t, c)};
  csv_seen_init(&x->seen);
  for (uint32_t i = 0; i < t->n_members; i++) {
    source_column s = {t->members[i].table, t->members[i].refs[c].stored};
    if (s.column >= REF_CONSTANT) continue;
    if (x->by_values)
      csv_seen_join(&x->seen, &s.file->seen[s.column]);
    else
      SONDE_TRY(add_type(x, s, t->names[c], err));
  }
  if (x->by_values) x->form = csv_resolve(&x->seen);
  bool fits =
      x->by_values || x->form.type.id != TYPE_DECIMAL || x->digits + x->form.type.scale <= DECIMAL_DIGITS;
  SONDE_CHECK(
      fits, err, SONDE_TYPE, 0,
      "column '%.*s' has %u digits before the point in one file and %u after it in another: more than the 38 "
      "that a decimal has; open the files apart",
      shown(t->names[c]), t->names[c].ptr, x->digits, x->form.type.scale);
  return SONDE_OK;
}

static void set_form(table *t, uint32_t c, const common *x) {
  t->forms[c] = x->form;
  for (uint32_t i = 0; i < t->n_members; i++) {
    column_ref *ref = &t->members[i].refs[c];
    ref->form = x->form;
    if (x->by_values || !ref_is_stored(ref)) continue;
    uint8_t own = t->members[i].table->forms[ref->stored].order;
    if (own) ref->form.order = own; /* every file writes its dates as it does */
  }
}

static const union_constant *constant_of(const union_constants *constants, uint32_t column) {
  for (uint32_t i = 0; i < constants->n; i++)
    if (constants->items[i].column == column) return &constants->items[i];
  return NULL;
}

sonde_code union_types(table *t, const union_constants *constants, sonde_error *err) {
  t->forms = arena_zero(&t->memory, t->columns * sizeof *t->forms, err);
  if (!t->forms) return err->code;
  for (uint32_t c = 0; c < t->columns; c++) {
    const union_constant *constant = constant_of(constants, c);
    common x = {.by_values = true};
    if (constant)
      x.form.type = constant->type;
    else
      SONDE_TRY(find_type(t, c, &x, err));
    set_form(t, c, &x);
  }
  return SONDE_OK;
}
