/* See sql_types.h. A Parquet column's type text ("decimal(10,2)", "list<int32>") says what column_type leaves out: widths and
 * precision. */
#include "api/sql_types.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *p, *end;
  arena *a;
  sonde_error *err;
} cursor;

static sonde_code node_type(cursor *c, const pq_node *n, sql_type *out);

static bool word_is(sonde_str w, const char *name) {
  return w.len == strlen(name) && memcmp(w.ptr, name, w.len) == 0;
}

static bool starts(sonde_str w, const char *name) {
  return w.len >= strlen(name) && memcmp(w.ptr, name, strlen(name)) == 0;
}

/* Up to the comma or bracket that ends the type; parentheses belong to it. */
static sonde_str leaf_word(cursor *c) {
  const char *start = c->p;
  for (int depth = 0; c->p < c->end && (depth > 0 || (*c->p != ',' && *c->p != '>')); c->p++)
    depth += (*c->p == '(') - (*c->p == ')');
  return (sonde_str){start, (size_t)(c->p - start)};
}

static sql_type decimal_of(sonde_str w) {
  const char *comma = memchr(w.ptr, ',', w.len);
  long precision = strtol(w.ptr + 8, NULL, 10), scale = comma ? strtol(comma + 1, NULL, 10) : 0;
  return sql_decimal(precision < 1    ? 1
                     : precision > 38 ? 38
                                      : (unsigned)precision,
                     scale < 0 ? 0 : (unsigned)scale);
}

static sql_type leaf_type(sonde_str w, column_type t) {
  static const struct {
    const char *name;
    sql_type_id id;
  } whole[] = {{"int8", SQL_TINYINT},    {"int16", SQL_SMALLINT}, {"int32", SQL_INTEGER},
               {"int64", SQL_BIGINT},    {"uint8", SQL_UTINYINT}, {"uint16", SQL_USMALLINT},
               {"uint32", SQL_UINTEGER}, {"uint64", SQL_UBIGINT}};
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
    if (word_is(w, whole[i].name)) return sql_simple(whole[i].id);
  if (starts(w, "decimal(") && t.id == TYPE_DECIMAL) return decimal_of(w);
  return sql_type_of_column(t);
}

static sonde_code children_types(cursor *c, const pq_node *n, sql_type *out) {
  sql_type *children = arena_zero(c->a, (n->n_children + 1u) * sizeof *children, c->err);
  sonde_str *names = arena_zero(c->a, (n->n_children + 1u) * sizeof *names, c->err);
  if (!children || !names) return c->err->code;
  for (uint32_t i = 0; i < n->n_children; i++) {
    names[i] = n->children[i].name;
    if (i) c->p += 2;                                   /* ", " */
    if (n->kind == PQ_STRUCT) c->p += names[i].len + 2; /* "name: " */
    SONDE_TRY(node_type(c, &n->children[i], &children[i]));
  }
  c->p++; /* '>' */
  out->n_children = n->n_children;
  out->children = children;
  out->names = n->kind == PQ_STRUCT ? names : NULL;
  return SONDE_OK;
}

static sonde_code node_type(cursor *c, const pq_node *n, sql_type *out) {
  if (n->kind == PQ_LEAF || n->kind == PQ_VARIANT) {
    *out = leaf_type(leaf_word(c), n->type);
    return SONDE_OK;
  }
  *out = sql_simple(n->kind == PQ_LIST ? SQL_LIST : n->kind == PQ_MAP ? SQL_MAP : SQL_STRUCT);
  while (c->p < c->end && *c->p != '<') c->p++;
  c->p++;
  return children_types(c, n, out);
}

sonde_code table_sql_type(const table *t, uint32_t column, arena *a, sql_type *out, sonde_error *err) {
  *out = t->format == FORMAT_MEMORY ? t->sql_types[column] : sql_type_of_column(t->forms[column].type);
  const pq_column *p = table_parquet_column(t, column);
  bool scalar = p && p->node->kind == PQ_LEAF;
  if (!p || (scalar && t->n_members > 0)) return SONDE_OK; /* files of a union may differ in widths */
  cursor c = {p->type_text.ptr, p->type_text.ptr + p->type_text.len, a, err};
  return node_type(&c, p->node, out);
}

/* ---- what is known of values ---- */

/* In the units of sql_column_stats; false: the values lie on no scale. */
static bool range_of(const column_stats *s, double *low, double *high) {
  double unit = 1;
  switch (s->form.type.id) {
  case TYPE_DOUBLE:
  case TYPE_FLOAT:
    *low = s->min_f64;
    *high = s->max_f64;
    return true;
  case TYPE_DECIMAL:
    *low = int128_to_double(s->min_i128, s->form.type.scale);
    *high = int128_to_double(s->max_i128, s->form.type.scale);
    return true;
  case TYPE_DATE: unit = 86400; break;
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ: unit = s->form.type.scale == SCALE_NANOS ? 1e-9 : 1e-6; break;
  case TYPE_INT64: break;
  default: return false;
  }
  *low = (double)s->min_i64 * unit;
  *high = (double)s->max_i64 * unit;
  return true;
}

static sql_column_stats imported_stats(const column_stats *s) {
  sql_column_stats out = {0};
  if (s->stale || s->values == 0) return out;
  out.distinct = s->sketch ? sketch_estimate(s->sketch) : 0;
  out.nulls = (double)s->nulls / (double)(s->values + s->nulls);
  out.ranged = range_of(s, &out.low, &out.high);
  return out;
}

static sonde_code table_stats(const table *t, arena *a, const sql_column_stats **out, sonde_error *err) {
  if (!t->profiled) return SONDE_OK;
  sql_column_stats *stats = arena_zero(a, (t->columns + 1u) * sizeof *stats, err);
  if (!stats) return err->code;
  for (uint32_t c = 0; c < t->columns; c++) stats[c] = imported_stats(&t->stats[c]);
  *out = stats;
  return SONDE_OK;
}

sonde_code table_in_sql(const table *t, sonde_str name, arena *a, sql_table *out, sonde_error *err) {
  plan_column *columns = arena_zero(a, (t->columns + 1u) * sizeof *columns, err);
  if (!columns) return err->code;
  for (uint32_t c = 0; c < t->columns; c++) {
    columns[c].name = t->names[c];
    SONDE_TRY(table_sql_type(t, c, a, &columns[c].type, err));
  }
  *out = (sql_table){
      .name = name, .file = t->name, .columns = columns, .n_columns = t->columns, .rows = (double)t->rows};
  return table_stats(t, a, &out->stats, err);
}
