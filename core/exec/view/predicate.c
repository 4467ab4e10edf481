/* Compiling a filter from JSON. See predicate.h; evaluation is in predicate_run.c. */
#include "exec/view/predicate_ops.h"

#include <string.h>

#include "base/regex.h"
#include "base/utf8.h"
#include "exec/blob_text.h"

typedef struct {
  const csv_form *forms;
  uint32_t n_columns;
  buf *out;
  uint8_t *used; /* per column */
  const spec_part *spec;
} compiler;

static sonde_code compile(compiler *c, const json *j, bool negated);

static sonde_code compile_list(compiler *c, const json *list, uint8_t op, bool negated) {
  uint32_t n = 0;
  if (!json_is(list, JSON_ARRAY))
    return spec_refuse(c->spec, list, SONDE_SYNTAX, "'and' and 'or' take a list of conditions");
  for (const json *i = list->first; i; i = i->next) n++;
  buf_u8(c->out, op);
  buf_u32(c->out, n);
  for (const json *i = list->first; i; i = i->next) SONDE_TRY(compile(c, i, negated));
  return SONDE_OK;
}

static void put_value(compiler *c, const typed_value *v) {
  uint64_t bits;
  memcpy(&bits, &v->f64, 8);
  buf_u64(c->out, (uint64_t)v->i64);
  buf_u64(c->out, bits);
  buf_u64(c->out, v->i128.low);
  buf_u64(c->out, (uint64_t)v->i128.high);
  buf_u8(c->out, v->whole);
  buf_str(c->out, v->text);
}

/* The member `name` of the condition `j`, which has to be of that kind. */
static sonde_code need(compiler *c, const json *j, const char *name, json_kind kind, const json **out) {
  static const char *const kinds[] = {"null", "true or false", "a number", "a text", "a list", "an object"};
  *out = json_get(j, name);
  if (json_is(*out, kind)) return SONDE_OK;
  if (!*out)
    return spec_refuse(c->spec, j, SONDE_SYNTAX, "the condition lacks its '%s', %s", name, kinds[kind]);
  return spec_refuse(c->spec, *out, SONDE_SYNTAX, "'%s' has to be %s", name, kinds[kind]);
}

static sonde_code compile_value(compiler *c, uint32_t column, const json *text) {
  csv_form f = c->forms[column];
  typed_value v;
  sonde_str s = json_str(text);
  if (!json_is(text, JSON_STRING))
    return spec_refuse(c->spec, text, SONDE_SYNTAX, "values are given as text, also numbers: \"12\"");
  if (f.type.id == TYPE_BLOB) SONDE_TRY(blob_parse(s, c->spec->memory, &s, c->spec->err));
  if (!value_parse(s, f.type, f.order, &v))
    return spec_refuse(c->spec, text, SONDE_VALUE, "'%.*s' is no %s; write it as the column shows its values",
                       (int)utf8_cut(s.ptr, s.len, 60), s.ptr, type_name((type_id)f.type.id));
  put_value(c, &v);
  return SONDE_OK;
}

static sonde_code compile_member(compiler *c, uint32_t column, const json *j, const char *name) {
  const json *text;
  SONDE_TRY(need(c, j, name, JSON_STRING, &text));
  return compile_value(c, column, text);
}

static void leaf(compiler *c, uint8_t op, uint32_t column, bool negated) {
  buf_u8(c->out, op);
  buf_u32(c->out, column);
  buf_u8(c->out, negated);
}

static sonde_code compile_in(compiler *c, uint32_t column, const json *j, bool negated) {
  uint32_t n = 0, nulls = 0;
  const json *values;
  SONDE_TRY(need(c, j, "values", JSON_ARRAY, &values));
  for (const json *i = values->first; i; i = i->next) *(i->kind == JSON_NULL ? &nulls : &n) += 1;
  leaf(c, OP_IN, column, negated);
  buf_u8(c->out, nulls > 0);
  buf_u32(c->out, n);
  for (const json *i = values->first; i; i = i->next)
    if (i->kind != JSON_NULL) SONDE_TRY(compile_value(c, column, i));
  return SONDE_OK;
}

/* Refused here, where the position can still be told. */
static sonde_code check_regex(compiler *c, const json *pattern, bool match_case) {
  const regex *compiled;
  sonde_error why = {0};
  uint32_t flags = match_case ? 0 : REGEX_ICASE;
  sonde_code code = regex_compile(pattern->text, flags, c->spec->memory, &compiled, &why);
  return code ? spec_refuse(c->spec, pattern, code, "%s", why.message) : SONDE_OK;
}

static sonde_code compile_text(compiler *c, const json *j, uint32_t column, uint8_t op, bool negated) {
  bool match_case = json_bool(json_get(j, "matchCase"), false);
  const json *value;
  SONDE_TRY(need(c, j, "value", JSON_STRING, &value));
  if (op == OP_REGEX) SONDE_TRY(check_regex(c, value, match_case));
  leaf(c, op, column, negated);
  buf_u8(c->out, match_case);
  buf_str(c->out, value->text);
  return SONDE_OK;
}

