/* Result types that depend on more than letters: arithmetic, decimals, what is inside of nested types. DuckDB's rules. */
#include "plan/function_rules.h"

#include <string.h>

#define LIST_AGGREGATE_MAX 8u

static bool list_of(call *c, const sql_type *item, sql_type *out) {
  return sql_list_of(c->mem, item, out, c->err);
}

static bool is_floating(const sql_type *t) { return t->id == SQL_FLOAT || t->id == SQL_DOUBLE; }

/* ---- arithmetic ---- */

/* Both numbers as one type; an untyped text beside a number becomes that. */
static bool unify_pair(call *c, sql_type *out) {
  sql_type *p = c->parameters;
  if (!sql_type_unify(&p[0], &p[1], c->mem, out, c->err)) return false;
  if (out->id == SQL_TEXT) *out = sql_simple(SQL_DOUBLE);
  out->literal = 0;
  return true;
}

static bool both(call *c, sql_type t, sql_type *out) {
  c->parameters[0] = c->parameters[1] = *out = t;
  return true;
}

static sql_type as_decimal(const sql_type *t) {
  return t->id == SQL_DECIMAL ? *t : sql_decimal(sql_integer_digits(t), 0);
}

/* Past 18 digits arithmetic is ten times slower, so two short decimals stay short, and overflow is an error (as in DuckDB). */
static unsigned capped(unsigned precision, unsigned scale, const sql_type *a, const sql_type *b) {
  if (precision > 18 && a->precision <= 18 && b->precision <= 18 && scale < 18) return 18;
  return precision > 38 ? 38 : precision;
}

static bool rule_add(call *c, sql_type *out) {
  sql_type t;
  if (!unify_pair(c, &t)) return false;
  if (t.id != SQL_DECIMAL) return both(c, t, out);
  sql_type a = as_decimal(&c->parameters[0]), b = as_decimal(&c->parameters[1]);
  return both(c, sql_decimal(capped(t.precision + 1u, t.scale, &a, &b), t.scale), out);
}

static bool rule_multiply(call *c, sql_type *out) {
  sql_type t;
  if (!unify_pair(c, &t)) return false;
  if (t.id != SQL_DECIMAL) return both(c, t, out);
  sql_type a = as_decimal(&c->parameters[0]), b = as_decimal(&c->parameters[1]);
  unsigned scale = (unsigned)(a.scale + b.scale);
  if (scale > 38) {
    status_set(c->err, SONDE_TYPE, 0,
               "the product would have %u digits behind the point; 38 are the most: cast to DOUBLE", scale);
    return false;
  }
  unsigned precision = capped((unsigned)(a.precision + b.precision), scale, &a, &b);
  *out = sql_decimal(precision, scale);
  c->parameters[0] = sql_decimal(precision, a.scale);
  c->parameters[1] = sql_decimal(precision, b.scale);
  return true;
}

static bool rule_divide(call *c, sql_type *out) {
  sql_type t;
  if (!unify_pair(c, &t)) return false;
  return both(c, sql_simple(t.id == SQL_FLOAT ? SQL_FLOAT : SQL_DOUBLE), out);
}

static bool rule_modulo(call *c, sql_type *out) {
  sql_type t;
  return unify_pair(c, &t) && both(c, t, out);
}

static bool rule_bits(call *c, sql_type *out) {
  sql_type t = c->parameters[0];
  if (t.id == SQL_TEXT || t.id == SQL_NULL) t = sql_simple(SQL_BIGINT);
  return sql_is_integer(&t) && both(c, t, out);
}

static bool rule_negate(call *c, sql_type *out) {
  sql_type *p = &c->parameters[0];
  if (p->id == SQL_TEXT) *p = sql_simple(SQL_DOUBLE);
  if (p->id == SQL_UBIGINT || p->id == SQL_UHUGEINT)
    *p = sql_simple(SQL_HUGEINT);
  else if (p->id >= SQL_UTINYINT && p->id <= SQL_UINTEGER)
    *p = sql_simple((sql_type_id)(SQL_SMALLINT + (p->id - SQL_UTINYINT)));
  *out = *p;
  return true;
}

