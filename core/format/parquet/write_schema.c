/* See write_schema.h. */
#include "format/parquet/write_schema.h"

#include "format/parquet/parquet.h"
#include "format/parquet/schema.h"

/* enum ConvertedType, for readers older than logical types. */
enum {
  CONVERTED_UTF8,
  CONVERTED_MAP,
  CONVERTED_LIST = 3,
  CONVERTED_DECIMAL = 5,
  CONVERTED_DATE,
  CONVERTED_TIME_MICROS = 8,
  CONVERTED_TIMESTAMP_MILLIS,
  CONVERTED_TIMESTAMP_MICROS,
  CONVERTED_UINT_8, /* then 16, 32, 64 bits */
  CONVERTED_INT_8 = 15,
  CONVERTED_INTERVAL = 21,
  CONVERTED_NONE = -1
};

enum { DECIMAL_DIGITS = 38 };

static const sonde_str list_path[] = {{"list", 4}, {"element", 7}};
static const sonde_str map_path[] = {{"key_value", 9}, {"key", 3}, {"value", 5}};

typedef struct {
  uint8_t physical, width, order;
} leaf_form;

static leaf_form form_of(const shape *s) {
  bool wide = s->narrow.bits == 64;
  if (s->narrow.bits && s->narrow.is_unsigned)
    return (leaf_form){wide ? PQ_INT64 : PQ_INT32, wide ? 8 : 4, ORDER_UNSIGNED};
  if (s->narrow.bits) return (leaf_form){PQ_INT32, 4, ORDER_INT32};
  switch ((type_id)s->type.id) {
  case TYPE_BOOL: return (leaf_form){PQ_BOOLEAN, 1, ORDER_BOOL};
  case TYPE_INT64:
  case TYPE_TIME:
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ: return (leaf_form){PQ_INT64, 8, ORDER_INT64};
  case TYPE_DOUBLE: return (leaf_form){PQ_DOUBLE, 8, ORDER_DOUBLE};
  case TYPE_FLOAT: return (leaf_form){PQ_FLOAT, 4, ORDER_FLOAT};
  case TYPE_DECIMAL: return (leaf_form){PQ_FIXED, 16, ORDER_SIGNED};
  case TYPE_UUID: return (leaf_form){PQ_FIXED, 16, ORDER_BYTES};
  case TYPE_INTERVAL: return (leaf_form){PQ_FIXED, 12, ORDER_NONE};
  case TYPE_TEXT: return (leaf_form){PQ_BYTE_ARRAY, 0, ORDER_TEXT};
  case TYPE_BLOB: return (leaf_form){PQ_BYTE_ARRAY, 0, ORDER_BYTES};
  default: return (leaf_form){PQ_INT32, 4, ORDER_INT32}; /* dates; nulls */
  }
}

/* ---- leaves ---- */

static bool is_nested(const shape *s) { return s->type.id >= TYPE_LIST; }

uint32_t shape_leaves(const shape *s) {
  uint32_t n = 0;
  if (!is_nested(s)) return 1;
  for (uint32_t i = 0; i < s->n_children; i++) n += shape_leaves(&s->children[i]);
  return n;
}

typedef struct {
  arena *memory;
  write_leaf *leaves;
  uint32_t n;
  sonde_str path[2 * WRITE_DEPTH_MAX + 1]; /* names from the column to where the walk is */
  sonde_error *err;
} walk;

/* Where a shape stands: the levels around it. */
typedef struct {
  uint32_t depth, n_path;
  uint8_t def, rep;
  bool required;
} place;

static place below(walk *w, place p, sonde_str name) {
  w->path[p.n_path++] = name;
  return p;
}

static sonde_code add_leaf(walk *w, const shape *s, place p) {
  leaf_form f = form_of(s);
  sonde_str *path = arena_copy(w->memory, w->path, p.n_path * sizeof *path, w->err);
  if (!path) return w->err->code;
  w->leaves[w->n++] = (write_leaf){s, f.physical, f.width, f.order, p.def, p.rep, p.n_path, path};
  return SONDE_OK;
}

static sonde_code walk_shape(walk *, const shape *, place);