static uint8_t op_of(const json *op) {
  static const struct {
    const char *name;
    uint8_t op;
  } ops[] = {{"=", OP_EQ},
             {"<>", OP_NE},
             {"<", OP_LT},
             {"<=", OP_LE},
             {">", OP_GT},
             {">=", OP_GE},
             {"between", OP_BETWEEN},
             {"in", OP_IN},
             {"contains", OP_CONTAINS},
             {"starts with", OP_STARTS},
             {"regex", OP_REGEX},
             {"is null", OP_NULL},
             {"is not null", OP_NOT_NULL}};
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
    if (json_text_is(op, ops[i].name)) return ops[i].op;
  return 0;
}

static sonde_code compile_leaf(compiler *c, const json *j, bool negated) {
  const json *number, *name;
  SONDE_TRY(need(c, j, "column", JSON_NUMBER, &number));
  SONDE_TRY(need(c, j, "op", JSON_STRING, &name));
  uint64_t asked = json_index(number);
  uint32_t column = (uint32_t)asked;
  uint8_t op = op_of(name);
  if (asked >= c->n_columns)
    return spec_refuse(c->spec, number, SONDE_NAME,
                       "column %.*s is not there; the table has %u, counted from 0",
                       (int)utf8_cut(number->text.ptr, number->text.len, 20), number->text.ptr, c->n_columns);
  if (!op)
    return spec_refuse(c->spec, name, SONDE_SYNTAX, "the operator '%.*s' is not known",
                       (int)utf8_cut(name->text.ptr, name->text.len, 40), name->text.ptr);
  c->used[column] = 1;
  if (op == OP_NULL || op == OP_NOT_NULL) {
    leaf(c, (op == OP_NULL) != negated ? OP_NULL : OP_NOT_NULL, column, false);
    return SONDE_OK;
  }
  if (op == OP_IN) return compile_in(c, column, j, negated);
  if (op == OP_CONTAINS || op == OP_STARTS || op == OP_REGEX) return compile_text(c, j, column, op, negated);
  leaf(c, op, column, negated);
  if (op != OP_BETWEEN) return compile_member(c, column, j, "value");
  SONDE_TRY(compile_member(c, column, j, "low"));
  return compile_member(c, column, j, "high");
}

static sonde_code compile(compiler *c, const json *j, bool negated) {
  if (!json_is(j, JSON_OBJECT)) return spec_refuse(c->spec, j, SONDE_SYNTAX, "a condition is an object");
  const json *list = json_get(j, "and"), *other = json_get(j, "or"), *inner = json_get(j, "not");
  if (list) return compile_list(c, list, negated ? OP_OR : OP_AND, negated);
  if (other) return compile_list(c, other, negated ? OP_AND : OP_OR, negated);
  if (inner) return compile(c, inner, !negated);
  return compile_leaf(c, j, negated);
}

/* Bytes that the text of a value of the type can hold; a needle with any other byte is not in such a column. */
static bool may_contain(column_type t, sonde_str needle) {
  value_family family = family_of(t);
  const char *set = t.id == TYPE_INT64 || family == FAMILY_DECIMAL ? "-.0123456789"
                    : t.id == TYPE_BOOL                            ? "truefalsTRUEFALS"
                    : family == FAMILY_DOUBLE                      ? "-+.0123456789eInfityNaEIFTYNA"
                                                                   : "-:. +0123456789";
  if (family == FAMILY_TEXT || family == FAMILY_SHOWN) return true;
  for (size_t i = 0; i < needle.len; i++)
    if (!needle.ptr[i] || !strchr(set, needle.ptr[i])) return false;
  return t.id != TYPE_NONE;
}

static void compile_search(compiler *c, sonde_str needle) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->n_columns; i++) n += may_contain(c->forms[i].type, needle);
  buf_u8(c->out, OP_OR);
  buf_u32(c->out, n);
  for (uint32_t i = 0; i < c->n_columns; i++) {
    if (!may_contain(c->forms[i].type, needle)) continue;
    c->used[i] = 1;
    leaf(c, OP_CONTAINS, i, false);
    buf_u8(c->out, false);
    buf_str(c->out, needle);
  }
}

sonde_code predicate_compile(const spec_part *filter, sonde_str search, const csv_form *forms,
                             uint32_t n_columns, buf *out, column_ref *refs, uint32_t *n_refs) {
  compiler c = {.forms = forms, .n_columns = n_columns, .out = out, .spec = filter};
  c.used = arena_zero(filter->memory, n_columns, filter->err);
  if (!c.used) return filter->err->code;
  buf_u8(out, OP_AND);
  buf_u32(out, (uint32_t)(filter->root != NULL) + (search.len > 0));
  if (filter->root) SONDE_TRY(compile(&c, filter->root, false));
  if (search.len) compile_search(&c, search);
  *n_refs = 0;
  for (uint32_t i = 0; i < n_columns; i++)
    if (c.used[i]) refs[(*n_refs)++] = (column_ref){.column = i, .form = forms[i]};
  return buf_status(out, filter->err);
}