/* Digits behind the point that a constant second argument leaves. */
static bool rule_round(call *c, sql_type *out) {
  sql_type *p = &c->parameters[0];
  if (p->id == SQL_TEXT) *p = sql_simple(SQL_DOUBLE);
  *out = *p;
  if (p->id != SQL_DECIMAL) return true;
  const value *digits = c->n > 1 ? c->args[1].constant : NULL;
  if (c->n > 1 && !digits) *p = *out = sql_simple(SQL_DOUBLE);
  if (p->id != SQL_DECIMAL) return true;
  int64_t n = digits && !digits->null ? digits->v.i : 0;
  out->scale = (uint8_t)(n < 0 ? 0 : n < p->scale ? n : p->scale);
  return true;
}

/* ---- aggregates ---- */

static bool rule_sum(call *c, sql_type *out) {
  const sql_type *t = &c->parameters[0];
  if (t->id == SQL_DECIMAL)
    *out = sql_decimal(38, t->scale);
  else if (is_floating(t) || t->id == SQL_TEXT)
    *out = sql_simple(SQL_DOUBLE);
  else
    *out = t->id == SQL_INTERVAL ? *t : sql_simple(SQL_HUGEINT);
  if (t->id == SQL_TEXT) c->parameters[0] = *out;
  return true;
}

static bool rule_avg(call *c, sql_type *out) {
  const sql_type *t = &c->parameters[0];
  *out = sql_simple(t->id == SQL_DATE ? SQL_TIMESTAMP : SQL_DOUBLE);
  if (t->id == SQL_TEXT) c->parameters[0] = *out;
  if (t->id == SQL_DATE) c->parameters[0] = *out;
  if (t->id == SQL_TIMESTAMP || t->id == SQL_TIMESTAMPTZ || t->id == SQL_INTERVAL || t->id == SQL_TIME)
    *out = *t;
  return true;
}

/* Between two values of these lie others. */
static sql_type continuous(const sql_type *t) {
  if (sql_is_integer(t) || t->id == SQL_NULL) return sql_simple(SQL_DOUBLE);
  return t->id == SQL_DATE ? sql_simple(SQL_TIMESTAMP) : *t;
}

static bool quantile(call *c, sql_type result, sql_type *out) {
  bool several = c->n > 1 && c->parameters[1].id == SQL_LIST;
  *out = result;
  out->literal = 0;
  return !several || list_of(c, out, out);
}

static bool can_be_continuous(const sql_type *t) {
  return sql_is_numeric(t) || sql_is_temporal(t) || t->id == SQL_INTERVAL || t->id == SQL_TIME ||
         t->id == SQL_NULL;
}

static bool rule_quantile_cont(call *c, sql_type *out) {
  sql_type t = continuous(&c->parameters[0]);
  if (!can_be_continuous(&t)) return false;
  c->parameters[0] = t;
  return quantile(c, t, out);
}

static bool rule_quantile_disc(call *c, sql_type *out) { return quantile(c, c->parameters[0], out); }

static bool rule_median(call *c, sql_type *out) {
  sql_type t = continuous(&c->parameters[0]);
  if (can_be_continuous(&t)) c->parameters[0] = t;
  *out = c->parameters[0];
  out->literal = 0;
  return true;
}

static bool rule_mad(call *c, sql_type *out) {
  if (!rule_quantile_cont(c, out)) return false;
  if (sql_is_temporal(out) || out->id == SQL_TIME) *out = sql_simple(SQL_INTERVAL);
  return true;
}

static bool rule_histogram(call *c, sql_type *out) {
  sql_type counts = sql_simple(SQL_UBIGINT);
  return sql_map_of(c->mem, &c->parameters[0], &counts, out, c->err);
}

/* ---- dates ---- */

static bool rule_timestamp(call *c, sql_type *out) {
  for (uint32_t i = 0; i < c->n; i++)
    if (sql_is_temporal(&c->parameters[i])) *out = c->parameters[i];
  if (out->id == SQL_DATE) *out = sql_simple(SQL_TIMESTAMP);
  return true;
}

