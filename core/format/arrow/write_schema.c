/* The schema of shapes, and what frames it. See layout.h. */
#include <string.h>

#include "format/arrow/layout.h"

bool arrow_is_json(const shape *s) {
  bool nested = s->type.id == TYPE_LIST || s->type.id == TYPE_MAP || s->type.id == TYPE_STRUCT;
  return nested && s->n_children == 0;
}

arrow_type arrow_type_of(const shape *s, const arrow_write_options *o) {
  arrow_type text = o->large_offsets ? ARROW_LARGE_UTF8 : ARROW_UTF8;
  if (arrow_is_json(s)) return text;
  if (s->narrow.bits) return ARROW_INT;
  switch (s->type.id) {
  case TYPE_BOOL: return ARROW_BOOL;
  case TYPE_INT64: return ARROW_INT;
  case TYPE_FLOAT:
  case TYPE_DOUBLE: return ARROW_FLOATING_POINT;
  case TYPE_DECIMAL: return ARROW_DECIMAL;
  case TYPE_DATE: return ARROW_DATE;
  case TYPE_TIME: return ARROW_TIME;
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ: return ARROW_TIMESTAMP;
  case TYPE_TEXT: return text;
  case TYPE_BLOB: return o->large_offsets ? ARROW_LARGE_BINARY : ARROW_BINARY;
  case TYPE_UUID: return ARROW_FIXED_SIZE_BINARY;
  case TYPE_INTERVAL: return ARROW_INTERVAL;
  case TYPE_LIST: return ARROW_LIST;
  case TYPE_STRUCT: return ARROW_STRUCT;
  case TYPE_MAP: return ARROW_MAP;
  default: return ARROW_NULL;
  }
}

static uint32_t buffers_of(arrow_type t) {
  switch (t) {
  case ARROW_NULL: return 0;
  case ARROW_STRUCT: return 1;
  case ARROW_UTF8:
  case ARROW_LARGE_UTF8:
  case ARROW_BINARY:
  case ARROW_LARGE_BINARY: return 3;
  default: return 2;
  }
}

void arrow_count_buffers(const shape *s, const arrow_write_options *o, uint32_t *nodes, uint32_t *buffers) {
  arrow_type t = arrow_type_of(s, o);
  *nodes += t == ARROW_MAP ? 2 : 1; /* a map's entries are a node of their own, with a validity */
  *buffers += buffers_of(t) + (t == ARROW_MAP ? 1 : 0);
  for (uint32_t i = 0; i < s->n_children; i++) arrow_count_buffers(&s->children[i], o, nodes, buffers);
}

/* ---- messages ---- */

size_t arrow_message_begin(buf *b, uint8_t header_type, size_t *body_length) {
  buf_u32(b, ARROW_CONTINUATION);
  buf_u32(b, 0);
  fb_field message[] = {{.id = MESSAGE_VERSION, .size = 2, .value = ARROW_METADATA_V5},
                        {.id = MESSAGE_HEADER_TYPE, .size = 1, .value = header_type},
                        {.id = MESSAGE_HEADER, .size = 4},
                        {.id = MESSAGE_BODY_LENGTH, .size = 8}};
  fb_table(b, fb_reference(b), message, 4);
  *body_length = message[3].at;
  return message[2].at;
}

uint32_t arrow_message_end(buf *b, size_t begin) {
  buf_align(b, 8);
  uint32_t length = (uint32_t)(b->len - begin);
  fb_set_u32(b, begin + 4, length - 8);
  return length;
}

/* ---- types ---- */

static uint64_t unit_of(const shape *s) {
  if (s->narrow.unit) return s->narrow.unit == NARROW_MILLIS ? UNIT_MILLI : UNIT_SECOND;
  return s->type.scale == SCALE_NANOS ? UNIT_NANO : UNIT_MICRO;
}

static void put_timestamp(buf *b, size_t reference, const shape *s) {
  fb_field fields[] = {{.id = TIMESTAMP_UNIT, .size = 2, .value = unit_of(s)},
                       {.id = TIMESTAMP_ZONE, .size = 4}};
  bool zoned = s->type.id == TYPE_TIMESTAMPTZ;
  fb_table(b, reference, fields, zoned ? 2 : 1);
  if (zoned) fb_string(b, fields[1].at, (sonde_str){"UTC", 3});
}

