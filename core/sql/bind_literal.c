/* Constants as they are written, and types by their names. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "sql/bind.h"

/* ---- numbers ---- */

static bool hex_digits(sonde_str s, u128 *out) {
  *out = 0;
  if (s.len > 34) return false;
  for (size_t i = 2; i < s.len; i++) {
    char c = s.ptr[i];
    *out = *out << 4 | (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return true;
}

static bool digits(sonde_str s, u128 *out) {
  if (s.len > 1 && (s.ptr[1] | 0x20) == 'x') return hex_digits(s, out);
  *out = 0;
  for (size_t i = 0; i < s.len; i++) {
    unsigned digit = (unsigned)(s.ptr[i] - '0');
    if (*out > (~(u128)0 - digit) / 10) return false;
    *out = *out * 10 + digit;
  }
  return true;
}

typedef struct {
  uint8_t id;
  unsigned bits;
  bool is_signed;
} integer_width;

static const integer_width widths[] = {
    {SQL_TINYINT, 8, true},   {SQL_UTINYINT, 8, false},  {SQL_SMALLINT, 16, true}, {SQL_USMALLINT, 16, false},
    {SQL_INTEGER, 32, true},  {SQL_UINTEGER, 32, false}, {SQL_BIGINT, 64, true},   {SQL_UBIGINT, 64, false},
    {SQL_HUGEINT, 128, true}, {SQL_UHUGEINT, 128, false}};

static bool width_holds(const integer_width *w, u128 magnitude, bool negative) {
  if (!w->is_signed) return !negative && (w->bits == 128 || magnitude >> w->bits == 0);
  u128 most = (u128)1 << (w->bits - 1);
  return negative ? magnitude <= most : magnitude < most;
}

static uint8_t narrowest(u128 magnitude, bool negative) {
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    if (width_holds(&widths[i], magnitude, negative)) return widths[i].id;
  }
  return SQL_NULL;
}

/* An integer is an INTEGER where it fits, else the next wider one. */
static sql_type_id natural(u128 magnitude, bool negative) {
  for (size_t i = 4; i < sizeof widths / sizeof *widths; i++) {
    if (widths[i].is_signed && width_holds(&widths[i], magnitude, negative)) return (sql_type_id)widths[i].id;
  }
  return SQL_DOUBLE;
}

static ex double_literal(binder *b, sonde_str text, bool negative, size_t at) {
  number_text n;
  expr *e = ex_new(b, EXPR_CONST, sql_simple(SQL_DOUBLE), at, 0);
  double d = number_scan(text.ptr, text.len, '.', &n) ? number_to_double(&n, text.ptr, text.len, '.') : 0;
  e->constant.v.f = negative ? -d : d;
  return e;
}

static ex integer_literal(binder *b, sonde_str text, bool negative, size_t at) {
  u128 magnitude;
  if (!digits(text, &magnitude)) return double_literal(b, text, negative, at);
  sql_type_id id = natural(magnitude, negative);
  if (id == SQL_DOUBLE) return double_literal(b, text, negative, at);
  sql_type type = sql_simple(id);
  type.literal = narrowest(magnitude, negative);
  expr *e = ex_new(b, EXPR_CONST, type, at, 0);
  i128 v = negative ? (i128)(0 - magnitude) : (i128)magnitude;
  if (id == SQL_HUGEINT) {
    e->constant.v.w = v;
  } else {
    e->constant.v.i = (int64_t)v;
  }
  return e;
}

/* 1.50 is DECIMAL(3,2): as many digits as are written. */
static ex decimal_literal(binder *b, sonde_str text, bool negative, size_t at) {
  number_text n;
  int128 held;
  const char *point = memchr(text.ptr, '.', text.len);
  size_t before = point ? (size_t)(point - text.ptr) : text.len, scale = point ? text.len - before - 1 : 0;
  if (before + scale > 38 || !number_scan(text.ptr, text.len, '.', &n) ||
      !number_to_int128(&n, text.ptr, text.len, '.', (uint32_t)scale, &held)) {
    return double_literal(b, text, negative, at);
  }
  unsigned precision = (unsigned)(before + scale);
  expr *e = ex_new(b, EXPR_CONST, sql_decimal(precision ? precision : 1, (unsigned)scale), at, 0);
  i128 v = i128_of(held);
  if (negative) v = -v;
  if (sql_lane(&e->type) == LANE_I64) {
    e->constant.v.i = (int64_t)v;
  } else {
    e->constant.v.w = v;
  }
  return e;
}

ex bind_number(binder *b, const ast_expr *ast, bool negative, size_t at) {
  switch (ast->kind) {
  case AST_INTEGER: return integer_literal(b, ast->name, negative, at);
  case AST_DECIMAL: return decimal_literal(b, ast->name, negative, at);
  default: return double_literal(b, ast->name, negative, at);
  }
}

/* An integer as another integer or a floating-point number. */
static ex fold_integer(binder *b, ex e, sql_type type) {
  bool integer = e->kind == EXPR_CONST && !e->constant.null && sql_is_integer(&e->type);
  if (!integer || (!sql_is_integer(&type) && type.id != SQL_DOUBLE)) return NULL;
  i128 v = sql_lane(&e->type) == LANE_I64 ? e->constant.v.i : e->constant.v.w;
  if (sql_lane(&e->type) != LANE_I64 && e->type.id != SQL_HUGEINT) return NULL;
  const integer_width *w = NULL;
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    if (widths[i].id == type.id) w = &widths[i];
  }
  if (w && !width_holds(w, v < 0 ? 0 - (u128)v : (u128)v, v < 0)) return NULL;
  expr *out = ex_new(b, EXPR_CONST, type, e->at, 0);
  switch (sql_lane(&type)) {
  case LANE_I64: out->constant.v.i = (int64_t)v; break;
  case LANE_F64: out->constant.v.f = (double)v; break;
  default: out->constant.v.w = v; break;
  }
  return out;
}