static bool rule_date_trunc(call *c, sql_type *out) {
  *out = c->parameters[1].id == SQL_DATE ? sql_simple(SQL_TIMESTAMP) : c->parameters[1];
  return true;
}

static bool text_is(const value *v, const char *s) {
  return v && !v->null && v->v.s.len == strlen(s) && memcmp(v->v.s.ptr, s, v->v.s.len) == 0;
}

static bool rule_date_part(call *c, sql_type *out) {
  const value *part = c->args[0].constant;
  *out = sql_simple(text_is(part, "epoch") || text_is(part, "julian") ? SQL_DOUBLE : SQL_BIGINT);
  return true;
}

static bool rule_at_time_zone(call *c, sql_type *out) {
  *out = sql_simple(c->parameters[1].id == SQL_TIMESTAMP ? SQL_TIMESTAMPTZ : SQL_TIMESTAMP);
  return true;
}

/* ---- nested ---- */

static bool make_struct(call *c, const sql_type *types, const sonde_str *names, uint32_t n, sql_type *out) {
  sql_type *copies = arena_copy(c->mem, types, n * sizeof *types, c->err);
  sonde_str *labels = names ? arena_copy(c->mem, names, n * sizeof *names, c->err) : NULL;
  if (!copies || (names && !labels)) return false;
  for (uint32_t i = 0; i < n; i++) copies[i].literal = 0;
  *out = (sql_type){.id = SQL_STRUCT, .n_children = n, .children = copies, .names = labels};
  return true;
}

static bool rule_row(call *c, sql_type *out) {
  sonde_str *names = arena_zero(c->mem, (c->n + 1) * sizeof *names, c->err);
  if (!names) return false;
  bool any_name = false;
  for (uint32_t i = 0; i < c->n; i++) {
    names[i] = c->args[i].name;
    any_name |= names[i].len > 0;
  }
  return make_struct(c, c->parameters, any_name ? names : NULL, c->n, out);
}

static char lower(char ch) { return (char)(ch >= 'A' && ch <= 'Z' ? ch + 32 : ch); }

static bool same_field(sonde_str a, sonde_str b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; i++)
    if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
  return true;
}

static bool rule_field(call *c, sql_type *out) {
  const sql_type *s = &c->parameters[0];
  const value *which = c->args[1].constant;
  if (s->id != SQL_STRUCT || !which || which->null) return false;
  for (uint32_t i = 0; i < s->n_children; i++) {
    bool hit = c->args[1].type.id == SQL_TEXT ? s->names && same_field(s->names[i], which->v.s)
                                              : which->v.i == (int64_t)i + 1;
    if (hit) return *out = s->children[i], true;
  }
  return false;
}

static bool texts_as_struct(call *c, const value *names, const sql_type *each, sql_type *out) {
  if (!names || names->null) return false;
  uint32_t n = names->v.n->n;
  sql_type *types = arena_array(c->mem, n + 1, sizeof *types, c->err);
  sonde_str *labels = arena_array(c->mem, n + 1, sizeof *labels, c->err);
  if (!types || !labels) return false;
  for (uint32_t i = 0; i < n; i++) types[i] = *each, labels[i] = names->v.n->cells[i].s;
  return make_struct(c, types, labels, n, out);
}

static bool rule_map(call *c, sql_type *out) {
  sql_type none = sql_simple(SQL_NULL);
  return sql_map_of(c->mem, c->bound[0] ? &c->letters[0] : &none, c->bound[1] ? &c->letters[1] : &none, out,
                    c->err);
}

static bool rule_map_entries(call *c, sql_type *out) {
  const sql_type *l = &c->parameters[0];
  if (l->id == SQL_NULL) return sql_map_of(c->mem, l, l, out, c->err);
  if (l->id != SQL_LIST || l->children[0].id != SQL_STRUCT || l->children[0].n_children != 2) return false;
  return sql_map_of(c->mem, &l->children[0].children[0], &l->children[0].children[1], out, c->err);
}

