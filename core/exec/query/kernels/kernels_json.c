/* Functions of JSON, which is held as text: paths, types, parts, and making JSON of values. */
#include <math.h>

#include "base/json.h"
#include "exec/query/expression/result_json.h"
#include "exec/query/kernels/json_parts.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

/* ---- reading ---- */

const json *json_of(const kernel_call *c, sonde_str s) {
  const json *j;
  sonde_error ignored = {0};
  return json_parse(s, c->a, &j, &ignored) == SONDE_OK ? j : NULL;
}

const json *json_member(const json *j, sonde_str name) {
  for (const json *m = j->kind == JSON_OBJECT ? j->first : NULL; m; m = m->next)
    if (m->name.len == name.len && memcmp(m->name.ptr, name.ptr, name.len) == 0) return m;
  return NULL;
}

int64_t json_count(const json *j) {
  int64_t n = 0;
  for (const json *e = j->first; e; e = e->next) n++;
  return n;
}

/* From 0; negative: from the end. */
static const json *element(const json *j, int64_t i) {
  if (j->kind != JSON_ARRAY) return NULL;
  if (i < 0) i += json_count(j);
  const json *e = i < 0 ? NULL : j->first;
  while (e && i--) e = e->next;
  return e;
}

static bool read_index(const char **p, const char *end, int64_t *out) {
  bool negative = *p < end && (**p == '-' || **p == '#');
  if (*p < end && **p == '#') (*p)++;
  if (*p < end && **p == '-') (*p)++;
  const char *start = *p;
  *out = 0;
  while (*p < end && **p >= '0' && **p <= '9' && *out < 1000000000) *out = *out * 10 + (*(*p)++ - '0');
  if (negative) *out = -*out;
  return *p > start;
}

/* $.a."b c"[0] */
static bool step_dollar(const char **p, const char *end, const json **j) {
  if (**p == '[') {
    int64_t index;
    (*p)++;
    if (!read_index(p, end, &index) || *p >= end || *(*p)++ != ']') return false;
    *j = element(*j, index);
    return true;
  }
  if (*(*p)++ != '.') return false;
  bool quoted = *p < end && **p == '"';
  const char *start = *p += quoted;
  while (*p < end && (quoted ? **p != '"' : **p != '.' && **p != '[')) (*p)++;
  *j = json_member(*j, (sonde_str){start, (size_t)(*p - start)});
  *p += quoted && *p < end;
  return true;
}

/* /a/0 (RFC 6901), without ~ escapes */
static const json *step_pointer(const char **p, const char *end, const json *j) {
  const char *start = ++*p;
  while (*p < end && **p != '/') (*p)++;
  if (j->kind == JSON_OBJECT) return json_member(j, (sonde_str){start, (size_t)(*p - start)});
  int64_t index;
  const char *digits = start;
  return read_index(&digits, *p, &index) && digits == *p ? element(j, index) : NULL;
}

/* NULL: nothing is there. A path without a mark in front is the name of a member. */
static sonde_code follow(const kernel_call *c, const json *j, sonde_str path, const json **out) {
  const char *p = path.ptr, *end = p + path.len;
  *out = j;
  if (path.len && *p == '/') {
    while (*out && p < end) *out = step_pointer(&p, end, *out);
    return SONDE_OK;
  }
  if (path.len == 0 || *p != '$') return *out = path.len ? json_member(j, path) : NULL, SONDE_OK;
  for (p++; *out && p < end;)
    SONDE_CHECK(step_dollar(&p, end, out), c->err, SONDE_VALUE, c->e->at,
                "the JSON path %.*s is not understood", (int)(path.len < 80 ? path.len : 80), path.ptr);
  return SONDE_OK;
}

sonde_code json_read(const kernel_call *c, uint32_t arg, uint32_t i, const json **out) {
  sonde_str s = text_at(c, arg, i);
  *out = json_of(c, s);
  SONDE_CHECK(*out, c->err, SONDE_VALUE, c->e->at, "'%.*s' is no JSON", (int)(s.len < 60 ? s.len : 60),
              s.ptr);
  return SONDE_OK;
}

sonde_code json_part(const kernel_call *c, const json *j, uint32_t i, const json **out) {
  if (c->n_args < 2) return *out = j, SONDE_OK;
  if (c->args[1].lane == LANE_I64) return *out = element(j, whole_at(c, 1, i)), SONDE_OK;
  return follow(c, j, text_at(c, 1, i), out);
}