static i128 power_of_ten(unsigned n) {
  i128 power = 1;
  while (n--) power *= 10;
  return power;
}

static i128 held(ex e) { return sql_lane(&e->type) == LANE_I64 ? e->constant.v.i : e->constant.v.w; }

static ex make_decimal(binder *b, sql_type type, i128 v, size_t at) {
  expr *out = ex_new(b, EXPR_CONST, type, at, 0);
  if (sql_lane(&type) == LANE_I64) {
    out->constant.v.i = (int64_t)v;
  } else {
    out->constant.v.w = v;
  }
  return out;
}

/* More digits behind the point, or a floating-point number. */
static ex fold_to_decimal(binder *b, ex e, sql_type type) {
  unsigned scale = e->type.id == SQL_DECIMAL ? e->type.scale : 0;
  i128 v = held(e), most = power_of_ten(type.precision);
  if (type.id == SQL_DOUBLE) {
    expr *out = ex_new(b, EXPR_CONST, type, e->at, 0);
    out->constant.v.f = int128_to_double(int128_of(v), scale);
    return out;
  }
  if (type.scale < scale) return NULL;
  i128 factor = power_of_ten(type.scale - scale);
  if (v >= most / factor || v <= -(most / factor)) return NULL;
  return make_decimal(b, type, v * factor, e->at);
}

/* A number as another type of number; NULL when it is no constant, or does not fit. */
ex fold_number(binder *b, ex e, sql_type type) {
  if (e->kind != EXPR_CONST || e->constant.null) return NULL;
  bool decimal = e->type.id == SQL_DECIMAL && (type.id == SQL_DECIMAL || type.id == SQL_DOUBLE);
  bool from_integer = type.id == SQL_DECIMAL && sql_is_integer(&e->type) &&
                      (sql_lane(&e->type) == LANE_I64 || e->type.id == SQL_HUGEINT);
  return decimal || from_integer ? fold_to_decimal(b, e, type) : fold_integer(b, e, type);
}

/* ---- others ---- */

static int hex_digit(char c) {
  const char *digits_known = "0123456789abcdef",
             *found = c ? strchr(digits_known, c | (c >= 'A' ? 0x20 : 0)) : NULL;
  return found ? (int)(found - digits_known) : -1;
}

static ex blob_literal(binder *b, const ast_expr *ast) {
  sonde_str hex = ast->name;
  char *out = bind_alloc(b, hex.len / 2 + 1);
  bool good = hex.len % 2 == 0;
  for (size_t i = 0; out && good && i < hex.len; i += 2) {
    int high = hex_digit(hex.ptr[i]), low = hex_digit(hex.ptr[i + 1]);
    good = high >= 0 && low >= 0;
    if (good) out[i / 2] = (char)(uint8_t)(high << 4 | low);
  }
  if (!good)
    bind_fail(b, SONDE_SYNTAX, ast->at, "a blob is written with two hexadecimal digits for each byte");
  expr *e = ex_new(b, EXPR_CONST, sql_simple(SQL_BLOB), ast->at, 0);
  e->constant.v.s = (sonde_str){out, hex.len / 2};
  return e;
}