static bool rule_entries(call *c, sql_type *out) {
  const sonde_str names[] = {{"key", 3}, {"value", 5}};
  return c->parameters[0].id == SQL_MAP && make_struct(c, c->parameters[0].children, names, 2, out) &&
         list_of(c, out, out);
}

/* The rows of json_each and json_tree. */
static bool rule_json_rows(call *c, sql_type *out) {
  static const sonde_str names[] = {{"key", 3}, {"value", 5},  {"type", 4},    {"atom", 4},
                                    {"id", 2},  {"parent", 6}, {"fullkey", 7}, {"path", 4}};
  const sql_type text = sql_simple(SQL_TEXT), number = sql_simple(SQL_UBIGINT);
  const sql_type types[] = {text, text, text, text, number, number, text, text};
  return make_struct(c, types, names, 8, out) && list_of(c, out, out);
}

/* `child` 0: keys, 1: values. The key that is asked for is cast to the map's. */
static bool map_child(call *c, unsigned child, bool list, sql_type *out) {
  if (c->parameters[0].id != SQL_MAP) return *out = sql_simple(SQL_NULL), true;
  if (c->n > 1 && c->parameters[0].children[0].id != SQL_NULL)
    c->parameters[1] = c->parameters[0].children[0];
  *out = c->parameters[0].children[child];
  return !list || list_of(c, out, out);
}

static bool rule_zip(call *c, sql_type *out) {
  sql_type *items = arena_zero(c->mem, (c->n + 1) * sizeof *items, c->err);
  if (!items) return false;
  uint32_t n = c->n;
  if (n && c->parameters[n - 1].id == SQL_BOOL) n--;
  for (uint32_t i = 0; i < n; i++) {
    if (c->parameters[i].id != SQL_LIST && c->parameters[i].id != SQL_NULL) return false;
    items[i] = c->parameters[i].id == SQL_LIST ? c->parameters[i].children[0] : c->parameters[i];
  }
  return make_struct(c, items, NULL, n, out) && list_of(c, out, out);
}

static bool rule_lambda_list(call *c, sql_type *out) {
  return c->parameters[1].id == SQL_LAMBDA && list_of(c, &c->parameters[1].children[0], out);
}

static bool rule_reduce(call *c, sql_type *out) {
  *out = c->n > 2 ? c->parameters[2] : c->letters[0];
  return c->parameters[1].id == SQL_LAMBDA;
}

/* An aggregate over the items of the first argument; its further arguments come from `from` on. */
static bool aggregate_of_list(call *c, sonde_str name, uint32_t from, sql_type *out) {
  function_argument args[LIST_AGGREGATE_MAX];
  function_binding b;
  if (c->n - from + 1 > LIST_AGGREGATE_MAX) return false;
  const sql_type *l = &c->parameters[0];
  args[0] = (function_argument){.type = l->id == SQL_LIST ? l->children[0] : *l};
  for (uint32_t i = from; i < c->n; i++) args[i - from + 1] = c->args[i];
  if (function_bind(name, FUNCTION_AGGREGATE, args, c->n - from + 1, 0, c->mem, &b, c->err) != SONDE_OK)
    return false;
  *out = b.result;
  if (l->id == SQL_LIST && !list_of(c, &b.parameters[0], &c->parameters[0])) return false;
  for (uint32_t i = from; i < c->n; i++) c->parameters[i] = b.parameters[i - from + 1];
  return true;
}

static bool rule_list_aggregate(call *c, sql_type *out) {
  const value *name = c->args[1].constant;
  return name && !name->null && aggregate_of_list(c, name->v.s, 2, out);
}

/* concat: lists stay lists when all arguments are. */
static bool rule_concat(call *c, sql_type *out) {
  *out = sql_simple(SQL_TEXT);
  bool lists = c->n > 0;
  for (uint32_t i = 0; i < c->n; i++)
    lists &= c->parameters[i].id == SQL_LIST || c->parameters[i].id == SQL_NULL;
  if (!lists || c->parameters[0].id == SQL_NULL) return true;
  for (uint32_t i = 0; i < c->n; i++)
    if (!sql_type_unify(i ? out : &c->parameters[0], &c->parameters[i], c->mem, out, c->err)) return false;
  for (uint32_t i = 0; i < c->n; i++) c->parameters[i] = *out;
  return true;
}

