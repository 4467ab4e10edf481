/* See write_json.h. A column of JSON nodes at a time: those of a list's items are a column again. */
#include "format/parquet/write_json.h"

#include <math.h>
#include <string.h>

#include "base/datetime.h"
#include "base/json.h"
#include "base/number.h"
#include "format/parquet/bits.h"

/* n nodes; NULL is a null. */
typedef struct {
  const shape *of;
  const json **nodes;
  uint32_t n;
  arena *memory;
  sonde_error *err;
} json_column;

static sonde_code build(const json_column *, vec *out);

static sonde_code wrong(const json_column *c) {
  return status_set(c->err, SONDE_VALUE, 0,
                    "a value inside of a nested column is not the %s that its type says it is",
                    type_name((type_id)c->of->type.id));
}

static bool is_null(const json *j) { return !j || j->kind == JSON_NULL; }

/* ---- single values ---- */

static bool read_number(const json *j, number_text *t) {
  return j->kind == JSON_NUMBER && number_scan(j->text.ptr, j->text.len, '.', t);
}

static bool read_double(const json *j, double *out) {
  number_text t;
  if (json_text_is(j, "NaN")) return *out = (double)NAN, true;
  if (json_text_is(j, "Infinity")) return *out = (double)INFINITY, true;
  if (json_text_is(j, "-Infinity")) return *out = -(double)INFINITY, true;
  if (!read_number(j, &t)) return false;
  *out = number_to_double(&t, j->text.ptr, j->text.len, '.');
  return true;
}

static bool read_date(const json *j, int64_t *out) {
  int32_t days;
  bool read = j->kind == JSON_STRING && date_parse(j->text.ptr, j->text.len, DATE_YMD, &days);
  if (read) *out = days;
  return read;
}

static bool read_time(const json *j, bool nanos, int64_t *out) {
  const sonde_str s = j->text;
  if (j->kind != JSON_STRING) return false;
  return nanos ? time_parse_nanos(s.ptr, s.len, out) : time_parse(s.ptr, s.len, out);
}

static bool read_timestamp(const json *j, bool nanos, int64_t *out) {
  const sonde_str s = j->text;
  bool zoned;
  if (j->kind != JSON_STRING) return false;
  return nanos ? timestamp_parse_nanos(s.ptr, s.len, DATE_YMD, out, &zoned)
               : timestamp_parse(s.ptr, s.len, DATE_YMD, out, &zoned);
}

static bool read_i64(const json *j, column_type type, int64_t *out) {
  bool nanos = type.scale == SCALE_NANOS;
  number_text t;
  switch (type.id) {
  case TYPE_BOOL: *out = j->truth; return j->kind == JSON_BOOL;
  case TYPE_DATE: return read_date(j, out);
  case TYPE_TIME: return read_time(j, nanos, out);
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ: return read_timestamp(j, nanos, out);
  default: return read_number(j, &t) && number_to_int64(&t, j->text.ptr, j->text.len, out);
  }
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_uuid(sonde_str s, int128 *out) {
  uint64_t parts[2] = {0};
  uint32_t digits = 0;
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] == '-') continue;
    int d = hex_digit(s.ptr[i]);
    if (d < 0 || digits == 32) return false;
    parts[digits / 16] = parts[digits / 16] << 4 | (uint64_t)d;
    digits++;
  }
  *out = (int128){parts[1], (int64_t)(parts[0] ^ (uint64_t)1 << 63)};
  return digits == 32;
}

/* One part of an interval's text: "3 days", or the clock at its end. */
static sonde_str next_word(sonde_str *rest) {
  const char *space = memchr(rest->ptr, ' ', rest->len);
  size_t n = space ? (size_t)(space - rest->ptr) : rest->len, skip = n + (space != NULL);
  sonde_str word = {rest->ptr, n};
  *rest = (sonde_str){rest->ptr + skip, rest->len - skip};
  return word;
}