/* The part that the second argument names; the whole value without one. NULL: no such part. */
static sonde_code part_of(const kernel_call *c, uint32_t i, const json **out) {
  const json *j;
  SONDE_TRY(json_read(c, 0, i, &j));
  return json_part(c, j, i, out);
}

/* ---- writing a parsed value back ---- */

void json_put(buf *b, const json *j) {
  switch (j->kind) {
  case JSON_NULL: buf_put(b, "null", 4); return;
  case JSON_BOOL: json_put_bool(b, j->truth); return;
  case JSON_NUMBER: buf_put(b, j->text.ptr, j->text.len); return;
  case JSON_STRING: json_put_str(b, j->text); return;
  default: break;
  }
  bool object = j->kind == JSON_OBJECT;
  buf_u8(b, object ? '{' : '[');
  for (const json *e = j->first; e; e = e->next) {
    if (e != j->first) buf_u8(b, ',');
    if (object) json_put_str(b, e->name), buf_u8(b, ':');
    json_put(b, e);
  }
  buf_u8(b, object ? '}' : ']');
}

static void new_line(buf *b, unsigned depth) {
  buf_u8(b, '\n');
  while (depth--) buf_put(b, "    ", 4);
}

static void put_pretty(buf *b, const json *j, unsigned depth) {
  bool object = j->kind == JSON_OBJECT;
  if ((!object && j->kind != JSON_ARRAY) || !j->first) {
    json_put(b, j);
    return;
  }
  buf_u8(b, object ? '{' : '[');
  for (const json *e = j->first; e; e = e->next) {
    if (e != j->first) buf_u8(b, ',');
    new_line(b, depth + 1);
    if (object) json_put_str(b, e->name), buf_put(b, ": ", 2);
    put_pretty(b, e, depth + 1);
  }
  new_line(b, depth);
  buf_u8(b, object ? '}' : ']');
}

bool json_is_nested(const json *j) { return j->kind == JSON_ARRAY || j->kind == JSON_OBJECT; }

/* What a function writes of a part; false: null. */
static bool put_part(uint16_t fn, const json *j, buf *b) {
  bool text = fn != FN_JSON_EXTRACT && fn != FN_JSON_PRETTY;
  if (!j || (fn == FN_JSON_VALUE && json_is_nested(j)) || (text && j->kind == JSON_NULL)) return false;
  if (fn == FN_JSON_PRETTY)
    put_pretty(b, j, 0);
  else if (text && j->kind == JSON_STRING)
    buf_put(b, j->text.ptr, j->text.len);
  else
    json_put(b, j);
  return true;
}

sonde_code kernel_json_extract(const kernel_call *c, col *out) {
  buf b;
  buf_init(&b, c->run->mem, JSON_TEXT_MAX);
  sonde_code code = kernel_out_nullable(c, out);
  for (uint32_t i = 0; code == SONDE_OK && i < c->n; i++) {
    const json *part;
    sonde_str s;
    if (!row_valid(out, i)) continue;
    code = part_of(c, i, &part);
    if (code != SONDE_OK) break;
    bool there = put_part(c->e->function, part, &b);
    code = text_take(c, &b, &s);
    if (code != SONDE_OK) break;
    col_put(out, i, (cell){.s = s});
    if (!there) col_put_null(out, i);
  }
  buf_free(&b);
  return code;
}

/* ---- questions ---- */

const char *json_type(const json *j) {
  switch (j->kind) {
  case JSON_NULL: return "NULL";
  case JSON_BOOL: return "BOOLEAN";
  case JSON_STRING: return "VARCHAR";
  case JSON_ARRAY: return "ARRAY";
  case JSON_OBJECT: return "OBJECT";
  default: break;
  }
  for (size_t i = 0; i < j->text.len; i++)
    if (strchr(".eE", j->text.ptr[i])) return "DOUBLE";
  return j->text.len && j->text.ptr[0] == '-' ? "BIGINT" : "UBIGINT";
}

static bool equal(const json *a, const json *b);

static bool all_in(const json *a, const json *b) {
  for (const json *x = b->first; x; x = x->next) {
    const json *y = a->first;
    while (y &&
           !(a->kind == JSON_OBJECT ? y->name.len == x->name.len &&
                                          memcmp(y->name.ptr, x->name.ptr, x->name.len) == 0 && equal(y, x)
                                    : equal(y, x)))
      y = y->next;
    if (!y) return false;
  }
  return true;
}

