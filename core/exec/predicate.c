/* Compiling a filter from JSON. See predicate.h; evaluation is in predicate_run.c. */
#include "exec/predicate_ops.h"

#include <string.h>

#include "base/regex.h"
#include "base/utf8.h"

typedef struct {
  const csv_form *forms;
  uint32_t n_columns;
  buf *out;
  uint8_t *used; /* per column */
  arena *memory;
  sonde_error *err;
} compiler;

static sonde_code compile(compiler *c, const json *j, bool negated);

static sonde_code compile_list(compiler *c, const json *list, uint8_t op, bool negated) {
  uint32_t n = 0;
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

static sonde_code compile_value(compiler *c, uint32_t column, const json *text) {
  csv_form f = c->forms[column];
  typed_value v;
  sonde_str s = json_str(text);
  SONDE_CHECK(json_is(text, JSON_STRING), c->err, SONDE_SYNTAX, 0,
              "a filter value is missing; values are given as text");
  SONDE_CHECK(value_parse(s, f.type, f.order, &v), c->err, SONDE_VALUE, 0,
              "'%.*s' is no %s; write it as the column shows its values", (int)(s.len < 60 ? s.len : 60),
              s.ptr, type_name((type_id)f.type.id));
  put_value(c, &v);
  return SONDE_OK;
}

static void leaf(compiler *c, uint8_t op, uint32_t column, bool negated) {
  buf_u8(c->out, op);
  buf_u32(c->out, column);
  buf_u8(c->out, negated);
}

static sonde_code compile_in(compiler *c, uint32_t column, const json *values, bool negated) {
  uint32_t n = 0, nulls = 0;
  for (const json *i = values ? values->first : NULL; i; i = i->next)
    *(i->kind == JSON_NULL ? &nulls : &n) += 1;
  leaf(c, OP_IN, column, negated);
  buf_u8(c->out, nulls > 0);
  buf_u32(c->out, n);
  for (const json *i = values ? values->first : NULL; i; i = i->next)
    if (i->kind != JSON_NULL) SONDE_TRY(compile_value(c, column, i));
  return SONDE_OK;
}

static sonde_code compile_text(compiler *c, const json *j, uint32_t column, uint8_t op, bool negated) {
  bool match_case = json_bool(json_get(j, "matchCase"), false);
  sonde_str s = json_str(json_get(j, "value"));
  if (op == OP_REGEX) { /* refused here, where the position can still be told */
    const regex *compiled;
    SONDE_TRY(regex_compile(s, match_case ? 0 : REGEX_ICASE, c->memory, &compiled, c->err));
  }
  leaf(c, op, column, negated);
  buf_u8(c->out, match_case);
  buf_str(c->out, s);
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
  uint32_t column = (uint32_t)json_u64(json_get(j, "column"), UINT32_MAX);
  uint8_t op = op_of(json_get(j, "op"));
  SONDE_CHECK(column < c->n_columns, c->err, SONDE_NAME, 0, "the filter names column %u; the table has %u",
              column, c->n_columns);
  SONDE_CHECK(op, c->err, SONDE_SYNTAX, 0, "the filter has an operator that is not known");
  c->used[column] = 1;
  if (op == OP_NULL || op == OP_NOT_NULL) {
    leaf(c, (op == OP_NULL) != negated ? OP_NULL : OP_NOT_NULL, column, false);
    return SONDE_OK;
  }
  if (op == OP_IN) return compile_in(c, column, json_get(j, "values"), negated);
  if (op == OP_CONTAINS || op == OP_STARTS || op == OP_REGEX) return compile_text(c, j, column, op, negated);
  leaf(c, op, column, negated);
  if (op != OP_BETWEEN) return compile_value(c, column, json_get(j, "value"));
  SONDE_TRY(compile_value(c, column, json_get(j, "low")));
  return compile_value(c, column, json_get(j, "high"));
}

static sonde_code compile(compiler *c, const json *j, bool negated) {
  const json *list = json_get(j, "and"), *other = json_get(j, "or"), *inner = json_get(j, "not");
  if (list) return compile_list(c, list, negated ? OP_OR : OP_AND, negated);
  if (other) return compile_list(c, other, negated ? OP_AND : OP_OR, negated);
  if (inner) return compile(c, inner, !negated);
  return compile_leaf(c, j, negated);
}

/* Bytes that the text of a value of the type can hold; a needle with any other byte is not in such a column. */
static bool may_contain(column_type t, sonde_str needle) {
  const char *set = t.id == TYPE_INT64 || t.id == TYPE_DECIMAL ? "-.0123456789"
                    : t.id == TYPE_BOOL                        ? "truefalsTRUEFALS"
                    : t.id == TYPE_DOUBLE                      ? "-+.0123456789eInfityNaEIFTYNA"
                                                               : "-:. +0123456789";
  if (t.id == TYPE_TEXT) return true;
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

sonde_code predicate_compile(const json *filter, sonde_str search, const csv_form *forms, uint32_t n_columns,
                             buf *out, column_ref *refs, uint32_t *n_refs, arena *memory, sonde_error *err) {
  compiler c = {.forms = forms, .n_columns = n_columns, .out = out, .memory = memory, .err = err};
  c.used = arena_zero(memory, n_columns, err);
  if (!c.used) return err->code;
  bool filtered = filter && filter->kind == JSON_OBJECT;
  buf_u8(out, OP_AND);
  buf_u32(out, (uint32_t)filtered + (search.len > 0));
  if (filtered) SONDE_TRY(compile(&c, filter, false));
  if (search.len) compile_search(&c, search);
  *n_refs = 0;
  for (uint32_t i = 0; i < n_columns; i++)
    if (c.used[i]) refs[(*n_refs)++] = (column_ref){i, forms[i]};
  return buf_status(out, err);
}