/* ---- dispatch ---- */

static bool nested_rule(call *c, const char *rule, sql_type *out) {
  sql_type text = sql_simple(SQL_TEXT), whole = sql_simple(SQL_BIGINT);
  if (!strcmp(rule, "row")) return rule_row(c, out);
  if (!strcmp(rule, "field")) return rule_field(c, out);
  if (!strcmp(rule, "named")) return texts_as_struct(c, c->args[2].constant, &text, out);
  if (!strcmp(rule, "date_parts")) return texts_as_struct(c, c->args[0].constant, &whole, out);
  if (!strcmp(rule, "map")) return rule_map(c, out);
  if (!strcmp(rule, "map_entries")) return rule_map_entries(c, out);
  if (!strcmp(rule, "json_rows")) return rule_json_rows(c, out);
  if (!strcmp(rule, "entries")) return rule_entries(c, out);
  if (!strcmp(rule, "map_keys")) return map_child(c, 0, true, out);
  if (!strcmp(rule, "map_values") || !strcmp(rule, "map_list")) return map_child(c, 1, true, out);
  if (!strcmp(rule, "map_value")) return map_child(c, 1, false, out);
  if (!strcmp(rule, "zip")) return rule_zip(c, out);
  if (!strcmp(rule, "lambda_list")) return rule_lambda_list(c, out);
  if (!strcmp(rule, "reduce")) return rule_reduce(c, out);
  if (!strcmp(rule, "list_aggregate")) return rule_list_aggregate(c, out);
  if (!strncmp(rule, "agg:", 4)) return aggregate_of_list(c, (sonde_str){rule + 4, strlen(rule + 4)}, 1, out);
  if (!strcmp(rule, "list1")) return list_of(c, &c->parameters[0], out);
  return !strcmp(rule, "concat") && rule_concat(c, out);
}

static bool aggregate_rule(call *c, const char *rule, sql_type *out) {
  if (!strcmp(rule, "sum")) return rule_sum(c, out);
  if (!strcmp(rule, "avg")) return rule_avg(c, out);
  if (!strcmp(rule, "median")) return rule_median(c, out);
  if (!strcmp(rule, "quantile_cont")) return rule_quantile_cont(c, out);
  if (!strcmp(rule, "quantile_disc")) return rule_quantile_disc(c, out);
  if (!strcmp(rule, "mad")) return rule_mad(c, out);
  if (!strcmp(rule, "histogram")) return rule_histogram(c, out);
  return nested_rule(c, rule, out);
}

bool function_rule(call *c, const char *rule, sql_type *out) {
  if (!strcmp(rule, "add")) return rule_add(c, out);
  if (!strcmp(rule, "multiply")) return rule_multiply(c, out);
  if (!strcmp(rule, "divide")) return rule_divide(c, out);
  if (!strcmp(rule, "modulo")) return rule_modulo(c, out);
  if (!strcmp(rule, "bits")) return rule_bits(c, out);
  if (!strcmp(rule, "negate")) return rule_negate(c, out);
  if (!strcmp(rule, "round") || !strcmp(rule, "round_even")) return rule_round(c, out);
  if (!strcmp(rule, "timestamp")) return rule_timestamp(c, out);
  if (!strcmp(rule, "timestamp_ns")) return *out = (sql_type){.id = SQL_TIMESTAMP, .unit = 9}, true;
  if (!strcmp(rule, "date_trunc")) return rule_date_trunc(c, out);
  if (!strcmp(rule, "date_part")) return rule_date_part(c, out);
  if (!strcmp(rule, "at_time_zone")) return rule_at_time_zone(c, out);
  if (!strcmp(rule, "null")) return *out = sql_simple(SQL_NULL), true;
  return aggregate_rule(c, rule, out);
}