static bool word_is(sonde_str word, const char *unit) {
  size_t n = strlen(unit);
  return word.len >= n && word.len <= n + 1 && memcmp(word.ptr, unit, n) == 0;
}

static bool read_count(sonde_str word, uint32_t *out) {
  number_text t;
  int64_t v;
  if (!number_scan(word.ptr, word.len, '.', &t) || !number_to_int64(&t, word.ptr, word.len, &v)) return false;
  *out = (uint32_t)v;
  return v >= 0 && v <= UINT32_MAX;
}

/* hours:mm:ss[.f]; there may be more hours than a day has. */
static bool read_clock(sonde_str s, uint64_t *micros) {
  const char *colon = memchr(s.ptr, ':', s.len);
  char rest[24] = "00";
  uint32_t hours;
  int64_t below;
  size_t n = colon ? (size_t)(colon - s.ptr) : s.len;
  if (!colon || s.len - n > sizeof rest - 2 || !read_count((sonde_str){s.ptr, n}, &hours)) return false;
  memcpy(rest + 2, colon, s.len - n);
  if (!time_parse(rest, 2 + s.len - n, &below)) return false;
  *micros = (uint64_t)hours * 3600000000u + (uint64_t)below;
  return true;
}

static bool read_interval(sonde_str s, int128 *out) {
  uint64_t months = 0, days = 0;
  *out = (int128){0, 0};
  while (s.len > 0) {
    sonde_str word = next_word(&s);
    uint32_t n;
    if (memchr(word.ptr, ':', word.len)) {
      if (s.len > 0 || !read_clock(word, &out->low)) return false;
      break;
    }
    if (!read_count(word, &n)) return false;
    sonde_str unit = next_word(&s);
    if (word_is(unit, "year"))
      months += (uint64_t)n * 12;
    else if (word_is(unit, "month"))
      months += n;
    else if (word_is(unit, "day"))
      days += n;
    else
      return false;
  }
  out->high = (int64_t)(months << 32 | days);
  return months <= UINT32_MAX && days <= UINT32_MAX;
}

static bool read_wide(const json *j, column_type type, int128 *out) {
  number_text t;
  if (type.id == TYPE_DECIMAL)
    return read_number(j, &t) && number_to_int128(&t, j->text.ptr, j->text.len, '.', type.scale, out);
  if (j->kind != JSON_STRING) return false;
  return type.id == TYPE_UUID ? read_uuid(j->text, out) : read_interval(j->text, out);
}

/* ---- columns of values ---- */

static sonde_code build_i64(const json_column *c, const uint64_t *validity, vec *out) {
  int64_t *values = arena_array(c->memory, c->n, sizeof *values, c->err);
  if (!values) return c->err->code;
  for (uint32_t i = 0; i < c->n; i++) {
    values[i] = 0;
    if (!is_null(c->nodes[i]) && !read_i64(c->nodes[i], c->of->type, &values[i])) return wrong(c);
  }
  return vec_pack_i64(out, c->of->type, values, validity, c->n, c->memory, c->err);
}

static sonde_code build_f64(const json_column *c, vec *out) {
  double *values = arena_array(c->memory, c->n, sizeof *values, c->err);
  if (!values) return c->err->code;
  for (uint32_t i = 0; i < c->n; i++) {
    values[i] = 0;
    if (!is_null(c->nodes[i]) && !read_double(c->nodes[i], &values[i])) return wrong(c);
  }
  out->form = VEC_F64;
  out->data = values;
  return SONDE_OK;
}

static sonde_code build_wide(const json_column *c, vec *out) {
  int128 *values = arena_array(c->memory, c->n, sizeof *values, c->err);
  if (!values) return c->err->code;
  for (uint32_t i = 0; i < c->n; i++) {
    values[i] = (int128){0, 0};
    if (!is_null(c->nodes[i]) && !read_wide(c->nodes[i], c->of->type, &values[i])) return wrong(c);
  }
  out->form = VEC_I128;
  out->data = values;
  return SONDE_OK;
}

