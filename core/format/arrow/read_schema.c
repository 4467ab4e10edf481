/* The schema of a table: fields as they are stored, shapes as they are read. See read.h. */
#include <string.h>

#include "format/arrow/read_parts.h"

enum { DEPTH_MAX = 64 };

typedef struct {
  arena *memory;
  sonde_error *err;
  uint64_t fields_left; /* each takes bytes of its own, unless they are shared, which could go on for ever */
} schema_in;

static sonde_code unsupported(const schema_in *in, const arrow_field *f, const char *what) {
  return status_set(in->err, SONDE_UNSUPPORTED, 0, "column %.*s: %s is not supported", (int)f->name.len,
                    f->name.ptr, what);
}

static bool text_is(sonde_str s, const char *text) {
  return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

/* ---- types ---- */

static void set(arrow_field *f, type_id id, uint32_t scale) {
  f->type = (column_type){.id = (uint8_t)id, .scale = (uint8_t)scale};
}

static bool is_width(uint64_t bits) { return bits == 8 || bits == 16 || bits == 32 || bits == 64; }

static sonde_code read_int(const schema_in *in, fb_view t, arrow_field *f) {
  uint64_t bits = fb_uint(t, INT_BIT_WIDTH, 4, 0);
  f->is_signed = fb_uint(t, INT_IS_SIGNED, 1, 0) != 0;
  if (!is_width(bits)) return unsupported(in, f, "an integer of this width");
  f->width = (uint8_t)(bits / 8);
  bool wide = bits == 64 && !f->is_signed; /* more than int64 holds */
  set(f, wide ? TYPE_DECIMAL : TYPE_INT64, 0);
  return SONDE_OK;
}

static sonde_code read_float(const schema_in *in, fb_view t, arrow_field *f) {
  uint64_t precision = fb_uint(t, FLOATING_POINT_PRECISION, 2, PRECISION_HALF);
  if (precision > PRECISION_DOUBLE) return unsupported(in, f, "a number of this precision");
  f->width = (uint8_t)(2 << precision);
  set(f, precision == PRECISION_DOUBLE ? TYPE_DOUBLE : TYPE_FLOAT, 0);
  return SONDE_OK;
}

static sonde_code read_decimal(const schema_in *in, fb_view t, arrow_field *f) {
  uint64_t bits = fb_uint(t, DECIMAL_BIT_WIDTH, 4, 128), scale = fb_uint(t, DECIMAL_SCALE, 4, 0);
  if (bits != 32 && bits != 64 && bits != 128) return unsupported(in, f, "a decimal of more than 128 bits");
  if (scale > 38) return unsupported(in, f, "a decimal of this scale");
  f->width = (uint8_t)(bits / 8);
  set(f, TYPE_DECIMAL, (uint32_t)scale);
  return SONDE_OK;
}

/* Microseconds unless there are nanoseconds. */
static void set_time(arrow_field *f, type_id id) { set(f, id, f->unit == UNIT_NANO ? SCALE_NANOS : 0); }

static sonde_code read_time(const schema_in *in, fb_view t, arrow_field *f) {
  uint64_t unit = fb_uint(t, TIME_UNIT, 2, UNIT_MILLI), bits = fb_uint(t, TIME_BIT_WIDTH, 4, 32);
  if (unit > UNIT_NANO || (bits != 32 && bits != 64)) return unsupported(in, f, "a time of this unit");
  f->unit = (uint8_t)unit;
  f->width = (uint8_t)(bits / 8);
  f->is_signed = true;
  set_time(f, TYPE_TIME);
  return SONDE_OK;
}

static sonde_code read_timestamp(const schema_in *in, fb_view t, arrow_field *f) {
  uint64_t unit = fb_uint(t, TIMESTAMP_UNIT, 2, UNIT_SECOND);
  if (unit > UNIT_NANO) return unsupported(in, f, "a timestamp of this unit");
  f->unit = (uint8_t)unit;
  f->width = 8;
  f->is_signed = true;
  set_time(f, fb_text(t, TIMESTAMP_ZONE).len > 0 ? TYPE_TIMESTAMPTZ : TYPE_TIMESTAMP);
  return SONDE_OK;
}

static sonde_code read_date(const schema_in *in, fb_view t, arrow_field *f) {
  uint64_t unit = fb_uint(t, TIME_UNIT, 2, DATE_UNIT_MILLI);
  if (unit > DATE_UNIT_MILLI) return unsupported(in, f, "a date of this unit");
  f->unit = (uint8_t)unit;
  f->width = unit == DATE_UNIT_DAY ? 4 : 8;
  f->is_signed = true;
  set(f, TYPE_DATE, 0);
  return SONDE_OK;
}

static sonde_code read_interval(const schema_in *in, fb_view t, arrow_field *f) {
  static const uint8_t widths[] = {4, 8, 16};
  uint64_t unit = fb_uint(t, TIME_UNIT, 2, INTERVAL_YEAR_MONTH);
  if (unit > INTERVAL_MONTH_DAY_NANO) return unsupported(in, f, "an interval of this unit");
  f->unit = (uint8_t)unit;
  f->width = widths[unit];
  set(f, TYPE_INTERVAL, 0);
  return SONDE_OK;
}

static sonde_code read_duration(const schema_in *in, fb_view t, arrow_field *f) {
  uint64_t unit = fb_uint(t, TIME_UNIT, 2, UNIT_MILLI);
  if (unit > UNIT_NANO) return unsupported(in, f, "a duration of this unit");
  f->unit = (uint8_t)unit;
  f->width = 8;
  set(f, TYPE_INTERVAL, 0);
  return SONDE_OK;
}

static sonde_code read_fixed_size(const schema_in *in, fb_view t, arrow_field *f, type_id id) {
  int64_t size = fb_int(t, FIXED_SIZE, 4, 0);
  if (size < 0) return unsupported(in, f, "a negative size");
  f->size = (uint32_t)size;
  set(f, id, 0);
  return SONDE_OK;
}

static sonde_code read_type(const schema_in *in, fb_view t, arrow_field *f) {
  switch (f->kind) {
  case ARROW_NULL: set(f, TYPE_NONE, 0); return SONDE_OK;
  case ARROW_BOOL: set(f, TYPE_BOOL, 0); return SONDE_OK;
  case ARROW_INT: return read_int(in, t, f);
  case ARROW_FLOATING_POINT: return read_float(in, t, f);
  case ARROW_DECIMAL: return read_decimal(in, t, f);
  case ARROW_DATE: return read_date(in, t, f);
  case ARROW_TIME: return read_time(in, t, f);
  case ARROW_TIMESTAMP: return read_timestamp(in, t, f);
  case ARROW_INTERVAL: return read_interval(in, t, f);
  case ARROW_DURATION: return read_duration(in, t, f);
  case ARROW_UTF8:
  case ARROW_LARGE_UTF8:
  case ARROW_UTF8_VIEW: set(f, TYPE_TEXT, 0); return SONDE_OK;
  case ARROW_BINARY:
  case ARROW_LARGE_BINARY:
  case ARROW_BINARY_VIEW: set(f, TYPE_BLOB, 0); return SONDE_OK;
  case ARROW_FIXED_SIZE_BINARY: return read_fixed_size(in, t, f, TYPE_BLOB);
  case ARROW_FIXED_SIZE_LIST: return read_fixed_size(in, t, f, TYPE_LIST);
  case ARROW_LIST:
  case ARROW_LARGE_LIST: set(f, TYPE_LIST, 0); return SONDE_OK;
  case ARROW_STRUCT: set(f, TYPE_STRUCT, 0); return SONDE_OK;
  case ARROW_MAP: set(f, TYPE_MAP, 0); return SONDE_OK;
  case ARROW_UNION: return unsupported(in, f, "a union");
  case ARROW_RUN_END_ENCODED: return unsupported(in, f, "run-end encoding");
  case ARROW_LIST_VIEW:
  case ARROW_LARGE_LIST_VIEW: return unsupported(in, f, "a list view");
  default: return unsupported(in, f, "its Arrow type");
  }
}

static bool is_uuid(fb_view field) {
  fb_list pairs = fb_elements(field, FIELD_METADATA, 4);
  for (uint32_t i = 0; i < pairs.n; i++) {
    fb_view pair = fb_element(pairs, i);
    if (text_is(fb_text(pair, KEY_VALUE_KEY), ARROW_EXTENSION_NAME))
      return text_is(fb_text(pair, KEY_VALUE_VALUE), ARROW_EXTENSION_UUID);
  }
  return false;
}

static sonde_code read_dictionary(const schema_in *in, fb_view d, arrow_field *f) {
  fb_view index = fb_child(d, DICTIONARY_INDEX);
  uint64_t bits = fb_uint(index, INT_BIT_WIDTH, 4, 32); /* without an index type: int32 */
  bool strings = (f->type.id == TYPE_TEXT || f->type.id == TYPE_BLOB) && f->n_children == 0;
  if (!strings) return unsupported(in, f, "a dictionary of values other than text");
  if (!is_width(bits)) return unsupported(in, f, "a dictionary with codes of this width");
  f->coded = true;
  f->code_width = (uint8_t)(bits / 8);
  f->code_signed = !index.of || fb_uint(index, INT_IS_SIGNED, 1, 0) != 0;
  f->dictionary = fb_int(d, DICTIONARY_ID, 8, 0);
  return SONDE_OK;
}

/* ---- fields ---- */

static sonde_code read_fields(schema_in *, fb_list, uint32_t depth, arrow_field **);

/* A map stores one child, a struct of two: they become the map's own. */
static sonde_code check_children(const schema_in *in, arrow_field *f) {
  bool list = f->type.id == TYPE_LIST, map = f->type.id == TYPE_MAP, nested = f->type.id == TYPE_STRUCT;
  bool fits = list ? f->n_children == 1 : map ? f->n_children == 1 : nested || f->n_children == 0;
  if (map && fits) fits = f->children[0].kind == ARROW_STRUCT && f->children[0].n_children == 2;
  SONDE_CHECK(fits, in->err, SONDE_CORRUPT, 0, "column %.*s: %u fields do not make an Arrow type",
              (int)f->name.len, f->name.ptr, f->n_children);
  if (!map) return SONDE_OK;
  f->children = f->children[0].children;
  f->n_children = 2;
  return SONDE_OK;
}

static sonde_code copy_name(const schema_in *in, sonde_str name, arrow_field *f) {
  char *copy = arena_copy(in->memory, name.ptr ? name.ptr : "", name.len, in->err);
  if (!copy) return in->err->code;
  f->name = (sonde_str){copy, name.len};
  return SONDE_OK;
}

static sonde_code read_field(schema_in *in, fb_view view, uint32_t depth, arrow_field *f) {
  SONDE_CHECK(view.of && !view.of->bad, in->err, SONDE_CORRUPT, 0, "the schema of the Arrow data is damaged");
  *f = (arrow_field){.kind = (uint8_t)fb_uint(view, FIELD_TYPE_TYPE, 1, 0)};
  SONDE_TRY(copy_name(in, fb_text(view, FIELD_NAME), f));
  SONDE_TRY(read_type(in, fb_child(view, FIELD_TYPE), f));
  fb_list children = fb_elements(view, FIELD_CHILDREN, 4);
  arrow_field *own;
  SONDE_TRY(read_fields(in, children, depth + 1, &own));
  f->children = own;
  f->n_children = children.n;
  if (f->kind == ARROW_FIXED_SIZE_BINARY && f->size == 16 && is_uuid(view)) set(f, TYPE_UUID, 0);
  fb_view dictionary = fb_child(view, FIELD_DICTIONARY);
  if (dictionary.of) SONDE_TRY(read_dictionary(in, dictionary, f));
  return check_children(in, f);
}

static sonde_code read_fields(schema_in *in, fb_list list, uint32_t depth, arrow_field **out) {
  sonde_error *err = in->err;
  SONDE_CHECK(depth <= DEPTH_MAX, err, SONDE_UNSUPPORTED, 0, "the Arrow schema is nested more than %u deep",
              (unsigned)DEPTH_MAX);
  SONDE_CHECK(list.n <= in->fields_left, err, SONDE_CORRUPT, 0, "the Arrow schema has more fields than room");
  in->fields_left -= list.n;
  *out = arena_array(in->memory, list.n, sizeof **out, err);
  if (!*out) return err->code;
  for (uint32_t i = 0; i < list.n; i++) SONDE_TRY(read_field(in, fb_element(list, i), depth, &(*out)[i]));
  return SONDE_OK;
}

static sonde_code make_shapes(const schema_in *in, const arrow_field *fields, uint32_t n, const shape **out) {
  shape *shapes = arena_array(in->memory, n, sizeof *shapes, in->err);
  if (!shapes) return in->err->code;
  for (uint32_t i = 0; i < n; i++) {
    shapes[i] = (shape){.name = fields[i].name, .type = fields[i].type, .n_children = fields[i].n_children};
    SONDE_TRY(make_shapes(in, fields[i].children, fields[i].n_children, &shapes[i].children));
  }
  *out = shapes;
  return SONDE_OK;
}

sonde_code arrow_read_schema(fb_view schema, arena *memory, arrow_table *t, sonde_error *err) {
  fb_bytes *of = schema.of;
  schema_in in = {memory, err, of ? of->len / 8 : 0};
  arrow_field *fields;
  SONDE_CHECK(of, err, SONDE_CORRUPT, 0, "the Arrow data has no schema");
  SONDE_CHECK(fb_uint(schema, SCHEMA_ENDIANNESS, 2, 0) == 0, err, SONDE_UNSUPPORTED, 0,
              "big-endian Arrow data is not supported");
  fb_list list = fb_elements(schema, SCHEMA_FIELDS, 4);
  SONDE_TRY(read_fields(&in, list, 0, &fields));
  SONDE_CHECK(!of->bad, err, SONDE_CORRUPT, 0, "the schema of the Arrow data is damaged");
  t->n = list.n;
  t->fields = fields;
  return make_shapes(&in, fields, list.n, &t->shapes);
}