static sonde_code walk_struct(walk *w, const shape *s, place p) {
  SONDE_CHECK(s->n_children > 0, w->err, SONDE_UNSUPPORTED, 0,
              "column \"%.*s\" has a struct without fields, which Parquet cannot hold", (int)w->path[0].len,
              w->path[0].ptr);
  for (uint32_t i = 0; i < s->n_children; i++)
    SONDE_TRY(walk_shape(w, &s->children[i], below(w, p, s->children[i].name)));
  return SONDE_OK;
}

static sonde_code walk_items(walk *w, const shape *s, const sonde_str *names, place p) {
  p = below(w, p, names[0]);
  p.def++;
  p.rep++;
  for (uint32_t i = 0; i < s->n_children; i++) {
    p.required = s->type.id == TYPE_MAP && i == 0;
    SONDE_TRY(walk_shape(w, &s->children[i], below(w, p, names[1 + i])));
  }
  return SONDE_OK;
}

static sonde_code walk_shape(walk *w, const shape *s, place p) {
  SONDE_CHECK(++p.depth <= WRITE_DEPTH_MAX, w->err, SONDE_LIMIT, 0,
              "column \"%.*s\" is nested deeper than the limit of %d levels", (int)w->path[0].len,
              w->path[0].ptr, WRITE_DEPTH_MAX);
  p.def = (uint8_t)(p.def + !p.required);
  p.required = false;
  if (s->type.id == TYPE_STRUCT) return walk_struct(w, s, p);
  if (s->type.id == TYPE_LIST) return walk_items(w, s, list_path, p);
  if (s->type.id == TYPE_MAP) return walk_items(w, s, map_path, p);
  return add_leaf(w, s, p);
}

sonde_code write_leaves_of(const shape *columns, uint32_t n_columns, arena *memory, write_leaves *out,
                           sonde_error *err) {
  uint32_t n = 0;
  SONDE_CHECK(n_columns > 0, err, SONDE_UNSUPPORTED, 0, "a Parquet file needs at least one column");
  for (uint32_t i = 0; i < n_columns; i++) n += shape_leaves(&columns[i]);
  walk w = {.memory = memory, .err = err, .leaves = arena_array(memory, n, sizeof *w.leaves, err)};
  if (!w.leaves) return err->code;
  for (uint32_t i = 0; i < n_columns; i++)
    SONDE_TRY(walk_shape(&w, &columns[i], below(&w, (place){0}, columns[i].name)));
  *out = (write_leaves){w.leaves, w.n};
  return SONDE_OK;
}

/* ---- schema elements ---- */

static int converted_of(const shape *s) {
  column_type t = s->type;
  const narrow_type *n = &s->narrow;
  if (n->unit) return CONVERTED_TIMESTAMP_MILLIS;
  if (n->bits) return (n->is_unsigned ? CONVERTED_UINT_8 : CONVERTED_INT_8) + __builtin_ctz(n->bits / 8u);
  switch (t.id) {
  case TYPE_TEXT: return CONVERTED_UTF8;
  case TYPE_MAP: return CONVERTED_MAP;
  case TYPE_LIST: return CONVERTED_LIST;
  case TYPE_DECIMAL: return CONVERTED_DECIMAL;
  case TYPE_DATE: return CONVERTED_DATE;
  case TYPE_INTERVAL: return CONVERTED_INTERVAL;
  case TYPE_TIME: return t.scale == SCALE_NANOS ? CONVERTED_NONE : CONVERTED_TIME_MICROS;
  case TYPE_TIMESTAMP: /* without a zone as well: LogicalTypes.md, "Forward compatibility" */
  case TYPE_TIMESTAMPTZ: return t.scale == SCALE_NANOS ? CONVERTED_NONE : CONVERTED_TIMESTAMP_MICROS;
  default: return CONVERTED_NONE;
  }
}

static uint8_t logical_of(type_id id) {
  switch (id) {
  case TYPE_NONE: return LOGICAL_UNKNOWN;
  case TYPE_TEXT: return LOGICAL_STRING;
  case TYPE_MAP: return LOGICAL_MAP;
  case TYPE_LIST: return LOGICAL_LIST;
  case TYPE_DECIMAL: return LOGICAL_DECIMAL;
  case TYPE_DATE: return LOGICAL_DATE;
  case TYPE_TIME: return LOGICAL_TIME;
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ: return LOGICAL_TIMESTAMP;
  case TYPE_UUID: return LOGICAL_UUID;
  default: return LOGICAL_NONE;
  }
}