/* Hexadecimal digits as bytes, in place of the text. */
static bool read_hex(sonde_str s, char *out) {
  for (size_t i = 0; i + 1 < s.len; i += 2) {
    int high = hex_digit(s.ptr[i]), low = hex_digit(s.ptr[i + 1]);
    if (high < 0 || low < 0) return false;
    out[i / 2] = (char)(high << 4 | low);
  }
  return s.len % 2 == 0;
}

static sonde_code text_offsets(const json_column *c, uint32_t *offsets) {
  uint64_t bytes = 0;
  bool hex = c->of->type.id == TYPE_BLOB;
  for (uint32_t i = 0; i < c->n; i++) {
    const json *j = c->nodes[i];
    offsets[i] = (uint32_t)bytes;
    if (is_null(j)) continue;
    if (j->kind != JSON_STRING) return wrong(c);
    bytes += hex ? j->text.len / 2 : j->text.len;
    SONDE_CHECK(bytes < UINT32_MAX, c->err, SONDE_LIMIT, 0,
                "the texts of one column of a row group have more than 4 GB");
  }
  offsets[c->n] = (uint32_t)bytes;
  return SONDE_OK;
}

static sonde_code build_texts(const json_column *c, vec *out) {
  uint32_t *offsets = arena_array(c->memory, (size_t)c->n + 1, sizeof *offsets, c->err);
  if (!offsets) return c->err->code;
  SONDE_TRY(text_offsets(c, offsets));
  char *bytes = arena_alloc(c->memory, offsets[c->n], c->err);
  if (!bytes) return c->err->code;
  for (uint32_t i = 0; i < c->n; i++) {
    if (is_null(c->nodes[i])) continue;
    sonde_str s = c->nodes[i]->text;
    if (c->of->type.id == TYPE_BLOB) {
      if (!read_hex(s, bytes + offsets[i])) return wrong(c);
    } else if (s.len) {
      memcpy(bytes + offsets[i], s.ptr, s.len);
    }
  }
  out->form = VEC_TEXT;
  out->offsets = offsets;
  out->bytes = bytes;
  return SONDE_OK;
}

/* ---- columns of nested values ---- */

/* The member of that name; NULL: none. */
static const json *member(const json *object, sonde_str name) {
  for (const json *j = object->first; j; j = j->next)
    if (j->name.len == name.len && memcmp(j->name.ptr, name.ptr, name.len) == 0) return j;
  return NULL;
}

static sonde_code build_struct(const json_column *c, vec *out) {
  vec *children = arena_array(c->memory, c->of->n_children, sizeof *children, c->err);
  const json **nodes = arena_array(c->memory, c->n, sizeof *nodes, c->err);
  if (!children || !nodes) return c->err->code;
  for (uint32_t i = 0; i < c->n; i++)
    if (!is_null(c->nodes[i]) && c->nodes[i]->kind != JSON_OBJECT) return wrong(c);
  for (uint32_t k = 0; k < c->of->n_children; k++) {
    const shape *field = &c->of->children[k];
    for (uint32_t i = 0; i < c->n; i++)
      nodes[i] = is_null(c->nodes[i]) ? NULL : member(c->nodes[i], field->name);
    SONDE_TRY(build(&(json_column){field, nodes, c->n, c->memory, c->err}, &children[k]));
  }
  out->form = VEC_STRUCT;
  out->children = children;
  out->n_children = c->of->n_children;
  return SONDE_OK;
}

static sonde_code item_offsets(const json_column *c, uint32_t *offsets) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    const json *j = c->nodes[i];
    bool object = c->of->type.id == TYPE_MAP && !is_null(j) && j->kind == JSON_OBJECT;
    offsets[i] = n;
    if (is_null(j)) continue;
    if (j->kind != JSON_ARRAY && !object) return wrong(c);
    for (const json *item = j->first; item; item = item->next) n++;
  }
  offsets[c->n] = n;
  return SONDE_OK;
}