static bool equal(const json *a, const json *b) {
  if (a->kind != b->kind) return false;
  if (json_is_nested(a)) return all_in(a, b) && all_in(b, a);
  if (a->kind == JSON_BOOL) return a->truth == b->truth;
  if (a->kind == JSON_NUMBER) return a->number == b->number;
  return a->text.len == b->text.len && memcmp(a->text.ptr, b->text.ptr, a->text.len) == 0;
}

/* Whether `needle` occurs: as the value, as a part of it, or as some of an object's members. */
static bool contains(const json *j, const json *needle) {
  if (equal(j, needle) || (json_is_nested(j) && j->kind == needle->kind && all_in(j, needle))) return true;
  for (const json *e = json_is_nested(j) ? j->first : NULL; e; e = e->next)
    if (contains(e, needle)) return true;
  return false;
}

static sonde_code put_keys(const kernel_call *c, const json *j, uint32_t i, col *out) {
  uint32_t n = j->kind == JSON_OBJECT ? (uint32_t)json_count(j) : 0, k = 0;
  nested *x = nested_new(n, false, c->a, c->err);
  if (!x) return c->err->code;
  for (const json *m = n ? j->first : NULL; m; m = m->next) nested_cells(x)[k++].s = m->name;
  col_put(out, i, (cell){.n = x});
  return SONDE_OK;
}

static sonde_code ask(const kernel_call *c, uint32_t i, const json *part, col *out) {
  const char *type;
  switch (c->e->function) {
  case FN_JSON_EXISTS: col_put(out, i, (cell){.b = part != NULL}); return SONDE_OK;
  case FN_JSON_ARRAY_LENGTH:
    col_put(out, i, (cell){.w = part && part->kind == JSON_ARRAY ? json_count(part) : 0});
    break;
  case FN_JSON_TYPE:
    type = part ? json_type(part) : "";
    col_put(out, i, (cell){.s = {type, strlen(type)}});
    break;
  default:
    if (part) SONDE_TRY(put_keys(c, part, i, out));
  }
  if (!part) col_put_null(out, i);
  return SONDE_OK;
}

sonde_code kernel_json_ask(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    const json *part, *needle;
    if (!row_valid(out, i)) continue;
    if (fn == FN_JSON_VALID) {
      col_put(out, i, (cell){.b = json_of(c, text_at(c, 0, i)) != NULL});
    } else if (fn == FN_JSON_CONTAINS) {
      part = json_of(c, text_at(c, 0, i));
      needle = json_of(c, text_at(c, 1, i));
      SONDE_CHECK(part && needle, c->err, SONDE_VALUE, c->e->at, "json_contains needs two JSON values");
      col_put(out, i, (cell){.b = contains(part, needle)});
    } else {
      SONDE_TRY(part_of(c, i, &part));
      SONDE_TRY(ask(c, i, part, out));
    }
  }
  return SONDE_OK;
}

/* ---- making ---- */

static void put_value(const kernel_call *c, uint32_t arg, uint32_t i, buf *b) {
  if (col_valid(&c->args[arg], i))
    result_value(b, c->args[arg].type, col_cell(&c->args[arg], i), NULL);
  else
    buf_put(b, "null", 4);
}

static sonde_code make_row(const kernel_call *c, uint32_t i, buf *b) {
  uint16_t fn = c->e->function;
  if (fn == FN_TO_JSON) return put_value(c, 0, i, b), SONDE_OK;
  bool object = fn == FN_JSON_OBJECT;
  SONDE_CHECK(!object || c->n_args % 2 == 0, c->err, SONDE_VALUE, c->e->at,
              "json_object takes names and values in turn");
  buf_u8(b, object ? '{' : '[');
  for (uint32_t k = 0; k < c->n_args; k++) {
    if (k) buf_u8(b, object && k % 2 ? ':' : ',');
    SONDE_CHECK(!object || k % 2 || (c->args[k].lane == LANE_STR && col_valid(&c->args[k], i)), c->err,
                SONDE_VALUE, c->e->at, "a name in json_object is a text");
    put_value(c, k, i, b);
  }
  buf_u8(b, object ? '}' : ']');
  return SONDE_OK;
}

sonde_code kernel_json_make(const kernel_call *c, col *out) { return each_text(c, make_row, out); }