/* Behind INTERVAL only seconds and milliseconds have fractions; of other units they are cut off, as in DuckDB. */
static sonde_str whole_amount(sonde_str number, sonde_str unit) {
  bool fraction = unit.len == 0 || (unit.len >= 6 && same_name((sonde_str){unit.ptr, 6}, str_of("second"))) ||
                  (unit.len >= 11 && same_name((sonde_str){unit.ptr, 11}, str_of("millisecond")));
  const char *point = number.len ? memchr(number.ptr, '.', number.len) : NULL;
  return fraction || !point ? number : (sonde_str){number.ptr, (size_t)(point - number.ptr)};
}

/* '3 DAY' as an interval */
static ex constant_interval(binder *b, const ast_expr *ast, const ast_expr *amount) {
  sonde_str number = whole_amount(amount->name, ast->name);
  char *text = bind_alloc(b, number.len + 1 + ast->name.len);
  if (!text) return &b->no_expr;
  size_t n = number.len;
  if (n) memcpy(text, number.ptr, n);
  if (ast->name.len) {
    text[n++] = ' ';
    memcpy(text + n, ast->name.ptr, ast->name.len);
    n += ast->name.len;
  }
  return ex_cast(b, ex_text(b, (sonde_str){text, n}, ast->at), sql_simple(SQL_INTERVAL));
}

/* By the begin of their names, so that plurals and centuries are among them. */
static const struct {
  const char *unit, *maker;
  sql_type_id amount; /* SQL_DOUBLE: as it is, with a fraction */
} interval_units[] = {{"year", "to_years", SQL_INTEGER},
                      {"month", "to_months", SQL_INTEGER},
                      {"day", "to_days", SQL_INTEGER},
                      {"hour", "to_hours", SQL_BIGINT},
                      {"minute", "to_minutes", SQL_BIGINT},
                      {"second", "to_seconds", SQL_DOUBLE},
                      {"week", "to_weeks", SQL_INTEGER},
                      {"quarter", "to_quarters", SQL_INTEGER},
                      {"millisecond", "to_milliseconds", SQL_DOUBLE},
                      {"microsecond", "to_microseconds", SQL_BIGINT},
                      {"decade", "to_decades", SQL_INTEGER},
                      {"centur", "to_centuries", SQL_INTEGER},
                      {"millenni", "to_millennia", SQL_INTEGER}};

/* INTERVAL 3 DAY is a constant, INTERVAL (a) DAY is to_days(a). */
static ex interval_literal(binder *b, const ast_expr *ast) {
  const ast_expr *amount = ast->args.count ? ast->args.items[0] : ast;
  if (amount->kind == AST_STRING || amount->kind == AST_INTEGER) return constant_interval(b, ast, amount);
  ex e = bind_expr(b, amount);
  for (size_t i = 0; i < sizeof interval_units / sizeof *interval_units; i++) {
    size_t n = strlen(interval_units[i].unit);
    if (ast->name.len < n || !same_name((sonde_str){ast->name.ptr, n}, str_of(interval_units[i].unit)))
      continue;
    sql_type_id type = interval_units[i].amount;
    ex whole = type == SQL_DOUBLE ? e : ex_cast(b, e, sql_simple(type));
    return ex_call(b, interval_units[i].maker, ast->at, 1, &whole);
  }
  return ex_cast(b, e, sql_simple(SQL_INTERVAL));
}

static ex parameter(binder *b, const ast_expr *ast) {
  const sql_parameters *all = b->parameters;
  for (uint32_t i = 0; all && i < all->n; i++) {
    const sql_parameter *p = &all->items[i];
    bool same = ast->parameter ? i + 1 == ast->parameter : same_name(p->name, ast->name);
    if (!same) continue;
    expr *e = ex_new(b, EXPR_CONST, p->type, ast->at, 0);
    e->constant = p->v;
    return e;
  }
  if (ast->parameter) {
    bind_fail(b, SONDE_VALUE, ast->at, "no value was given for parameter %u", ast->parameter);
  } else {
    bind_fail(b, SONDE_VALUE, ast->at, "no value was given for parameter $%.*s", (int)ast->name.len,
              ast->name.ptr);
  }
  return &b->no_expr;
}