/* A map's entry is a member of an object, or an array of its key and its value. */
static bool split_entry(const json_column *c, const json *of, const json *entry, const json **key,
                        const json **value) {
  if (of->kind == JSON_OBJECT) {
    json *name = arena_zero(c->memory, sizeof *name, c->err);
    if (!name) return false;
    *name = (json){.kind = JSON_STRING, .text = entry->name};
    *key = name;
    *value = entry;
    return true;
  }
  if (entry->kind != JSON_ARRAY || !entry->first || !entry->first->next) return (void)wrong(c), false;
  *key = entry->first;
  *value = entry->first->next;
  return true;
}

static sonde_code collect_items(const json_column *c, const json **items, const json **values) {
  uint32_t at = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    if (is_null(c->nodes[i])) continue;
    for (const json *item = c->nodes[i]->first; item; item = item->next, at++) {
      if (!values)
        items[at] = item;
      else if (!split_entry(c, c->nodes[i], item, &items[at], &values[at]))
        return c->err->code;
    }
  }
  return SONDE_OK;
}

static sonde_code build_items(const json_column *c, vec *out) {
  bool is_map = c->of->type.id == TYPE_MAP;
  uint32_t *offsets = arena_array(c->memory, (size_t)c->n + 1, sizeof *offsets, c->err);
  if (!offsets) return c->err->code;
  SONDE_TRY(item_offsets(c, offsets));
  uint32_t n = offsets[c->n];
  const json **items[2] = {arena_array(c->memory, n, sizeof **items, c->err), NULL};
  if (is_map) items[1] = arena_array(c->memory, n, sizeof **items, c->err);
  vec *children = arena_array(c->memory, 2, sizeof *children, c->err);
  if (!items[0] || (is_map && !items[1]) || !children) return c->err->code;
  SONDE_TRY(collect_items(c, items[0], items[1]));
  for (uint32_t k = 0; k < c->of->n_children; k++)
    SONDE_TRY(build(&(json_column){&c->of->children[k], items[k], n, c->memory, c->err}, &children[k]));
  out->form = is_map ? VEC_MAP : VEC_LIST;
  out->offsets = offsets;
  out->children = children;
  out->n_children = c->of->n_children;
  return SONDE_OK;
}

/* ---- any column ---- */

static sonde_code build(const json_column *c, vec *out) {
  uint64_t *validity = arena_zero(c->memory, bits_words(c->n) * 8, c->err);
  uint32_t nulls = 0;
  if (!validity) return c->err->code;
  for (uint32_t i = 0; i < c->n; i++) {
    bits_put(validity, i, !is_null(c->nodes[i]));
    nulls += is_null(c->nodes[i]);
  }
  *out = (vec){.type = c->of->type, .form = VEC_NULL, .rows = c->n, .nulls = nulls};
  if (nulls == c->n) return SONDE_OK;
  if (nulls) out->validity = validity;
  switch (c->of->type.id) {
  case TYPE_NONE: return wrong(c);
  case TYPE_DOUBLE:
  case TYPE_FLOAT: return build_f64(c, out);
  case TYPE_DECIMAL:
  case TYPE_UUID:
  case TYPE_INTERVAL: return build_wide(c, out);
  case TYPE_TEXT:
  case TYPE_BLOB: return build_texts(c, out);
  case TYPE_STRUCT: return build_struct(c, out);
  case TYPE_LIST:
  case TYPE_MAP: return build_items(c, out);
  default: return build_i64(c, out->validity, out);
  }
}

sonde_code json_texts_vec(const shape *of, const vec *texts, arena *memory, vec *out, sonde_error *err) {
  json_column c = {.of = of, .n = texts->rows, .memory = memory, .err = err};
  c.nodes = arena_zero(memory, c.n * sizeof *c.nodes, err);
  if (!c.nodes) return err->code;
  for (uint32_t i = 0; i < c.n; i++)
    if (vec_valid(texts, i)) SONDE_TRY(json_parse(vec_str(texts, i), memory, &c.nodes[i], err));
  return build(&c, out);
}