static void put_time_unit(thrift_out *t, const shape *s) {
  thrift_put_bool(t, 1, s->type.id == TYPE_TIMESTAMPTZ);
  thrift_begin(t, 2);
  thrift_put_empty(t, s->narrow.unit ? UNIT_MILLIS : s->type.scale == SCALE_NANOS ? UNIT_NANOS : UNIT_MICROS);
  thrift_end(t);
}

static uint8_t digits_of(const shape *s) { return s->narrow.digits ? s->narrow.digits : DECIMAL_DIGITS; }

static void put_logical(thrift_out *t, int16_t id, const shape *s) {
  uint8_t logical = s->narrow.bits ? LOGICAL_INTEGER : logical_of((type_id)s->type.id);
  if (logical == LOGICAL_NONE) return;
  thrift_begin(t, id);
  thrift_begin(t, logical);
  if (logical == LOGICAL_DECIMAL) {
    thrift_put_int(t, 1, THRIFT_I32, s->type.scale);
    thrift_put_int(t, 2, THRIFT_I32, digits_of(s));
  }
  if (logical == LOGICAL_INTEGER) {
    thrift_put_int(t, 1, THRIFT_I8, s->narrow.bits);
    thrift_put_bool(t, 2, !s->narrow.is_unsigned);
  }
  if (logical == LOGICAL_TIME || logical == LOGICAL_TIMESTAMP) put_time_unit(t, s);
  thrift_end(t);
  thrift_end(t);
}

static void put_group(thrift_out *t, sonde_str name, pq_repetition r, uint32_t children) {
  thrift_begin_item(t);
  thrift_put_int(t, 3, THRIFT_I32, r);
  thrift_put_str(t, 4, name);
  thrift_put_int(t, 5, THRIFT_I32, children);
}

static void put_leaf(thrift_out *t, sonde_str name, pq_repetition r, const shape *s) {
  leaf_form f = form_of(s);
  thrift_begin_item(t);
  thrift_put_int(t, 1, THRIFT_I32, f.physical);
  if (f.physical == PQ_FIXED) thrift_put_int(t, 2, THRIFT_I32, f.width);
  thrift_put_int(t, 3, THRIFT_I32, r);
  thrift_put_str(t, 4, name);
}

static void put_type(thrift_out *t, const shape *s) {
  int converted = converted_of(s);
  if (converted != CONVERTED_NONE) thrift_put_int(t, 6, THRIFT_I32, converted);
  if (converted == CONVERTED_DECIMAL) {
    thrift_put_int(t, 7, THRIFT_I32, s->type.scale);
    thrift_put_int(t, 8, THRIFT_I32, digits_of(s));
  }
  put_logical(t, 10, s);
  thrift_end(t);
}

static void put_shape(thrift_out *t, sonde_str name, pq_repetition r, const shape *s) {
  if (!is_nested(s)) {
    put_leaf(t, name, r, s);
    put_type(t, s);
    return;
  }
  bool is_struct = s->type.id == TYPE_STRUCT, is_map = s->type.id == TYPE_MAP;
  const sonde_str *names = is_map ? map_path : list_path;
  put_group(t, name, r, is_struct ? s->n_children : 1);
  put_type(t, s);
  if (!is_struct) {
    put_group(t, names[0], PQ_REPEATED, s->n_children);
    thrift_end(t);
  }
  for (uint32_t i = 0; i < s->n_children; i++)
    put_shape(t, is_struct ? s->children[i].name : names[1 + i], is_map && i == 0 ? PQ_REQUIRED : PQ_OPTIONAL,
              &s->children[i]);
}

static uint32_t count_elements(const shape *s) {
  uint32_t n = s->type.id == TYPE_LIST || s->type.id == TYPE_MAP ? 2 : 1;
  for (uint32_t i = 0; i < s->n_children; i++) n += count_elements(&s->children[i]);
  return n;
}

void write_schema(thrift_out *t, int16_t id, const shape *columns, uint32_t n_columns) {
  uint32_t n = 1;
  for (uint32_t i = 0; i < n_columns; i++) n += count_elements(&columns[i]);
  thrift_put_list(t, id, THRIFT_STRUCT, n);
  put_group(t, (sonde_str){"schema", 6}, PQ_REQUIRED, n_columns);
  thrift_end(t);
  for (uint32_t i = 0; i < n_columns; i++) put_shape(t, columns[i].name, PQ_OPTIONAL, &columns[i]);
}