/* What a type says about itself; all of it is plain numbers but for the zone. */
static uint32_t type_fields(arrow_type t, const shape *s, fb_field *f) {
  const narrow_type *n = &s->narrow;
  switch (t) {
  case ARROW_INT:
    f[0] = (fb_field){.id = INT_BIT_WIDTH, .size = 4, .value = n->bits ? n->bits : 64};
    f[1] = (fb_field){.id = INT_IS_SIGNED, .size = 1, .value = !n->is_unsigned};
    return 2;
  case ARROW_FLOATING_POINT:
    f[0] = (fb_field){.id = FLOATING_POINT_PRECISION, .size = 2};
    f[0].value = s->type.id == TYPE_FLOAT ? PRECISION_SINGLE : PRECISION_DOUBLE;
    return 1;
  case ARROW_DECIMAL:
    f[0] = (fb_field){.id = DECIMAL_PRECISION, .size = 4, .value = n->digits ? n->digits : 38};
    f[1] = (fb_field){.id = DECIMAL_SCALE, .size = 4, .value = s->type.scale};
    f[2] = (fb_field){.id = DECIMAL_BIT_WIDTH, .size = 4, .value = 128};
    return 3;
  case ARROW_TIME:
    f[0] = (fb_field){.id = TIME_UNIT, .size = 2, .value = unit_of(s)};
    f[1] = (fb_field){.id = TIME_BIT_WIDTH, .size = 4, .value = 64};
    return 2;
  case ARROW_DATE: f[0] = (fb_field){.id = TIME_UNIT, .size = 2, .value = DATE_UNIT_DAY}; return 1;
  case ARROW_INTERVAL:
    f[0] = (fb_field){.id = TIME_UNIT, .size = 2, .value = INTERVAL_MONTH_DAY_NANO};
    return 1;
  case ARROW_FIXED_SIZE_BINARY: f[0] = (fb_field){.id = FIXED_SIZE, .size = 4, .value = 16}; return 1;
  default: return 0;
  }
}

static void put_type(buf *b, size_t reference, arrow_type t, const shape *s) {
  fb_field fields[3];
  if (t == ARROW_TIMESTAMP)
    put_timestamp(b, reference, s);
  else
    fb_table(b, reference, fields, type_fields(t, s, fields));
}

/* ---- fields ---- */

static void put_key_value(buf *b, size_t reference, const char *key, const char *value) {
  fb_field pair[] = {{.id = KEY_VALUE_KEY, .size = 4}, {.id = KEY_VALUE_VALUE, .size = 4}};
  fb_table(b, reference, pair, 2);
  fb_string(b, pair[0].at, (sonde_str){key, strlen(key)});
  fb_string(b, pair[1].at, (sonde_str){value, strlen(value)});
}

static void put_uuid_extension(buf *b, size_t reference) {
  size_t pairs = fb_references(b, reference, 2);
  put_key_value(b, pairs, ARROW_EXTENSION_NAME, ARROW_EXTENSION_UUID);
  put_key_value(b, pairs + 4, ARROW_EXTENSION_METADATA, "");
}

/* A field but for its children; answers the position of the reference to them. */
static size_t put_head(buf *b, size_t reference, sonde_str name, bool nullable, arrow_type t,
                       const shape *s) {
  bool uuid = s->type.id == TYPE_UUID;
  fb_field fields[] = {{.id = FIELD_NAME, .size = 4},
                       {.id = FIELD_NULLABLE, .size = 1, .value = nullable},
                       {.id = FIELD_TYPE_TYPE, .size = 1, .value = (uint64_t)t},
                       {.id = FIELD_TYPE, .size = 4},
                       {.id = FIELD_CHILDREN, .size = 4},
                       {.id = FIELD_METADATA, .size = 4}};
  fb_table(b, reference, fields, uuid ? 6 : 5);
  fb_string(b, fields[0].at, name);
  put_type(b, fields[3].at, t, s);
  if (uuid) put_uuid_extension(b, fields[5].at);
  return fields[4].at;
}

static void put_field(buf *, size_t reference, const shape *, sonde_str name, bool nullable,
                      const arrow_write_options *);

/* A map has one child, its entries; neither they nor the keys may be null. */
static void put_entries(buf *b, size_t children, const shape *map, const arrow_write_options *o) {
  static const sonde_str entries = {"entries", 7}, key = {"key", 3}, value = {"value", 5};
  shape none = {.type = {.id = TYPE_STRUCT}};
  size_t at = put_head(b, fb_references(b, children, 1), entries, false, ARROW_STRUCT, &none);
  size_t pair = fb_references(b, at, 2);
  put_field(b, pair, &map->children[0], key, false, o);
  put_field(b, pair + 4, &map->children[1], value, true, o);
}

static void put_field(buf *b, size_t reference, const shape *s, sonde_str name, bool nullable,
                      const arrow_write_options *o) {
  static const sonde_str item = {"item", 4};
  arrow_type t = arrow_type_of(s, o);
  size_t children = put_head(b, reference, name, nullable, t, s);
  if (t == ARROW_MAP) {
    put_entries(b, children, s, o);
    return;
  }
  size_t at = fb_references(b, children, s->n_children);
  for (uint32_t i = 0; i < s->n_children; i++)
    put_field(b, at + i * 4u, &s->children[i], t == ARROW_LIST ? item : s->children[i].name, true, o);
}

void arrow_put_schema(buf *b, size_t reference, const shape *shapes, uint32_t n,
                      const arrow_write_options *o) {
  fb_field schema[] = {{.id = SCHEMA_ENDIANNESS, .size = 2}, {.id = SCHEMA_FIELDS, .size = 4}};
  fb_table(b, reference, schema, 2);
  size_t at = fb_references(b, schema[1].at, n);
  for (uint32_t i = 0; i < n; i++) put_field(b, at + (size_t)i * 4, &shapes[i], shapes[i].name, true, o);
}