ex bind_literal(binder *b, const ast_expr *ast) {
  switch (ast->kind) {
  case AST_NULL: return ex_null(b, ast->at);
  case AST_TRUE: return ex_bool(b, true, ast->at);
  case AST_FALSE: return ex_bool(b, false, ast->at);
  case AST_STRING: return ex_text(b, ast->name, ast->at);
  case AST_BLOB: return blob_literal(b, ast);
  case AST_INTERVAL: return interval_literal(b, ast);
  case AST_PARAMETER: return parameter(b, ast);
  default: return bind_number(b, ast, false, ast->at);
  }
}

/* ---- types ---- */

static sql_type nested_type(binder *b, const ast_type *ast, sql_type_id id) {
  sql_type t = {.id = (uint8_t)id, .n_children = ast->n_children};
  sql_type *children = bind_alloc(b, (ast->n_children + 1) * sizeof *children);
  for (uint32_t i = 0; children && i < ast->n_children; i++) children[i] = bind_type(b, ast->children[i]);
  t.children = children;
  t.names = id == SQL_STRUCT ? ast->names.items : NULL;
  return children ? t : sql_simple(SQL_NULL);
}

static sql_type decimal_type(binder *b, const ast_type *ast) {
  uint32_t precision = ast->n_numbers > 0 ? ast->numbers[0] : 18;
  uint32_t scale = ast->n_numbers > 1 ? ast->numbers[1] : ast->n_numbers == 1 ? 0 : 3;
  if (precision < 1 || precision > 38 || scale > precision) {
    bind_fail(b, SONDE_TYPE, ast->at,
              "DECIMAL(%u, %u) does not exist: up to 38 digits, not more behind the point", precision, scale);
    return sql_simple(SQL_NULL);
  }
  return sql_decimal(precision, scale);
}

static sql_type enum_type(binder *b, const ast_type *ast) {
  for (uint32_t i = 0; i < ast->names.count; i++) {
    sonde_str name = ast->names.items[i];
    for (uint32_t j = 0; j < i; j++) {
      bool twice =
          ast->names.items[j].len == name.len && memcmp(ast->names.items[j].ptr, name.ptr, name.len) == 0;
      if (twice)
        bind_fail(b, SONDE_TYPE, ast->at, "the value '%.*s' is twice in the enum", (int)name.len, name.ptr);
    }
  }
  return (sql_type){.id = SQL_ENUM, .n_labels = ast->names.count, .names = ast->names.items};
}

/* T[3] is a list, which is not held to the length. */
static sql_type array_type(binder *b, const ast_type *ast) {
  if (ast->n_numbers && ast->numbers[0] == 0)
    bind_fail(b, SONDE_TYPE, ast->at, "an array has at least one item; T[] is a list of any length");
  return nested_type(b, ast, SQL_LIST);
}

static void fail_no_type(binder *b, const ast_type *ast) {
  nearest_name nearest = {.wanted = ast->name};
  char hint[96];
  sql_type_nearest(&nearest);
  bind_fail(b, SONDE_NAME, ast->at, "there is no type %.*s%s", (int)ast->name.len, ast->name.ptr,
            nearest_text(&nearest, hint));
}

sql_type bind_type(binder *b, const ast_type *ast) {
  sql_type t = sql_simple(SQL_NULL);
  if (b->failed) return t;
  if (name_is(ast->name, "list")) return nested_type(b, ast, SQL_LIST);
  if (name_is(ast->name, "array")) return array_type(b, ast);
  if (ast->n_children && name_is(ast->name, "map")) return nested_type(b, ast, SQL_MAP);
  if (ast->n_children && (name_is(ast->name, "struct") || name_is(ast->name, "row"))) {
    return nested_type(b, ast, SQL_STRUCT);
  }
  if (ast->names.count && name_is(ast->name, "enum")) return enum_type(b, ast);
  if (ast->n_children || !sql_type_of_name(ast->name, &t)) {
    fail_no_type(b, ast);
    return t;
  }
  if (t.id == SQL_DECIMAL) return decimal_type(b, ast);
  if (t.id == SQL_TIMESTAMP && ast->n_numbers == 1) {
    uint32_t n = ast->numbers[0];
    t.unit = (uint8_t)(n == 0 ? 0 : n <= 3 ? 3 : n <= 6 ? 6 : 9);
  }
  return t;
}
